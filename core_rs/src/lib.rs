//! `anagnorisis._core`: the pure kernels bound to Python. Nothing is computed here.
//!
//! Every binding takes numpy arrays as views, releases the interpreter while the kernel runs and turns a
//! `Refusal` into a `ValueError`. What each one promises stands in `_core.pyi` and above its kernel.
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]

use std::sync::Arc;

use half::f16;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

mod exif;
mod facts;
mod fields;
mod files;
mod identity;
mod indexes;
mod problem;
mod simhash;
mod sniff;
mod source;
mod stores;
mod tags;
mod walk;

pub mod columns;
pub mod dot;
pub mod features;
pub mod hardware;
pub mod image_features;
pub mod mmr;
pub mod moments;
pub mod music_features;
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
type Moments<'py> = (Column<'py, f64>, Column<'py, f64>);

/// The shared f16 matrix of one kind and feature version.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct Features(Arc<features::Features>);

#[pymethods]
impl Features {
    #[new]
    fn new(width: usize) -> PyResult<Self> {
        Ok(Self(Arc::new(features::Features::new(width)?)))
    }

    #[getter]
    fn width(&self) -> usize {
        self.0.width()
    }

    fn __len__(&self) -> usize {
        self.0.rows()
    }

    /// Append rows; the number of the first new one.
    fn extend(&self, py: Python<'_>, rows: PyReadonlyArray2<'_, f16>) -> PyResult<usize> {
        let rows = rows.as_array();
        Ok(py.detach(|| self.0.extend(rows))?)
    }

    /// Put new values in the place of a row.
    fn replace(&self, py: Python<'_>, row: usize, values: PyReadonlyArray1<'_, f16>) -> PyResult<()> {
        let values = values.as_array().to_vec();
        Ok(py.detach(|| self.0.replace(row, &values))?)
    }

    /// The rows of those numbers as f32.
    fn take<'py>(
        &self,
        py: Python<'py>,
        rows: PyReadonlyArray1<'py, u32>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let rows = rows.as_array().to_vec();
        Ok(py.detach(|| self.0.take(&rows))?.into_pyarray(py))
    }
}

/// One person's mean and variance of every row of a `Features`.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct Columns(columns::Columns);

#[pymethods]
impl Columns {
    #[new]
    fn new(features: &Features) -> Self {
        Self(columns::Columns::new(Arc::clone(&features.0)))
    }

    fn __len__(&self) -> usize {
        self.0.rows()
    }

    /// Set the last entry of each row.
    fn set_extra(&self, py: Python<'_>, extra: PyReadonlyArray1<'_, f16>) -> PyResult<()> {
        let extra = extra.as_array();
        Ok(py.detach(|| self.0.set_extra(extra))?)
    }

    /// Compute every row anew.
    fn refresh(
        &self,
        py: Python<'_>,
        weights: PyReadonlyArray1<'_, f64>,
        covariance: PyReadonlyArray2<'_, f64>,
    ) -> PyResult<()> {
        let (weights, covariance) = (weights.as_array(), covariance.as_array());
        Ok(py.detach(|| self.0.refresh(weights, covariance))?)
    }

    /// Compute only the rows that came since.
    fn extend(
        &self,
        py: Python<'_>,
        weights: PyReadonlyArray1<'_, f64>,
        covariance: PyReadonlyArray2<'_, f64>,
    ) -> PyResult<()> {
        let (weights, covariance) = (weights.as_array(), covariance.as_array());
        Ok(py.detach(|| self.0.extend(weights, covariance))?)
    }

    /// Apply one rating to every row.
    fn apply(&self, py: Python<'_>, gain: PyReadonlyArray1<'_, f64>, error: f64, q: f64) -> PyResult<()> {
        let gain = gain.as_array();
        Ok(py.detach(|| self.0.apply(gain, error, q))?)
    }

    /// Mean and variance of the rows of those numbers.
    fn at<'py>(&self, py: Python<'py>, rows: PyReadonlyArray1<'py, u32>) -> PyResult<Moments<'py>> {
        let rows = rows.as_array().to_vec();
        let moments = py.detach(|| self.0.at(&rows))?;
        Ok((moments.mean.into_pyarray(py), moments.variance.into_pyarray(py)))
    }

    /// The best k rows of a column and their values.
    #[pyo3(signature = (k, by, eligible = None, below = None))]
    fn top<'py>(
        &self,
        py: Python<'py>,
        k: usize,
        by: &str,
        eligible: Option<PyReadonlyArray1<'py, bool>>,
        below: Option<(f64, u32)>,
    ) -> PyResult<(Column<'py, u32>, Column<'py, f64>)> {
        let by = match by {
            "mean" => columns::By::Mean,
            "variance" => columns::By::Variance,
            _ => {
                return Err(PyValueError::new_err(format!(
                    "by is {by:?}; it must be \"mean\" or \"variance\""
                )));
            }
        };
        let eligible = eligible.as_ref().map(PyReadonlyArray1::as_array);
        let below = below.map(|(value, row)| top::Below { value, row });
        let best = py.detach(|| self.0.top(k, by, eligible, below))?;
        let (values, rows): (Vec<f64>, Vec<u32>) = best.into_iter().unzip();
        Ok((rows.into_pyarray(py), values.into_pyarray(py)))
    }
}

/// Pick rows by maximal marginal relevance.
#[pyfunction]
#[pyo3(name = "mmr")]
fn select<'py>(
    py: Python<'py>,
    vectors: PyReadonlyArray2<'py, f32>,
    scores: PyReadonlyArray1<'py, f32>,
    k: usize,
    diversity: f64,
) -> PyResult<Column<'py, u32>> {
    let (vectors, scores) = (vectors.as_array(), scores.as_array());
    Ok(py.detach(|| mmr::mmr(vectors, scores, k, diversity))?.into_pyarray(py))
}

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
    use super::files::{FileFacts, Found, digest, embedded_cover, look_at, mark, read_files, walk_folder};
    #[pymodule_export]
    use super::indexes::{Selection, VectorIndex, instruction_sets, read_rate};
    #[pymodule_export]
    use super::stores::{
        BadValue, Cancelled, CoreError, CorruptFile, DimMismatch, Locked, NotFound, ReadOnly, Stop,
        VectorStore, VersionMismatch,
    };
    #[pymodule_export]
    use super::{Columns, Features, describe_image, describe_music, select};
}
