//! One person's expected value and variance of every row, exact after each rating.
//!
//! Writers take turns; readers see the columns either before or after a refresh, never half of one. A rating waits
//! for whoever asks next: a ranking then applies it in its own pass, so memory is read once for both.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use half::f16;
use ndarray::{ArrayView1, ArrayView2};

use crate::crew::share;
use crate::features::{CHUNK, Features};
use crate::hardware::products::MOST;
use crate::moments::{Burst, Hands, Moments, Rating};
use crate::rank::{Ask, Mixture, Pass, Ranked, rank};
use crate::refusal::{Refusal, check_finite, check_size};

/// Mean and variance of the rows x = [φ, extra] of a `Features`, in f64: f32 would round a mean of 9 by more than a millionth of its deviation.
pub struct Columns {
    features: Arc<Features>,
    /// The writers' turn.
    turn: Mutex<()>,
    held: RwLock<Held>,
}

/// What readers see.
#[derive(Default)]
struct Held {
    moments: Moments,
    /// Ratings that the moments do not show yet, fewer than `MOST`: as many as one pass applies at once.
    waiting: Vec<Rating>,
    /// The last entry of each row; rows past the end have 0.
    extra: Arc<Vec<f16>>,
}

/// The columns as they stand; writers wait until it is let go.
pub struct Settled<'a>(RwLockReadGuard<'a, Held>);

impl Columns {
    /// Columns over `features` that hold no row until the first `refresh`; every extra is 0.
    #[must_use]
    pub fn new(features: Arc<Features>) -> Self {
        Self { features, turn: Mutex::default(), held: RwLock::default() }
    }

    /// Rows the columns hold now.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.read().moments.mean.len()
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
        let _turn = self.turn();
        let mut held = self.write();
        self.settle(&mut held);
        held.extra = Arc::new(extra.to_vec());
        Ok(())
    }

    /// Compute every row anew from `weights` w `(d + 1,)` and `covariance` V `(d + 1, d + 1)`, in f64.
    ///
    /// O(n·d²) over fixed tiles: the result does not depend on whose `hands` compute it.
    ///
    /// # Errors
    /// `Size`, `NotFinite`; the columns then stay as they were.
    pub fn refresh(
        &self,
        weights: ArrayView1<'_, f64>,
        covariance: ArrayView2<'_, f64>,
        hands: Hands,
    ) -> Result<(), Refusal> {
        self.check(weights, covariance)?;
        let _turn = self.turn();
        self.replace(Moments::of(&self.features.snapshot(), &self.extra(), weights, covariance, 0, hands));
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
        let _turn = self.turn();
        let snapshot = self.features.snapshot();
        let fresh = Moments::of(&snapshot, &self.extra(), weights, covariance, self.rows(), Hands::All);
        let mut held = self.write();
        self.settle(&mut held);
        held.moments.mean.extend(fresh.mean);
        held.moments.variance.extend(fresh.variance);
        Ok(())
    }

    /// Apply ratings given one after the other: for each row p = x'g, then mean += error·p and var -= p²/q, and
    /// at the end of a pass var is held at 0 or above.
    ///
    /// To take a rating back give the gain, error and (negative) q of its removal. Up to `MOST` - 1 ratings wait for
    /// whoever asks next, O(1); more are one pass over the f16 rows for all of them, O(k·n·d), by all threads.
    ///
    /// # Errors
    /// `Size`, `NotFinite`, `Range` when a q is 0 or a scalar is not finite; nothing is applied then.
    pub fn apply(&self, ratings: &[Rating]) -> Result<(), Refusal> {
        ratings.iter().try_for_each(|rating| self.check_rating(rating))?;
        let _turn = self.turn();
        let mut held = self.write();
        held.waiting.extend_from_slice(ratings);
        if held.waiting.len() >= MOST {
            self.settle(&mut held);
        }
        Ok(())
    }

    /// As `rank::rank` of these columns alone. What waits is applied in the same pass over memory.
    ///
    /// # Errors
    /// As there.
    pub fn rank(&self, ask: &Ask<'_>) -> Result<Ranked, Refusal> {
        if self.read().waiting.is_empty() {
            return rank(&[(&self.settled(), 1.0)], ask);
        }
        let mut held = self.write();
        let pass = Pass::new(ask, held.moments.mean.len())?;
        let best = self.moved(
            &mut held,
            || pass.begin(),
            |best, first, mean, variance| {
                best.see(first, mean, variance);
            },
        );
        Ok(Mixture::new(&[(&held.moments, 1.0)])?.explained(pass.end(best), ask))
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
        self.replace(Moments { mean: mean.to_vec(), variance: variance.to_vec() });
        Ok(())
    }

    /// Mean and variance of the rows of those numbers, in the order asked.
    ///
    /// # Errors
    /// `NoSuchRow` for a row that the columns do not hold yet.
    pub fn at(&self, rows: &[u32]) -> Result<Moments, Refusal> {
        let held = self.read();
        let Held { moments, waiting, extra } = &*held;
        if let Some(&row) = rows.iter().find(|&&row| row as usize >= moments.mean.len()) {
            return Err(Refusal::NoSuchRow { row: row as usize, rows: moments.mean.len() });
        }
        let pick = |column: &[f64]| rows.iter().map(|&row| column[row as usize]).collect::<Vec<_>>();
        let (mut mean, mut variance) = (pick(&moments.mean), pick(&moments.variance));
        if !waiting.is_empty() {
            let (burst, snapshot) = (Burst::new(self.features.width(), waiting), self.features.snapshot());
            for ((&row, mean), variance) in rows.iter().zip(&mut mean).zip(&mut variance) {
                let one = (std::slice::from_mut(mean), std::slice::from_mut(variance));
                burst.apply(snapshot.row(row as usize), after(extra, row as usize), one);
            }
        }
        Ok(Moments { mean, variance })
    }

    /// The columns as they stand, with nothing left to apply.
    pub fn settled(&self) -> Settled<'_> {
        loop {
            let held = self.read();
            if held.waiting.is_empty() {
                return Settled(held);
            }
            drop(held);
            self.settle(&mut self.write());
        }
    }

    /// Apply what waits.
    fn settle(&self, held: &mut Held) {
        if !held.waiting.is_empty() {
            self.moved(held, || (), |(), _, _, _| ());
        }
    }

    /// Apply what waits, in one pass by all threads; `see` gets the first row, means and variances of each chunk.
    fn moved<S: Send>(
        &self,
        held: &mut Held,
        begin: impl Fn() -> S + Sync,
        see: impl Fn(&mut S, usize, &[f64], &[f64]) + Sync,
    ) -> Vec<S> {
        let Held { moments: Moments { mean, variance }, waiting, extra } = held;
        let burst = Burst::new(self.features.width(), &std::mem::take(waiting));
        let snapshot = self.features.snapshot();
        let chunks = mean.chunks_mut(CHUNK).zip(variance.chunks_mut(CHUNK)).enumerate();
        share(chunks, begin, |state, (chunk, (mean, variance))| {
            let first = chunk * CHUNK;
            burst.apply(snapshot.chunk(chunk), after(extra, first), (mean, variance));
            see(state, first, mean, variance);
        })
    }

    /// Put other moments, which need nothing that waits, in place.
    fn replace(&self, moments: Moments) {
        let mut held = self.write();
        held.moments = moments;
        held.waiting.clear();
    }

    fn extra(&self) -> Arc<Vec<f16>> {
        Arc::clone(&self.read().extra)
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

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::ops::Deref for Settled<'_> {
    type Target = Moments;

    fn deref(&self) -> &Moments {
        &self.0.moments
    }
}

/// The extras of the rows from `first` on.
fn after(extra: &[f16], first: usize) -> &[f16] {
    extra.get(first..).unwrap_or_default()
}
