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
    /// Bytes of `path` up to the last folder that lies on another disk than the one above it; 0 without one.
    pub mount: usize,
    pub problem: String,
}

struct Walk<'a> {
    suffixes: &'a [String],
    found: Vec<Found>,
    /// (device, inode) of the folders that the one being read lies in, itself last.
    above: Vec<(u64, u64)>,
    /// How many of those were entered through a link.
    links: usize,
    /// `Found::mount` of what lies in the one being read.
    mount: usize,
}

/// All regular files below `root` whose lower-case suffix is in `suffixes`, by path.
///
/// Names that begin with a dot are left out. Links are followed; one to a folder that it lies in is listed
/// with a problem, as are unreadable folders, dead links and names that are not UTF-8. Errors: `root` cannot
/// be read as a folder to its end.
pub fn walk(root: &Path, suffixes: &[String]) -> io::Result<Vec<Found>> {
    let mut walk = Walk::new(root, suffixes)?;
    walk.folder(root, &[])?;
    Ok(walk.sorted())
}

/// What `walk` would list at or below `path`, a path below `root`; or the folder on the way there that it
/// would not enter. Errors: `root` is not there.
pub fn look(root: &Path, path: &[u8], suffixes: &[String]) -> io::Result<Vec<Found>> {
    let mut walk = Walk::new(root, suffixes)?;
    let (mut whole, mut way) = (root.to_path_buf(), Vec::new());
    for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
        if name.starts_with(b".") {
            return Ok(Vec::new());
        }
        whole.push(OsStr::from_bytes(name));
        way.extend_from_slice(name);
        let here = fs::symlink_metadata(&whole);
        let is_link = here.as_ref().is_ok_and(Metadata::is_symlink);
        if !walk.weigh(&way, if is_link { fs::metadata(&whole) } else { here }, is_link) {
            return Ok(walk.sorted());
        }
        way.push(b'/');
    }
    walk.below(&whole, &way);
    Ok(walk.sorted())
}

impl<'a> Walk<'a> {
    fn new(root: &Path, suffixes: &'a [String]) -> io::Result<Self> {
        let known = fs::metadata(root)?;
        Ok(Self { suffixes, found: Vec::new(), above: vec![(known.dev(), known.ino())], links: 0, mount: 0 })
    }

    fn sorted(mut self) -> Vec<Found> {
        self.found.sort_unstable();
        self.found
    }

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
        let mut path = [prefix, name.as_bytes()].concat();
        let kind = entry.file_type().ok();
        let is_link = kind.is_some_and(|kind| kind.is_symlink());
        if kind.is_some_and(|kind| !kind.is_dir() && !kind.is_symlink()) && !self.wanted(&path) {
            return;
        }
        let (whole, mount) = (folder.join(&name), self.mount);
        if self.weigh(&path, if is_link { fs::metadata(&whole) } else { entry.metadata() }, is_link) {
            path.push(b'/');
            self.below(&whole, &path);
            self.above.pop();
            self.links -= usize::from(is_link);
            self.mount = mount;
        }
    }

    /// List what is at `path`, by what is known of it, or enter it: true for a folder to be read.
    fn weigh(&mut self, path: &[u8], known: io::Result<Metadata>, is_link: bool) -> bool {
        let wanted = self.wanted(path);
        match known {
            Ok(known) if known.is_dir() => return self.enter(path, &known, is_link),
            Ok(known) if wanted && known.is_file() => {
                let problem = if is_named(path) { String::new() } else { Problem::Unnameable.to_string() };
                self.found.push(Found { mount: self.mount, ..file(path.to_vec(), &known, problem) });
            }
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                if is_link && wanted {
                    self.refuse(path, &Problem::Dangling);
                }
            }
            Err(error) => self.refuse(path, &error.into()),
        }
        false
    }

    fn enter(&mut self, path: &[u8], known: &Metadata, is_link: bool) -> bool {
        let here = (known.dev(), known.ino());
        let problem = match is_link {
            _ if !is_named(path) => Problem::Unnameable,
            true if self.above.contains(&here) => Problem::Loop,
            true if self.links == MOST_LINKS => Problem::Entangled,
            _ => {
                if self.above.last().is_some_and(|above| above.0 != here.0) {
                    self.mount = path.len();
                }
                self.above.push(here);
                self.links += usize::from(is_link);
                return true;
            }
        };
        self.refuse(path, &problem);
        false
    }

    /// Everything in a folder that was entered; `prefix` is its path and a slash.
    fn below(&mut self, whole: &Path, prefix: &[u8]) {
        match self.folder(whole, prefix) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                self.refuse(prefix.strip_suffix(b"/").unwrap_or(prefix), &error.into());
            }
            _ => {}
        }
    }

    fn wanted(&self, path: &[u8]) -> bool {
        self.suffixes.contains(&suffix(path))
    }

    fn refuse(&mut self, path: &[u8], problem: &Problem) {
        self.found.push(Found { path: path.to_vec(), problem: problem.to_string(), ..Found::default() });
    }
}

fn file(path: Vec<u8>, known: &Metadata, problem: String) -> Found {
    let mtime_ns = known.mtime().saturating_mul(1_000_000_000).saturating_add(known.mtime_nsec());
    Found { path, size: known.len(), mtime_ns, inode: known.ino(), mount: 0, problem }
}

/// Whether the last name of a path is UTF-8.
fn is_named(path: &[u8]) -> bool {
    path.rsplit(|byte| *byte == b'/').next().is_some_and(|name| std::str::from_utf8(name).is_ok())
}

/// A path as the system spells it.
pub fn path_of(bytes: &[u8]) -> PathBuf {
    OsStr::from_bytes(bytes).into()
}
