//! One person's expected value and variance of every row, exact after each rating.
//!
//! The posterior over weights is N(w, V); a row x = [φ, extra] has mean w'x and variance x'Vx. A rating with
//! gain g = `V·x_r` and predictive variance q moves every row at once: p = x'g, mean += error·p, var -= p²/q.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use half::f16;
use half::slice::HalfFloatSliceExt;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use crate::features::{CHUNK, Features, Snapshot};
use crate::refusal::{Refusal, check_finite, check_size};
use crate::top::{Below, Top};

/// Rows widened at a time: they stay in the nearest cache while they are used.
const TILE: usize = 64;
/// Partial sums of a dot product, so that the compiler can keep them in vector registers.
const LANES: usize = 16;

/// Mean and variance of the rows of a `Features`, in f32.
///
/// Writers take turns; readers see the columns either before or after a refresh, never half of one.
pub struct Columns {
    features: Arc<Features>,
    /// The last entry of each row; rows past the end have 0.
    extra: Mutex<Vec<f16>>,
    moments: RwLock<Moments>,
}

/// Two columns of equal length, one entry a row.
#[derive(Default)]
pub struct Moments {
    /// w'x
    pub mean: Vec<f32>,
    /// x'Vx, never below 0
    pub variance: Vec<f32>,
}

/// Which column ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The expected value.
    Mean,
    /// The variance.
    Variance,
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
        let product = self.product(weights, covariance)?;
        let extra = self.turn();
        let fresh = moments(&self.features.snapshot(), &extra, &product, 0);
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
        let product = self.product(weights, covariance)?;
        let extra = self.turn();
        let fresh = moments(&self.features.snapshot(), &extra, &product, self.rows());
        let mut held = self.write();
        held.mean.extend(fresh.mean);
        held.variance.extend(fresh.variance);
        Ok(())
    }

    /// Apply one rating: for each row p = x'g, then mean += error·p and var -= p²/q, held at 0 or above.
    ///
    /// `gain` is g `(d + 1,)`. To take a rating back give the gain, error and (negative) q of its removal.
    /// One pass over the f16 rows, O(n·d).
    ///
    /// # Errors
    /// `Size`, `NotFinite`, `Range` when q is 0 or a scalar is not finite.
    pub fn apply(&self, gain: ArrayView1<'_, f64>, error: f64, q: f64) -> Result<(), Refusal> {
        check_size("gain", gain.len(), self.dimension())?;
        check_finite("gain", gain, 1)?;
        if !error.is_finite() {
            return Err(Refusal::Range { what: "error", given: error, wanted: "finite" });
        }
        if q == 0.0 || !q.is_finite() {
            return Err(Refusal::Range { what: "q", given: q, wanted: "finite and not 0" });
        }
        let rating =
            Rating { gain: gain.iter().map(|&value| value as f32).collect(), error, inverse: 1.0 / q };
        let extra = self.turn();
        let snapshot = self.features.snapshot();
        let mut held = self.write();
        let Moments { mean, variance } = &mut *held;
        mean.par_chunks_mut(CHUNK).zip(variance.par_chunks_mut(CHUNK)).enumerate().for_each(
            |(index, (mean, variance))| {
                rating.apply(snapshot.chunk(index), rest(&extra, index * CHUNK), mean, variance);
            },
        );
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
        let pick = |column: &[f32]| rows.iter().map(|&row| column[row as usize]).collect();
        Ok(Moments { mean: pick(&held.mean), variance: pick(&held.variance) })
    }

    /// The best `k` rows of a column and their values: value descending, then row ascending.
    ///
    /// `eligible` leaves out rows that are false in it or past its end; `below` leaves out everything up to and
    /// with that place of the order, so the last pair of one page asks for the next. O(n) and O(k log k).
    ///
    /// # Errors
    /// `Range` when the value of `below` is NaN.
    pub fn top(
        &self,
        k: usize,
        by: By,
        eligible: Option<ArrayView1<'_, bool>>,
        below: Option<Below>,
    ) -> Result<Vec<(f32, u32)>, Refusal> {
        if below.is_some_and(|below| below.value.is_nan()) {
            return Err(Refusal::Range { what: "below", given: f64::NAN, wanted: "a number" });
        }
        let held = self.read();
        let column = if by == By::Mean { &held.mean } else { &held.variance };
        let mut best = Top::new(k, below);
        match eligible {
            Some(mask) => {
                for (row, (&value, _)) in column.iter().zip(mask).enumerate().filter(|(_, (_, on))| **on) {
                    best.offer(value, row as u32);
                }
            }
            None => column.iter().enumerate().for_each(|(row, &value)| best.offer(value, row as u32)),
        }
        Ok(best.sorted())
    }

    /// The right-hand side [V | w] of the one product that gives both moments.
    fn product(
        &self,
        weights: ArrayView1<'_, f64>,
        covariance: ArrayView2<'_, f64>,
    ) -> Result<Array2<f64>, Refusal> {
        let d = self.dimension();
        check_size("weights", weights.len(), d)?;
        check_size("covariance rows", covariance.nrows(), d)?;
        check_size("covariance columns", covariance.ncols(), d)?;
        check_finite("weights", weights, 1)?;
        check_finite("covariance", covariance, d)?;
        let at = |(row, column)| if column < d { covariance[[row, column]] } else { weights[row] };
        Ok(Array2::from_shape_fn((d, d + 1), at))
    }

    /// The writers' turn, with what only writers read.
    fn turn(&self) -> MutexGuard<'_, Vec<f16>> {
        self.extra.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Moments> {
        self.moments.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Moments> {
        self.moments.write().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Rating {
    gain: Vec<f32>,
    error: f64,
    inverse: f64,
}

impl Rating {
    /// Move one chunk. The dot product is f32; the move itself f64, rounded once.
    fn apply(&self, rows: &[f16], extra: &[f16], mean: &mut [f32], variance: &mut [f32]) {
        let width = self.gain.len() - 1;
        let (gain, last) = (&self.gain[..width], self.gain[width]);
        let mut tile = vec![0.0; TILE * width];
        for start in (0..mean.len()).step_by(TILE) {
            let end = mean.len().min(start + TILE);
            let wide = &mut tile[..(end - start) * width];
            rows[start * width..end * width].convert_to_f32_slice(wide);
            for (row, x) in (start..end).zip(wide.chunks_exact(width)) {
                let more = extra.get(row).map_or(0.0, |value| value.to_f32());
                let p = f64::from(dot(x, gain) + more * last);
                mean[row] = (f64::from(mean[row]) + self.error * p) as f32;
                variance[row] = (f64::from(variance[row]) - p * p * self.inverse).max(0.0) as f32;
            }
        }
    }
}

/// x'y in f32, summed in `LANES` parts: the same order on every machine.
#[must_use]
pub fn dot(x: &[f32], y: &[f32]) -> f32 {
    let mut parts = [0.0f32; LANES];
    let (x_lanes, y_lanes) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let tail: f32 = x_lanes.remainder().iter().zip(y_lanes.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in x_lanes.zip(y_lanes) {
        for lane in 0..LANES {
            parts[lane] += a[lane] * b[lane];
        }
    }
    parts.iter().sum::<f32>() + tail
}

/// Entries of `extra` from row `start` on.
fn rest(extra: &[f16], start: usize) -> &[f16] {
    extra.get(start..).unwrap_or_default()
}

/// Moments of the rows from `first` on: Y = X·[V | w], mean = last column, variance = row sums of Y∘X.
fn moments(snapshot: &Snapshot, extra: &[f16], product: &Array2<f64>, first: usize) -> Moments {
    let starts: Vec<usize> = (first..snapshot.rows()).step_by(TILE).collect();
    let parts: Vec<(Vec<f32>, Vec<f32>)> = starts
        .par_iter()
        .with_min_len(CHUNK / TILE)
        .map_init(
            || (Array2::zeros((TILE, product.nrows())), Array2::zeros((TILE, product.ncols()))),
            |(x, y), &start| {
                let end = snapshot.rows().min(start + TILE);
                fill(snapshot, extra, start..end, x);
                general_mat_mul(1.0, x, product, 0.0, y);
                let rows = x.rows().into_iter().zip(y.rows()).take(end - start);
                rows.map(|(x, y)| {
                    let (covered, mean) = y.split_at(Axis(0), x.len());
                    (mean[0] as f32, x.dot(&covered).max(0.0) as f32)
                })
                .unzip()
            },
        )
        .collect();
    let (mean, variance): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    Moments { mean: mean.concat(), variance: variance.concat() }
}

/// Widen `rows` to f64 with their extra at the end; what is left of `x` becomes 0.
fn fill(snapshot: &Snapshot, extra: &[f16], rows: std::ops::Range<usize>, x: &mut Array2<f64>) {
    let width = snapshot.width();
    x.rows_mut().into_iter().skip(rows.len()).for_each(|mut row| row.fill(0.0));
    for (row, mut target) in rows.zip(x.rows_mut()) {
        let Some(target) = target.as_slice_mut() else { continue };
        let start = row % CHUNK * width;
        snapshot.chunk(row / CHUNK)[start..start + width].convert_to_f64_slice(&mut target[..width]);
        target[width] = extra.get(row).map_or(0.0, |value| value.to_f64());
    }
}
