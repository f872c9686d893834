//! Some rows of an index or a store as it stood, found once and searched often.

use std::sync::atomic::{AtomicU64, Ordering};

use super::bitmap::Bitmap;
use crate::refusal::Refusal;

/// The last state that anything was in.
static STATES: AtomicU64 = AtomicU64::new(0);

/// A state that no index and no store was in before, so that a selection fits nothing but what it was made of.
pub fn next_state() -> u64 {
    STATES.fetch_add(1, Ordering::Relaxed) + 1
}

/// A set of rows, a bitmap for each block.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    parts: Vec<Bitmap>,
    state: u64,
}

impl Selection {
    /// Rows of each block of what is in that state.
    #[must_use]
    pub const fn new(parts: Vec<Bitmap>, state: u64) -> Self {
        Self { parts, state }
    }

    /// How many rows are in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.parts.iter().map(Bitmap::count).sum()
    }

    /// Rows not in it.
    #[must_use]
    pub fn not(&self) -> Self {
        Self { parts: self.parts.iter().map(Bitmap::not).collect(), ..*self }
    }

    /// Rows in both.
    ///
    /// # Errors
    /// `Range` when the rows changed between the two; `or` likewise.
    pub fn and(&self, other: &Self) -> Result<Self, Refusal> {
        self.with(other, Bitmap::and)
    }

    /// Rows in either.
    ///
    /// # Errors
    /// As `and`.
    pub fn or(&self, other: &Self) -> Result<Self, Refusal> {
        self.with(other, Bitmap::or)
    }

    fn with(
        &self,
        other: &Self,
        join: impl Fn(&Bitmap, &Bitmap) -> Result<Bitmap, Refusal>,
    ) -> Result<Self, Refusal> {
        let parts = self
            .parts
            .iter()
            .zip(other.of(self.state)?)
            .map(|(a, b)| join(a, b))
            .collect::<Result<_, _>>()?;
        Ok(Self { parts, state: self.state })
    }

    /// Its bitmaps, if the rows are still in the state it was made in.
    ///
    /// # Errors
    /// `Range` when they are not.
    pub fn of(&self, state: u64) -> Result<&[Bitmap], Refusal> {
        if self.state == state {
            return Ok(&self.parts);
        }
        let given = self.state as f64;
        Err(Refusal::Range { what: "the state a selection is of", given, wanted: "that of the rows now" })
    }
}
