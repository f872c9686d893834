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

/// Length of the vector (x, y). Nothing here is near the ends of f64, so the plain formula does.
pub fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}
