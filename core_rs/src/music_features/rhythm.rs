//! Rhythm: where things begin, how regularly, and at which tempo.

use realfft::RealFftPlanner;

use super::frames::PER_SECOND;
use super::mel::BANDS;
use crate::stats::{deviation, mean, quantiles, standing};

/// Tempi held against the onsets, 40 to 240 beats a minute in equal ratios.
const TEMPI: usize = 24;
/// The tempo that is tried first, and how many octaves away others lose most of their weight.
const MODERATE: f64 = 110.0;
const OCTAVES: f64 = 0.9;

/// A rise in decades over all bands that nobody hears; it takes away what rounding leaves in a steady sound.
const UNHEARD: f64 = 1e-3;

/// `(32,)`: tempo and its strength, onsets a second, their unevenness, and the echo at 24 tempi.
///
/// Usual values of the onsets are those of an exponential distribution: what falls at random.
pub fn block(mel: &[[f64; BANDS]]) -> Vec<f64> {
    let onsets = onsets(mel);
    let echo = echo(&onsets);
    let at = |lag: usize| echo.get(lag).copied().unwrap_or(0.0);
    let octaves = |lag: usize| (60.0 * PER_SECOND / lag as f64 / MODERATE).log2();
    let weight = |lag: usize| (-0.5 * (octaves(lag) / OCTAVES).powi(2)).exp() * (at(lag) + 1e-9);
    let lags = (PER_SECOND * 0.2) as usize..(PER_SECOND * 2.0) as usize;
    let best = lags.clone().fold(lags.start, |best, lag| if weight(lag) > weight(best) { lag } else { best });
    let is_peak = |three: &&[f64]| three[1] > three[0] && three[1] >= three[2] && three[1] > 1.5;
    let peaks = onsets.windows(3).filter(is_peak).count() as f64;
    let mut block = vec![
        standing(octaves(best), 0.0, 0.5),
        standing(at(best), 0.4, 0.2),
        standing(at(2 * best), 0.3, 0.2),
        standing(peaks * PER_SECOND / onsets.len() as f64, 3.5, 1.5),
        standing(deviation(&onsets), 1.0, 0.5),
    ];
    let [middle, high, highest] = quantiles(onsets, [0.5, 0.9, 0.99]);
    block.extend([standing(middle, 0.7, 0.3), standing(high, 2.3, 0.6), standing(highest, 4.6, 2.0)]);
    let tempo = |k: usize| 40.0 * 6f64.powf(k as f64 / (TEMPI - 1) as f64);
    let lag = |k: usize| (PER_SECOND * 60.0 / tempo(k)).round_ties_even() as usize;
    block.extend((0..TEMPI).map(|k| standing(at(lag(k)), 0.05, 0.15)));
    block
}

/// How much power rises from frame to frame, in multiples of its mean; a single 0 for a single frame.
fn onsets(mel: &[[f64; BANDS]]) -> Vec<f64> {
    let rise = |pair: &[[f64; BANDS]]| pair[0].iter().zip(pair[1]).map(|(a, b)| (b - a).max(0.0)).sum();
    let mut onsets: Vec<f64> = mel.windows(2).map(rise).collect();
    if onsets.is_empty() {
        onsets.push(0.0);
    }
    let mean = mean(&onsets) + UNHEARD;
    onsets.iter().map(|onset| onset / mean).collect()
}

/// The onsets' correlation with themselves some frames later, 1 at once.
fn echo(onsets: &[f64]) -> Vec<f64> {
    let centre = mean(onsets);
    let mut planner = RealFftPlanner::new();
    let (there, back) =
        (planner.plan_fft_forward(2 * onsets.len()), planner.plan_fft_inverse(2 * onsets.len()));
    let mut waves = there.make_output_vec();
    let mut padded: Vec<f64> = onsets.iter().map(|onset| onset - centre).collect();
    padded.resize(2 * onsets.len(), 0.0);
    let transformed = there.process(&mut padded, &mut waves).is_ok();
    for wave in &mut waves {
        *wave = wave.norm_sqr().into();
    }
    let returned = back.process(&mut waves, &mut padded).is_ok();
    debug_assert!(transformed && returned, "lengths come from the plans");
    padded.truncate(onsets.len());
    let scale = 1.0 / (2 * onsets.len()) as f64;
    let whole = padded[0] * scale + 1e-9;
    padded.iter().map(|sum| sum * scale / whole).collect()
}
