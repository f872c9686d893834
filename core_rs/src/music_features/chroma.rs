//! Pitch classes without the key: what is played against the strongest note, and whether it sounds major or minor.

use super::column;
use super::frames::{BINS, hertz};
use crate::stats::{covariance, deviation, entropy, mean, standing, variance};

/// How well the twelve notes fit a key (Krumhansl and Kessler, 1982).
const MAJOR: [f64; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR: [f64; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
/// Frames to a second, about.
const SECOND: usize = 43;

/// The pitch class of each bin from 60 to 4,000 Hz, 0 for C; none outside.
pub fn classes() -> Vec<Option<usize>> {
    let class =
        |hertz: f64| ((12.0 * (hertz / 440.0).log2()).round_ties_even() as i64 + 69).rem_euclid(12) as usize;
    (0..BINS).map(hertz).map(|hertz| (hertz > 60.0 && hertz < 4000.0).then(|| class(hertz))).collect()
}

/// Shares of the pitch classes in a spectrum; zeros for silence.
pub fn shares(classes: &[Option<usize>], power: &[f64]) -> [f64; 12] {
    let mut sums = [0.0; 12];
    for (class, power) in classes.iter().zip(power) {
        if let Some(class) = class {
            sums[*class] += power;
        }
    }
    let total = sums.iter().sum::<f64>() + 1e-9;
    sums.map(|sum| sum / total)
}

/// `(30,)`: mean and deviation of the classes from the strongest up, mode, spread and movement.
pub fn block(chroma: &[[f64; 12]]) -> Vec<f64> {
    let columns: [Vec<f64>; 12] = std::array::from_fn(|class| column(chroma, class));
    let means = columns.each_ref().map(|values| mean(values));
    let strongest = (1..12).fold(0, |best, class| if means[class] > means[best] { class } else { best });
    let turned = |step: usize| (strongest + step) % 12;
    let first = |step: usize, strong: f64, other: f64| if step == 0 { strong } else { other };
    let mut block: Vec<f64> =
        (0..12).map(|step| standing(means[turned(step)], first(step, 0.2, 0.07), 0.05)).collect();
    block.extend(
        (0..12).map(|step| standing(deviation(&columns[turned(step)]), first(step, 0.16, 0.08), 0.04)),
    );
    let (major, minor) = (fit(&MAJOR, &means), fit(&MINOR, &means));
    let blur: Vec<f64> = chroma.iter().map(|shares| entropy(shares)).collect();
    block.extend([
        standing(major, 0.6, 0.25),
        standing(minor, 0.6, 0.25),
        standing(major - minor, 0.0, 0.15),
        standing(entropy(&means), 2.3, 0.2),
        standing(mean(&blur), 1.5, 0.4),
        standing(movement(chroma), 0.6, 0.3),
    ]);
    block
}

/// The best correlation of a key profile with the classes, over all twelve keys.
fn fit(profile: &[f64; 12], means: &[f64; 12]) -> f64 {
    let keys = (0..12).map(|key| {
        let turned: [f64; 12] = std::array::from_fn(|class| profile[(class + 12 - key) % 12]);
        covariance(&turned, means) / (variance(&turned) * variance(means) + 1e-12).sqrt()
    });
    keys.fold(f64::NEG_INFINITY, f64::max)
}

/// How much the classes change from one second to the next.
fn movement(chroma: &[[f64; 12]]) -> f64 {
    let second = |rows: &[[f64; 12]]| std::array::from_fn::<f64, 12, _>(|class| mean(&column(rows, class)));
    let seconds: Vec<[f64; 12]> = chroma.chunks_exact(SECOND).map(second).collect();
    let moved = |pair: &[[f64; 12]]| pair[0].iter().zip(pair[1]).map(|(a, b)| (a - b).abs()).sum();
    mean(&seconds.windows(2).map(moved).collect::<Vec<f64>>())
}
