//! A file that never changes, as bytes in memory, read from disk where it is looked at.

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// A read-only mapping of a whole file.
pub struct FileMap(Mmap);

impl FileMap {
    /// Map `file`, which must be immutable: written once, renamed into place, only ever removed.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(file: &File) -> io::Result<Self> {
        // SAFETY: files of the store are never written or cut after they were given their name, a lock keeps
        // other processes of ours away, and a removed file lives on under its mapping.
        unsafe { Mmap::map(file) }.map(Self)
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}
