//! Bindings of what scores and ranks: features, columns, rankings, diverse pages.
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]

use std::sync::Arc;

use half::f16;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::moments::{Hands, Rating};
use crate::rank::{Ask, By, Recency};
use crate::refusal::check_size;
use crate::top::Below;
use crate::{columns, features, mmr, rank};

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

    /// Put another model's moments in place.
    fn set(
        &self,
        py: Python<'_>,
        mean: PyReadonlyArray1<'_, f64>,
        variance: PyReadonlyArray1<'_, f64>,
    ) -> PyResult<()> {
        let (mean, variance) = (mean.as_array(), variance.as_array());
        Ok(py.detach(|| self.0.set(mean, variance))?)
    }

    /// Compute every row anew.
    #[pyo3(signature = (weights, covariance, *, alone = false))]
    fn refresh(
        &self,
        py: Python<'_>,
        weights: PyReadonlyArray1<'_, f64>,
        covariance: PyReadonlyArray2<'_, f64>,
        alone: bool,
    ) -> PyResult<()> {
        let (weights, covariance) = (weights.as_array(), covariance.as_array());
        let hands = if alone { Hands::Alone } else { Hands::All };
        Ok(py.detach(|| self.0.refresh(weights, covariance, hands))?)
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
        let rating = Rating { gain: gain.as_array().to_vec(), error, q };
        Ok(py.detach(|| self.0.apply(&[rating]))?)
    }

    /// Apply ratings given one after the other, in one pass.
    fn burst(
        &self,
        py: Python<'_>,
        gains: PyReadonlyArray2<'_, f64>,
        errors: PyReadonlyArray1<'_, f64>,
        qs: PyReadonlyArray1<'_, f64>,
    ) -> PyResult<()> {
        let (gains, errors, qs) = (gains.as_array(), errors.as_array(), qs.as_array());
        check_size("errors", errors.len(), gains.nrows())?;
        check_size("qs", qs.len(), gains.nrows())?;
        let scalars = errors.iter().zip(qs);
        let ratings: Vec<Rating> = gains
            .rows()
            .into_iter()
            .zip(scalars)
            .map(|(gain, (&error, &q))| Rating { gain: gain.to_vec(), error, q })
            .collect();
        Ok(py.detach(|| self.0.apply(&ratings))?)
    }

    /// Mean and variance of the rows of those numbers.
    fn at<'py>(&self, py: Python<'py>, rows: PyReadonlyArray1<'py, u32>) -> PyResult<Moments<'py>> {
        let rows = rows.as_array().to_vec();
        let moments = py.detach(|| self.0.at(&rows))?;
        Ok((moments.mean.into_pyarray(py), moments.variance.into_pyarray(py)))
    }
}

/// A ranking with the parts of each score.
#[pyclass(frozen, get_all, module = "anagnorisis._core")]
pub struct Ranked {
    rows: Py<PyArray1<u32>>,
    scores: Py<PyArray1<f64>>,
    mean: Py<PyArray1<f64>>,
    std: Py<PyArray1<f64>>,
    recency: Py<PyArray1<f64>>,
    means: Py<PyArray2<f64>>,
}

impl Ranked {
    fn new(py: Python<'_>, ranked: rank::Ranked) -> Self {
        Self {
            rows: ranked.rows.into_pyarray(py).unbind(),
            scores: ranked.scores.into_pyarray(py).unbind(),
            mean: ranked.mean.into_pyarray(py).unbind(),
            std: ranked.std.into_pyarray(py).unbind(),
            recency: ranked.recency.into_pyarray(py).unbind(),
            means: ranked.means.into_pyarray(py).unbind(),
        }
    }
}

/// The best k rows under one model or a mixture.
#[pyfunction]
#[pyo3(name = "rank", signature = (
    models, weights, k, by, *, beta = 0.0, temperature = 1.0, seed = 0, recency = None, eligible = None,
    exclude = None, below = None,
))]
#[allow(clippy::too_many_arguments, reason = "named in Python, each with a default")]
pub fn order(
    py: Python<'_>,
    models: Vec<Py<Columns>>,
    weights: Vec<f64>,
    k: usize,
    by: &str,
    beta: f64,
    temperature: f64,
    seed: u64,
    recency: Option<(PyReadonlyArray1<'_, f64>, f64, f64, f64)>,
    eligible: Option<PyReadonlyArray1<'_, bool>>,
    exclude: Option<PyReadonlyArray1<'_, u32>>,
    below: Option<(f64, u32)>,
) -> PyResult<Ranked> {
    check_size("weights", weights.len(), models.len())?;
    let exclude = exclude.map(|rows| rows.as_array().to_vec()).unwrap_or_default();
    let ask = Ask {
        k,
        by: named(by, beta, temperature, seed)?,
        recency: recency.as_ref().map(|(times, now, half_life_s, weight)| Recency {
            times: times.as_array(),
            now: *now,
            half_life_s: *half_life_s,
            weight: *weight,
        }),
        eligible: eligible.as_ref().map(PyReadonlyArray1::as_array),
        exclude: &exclude,
        below: below.map(|(value, row)| Below { value, row }),
    };
    let ranked = py.detach(|| {
        if let [only] = &models[..] {
            rank::check_weights(weights.into_iter())?;
            return only.get().0.rank(&ask);
        }
        let held: Vec<_> = models.iter().map(|model| model.get().0.settled()).collect();
        let mixed: Vec<_> = held.iter().map(|moments| &**moments).zip(weights).collect();
        rank::rank(&mixed, &ask)
    })?;
    Ok(Ranked::new(py, ranked))
}

fn named(by: &str, beta: f64, temperature: f64, seed: u64) -> PyResult<By> {
    match by {
        "mean" => Ok(By::Mean),
        "variance" => Ok(By::Variance),
        "upper" => Ok(By::Upper { beta }),
        "thompson" => Ok(By::Thompson { seed }),
        "draw" => Ok(By::Draw { temperature, seed }),
        _ => Err(PyValueError::new_err(format!(
            "by is {by:?}; it must be \"mean\", \"variance\", \"upper\", \"thompson\" or \"draw\""
        ))),
    }
}

/// Pick rows by maximal marginal relevance.
#[pyfunction]
#[pyo3(name = "mmr", signature = (vectors, scores, k, diversity, groups = None, most = 1))]
pub fn select<'py>(
    py: Python<'py>,
    vectors: PyReadonlyArray2<'py, f32>,
    scores: PyReadonlyArray1<'py, f32>,
    k: usize,
    diversity: f64,
    groups: Option<PyReadonlyArray2<'py, u32>>,
    most: usize,
) -> PyResult<Column<'py, u32>> {
    let (vectors, scores) = (vectors.as_array(), scores.as_array());
    let quota = groups.as_ref().map(|groups| mmr::Quota { groups: groups.as_array(), most });
    Ok(py.detach(|| mmr::mmr(vectors, scores, k, diversity, quota))?.into_pyarray(py))
}
