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

use crate::features::{CHUNK, Snapshot};
use crate::hardware::Simd;
use crate::hardware::products::{MOST, Vectors};

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

/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hands {
    /// Every thread of the pool.
    All,
    /// The caller, so that nobody who needs the pool waits behind it.
    Alone,
}

impl Moments {
    /// Moments of the rows of `snapshot` from `first` on: Y = X·[V | w], mean = last column, variance = row sums
    /// of Y∘X. `extra` is 0 past its end; `weights` is `(d + 1,)`, `covariance` `(d + 1, d + 1)`.
    ///
    /// f64 throughout. O(n·d²) over fixed tiles: by all threads, or by the caller alone.
    #[must_use]
    pub fn of(
        snapshot: &Snapshot,
        extra: &[f16],
        weights: ArrayView1<'_, f64>,
        covariance: ArrayView2<'_, f64>,
        first: usize,
        hands: Hands,
    ) -> Self {
        let d = weights.len();
        let at = |(row, column)| if column < d { covariance[[row, column]] } else { weights[row] };
        let both = Array2::from_shape_fn((d, d + 1), at);
        let starts: Vec<usize> = (first..snapshot.rows()).step_by(TILE).collect();
        let begin = || (Array2::zeros((TILE, d)), Array2::zeros((TILE, d + 1)));
        let part = |(x, y): &mut (Array2<f64>, Array2<f64>), &start: &usize| {
            let rows = start..snapshot.rows().min(start + TILE);
            let count = rows.len();
            widen(snapshot, extra, rows, x);
            general_mat_mul(1.0, &*x, &both, 0.0, y);
            x.rows().into_iter().zip(y.rows()).take(count).map(finish).unzip()
        };
        let parts: Vec<(Vec<f64>, Vec<f64>)> = match hands {
            Hands::All => starts.par_iter().with_min_len(CHUNK / TILE).map_init(begin, part).collect(),
            Hands::Alone => {
                let mut tile = begin();
                starts.iter().map(|start| part(&mut tile, start)).collect()
            }
        };
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
        snapshot.row(row).convert_to_f64_slice(&mut target[..width]);
        target[width] = extra.get(row).map_or(0.0, |value| value.to_f64());
    }
}

/// One rating as every row sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// g `(d + 1,)`, the extra last.
    pub gain: Vec<f64>,
    /// What the mean moves by for each unit of x'g.
    pub error: f64,
    /// Predictive variance, not 0; negative for a rating taken back.
    pub q: f64,
}

/// Ratings that were given one after the other, to be applied in one pass: moves of mean and variance add up.
pub struct Burst {
    width: usize,
    tiles: Vec<Tile>,
}

/// Up to `products::MOST` of them.
struct Tile {
    gains: Vectors,
    /// For each rating the gain of the extra, the error, and 1 / q.
    scalars: Vec<(f64, f64, f64)>,
}

impl Burst {
    /// Prepare ratings whose gains are `width + 1` long.
    #[must_use]
    pub fn new(width: usize, ratings: &[Rating]) -> Self {
        let tile = |some: &[Rating]| Tile {
            gains: Vectors::new(width, &some.iter().map(|one| &one.gain[..width]).collect::<Vec<_>>()),
            scalars: some.iter().map(|one| (one.gain[width], one.error, one.q.recip())).collect(),
        };
        Self { width, tiles: ratings.chunks(MOST).map(tile).collect() }
    }

    /// Move the moments of as many rows as `moments` holds. `extra` is 0 past its end.
    ///
    /// Products are f32, sums f64; the variance is held at 0 or above once all have been applied. O(k·n·d), and
    /// one pass over memory: rows are taken so few at a time that they stay in the nearest cache.
    pub fn apply(&self, rows: &[f16], extra: &[f16], moments: (&mut [f64], &mut [f64])) {
        let (simd, width) = (Simd::chosen(), self.width);
        let mut products = [0.0f32; MOST * TILE];
        for (index, (mean, variance)) in
            moments.0.chunks_mut(TILE).zip(moments.1.chunks_mut(TILE)).enumerate()
        {
            let (first, count) = (index * TILE, mean.len());
            let rows = &rows[first * width..(first + count) * width];
            let extra = extra.get(first..).unwrap_or_default();
            for tile in &self.tiles {
                let products = &mut products[..count * tile.gains.len()];
                simd.products(rows, &tile.gains, products);
                for (products, &scalars) in products.chunks_exact_mut(count).zip(&tile.scalars) {
                    step(products, extra, scalars, mean, variance);
                }
            }
            for variance in variance {
                *variance = variance.max(0.0);
            }
        }
    }
}

/// One rating's move of a few rows, given their products with its gain.
fn step(
    products: &mut [f32],
    extra: &[f16],
    (last, error, inverse): (f64, f64, f64),
    mean: &mut [f64],
    variance: &mut [f64],
) {
    if last != 0.0 {
        for (p, extra) in products.iter_mut().zip(extra) {
            *p += (extra.to_f64() * last) as f32;
        }
    }
    for ((mean, variance), &p) in mean.iter_mut().zip(variance).zip(products.iter()) {
        let p = f64::from(p);
        *mean += error * p;
        *variance -= p * p * inverse;
    }
}
