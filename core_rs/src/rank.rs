//! The best rows under one model or several: by mean, by an optimistic bound, by a draw; with what is new ahead.
//!
//! Models with weights π make the mixture of mean m = Σ π·mean and, by the law of total variance, variance
//! Σ π·(variance + (mean − m)²). Chance follows from (seed, row) alone, so pages of one draw fit together.

use ndarray::{Array2, ArrayView1};

use crate::chance::{gumbel, normal};
use crate::crew::share;
use crate::features::CHUNK;
use crate::moments::Moments;
use crate::refusal::{Refusal, check_finite};
use crate::top::{Below, Top};

/// What a row is ranked by, before recency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// The expected value.
    Mean,
    /// The variance.
    Variance,
    /// Mean + `beta` standard deviations.
    Upper {
        /// 0 is the mean; below 0 is the cautious bound.
        beta: f64,
    },
    /// A draw from N(mean, variance) for each row by itself (Thompson sampling on the marginals).
    Thompson {
        /// Another seed is another draw.
        seed: u64,
    },
    /// Rows drawn one after the other without replacement with the odds of softmax(score / temperature): the
    /// Gumbel-top-k trick (Kool, van Hoof & Welling, 2019), exact. The score here is mean + recency.
    Draw {
        /// Above 0; near 0 is the order of the scores, large is a shuffle.
        temperature: f64,
        /// Another seed is another draw.
        seed: u64,
    },
}

/// A bonus for what is new: `weight` · 2^(−age / `half_life_s`), ages below 0 count as 0.
#[derive(Clone, Copy)]
pub struct Recency<'a> {
    /// Unix seconds of each row; rows past the end have no bonus.
    pub times: ArrayView1<'a, f64>,
    /// Unix seconds.
    pub now: f64,
    /// Above 0.
    pub half_life_s: f64,
    /// Points.
    pub weight: f64,
}

/// Which rows are wanted, and how many.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// At most so many.
    pub k: usize,
    /// The order.
    pub by: By,
    /// The bonus, if any.
    pub recency: Option<Recency<'a>>,
    /// Leaves out rows that are false in it or past its end.
    pub eligible: Option<ArrayView1<'a, bool>>,
    /// Rows left out besides.
    pub exclude: &'a [u32],
    /// Leaves out everything up to and with this place of the order.
    pub below: Option<Below>,
}

/// A ranking with the parts of each score, one entry a row found.
pub struct Ranked {
    /// Row numbers, best first; equal scores by row.
    pub rows: Vec<u32>,
    /// What they were ranked by.
    pub scores: Vec<f64>,
    /// Mean of the mixture.
    pub mean: Vec<f64>,
    /// Standard deviation of the mixture.
    pub std: Vec<f64>,
    /// The bonus.
    pub recency: Vec<f64>,
    /// `(k, models)`: each model's own mean.
    pub means: Array2<f64>,
}

/// Rank the rows that all of `models` hold, each with its weight. O(n·models), and O(k log k) at the end.
///
/// # Errors
/// `Size` without models, `Range` for a weight below 0, weights that sum to 0, a temperature or half-life that is
/// not above 0, or any number that is not finite.
pub fn rank(models: &[(&Moments, f64)], ask: &Ask<'_>) -> Result<Ranked, Refusal> {
    let mixture = Mixture::new(models)?;
    let pass = Pass::new(ask, mixture.rows)?;
    let firsts = (0..mixture.rows.div_ceil(CHUNK)).map(|chunk| chunk * CHUNK);
    let best = share(
        firsts,
        || pass.begin(),
        |best, first| {
            mixture.shown(first, |mean, variance| best.see(first, mean, variance));
        },
    );
    Ok(mixture.explained(pass.end(best), ask))
}

/// One pass over rows in chunks, in any order and by several workers, each with a `Best` of its own.
pub struct Pass<'a> {
    ask: Ask<'a>,
    barred: Bits,
}

/// What a worker found best so far.
pub struct Best<'p, 'a> {
    pass: &'p Pass<'a>,
    top: Top,
    values: Vec<f64>,
}

impl<'a> Pass<'a> {
    /// For `rows` rows.
    ///
    /// # Errors
    /// As `rank`, for what is asked.
    pub fn new(ask: &Ask<'a>, rows: usize) -> Result<Self, Refusal> {
        check(ask)?;
        Ok(Self { ask: *ask, barred: Bits::of(ask.exclude, rows) })
    }

    /// A worker begins.
    #[must_use]
    pub fn begin(&self) -> Best<'_, 'a> {
        Best { pass: self, top: Top::new(self.ask.k, self.ask.below), values: Vec::with_capacity(CHUNK) }
    }

    /// The best of what all workers saw, best first.
    #[must_use]
    pub fn end(&self, best: Vec<Best<'_, '_>>) -> Vec<(f64, u32)> {
        let none = Top::new(self.ask.k, self.ask.below);
        best.into_iter().map(|best| best.top).fold(none, Top::join).sorted()
    }

    fn allows(&self, row: usize) -> bool {
        self.ask.eligible.is_none_or(|mask| mask.get(row).is_some_and(|&on| on)) && !self.barred.holds(row)
    }
}

impl Best<'_, '_> {
    /// Look at the rows from `first` on.
    pub fn see(&mut self, first: usize, means: &[f64], variances: &[f64]) {
        self.values.clear();
        self.values.extend_from_slice(means);
        weigh(&mut self.values, variances, first, &self.pass.ask);
        self.top.sweep(&self.values, first as u32, |row| self.pass.allows(row));
    }
}

/// Turn the means of the rows from `first` on into their values in the order asked for.
fn weigh(means: &mut [f64], variances: &[f64], first: usize, ask: &Ask<'_>) {
    let rows = first as u64..;
    match ask.by {
        By::Mean | By::Draw { .. } => {}
        By::Variance => means.copy_from_slice(variances),
        By::Upper { beta } => {
            means.iter_mut().zip(variances).for_each(|(value, variance)| *value += beta * variance.sqrt());
        }
        By::Thompson { seed } => {
            for ((value, variance), row) in means.iter_mut().zip(variances).zip(rows.clone()) {
                *value += variance.sqrt() * normal(seed, row);
            }
        }
    }
    if ask.recency.is_some() {
        means.iter_mut().zip(first..).for_each(|(value, row)| *value += bonus(row, ask));
    }
    if let By::Draw { temperature, seed } = ask.by {
        means.iter_mut().zip(rows).for_each(|(value, row)| *value = *value / temperature + gumbel(seed, row));
    }
}

fn bonus(row: usize, ask: &Ask<'_>) -> f64 {
    let Some(recency) = &ask.recency else { return 0.0 };
    recency
        .times
        .get(row)
        .map_or(0.0, |&time| recency.weight * (-(recency.now - time).max(0.0) / recency.half_life_s).exp2())
}

fn check(ask: &Ask<'_>) -> Result<(), Refusal> {
    let above_0 = |what, given: f64| {
        if given > 0.0 && given.is_finite() {
            Ok(())
        } else {
            Err(Refusal::Range { what, given, wanted: "above 0" })
        }
    };
    let finite = |what, given: f64| {
        if given.is_finite() { Ok(()) } else { Err(Refusal::Range { what, given, wanted: "finite" }) }
    };
    match ask.by {
        By::Draw { temperature, .. } => above_0("temperature", temperature)?,
        By::Upper { beta } => finite("beta", beta)?,
        By::Mean | By::Variance | By::Thompson { .. } => {}
    }
    if let Some(recency) = &ask.recency {
        above_0("half_life_s", recency.half_life_s)?;
        finite("weight of recency", recency.weight)?;
        finite("now", recency.now)?;
        check_finite("times", recency.times, 1)?;
    }
    match ask.below {
        Some(below) if below.value.is_nan() => {
            Err(Refusal::Range { what: "below", given: f64::NAN, wanted: "a number" })
        }
        _ => Ok(()),
    }
}

/// The sum of the models' weights.
///
/// # Errors
/// As `rank`, for the weights.
pub fn check_weights(mut weights: impl Iterator<Item = f64> + Clone) -> Result<f64, Refusal> {
    let sum: f64 = weights.clone().sum();
    if let Some(given) = weights.find(|weight| !weight.is_finite() || *weight < 0.0) {
        return Err(Refusal::Range { what: "a model's weight", given, wanted: "finite and not below 0" });
    }
    if sum <= 0.0 || !sum.is_finite() {
        return Err(Refusal::Range { what: "the sum of the weights", given: sum, wanted: "above 0" });
    }
    Ok(sum)
}

/// Models with weights that sum to 1.
pub struct Mixture<'a> {
    models: Vec<(&'a Moments, f64)>,
    rows: usize,
}

impl<'a> Mixture<'a> {
    /// Of those models.
    ///
    /// # Errors
    /// As `rank`, for the models.
    pub fn new(models: &[(&'a Moments, f64)]) -> Result<Self, Refusal> {
        let Some(rows) = models.iter().map(|(moments, _)| moments.mean.len()).min() else {
            return Err(Refusal::Size { what: "models", given: 0, wanted: 1 });
        };
        let sum = check_weights(models.iter().map(|model| model.1))?;
        Ok(Self { models: models.iter().map(|&(moments, weight)| (moments, weight / sum)).collect(), rows })
    }

    /// Show means and variances of the chunk of rows from `first` on.
    fn shown(&self, first: usize, mut show: impl FnMut(&[f64], &[f64])) {
        let rows = first..self.rows.min(first + CHUNK);
        if let [(only, _)] = self.models.as_slice() {
            return show(&only.mean[rows.clone()], &only.variance[rows]);
        }
        let (means, variances): (Vec<f64>, Vec<f64>) = rows.map(|row| self.at(row)).unzip();
        show(&means, &variances);
    }

    /// Mean and variance of a row.
    fn at(&self, row: usize) -> (f64, f64) {
        if let [(only, _)] = self.models.as_slice() {
            return (only.mean[row], only.variance[row]);
        }
        let mean: f64 = self.models.iter().map(|(moments, weight)| weight * moments.mean[row]).sum();
        let spread = |(moments, weight): &(&Moments, f64)| {
            weight * (moments.variance[row] + (moments.mean[row] - mean).powi(2))
        };
        (mean, self.models.iter().map(spread).sum())
    }

    /// The parts of the scores of those (score, row).
    #[must_use]
    pub fn explained(&self, best: Vec<(f64, u32)>, ask: &Ask<'_>) -> Ranked {
        let (scores, rows): (Vec<f64>, Vec<u32>) = best.into_iter().unzip();
        let (mean, variance): (Vec<f64>, Vec<f64>) = rows.iter().map(|&row| self.at(row as usize)).unzip();
        Ranked {
            std: variance.into_iter().map(f64::sqrt).collect(),
            recency: rows.iter().map(|&row| bonus(row as usize, ask)).collect(),
            means: Array2::from_shape_fn((rows.len(), self.models.len()), |(n, model)| {
                self.models[model].0.mean[rows[n] as usize]
            }),
            rows,
            scores,
            mean,
        }
    }
}

/// A set of rows, one bit each.
struct Bits(Vec<u64>);

impl Bits {
    fn of(rows: &[u32], count: usize) -> Self {
        let mut words = vec![0u64; if rows.is_empty() { 0 } else { count.div_ceil(64) }];
        for &row in rows {
            if let Some(word) = words.get_mut(row as usize / 64) {
                *word |= 1 << (row % 64);
            }
        }
        Self(words)
    }

    fn holds(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;
    use proptest::prelude::*;

    use super::*;

    fn plain(k: usize, by: By) -> Ask<'static> {
        Ask { k, by, recency: None, eligible: None, exclude: &[], below: None }
    }

    /// Few different values, so that ties are many.
    fn moments(of: &[(i8, u8)]) -> Moments {
        Moments {
            mean: of.iter().map(|row| f64::from(row.0)).collect(),
            variance: of.iter().map(|row| f64::from(row.1)).collect(),
        }
    }

    proptest! {
        #[test]
        fn every_order_is_a_full_sort_under_filters_and_a_cursor(
            rows in prop::collection::vec((-3i8..3, 0u8..3), 1..300),
            other in prop::collection::vec((-3i8..3, 0u8..3), 1..300),
            mask in prop::collection::vec(prop::bool::ANY, 0..300),
            exclude in prop::collection::vec(0u32..320, 0..9),
            (k, cut, order, weighed) in (0usize..60, 0usize..300, 0usize..5, prop::bool::ANY),
        ) {
            let (one, two) = (moments(&rows), moments(&other));
            let by = [By::Mean, By::Variance, By::Upper { beta: 0.5 }, By::Thompson { seed: 3 },
                By::Draw { temperature: 0.7, seed: 4 }][order];
            let times: Array1<f64> = (0..rows.len()).map(|row| (row % 5) as f64 * 10.0).collect();
            let recency = Recency { times: times.view(), now: 30.0, half_life_s: 20.0, weight: 0.5 };
            let mask = Array1::from(mask);
            let mut ask = Ask { recency: weighed.then_some(recency), eligible: Some(mask.view()), exclude: &exclude,
                ..plain(k, by) };
            let models = [(&one, 1.0), (&two, 3.0)];
            let mixture = Mixture::new(&models).unwrap();
            let mut sorted: Vec<(f64, u32)> = (0..mixture.rows)
                .filter(|&row| mask.get(row).is_some_and(|&on| on) && !exclude.contains(&(row as u32)))
                .map(|row| {
                    let (mean, variance) = mixture.at(row);
                    let mut value = [mean];
                    weigh(&mut value, &[variance], row, &ask);
                    (value[0], row as u32)
                })
                .collect();
            sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            if let Some(&(value, row)) = sorted.get(cut) {
                ask.below = Some(Below { value, row });
                sorted.drain(..=cut);
            }
            let found = rank(&models, &ask).unwrap();
            let expected: Vec<u32> = sorted.iter().take(k).map(|pair| pair.1).collect();
            prop_assert_eq!(found.rows, expected);
        }
    }

    #[test]
    fn a_mixture_has_the_mean_and_variance_of_the_whole() {
        let (one, two) = (moments(&[(2, 1)]), moments(&[(-2, 3)]));
        let found = rank(&[(&one, 1.0), (&two, 3.0)], &plain(1, By::Mean)).unwrap();
        assert_eq!((found.mean[0], found.std[0].powi(2)), (-1.0, 2.5 + 3.0));
        assert_eq!(found.means.into_raw_vec_and_offset().0, [2.0, -2.0]);
    }

    #[test]
    fn what_cannot_be_ranked_by_is_refused() {
        let one = moments(&[(1, 1)]);
        let refuse =
            |models: &[(&Moments, f64)], by| rank(models, &plain(1, by)).err().map(|why| why.to_string());
        assert_eq!(refuse(&[], By::Mean).unwrap(), "models has 0 entries where 1 are needed");
        assert!(refuse(&[(&one, -1.0)], By::Mean).unwrap().starts_with("a model's weight is -1"));
        assert!(refuse(&[(&one, 0.0)], By::Mean).unwrap().starts_with("the sum of the weights is 0"));
        let cold = By::Draw { temperature: 0.0, seed: 1 };
        assert!(refuse(&[(&one, 1.0)], cold).unwrap().starts_with("temperature is 0"));
        assert!(refuse(&[(&one, 1.0)], By::Upper { beta: f64::NAN }).unwrap().starts_with("beta is NaN"));
    }
}
