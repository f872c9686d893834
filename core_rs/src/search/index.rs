//! Vectors in memory with their lists: the engine without files, for benchmarks and for measuring a machine.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;

use ndarray::ArrayView2;

use super::bitmap::Bitmap;
use super::block::Block;
use super::ivf::Centroids;
use super::memory::Memory;
use super::plan::{Failure, Plan};
use super::selection::{Selection, next_state};
use super::train::{Sorted, lists_for, sort, train};
use super::{Hits, reach, search};
use crate::refusal::Refusal;

/// Rows in lists, and those that came since.
pub struct Index {
    listed: Option<Listed>,
    newest: Memory,
    known: HashSet<u64>,
    state: u64,
}

struct Listed {
    memory: Memory,
    centroids: Centroids,
    sorted: Sorted,
}

impl Index {
    /// No rows of `dim` numbers yet.
    ///
    /// # Errors
    /// `Range` when `dim` is 0.
    pub fn new(dim: usize) -> Result<Self, Refusal> {
        Ok(Self { listed: None, newest: Memory::new(dim)?, known: HashSet::new(), state: next_state() })
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// How many lists; 0 before `build`.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.listed.as_ref().map_or(0, |listed| listed.centroids.len())
    }

    /// Append `rows`, `(n, dim)`, all or none.
    ///
    /// # Errors
    /// As `Memory::extend`; `Range` for an id that is there already or comes twice.
    pub fn add(&mut self, ids: &[u64], rows: &[f32]) -> Result<(), Refusal> {
        let new: HashSet<u64> = ids.iter().copied().collect();
        if let Some(&id) = new.iter().find(|id| self.known.contains(id)) {
            return Err(Refusal::Range {
                what: "an id",
                given: id as f64,
                wanted: "one that is not there yet",
            });
        }
        if new.len() < ids.len() {
            let given = (ids.len() - new.len()) as f64;
            return Err(Refusal::Range { what: "the number of repeated ids", given, wanted: "0" });
        }
        self.newest.extend(ids, rows)?;
        self.known.extend(new);
        self.state = next_state();
        Ok(())
    }

    /// Put all rows into `lists` lists, 0: as many as suit, and measure how far a search has to look.
    ///
    /// # Errors
    /// `Refused` when there is no row or no memory for a second copy, `Cancelled`.
    pub fn build(&mut self, lists: usize, threads: usize, cancel: &AtomicBool) -> Result<(), Failure> {
        let count = if lists == 0 { lists_for(self.len()) } else { lists };
        let centroids = train(&self.blocks(), count, threads, cancel)?;
        self.gather()?;
        let sorted = sort(&centroids, &self.newest.block(), threads, cancel)?;
        let memory = self.newest.in_order(&sorted)?;
        self.newest = Memory::new(memory.dim())?;
        self.state = next_state();
        let listed = self.listed.insert(Listed { memory, centroids, sorted });
        let table = reach::measure(&[listed.block()], threads, cancel)?;
        listed.centroids.set_reach(table)?;
        Ok(())
    }

    /// Take the rows out of their lists.
    fn gather(&mut self) -> Result<(), Refusal> {
        if let Some(listed) = &mut self.listed {
            listed.memory.append(&self.newest)?;
        }
        if let Some(listed) = self.listed.take() {
            self.newest = listed.memory;
            self.state = next_state();
        }
        Ok(())
    }

    /// As `search::search` over all rows.
    ///
    /// # Errors
    /// As there; `Range` for a selection made before the rows changed.
    pub fn search(
        &self,
        queries: ArrayView2<'_, f32>,
        k: usize,
        plan: &Plan,
        only: Option<&Selection>,
        cancel: &AtomicBool,
        threads: usize,
    ) -> Result<Vec<Hits>, Failure> {
        let only = only.map(|only| only.of(self.state)).transpose()?;
        search(&self.blocks(), queries, k, plan, only, cancel, threads)
    }

    /// The rows of those ids; unknown ids are left out.
    #[must_use]
    pub fn select(&self, ids: &[u64]) -> Selection {
        let wanted: HashSet<u64> = ids.iter().copied().collect();
        let rows = |block: &Block<'_>| {
            Bitmap::of(&block.ids.iter().map(|id| wanted.contains(id)).collect::<Vec<_>>())
        };
        Selection::new(self.blocks().iter().map(rows).collect(), self.state)
    }

    fn blocks(&self) -> Vec<Block<'_>> {
        self.listed.iter().map(Listed::block).chain([self.newest.block()]).collect()
    }
}

impl Listed {
    fn block(&self) -> Block<'_> {
        Block { lists: Some(self.sorted.lists(&self.centroids)), ..self.memory.block() }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::super::plan::Mode;
    use super::*;

    static GO: AtomicBool = AtomicBool::new(false);

    fn rows(count: usize) -> Array2<f32> {
        Array2::from_shape_fn((count, 6), |(row, at)| ((row * 37 + at * 11) % 101) as f32 / 50.0 - 1.0)
    }

    fn filled(count: usize) -> Index {
        let mut index = Index::new(6).expect("a width");
        let ids: Vec<u64> = (0..count as u64).collect();
        index.add(&ids, rows(count).as_slice().expect("whole")).expect("new ids");
        index
    }

    fn best(index: &Index, only: Option<&Selection>) -> Result<Vec<Hits>, Failure> {
        let plan = Plan { mode: Mode::Ivf, recall: 1.0, ..Plan::default() };
        index.search(rows(7).view(), 5, &plan, only, &GO, 1)
    }

    #[test]
    fn building_and_adding_change_nothing_in_what_is_found() {
        let (plain, mut built) = (filled(900), filled(400));
        built.build(0, 2, &GO).expect("rows");
        assert_eq!((built.lists(), built.len()), (32, 400));
        let more: Vec<u64> = (400..900).collect();
        built.add(&more, &rows(900).as_slice().expect("whole")[400 * 6..]).expect("new ids");
        assert_eq!(best(&built, None), best(&plain, None));
        built.build(8, 1, &GO).expect("rows");
        assert_eq!((built.lists(), built.len()), (8, 900));
        assert_eq!(best(&built, None), best(&plain, None));
        assert_eq!(built.build(8, 1, &AtomicBool::new(true)), Err(Failure::Cancelled));
        assert_eq!(best(&built, None), best(&plain, None), "nothing is lost");
    }

    #[test]
    fn a_selection_is_of_one_state_of_the_rows() {
        let mut index = filled(300);
        let threes: Vec<u64> = (0..1000).step_by(3).collect();
        let (threes, low) = (index.select(&threes), index.select(&(0..200).collect::<Vec<_>>()));
        let both = threes.and(&low.not()).expect("of one state");
        assert_eq!((threes.count(), both.count()), (100, 33));
        assert_eq!(threes.or(&low).expect("of one state").count(), 233);
        let found = best(&index, Some(&both)).expect("fits");
        assert!(found.iter().all(|hits| hits.ids.iter().all(|id| id % 3 == 0 && *id >= 200)));
        index.add(&[999], &[1.0; 6]).expect("a new id");
        assert!(best(&index, Some(&both)).is_err() && index.select(&[1]).and(&both).is_err());
    }

    #[test]
    fn ids_that_are_there_or_come_twice_are_refused() {
        let mut index = filled(10);
        assert!(index.add(&[12, 12], &[0.0; 12]).is_err() && index.add(&[12, 3], &[0.0; 12]).is_err());
        assert_eq!(index.len(), 10);
        index.add(&[12], &[0.0; 6]).expect("nothing of it was taken");
    }
}
