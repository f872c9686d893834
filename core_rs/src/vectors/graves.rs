//! The dead rows of a segment: a bitmap of the living, in a file of its own that is written anew and never changed.

use std::path::Path;

use super::bytes::Cursor;
use super::disk;
use super::fault::Fault;
use crate::search::bitmap::Bitmap;

const MAGIC: &[u8; 8] = b"ANAGDEAD";

/// The name of graves `number`.
#[must_use]
pub fn name(number: u64) -> String {
    format!("dead-{number}")
}

/// Keep which rows of segment `segment` are alive.
///
/// # Errors
/// `Disk`, `ReadOnly`.
pub fn write(folder: &Path, number: u64, segment: u64, alive: &Bitmap) -> Result<(), Fault> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(segment.to_le_bytes());
    bytes.extend((alive.len() as u64).to_le_bytes());
    bytes.extend_from_slice(bytemuck::cast_slice(alive.words()));
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    disk::replace(folder, &name(number), &bytes)
}

/// Which of the `rows` rows of segment `segment` are alive.
///
/// # Errors
/// `Corrupt`, `Disk`.
pub fn read(folder: &Path, number: u64, segment: u64, rows: usize) -> Result<Bitmap, Fault> {
    let path = folder.join(name(number));
    let bytes = std::fs::read(&path).map_err(Fault::at(&path))?;
    parse(&bytes, segment, rows).ok_or_else(|| Fault::corrupt(&path, "its checksum or size does not hold"))
}

fn parse(bytes: &[u8], segment: u64, rows: usize) -> Option<Bitmap> {
    let (body, check) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    let mut cursor = Cursor(body);
    let whole = check == crc32c::crc32c(body).to_le_bytes()
        && cursor.bytes(MAGIC.len())? == MAGIC
        && cursor.u64()? == segment
        && cursor.u64()? == rows as u64
        && cursor.0.len() == rows.div_ceil(64) * 8;
    whole.then(|| Bitmap::from_words(bytemuck::allocation::pod_collect_to_vec(cursor.0), rows).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_anywhere_is_seen() {
        let folder = crate::vectors::scratch::Scratch::new("graves");
        let mut alive = Bitmap::all(100);
        alive.set(70, false);
        write(&folder.0, 4, 2, &alive).unwrap();
        assert_eq!(read(&folder.0, 4, 2, 100).unwrap(), alive);
        let whole = std::fs::read(folder.0.join(name(4))).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            assert!(parse(&bytes, 2, 100).is_none() && parse(&whole[..at], 2, 100).is_none(), "byte {at}");
        }
        assert!(parse(&whole, 3, 100).is_none() && parse(&whole, 2, 99).is_none());
    }
}
