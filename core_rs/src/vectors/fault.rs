//! Why the vector store refuses or fails, in sentences that name the file or the id and what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A reason for failing. The binding turns each variant into a Python exception of its own.
#[derive(Debug)]
pub enum Fault {
    /// Vectors or a query of another width than the store's.
    DimMismatch {
        /// Width as given.
        given: usize,
        /// Width of the store.
        wanted: usize,
    },
    /// A value that no vector may hold, or an argument out of range.
    BadValue(String),
    /// There is no store where one was to be opened.
    NotFound(PathBuf),
    /// A file whose checksum or structure does not hold.
    Corrupt {
        /// Which file.
        file: PathBuf,
        /// What does not hold.
        why: String,
    },
    /// Another process has the store open.
    Locked {
        /// Folder of the store.
        folder: PathBuf,
        /// What the other one left about itself.
        holder: String,
    },
    /// A write to a store that can only be read.
    ReadOnly(PathBuf),
    /// A file of a format that this program does not know.
    VersionMismatch {
        /// Which file.
        file: PathBuf,
        /// Its version.
        found: u32,
        /// The version this program writes.
        known: u32,
    },
    /// The caller asked to stop.
    Cancelled,
    /// The store was closed.
    Closed(PathBuf),
    /// The disk refused: full, gone, not permitted.
    Disk {
        /// Which file or folder.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl Fault {
    /// `why` a file cannot be trusted.
    pub fn corrupt(file: &Path, why: impl Into<String>) -> Self {
        Self::Corrupt { file: file.to_owned(), why: why.into() }
    }

    /// For `map_err`: what the system said about `file`.
    pub fn at(file: &Path) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |error| match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(file),
            _ => Self::Disk { file, error },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DimMismatch { given, wanted } => {
                write!(out, "vectors of {given} numbers were given to a store of {wanted}")
            }
            Self::BadValue(why) => out.write_str(why),
            Self::NotFound(folder) => write!(out, "there is no vector store in {}", folder.display()),
            Self::Corrupt { file, why } => write!(out, "{} is damaged: {why}", file.display()),
            Self::Locked { folder, holder } => {
                write!(out, "the vector store in {} is open already: {holder}", folder.display())
            }
            Self::ReadOnly(path) => write!(out, "{} can only be read", path.display()),
            Self::VersionMismatch { file, found, known } => {
                let name = file.display();
                write!(out, "{name} has format {found}, this program knows {known}: start the newer one")
            }
            Self::Cancelled => out.write_str("stopped as asked"),
            Self::Closed(folder) => write!(out, "the vector store in {} is closed", folder.display()),
            Self::Disk { file, error } => write!(out, "{}: {error}", file.display()),
        }
    }
}

impl std::error::Error for Fault {}
