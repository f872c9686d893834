//! The household's shared feature matrix: half-precision rows, appended while readers go on reading.
//!
//! Rows live in slabs of huge pages behind reference counts. A reader takes a `Snapshot` (one count per slab)
//! and holds no lock while it computes; a writer copies at most the one slab that a reader still holds.

use std::sync::{Arc, PoisonError, RwLock};

use half::f16;
use half::slice::HalfFloatSliceExt;
use ndarray::{Array2, ArrayView2};

use crate::hardware::pages::Pages;
use crate::refusal::{Refusal, check_size};

/// Rows to a chunk, the unit of parallel work, so that results do not depend on the number of threads.
pub const CHUNK: usize = 4096;
/// Chunks to a slab: 12.8 MB of 98 values a row, six huge pages; memory that is not written is not taken.
const SLAB: usize = 16;

/// An `(n, width)` matrix of f16 that only grows; single rows may be replaced. 2 bytes a value.
pub struct Features {
    width: usize,
    held: RwLock<Held>,
}

#[derive(Clone, Default)]
struct Held {
    slabs: Vec<Arc<Slab>>,
    rows: usize,
}

/// Room for `SLAB * CHUNK` rows, filled from the front.
struct Slab {
    room: Pages<f16>,
    filled: usize,
}

/// The matrix as it stood at one moment; later writes do not show in it.
pub struct Snapshot {
    width: usize,
    held: Held,
}

impl Features {
    /// An empty matrix of rows `width` wide.
    ///
    /// # Errors
    /// `Range` when `width` is 0.
    pub fn new(width: usize) -> Result<Self, Refusal> {
        if width == 0 {
            return Err(Refusal::Range { what: "width", given: 0.0, wanted: "at least 1" });
        }
        Ok(Self { width, held: RwLock::default() })
    }

    /// Columns of the matrix.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows of the matrix now.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.held.read().unwrap_or_else(PoisonError::into_inner).rows
    }

    /// Append `rows`, `(m, width)`, and return the number of the first new one. All or none are taken.
    ///
    /// # Errors
    /// `Size`, or `NotFinite` naming the row of `rows`.
    pub fn extend(&self, rows: ArrayView2<'_, f16>) -> Result<usize, Refusal> {
        check_size("a row", rows.ncols(), self.width)?;
        check_rows(rows)?;
        let rows = rows.as_standard_layout();
        let mut left = rows.as_slice().unwrap_or_default();
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let (first, full) = (held.rows, SLAB * CHUNK * self.width);
        held.rows += rows.nrows();
        while !left.is_empty() {
            if held.slabs.last().is_none_or(|slab| slab.filled == full) {
                held.slabs.push(Arc::new(Slab::new(full)));
            }
            let Some(slab) = held.slabs.last_mut() else { break };
            let slab = Arc::make_mut(slab);
            let (now, later) = left.split_at(left.len().min(full - slab.filled));
            slab.room[slab.filled..slab.filled + now.len()].copy_from_slice(now);
            slab.filled += now.len();
            left = later;
        }
        Ok(first)
    }

    /// Put `values`, `(width,)`, in the place of row `row`.
    ///
    /// # Errors
    /// `Size`, `NotFinite`, `NoSuchRow`.
    pub fn replace(&self, row: usize, values: &[f16]) -> Result<(), Refusal> {
        check_size("values", values.len(), self.width)?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(Refusal::NotFinite { what: "values", row });
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if row >= held.rows {
            return Err(Refusal::NoSuchRow { row, rows: held.rows });
        }
        let start = row % (SLAB * CHUNK) * self.width;
        let slab = Arc::make_mut(&mut held.slabs[row / (SLAB * CHUNK)]);
        slab.room[start..start + self.width].copy_from_slice(values);
        Ok(())
    }

    /// The rows of those numbers, `(k, width)`, in the order asked, widened to f32.
    ///
    /// # Errors
    /// `NoSuchRow`.
    pub fn take(&self, rows: &[u32]) -> Result<Array2<f32>, Refusal> {
        let snapshot = self.snapshot();
        let mut taken = Array2::zeros((rows.len(), self.width));
        for (&row, mut target) in rows.iter().zip(taken.rows_mut()) {
            let row = row as usize;
            if row >= snapshot.rows() {
                return Err(Refusal::NoSuchRow { row, rows: snapshot.rows() });
            }
            if let Some(target) = target.as_slice_mut() {
                snapshot.row(row).convert_to_f32_slice(target);
            }
        }
        Ok(taken)
    }

    /// The matrix as it stands. O(slabs), no copy of rows.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner).clone();
        Snapshot { width: self.width, held }
    }
}

impl Snapshot {
    /// Rows at that moment.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.held.rows
    }

    /// Columns.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Row `row`.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f16] {
        &self.chunk(row / CHUNK)[row % CHUNK * self.width..][..self.width]
    }

    /// Rows `index * CHUNK ..` up to the end of the chunk, row after row; empty past the end.
    #[must_use]
    pub fn chunk(&self, index: usize) -> &[f16] {
        let Some(slab) = self.held.slabs.get(index / SLAB) else { return &[] };
        let (size, start) = (CHUNK * self.width, index % SLAB * CHUNK * self.width);
        &slab.room[start.min(slab.filled)..slab.filled.min(start + size)]
    }
}

impl Slab {
    /// # Panics
    /// When the system has no memory left, as growing a `Vec` would.
    fn new(full: usize) -> Self {
        Self { room: Pages::zeroed(full).expect("memory for shared features"), filled: 0 }
    }
}

impl Clone for Slab {
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.room.len());
        copy.room[..self.filled].copy_from_slice(&self.room[..self.filled]);
        copy.filled = self.filled;
        copy
    }
}

fn check_rows(rows: ArrayView2<'_, f16>) -> Result<(), Refusal> {
    match rows.rows().into_iter().position(|row| row.iter().any(|value| !value.is_finite())) {
        Some(row) => Err(Refusal::NotFinite { what: "rows", row }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(from: usize, rows: usize, width: usize) -> Array2<f16> {
        Array2::from_shape_fn((rows, width), |(r, c)| f16::from_f64(((from + r) % 1000 * 2 + c) as f64))
    }

    #[test]
    fn rows_come_back_as_they_went_in_across_chunks() {
        let features = Features::new(2).unwrap();
        assert_eq!(features.extend(counted(0, CHUNK - 1, 2).view()), Ok(0));
        assert_eq!(features.extend(counted(CHUNK - 1, (SLAB + 1) * CHUNK, 2).view()), Ok(CHUNK - 1));
        let rows = [0, CHUNK - 1, CHUNK, SLAB * CHUNK - 1, SLAB * CHUNK, (SLAB + 2) * CHUNK - 2];
        let taken = features.take(&rows.map(|row| row as u32)).unwrap();
        for (row, values) in rows.iter().zip(taken.rows()) {
            assert_eq!(values.to_vec(), [(row % 1000 * 2) as f32, (row % 1000 * 2 + 1) as f32]);
        }
    }

    #[test]
    fn a_snapshot_does_not_see_later_writes() {
        let features = Features::new(1).unwrap();
        features.extend(counted(1, 1, 1).view()).unwrap();
        let before = features.snapshot();
        features.replace(0, &[f16::from_f32(9.0)]).unwrap();
        features.extend(counted(5, 1, 1).view()).unwrap();
        assert_eq!((before.rows(), before.chunk(0)), (1, &[f16::from_f32(2.0)][..]));
        assert_eq!(features.take(&[0]).unwrap()[[0, 0]], 9.0);
    }

    #[test]
    fn a_row_that_is_not_finite_is_named_and_nothing_is_taken() {
        let features = Features::new(2).unwrap();
        let mut rows = counted(0, 3, 2);
        rows[[2, 1]] = f16::INFINITY;
        let refused = features.extend(rows.view());
        assert_eq!(refused, Err(Refusal::NotFinite { what: "rows", row: 2 }));
        assert_eq!(features.rows(), 0);
    }

    #[test]
    fn rows_past_the_end_are_refused() {
        let features = Features::new(2).unwrap();
        assert_eq!(features.take(&[0]), Err(Refusal::NoSuchRow { row: 0, rows: 0 }));
        let refused = features.replace(3, &[f16::ZERO, f16::ZERO]);
        assert_eq!(refused, Err(Refusal::NoSuchRow { row: 3, rows: 0 }));
    }
}
