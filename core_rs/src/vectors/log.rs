//! The newest operations, appended and made durable batch by batch, replayed at the next opening.
//!
//! A record is `length u32 | crc32c u32 | sequence u64 | body`, little-endian; the checksum covers sequence and
//! body. A body is `op u8 | count u32 | ids u64 × count | for an upsert: f16 × dim × count`.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use half::f16;

use super::bytes::Cursor;
use super::disk;
use super::fault::Fault;

const UPSERT: u8 = 1;
const DELETE: u8 = 2;
const HEAD: usize = 16;

/// Something that happened to the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Rows `(ids.len(), dim)` took the place of what had their ids.
    Upsert(Vec<u64>, Vec<f16>),
    /// Ids went.
    Delete(Vec<u64>),
}

/// A log open for appending.
pub struct Log {
    file: File,
    path: PathBuf,
    end: u64,
    sequence: u64,
    broken: bool,
}

/// What a log said when it was replayed.
pub struct Replay {
    /// In their order.
    pub ops: Vec<Op>,
    /// Bytes of whole records from the beginning.
    pub valid: u64,
    /// Bytes after them that are no whole record: an unfinished append, or damage.
    pub lost: u64,
    /// Sequence of the last whole record.
    pub sequence: u64,
}

/// The name of log `number`.
#[must_use]
pub fn name(number: u64) -> String {
    format!("log-{number}")
}

impl Log {
    /// Begin a durable empty log; its first record will have the sequence after `sequence`.
    ///
    /// # Errors
    /// `Disk`, `ReadOnly`.
    pub fn create(folder: &Path, number: u64, sequence: u64) -> Result<Self, Fault> {
        disk::replace(folder, &name(number), &[])?;
        Self::open(folder, number, &Replay { ops: Vec::new(), valid: 0, lost: 0, sequence })
    }

    /// Go on after what was replayed; what is lost is cut off.
    ///
    /// # Errors
    /// `Disk`, `ReadOnly`.
    pub fn open(folder: &Path, number: u64, replay: &Replay) -> Result<Self, Fault> {
        let path = folder.join(name(number));
        let file = OpenOptions::new().write(true).open(&path).map_err(Fault::at(&path))?;
        if replay.lost > 0 {
            file.set_len(replay.valid).and_then(|()| file.sync_all()).map_err(Fault::at(&path))?;
        }
        Ok(Self { file, path, end: replay.valid, sequence: replay.sequence, broken: false })
    }

    /// Sequence of the last record.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Bytes in it.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.end
    }

    /// Refuse every later append: nobody can say whether it would be replayed.
    pub const fn break_off(&mut self) {
        self.broken = true;
    }

    /// Keep `op`: it is on disk when this returns, or the log is as it was.
    ///
    /// # Errors
    /// `Disk`. When even taking back the half that was written fails, so does every later append.
    pub fn append(&mut self, op: &Op) -> Result<(), Fault> {
        if self.broken {
            let error = std::io::Error::other("a write failed half-way; open the store again");
            return Err(Fault::at(&self.path)(error));
        }
        let record = record(op, self.sequence + 1);
        let written = self.file.write_all_at(&record, self.end).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            let taken_back = self.file.set_len(self.end).and_then(|()| self.file.sync_all());
            self.broken = taken_back.is_err();
            return Err(Fault::at(&self.path)(error));
        }
        self.end += record.len() as u64;
        self.sequence += 1;
        Ok(())
    }
}

fn record(op: &Op, sequence: u64) -> Vec<u8> {
    let (kind, ids, rows): (u8, &[u64], &[f16]) = match op {
        Op::Upsert(ids, rows) => (UPSERT, ids, rows),
        Op::Delete(ids) => (DELETE, ids, &[]),
    };
    let mut record = vec![0; 8];
    record.extend(sequence.to_le_bytes());
    record.push(kind);
    record.extend((ids.len() as u32).to_le_bytes());
    record.extend_from_slice(bytemuck::cast_slice(ids));
    record.extend_from_slice(bytemuck::cast_slice(rows));
    let (length, check) = ((record.len() - 8) as u32, crc32c::crc32c(&record[8..]));
    record[..4].copy_from_slice(&length.to_le_bytes());
    record[4..8].copy_from_slice(&check.to_le_bytes());
    record
}

/// Read `log` up to the first record that is not whole, does not hold or is not the next in sequence.
///
/// # Errors
/// `Disk`, also for a log that is not there.
pub fn replay(folder: &Path, number: u64, dim: usize, sequence: u64) -> Result<Replay, Fault> {
    let path = folder.join(name(number));
    let bytes = std::fs::read(&path).map_err(Fault::at(&path))?;
    Ok(parse(&bytes, dim, sequence))
}

fn parse(bytes: &[u8], dim: usize, sequence: u64) -> Replay {
    let mut replay = Replay { ops: Vec::new(), valid: 0, lost: 0, sequence };
    let mut rest = bytes;
    while let Some((op, size)) = next(rest, dim, replay.sequence + 1) {
        replay.ops.push(op);
        replay.sequence += 1;
        replay.valid += size as u64;
        rest = &rest[size..];
    }
    replay.lost = rest.len() as u64;
    replay
}

fn next(bytes: &[u8], dim: usize, sequence: u64) -> Option<(Op, usize)> {
    let mut cursor = Cursor(bytes);
    let (length, check) = (cursor.u32()? as usize, cursor.u32()?);
    let covered = cursor.bytes(length)?;
    if crc32c::crc32c(covered) != check {
        return None;
    }
    let mut cursor = Cursor(covered);
    let (found, kind, count) = (cursor.u64()?, cursor.u8()?, cursor.u32()? as usize);
    let ids = bytemuck::allocation::pod_collect_to_vec(cursor.bytes(count.checked_mul(8)?)?);
    let rows = bytemuck::allocation::pod_collect_to_vec(cursor.0);
    let op = match kind {
        UPSERT if Some(cursor.0.len()) == count.checked_mul(dim * 2) => Op::Upsert(ids, rows),
        DELETE if cursor.0.is_empty() => Op::Delete(ids),
        _ => return None,
    };
    (found == sequence).then_some((op, length + HEAD / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ops() -> Vec<Op> {
        let rows = [1.0, 2.0, -3.0, 4.5, 0.0, 6.0].map(f16::from_f32).to_vec();
        vec![
            Op::Upsert(vec![5, u64::MAX], rows[..4].to_vec()),
            Op::Delete(vec![5]),
            Op::Upsert(vec![7], rows[4..].to_vec()),
        ]
    }

    fn written(ops: &[Op]) -> Vec<u8> {
        ops.iter().zip(1..).flat_map(|(op, sequence)| record(op, sequence)).collect()
    }

    #[test]
    fn what_was_appended_is_replayed() {
        let replayed = parse(&written(&ops()), 2, 0);
        assert_eq!((replayed.ops, replayed.lost, replayed.sequence), (ops(), 0, 3));
    }

    #[test]
    fn damage_anywhere_leaves_the_records_before_it_and_says_what_is_lost() {
        let whole = written(&ops());
        let ends: Vec<usize> = (0..=3).map(|n| written(&ops()[..n]).len()).collect();
        for at in 0..whole.len() {
            let before = ends.iter().filter(|&&end| end <= at).count() - 1;
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            for (cut, damaged) in [(false, &bytes[..]), (true, &whole[..at])] {
                let replayed = parse(damaged, 2, 0);
                assert_eq!(replayed.ops, ops()[..before], "byte {at}");
                assert_eq!(replayed.valid, ends[before] as u64);
                assert_eq!(replayed.lost == 0, cut && at == ends[before]);
            }
        }
    }

    #[test]
    fn a_record_out_of_its_turn_or_of_another_width_is_not_taken() {
        let record = record(&ops()[0], 2);
        assert!(parse(&record, 2, 0).ops.is_empty());
        assert!(parse(&record, 3, 1).ops.is_empty());
        assert_eq!(parse(&record, 2, 1).ops, ops()[..1]);
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..200), dim in 0_usize..5) {
            let replayed = parse(&bytes, dim, 0);
            prop_assert_eq!(replayed.valid + replayed.lost, bytes.len() as u64);
        }

        #[test]
        fn no_body_behind_a_right_checksum_breaks_it(body in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut covered = 1_u64.to_le_bytes().to_vec();
            covered.extend(&body);
            let mut bytes = (covered.len() as u32).to_le_bytes().to_vec();
            bytes.extend(crc32c::crc32c(&covered).to_le_bytes());
            bytes.extend(covered);
            let replayed = parse(&bytes, 2, 0);
            prop_assert!(replayed.ops.len() <= 1);
        }
    }
}
