//! The newest rows, in memory and in the log, searched like a segment.

use std::collections::HashMap;

use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::hardware::rows::stride;
use crate::search::block::{Block, Exact};
use crate::search::quantise::quantise;

/// Rows that grow at the end; one that is replaced or deleted stays where it is, dead.
pub struct Memtable {
    dim: usize,
    ids: Vec<u64>,
    rows: Vec<f16>,
    codes: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
    alive: Vec<u64>,
    row_of: HashMap<u64, usize>,
}

impl Memtable {
    /// Empty, for rows of `dim` numbers.
    #[must_use]
    pub fn new(dim: usize) -> Self {
        let (ids, rows, codes, scales, sums, alive) = (vec![], vec![], vec![], vec![], vec![], vec![]);
        Self { dim, ids, rows, codes, scales, sums, alive, row_of: HashMap::new() }
    }

    /// Put a row in, in the place of the one that had its id.
    pub fn put(&mut self, id: u64, row: &[f16]) {
        self.kill(id);
        let (at, codes) = (self.ids.len(), self.codes.len());
        self.codes.resize(codes + stride(self.dim), 0);
        let (scale, sum) = quantise(&row.to_f32_vec(), &mut self.codes[codes..]);
        self.ids.push(id);
        self.rows.extend_from_slice(row);
        self.scales.push(scale);
        self.sums.push(sum);
        self.alive.resize(self.ids.len().div_ceil(64), 0);
        self.alive[at / 64] |= 1 << (at % 64);
        self.row_of.insert(id, at);
    }

    /// Take an id out, if it is in.
    pub fn kill(&mut self, id: u64) {
        if let Some(row) = self.row_of.remove(&id) {
            self.alive[row / 64] &= !(1 << (row % 64));
        }
    }

    /// How many ids are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row_of.len()
    }

    /// Bytes it takes, dead rows included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        2 * self.rows.len() + self.codes.len() + 24 * self.ids.len()
    }

    /// The row of an id.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&[f16]> {
        self.row_of.get(&id).map(|row| &self.rows[row * self.dim..(row + 1) * self.dim])
    }

    /// Where in the block an id is.
    #[must_use]
    pub fn row_of(&self, id: u64) -> Option<usize> {
        self.row_of.get(&id).copied()
    }

    /// Rows of the block, dead ones too.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Its ids, ascending.
    #[must_use]
    pub fn ids(&self) -> Vec<u64> {
        let mut ids: Vec<u64> = self.row_of.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// As a search borrows it.
    #[must_use]
    pub fn block(&self) -> Block<'_> {
        Block {
            dim: self.dim,
            ids: &self.ids,
            codes: &self.codes,
            scales: &self.scales,
            sums: &self.sums,
            exact: Exact::Rows(&self.rows),
            alive: Some(&self.alive),
            lists: None,
        }
    }
}
