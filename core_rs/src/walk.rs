//! What lies below a folder: every file of the suffixes asked for, and whatever could not be looked at.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::sniff::suffix;

/// Links to folders that one path may lead through. Folders that link to one another have far more paths
/// than folders.
const MOST_LINKS: usize = 4;

/// One file, or something in its place that could not be looked at: then `problem` says why.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub path: Vec<u8>,
    pub size: u64,
    pub mtime_ns: i64,
    pub inode: u64,
    pub problem: String,
}

struct Walk<'a> {
    suffixes: &'a [String],
    found: Vec<Found>,
    /// (device, inode) of the folders that the one being read lies in, itself last.
    above: Vec<(u64, u64)>,
    /// How many of those were entered through a link.
    links: usize,
}

/// All regular files below `root` whose lower-case suffix is in `suffixes`, by path.
///
/// Names that begin with a dot are left out. Links are followed; one to a folder that it lies in is listed
/// with a problem, as are unreadable folders, dead links and names that are not UTF-8. Errors: `root` cannot
/// be read as a folder to its end.
pub fn walk(root: &Path, suffixes: &[String]) -> io::Result<Vec<Found>> {
    let known = fs::metadata(root)?;
    let mut walk = Walk { suffixes, found: Vec::new(), above: vec![(known.dev(), known.ino())], links: 0 };
    walk.folder(root, &[])?;
    walk.found.sort_unstable();
    Ok(walk.found)
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, prefix: &[u8]) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            self.entry(&entry?, folder, prefix);
        }
        Ok(())
    }

    fn entry(&mut self, entry: &DirEntry, folder: &Path, prefix: &[u8]) {
        let name = entry.file_name();
        if name.as_bytes().starts_with(b".") {
            return;
        }
        let (whole, path) = (folder.join(&name), [prefix, name.as_bytes()].concat());
        let wanted = self.suffixes.contains(&suffix(&path));
        let kind = entry.file_type().ok();
        let is_link = kind.is_some_and(|kind| kind.is_symlink());
        if !wanted && kind.is_some_and(|kind| !kind.is_dir() && !kind.is_symlink()) {
            return;
        }
        let known = match if is_link { fs::metadata(&whole) } else { entry.metadata() } {
            Ok(known) => known,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if is_link && wanted {
                    self.refuse(path, &Problem::Dangling);
                }
                return;
            }
            Err(error) => return self.refuse(path, &error.into()),
        };
        let named = name.to_str().is_some();
        match (known.is_dir(), named) {
            (true, true) => self.subfolder(&whole, path, &known, is_link),
            (true, false) => self.refuse(path, &Problem::Unnameable),
            (false, _) if !wanted || !known.is_file() => {}
            (false, true) => self.found.push(file(path, &known, String::new())),
            (false, false) => self.found.push(file(path, &known, Problem::Unnameable.to_string())),
        }
    }

    fn subfolder(&mut self, whole: &Path, path: Vec<u8>, known: &Metadata, is_link: bool) {
        let here = (known.dev(), known.ino());
        if is_link && self.above.contains(&here) {
            return self.refuse(path, &Problem::Loop);
        }
        if is_link && self.links == MOST_LINKS {
            return self.refuse(path, &Problem::Entangled);
        }
        self.above.push(here);
        self.links += usize::from(is_link);
        match self.folder(whole, &[&path, b"/".as_slice()].concat()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => self.refuse(path, &error.into()),
            _ => {}
        }
        self.links -= usize::from(is_link);
        self.above.pop();
    }

    fn refuse(&mut self, path: Vec<u8>, problem: &Problem) {
        self.found.push(Found { path, problem: problem.to_string(), ..Found::default() });
    }
}

fn file(path: Vec<u8>, known: &Metadata, problem: String) -> Found {
    let mtime_ns = known.mtime().saturating_mul(1_000_000_000).saturating_add(known.mtime_nsec());
    Found { path, size: known.len(), mtime_ns, inode: known.ino(), problem }
}

/// A path as the system spells it.
pub fn path_of(bytes: &[u8]) -> PathBuf {
    OsStr::from_bytes(bytes).into()
}
