//! The vector store bound to Python, each fault as an exception of its own. Nothing is computed here.
#![allow(clippy::too_many_arguments, reason = "they are keywords where they are written")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use half::f16;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::indexes::Selection;
use crate::search::plan::{Mode, Plan};
use crate::vectors::fault::Fault;
use crate::vectors::open::Options;
use crate::vectors::store;

create_exception!(anagnorisis._core, CoreError, PyException);
create_exception!(anagnorisis._core, DimMismatch, CoreError);
create_exception!(anagnorisis._core, BadValue, CoreError);
create_exception!(anagnorisis._core, NotFound, CoreError);
create_exception!(anagnorisis._core, CorruptFile, CoreError);
create_exception!(anagnorisis._core, Locked, CoreError);
create_exception!(anagnorisis._core, ReadOnly, CoreError);
create_exception!(anagnorisis._core, VersionMismatch, CoreError);
create_exception!(anagnorisis._core, Cancelled, CoreError);

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> Self {
        let says = fault.to_string();
        match fault {
            Fault::DimMismatch { .. } => DimMismatch::new_err(says),
            Fault::BadValue(_) => BadValue::new_err(says),
            Fault::NotFound(_) => NotFound::new_err(says),
            Fault::Corrupt { .. } => CorruptFile::new_err(says),
            Fault::Locked { .. } => Locked::new_err(says),
            Fault::ReadOnly(_) => ReadOnly::new_err(says),
            Fault::VersionMismatch { .. } => VersionMismatch::new_err(says),
            Fault::Cancelled => Cancelled::new_err(says),
            Fault::Closed(_) => PyValueError::new_err(says),
            Fault::Disk { error, .. } => PyOSError::new_err((error.raw_os_error(), says)),
        }
    }
}

/// Tells a search or a merge in another thread to stop.
#[pyclass(frozen, module = "anagnorisis._core")]
#[derive(Default)]
pub struct Stop(AtomicBool);

#[pymethods]
impl Stop {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Stop soon.
    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One store of vectors on disk.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct VectorStore(store::VectorStore);

/// Which ids there are, and a row for each.
type Rows<'py> = (Bound<'py, PyArray1<bool>>, Bound<'py, PyArray2<f16>>);
/// Ids and scores of one query.
type Best<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<f32>>);

/// What a search is held to.
#[derive(FromPyObject)]
enum Only<'py> {
    Rows(Py<Selection>),
    Ids(PyReadonlyArray1<'py, u64>),
}

#[pymethods]
impl VectorStore {
    /// Open the store in a folder.
    #[staticmethod]
    #[pyo3(signature = (path, *, model, dim = None, create = false, read_only = false, verify = "header", memory = 0, lists_from = 300_000, threads = 1))]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        model: String,
        dim: Option<usize>,
        create: bool,
        read_only: bool,
        verify: &str,
        memory: usize,
        lists_from: usize,
        threads: usize,
    ) -> PyResult<Self> {
        let full = match verify {
            "header" => false,
            "full" => true,
            _ => {
                return Err(BadValue::new_err(format!(
                    "verify is {verify:?}; it must be \"header\" or \"full\""
                )));
            }
        };
        let tuning = store::Tuning { memory, lists_from, threads };
        let options = Options { dim, model, create, read_only, full, tuning };
        Ok(Self(py.detach(|| store::VectorStore::open(path, options))?))
    }

    #[getter]
    fn dim(&self) -> usize {
        self.0.dim()
    }

    #[getter]
    fn model(&self) -> &str {
        self.0.model()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Put rows in.
    fn upsert(
        &self,
        py: Python<'_>,
        ids: PyReadonlyArray1<'_, u64>,
        rows: PyReadonlyArray2<'_, f16>,
    ) -> PyResult<()> {
        let (ids, rows) = (ids.as_array().to_vec(), rows.as_array());
        Ok(py.detach(|| self.0.upsert(&ids, rows))?)
    }

    /// Take ids out.
    fn delete(&self, py: Python<'_>, ids: PyReadonlyArray1<'_, u64>) -> PyResult<usize> {
        let ids = ids.as_array().to_vec();
        Ok(py.detach(|| self.0.delete(&ids))?)
    }

    /// Which of the ids there are, and their rows.
    fn get<'py>(&self, py: Python<'py>, ids: PyReadonlyArray1<'py, u64>) -> PyResult<Rows<'py>> {
        let ids = ids.as_array().to_vec();
        let (found, rows) = py.detach(|| self.0.get(&ids))?;
        Ok((found.into_pyarray(py), rows.into_pyarray(py)))
    }

    /// The rows of those ids.
    fn select(&self, py: Python<'_>, ids: PyReadonlyArray1<'_, u64>) -> PyResult<Selection> {
        let ids = ids.as_array().to_vec();
        Ok(Selection(py.detach(|| self.0.select(&ids))?))
    }

    /// The best rows for each query.
    #[pyo3(signature = (queries, k, *, only = None, mode = "auto", recall = 0.99, rerank = 4.0, ivf_from = 300_000, threads = 1, stop = None))]
    fn search<'py>(
        &self,
        py: Python<'py>,
        queries: PyReadonlyArray2<'py, f32>,
        k: usize,
        only: Option<Only<'py>>,
        mode: &str,
        recall: f32,
        rerank: f32,
        ivf_from: usize,
        threads: usize,
        stop: Option<&Stop>,
    ) -> PyResult<Vec<Best<'py>>> {
        let mode = Mode::named(mode).map_err(|refusal| BadValue::new_err(refusal.to_string()))?;
        let plan = Plan { mode, recall, rerank, ivf_from };
        let queries = queries.as_array();
        let ids = match &only {
            Some(Only::Ids(ids)) => ids.as_array().to_vec(),
            _ => Vec::new(),
        };
        let only = only.as_ref().map(|only| match only {
            Only::Rows(rows) => store::Only::Rows(&rows.get().0),
            Only::Ids(_) => store::Only::Ids(&ids),
        });
        let never = Stop::default();
        let cancel = &stop.unwrap_or(&never).0;
        let found = py.detach(|| self.0.search(queries, k, &plan, only, (cancel, threads)))?;
        Ok(found.into_iter().map(|hits| (hits.ids.into_pyarray(py), hits.scores.into_pyarray(py))).collect())
    }

    /// Every id, ascending.
    fn ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<u64>>> {
        Ok(py.detach(|| self.0.ids())?.into_pyarray(py))
    }

    /// Ids whose numbers do not hold.
    fn damaged<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<u64>>> {
        Ok(py.detach(|| self.0.damaged())?.into_pyarray(py))
    }

    /// The greatest id ever put in.
    fn greatest(&self) -> PyResult<u64> {
        Ok(self.0.greatest()?)
    }

    /// Codes into memory.
    fn warm(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.0.warm())?)
    }

    /// Read and prove every byte.
    fn prove(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.0.prove())?)
    }

    /// Empty the log into a segment.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.0.flush())?)
    }

    /// Merge segments.
    #[pyo3(signature = (*, full = false, stop = None))]
    fn compact(&self, py: Python<'_>, full: bool, stop: Option<&Stop>) -> PyResult<bool> {
        let never = Stop::default();
        let cancel = &stop.unwrap_or(&never).0;
        Ok(py.detach(|| self.0.compact(full, cancel))?)
    }

    /// The store in figures.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let store::Stats { rows, newest, dead, segments, listed, remade, held, lost } = self.0.stats()?;
        let told = PyDict::new(py);
        for (name, value) in [
            ("rows", rows),
            ("newest", newest),
            ("dead", dead),
            ("segments", segments),
            ("listed", listed),
            ("remade", remade),
            ("held", held),
            ("lost", lost as usize),
        ] {
            told.set_item(name, value)?;
        }
        Ok(told)
    }

    /// Let go of everything.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.0.close());
    }
}
