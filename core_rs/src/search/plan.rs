//! How a search goes about it, and how it ends when it does not end well.

use crate::refusal::Refusal;

/// Scan everything, or only the lists that can matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Exact up to `ivf_from` rows that pass the filter, lists above.
    #[default]
    Auto,
    /// Every row.
    Exact,
    /// Lists wherever a block has them; other blocks exactly.
    Ivf,
}

impl Mode {
    /// By its name in the settings: `auto`, `exact` or `ivf`.
    ///
    /// # Errors
    /// `Word` for any other.
    pub fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "auto" => Ok(Self::Auto),
            "exact" => Ok(Self::Exact),
            "ivf" => Ok(Self::Ivf),
            _ => Err(Refusal::Word { what: "mode", given: name.into(), wanted: "auto, exact or ivf" }),
        }
    }
}

/// Settings of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Which way.
    pub mode: Mode,
    /// Share of the true best ten that lists shall find for queries that look like rows: that is how it was
    /// measured, and others find less. 1 probes until no list left can hold a better row, for any query.
    pub recall: f32,
    /// Candidates of the i8 scan for each result, at least 1: 4 for queries, 2 for heads.
    pub rerank: f32,
    /// Rows from which `Auto` goes by lists.
    pub ivf_from: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self { mode: Mode::Auto, recall: 0.99, rerank: 4.0, ivf_from: 300_000 }
    }
}

impl Plan {
    /// How many candidates are looked at in f16 for `k` results.
    #[must_use]
    pub fn candidates(&self, k: usize) -> usize {
        (k as f64 * f64::from(self.rerank).max(1.0)).ceil() as usize
    }
}

/// Why a search gave nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Somebody asked it to stop.
    Cancelled,
    /// The f16 row of this id is damaged or could not be read.
    Unreadable {
        /// Whose.
        id: u64,
    },
    /// The input does not fit.
    Refused(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cancelled => write!(out, "the search was cancelled"),
            Self::Unreadable { id } => write!(out, "the f16 row of id {id} could not be read"),
            Self::Refused(refusal) => refusal.fmt(out),
        }
    }
}

impl std::error::Error for Failure {}
