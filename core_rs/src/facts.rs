//! All that one look at a file tells: what it is, what its tags say, or why it cannot be taken in.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::exif;
use crate::identity::{self, Id};
use crate::problem::Problem;
use crate::sniff::{self, Format};
use crate::source::Source;
use crate::tags::{self, Tags};

/// Facts of one file. With a problem all the others are empty.
#[derive(Default)]
pub struct Facts {
    pub problem: String,
    pub id: String,
    pub format: &'static str,
    pub tags: Tags,
    pub cover: String,
    pub seconds: f64,
    pub width: u32,
    pub height: u32,
    pub notes: exif::Notes,
}

/// Look at files, `threads` at a time; the answers stand in the order of the paths. A bad file is an answer.
pub fn read_all<P: AsRef<[u8]> + Sync>(paths: &[P], threads: usize) -> Vec<Facts> {
    let look = |path: &P| read(Path::new(OsStr::from_bytes(path.as_ref())));
    let pool = (threads.min(paths.len()) > 1).then(|| ThreadPoolBuilder::new().num_threads(threads).build());
    match pool {
        Some(Ok(pool)) => pool.install(|| paths.par_iter().map(look).collect()),
        _ => paths.iter().map(look).collect(),
    }
}

/// Look at one file.
pub fn read(path: &Path) -> Facts {
    let problem = |problem: &Problem| Facts { problem: problem.to_string(), ..Facts::default() };
    let guarded = panic::catch_unwind(AssertUnwindSafe(|| look(path)));
    guarded.unwrap_or(Err(Problem::Damaged)).unwrap_or_else(|reason| problem(&reason))
}

/// The embedded front cover of a track; none when it has none or cannot be read.
pub fn embedded_cover(path: &Path) -> Option<Vec<u8>> {
    let guarded = panic::catch_unwind(|| {
        let mut source = open(path).ok()?;
        let format = sniff::sniff(&mut source).ok()?.ok()?;
        tags::read(&mut source, format).cover
    });
    guarded.ok().flatten()
}

/// A file that is there, is one and is not empty.
pub fn open(path: &Path) -> Result<Source<File>, Problem> {
    let known = fs::metadata(path)?;
    if !known.is_file() {
        return Err(Problem::NoFile);
    }
    if known.len() == 0 {
        return Err(Problem::Empty);
    }
    let file = File::open(path)?;
    Ok(Source::new(file, known.len()))
}

fn look(path: &Path) -> Result<Facts, Problem> {
    let mut source = open(path)?;
    let holding = sniff::sniff(&mut source)?;
    sniff::agree(&sniff::suffix(path.as_os_str().as_bytes()), holding)?;
    let content = identity::read(&mut source, holding.ok())?;
    let mut notes = if content.exif.is_empty() { exif::Notes::default() } else { exif::read(content.exif) };
    if matches!(holding, Ok(Format::Heif | Format::Avif)) {
        notes.way = 0; // the file turns its picture by itself, and its EXIF is not heeded
    }
    let (width, height) =
        if notes.turned() { (content.height, content.width) } else { (content.width, content.height) };
    let mut tags = holding.map_or_else(|_| Tags::default(), |format| tags::read(&mut source, format));
    Ok(Facts {
        problem: String::new(),
        id: content.id.hex(),
        format: holding.map_or("", Format::name),
        cover: tags.cover.take().map(|picture| mark(&picture)).unwrap_or_default(),
        tags,
        seconds: content.seconds,
        width,
        height,
        notes,
    })
}

/// 16 hex digits that name a cover picture, so that no batch holds its covers in memory.
fn mark(picture: &[u8]) -> String {
    Id::of(picture).hex()[..16].to_owned()
}
