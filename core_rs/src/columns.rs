//! One person's expected value and variance of every row, exact after each rating.
//!
//! Writers take turns; readers see the columns either before or after a refresh, never half of one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use half::f16;
use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

use crate::features::{CHUNK, Features};
use crate::moments::{Burst, Moments, Rating};
use crate::refusal::{Refusal, check_finite, check_size};

/// Mean and variance of the rows x = [φ, extra] of a `Features`, in f64: f32 would round a mean of 9 by more than a millionth of its deviation.
pub struct Columns {
    features: Arc<Features>,
    /// The last entry of each row; rows past the end have 0.
    extra: Mutex<Vec<f16>>,
    moments: RwLock<Moments>,
}

impl Columns {
    /// Columns over `features` that hold no row until the first `refresh`; every extra is 0.
    #[must_use]
    pub fn new(features: Arc<Features>) -> Self {
        Self { features, extra: Mutex::default(), moments: RwLock::default() }
    }

    /// Rows the columns hold now.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.read().mean.len()
    }

    /// Width of the weights: columns of the features and one extra.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.features.width() + 1
    }

    /// Set the last entry of each row; rows past the end of `extra` get 0. Shows after the next `refresh`.
    ///
    /// # Errors
    /// `Size` when there are more extras than rows, `NotFinite`.
    pub fn set_extra(&self, extra: ArrayView1<'_, f16>) -> Result<(), Refusal> {
        let rows = self.features.rows();
        if extra.len() > rows {
            return Err(Refusal::Size { what: "extra", given: extra.len(), wanted: rows });
        }
        if let Some(row) = extra.iter().position(|value| !value.is_finite()) {
            return Err(Refusal::NotFinite { what: "extra", row });
        }
        *self.turn() = extra.to_vec();
        Ok(())
    }

    /// Compute every row anew from `weights` w `(d + 1,)` and `covariance` V `(d + 1, d + 1)`, in f64.
    ///
    /// O(n·d²), in parallel over fixed chunks: the result does not depend on the number of threads.
    ///
    /// # Errors
    /// `Size`, `NotFinite`; the columns then stay as they were.
    pub fn refresh(
        &self,
        weights: ArrayView1<'_, f64>,
        covariance: ArrayView2<'_, f64>,
    ) -> Result<(), Refusal> {
        self.check(weights, covariance)?;
        let extra = self.turn();
        let fresh = Moments::of(&self.features.snapshot(), &extra, weights, covariance, 0);
        *self.write() = fresh;
        Ok(())
    }

    /// Compute only the rows that came since, from the same `weights` and `covariance` as the rest stands for.
    ///
    /// # Errors
    /// `Size`, `NotFinite`.
    pub fn extend(
        &self,
        weights: ArrayView1<'_, f64>,
        covariance: ArrayView2<'_, f64>,
    ) -> Result<(), Refusal> {
        self.check(weights, covariance)?;
        let extra = self.turn();
        let fresh = Moments::of(&self.features.snapshot(), &extra, weights, covariance, self.rows());
        let mut held = self.write();
        held.mean.extend(fresh.mean);
        held.variance.extend(fresh.variance);
        Ok(())
    }

    /// Apply ratings given one after the other: for each row p = x'g, then mean += error·p and var -= p²/q, and
    /// at the end var is held at 0 or above.
    ///
    /// To take a rating back give the gain, error and (negative) q of its removal. One pass over the f16 rows for
    /// all of them, O(k·n·d), in parallel over fixed chunks.
    ///
    /// # Errors
    /// `Size`, `NotFinite`, `Range` when a q is 0 or a scalar is not finite; nothing is applied then.
    pub fn apply(&self, ratings: &[Rating]) -> Result<(), Refusal> {
        ratings.iter().try_for_each(|rating| self.check_rating(rating))?;
        let width = self.features.width();
        let burst = Burst::new(width, ratings);
        let extra = self.turn();
        let snapshot = self.features.snapshot();
        let mut held = self.write();
        let Moments { mean, variance } = &mut *held;
        mean.par_chunks_mut(CHUNK).zip(variance.par_chunks_mut(CHUNK)).enumerate().for_each(
            |(index, moments)| {
                let extra = extra.get(index * CHUNK..).unwrap_or_default();
                burst.apply(snapshot.chunk(index), width, extra, moments);
            },
        );
        Ok(())
    }

    /// Put another model's `mean` and `variance` of the first rows in place: a challenger that is not linear.
    ///
    /// # Errors
    /// `Size` when they are of different lengths or there are more than rows, `NotFinite`, `Range` for a variance below 0.
    pub fn set(&self, mean: ArrayView1<'_, f64>, variance: ArrayView1<'_, f64>) -> Result<(), Refusal> {
        check_size("variance", variance.len(), mean.len())?;
        if mean.len() > self.features.rows() {
            return Err(Refusal::Size { what: "mean", given: mean.len(), wanted: self.features.rows() });
        }
        check_finite("mean", mean, 1)?;
        check_finite("variance", variance, 1)?;
        if let Some(&below) = variance.iter().find(|&&variance| variance < 0.0) {
            return Err(Refusal::Range { what: "variance", given: below, wanted: "0 or above" });
        }
        let _turn = self.turn();
        *self.write() = Moments { mean: mean.to_vec(), variance: variance.to_vec() };
        Ok(())
    }

    /// Mean and variance of the rows of those numbers, in the order asked.
    ///
    /// # Errors
    /// `NoSuchRow` for a row that the columns do not hold yet.
    pub fn at(&self, rows: &[u32]) -> Result<Moments, Refusal> {
        let held = self.read();
        if let Some(&row) = rows.iter().find(|&&row| row as usize >= held.mean.len()) {
            return Err(Refusal::NoSuchRow { row: row as usize, rows: held.mean.len() });
        }
        let pick = |column: &[f64]| rows.iter().map(|&row| column[row as usize]).collect();
        Ok(Moments { mean: pick(&held.mean), variance: pick(&held.variance) })
    }

    /// The columns as they stand, for a ranking; writers wait until it is let go.
    pub fn read(&self) -> RwLockReadGuard<'_, Moments> {
        self.moments.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_rating(&self, rating: &Rating) -> Result<(), Refusal> {
        check_size("gain", rating.gain.len(), self.dimension())?;
        check_finite("gain", &rating.gain, 1)?;
        if !rating.error.is_finite() {
            return Err(Refusal::Range { what: "error", given: rating.error, wanted: "finite" });
        }
        if rating.q == 0.0 || !rating.q.is_finite() {
            return Err(Refusal::Range { what: "q", given: rating.q, wanted: "finite and not 0" });
        }
        Ok(())
    }

    fn check(&self, weights: ArrayView1<'_, f64>, covariance: ArrayView2<'_, f64>) -> Result<(), Refusal> {
        let d = self.dimension();
        check_size("weights", weights.len(), d)?;
        check_size("covariance rows", covariance.nrows(), d)?;
        check_size("covariance columns", covariance.ncols(), d)?;
        check_finite("weights", weights, 1)?;
        check_finite("covariance", covariance, d)
    }

    /// The writers' turn, with what only writers read.
    fn turn(&self) -> MutexGuard<'_, Vec<f16>> {
        self.extra.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Moments> {
        self.moments.write().unwrap_or_else(PoisonError::into_inner)
    }
}
