//! Bindings of the search engine in memory and of what measures a machine. Nothing is computed here.

use std::sync::atomic::AtomicBool;
use std::sync::{PoisonError, RwLock};

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::hardware::Simd;
use crate::hardware::pages::{Pages, read_rate as rate};
use crate::search::plan::{Failure, Mode, Plan};
use crate::search::{index, selection};

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        PyValueError::new_err(failure.to_string())
    }
}

/// Nobody cancels a benchmark but the one who ends its process.
static GO: AtomicBool = AtomicBool::new(false);

type Found<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<f32>>);

/// Vectors in memory.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct VectorIndex(RwLock<index::Index>);

/// Some rows of an index or a store.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct Selection(pub selection::Selection);

#[pymethods]
impl VectorIndex {
    #[new]
    fn new(dim: usize) -> PyResult<Self> {
        Ok(Self(RwLock::new(index::Index::new(dim)?)))
    }

    fn __len__(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    #[getter]
    fn lists(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).lists()
    }

    /// Append rows.
    fn add(
        &self,
        py: Python<'_>,
        ids: PyReadonlyArray1<'_, u64>,
        rows: PyReadonlyArray2<'_, f32>,
    ) -> PyResult<()> {
        let (ids, rows) = (ids.as_array().to_vec(), rows.as_array());
        let (rows, added) = (rows.as_standard_layout(), &self.0);
        let rows = rows.as_slice().unwrap_or_default();
        Ok(py.detach(|| added.write().unwrap_or_else(PoisonError::into_inner).add(&ids, rows))?)
    }

    /// Put all rows into lists.
    #[pyo3(signature = (*, lists = 0, threads = 1))]
    fn build(&self, py: Python<'_>, lists: usize, threads: usize) -> PyResult<()> {
        let built = &self.0;
        Ok(py.detach(|| built.write().unwrap_or_else(PoisonError::into_inner).build(lists, threads, &GO))?)
    }

    /// The rows of those ids.
    fn select(&self, py: Python<'_>, ids: PyReadonlyArray1<'_, u64>) -> Selection {
        let ids = ids.as_array().to_vec();
        let read = &self.0;
        Selection(py.detach(|| read.read().unwrap_or_else(PoisonError::into_inner).select(&ids)))
    }

    /// The best rows for each query.
    #[pyo3(signature = (queries, k, *, only = None, mode = "auto", recall = 0.99, rerank = 4.0,
                        ivf_from = 300_000, threads = 1))]
    #[allow(clippy::too_many_arguments, reason = "each is a keyword in Python")]
    fn search<'py>(
        &self,
        py: Python<'py>,
        queries: PyReadonlyArray2<'py, f32>,
        k: usize,
        only: Option<&Selection>,
        mode: &str,
        recall: f32,
        rerank: f32,
        ivf_from: usize,
        threads: usize,
    ) -> PyResult<Vec<Found<'py>>> {
        let plan = Plan { mode: Mode::named(mode)?, recall, rerank, ivf_from };
        let (queries, read, only) = (queries.as_array(), &self.0, only.map(|only| &only.0));
        let found = py.detach(|| {
            let index = read.read().unwrap_or_else(PoisonError::into_inner);
            index.search(queries, k, &plan, only, &GO, threads)
        })?;
        Ok(found.into_iter().map(|hits| (hits.ids.into_pyarray(py), hits.scores.into_pyarray(py))).collect())
    }
}

#[pymethods]
impl Selection {
    fn __len__(&self) -> usize {
        self.0.count()
    }

    fn __and__(&self, other: &Self) -> PyResult<Self> {
        Ok(Self(self.0.and(&other.0)?))
    }

    fn __or__(&self, other: &Self) -> PyResult<Self> {
        Ok(Self(self.0.or(&other.0)?))
    }

    fn __invert__(&self) -> Self {
        Self(self.0.not())
    }
}

/// The instruction sets of this processor, the one in use first.
#[pyfunction]
pub fn instruction_sets() -> PyResult<Vec<&'static str>> {
    let used = Simd::forced().map_err(PyValueError::new_err)?;
    let others = Simd::available().into_iter().filter(|&simd| simd != used);
    Ok([used].into_iter().chain(others).map(Simd::name).collect())
}

/// Bytes a second that memory gives a scan.
#[pyfunction]
#[pyo3(signature = (size, *, huge = true, threads = 1, passes = 5))]
pub fn read_rate(py: Python<'_>, size: usize, huge: bool, threads: usize, passes: usize) -> PyResult<f64> {
    py.detach(|| {
        let mut words = if huge { Pages::<u64>::zeroed(size / 8)? } else { Pages::small(size / 8)? };
        words.fill(1);
        Ok(rate(&words, threads, passes))
    })
}
