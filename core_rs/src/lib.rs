//! `anagnorisis._core`: the pure kernels bound to Python. Nothing is computed here or in `scoring`.
//!
//! Every binding takes numpy arrays as views, releases the interpreter while the kernel runs and turns a
//! `Refusal` into a `ValueError`. What each one promises stands in `_core.pyi` and above its kernel.
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

mod alike;
mod asf;
mod exif;
mod facts;
mod fields;
mod files;
mod identity;
mod indexes;
mod problem;
mod scoring;
mod simhash;
mod sniff;
mod sound_notes;
mod sounds;
mod source;
mod spectra;
mod stores;
mod tags;
mod walk;
mod wma_tags;

pub mod chance;
pub mod columns;
pub mod crew;
pub mod dot;
pub mod features;
pub mod hardware;
pub mod image_features;
pub mod layout;
pub mod likeness;
pub mod log_mel;
pub mod loudness;
pub mod mmr;
pub mod moments;
pub mod music_features;
pub mod rank;
pub mod refusal;
pub mod search;
pub mod stats;
pub mod top;
pub mod vectors;

impl From<refusal::Refusal> for PyErr {
    fn from(refusal: refusal::Refusal) -> Self {
        PyValueError::new_err(refusal.to_string())
    }
}

type Column<'py, T> = Bound<'py, PyArray1<T>>;

/// What a picture looks like, in 691 numbers.
#[pyfunction]
#[pyo3(name = "image_features")]
fn describe_image<'py>(py: Python<'py>, rgb: PyReadonlyArray3<'py, u8>) -> PyResult<Column<'py, f32>> {
    let rgb = rgb.as_array();
    Ok(py.detach(|| image_features::image_features(rgb))?.into_pyarray(py))
}

/// What a piece sounds like, in 518 numbers.
#[pyfunction]
#[pyo3(name = "music_features")]
fn describe_music<'py>(py: Python<'py>, pcm: PyReadonlyArray1<'py, f32>) -> PyResult<Column<'py, f32>> {
    let pcm = pcm.as_array();
    Ok(py.detach(|| music_features::music_features(pcm))?.into_pyarray(py))
}

/// The computing core of Anagnorisis.
#[pymodule(gil_used = false)]
mod _core {
    /// Refuses an instruction set in the environment that is unknown or missing here.
    #[pymodule_init]
    fn init(_module: &super::Bound<'_, super::PyModule>) -> super::PyResult<()> {
        super::hardware::Simd::forced().map(|_| ()).map_err(super::PyValueError::new_err)
    }

    #[pymodule_export]
    use super::alike::{group, mark_picture, place};
    #[pymodule_export]
    use super::files::{FileFacts, Found, digest, embedded_cover, look_at, mark, read_files, walk_folder};
    #[pymodule_export]
    use super::indexes::{Selection, VectorIndex, instruction_sets, read_rate};
    #[pymodule_export]
    use super::scoring::{Columns, Features, Ranked, order, select};
    #[pymodule_export]
    use super::sounds::{Loudness, SoundNotes, sound_notes};
    #[pymodule_export]
    use super::spectra::LogMel;
    #[pymodule_export]
    use super::stores::{
        BadValue, Cancelled, CoreError, CorruptFile, DimMismatch, Locked, NotFound, ReadOnly, Stop,
        VectorStore, VersionMismatch,
    };
    #[pymodule_export]
    use super::{describe_image, describe_music};
}
