//! Lists of rows around centroids, so that a search reads only those that can hold a neighbour.
//!
//! The inverted file of Jégou, Douze and Schmid ("Product quantization for nearest neighbor search", 2011)
//! without the product quantiser: a list is a run of ordinary i8 rows.

use super::quantise::quantise;
use crate::hardware::rows::{Query, Rows, stride};
use crate::refusal::{Refusal, check_size};

/// The centres of the lists of one index, and how far to look for a recall.
///
/// A centroid is its i8 rounding: it costs a quarter to compare with, and products with i8 rows are exact.
#[derive(Clone, Debug)]
pub struct Centroids {
    dim: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
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

/// At this slack the look-out is a bound: no row of a list left aside can score higher.
pub const CERTAIN: f32 = 1.0;

impl Centroids {
    /// From `(lists, dim)` finite rows and a table by rising recall.
    ///
    /// # Errors
    /// `Size` when the rows are not whole, `NotFinite`, `Range` when there is none or the table falls.
    pub fn new(dim: usize, rows: &[f32], reach: Vec<Reach>) -> Result<Self, Refusal> {
        if dim == 0 || rows.is_empty() {
            return Err(Refusal::Range { what: "centroids", given: 0.0, wanted: "at least 1" });
        }
        check_size("the last centroid", rows.len() % dim, 0)?;
        if let Some(at) = rows.iter().position(|value| !value.is_finite()) {
            return Err(Refusal::NotFinite { what: "the centroids", row: at / dim });
        }
        let mut codes = vec![0; rows.len() / dim * stride(dim)];
        let each = rows.chunks(dim).zip(codes.chunks_mut(stride(dim)));
        let (scales, sums) = each.map(|(row, codes)| quantise(row, codes)).unzip();
        let mut centroids = Self { dim, codes, scales, sums, reach: Vec::new() };
        centroids.set_reach(reach)?;
        Ok(centroids)
    }

    /// Put another recall table in the place of this one.
    ///
    /// # Errors
    /// `Range` unless recall and slack rise.
    pub fn set_reach(&mut self, reach: Vec<Reach>) -> Result<(), Refusal> {
        let rises = |pair: &[Reach]| pair[0].recall <= pair[1].recall && pair[0].slack <= pair[1].slack;
        if let Some(pair) = reach.windows(2).find(|pair| !rises(pair)) {
            let given = f64::from(pair[1].recall);
            return Err(Refusal::Range {
                what: "a recall of the table",
                given,
                wanted: "rising, with its slack",
            });
        }
        self.reach = reach;
        Ok(())
    }

    /// Numbers of a centroid.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.dim
    }

    /// How many lists.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there is none: never.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// `(lists, dim)`, as they are compared with; `new` makes the same centroids of them.
    #[must_use]
    pub fn rows(&self) -> Vec<f32> {
        let each = self.codes.chunks(stride(self.dim)).zip(&self.scales);
        each.flat_map(|(codes, &scale)| codes[..self.dim].iter().map(move |&code| f32::from(code) * scale))
            .collect()
    }

    /// The recall table.
    #[must_use]
    pub fn reach(&self) -> &[Reach] {
        &self.reach
    }

    /// How far to look for a recall: between the lines of the table in proportion, `CERTAIN` beyond it and for 1.
    #[must_use]
    pub fn slack(&self, recall: f32) -> f32 {
        let above = self.reach.iter().position(|line| line.recall >= recall);
        let Some(above) = above.filter(|_| recall < 1.0) else { return CERTAIN };
        let line = self.reach[above];
        let Some(before) = above.checked_sub(1).map(|at| self.reach[at]) else { return line.slack };
        let share = (recall - before.recall) / (line.recall - before.recall);
        before.slack + share * (line.slack - before.slack)
    }

    /// The centroids as rows to be scored.
    pub(super) fn scored(&self) -> Rows<'_> {
        Rows::new(&self.codes, &self.scales, &self.sums, stride(self.dim))
    }

    /// The centroids as queries over rows.
    pub(super) fn queries(&self) -> Vec<Query> {
        let each = self.codes.chunks(stride(self.dim)).zip(&self.scales);
        each.map(|(codes, &scale)| Query::new(codes.to_vec(), scale)).collect()
    }
}
