//! How files of the store come and go: whole under a new name and made durable, never changed in place.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::fault::Fault;

/// Bytes under one checksum.
pub const BLOCK: usize = 1 << 20;
/// What every section of a segment is aligned to.
pub const PAGE: usize = 4096;
/// Ends the names of files that were never finished.
pub const UNFINISHED: &str = ".new";

/// `size` rounded up to a multiple of `PAGE`.
#[must_use]
pub const fn paged(size: usize) -> usize {
    size.next_multiple_of(PAGE)
}

/// The checksum of each `BLOCK` of `bytes`.
#[must_use]
pub fn checks_of(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks(BLOCK).map(crc32c::crc32c).collect()
}

/// A new empty file that `finish` gives its name.
///
/// # Errors
/// `Disk`, `ReadOnly`.
pub fn begin(folder: &Path, name: &str) -> Result<File, Fault> {
    let path = folder.join(format!("{name}{UNFINISHED}"));
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)
        .map_err(Fault::at(&path))
}

/// Make what was begun durable and give it its name, in the place of what had it before.
///
/// # Errors
/// `Disk`; the file before it then stays, unless only the last step, the durability of the name, failed.
pub fn finish(folder: &Path, name: &str, file: &File) -> Result<(), Fault> {
    let (from, to) = (folder.join(format!("{name}{UNFINISHED}")), folder.join(name));
    file.sync_all().map_err(Fault::at(&from))?;
    fs::rename(&from, &to).map_err(Fault::at(&to))?;
    settle(folder)
}

/// Write a small file in the place of the one before, which stays until the new one is durable.
///
/// # Errors
/// As `begin` and `finish`.
pub fn replace(folder: &Path, name: &str, body: &[u8]) -> Result<(), Fault> {
    let mut file = begin(folder, name)?;
    file.write_all(body).map_err(Fault::at(&folder.join(name)))?;
    finish(folder, name, &file)
}

/// Make names given and taken in `folder` durable.
///
/// # Errors
/// `Disk`.
pub fn settle(folder: &Path) -> Result<(), Fault> {
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(Fault::at(folder))
}

/// Take away files that nothing refers to any more. One that stays is taken away at the next opening.
pub fn discard(folder: &Path, names: &[String]) {
    for name in names {
        let _ = fs::remove_file(folder.join(name));
    }
}
