//! Power in 40 bands evenly spaced for the ear, and the shape of the spectrum over a piece.

use super::column;
use super::frames::{BINS, hertz};
use crate::stats::{deviation, mean, quantiles, standing};

/// Bands from 30 to 10,000 Hz.
pub const BANDS: usize = 40;
/// Decades that a usual spectrum falls over the bands.
const FALL: f64 = 3.0;

/// A triangle over some bins, 1 at its peak.
pub struct Filter {
    first: usize,
    weights: Vec<f64>,
}

/// The triangles, from low to high.
pub fn filters() -> Vec<Filter> {
    let mel = |hertz: f64| 2595.0 * (1.0 + hertz / 700.0).log10();
    let (low, high) = (mel(30.0), mel(10_000.0));
    let edge = |at: usize| {
        let mel = low + (high - low) * at as f64 / (BANDS + 1) as f64;
        700.0 * (10f64.powf(mel / 2595.0) - 1.0)
    };
    let filter = |band: usize| {
        let (low, peak, high) = (edge(band), edge(band + 1), edge(band + 2));
        let first = (0..BINS).find(|&bin| hertz(bin) > low).unwrap_or(BINS);
        let bins = (first..BINS).take_while(|&bin| hertz(bin) < high);
        let weight = |bin| ((hertz(bin) - low) / (peak - low)).min((high - hertz(bin)) / (high - peak));
        Filter { first, weights: bins.map(weight).collect() }
    };
    (0..BANDS).map(filter).collect()
}

/// Decades of power in each band of a spectrum, from -6 for silence.
pub fn decades(filters: &[Filter], power: &[f64]) -> [f64; BANDS] {
    std::array::from_fn(|band| {
        let Filter { first, weights } = &filters[band];
        let sum: f64 = power[*first..].iter().zip(weights).map(|(power, weight)| power * weight).sum();
        (sum + 1e-6).log10()
    })
}

/// `(200,)`: mean, deviation and three quantiles of each band, without the level and less the usual fall.
pub fn block(mel: &[[f64; BANDS]]) -> Vec<f64> {
    let level = mean(mel.as_flattened());
    let mut block = vec![0.0; 5 * BANDS];
    for band in 0..BANDS {
        let values = column(mel, band);
        let usual = level + FALL * (0.5 - band as f64 / (BANDS - 1) as f64);
        block[band] = standing(mean(&values) - usual, 0.0, 1.0);
        block[BANDS + band] = standing(deviation(&values), 0.7, 0.3);
        for (k, (value, place)) in
            quantiles(values, [0.1, 0.5, 0.9]).into_iter().zip([-0.8, 0.0, 0.8]).enumerate()
        {
            block[(2 + k) * BANDS + band] = standing(value - usual, place, 1.0);
        }
    }
    block
}
