//! The reading half bound to Python: files, folders, digests. Nothing is computed here.

use std::io;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};

use crate::{exif, facts, identity, simhash, tags, walk};

/// What one look at a file tells.
#[pyclass(frozen, get_all, module = "anagnorisis._core")]
pub struct FileFacts {
    pub problem: String,
    pub id: String,
    pub format: &'static str,
    pub title: String,
    pub artist: String,
    pub album: String,
    pub genres: Vec<String>,
    pub said: Vec<String>,
    pub year: Option<u16>,
    pub track: Option<u32>,
    pub seconds: f64,
    pub cover: String,
    pub width: u32,
    pub height: u32,
    pub taken_at: Option<i64>,
    pub camera: String,
    pub numbers: [f64; 4],
    pub way: u8,
}

impl From<facts::Facts> for FileFacts {
    fn from(facts: facts::Facts) -> Self {
        let facts::Facts { problem, id, format, tags, cover, seconds, width, height, notes } = facts;
        let tags::Tags { title, artist, album, genres, year, track, said, .. } = tags;
        let exif::Notes { taken_at, camera, numbers, said: noted, way } = notes;
        Self {
            problem,
            id,
            format,
            title,
            artist,
            album,
            genres,
            said: [said, noted].concat(),
            year,
            track,
            seconds,
            cover,
            width,
            height,
            taken_at,
            camera,
            numbers,
            way,
        }
    }
}

/// A file that `walk` found.
#[pyclass(frozen, module = "anagnorisis._core")]
pub struct Found(walk::Found);

#[pymethods]
impl Found {
    #[getter]
    fn path(&self) -> &[u8] {
        &self.0.path
    }

    #[getter]
    fn size(&self) -> u64 {
        self.0.size
    }

    #[getter]
    fn mtime_ns(&self) -> i64 {
        self.0.mtime_ns
    }

    #[getter]
    fn inode(&self) -> u64 {
        self.0.inode
    }

    #[getter]
    fn mount(&self) -> usize {
        self.0.mount
    }

    #[getter]
    fn problem(&self) -> &str {
        &self.0.problem
    }
}

/// Look at files, `threads` at a time.
#[pyfunction]
pub fn read_files(py: Python<'_>, paths: Vec<PyBackedBytes>, threads: usize) -> Vec<FileFacts> {
    let facts = py.detach(|| facts::read_all(&paths, threads));
    facts.into_iter().map(FileFacts::from).collect()
}

/// The embedded front cover of a track.
#[pyfunction]
pub fn embedded_cover(py: Python<'_>, path: PyBackedBytes) -> Option<Vec<u8>> {
    py.detach(|| facts::embedded_cover(&walk::path_of(&path)))
}

/// What lies below a folder.
#[pyfunction]
#[pyo3(name = "walk")]
pub fn walk_folder(py: Python<'_>, root: PyBackedBytes, suffixes: Vec<String>) -> PyResult<Vec<Found>> {
    let found = py.detach(|| walk::walk(&walk::path_of(&root), &suffixes));
    told(found, root)
}

/// What lies at or below one path of a folder.
#[pyfunction]
#[pyo3(name = "look")]
pub fn look_at(
    py: Python<'_>,
    root: PyBackedBytes,
    path: PyBackedBytes,
    suffixes: Vec<String>,
) -> PyResult<Vec<Found>> {
    let found = py.detach(|| walk::look(&walk::path_of(&root), &path, &suffixes));
    told(found, root)
}

fn told(found: io::Result<Vec<walk::Found>>, root: PyBackedBytes) -> PyResult<Vec<Found>> {
    let found = found.map_err(|error| {
        let words = error.to_string();
        let reason = words.split(" (os error").next().unwrap_or_default().to_owned();
        PyOSError::new_err((error.raw_os_error(), reason, root))
    })?;
    Ok(found.into_iter().map(Found).collect())
}

/// 32 hex digits of the BLAKE3 of some bytes.
#[pyfunction]
pub fn digest(py: Python<'_>, data: PyBackedBytes) -> String {
    py.detach(|| identity::Id::of(&data).hex())
}

/// A mark of a text that stays close when it is edited a little.
#[pyfunction]
#[pyo3(name = "simhash")]
pub fn mark(py: Python<'_>, text: PyBackedStr) -> i64 {
    py.detach(|| simhash::simhash(&text))
}
