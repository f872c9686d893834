//! The store: verbs over a view in memory and files that always say the same.
//!
//! Writers take turns behind `writer`; readers hold `view` only while they look. Whoever needs both takes `writer`
//! first.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use half::f16;
use ndarray::{Array2, ArrayView2};

use super::fault::Fault;
use super::lock::Lock;
use super::log::{Log, Op};
use super::manifest::Manifest;
use super::view::{Found, View};
use crate::search::plan::{Failure, Plan};
use crate::search::selection::{Selection, next_state};
use crate::search::{Hits, search};

/// Bytes of rows in memory from which they become a segment.
pub const SEAL_AT: usize = 16 << 20;

/// One store, open. Safe to share between threads.
pub struct VectorStore {
    pub(super) folder: PathBuf,
    pub(super) dim: usize,
    pub(super) model: String,
    pub(super) tuning: Tuning,
    /// `None` where it is only read.
    pub(super) writer: Mutex<Option<Writer>>,
    pub(super) view: RwLock<Option<View>>,
    /// Held while segments are made into one.
    pub(super) merging: Mutex<()>,
    /// Bytes of the log that were no whole record when it was opened.
    pub(super) lost: u64,
    pub(super) lock: Mutex<Option<Lock>>,
}

/// What a store may use.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Bytes of codes that `warm` may take into memory.
    pub memory: usize,
    /// Rows from which a merged segment gets lists.
    pub lists_from: usize,
    /// Threads of a merge.
    pub threads: usize,
}

/// What only the writer needs.
pub struct Writer {
    pub(super) log: Log,
    pub(super) manifest: Manifest,
    /// The last number given to a file.
    pub(super) numbers: u64,
}

impl Writer {
    /// A number that no file has.
    pub(super) const fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

/// A store in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Rows that can be had.
    pub rows: usize,
    /// Of those, in memory and in the log only.
    pub newest: usize,
    /// Rows of segments that were replaced or deleted.
    pub dead: usize,
    /// Segments.
    pub segments: usize,
    /// Of those, with lists.
    pub listed: usize,
    /// Of those, with parts that had to be made again.
    pub remade: usize,
    /// Bytes of codes in memory.
    pub held: usize,
    /// Bytes of the log that were no whole record when it was opened: an append that was cut short, or damage.
    pub lost: u64,
}

impl VectorStore {
    /// Numbers in a vector.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.dim
    }

    /// What made the vectors.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Put rows `(ids.len(), dim)` in, each in the place of the one that had its id. On disk when this returns.
    ///
    /// # Errors
    /// `DimMismatch`, `BadValue` naming the id of a row that is not finite or has no length; `ReadOnly`, `Closed`,
    /// `Disk`: then nothing was put in.
    pub fn upsert(&self, ids: &[u64], rows: ArrayView2<'_, f16>) -> Result<(), Fault> {
        self.check(ids, rows)?;
        let rows = rows.as_standard_layout();
        let flat = rows.as_slice().unwrap_or_default();
        self.writing(|writer| {
            writer.log.append(&Op::Upsert(ids.to_vec(), flat.to_vec()))?;
            self.change(|view| {
                ids.iter().zip(flat.chunks_exact(self.dim)).for_each(|(&id, row)| view.put(id, row));
            })?;
            if self.look(|view| Ok(view.memtable.bytes()))? >= SEAL_AT {
                // The rows are in the log; a seal that fails now is tried again, and `flush` tells why.
                let _ = self.seal(writer);
            }
            Ok(())
        })
    }

    /// Take ids out; how many of them were in. On disk when this returns.
    ///
    /// # Errors
    /// `ReadOnly`, `Closed`, `Disk`: then all stay.
    pub fn delete(&self, ids: &[u64]) -> Result<usize, Fault> {
        self.writing(|writer| {
            let mut there =
                self.look(|view| Ok(ids.iter().copied().filter(|&id| view.has(id)).collect::<Vec<_>>()))?;
            there.sort_unstable();
            there.dedup();
            if !there.is_empty() {
                writer.log.append(&Op::Delete(there.clone()))?;
                self.change(|view| view.kill_all(&there))?;
            }
            Ok(there.len())
        })
    }

    /// Which of `ids` there are, and their rows `(ids.len(), dim)`; zeros for the others.
    ///
    /// A row whose numbers do not hold is not there, and is reported by `damaged` from then on.
    ///
    /// # Errors
    /// `Closed`.
    pub fn get(&self, ids: &[u64]) -> Result<(Vec<bool>, Array2<f16>), Fault> {
        let mut rows = Array2::from_elem((ids.len(), self.dim), f16::ZERO);
        let flat = rows.as_slice_mut().unwrap_or_default();
        let found: Vec<Found> = self.look(|view| {
            let into = flat.chunks_exact_mut(self.dim);
            Ok(ids.iter().zip(into).map(|(&id, into)| read(view, id, into)).collect())
        })?;
        let broken: Vec<u64> = ids
            .iter()
            .zip(&found)
            .filter(|(_, found)| **found == Found::Damaged)
            .map(|(&id, _)| id)
            .collect();
        if !broken.is_empty() {
            self.hide(&broken)?;
        }
        Ok((found.into_iter().map(|found| found == Found::Yes).collect(), rows))
    }

    /// The rows of those ids as they stand, for searches; unknown ids are left out.
    ///
    /// # Errors
    /// `Closed`.
    pub fn select(&self, ids: &[u64]) -> Result<Selection, Fault> {
        self.look(|view| Ok(Selection::new(view.filter(ids), view.state)))
    }

    /// The `k` best rows for each of `queries`, `(q, dim)`, by inner product; of `only`, if it is given.
    ///
    /// # Errors
    /// `DimMismatch`, `BadValue`, also for a selection made before the last write, `Cancelled`, `Closed`.
    pub fn search(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        plan: &Plan,
        only: Option<Only<'_>>,
        (cancel, threads): (&AtomicBool, usize),
    ) -> Result<Vec<Hits>, Fault> {
        if queries.ncols() != self.dim {
            return Err(Fault::DimMismatch { given: queries.ncols(), wanted: self.dim });
        }
        loop {
            let found = self.look(|view| {
                let made;
                let filter = match only {
                    None => None,
                    Some(Only::Ids(ids)) => {
                        made = view.filter(ids);
                        Some(&made[..])
                    }
                    Some(Only::Rows(selection)) => {
                        Some(selection.of(view.state).map_err(|why| Fault::BadValue(why.to_string()))?)
                    }
                };
                Ok(search(&view.blocks(), queries, k, plan, filter, cancel, threads))
            })?;
            match found {
                Ok(hits) => return Ok(hits),
                Err(Failure::Unreadable { id }) => self.hide(&[id])?,
                Err(Failure::Cancelled) => return Err(Fault::Cancelled),
                Err(Failure::Refused(refusal)) => return Err(Fault::BadValue(refusal.to_string())),
            }
        }
    }

    /// Ids that are in the store and whose numbers do not hold, as far as their rows were read.
    ///
    /// # Errors
    /// `Closed`.
    pub fn damaged(&self) -> Result<Vec<u64>, Fault> {
        self.look(|view| Ok(view.segments.iter().flat_map(super::view::Live::damaged).collect()))
    }

    /// Every id in the store, ascending.
    ///
    /// # Errors
    /// `Closed`.
    pub fn ids(&self) -> Result<Vec<u64>, Fault> {
        self.look(|view| Ok(view.ids()))
    }

    /// The greatest id that was ever put in; 0 before the first.
    ///
    /// # Errors
    /// `Closed`.
    pub fn greatest(&self) -> Result<u64, Fault> {
        self.look(|view| Ok(view.greatest))
    }

    /// Rows that can be had; 0 once it is closed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reading().as_ref().map_or(0, View::len)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The store in figures.
    ///
    /// # Errors
    /// `Closed`.
    pub fn stats(&self) -> Result<Stats, Fault> {
        self.look(|view| {
            let sum = |of: fn(&super::view::Live) -> usize| view.segments.iter().map(of).sum();
            Ok(Stats {
                rows: view.len(),
                newest: view.memtable.len(),
                dead: sum(|live| live.segment.rows() - live.count()),
                segments: view.segments.len(),
                listed: sum(|live| usize::from(live.segment.has_lists())),
                remade: sum(|live| usize::from(live.segment.is_remade())),
                held: sum(|live| live.segment.held()),
                lost: self.lost,
            })
        })
    }

    /// Take the codes of segments into memory, the largest first, as far as its share of memory goes; then their
    /// coarse form, as far as the rest goes.
    ///
    /// # Errors
    /// `Closed`, `Disk`.
    pub fn warm(&self) -> Result<(), Fault> {
        let mut segments =
            self.look(|view| Ok(view.segments.iter().map(|live| live.segment.clone()).collect::<Vec<_>>()))?;
        segments.sort_by_key(|segment| std::cmp::Reverse(segment.rows()));
        let mut left = self.tuning.memory;
        let mut within = |size: usize| left.checked_sub(size).inspect(|&rest| left = rest).is_some();
        segments.retain(|segment| within(segment.takes().0));
        segments.iter().try_for_each(|segment| segment.warm())?;
        segments.retain(|segment| within(segment.takes().1));
        segments.iter().try_for_each(|segment| segment.warm_coarse())
    }

    /// Let go of files, memory and lock. Every verb fails with `Closed` from then on; a second close does nothing.
    pub fn close(&self) {
        let _merging = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        *self.turn() = None;
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = None;
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn check(&self, ids: &[u64], rows: ArrayView2<'_, f16>) -> Result<(), Fault> {
        if rows.ncols() != self.dim {
            return Err(Fault::DimMismatch { given: rows.ncols(), wanted: self.dim });
        }
        if rows.nrows() != ids.len() {
            return Err(Fault::BadValue(format!("{} ids came with {} rows", ids.len(), rows.nrows())));
        }
        for (id, row) in ids.iter().zip(rows.rows()) {
            if !row.iter().all(|value| value.is_finite()) {
                return Err(Fault::BadValue(format!("the vector of id {id} holds NaN or infinity")));
            }
            if row.iter().all(|value| value.to_f32() == 0.0) {
                return Err(Fault::BadValue(format!(
                    "the vector of id {id} is all zeros and has no direction"
                )));
            }
        }
        Ok(())
    }

    pub(super) fn writing<T>(&self, verb: impl FnOnce(&mut Writer) -> Result<T, Fault>) -> Result<T, Fault> {
        match self.turn().as_mut() {
            Some(writer) => verb(writer),
            None if self.reading().is_none() => Err(Fault::Closed(self.folder.clone())),
            None => Err(Fault::ReadOnly(self.folder.clone())),
        }
    }

    pub(super) fn look<T>(&self, verb: impl FnOnce(&View) -> Result<T, Fault>) -> Result<T, Fault> {
        self.reading().as_ref().map_or_else(|| Err(Fault::Closed(self.folder.clone())), verb)
    }

    /// Change which rows there are: selections of them no longer fit.
    pub(super) fn change(&self, verb: impl FnOnce(&mut View)) -> Result<(), Fault> {
        self.mark(|view| {
            verb(view);
            view.state = next_state();
        })
    }

    /// No longer show the rows of these ids: their numbers do not hold.
    pub(super) fn hide(&self, ids: &[u64]) -> Result<(), Fault> {
        self.mark(|view| view.hide(ids))
    }

    /// Change what is known of the rows there are.
    pub(super) fn mark(&self, verb: impl FnOnce(&mut View)) -> Result<(), Fault> {
        let mut held: RwLockWriteGuard<'_, _> = self.view.write().unwrap_or_else(PoisonError::into_inner);
        held.as_mut().map(verb).ok_or_else(|| Fault::Closed(self.folder.clone()))
    }

    fn turn(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reading(&self) -> RwLockReadGuard<'_, Option<View>> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a search is held to.
#[derive(Clone, Copy)]
pub enum Only<'a> {
    /// Those ids.
    Ids(&'a [u64]),
    /// The rows of ids, found before.
    Rows(&'a Selection),
}

/// A row, or zeros where there is none that holds.
fn read(view: &View, id: u64, into: &mut [f16]) -> Found {
    let found = view.read(id, into);
    if found == Found::Damaged {
        into.fill(f16::ZERO);
    }
    found
}
