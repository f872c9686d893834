//! The newest rows become a segment, and the log begins anew.

use std::sync::Arc;

use half::f16;

use super::disk::discard;
use super::fault::Fault;
use super::graves;
use super::log::{self, Log};
use super::manifest::{Listed, Manifest};
use super::memtable::Memtable;
use super::segment::{self, Segment};
use super::store::{VectorStore, Writer};
use super::view::{Live, View};
use super::write::{Draft, write};
use crate::search::bitmap::Bitmap;

impl VectorStore {
    /// Put what is in the log into a segment, however little it is.
    ///
    /// # Errors
    /// `ReadOnly`, `Closed`, `Disk`: then it stays in the log, as durable as before.
    pub fn flush(&self) -> Result<(), Fault> {
        self.writing(|writer| self.seal(writer))
    }

    /// Only the writer changes rows, so what is looked at here is still so when the files are in place.
    pub(super) fn seal(&self, writer: &mut Writer) -> Result<(), Fault> {
        if writer.log.len() == 0 {
            return Ok(());
        }
        let number = writer.number();
        let sealed = self.look(|view| self.sealed(view, number))?;
        let mut next = writer.manifest.clone();
        let graves = self.look(|view| self.bury(view, &mut next, writer))?;
        next.segments.extend(sealed.as_ref().map(|made| listed(&made.segment, 0)));
        next.greatest = self.look(|view| Ok(view.greatest))?;
        next.sequence = writer.log.sequence();
        next.log = writer.number();
        let log = Log::create(&self.folder, next.log, next.sequence)?;
        self.swap(writer, next, |view| {
            for (live, number) in view.segments.iter_mut().zip(graves) {
                (live.graves, live.dug) = (number, false);
            }
            view.segments.extend(sealed);
            view.memtable = Memtable::new(self.dim);
        })?;
        writer.log = log;
        Ok(())
    }

    fn sealed(&self, view: &View, number: u64) -> Result<Option<Live>, Fault> {
        let ids = view.memtable.ids();
        if ids.is_empty() {
            return Ok(None);
        }
        let draft = Draft { number, dim: self.dim, model: &self.model, ids: &ids, lists: &[] };
        write(&self.folder, &draft, |row, into: &mut [f16]| {
            view.read(ids[row], into);
            Ok(())
        })?;
        self.opened(number, ids.len()).map(Some)
    }

    pub(super) fn opened(&self, number: u64, rows: usize) -> Result<Live, Fault> {
        let segment = Segment::open(&self.folder, number, rows, self.dim, &self.model)?;
        Ok(Live::new(Arc::new(segment), Bitmap::all(rows), 0))
    }

    /// Write graves for every segment in which rows died since and enter them in `next`; their numbers.
    fn bury(&self, view: &View, next: &mut Manifest, writer: &mut Writer) -> Result<Vec<u64>, Fault> {
        for (listed, live) in next.segments.iter_mut().zip(&view.segments) {
            if live.dug {
                listed.graves = writer.number();
                graves::write(&self.folder, listed.graves, listed.number, &live.alive)?;
            }
        }
        Ok(next.segments.iter().map(|listed| listed.graves).collect())
    }

    /// Replace the manifest, then let memory follow, then the disk.
    pub(super) fn swap(
        &self,
        writer: &mut Writer,
        next: Manifest,
        verb: impl FnOnce(&mut View),
    ) -> Result<(), Fault> {
        if let Err(fault) = next.write(&self.folder) {
            // Where nobody can say which manifest the disk has, nothing may be appended to either's log.
            let stayed =
                Manifest::read(&self.folder).is_ok_and(|found| found.as_ref() == Some(&writer.manifest));
            if !stayed {
                writer.log.break_off();
            }
            return Err(fault);
        }
        self.change(verb)?;
        discard(&self.folder, &gone(&writer.manifest, &next));
        writer.manifest = next;
        Ok(())
    }
}

pub(super) fn listed(segment: &Segment, graves: u64) -> Listed {
    Listed { number: segment.number, rows: segment.rows() as u64, graves }
}

/// Files of the manifest before that the next one does not list.
fn gone(before: &Manifest, next: &Manifest) -> Vec<String> {
    let names = |manifest: &Manifest| {
        let of = |one: &Listed| [segment::name(one.number), graves::name(one.graves)];
        let mut names: Vec<String> = manifest.segments.iter().flat_map(of).collect();
        names.push(log::name(manifest.log));
        names
    };
    let kept = names(next);
    names(before).into_iter().filter(|name| !kept.contains(name)).collect()
}
