//! A file read in parts: a window moves over it, so that no file is in memory as a whole.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use crate::identity::Essence;
use crate::problem::Problem;

/// Bytes read at once when a file is read on from where it was.
const WINDOW: usize = 256 << 10;
/// Bytes read at once after a jump: a jump mostly looks at one header.
const GLANCE: usize = 16 << 10;
/// The longest part that is held in memory for a parser: tables of a container, EXIF.
pub const PART: u64 = 64 << 20;

/// A file of known size. Reads for a parser through `at`, for lofty as `Read` and `Seek`.
pub struct Source<R> {
    inner: R,
    /// Where `inner` stands.
    stands: u64,
    size: u64,
    start: u64,
    filled: usize,
    window: Vec<u8>,
    position: u64,
}

impl<R: Read + Seek> Source<R> {
    /// `inner` stands at its beginning and holds `size` bytes.
    pub fn new(inner: R, size: u64) -> Self {
        Self { inner, stands: 0, size, start: 0, filled: 0, window: Vec::new(), position: 0 }
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Exactly `length` bytes from `offset`. `Ends` when the file does before them.
    pub fn at(&mut self, offset: u64, length: usize) -> Result<&[u8], Problem> {
        let piece = self.up_to(offset, length)?;
        if piece.len() < length { Err(Problem::Ends) } else { Ok(piece) }
    }

    /// `length` bytes from `offset`, fewer where the file ends.
    pub fn up_to(&mut self, offset: u64, length: usize) -> Result<&[u8], Problem> {
        let length = self.size.saturating_sub(offset).min(length as u64) as usize;
        if length == 0 {
            return Ok(&[]);
        }
        let inside = offset >= self.start && offset + length as u64 <= self.start + self.filled as u64;
        if !inside {
            self.load(offset, length)?;
        }
        let from = (offset - self.start) as usize;
        let to = (from + length).min(self.filled);
        Ok(&self.window[from.min(to)..to])
    }

    /// As `at`, owned and of any length up to `PART`. `Damaged` when it is longer.
    pub fn part(&mut self, range: Range<u64>) -> Result<Vec<u8>, Problem> {
        let length = range.end.saturating_sub(range.start);
        if length > PART {
            return Err(Problem::Damaged);
        }
        if range.end > self.size {
            return Err(Problem::Ends);
        }
        let mut part = Vec::with_capacity(length as usize);
        self.pieces(range, |piece| part.extend_from_slice(piece))?;
        Ok(part)
    }

    /// Add the bytes of `range` to an essence. `Ends` when the file does before them.
    pub fn feed(&mut self, range: Range<u64>, essence: &mut Essence) -> Result<(), Problem> {
        self.pieces(range, |piece| essence.add(piece))
    }

    fn pieces(&mut self, range: Range<u64>, mut each: impl FnMut(&[u8])) -> Result<(), Problem> {
        let mut offset = range.start;
        while offset < range.end {
            let left = self.ahead(offset).min(range.end - offset) as usize;
            let piece = self.at(offset, left)?;
            each(piece);
            offset += left as u64;
        }
        Ok(())
    }

    /// What is at hand from `offset` on, or else the length of the next window.
    fn ahead(&self, offset: u64) -> u64 {
        let end = self.start + self.filled as u64;
        if offset >= self.start && offset < end { end - offset } else { WINDOW as u64 }
    }

    /// Fill the window from `offset`, which lies in the file, with at least `length` bytes.
    fn load(&mut self, offset: u64, length: usize) -> Result<(), Problem> {
        let goes_on = offset <= self.start + self.filled as u64 && offset >= self.start;
        let wish = if goes_on { WINDOW } else { GLANCE }.max(length);
        let wish = (self.size - offset).min(wish as u64) as usize;
        if self.window.len() < wish {
            self.window.resize(wish, 0);
        }
        (self.start, self.filled) = (offset, 0);
        if self.stands != offset {
            self.stands = self.inner.seek(SeekFrom::Start(offset))?;
        }
        while self.filled < wish {
            match self.inner.read(&mut self.window[self.filled..wish]) {
                Ok(0) => break,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.stands += self.filled as u64;
        Ok(())
    }
}

impl<R: Read + Seek> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wish = buffer.len().min(WINDOW);
        let piece = self.up_to(self.position, wish).map_err(io::Error::from)?;
        let count = piece.len();
        buffer[..count].copy_from_slice(piece);
        self.position += count as u64;
        Ok(count)
    }
}

impl<R: Read + Seek> Seek for Source<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(step) => self.size.checked_add_signed(step),
            SeekFrom::Current(step) => self.position.checked_add_signed(step),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn numbered(size: usize) -> Source<Cursor<Vec<u8>>> {
        let bytes = (0..size).map(|i| (i % 251) as u8).collect();
        Source::new(Cursor::new(bytes), size as u64)
    }

    #[test]
    fn any_part_in_any_order_is_what_stands_in_the_file() {
        let mut source = numbered(1_000_000);
        for (offset, length) in [(0, 10), (999_990, 10), (5, 300_000), (400_000, 1), (399_990, 20), (0, 4)] {
            let want: Vec<u8> = (offset..offset + length).map(|i| (i % 251) as u8).collect();
            assert_eq!(source.at(offset as u64, length).unwrap(), want);
        }
    }

    #[test]
    fn a_part_past_the_end_is_refused_and_shortened_on_request() {
        let mut source = numbered(100);
        assert!(matches!(source.at(95, 6), Err(Problem::Ends)));
        assert!(matches!(source.at(u64::MAX, 1), Err(Problem::Ends)));
        assert!(matches!(source.part(90..101), Err(Problem::Ends)));
        assert!(matches!(source.part(0..PART + 1), Err(Problem::Damaged)));
        assert_eq!(source.up_to(95, 6).unwrap().len(), 5);
        assert_eq!(source.up_to(500, 6).unwrap().len(), 0);
    }

    #[test]
    fn a_file_that_shrank_while_it_was_read_ends_in_the_middle() {
        let mut source = Source::new(Cursor::new(vec![1; 50]), 100);
        assert!(matches!(source.at(0, 100), Err(Problem::Ends)));
        assert_eq!(source.up_to(0, 100).unwrap().len(), 50);
    }

    #[test]
    fn it_reads_and_seeks_as_any_file_does() {
        let mut source = numbered(600_000);
        let mut whole = Vec::new();
        source.seek(SeekFrom::End(-500_000)).unwrap();
        source.read_to_end(&mut whole).unwrap();
        assert_eq!(whole.len(), 500_000);
        assert_eq!(whole[0], (100_000 % 251) as u8);
        assert!(source.seek(SeekFrom::Current(-700_000)).is_err());
    }
}
