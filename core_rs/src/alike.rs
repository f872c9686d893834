//! Bindings of what tells items alike: marks, groups of near-duplicates, places on a map.
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]

use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3};
use pyo3::prelude::*;

use crate::image_features::picture_mark;
use crate::layout::layout;
use crate::likeness::{Agreement, leaders};

/// A 64-bit mark of how a picture looks.
#[pyfunction]
#[pyo3(name = "picture_mark")]
pub fn mark_picture(py: Python<'_>, rgb: PyReadonlyArray3<'_, u8>) -> PyResult<i64> {
    let rgb = rgb.as_array();
    Ok(py.detach(|| picture_mark(rgb))?)
}

/// The leader of each row's group of near-duplicates.
#[pyfunction]
#[pyo3(name = "near_duplicates", signature = (marks, radius, sizes, apart, share, vectors = None, cosine = 0.0))]
#[allow(clippy::too_many_arguments, reason = "named in Python")]
pub fn group<'py>(
    py: Python<'py>,
    marks: PyReadonlyArray1<'py, i64>,
    radius: u32,
    sizes: PyReadonlyArray1<'py, f64>,
    apart: f64,
    share: f64,
    vectors: Option<PyReadonlyArray2<'py, f32>>,
    cosine: f64,
) -> PyResult<Bound<'py, PyArray1<u32>>> {
    let (marks, sizes) = (marks.as_array().to_vec(), sizes.as_array().to_vec());
    let vectors = vectors.as_ref().map(|vectors| (vectors.as_array(), cosine));
    let agreement = Agreement { sizes: &sizes, apart, share, vectors };
    Ok(py.detach(|| leaders(&marks, radius, &agreement))?.into_pyarray(py))
}

/// A place on a plane for each row.
#[pyfunction]
#[pyo3(name = "layout")]
pub fn place<'py>(
    py: Python<'py>,
    vectors: PyReadonlyArray2<'py, f32>,
) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let vectors = vectors.as_array();
    Ok(py.detach(|| layout(vectors))?.into_pyarray(py))
}
