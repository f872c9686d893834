//! Spectral shape: peaks against valleys in seven octaves, where the power lies, tone against noise.

use super::column;
use super::frames::{BINS, Frames, hertz};
use crate::stats::{deviation, mean, standing};

/// Octaves in which peaks are held against valleys.
const OCTAVES: [f64; 8] = [0.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 11_025.0];
/// Numbers a frame: contrasts, centre, width and three roll-offs, flatness, crossings.
pub const SHAPES: usize = 7 + 5 + 2;
/// Usual mean, its spread, usual deviation and its spread, of each of them.
const USUAL: [[f64; 4]; SHAPES] = [
    [5.0, 1.5, 0.9, 0.4],
    [5.0, 1.5, 0.9, 0.4],
    [5.0, 1.5, 0.9, 0.4],
    [5.0, 1.5, 0.9, 0.4],
    [5.0, 1.5, 0.9, 0.4],
    [5.0, 1.5, 0.9, 0.4],
    [5.0, 1.5, 0.9, 0.4],
    [6.8, 0.7, 0.4, 0.2],
    [6.9, 0.7, 0.4, 0.2],
    [6.2, 0.7, 0.4, 0.2],
    [7.3, 0.7, 0.4, 0.2],
    [8.0, 0.7, 0.4, 0.2],
    [-4.0, 1.5, 0.9, 0.5],
    [0.08, 0.05, 0.04, 0.03],
];

/// The numbers of one frame from its spectrum and its samples.
pub fn shape(power: &[f64], samples: &[f64]) -> [f64; SHAPES] {
    let mut shape = [0.0; SHAPES];
    for (target, octave) in shape.iter_mut().zip(OCTAVES.windows(2)) {
        *target = contrast(power, octave[0], octave[1]);
    }
    for (target, hertz) in shape[7..].iter_mut().zip(places(power)) {
        *target = (hertz + 50.0).ln();
    }
    let logarithms = power.iter().map(|power| (power + 1e-9).ln()).sum::<f64>() / BINS as f64;
    shape[12] = logarithms - (power.iter().sum::<f64>() / BINS as f64 + 1e-9).ln();
    let sign = |sample: f64| if sample == 0.0 { 0.0 } else { sample.signum() };
    let crossings = samples.windows(2).filter(|pair| sign(pair[0]) != sign(pair[1])).count();
    shape[13] = crossings as f64 / (samples.len() - 1) as f64;
    shape
}

/// `(28,)`: means, then deviations of contrast; the same of the places; then of flatness and of crossings.
pub fn block(frames: &Frames) -> Vec<f64> {
    let (means, deviations): (Vec<f64>, Vec<f64>) = USUAL
        .iter()
        .enumerate()
        .map(|(k, usual)| {
            let values = column(&frames.shape, k);
            (standing(mean(&values), usual[0], usual[1]), standing(deviation(&values), usual[2], usual[3]))
        })
        .unzip();
    let groups = [0..7, 7..12, 12..13, 13..14];
    groups.into_iter().flat_map(|group| [&means[group.clone()], &deviations[group]].concat()).collect()
}

/// How far the strongest fiftieth of the bins of a band stands above the weakest, as a logarithm of amplitudes.
fn contrast(power: &[f64], low: f64, high: f64) -> f64 {
    let bins = (0..BINS).filter(|&bin| hertz(bin) >= low && hertz(bin) < high);
    let mut band: Vec<f64> = bins.map(|bin| power[bin].sqrt()).collect();
    let some = band.len() / 50 + 1;
    let (valley, ..) = band.select_nth_unstable_by(some, f64::total_cmp);
    let valley = (mean(valley) + 1e-6).ln();
    let from = band.len() - some;
    let (_, least, peak) = band.select_nth_unstable_by(from, f64::total_cmp);
    let peak = (*least + peak.iter().sum::<f64>()) / some as f64;
    (peak + 1e-6).ln() - valley
}

/// Centre and width of the power, and the frequencies below which 50, 85 and 95 % of it lie, in Hz.
fn places(power: &[f64]) -> [f64; 5] {
    let moment =
        |degree| power.iter().enumerate().map(|(bin, power)| power * hertz(bin).powi(degree)).sum::<f64>();
    let total = moment(0) + 1e-9;
    let centre = moment(1) / total;
    let width = (moment(2) / total - centre * centre).max(0.0).sqrt();
    let mut rising = power.to_vec();
    for bin in 1..BINS {
        rising[bin] += rising[bin - 1];
    }
    let below =
        |share: f64| hertz(rising.partition_point(|sum| *sum < share * rising[BINS - 1]).min(BINS - 1));
    [centre, width, below(0.5), below(0.85), below(0.95)]
}
