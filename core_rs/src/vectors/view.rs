//! All rows as they stand: segments, which of their rows are alive, and the newest rows.

use std::sync::Arc;

use half::f16;

use super::memtable::Memtable;
use super::segment::Segment;
use crate::search::bitmap::Bitmap;
use crate::search::block::{Block, ReadRow};

/// A segment and what became of its rows.
#[derive(Clone)]
pub struct Live {
    /// The rows.
    pub segment: Arc<Segment>,
    /// Those that were neither replaced nor deleted.
    pub alive: Bitmap,
    /// Those of them whose numbers hold, as far as they were read.
    pub shown: Bitmap,
    /// Number of the graves that keep `alive`; 0: there are none.
    pub graves: u64,
    /// Whether rows died since the graves were written.
    pub dug: bool,
}

/// What a search looks at.
pub struct View {
    /// Oldest first.
    pub segments: Vec<Live>,
    /// What the log holds.
    pub memtable: Memtable,
    /// The greatest id that was ever put in.
    pub greatest: u64,
    /// Another one after each change of which rows there are.
    pub state: u64,
}

impl Live {
    /// A segment with graves `graves`, which say who is `alive`.
    #[must_use]
    pub fn new(segment: Arc<Segment>, alive: Bitmap, graves: u64) -> Self {
        Self { segment, shown: alive.clone(), alive, graves, dug: false }
    }

    /// The row of an id that is alive.
    #[must_use]
    pub fn row_of(&self, id: u64) -> Option<usize> {
        self.segment.row_of(id).filter(|&row| self.alive.has(row))
    }

    /// Bury a row.
    pub fn kill(&mut self, row: usize) {
        self.alive.set(row, false);
        self.shown.set(row, false);
        self.dug = true;
    }

    /// Rows that are alive.
    #[must_use]
    pub fn count(&self) -> usize {
        self.alive.count()
    }

    /// Rows that are alive but whose numbers do not hold.
    #[must_use]
    pub fn damaged(&self) -> Vec<u64> {
        let rows = (0..self.alive.len()).filter(|&row| self.alive.has(row) && !self.shown.has(row));
        rows.map(|row| self.segment.ids()[row]).collect()
    }
}

impl View {
    /// Take an id out, if it is in.
    pub fn kill(&mut self, id: u64) {
        self.memtable.kill(id);
        let older = self.segments.iter_mut().find_map(|live| live.row_of(id).map(|row| (live, row)));
        if let Some((live, row)) = older {
            live.kill(row);
        }
    }

    /// Take ids out.
    pub fn kill_all(&mut self, ids: &[u64]) {
        for &id in ids {
            self.kill(id);
        }
    }

    /// Put a row in, in the place of the one that had its id.
    pub fn put(&mut self, id: u64, row: &[f16]) {
        self.kill(id);
        self.memtable.put(id, row);
        self.greatest = self.greatest.max(id);
    }

    /// Whether an id is in it.
    #[must_use]
    pub fn has(&self, id: u64) -> bool {
        self.memtable.get(id).is_some() || self.segments.iter().any(|live| live.row_of(id).is_some())
    }

    /// Rows that can be had.
    #[must_use]
    pub fn len(&self) -> usize {
        self.memtable.len() + self.segments.iter().map(|live| live.shown.count()).sum::<usize>()
    }

    /// Fill in the row of an id; whether there is one whose numbers hold.
    pub fn read(&self, id: u64, into: &mut [f16]) -> Found {
        if let Some(row) = self.memtable.get(id) {
            into.copy_from_slice(row);
            return Found::Yes;
        }
        let Some((live, row)) = self.segments.iter().find_map(|live| Some((live, live.row_of(id)?))) else {
            return Found::No;
        };
        match live.segment.read(row, into) {
            Ok(()) => Found::Yes,
            Err(_) => Found::Damaged,
        }
    }

    /// No longer show the rows of these ids: their numbers do not hold.
    pub fn hide(&mut self, ids: &[u64]) {
        for live in &mut self.segments {
            for row in ids.iter().filter_map(|&id| live.segment.row_of(id)) {
                live.shown.set(row, false);
            }
        }
    }

    /// As a search borrows it.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let segments = self.segments.iter().map(|live| live.segment.block(&live.shown));
        segments.chain([self.memtable.block()]).filter(|block| !block.is_empty()).collect()
    }

    /// For each block, its rows of those ids.
    #[must_use]
    pub fn filter(&self, ids: &[u64]) -> Vec<Bitmap> {
        let of = |live: &Live| Bitmap::from_ids(ids, live.segment.rows(), |id| live.segment.row_of(id));
        let newest = Bitmap::from_ids(ids, self.memtable.rows(), |id| self.memtable.row_of(id));
        self.segments.iter().map(of).chain([newest]).filter(|bitmap| !bitmap.is_empty()).collect()
    }

    /// Every id that is alive, ascending.
    #[must_use]
    pub fn ids(&self) -> Vec<u64> {
        let mut ids = self.memtable.ids();
        for live in &self.segments {
            let rows = live.segment.ids().iter().enumerate();
            ids.extend(rows.filter(|&(row, _)| live.alive.has(row)).map(|(_, &id)| id));
        }
        ids.sort_unstable();
        ids
    }
}

/// What reading an id came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its row was filled in.
    Yes,
    /// There is no such id.
    No,
    /// There is, but its numbers do not hold.
    Damaged,
}
