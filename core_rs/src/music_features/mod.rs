//! What a piece sounds like in 518 numbers: spectrum, timbre, pitch classes, rhythm, swell and loudness.
//!
//! Nothing in them is learnt from data: usual values and spreads are round numbers set by hand. The choice of the
//! eight blocks follows our own comparison of hand-made sound features.

use ndarray::ArrayView1;

use crate::refusal::Refusal;
use crate::stats::joined;
use frames::Frames;

mod cepstrum;
mod chroma;
mod frames;
mod loudness;
mod mel;
mod modulation;
mod rhythm;
mod spectral;

/// Numbers that describe a piece.
pub const WIDTH: usize = 200 + 80 + 78 + 30 + 28 + 32 + 60 + 10;
/// Samples a second.
pub const RATE: usize = 22_050;

/// The features of a piece, `(518,)`, of length 1: eight blocks of equal weight.
///
/// `pcm` is mono at 22,050 Hz, within -1..1, of any length; less than one frame of 2048 is filled with silence.
/// A number enters as (value - usual) / spread, held within 3; correlations enter as they are. Always finite.
/// O(n log n), about 1 ms a second of sound; memory about 650 bytes a frame of 512 samples.
///
/// # Errors
/// `NotFinite` naming the sample.
pub fn music_features(pcm: ArrayView1<'_, f32>) -> Result<Vec<f32>, Refusal> {
    if let Some(row) = pcm.iter().position(|value| !value.is_finite()) {
        return Err(Refusal::NotFinite { what: "pcm", row });
    }
    let mut sound: Vec<f64> = pcm.iter().map(|&value| f64::from(value)).collect();
    sound.resize(sound.len().max(frames::FRAME), 0.0);
    let frames = Frames::of(&sound);
    let cepstrum = cepstrum::of(&frames.mel);
    Ok(joined([
        mel::block(&frames.mel),
        cepstrum::block(&cepstrum),
        cepstrum::correlations(&cepstrum),
        chroma::block(&frames.chroma),
        spectral::block(&frames),
        rhythm::block(&frames.mel),
        modulation::block(&frames.mel),
        loudness::block(&sound, &frames.level),
    ]))
}

/// One column of rows of numbers.
fn column<const N: usize>(rows: &[[f64; N]], at: usize) -> Vec<f64> {
    rows.iter().map(|row| row[at]).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_sound_gives_finite_numbers_of_length_1(
            samples in 0usize..9000, period in 2usize..400, level in 0.0f32..1.0,
        ) {
            let pcm = Array1::from_shape_fn(samples, |at| if at % period < period / 2 { level } else { 0.0 });
            let features = music_features(pcm.view()).unwrap();
            prop_assert_eq!(features.len(), WIDTH);
            let length: f32 = features.iter().map(|value| value * value).sum();
            prop_assert!((length - 1.0).abs() < 1e-5, "{}", length);
        }
    }

    #[test]
    fn a_sample_that_is_not_a_number_is_named() {
        let mut pcm = Array1::zeros(5000);
        pcm[4321] = f32::NAN;
        assert_eq!(music_features(pcm.view()), Err(Refusal::NotFinite { what: "pcm", row: 4321 }));
    }
}
