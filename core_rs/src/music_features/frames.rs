//! The spectrogram, frame by frame: what the blocks need of each frame is kept, the spectra are not.

use realfft::RealFftPlanner;

use super::{RATE, chroma, mel, spectral};

/// Samples to a frame (93 ms), and from one frame to the next (23 ms).
pub const FRAME: usize = 2048;
const HOP: usize = 512;
/// Bins of a spectrum.
pub const BINS: usize = FRAME / 2 + 1;
/// Frames a second.
pub const PER_SECOND: f64 = RATE as f64 / HOP as f64;

/// One row for each frame of a piece; at least one.
pub struct Frames {
    /// Decades of power in the mel bands.
    pub mel: Vec<[f64; mel::BANDS]>,
    /// Shares of the twelve pitch classes.
    pub chroma: Vec<[f64; 12]>,
    /// Spectral shape.
    pub shape: Vec<[f64; spectral::SHAPES]>,
    /// Power in dB.
    pub level: Vec<f64>,
}

impl Frames {
    /// Take frames of `sound`, at least `FRAME` samples, every `HOP` samples while they fit.
    pub fn of(sound: &[f64]) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        let (mut input, mut spectrum) = (fft.make_input_vec(), fft.make_output_vec());
        let mut scratch = fft.make_scratch_vec();
        let turn = std::f64::consts::TAU / (FRAME - 1) as f64;
        let window: Vec<f64> = (0..FRAME).map(|at| 0.5 - 0.5 * (turn * at as f64).cos()).collect();
        let (bands, classes, mut shaper) = (mel::filters(), chroma::classes(), spectral::Shaper::new());
        let mut power = vec![0.0; BINS];
        let mut frames = Self { mel: Vec::new(), chroma: Vec::new(), shape: Vec::new(), level: Vec::new() };
        for frame in sound.windows(FRAME).step_by(HOP) {
            for ((target, sample), weight) in input.iter_mut().zip(frame).zip(&window) {
                *target = sample * weight;
            }
            // The lengths come from the plan itself, so this cannot fail; a frame it refused would be silent.
            if fft.process_with_scratch(&mut input, &mut spectrum, &mut scratch).is_err() {
                spectrum.fill(0.0.into());
            }
            for (target, value) in power.iter_mut().zip(&spectrum) {
                *target = value.norm_sqr();
            }
            frames.mel.push(mel::decades(&bands, &power));
            frames.chroma.push(chroma::shares(&classes, &power));
            frames.shape.push(shaper.of(&power, frame));
            frames.level.push(10.0 * (power.iter().sum::<f64>() + 1e-9).log10());
        }
        frames
    }
}

/// Frequency of a bin.
pub fn hertz(bin: usize) -> f64 {
    (bin * RATE) as f64 / FRAME as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_while_they_fit() {
        let count = |samples: usize| Frames::of(&vec![0.1; samples]).level.len();
        assert_eq!([FRAME, FRAME + HOP - 1, FRAME + HOP, 22_050].map(count), [1, 1, 2, 40]);
    }

    #[test]
    fn a_tone_of_440_hertz_is_an_a_and_its_level_is_known() {
        let turn = std::f64::consts::TAU * 440.0 / RATE as f64;
        let tone: Vec<f64> = (0..RATE).map(|at| (turn * at as f64).sin()).collect();
        let frames = Frames::of(&tone);
        assert!(frames.chroma.iter().all(|shares| shares[9] > 0.99));
        // Parseval with the window's power of 3/8: half of FRAME * 3/8 * FRAME / 2.
        let expected = 10.0 * (FRAME as f64 * FRAME as f64 * 3.0 / 32.0).log10();
        assert!(frames.level.iter().all(|level| (level - expected).abs() < 0.05));
    }
}
