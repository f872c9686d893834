//! Which segments and which log make up the store now: a small text that is replaced as a whole.
//!
//! ```text
//! anagnorisis vectors 1
//! dim 512
//! model 0f3c…
//! sequence 41
//! greatest 100000
//! log 3
//! segment 2 65536 0
//! crc32c 1a2b3c4d
//! ```

use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::disk;
use super::fault::Fault;

/// Name of the file.
pub const NAME: &str = "MANIFEST";
/// Of every file of a store together.
pub const VERSION: u32 = 1;
const OPENING: &str = "anagnorisis vectors";

/// A segment as the manifest lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number, never used again.
    pub number: u64,
    /// Rows in it, dead ones too.
    pub rows: u64,
    /// Which file of its dead rows holds; 0: none is dead.
    pub graves: u64,
}

/// What the store consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Numbers in a vector.
    pub dim: usize,
    /// What made the vectors.
    pub model: String,
    /// Sequence of the last operation that is in the segments.
    pub sequence: u64,
    /// The greatest id that was ever in the store and left the log.
    pub greatest: u64,
    /// Number of the log that holds everything since.
    pub log: u64,
    /// Oldest first.
    pub segments: Vec<Listed>,
}

impl Manifest {
    /// An empty store.
    #[must_use]
    pub fn new(dim: usize, model: &str) -> Self {
        Self { dim, model: model.to_owned(), sequence: 0, greatest: 0, log: 1, segments: Vec::new() }
    }

    /// A number above those of all files.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        1 + self.segments.iter().map(|one| one.number.max(one.graves)).fold(self.log, u64::max)
    }

    /// The manifest in `folder`; `None` where there is none.
    ///
    /// # Errors
    /// `Corrupt`, `VersionMismatch`, `Disk`.
    pub fn read(folder: &Path) -> Result<Option<Self>, Fault> {
        let path = folder.join(NAME);
        match fs::read(&path) {
            Ok(bytes) => Self::parse(&bytes, &path).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::at(&path)(error)),
        }
    }

    /// Put this in the place of the manifest in `folder`, durably.
    ///
    /// # Errors
    /// `Disk`, `ReadOnly`.
    pub fn write(&self, folder: &Path) -> Result<(), Fault> {
        disk::replace(folder, NAME, self.text().as_bytes())
    }

    fn text(&self) -> String {
        let Self { dim, model, sequence, greatest, log, segments } = self;
        let mut text = format!(
            "{OPENING} {VERSION}\ndim {dim}\nmodel {model}\nsequence {sequence}\ngreatest {greatest}\nlog {log}\n"
        );
        for Listed { number, rows, graves } in segments {
            let _ = writeln!(text, "segment {number} {rows} {graves}");
        }
        let check = crc32c::crc32c(text.as_bytes());
        let _ = writeln!(text, "crc32c {check:08x}");
        text
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::corrupt(path, "it is no text"))?;
        let opening = text.lines().next().unwrap_or_default();
        let said = opening.strip_prefix(OPENING).and_then(|version| version.trim().parse().ok());
        let (body, check) = split(text).ok_or_else(|| Fault::corrupt(path, "it ends in the middle"))?;
        if crc32c::crc32c(body.as_bytes()) != check {
            return Err(Fault::corrupt(path, "its checksum does not hold"));
        }
        match said {
            Some(VERSION) => fields(body).ok_or_else(|| Fault::corrupt(path, "a line of it does not fit")),
            Some(found) => Err(Fault::VersionMismatch { file: path.to_owned(), found, known: VERSION }),
            None => Err(Fault::corrupt(path, "it is no manifest")),
        }
    }
}

fn split(text: &str) -> Option<(&str, u32)> {
    let at = text.rfind("crc32c ")?;
    let (body, tail) = text.split_at(at);
    let check = tail.strip_prefix("crc32c ")?.strip_suffix('\n')?;
    Some((body, u32::from_str_radix(check, 16).ok().filter(|_| check.len() == 8)?))
}

fn fields(body: &str) -> Option<Manifest> {
    let mut lines = body.lines().skip(1);
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let (dim, model) = (field("dim")?.parse().ok()?, field("model")?.to_owned());
    let (sequence, greatest) = (field("sequence")?.parse().ok()?, field("greatest")?.parse().ok()?);
    let log = field("log")?.parse().ok()?;
    let segments = lines.map(listed).collect::<Option<_>>()?;
    Some(Manifest { dim, model, sequence, greatest, log, segments })
}

fn listed(line: &str) -> Option<Listed> {
    let mut numbers = line.strip_prefix("segment ")?.split(' ').map(|word| word.parse().ok());
    let (number, rows, graves) = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(Listed { number, rows, graves })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Manifest {
        let segments =
            vec![Listed { number: 2, rows: 65_536, graves: 0 }, Listed { number: 9, rows: 3, graves: 12 }];
        Manifest { dim: 512, model: "0f 3c".to_owned(), sequence: 41, greatest: 77, log: 11, segments }
    }

    #[test]
    fn what_is_written_is_read_and_the_next_number_is_above_all() {
        let read = Manifest::parse(some().text().as_bytes(), Path::new("m")).unwrap();
        assert_eq!(read, some());
        assert_eq!(read.next_number(), 13);
    }

    #[test]
    fn no_flipped_bit_and_no_cut_goes_unnoticed() {
        let whole = some().text().into_bytes();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            assert!(Manifest::parse(&bytes, Path::new("m")).is_err(), "byte {at}");
            assert!(Manifest::parse(&whole[..at], Path::new("m")).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_manifest_of_a_later_format_is_told_from_a_damaged_one() {
        let body = some().text().replace("vectors 1\n", "vectors 2\n");
        let body = &body[..body.rfind("crc32c").unwrap()];
        let text = format!("{body}crc32c {:08x}\n", crc32c::crc32c(body.as_bytes()));
        let refused = Manifest::parse(text.as_bytes(), Path::new("m"));
        assert!(matches!(refused, Err(Fault::VersionMismatch { found: 2, known: 1, .. })));
    }
}
