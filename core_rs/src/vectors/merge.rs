//! Segments become one without their dead rows, while others go on reading and writing.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use half::f16;

use super::fault::Fault;
use super::graves;
use super::listing::by_list;
use super::seal::listed;
use super::store::{VectorStore, Writer};
use super::view::Live;
use super::write::{Draft, write};
use crate::search::block::ReadRow;
use crate::search::plan::Failure;

/// A row of the segments that are merged.
pub struct Source {
    /// Its id.
    pub id: u64,
    /// Which of the segments.
    pub segment: usize,
    /// Its row there.
    pub row: usize,
}

impl VectorStore {
    /// Make segments with more than 20 % dead rows, damaged parts or near kin in size into one; `full`: all of them.
    ///
    /// Rows whose numbers do not hold stay where they are until their ids are deleted or put in anew. Whether
    /// anything was done. Reads and writes go on meanwhile; the result replaces its sources in one step.
    ///
    /// # Errors
    /// `Cancelled`, `ReadOnly`, `Closed`, `Disk`: the store is then as it was.
    pub fn compact(&self, full: bool, cancel: &AtomicBool) -> Result<bool, Fault> {
        let _merging = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        if full {
            self.flush()?;
        }
        loop {
            let chosen = self.look(|view| Ok(choose(&view.segments, full, self.tuning.lists_from)))?;
            if chosen.is_empty() {
                return Ok(false);
            }
            let number = self.writing(|writer| Ok(writer.number()))?;
            let mut broken = None;
            match self.merged(number, &chosen, cancel, &mut broken) {
                Ok(made) => return self.writing(|writer| self.replace(writer, &chosen, made)).map(|()| true),
                Err(fault) => match broken {
                    Some(id) => self.hide(&[id])?,
                    None => return Err(fault),
                },
            }
        }
    }

    /// The living rows of `chosen` in a segment of their own; `None` when there are none. `broken` is the id of a
    /// row that could not be copied.
    fn merged(
        &self,
        number: u64,
        chosen: &[Live],
        cancel: &AtomicBool,
        broken: &mut Option<u64>,
    ) -> Result<Option<Live>, Fault> {
        let mut sources = sources(chosen);
        if sources.is_empty() {
            return Ok(None);
        }
        let lists = if sources.len() < self.tuning.lists_from {
            Vec::new()
        } else {
            let listed = by_list(chosen, &mut sources, self.tuning.threads, cancel);
            listed.map_err(|failure| failed(failure, broken))?.bytes()
        };
        let ids: Vec<u64> = sources.iter().map(|source| source.id).collect();
        let draft = Draft { number, dim: self.dim, model: &self.model, ids: &ids, lists: &lists };
        write(&self.folder, &draft, |place, into: &mut [f16]| {
            if place % 1024 == 0 && cancel.load(Ordering::Relaxed) {
                return Err(Fault::Cancelled);
            }
            let Source { id, segment, row } = sources[place];
            chosen[segment].segment.read(row, into).map_err(|error| {
                *broken = Some(id);
                Fault::at(&self.folder)(error)
            })
        })?;
        let made = self.opened(number, ids.len())?;
        if chosen.iter().any(|live| live.segment.held() > 0) {
            made.segment.warm()?;
        }
        Ok(Some(made))
    }

    /// Put `made` in the place of `chosen`; what died in them meanwhile dies in it.
    fn replace(&self, writer: &mut Writer, chosen: &[Live], mut made: Option<Live>) -> Result<(), Fault> {
        let old: Vec<u64> = chosen.iter().map(|live| live.segment.number).collect();
        let mut next = writer.manifest.clone();
        next.segments.retain(|listed| !old.contains(&listed.number));
        if let Some(made) = &mut made {
            self.look(|view| {
                let now = view.segments.iter().filter(|live| old.contains(&live.segment.number));
                for (now, then) in now.zip(chosen) {
                    let died =
                        (0..then.alive.len()).filter(|&row| then.alive.has(row) && !now.alive.has(row));
                    let ids = died.map(|row| now.segment.ids()[row]);
                    ids.filter_map(|id| made.segment.row_of(id))
                        .collect::<Vec<_>>()
                        .into_iter()
                        .for_each(|row| made.kill(row));
                }
                Ok(())
            })?;
            if made.dug {
                (made.graves, made.dug) = (writer.number(), false);
                graves::write(&self.folder, made.graves, made.segment.number, &made.alive)?;
            }
            next.segments.push(listed(&made.segment, made.graves));
        }
        self.swap(writer, next, |view| {
            view.segments.retain(|live| !old.contains(&live.segment.number));
            view.segments.extend(made);
        })
    }
}

fn failed(failure: Failure, broken: &mut Option<u64>) -> Fault {
    match failure {
        Failure::Cancelled => Fault::Cancelled,
        Failure::Unreadable { id } => {
            *broken = Some(id);
            Fault::BadValue(format!("the row of id {id} does not hold"))
        }
        Failure::Refused(refusal) => Fault::BadValue(refusal.to_string()),
    }
}

/// Every living row, by id.
fn sources(chosen: &[Live]) -> Vec<Source> {
    let rows = chosen.iter().enumerate().flat_map(|(segment, live)| {
        let ids = live.segment.ids().iter().enumerate().filter(|&(row, _)| live.alive.has(row));
        ids.map(move |(row, &id)| Source { id, segment, row })
    });
    let mut rows: Vec<Source> = rows.collect();
    rows.sort_unstable_by_key(|source| source.id);
    rows
}

/// Those worth merging now: an ever larger run of the smallest keeps the work for each row at its logarithm.
fn choose(segments: &[Live], full: bool, lists_from: usize) -> Vec<Live> {
    let whole: Vec<&Live> = segments.iter().filter(|live| live.alive == live.shown).collect();
    let unlisted = |live: &Live| live.count() >= lists_from && !live.segment.has_lists();
    let rotten = |live: &Live| (live.segment.rows() - live.count()) * 5 > live.segment.rows();
    let due = |live: &Live| live.segment.is_remade() || rotten(live) || unlisted(live);
    let mut sizes: Vec<usize> = whole.iter().map(|live| live.count()).collect();
    sizes.sort_unstable();
    let (mut total, mut least, mut run) = (0, 0, 0);
    for size in sizes {
        if run > 0 && size > 2 * total {
            break;
        }
        (total, least, run) = (total + size, size, run + 1);
    }
    let many = full && whole.len() > 1;
    let kin = |live: &Live| run > 3 && live.count() <= least;
    whole.into_iter().filter(|live| many || due(live) || kin(live)).cloned().collect()
}
