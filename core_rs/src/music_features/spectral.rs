//! Spectral shape: peaks against valleys in seven octaves, where the power lies, tone against noise.

use std::ops::Range;

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

/// What is the same for every frame.
pub struct Shaper {
    hertz: Vec<f64>,
    octaves: Vec<Range<usize>>,
    band: Vec<f64>,
    rising: Vec<f64>,
}

impl Shaper {
    /// Ready for spectra of `BINS`.
    pub fn new() -> Self {
        let hertz: Vec<f64> = (0..BINS).map(hertz).collect();
        let bin = |edge: f64| hertz.partition_point(|hertz| *hertz < edge);
        let octaves = OCTAVES.windows(2).map(|octave| bin(octave[0])..bin(octave[1])).collect();
        Self { hertz, octaves, band: Vec::new(), rising: vec![0.0; BINS] }
    }

    /// The numbers of one frame from its spectrum and its samples.
    pub fn of(&mut self, power: &[f64], samples: &[f64]) -> [f64; SHAPES] {
        let mut shape = [0.0; SHAPES];
        for (target, octave) in shape.iter_mut().zip(&self.octaves) {
            self.band.clear();
            self.band.extend_from_slice(&power[octave.clone()]);
            *target = contrast(&mut self.band);
        }
        for (target, hertz) in shape[7..].iter_mut().zip(self.places(power)) {
            *target = (hertz + 50.0).ln();
        }
        // One logarithm for the product of sixteen, which stays far from the ends of f64.
        let products = power.chunks(16).map(|some| some.iter().map(|power| power + 1e-9).product::<f64>());
        let logarithms = products.map(f64::ln).sum::<f64>() / BINS as f64;
        shape[12] = logarithms - (power.iter().sum::<f64>() / BINS as f64 + 1e-9).ln();
        let sign = |sample: f64| i8::from(sample > 0.0) - i8::from(sample < 0.0);
        let crossings = samples.windows(2).filter(|pair| sign(pair[0]) != sign(pair[1])).count();
        shape[13] = crossings as f64 / (samples.len() - 1) as f64;
        shape
    }

    /// Centre and width of the power, and the frequencies below which 50, 85 and 95 % of it lie, in Hz.
    fn places(&mut self, power: &[f64]) -> [f64; 5] {
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for ((power, hertz), rising) in power.iter().zip(&self.hertz).zip(&mut self.rising) {
            sum += power;
            first += power * hertz;
            second += power * hertz * hertz;
            *rising = sum;
        }
        let total = sum + 1e-9;
        let centre = first / total;
        let width = (second / total - centre * centre).max(0.0).sqrt();
        let below = |share: f64| {
            let bin = self.rising.partition_point(|part| *part < share * sum);
            self.hertz[bin.min(BINS - 1)]
        };
        [centre, width, below(0.5), below(0.85), below(0.95)]
    }
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

/// How far the strongest fiftieth of a band of powers stands above the weakest, as a logarithm of amplitudes.
fn contrast(band: &mut [f64]) -> f64 {
    let some = band.len() / 50 + 1;
    let amplitude =
        |powers: &[f64]| (powers.iter().map(|power| power.sqrt()).sum::<f64>() / some as f64 + 1e-6).ln();
    band.select_nth_unstable_by(some - 1, f64::total_cmp);
    let valley = amplitude(&band[..some]);
    let from = band.len() - some;
    band.select_nth_unstable_by(from, f64::total_cmp);
    amplitude(&band[from..]) - valley
}
