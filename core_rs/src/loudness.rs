//! Loudness as EBU R 128 and ITU-R BS.1770-4 measure it: K-weighted, gated, over a whole piece.

use std::f64::consts::PI;

use ndarray::ArrayView2;

use crate::refusal::Refusal;

/// Steps of a gating block of 400 ms, of which 75 % overlap.
const STEPS: usize = 4;
const STEPS_A_SECOND: f64 = 10.0;
const ABSOLUTE_GATE: f64 = -70.0;
const RELATIVE_GATE: f64 = -10.0;
const OFFSET: f64 = -0.691;

/// A recursive filter of second order, transposed direct form II.
#[derive(Clone)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    held: [f64; 2],
}

impl Biquad {
    /// The shelf that stands for the head, of BS.1770 at any rate: f0 1682 Hz, +4 dB.
    fn shelf(rate: f64) -> Self {
        let (f0, gain, q) = (1_681.974_450_955_533, 3.999_843_853_973_347, 0.707_175_236_955_419_6);
        let k = (PI * f0 / rate).tan();
        let high = 10f64.powf(gain / 20.0);
        let middle = high.powf(0.499_666_774_154_541_6);
        let scale = 1.0 + k / q + k * k;
        Self {
            b: [high + middle * k / q + k * k, 2.0 * (k * k - high), high - middle * k / q + k * k]
                .map(|b| b / scale),
            a: [2.0 * (k * k - 1.0) / scale, (1.0 - k / q + k * k) / scale],
            held: [0.0; 2],
        }
    }

    /// The high pass behind it: f0 38 Hz.
    fn high_pass(rate: f64) -> Self {
        let (f0, q) = (38.135_470_876_024_44, 0.500_327_037_323_877_3);
        let k = (PI * f0 / rate).tan();
        let scale = 1.0 + k / q + k * k;
        Self {
            b: [1.0, -2.0, 1.0],
            a: [2.0 * (k * k - 1.0) / scale, (1.0 - k / q + k * k) / scale],
            held: [0.0; 2],
        }
    }

    fn next(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.held[0];
        self.held[0] = self.b[1] * x - self.a[0] * y + self.held[1];
        self.held[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// A measurement under way, of one or two channels; a single one counts as heard from both sides.
pub struct Loudness {
    filters: Vec<[Biquad; 2]>,
    step: usize,
    filled: usize,
    energy: f64,
    steps: Vec<f64>,
    peak: f32,
}

impl Loudness {
    /// Nothing heard yet, at `rate` samples a second.
    ///
    /// # Errors
    /// A rate below 8 kHz or above 400 kHz, no channel or more than two.
    pub fn new(rate: u32, channels: usize) -> Result<Self, Refusal> {
        if !(8_000..=400_000).contains(&rate) {
            return Err(Refusal::Range { what: "rate", given: rate.into(), wanted: "8000 to 400000" });
        }
        if !(1..=2).contains(&channels) {
            return Err(Refusal::Range { what: "channels", given: channels as f64, wanted: "1 or 2" });
        }
        let rate = f64::from(rate);
        Ok(Self {
            filters: vec![[Biquad::shelf(rate), Biquad::high_pass(rate)]; channels],
            step: (rate / STEPS_A_SECOND).round() as usize,
            filled: 0,
            energy: 0.0,
            steps: Vec::new(),
            peak: 0.0,
        })
    }

    /// Hear on: `sound` is (channels, samples), 1 is full scale. What is not finite counts as silence.
    ///
    /// # Errors
    /// Other channels than it began with.
    pub fn push(&mut self, sound: ArrayView2<f32>) -> Result<(), Refusal> {
        if sound.nrows() != self.filters.len() {
            let given = sound.nrows() as f64;
            return Err(Refusal::Range {
                what: "channels of the sound",
                given,
                wanted: "those it began with",
            });
        }
        let sides = if self.filters.len() == 1 { 2.0 } else { 1.0 };
        for moment in sound.columns() {
            for (sample, [shelf, high_pass]) in moment.iter().zip(&mut self.filters) {
                let sample = if sample.is_finite() { *sample } else { 0.0 };
                self.peak = self.peak.max(sample.abs());
                let weighted = high_pass.next(shelf.next(sample.into()));
                self.energy += sides * weighted * weighted;
            }
            self.filled += 1;
            if self.filled == self.step {
                self.steps.push(self.energy / self.step as f64);
                (self.energy, self.filled) = (0.0, 0);
            }
        }
        Ok(())
    }

    /// The integrated loudness in LUFS of what was heard; none for silence. Less than 400 ms are one block.
    #[must_use]
    pub fn integrated(&self) -> Option<f64> {
        let mut blocks: Vec<f64> = self.steps.windows(STEPS).map(mean).collect();
        if blocks.is_empty() {
            let heard = self.steps.len() * self.step + self.filled;
            let all = self.steps.iter().sum::<f64>() * self.step as f64 + self.energy;
            blocks.push(all / heard.max(1) as f64);
        }
        blocks.retain(|block| level(*block) > ABSOLUTE_GATE);
        if blocks.is_empty() {
            return None;
        }
        let gate = level(mean(&blocks)) + RELATIVE_GATE;
        blocks.retain(|block| level(*block) > gate);
        Some(level(mean(&blocks)))
    }

    /// The largest sample, 1 is full scale.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.peak.into()
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn level(energy: f64) -> f64 {
    OFFSET + 10.0 * energy.log10()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    const RATE: u32 = 48_000;

    fn tone(channels: usize, decibels: f64, seconds: f64, hertz: f64) -> Array2<f32> {
        let amplitude = 10f64.powf(decibels / 20.0);
        Array2::from_shape_fn((channels, (seconds * f64::from(RATE)) as usize), |(_, at)| {
            (amplitude * (2.0 * PI * hertz * at as f64 / f64::from(RATE)).sin()) as f32
        })
    }

    fn measured(pieces: &[Array2<f32>]) -> Option<f64> {
        let mut loudness = Loudness::new(RATE, pieces[0].nrows()).unwrap();
        for piece in pieces {
            loudness.push(piece.view()).unwrap();
        }
        loudness.integrated()
    }

    /// Signals 1 to 4 of EBU Tech 3341: a tone of 1 kHz in both channels, alone and beside softer ones.
    #[test]
    fn the_signals_of_the_broadcasters_measure_as_they_say() {
        let near = |pieces: &[(f64, f64)], wanted: f64| {
            let pieces: Vec<_> = pieces.iter().map(|(level, long)| tone(2, *level, *long, 1000.0)).collect();
            let told = measured(&pieces).unwrap();
            assert!((told - wanted).abs() < 0.1, "{told} instead of {wanted}");
        };
        near(&[(-23.0, 20.0)], -23.0);
        near(&[(-33.0, 20.0)], -33.0);
        near(&[(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0);
        near(&[(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0);
    }

    #[test]
    fn one_channel_counts_as_it_is_heard_from_both_sides() {
        let (one, two) = (measured(&[tone(1, -23.0, 5.0, 1000.0)]), measured(&[tone(2, -23.0, 5.0, 1000.0)]));
        assert!((one.unwrap() - two.unwrap()).abs() < 1e-9);
    }

    #[test]
    fn deep_sound_counts_less_and_high_sound_more() {
        let at = |hertz| measured(&[tone(2, -23.0, 5.0, hertz)]).unwrap();
        assert!(at(30.0) < at(1000.0) - 5.0);
        assert!((at(10_000.0) - at(1000.0) - 3.3).abs() < 0.2);
    }

    #[test]
    fn silence_has_no_loudness_and_a_click_has_one() {
        assert_eq!(measured(&[Array2::zeros((2, 48_000))]), None);
        assert_eq!(measured(&[Array2::zeros((2, 0))]), None);
        assert!((measured(&[tone(2, -23.0, 0.2, 1000.0)]).unwrap() + 23.0).abs() < 0.5);
    }

    #[test]
    fn how_sound_is_cut_into_calls_does_not_matter() {
        let whole = tone(2, -12.0, 3.0, 440.0);
        let cut: Vec<_> =
            whole.axis_chunks_iter(ndarray::Axis(1), 777).map(|piece| piece.to_owned()).collect();
        assert_eq!(measured(&cut), measured(&[whole]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Loudness::new(100, 2).is_err());
        assert!(Loudness::new(RATE, 6).is_err());
        assert!(Loudness::new(RATE, 2).unwrap().push(Array2::zeros((1, 10)).view()).is_err());
    }
}
