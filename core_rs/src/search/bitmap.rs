//! Sets of rows as dense words: one bit a row, in the order of the rows of a block.

use crate::refusal::{Refusal, check_size};

/// A set of the rows `0..len`. Bits past the end are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// No row of `len`.
    #[must_use]
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// Every row of `len`.
    #[must_use]
    pub fn all(len: usize) -> Self {
        let mut all = Self { words: vec![!0; len.div_ceil(64)], len };
        all.trim();
        all
    }

    /// The rows that are true.
    #[must_use]
    pub fn of(rows: &[bool]) -> Self {
        let word = |rows: &[bool]| rows.iter().rev().fold(0, |word, &row| word << 1 | u64::from(row));
        Self { words: rows.chunks(64).map(word).collect(), len: rows.len() }
    }

    /// Over the words of `len` rows; what they say past the end is dropped.
    ///
    /// # Errors
    /// `Size` unless there is a word for every 64 rows begun.
    pub fn from_words(words: Vec<u64>, len: usize) -> Result<Self, Refusal> {
        check_size("a bitmap", words.len(), len.div_ceil(64))?;
        let mut bitmap = Self { words, len };
        bitmap.trim();
        Ok(bitmap)
    }

    /// The rows of those ids, found by `row_of`; ids it does not know are left out.
    pub fn from_ids<'a>(
        ids: impl IntoIterator<Item = &'a u64>,
        len: usize,
        row_of: impl Fn(u64) -> Option<usize>,
    ) -> Self {
        let mut bitmap = Self::none(len);
        ids.into_iter().filter_map(|&id| row_of(id)).for_each(|row| bitmap.set(row, true));
        bitmap
    }

    /// Put one row in or out.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn set(&mut self, row: usize, held: bool) {
        assert!(row < self.len, "row {row} of {}", self.len);
        let bit = 1 << (row % 64);
        if held { self.words[row / 64] |= bit } else { self.words[row / 64] &= !bit }
    }

    /// Whether the row is in it.
    #[must_use]
    pub fn has(&self, row: usize) -> bool {
        row < self.len && self.words[row / 64] >> (row % 64) & 1 == 1
    }

    /// How many rows are in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How many rows it speaks of.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it speaks of none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One bit a row, the lowest first.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Rows in both.
    ///
    /// # Errors
    /// `Size` when they speak of different numbers of rows; `or` likewise.
    pub fn and(&self, other: &Self) -> Result<Self, Refusal> {
        self.with(other, |a, b| a & b)
    }

    /// Rows in either.
    ///
    /// # Errors
    /// As `and`.
    pub fn or(&self, other: &Self) -> Result<Self, Refusal> {
        self.with(other, |a, b| a | b)
    }

    /// Rows not in it.
    #[must_use]
    pub fn not(&self) -> Self {
        let mut not = Self { words: self.words.iter().map(|word| !word).collect(), len: self.len };
        not.trim();
        not
    }

    fn with(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Result<Self, Refusal> {
        check_size("the other bitmap", other.len, self.len)?;
        let words = self.words.iter().zip(&other.words).map(|(&a, &b)| join(a, b)).collect();
        Ok(Self { words, len: self.len })
    }

    fn trim(&mut self) {
        if let (Some(last), 1..) = (self.words.last_mut(), self.len % 64) {
            *last &= (1 << (self.len % 64)) - 1;
        }
    }
}
