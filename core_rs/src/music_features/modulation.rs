//! How fast ten bands swell and fade, from slow waves to roughness.

use realfft::RealFftPlanner;

use super::column;
use super::mel::BANDS;
use crate::stats::{mean, standing};

/// Frames to a stretch, 6 s.
const STRETCH: usize = 256;
/// Every fourth band is followed.
const STEP: usize = 4;
/// Ranges of speed, in waves a stretch, and what is usual in each.
const SPEEDS: [usize; 7] = [1, 3, 6, 12, 24, 48, 100];
const USUAL: [f64; 6] = [3.2, 2.9, 2.6, 2.3, 2.0, 1.8];

/// `(60,)`: the logarithm of the mean strength by speed and band. A piece shorter than a stretch ends in rest.
pub fn block(mel: &[[f64; BANDS]]) -> Vec<f64> {
    let fft = RealFftPlanner::new().plan_fft_forward(STRETCH);
    let (mut input, mut waves) = (fft.make_input_vec(), fft.make_output_vec());
    let stretches = (mel.len() / STRETCH).max(1);
    let mut block = vec![0.0; USUAL.len() * BANDS / STEP];
    for (at, band) in (0..BANDS).step_by(STEP).enumerate() {
        let values = column(mel, band);
        let centre = mean(&values);
        let mut swell = vec![0.0; waves.len()];
        for stretch in values.chunks(STRETCH).take(stretches) {
            input.fill(0.0);
            for (target, value) in input.iter_mut().zip(stretch) {
                *target = value - centre;
            }
            let done = fft.process(&mut input, &mut waves).is_ok();
            debug_assert!(done, "lengths come from the plan");
            for (sum, wave) in swell.iter_mut().zip(&waves) {
                *sum += wave.norm() / stretches as f64;
            }
        }
        for (speed, (range, usual)) in SPEEDS.windows(2).zip(USUAL).enumerate() {
            let strength = mean(&swell[range[0]..range[1]]) + 1e-3;
            block[speed * BANDS / STEP + at] = standing(strength.ln(), usual, 0.6);
        }
    }
    block
}
