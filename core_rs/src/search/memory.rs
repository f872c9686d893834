//! Rows held in memory, quantised as they come: the newest rows of a store, and whole libraries in benchmarks.

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::block::{Block, Exact};
use super::quantise::quantise;
use crate::hardware::rows::stride;
use crate::refusal::{Refusal, check_size};

/// Rows that only grow, as a block of their own.
pub struct Memory {
    dim: usize,
    ids: Vec<u64>,
    codes: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
    exact: Vec<f16>,
}

impl Memory {
    /// No rows of `dim` numbers yet.
    ///
    /// # Errors
    /// `Range` when `dim` is 0.
    pub fn new(dim: usize) -> Result<Self, Refusal> {
        if dim == 0 {
            return Err(Refusal::Range { what: "dim", given: 0.0, wanted: "at least 1" });
        }
        let (ids, codes, scales, sums, exact) = (vec![], vec![], vec![], vec![], vec![]);
        Ok(Self { dim, ids, codes, scales, sums, exact })
    }

    /// Append one row, `(dim,)`. What is searched is its f16 rounding: the codes are of that.
    ///
    /// # Errors
    /// `Size`, or `NotFinite` when a number is not finite in f16.
    pub fn push(&mut self, id: u64, row: &[f32]) -> Result<(), Refusal> {
        check_size("a row", row.len(), self.dim)?;
        let halves: Vec<f16> = row.iter().map(|&value| f16::from_f32(value)).collect();
        if !halves.iter().all(|value| value.is_finite()) {
            return Err(Refusal::NotFinite { what: "the rows", row: self.ids.len() });
        }
        let at = self.codes.len();
        self.codes.resize(at + stride(self.dim), 0);
        let (scale, sum) = quantise(&halves.to_f32_vec(), &mut self.codes[at..]);
        self.ids.push(id);
        self.scales.push(scale);
        self.sums.push(sum);
        self.exact.extend(halves);
        Ok(())
    }

    /// The rows as they are searched; all live.
    #[must_use]
    pub fn block(&self) -> Block<'_> {
        Block {
            dim: self.dim,
            ids: &self.ids,
            codes: &self.codes,
            scales: &self.scales,
            sums: &self.sums,
            exact: Exact::Rows(&self.exact),
            alive: None,
            lists: None,
        }
    }
}
