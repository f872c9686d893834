//! Small statistics shared by the feature kernels. Empty input gives 0, never NaN.

/// The mean of some values.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The mean squared distance to the mean.
#[must_use]
pub fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / values.len().max(1) as f64
}

/// Square root of the variance.
#[must_use]
pub fn deviation(values: &[f64]) -> f64 {
    variance(values).sqrt()
}

/// The mean product of the distances of two equally long rows to their means.
#[must_use]
pub fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let (at, to) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - at) * (y - to)).sum::<f64>() / x.len().max(1) as f64
}

/// Values at those fractions of the order, between neighbours in proportion.
#[must_use]
pub fn quantiles<const N: usize>(mut values: Vec<f64>, fractions: [f64; N]) -> [f64; N] {
    values.sort_unstable_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return [0.0; N] };
    fractions.map(|fraction| {
        let place = fraction * last as f64;
        let below = place.floor() as usize;
        let above = (below + 1).min(last);
        values[below] + (values[above] - values[below]) * place.fract()
    })
}

/// Entropy of shares in nats.
#[must_use]
pub fn entropy(shares: &[f64]) -> f64 {
    -shares.iter().map(|share| share * (share + 1e-9).ln()).sum::<f64>()
}

/// The share of `count` things for which `test` holds.
#[must_use]
pub fn share(count: usize, test: impl Fn(usize) -> bool) -> f64 {
    (0..count).filter(|&at| test(at)).count() as f64 / count.max(1) as f64
}

/// How far a value stands from the usual one, in spreads, held within 3 so that no single number rules a block.
#[must_use]
pub fn standing(value: f64, usual: f64, spread: f64) -> f64 {
    ((value - usual) / spread).clamp(-3.0, 3.0)
}

/// Scaled to length 1; what is no longer than rounding leaves becomes zeros.
#[must_use]
pub fn unit(mut values: Vec<f64>) -> Vec<f64> {
    let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let scale = if length > 1e-9 { length.recip() } else { 0.0 };
    for value in &mut values {
        *value *= scale;
    }
    values
}

/// Blocks of equal weight as one vector of length 1, in f32.
#[must_use]
pub fn joined<const N: usize>(blocks: [Vec<f64>; N]) -> Vec<f32> {
    let whole = unit(blocks.into_iter().flat_map(unit).collect());
    whole.into_iter().map(|value| value as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantiles(vec![4.0, 0.0, 1.0], [0.0, 0.25, 0.75, 1.0]), [0.0, 0.5, 2.5, 4.0]);
        assert_eq!(quantiles(Vec::new(), [0.5]), [0.0]);
    }

    #[test]
    fn joined_blocks_weigh_the_same() {
        let whole = joined([vec![30.0, 40.0], vec![0.0, 0.1]]);
        let half = 0.5f32.sqrt();
        assert!(whole.iter().zip([0.6 * half, 0.8 * half, 0.0, half]).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
