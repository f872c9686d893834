//! Opening a store: the lock, the manifest, its segments and graves, then the log; what nothing refers to goes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use super::disk::{self, discard};
use super::fault::Fault;
use super::graves;
use super::lock::Lock;
use super::log::{self, Log, Op, Replay};
use super::manifest::{Listed, Manifest};
use super::memtable::Memtable;
use super::segment::{self, Segment};
use super::store::{Tuning, VectorStore, Writer};
use super::view::{Live, View};
use crate::search::bitmap::Bitmap;
use crate::search::selection::next_state;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Numbers in a vector; `None`: whatever the store there has.
    pub dim: Option<usize>,
    /// What makes the vectors; one line.
    pub model: String,
    /// Make it where there is none.
    pub create: bool,
    /// Write nothing, not even what would mend it.
    pub read_only: bool,
    /// Prove every byte now.
    pub full: bool,
    /// What it may use.
    pub tuning: Tuning,
}

impl VectorStore {
    /// Open the store in `folder`. Reads the log and all of the segments but rows and codes.
    ///
    /// # Errors
    /// `NotFound`, `Locked`, `Corrupt` naming the file, `VersionMismatch`, `DimMismatch` and `BadValue` when it is
    /// another model's, `ReadOnly`, `Disk`.
    pub fn open(folder: PathBuf, options: Options) -> Result<Self, Fault> {
        let Options { dim, model, create, read_only, full, tuning } = options;
        if dim.is_some_and(|dim| dim == 0 || dim > 1 << 16) || model.contains('\n') {
            return Err(Fault::BadValue(format!("a store of {dim:?} numbers for {model:?} cannot be")));
        }
        let create = dim.filter(|_| create && !read_only);
        let lock = claim(&folder, create.is_some(), read_only)?;
        let manifest = found(&folder, &model, create)?;
        let dim = dim.unwrap_or(manifest.dim);
        if manifest.dim != dim {
            return Err(Fault::DimMismatch { given: dim, wanted: manifest.dim });
        }
        let (segments, greatest) = (segments(&folder, &manifest)?, manifest.greatest);
        let mut view = View { segments, memtable: Memtable::new(dim), greatest, state: next_state() };
        let mut replay = log::replay(&folder, manifest.log, dim, manifest.sequence)?;
        replay.ops.drain(..).for_each(|op| apply(&mut view, &op, dim));
        let lost = replay.lost;
        let writer = if read_only { None } else { Some(writer(&folder, manifest, &replay)?) };
        let store = Self {
            folder,
            dim,
            model,
            tuning,
            writer: Mutex::new(writer),
            view: RwLock::new(Some(view)),
            merging: Mutex::new(()),
            lost,
            lock: Mutex::new(Some(lock)),
        };
        if full {
            store.prove()?;
        }
        Ok(store)
    }

    /// Read every byte: f16 rows that do not hold are reported by `damaged`, codes are taken into memory.
    ///
    /// # Errors
    /// `Closed`, `Disk`.
    pub fn prove(&self) -> Result<(), Fault> {
        let segments =
            self.look(|view| Ok(view.segments.iter().map(|live| live.segment.clone()).collect::<Vec<_>>()))?;
        for segment in segments {
            let damaged: Vec<u64> =
                segment.damaged_rows().into_iter().map(|row| segment.ids()[row]).collect();
            self.mark(|view| {
                for live in view.segments.iter_mut().filter(|live| live.segment.number == segment.number) {
                    let rows = damaged.iter().filter_map(|&id| segment.row_of(id));
                    rows.for_each(|row| live.shown.set(row, false));
                }
            })?;
        }
        self.warm()
    }
}

fn claim(folder: &Path, create: bool, read_only: bool) -> Result<Lock, Fault> {
    if create {
        fs::create_dir_all(folder).map_err(Fault::at(folder))?;
    }
    if !folder.is_dir() {
        return Err(Fault::NotFound(folder.to_owned()));
    }
    if read_only { Lock::shared(folder) } else { Lock::alone(folder) }
}

/// The manifest there is, or that of an empty store when `create` says how wide one may be made.
fn found(folder: &Path, model: &str, create: Option<usize>) -> Result<Manifest, Fault> {
    let Some(manifest) = Manifest::read(folder)? else {
        let Some(dim) = create else {
            return Err(Fault::NotFound(folder.to_owned()));
        };
        if let Some(orphan) = ours(folder)?.into_iter().find(|name| !is_begun(folder, name)) {
            let path = folder.join(super::manifest::NAME);
            return Err(Fault::corrupt(&path, format!("it is gone, but {orphan} is there")));
        }
        let manifest = Manifest::new(dim, model);
        disk::replace(folder, &log::name(manifest.log), &[])?;
        manifest.write(folder)?;
        return Ok(manifest);
    };
    if manifest.model != model {
        let (folder, known) = (folder.display(), &manifest.model);
        return Err(Fault::BadValue(format!(
            "the store in {folder} holds vectors of {known}, not of {model}"
        )));
    }
    Ok(manifest)
}

fn segments(folder: &Path, manifest: &Manifest) -> Result<Vec<Live>, Fault> {
    let open = |listed: &Listed| {
        let rows = listed.rows as usize;
        let segment = Segment::open(folder, listed.number, rows, manifest.dim, &manifest.model)
            .map_err(|fault| missing(fault, folder, &segment::name(listed.number)))?;
        let alive = match listed.graves {
            0 => Bitmap::all(rows),
            number => graves::read(folder, number, listed.number, rows)
                .map_err(|fault| missing(fault, folder, &graves::name(number)))?,
        };
        Ok(Live::new(Arc::new(segment), alive, listed.graves))
    };
    manifest.segments.iter().map(open).collect()
}

/// A file that the manifest lists and that is gone is damage, not a matter of the disk.
fn missing(fault: Fault, folder: &Path, name: &str) -> Fault {
    match fault {
        Fault::Disk { error, .. } if error.kind() == std::io::ErrorKind::NotFound => {
            Fault::corrupt(&folder.join(name), "it is gone")
        }
        other => other,
    }
}

fn apply(view: &mut View, op: &Op, dim: usize) {
    match op {
        Op::Upsert(ids, rows) => {
            ids.iter().zip(rows.chunks_exact(dim)).for_each(|(&id, row)| view.put(id, row));
        }
        Op::Delete(ids) => view.kill_all(ids),
    }
}

fn writer(folder: &Path, manifest: Manifest, replay: &Replay) -> Result<Writer, Fault> {
    let log = Log::open(folder, manifest.log, replay)?;
    sweep(folder, &manifest)?;
    Ok(Writer { log, numbers: manifest.next_number(), manifest })
}

/// Take away files of ours that the manifest does not list: left by a crash between two steps.
fn sweep(folder: &Path, manifest: &Manifest) -> Result<(), Fault> {
    let mut kept = vec![log::name(manifest.log)];
    for listed in &manifest.segments {
        kept.extend([segment::name(listed.number), graves::name(listed.graves)]);
    }
    let stray: Vec<String> = ours(folder)?.into_iter().filter(|name| !kept.contains(name)).collect();
    discard(folder, &stray);
    Ok(())
}

/// Names of the files that a manifest lists, finished or not.
fn ours(folder: &Path) -> Result<Vec<String>, Fault> {
    let entries = fs::read_dir(folder).map_err(Fault::at(folder))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let begins = ["log-", "segment-", "dead-", super::manifest::NAME];
    let ours = |name: &String| begins.iter().any(|start| name.starts_with(start));
    Ok(names.filter(|name| ours(name) && name != super::manifest::NAME).collect())
}

/// Whether it is what a crash leaves of a store that was never finished: nothing in it, or not named yet.
fn is_begun(folder: &Path, name: &str) -> bool {
    name.ends_with(disk::UNFINISHED) || folder.join(name).metadata().is_ok_and(|told| told.len() == 0)
}
