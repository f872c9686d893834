//! Mean and variance of rows under a Gaussian over weights, computed whole or moved by one rating.
//!
//! Under N(w, V) a row x = [φ, extra] has mean w'x and variance x'Vx. A rating of row r with gain g = `V·x_r` and
//! predictive variance q moves every row at once: p = x'g, mean += error·p, var -= p²/q (the exact rank-one
//! update of V seen through x).

use half::f16;
use half::slice::HalfFloatSliceExt;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use crate::dot::HalfDot;
use crate::features::{CHUNK, Snapshot};

/// Rows widened at a time: they stay in the nearest cache while they are multiplied.
const TILE: usize = 64;

/// Two columns of equal length, one entry a row.
#[derive(Default)]
pub struct Moments {
    /// w'x
    pub mean: Vec<f64>,
    /// x'Vx, never below 0
    pub variance: Vec<f64>,
}

impl Moments {
    /// Moments of the rows of `snapshot` from `first` on: Y = X·[V | w], mean = last column, variance = row sums
    /// of Y∘X. `extra` is 0 past its end; `weights` is `(d + 1,)`, `covariance` `(d + 1, d + 1)`.
    ///
    /// f64 throughout. O(n·d²), in parallel over fixed tiles.
    #[must_use]
    pub fn of(
        snapshot: &Snapshot,
        extra: &[f16],
        weights: ArrayView1<'_, f64>,
        covariance: ArrayView2<'_, f64>,
        first: usize,
    ) -> Self {
        let d = weights.len();
        let at = |(row, column)| if column < d { covariance[[row, column]] } else { weights[row] };
        let both = Array2::from_shape_fn((d, d + 1), at);
        let starts: Vec<usize> = (first..snapshot.rows()).step_by(TILE).collect();
        let parts: Vec<(Vec<f64>, Vec<f64>)> = starts
            .par_iter()
            .with_min_len(CHUNK / TILE)
            .map_init(
                || (Array2::zeros((TILE, d)), Array2::zeros((TILE, d + 1))),
                |(x, y), &start| {
                    let rows = start..snapshot.rows().min(start + TILE);
                    let count = rows.len();
                    widen(snapshot, extra, rows, x);
                    general_mat_mul(1.0, x, &both, 0.0, y);
                    x.rows().into_iter().zip(y.rows()).take(count).map(finish).unzip()
                },
            )
            .collect();
        let (mean, variance): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        Self { mean: mean.concat(), variance: variance.concat() }
    }
}

/// Mean and variance of one row from x and y = [x'V | x'w].
fn finish((x, y): (ArrayView1<'_, f64>, ArrayView1<'_, f64>)) -> (f64, f64) {
    let (covered, mean) = y.split_at(Axis(0), x.len());
    (mean[0], x.dot(&covered).max(0.0))
}

/// Widen `rows` to f64 with their extra at the end; what is left of `x` becomes 0.
fn widen(snapshot: &Snapshot, extra: &[f16], rows: std::ops::Range<usize>, x: &mut Array2<f64>) {
    let width = snapshot.width();
    x.rows_mut().into_iter().skip(rows.len()).for_each(|mut row| row.fill(0.0));
    for (row, mut target) in rows.zip(x.rows_mut()) {
        let Some(target) = target.as_slice_mut() else { continue };
        let start = row % CHUNK * width;
        snapshot.chunk(row / CHUNK)[start..start + width].convert_to_f64_slice(&mut target[..width]);
        target[width] = extra.get(row).map_or(0.0, |value| value.to_f64());
    }
}

/// What one rating does to every row.
pub struct Rating {
    gain: HalfDot,
    /// The gain of the extra.
    last: f64,
    error: f64,
    inverse: f64,
}

impl Rating {
    /// A rating with `gain` `(d + 1,)`, the extra last, `error` and predictive variance `q`, not 0.
    #[must_use]
    pub fn new(gain: &[f64], error: f64, q: f64) -> Self {
        let (last, gain) = gain.split_last().map_or((0.0, gain), |(last, rest)| (*last, rest));
        Self { gain: HalfDot::new(gain), last, error, inverse: 1.0 / q }
    }

    /// Move the moments of as many rows as `moments` holds. `extra` is 0 past its end.
    ///
    /// The product is f32, the move f64. O(n·d), one pass over `rows`.
    pub fn apply(&self, rows: &[f16], extra: &[f16], moments: (&mut [f64], &mut [f64])) {
        let mut moves: Vec<f64> = rows
            .chunks_exact(self.gain.width())
            .take(moments.0.len())
            .map(|row| self.gain.with(row))
            .collect();
        if self.last != 0.0 {
            for (p, extra) in moves.iter_mut().zip(extra) {
                *p += extra.to_f64() * self.last;
            }
        }
        for ((mean, variance), p) in moments.0.iter_mut().zip(moments.1).zip(moves) {
            *mean += self.error * p;
            *variance = (*variance - p * p * self.inverse).max(0.0);
        }
    }
}
