//! Rows held in memory, quantised as they come: the newest rows of a store, and whole libraries in benchmarks.

use half::f16;
use half::slice::HalfFloatSliceExt;
use rayon::prelude::*;

use super::block::{Block, Exact};
use super::quantise::quantise;
use super::train::Sorted;
use crate::hardware::coarse::{pack, width};
use crate::hardware::pages::{Pages, Plain};
use crate::hardware::rows::stride;
use crate::refusal::{Refusal, check_size};

/// Rows that only grow, as a block of their own. What is searched of a row is its f16 rounding.
pub struct Memory {
    dim: usize,
    ids: Vec<u64>,
    codes: Grown<i8>,
    coarse: Grown<u8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
    exact: Grown<f16>,
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
        let (codes, coarse, exact) = (Grown::new()?, Grown::new()?, Grown::new()?);
        Ok(Self { dim, ids: vec![], codes, coarse, scales: vec![], sums: vec![], exact })
    }

    /// Numbers of a row.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.dim
    }

    /// How many rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Append one row, `(dim,)`.
    ///
    /// # Errors
    /// As `extend`.
    pub fn push(&mut self, id: u64, row: &[f32]) -> Result<(), Refusal> {
        check_size("a row", row.len(), self.dim)?;
        self.extend(&[id], row)
    }

    /// Append `rows`, `(n, dim)`, all or none. Several threads where there are many.
    ///
    /// # Errors
    /// `Size`; `NotFinite` when a number is not finite in f16; `Range` when there is no memory.
    pub fn extend(&mut self, ids: &[u64], rows: &[f32]) -> Result<(), Refusal> {
        check_size("the rows", rows.len(), ids.len() * self.dim)?;
        let (dim, stride, first) = (self.dim, stride(self.dim), self.len());
        let codes = self.codes.room(ids.len() * stride)?;
        let coarse = self.coarse.room(ids.len() * width(dim))?;
        let exact = self.exact.room(rows.len())?;
        let codes = codes.par_chunks_mut(stride).zip(coarse.par_chunks_mut(width(dim)));
        let each = codes.zip(exact.par_chunks_mut(dim)).zip(rows.par_chunks(dim));
        let numbers = each.with_min_len(256).map(|(((codes, coarse), halves), row)| {
            halves.convert_from_f32_slice(row);
            let finite = halves.iter().all(|value| value.is_finite());
            let numbers = quantise(&halves.to_f32_vec(), codes);
            pack(codes, coarse);
            (finite, numbers)
        });
        let numbers: Vec<_> = numbers.collect();
        if let Some(row) = numbers.iter().position(|(finite, _)| !finite) {
            return Err(Refusal::NotFinite { what: "the rows", row: first + row });
        }
        self.codes.len += ids.len() * stride;
        self.coarse.len += ids.len() * width(dim);
        self.exact.len += rows.len();
        self.ids.extend_from_slice(ids);
        self.scales.extend(numbers.iter().map(|(_, (scale, _))| scale));
        self.sums.extend(numbers.iter().map(|(_, (_, sum))| sum));
        Ok(())
    }

    /// Append the rows of another.
    ///
    /// # Errors
    /// `Size` when they are of another width, `Range` when there is no memory.
    pub fn append(&mut self, other: &Self) -> Result<(), Refusal> {
        check_size("a row", other.dim, self.dim)?;
        self.codes.room(other.codes.len)?.copy_from_slice(other.codes.held());
        self.coarse.room(other.coarse.len)?.copy_from_slice(other.coarse.held());
        self.exact.room(other.exact.len)?.copy_from_slice(other.exact.held());
        self.codes.len += other.codes.len;
        self.coarse.len += other.coarse.len;
        self.exact.len += other.exact.len;
        self.ids.extend_from_slice(&other.ids);
        self.scales.extend_from_slice(&other.scales);
        self.sums.extend_from_slice(&other.sums);
        Ok(())
    }

    /// The same rows in the order of `sorted`.
    ///
    /// # Errors
    /// `Range` when there is no memory for a second copy.
    pub fn in_order(&self, sorted: &Sorted) -> Result<Self, Refusal> {
        let rows = || sorted.rows.iter().map(|&row| row as usize);
        let mut other = Self::new(self.dim)?;
        other.ids = rows().map(|row| self.ids[row]).collect();
        other.scales = rows().map(|row| self.scales[row]).collect();
        other.sums = rows().map(|row| self.sums[row]).collect();
        other.codes.fill(&sorted.rows, self.codes.held(), stride(self.dim))?;
        other.coarse.fill(&sorted.rows, self.coarse.held(), width(self.dim))?;
        other.exact.fill(&sorted.rows, self.exact.held(), self.dim)?;
        Ok(other)
    }

    /// The rows as they are searched; all live.
    #[must_use]
    pub fn block(&self) -> Block<'_> {
        Block {
            dim: self.dim,
            ids: &self.ids,
            codes: self.codes.held(),
            coarse: Some(self.coarse.held()),
            scales: &self.scales,
            sums: &self.sums,
            exact: Exact::Rows(self.exact.held()),
            alive: None,
            lists: None,
        }
    }
}

/// An array that grows by doubling, in huge pages once it is big.
struct Grown<T> {
    pages: Pages<T>,
    len: usize,
}

impl<T: Plain> Grown<T> {
    fn new() -> Result<Self, Refusal> {
        Ok(Self { pages: zeroed(0)?, len: 0 })
    }

    fn held(&self) -> &[T] {
        &self.pages[..self.len]
    }

    /// The next `more` entries, not counted yet.
    fn room(&mut self, more: usize) -> Result<&mut [T], Refusal> {
        if self.len + more > self.pages.len() {
            let mut pages = zeroed((self.len + more).next_power_of_two())?;
            pages[..self.len].copy_from_slice(self.held());
            self.pages = pages;
        }
        Ok(&mut self.pages[self.len..][..more])
    }

    /// Become those `rows` of another array, `width` entries each.
    fn fill(&mut self, rows: &[u32], from: &[T], width: usize) -> Result<(), Refusal> {
        let room = self.room(rows.len() * width)?;
        room.par_chunks_mut(width).zip(rows).with_min_len(1024).for_each(|(room, &row)| {
            room.copy_from_slice(&from[row as usize * width..][..width]);
        });
        self.len = rows.len() * width;
        Ok(())
    }
}

fn zeroed<T: Plain>(len: usize) -> Result<Pages<T>, Refusal> {
    let none =
        |_| Refusal::Range { what: "a block in memory", given: len as f64, wanted: "what memory holds" };
    Pages::zeroed(len).map_err(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_do_not_fit_leave_it_as_it_was() {
        let mut memory = Memory::new(2).expect("a width");
        memory.push(7, &[1.0, 0.5]).expect("finite");
        for wrong in [&[1.0f32, 2.0, f32::NAN, 0.0][..], &[1.0, 2.0, 1e6, 0.0]] {
            let refused = memory.extend(&[8, 9], wrong);
            assert_eq!(refused, Err(Refusal::NotFinite { what: "the rows", row: 2 }));
        }
        assert!(memory.push(8, &[1.0]).is_err() && memory.extend(&[8], &[1.0; 4]).is_err());
        memory.push(9, &[0.0, -2.0]).expect("finite");
        let block = memory.block();
        assert_eq!((block.ids, block.sums, block.check()), (&[7, 9][..], &[191, -127][..], Ok(())));
        assert_eq!(block.codes[64..66], [0, -127]);
    }
}
