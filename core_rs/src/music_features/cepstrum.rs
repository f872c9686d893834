//! Timbre: the mel spectrum's cosine transform, how it moves, and which of its parts move together.

use std::f64::consts::PI;

use super::column;
use super::mel::BANDS;
use crate::stats::{covariance, deviation, mean, standing};

/// Coefficients kept, and those of them that are correlated.
const KEPT: usize = 20;
const PAIRED: usize = 13;

/// The first 20 coefficients of each frame (an orthonormal cosine transform but for the first).
pub fn of(mel: &[[f64; BANDS]]) -> Vec<[f64; KEPT]> {
    let scale = (2.0 / BANDS as f64).sqrt();
    let wave = |k: usize, band: usize| scale * (PI * k as f64 * (band as f64 + 0.5) / BANDS as f64).cos();
    let waves: Vec<[f64; BANDS]> = (0..KEPT).map(|k| std::array::from_fn(|band| wave(k, band))).collect();
    let transform = |row: &[f64; BANDS]| {
        std::array::from_fn(|k| row.iter().zip(&waves[k]).map(|(x, wave)| x * wave).sum())
    };
    mel.iter().map(transform).collect()
}

/// `(80,)`: means, and deviations of the coefficients, of their changes and of the changes' changes.
pub fn block(cepstrum: &[[f64; KEPT]]) -> Vec<f64> {
    let first = changes(cepstrum);
    let second = changes(&first);
    // The usual level and fall of a spectrum show in the first two; later ones are ever smaller.
    let usual = |k: usize| [9.0, 5.0].get(k).copied().unwrap_or(0.0);
    let scale = |k: usize| (6.0 / (k + 1) as f64).max(0.7);
    let mut block: Vec<f64> =
        (0..KEPT).map(|k| standing(mean(&column(cepstrum, k)), usual(k), scale(k))).collect();
    for (rows, typical) in [(cepstrum, 0.8), (&first, 0.6), (&second, 0.9)] {
        block.extend((0..KEPT).map(|k| {
            let usual = typical * scale(k);
            standing(deviation(&column(rows, k)), usual, usual / 2.0)
        }));
    }
    block
}

/// `(78,)`: correlations of the first 13 coefficients, row by row above the diagonal.
pub fn correlations(cepstrum: &[[f64; KEPT]]) -> Vec<f64> {
    let columns: Vec<Vec<f64>> = (0..PAIRED).map(|k| column(cepstrum, k)).collect();
    let spread: Vec<f64> = columns.iter().map(|column| deviation(column) + 1e-6).collect();
    let pairs = (0..PAIRED).flat_map(|a| (a + 1..PAIRED).map(move |b| (a, b)));
    pairs.map(|(a, b)| covariance(&columns[a], &columns[b]) / (spread[a] * spread[b])).collect()
}

/// What changes over two frames.
fn changes(rows: &[[f64; KEPT]]) -> Vec<[f64; KEPT]> {
    rows.windows(3).map(|three| std::array::from_fn(|k| three[2][k] - three[0][k])).collect()
}
