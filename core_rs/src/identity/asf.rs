//! Windows Media: the packets of the data object, with how each stream of sound is coded.

use std::io::{Read, Seek};

use super::{Content, Essence};
use crate::asf::{self, DATA, FILE, Guid, SOUND, STREAM};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

/// Bytes of the data object before its packets: the id of the file, how many there are, two reserved.
const BEFORE_PACKETS: u64 = 26;
const TICKS_A_SECOND: f64 = 1e7;

/// The packets. `Ends` when the data object is longer than the file, `Silent` without a stream of sound.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let whole = 0..source.size();
    let top = asf::objects(source, whole)?;
    let mut essence = Essence::new("asf");
    let (mut seconds, mut sounds) = (0.0, false);
    for object in asf::header(source)? {
        if object.name == STREAM {
            let mut fields = Fields(source.at(object.body.start, 54)?);
            let kind: Guid = fields.array()?;
            let length = u64::from(Fields(&fields.0[24..]).le32()?);
            if kind == SOUND {
                let coding = object.body.start + 54..(object.body.start + 54 + length).min(object.body.end);
                source.feed(coding, &mut essence)?;
                sounds = true;
            }
        } else if object.name == FILE {
            let mut fields = Fields(source.at(object.body.start + 40, 24)?);
            let (played, _, before) = (fields.le64()?, fields.le64()?, fields.le64()?);
            seconds = (played as f64 / TICKS_A_SECOND - before as f64 / 1000.0).max(0.0);
        }
    }
    let data = top.into_iter().find(|object| object.name == DATA).ok_or(Problem::Ends)?;
    let packets = (data.body.start + BEFORE_PACKETS).min(data.body.end)..data.body.end;
    if !sounds || packets.is_empty() {
        return Err(Problem::Silent);
    }
    source.feed(packets, &mut essence)?;
    Ok(Content::track(essence, seconds))
}
