//! A square of numbers: one channel of a picture.

/// `side` rows of `side` values.
pub struct Plane {
    pub side: usize,
    pub values: Vec<f64>,
}

impl Plane {
    /// A plane whose value at row y, column x is `value(y, x)`.
    pub fn from_fn(side: usize, mut value: impl FnMut(usize, usize) -> f64) -> Self {
        let values = (0..side * side).map(|at| value(at / side, at % side)).collect();
        Self { side, values }
    }

    /// The value at row y, column x.
    #[inline]
    pub fn at(&self, y: usize, x: usize) -> f64 {
        self.values[y * self.side + x]
    }

    /// Half as many rows and columns, each value the mean of four.
    pub fn halved(&self) -> Self {
        Self::from_fn(self.side / 2, |y, x| {
            let (y, x) = (2 * y, 2 * x);
            (self.at(y, x) + self.at(y, x + 1) + self.at(y + 1, x) + self.at(y + 1, x + 1)) / 4.0
        })
    }

    /// The sum of value times weight(y, x).
    pub fn weighed(&self, mut weight: impl FnMut(usize, usize) -> f64) -> f64 {
        self.values.iter().enumerate().map(|(at, value)| value * weight(at / self.side, at % self.side)).sum()
    }
}

/// The mean of some values.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean squared distance to the mean.
pub fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// The share of values for which `test` holds.
pub fn share(count: usize, test: impl Fn(usize) -> bool) -> f64 {
    (0..count).filter(|&at| test(at)).count() as f64 / count as f64
}

/// Values at those fractions of the order, between neighbours in proportion.
pub fn quantiles<const N: usize>(mut values: Vec<f64>, fractions: [f64; N]) -> [f64; N] {
    values.sort_unstable_by(f64::total_cmp);
    fractions.map(|fraction| {
        let place = fraction * (values.len() - 1) as f64;
        let below = place.floor() as usize;
        let above = (below + 1).min(values.len() - 1);
        values[below] + (values[above] - values[below]) * place.fract()
    })
}

/// Entropy of shares in nats.
pub fn entropy(shares: impl IntoIterator<Item = f64>) -> f64 {
    -shares.into_iter().map(|share| share * (share + 1e-9).ln()).sum::<f64>()
}
