//! One process writes a store, or several read it: a lock that the kernel lets go of when its holder dies.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::fault::Fault;

const NAME: &str = "lock";

/// Held as long as it lives.
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Hold `folder` alone, to write.
    ///
    /// # Errors
    /// `Locked` naming the holder, `ReadOnly`, `Disk`.
    pub fn alone(folder: &Path) -> Result<Self, Fault> {
        let path = folder.join(NAME);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Fault::at(&path))?;
        held(folder, file.try_lock())?;
        file.set_len(0).map_err(Fault::at(&path))?;
        write!(file, "process {}", std::process::id()).map_err(Fault::at(&path))?;
        Ok(Self { _file: Some(file) })
    }

    /// Hold `folder` together with other readers. A folder without the file, as a copy may be, needs none.
    ///
    /// # Errors
    /// `Locked`, `Disk`.
    pub fn shared(folder: &Path) -> Result<Self, Fault> {
        let path = folder.join(NAME);
        match File::open(&path) {
            Ok(file) => {
                held(folder, file.try_lock_shared())?;
                Ok(Self { _file: Some(file) })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self { _file: None }),
            Err(error) => Err(Fault::at(&path)(error)),
        }
    }
}

fn held(folder: &Path, outcome: Result<(), TryLockError>) -> Result<(), Fault> {
    let path = folder.join(NAME);
    outcome.map_err(|error| match error {
        TryLockError::Error(error) => Fault::at(&path)(error),
        TryLockError::WouldBlock => {
            let said = fs::read_to_string(&path).unwrap_or_default();
            let holder = if said.is_empty() { "another process".to_owned() } else { said };
            Fault::Locked { folder: folder.to_owned(), holder }
        }
    })
}
