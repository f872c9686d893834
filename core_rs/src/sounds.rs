//! Bindings of what a player needs to know of a track.
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]

use std::sync::{Mutex, PoisonError};

use numpy::PyReadonlyArray2;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::{loudness, sound_notes as notes, walk};

/// What one short look at a track tells a player.
#[pyclass(frozen, get_all, module = "anagnorisis._core")]
pub struct SoundNotes {
    coding: String,
    gains: [Option<f64>; 4],
    lyrics: String,
}

/// Look at a track without hashing or decoding it.
#[pyfunction]
pub fn sound_notes(py: Python<'_>, path: PyBackedBytes) -> SoundNotes {
    let notes::Notes { coding, gains, lyrics } = py.detach(|| notes::read(&walk::path_of(&path)));
    SoundNotes { coding, gains, lyrics }
}

/// A measurement of loudness under way.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct Loudness(Mutex<loudness::Loudness>);

#[pymethods]
impl Loudness {
    #[new]
    fn new(rate: u32, channels: usize) -> PyResult<Self> {
        Ok(Self(Mutex::new(loudness::Loudness::new(rate, channels)?)))
    }

    /// Hear on.
    fn push(&self, py: Python<'_>, sound: PyReadonlyArray2<'_, f32>) -> PyResult<()> {
        let sound = sound.as_array();
        Ok(py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sound))?)
    }

    /// LUFS of what was heard.
    fn integrated(&self) -> Option<f64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).integrated()
    }

    /// The largest sample.
    #[getter]
    fn peak(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).peak()
    }
}
