//! AIFF and AIFF-C: the samples of the sound chunk with how they are to be played.

use std::io::{Read, Seek};

use super::{Content, Essence, seconds};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::source::Source;

/// What AIFF-C calls samples that are not packed: those of a plain AIFF.
const PLAIN: [u8; 4] = *b"NONE";

/// The common chunk: channels, bits, rate and coding; the count of frames follows from the samples.
struct Common {
    essence: [u8; 18],
    frames: u32,
    rate: f64,
}

impl Common {
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields(body);
        let (channels, frames, bits) = (fields.be16()?, fields.be32()?, fields.be16()?);
        let (exponent, mantissa) = (fields.be16()?, fields.be64()?);
        let coding = fields.array().unwrap_or(PLAIN);
        let mut essence = [0; 18];
        essence[..2].copy_from_slice(&channels.to_be_bytes());
        essence[2..4].copy_from_slice(&bits.to_be_bytes());
        essence[4..6].copy_from_slice(&exponent.to_be_bytes());
        essence[6..14].copy_from_slice(&mantissa.to_be_bytes());
        essence[14..].copy_from_slice(&coding);
        // An 80-bit float: 15 bits of exponent around 16383, the point behind the first bit of 64.
        let rate = mantissa as f64 * 2f64.powi(i32::from(exponent & 0x7FFF) - 16383 - 63);
        Ok(Self { essence, frames, rate })
    }

    fn seconds(&self) -> f64 {
        let length = f64::from(self.frames) / self.rate;
        if length.is_finite() { length } else { seconds(0, 0) }
    }
}

/// The samples. `Ends` when a chunk that counts is longer than the file, `Silent` without samples.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Content, Problem> {
    let mut essence = Essence::new("aiff");
    let (mut common, mut sound) = (None, None);
    let mut at = 12;
    loop {
        let mut fields = Fields(source.up_to(at, 8)?);
        if fields.0.len() < 8 {
            break;
        }
        let (name, length): ([u8; 4], _) = (fields.array()?, u64::from(fields.be32()?));
        let body = at + 8..at + 8 + length;
        match &name {
            b"COMM" if common.is_none() => {
                common = Some(Common::parse(source.at(body.start, length.min(22) as usize)?)?);
            }
            b"SSND" if sound.is_none() => {
                if body.end > source.size() {
                    return Err(Problem::Ends);
                }
                let skipped = u64::from(Fields(source.at(body.start, 8)?).be32()?);
                sound = Some((body.start + 8).saturating_add(skipped)..body.end);
            }
            _ => {}
        }
        at = body.end + length % 2;
    }
    match (common, sound) {
        (Some(common), Some(sound)) if !sound.is_empty() => {
            essence.add(&common.essence);
            source.feed(sound, &mut essence)?;
            Ok(Content::track(essence, common.seconds()))
        }
        _ if at > source.size() + 1 => Err(Problem::Ends),
        _ => Err(Problem::Silent),
    }
}
