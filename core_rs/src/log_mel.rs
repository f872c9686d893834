//! Log-mel spectrograms as models of sound were taught on: each says its own window, bands and logarithm.
//!
//! In f64 throughout: a quiet band beside a loud one keeps its decibels, which f32 spectra would lose.

use std::f64::consts::TAU;
use std::sync::Arc;

use ndarray::{Array2, ArrayView1};
use realfft::num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use crate::refusal::Refusal;

/// Which bend of the frequency scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Slaney (1998), Auditory Toolbox: straight up to 1,000 Hz, logarithmic above.
    Slaney,
    /// O'Shaughnessy (1987), as the Hidden Markov Model Toolkit has it: 2595 log10(1 + f / 700).
    Htk,
    /// Hertz as they are.
    Hertz,
}

/// What becomes of the sum in a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// 10 log10(max(x, floor)).
    Decibel,
    /// ln(x + floor).
    Natural,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Samples a second.
    pub rate: f64,
    /// Samples of the FFT.
    pub fft: usize,
    /// Samples of a frame under its periodic Hann window.
    pub window: usize,
    /// Samples from one frame to the next.
    pub hop: usize,
    /// Triangles.
    pub bands: usize,
    /// Foot of the first triangle, Hz.
    pub low: f64,
    /// End of the last, Hz.
    pub high: f64,
    /// The scale on which the triangles are evenly spaced.
    pub scale: Scale,
    /// The scale on which their sides are straight.
    pub straight: Scale,
    /// Triangles of equal area in Hz; else of height 1.
    pub unit_area: bool,
    /// Squares of the magnitudes; else the magnitudes.
    pub squared: bool,
    /// The logarithm.
    pub level: Level,
    /// Keeps silence finite.
    pub floor: f64,
    /// Frames around sample 0, hop, ...; else beginning there.
    pub centred: bool,
}

/// A triangle over some bins.
struct Filter {
    first: usize,
    weights: Vec<f64>,
}

/// A recipe made ready: window, triangles and the plan of the FFT.
pub struct LogMel {
    recipe: Recipe,
    window: Vec<f64>,
    filters: Vec<Filter>,
    fft: Arc<dyn RealToComplex<f64>>,
}

impl Scale {
    fn of(self, hertz: f64) -> f64 {
        match self {
            Self::Slaney if hertz < 1000.0 => hertz * 3.0 / 200.0,
            Self::Slaney => 15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f64.ln(),
            Self::Htk => 2595.0 * (1.0 + hertz / 700.0).log10(),
            Self::Hertz => hertz,
        }
    }

    fn hertz(self, place: f64) -> f64 {
        match self {
            Self::Slaney if place < 15.0 => place * 200.0 / 3.0,
            Self::Slaney => 1000.0 * ((place - 15.0) * 6.4f64.ln() / 27.0).exp(),
            Self::Htk => 700.0 * (10f64.powf(place / 2595.0) - 1.0),
            Self::Hertz => place,
        }
    }
}

impl LogMel {
    /// Make a recipe ready.
    ///
    /// # Errors
    /// `Range` when the window is longer than the FFT, something is 0 or the band lies outside 0..rate / 2.
    pub fn new(recipe: Recipe) -> Result<Self, Refusal> {
        let check = |holds: bool, what, given: f64, wanted| {
            if holds { Ok(()) } else { Err(Refusal::Range { what, given, wanted }) }
        };
        let Recipe { rate, fft, window, hop, bands, low, high, floor, .. } = recipe;
        check((2..=1 << 20).contains(&fft), "fft", fft as f64, "2..1048576")?;
        check((2..=fft).contains(&window), "window", window as f64, "2..fft")?;
        check((1..=1 << 20).contains(&hop), "hop", hop as f64, "1..1048576")?;
        check((1..=4096).contains(&bands), "bands", bands as f64, "1..4096")?;
        check(rate.is_finite() && rate > 0.0, "rate", rate, "above 0")?;
        check(low >= 0.0 && low < high, "low", low, "0 or more, and below high")?;
        check(high <= rate / 2.0, "high", high, "at most rate / 2")?;
        check(floor.is_finite() && floor > 0.0, "floor", floor, "above 0")?;
        let turn = TAU / window as f64;
        Ok(Self {
            window: (0..window).map(|at| 0.5 - 0.5 * (turn * at as f64).cos()).collect(),
            filters: (0..bands).map(|band| filter(&recipe, band)).collect(),
            fft: RealFftPlanner::new().plan_fft_forward(fft),
            recipe,
        })
    }

    /// Frames of so many samples.
    #[must_use]
    pub fn frames(&self, samples: usize) -> usize {
        let Recipe { window, hop, centred, .. } = self.recipe;
        if centred { 1 + samples / hop } else { samples.checked_sub(window).map_or(0, |rest| 1 + rest / hop) }
    }

    /// The spectrogram `(frames, bands)` of mono sound `(n,)`. O(n·log fft), 5 ms for 10 s at 48 kHz.
    ///
    /// # Errors
    /// `NotFinite` naming the sample; `Range` for sound too short to be reflected at its ends.
    pub fn of(&self, pcm: ArrayView1<'_, f32>) -> Result<Array2<f32>, Refusal> {
        if let Some(row) = pcm.iter().position(|value| !value.is_finite()) {
            return Err(Refusal::NotFinite { what: "pcm", row });
        }
        let sound = self.padded(pcm)?;
        let Recipe { window, hop, bands, squared, .. } = self.recipe;
        let (mut input, mut spectrum) = (self.fft.make_input_vec(), self.fft.make_output_vec());
        let mut scratch = self.fft.make_scratch_vec();
        let mut sizes = vec![0.0; spectrum.len()];
        let mut levels = Array2::zeros((self.frames(pcm.len()), bands));
        for (mut row, frame) in levels.rows_mut().into_iter().zip(sound.windows(window).step_by(hop)) {
            input[window..].fill(0.0);
            for ((target, sample), weight) in input.iter_mut().zip(frame).zip(&self.window) {
                *target = sample * weight;
            }
            // The lengths come from the plan itself, so this cannot fail; a frame it refused would be silent.
            if self.fft.process_with_scratch(&mut input, &mut spectrum, &mut scratch).is_err() {
                spectrum.fill(Complex64::ZERO);
            }
            for (size, value) in sizes.iter_mut().zip(&spectrum) {
                *size = if squared { value.norm_sqr() } else { value.norm_sqr().sqrt() };
            }
            for (target, filter) in row.iter_mut().zip(&self.filters) {
                *target = self.level(filter.sum(&sizes)) as f32;
            }
        }
        Ok(levels)
    }

    /// The sound in f64; when frames are centred with half a window before it and after it, reflected.
    fn padded(&self, pcm: ArrayView1<'_, f32>) -> Result<Vec<f64>, Refusal> {
        let sound = pcm.iter().map(|&value| f64::from(value));
        if !self.recipe.centred {
            return Ok(sound.collect());
        }
        let (before, last) = (self.recipe.window / 2, pcm.len().saturating_sub(1));
        if last < before + 1 {
            let wanted = "more samples than half a window and one";
            return Err(Refusal::Range { what: "pcm", given: pcm.len() as f64, wanted });
        }
        let head = (1..=before).rev().map(|at| f64::from(pcm[at]));
        let tail = (1..=before + 1).map(|at| f64::from(pcm[last - at]));
        Ok(head.chain(sound).chain(tail).collect())
    }

    fn level(&self, sum: f64) -> f64 {
        match self.recipe.level {
            Level::Decibel => 10.0 * sum.max(self.recipe.floor).log10(),
            Level::Natural => (sum + self.recipe.floor).ln(),
        }
    }
}

impl Filter {
    fn sum(&self, sizes: &[f64]) -> f64 {
        sizes[self.first..].iter().zip(&self.weights).map(|(size, weight)| size * weight).sum()
    }
}

/// The triangle of a band; without bins when it lies between two of them.
fn filter(recipe: &Recipe, band: usize) -> Filter {
    let Recipe { scale, straight, .. } = *recipe;
    let (first, last) = (scale.of(recipe.low), scale.of(recipe.high));
    let edge = |at: usize| scale.hertz(first + (last - first) * at as f64 / (recipe.bands + 1) as f64);
    let hertz = [edge(band), edge(band + 1), edge(band + 2)];
    let [low, peak, high] = hertz.map(|hertz| straight.of(hertz));
    let height = if recipe.unit_area { 2.0 / (hertz[2] - hertz[0]) } else { 1.0 };
    let weight = |bin: usize| {
        let at = straight.of(bin as f64 * recipe.rate / recipe.fft as f64);
        ((at - low) / (peak - low)).min((high - at) / (high - peak)).max(0.0) * height
    };
    let bins = recipe.fft / 2 + 1;
    let first = (0..bins).find(|&bin| weight(bin) > 0.0).unwrap_or(bins);
    Filter { first, weights: (first..bins).map(weight).take_while(|&weight| weight > 0.0).collect() }
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;
    use proptest::prelude::*;

    use super::*;

    fn clap() -> Recipe {
        Recipe {
            rate: 48_000.0,
            fft: 1024,
            window: 1024,
            hop: 480,
            bands: 64,
            low: 50.0,
            high: 14_000.0,
            scale: Scale::Slaney,
            straight: Scale::Hertz,
            unit_area: true,
            squared: true,
            level: Level::Decibel,
            floor: 1e-10,
            centred: true,
        }
    }

    fn whole() -> Recipe {
        Recipe { window: 400, fft: 512, centred: false, ..clap() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_sound_has_its_frames_and_finite_levels(
            samples in 600usize..9000, period in 2usize..400, centred: bool,
        ) {
            let bank = LogMel::new(if centred { clap() } else { whole() }).unwrap();
            let pcm = Array1::from_shape_fn(samples, |at| if at % period < period / 2 { 1.0 } else { 0.0 });
            let levels = bank.of(pcm.view()).unwrap();
            prop_assert_eq!(levels.dim(), (bank.frames(samples), 64));
            prop_assert!(levels.iter().all(|level| level.is_finite()));
        }
    }

    #[test]
    fn ten_seconds_are_1001_frames_and_silence_is_the_floor() {
        let levels = LogMel::new(clap()).unwrap().of(Array1::zeros(480_000).view()).unwrap();
        assert_eq!(levels.dim(), (1001, 64));
        assert!(levels.iter().all(|&level| level == -100.0));
    }

    #[test]
    fn a_tone_stands_in_the_band_that_its_frequency_falls_into() {
        for (hertz, recipe) in [(440.0, clap()), (3000.0, clap()), (3000.0, whole())] {
            let turn = TAU * hertz / recipe.rate;
            let pcm = Array1::from_shape_fn(9600, |at| (turn * at as f64).sin() as f32);
            let (low, high) = (recipe.scale.of(recipe.low), recipe.scale.of(recipe.high));
            let place = (recipe.scale.of(hertz) - low) / (high - low) * (recipe.bands + 1) as f64 - 1.0;
            let levels = LogMel::new(recipe).unwrap().of(pcm.view()).unwrap();
            let row = levels.row(levels.nrows() / 2);
            let best = (0..64).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            assert!((best as f64 - place).abs() <= 1.0, "{hertz} Hz: band {best}, expected near {place}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        assert!(LogMel::new(Recipe { window: 2000, ..clap() }).is_err());
        assert!(LogMel::new(Recipe { high: 25_000.0, ..clap() }).is_err());
        let bank = LogMel::new(clap()).unwrap();
        assert!(matches!(bank.of(Array1::zeros(513).view()), Err(Refusal::Range { what: "pcm", .. })));
        let mut pcm = Array1::zeros(5000);
        pcm[4321] = f32::INFINITY;
        assert_eq!(bank.of(pcm.view()), Err(Refusal::NotFinite { what: "pcm", row: 4321 }));
    }
}
