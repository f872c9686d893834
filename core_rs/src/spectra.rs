//! Bindings of what sound looks like to a model.
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]

use numpy::{IntoPyArray, PyArray2, PyReadonlyArray1};
use pyo3::prelude::*;

use crate::log_mel;
use crate::log_mel::{Level, Recipe, Scale};
use crate::refusal::Refusal;

/// A log-mel spectrogram made ready.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct LogMel(log_mel::LogMel);

#[pymethods]
impl LogMel {
    #[new]
    #[pyo3(signature = (
        *, rate, fft, window, hop, bands, low, high, scale, straight, unit_area, power, level, floor, centred,
    ))]
    #[allow(clippy::too_many_arguments, reason = "named in Python")]
    fn new(
        rate: f64,
        fft: usize,
        window: usize,
        hop: usize,
        bands: usize,
        low: f64,
        high: f64,
        scale: &str,
        straight: &str,
        unit_area: bool,
        power: u8,
        level: &str,
        floor: f64,
        centred: bool,
    ) -> PyResult<Self> {
        let scale =
            named("scale", scale, &[("slaney", Scale::Slaney), ("htk", Scale::Htk)], "slaney or htk")?;
        let ways = [("hertz", Scale::Hertz), ("scale", scale)];
        let straight = named("straight", straight, &ways, "hertz or scale")?;
        let level = named("level", level, &[("db", Level::Decibel), ("ln", Level::Natural)], "db or ln")?;
        if !matches!(power, 1 | 2) {
            let given = f64::from(power);
            return Err(Refusal::Range { what: "power", given, wanted: "1 or 2" }.into());
        }
        let squared = power == 2;
        #[rustfmt::skip]
        let recipe = Recipe {
            rate, fft, window, hop, bands, low, high, scale, straight, unit_area, squared, level, floor, centred,
        };
        Ok(Self(log_mel::LogMel::new(recipe)?))
    }

    /// The spectrogram of some sound.
    fn of<'py>(
        &self,
        py: Python<'py>,
        pcm: PyReadonlyArray1<'py, f32>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let pcm = pcm.as_array();
        Ok(py.detach(|| self.0.of(pcm))?.into_pyarray(py))
    }
}

/// What a word stands for.
fn named<T: Copy>(
    what: &'static str,
    word: &str,
    known: &[(&str, T)],
    wanted: &'static str,
) -> Result<T, Refusal> {
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    found.ok_or_else(|| Refusal::Word { what, given: word.to_owned(), wanted })
}
