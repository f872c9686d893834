//! How loud, how evenly, and whether it grows.

use super::RATE;
use crate::stats::{covariance, deviation, mean, quantiles, share, standing, variance};

/// `(10,)`: level of seconds (mean, deviation, quantiles) and of frames, crest, silence and rise.
///
/// `level` is the power of the frames in dB. A window is a second, taken every half second; a piece shorter than
/// that is one window.
pub fn block(sound: &[f64], level: &[f64]) -> Vec<f64> {
    let square =
        |window: &[f64]| window.iter().map(|sample| sample * sample).sum::<f64>() / window.len() as f64;
    let decibels = |window: &[f64]| 20.0 * ((square(window) + 1e-9).sqrt() + 1e-5).log10();
    let seconds: Vec<f64> = sound.windows(RATE.min(sound.len())).step_by(RATE / 2).map(decibels).collect();
    let [soft, middle, loud] = quantiles(seconds.clone(), [0.05, 0.5, 0.95]);
    let steps: Vec<f64> = level.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let peak = sound.iter().fold(0.0, |most: f64, sample| most.max(sample.abs()));
    let crest = 20.0 * (peak / (square(sound).sqrt() + 1e-9) + 1e-9).log10();
    let loudest = level.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    vec![
        standing(mean(&seconds), -20.0, 8.0),
        standing(deviation(&seconds), 4.0, 3.0),
        standing(soft, -28.0, 10.0),
        standing(middle, -19.0, 8.0),
        standing(loud, -14.0, 7.0),
        standing(deviation(level), 8.0, 5.0),
        standing(mean(&steps), 2.5, 1.5),
        standing(crest, 15.0, 4.0),
        standing(share(level.len(), |at| level[at] < loudest - 50.0), 0.05, 0.1),
        standing(rise(&seconds), 0.0, 0.1),
    ]
}

/// Decibels that the level rises from one window to the next, by least squares; 0 for fewer than three.
fn rise(seconds: &[f64]) -> f64 {
    if seconds.len() < 3 {
        return 0.0;
    }
    let places: Vec<f64> = (0..seconds.len()).map(|at| at as f64).collect();
    covariance(&places, seconds) / variance(&places)
}
