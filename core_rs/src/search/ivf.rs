//! Lists of rows around centroids, so that a search reads only those that can hold a neighbour.

use crate::refusal::{Refusal, check_size};

/// The centres of the lists of one index, and how far to look for a recall.
#[derive(Clone, Debug, PartialEq)]
pub struct Centroids {
    dim: usize,
    rows: Vec<f32>,
    reach: Vec<Reach>,
}

/// A measured line of the recall table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Share of the true best ten that was found.
    pub recall: f32,
    /// A list is looked at while q'centroid + slack × |q| × its radius reaches the k-th score so far.
    pub slack: f32,
}

impl Centroids {
    /// From `(lists, dim)` rows and a table by rising recall.
    ///
    /// # Errors
    /// `Size` when the rows are not whole, `Range` when there is none.
    pub fn new(dim: usize, rows: Vec<f32>, reach: Vec<Reach>) -> Result<Self, Refusal> {
        if dim == 0 || rows.is_empty() {
            return Err(Refusal::Range { what: "centroids", given: 0.0, wanted: "at least 1" });
        }
        check_size("centroids", rows.len() % dim, 0)?;
        Ok(Self { dim, rows, reach })
    }

    /// Numbers of a centroid.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.dim
    }

    /// How many lists.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len() / self.dim
    }

    /// Whether there is none: never.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `(lists, dim)`.
    #[must_use]
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// The recall table.
    #[must_use]
    pub fn reach(&self) -> &[Reach] {
        &self.reach
    }
}
