//! A new segment, written in one pass over its rows: their codes, scales, sums and marks are made on the way.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::disk::{self, BLOCK, checks_of};
use super::fault::Fault;
use super::layout::{Kind, Layout};
use super::segment::{mark_of, name};
use crate::hardware::rows::stride;
use crate::search::quantise::quantise;

/// What a segment shall hold.
pub struct Draft<'a> {
    /// Its number.
    pub number: u64,
    /// Numbers in a vector.
    pub dim: usize,
    /// What made the vectors.
    pub model: &'a str,
    /// In the order of the file; distinct.
    pub ids: &'a [u64],
    /// Bytes about its lists, if its rows lie in lists.
    pub lists: &'a [u8],
}

/// Bytes on their way into a section.
struct Stream<'a> {
    file: &'a File,
    path: &'a Path,
    at: u64,
    waiting: Vec<u8>,
    checks: Vec<u32>,
}

impl Stream<'_> {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() >= BLOCK {
            self.send(BLOCK)?;
        }
        Ok(())
    }

    fn send(&mut self, count: usize) -> Result<(), Fault> {
        let block = &self.waiting[..count];
        self.file.write_all_at(block, self.at).map_err(Fault::at(self.path))?;
        self.checks.extend(checks_of(block));
        self.at += count as u64;
        self.waiting.drain(..count);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u32>, Fault> {
        self.send(self.waiting.len())?;
        Ok(self.checks)
    }
}

/// Write the segment of `draft` and make it durable. `read` fills in one row by its place in `ids`.
///
/// # Errors
/// `Disk`, `ReadOnly`, what `read` gives; nothing has the segment's name then.
pub fn write(
    folder: &Path,
    draft: &Draft<'_>,
    mut read: impl FnMut(usize, &mut [f16]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (rows, stride) = (draft.ids.len(), stride(draft.dim));
    let mut layout = Layout {
        dim: draft.dim,
        stride,
        rows,
        model: mark_of(draft.model),
        sections: Layout::sections(draft.dim, stride, rows, draft.lists.len()),
    };
    let own = name(draft.number);
    let (file, path) = (disk::begin(folder, &own)?, folder.join(&own));
    let out = Out { file, path, layout: &layout };
    let (mut marks, mut scales, mut sums) = (Vec::new(), Vec::new(), Vec::new());
    let (mut exact, mut coded) = (out.stream(Kind::Rows), out.stream(Kind::Codes));
    let (mut room, mut codes) = (vec![f16::ZERO; draft.dim], vec![0; stride]);
    for row in 0..rows {
        read(row, &mut room)?;
        let (scale, sum) = quantise(&room.to_f32_vec(), &mut codes);
        let bytes: &[u8] = bytemuck::cast_slice(&room);
        marks.push(crc32c::crc32c(bytes));
        scales.push(scale);
        sums.push(sum);
        exact.push(bytes)?;
        coded.push(bytemuck::cast_slice(&codes))?;
    }
    exact.finish()?;
    let mut order: Vec<u32> = (0..rows as u32).collect();
    order.sort_unstable_by_key(|&row| draft.ids[row as usize]);
    let checks = [
        (Kind::Codes, coded.finish()?),
        (Kind::Ids, out.whole(Kind::Ids, bytemuck::cast_slice(draft.ids))?),
        (Kind::Marks, out.whole(Kind::Marks, bytemuck::cast_slice(&marks))?),
        (Kind::Order, out.whole(Kind::Order, bytemuck::cast_slice(&order))?),
        (Kind::Scales, out.whole(Kind::Scales, bytemuck::cast_slice(&scales))?),
        (Kind::Sums, out.whole(Kind::Sums, bytemuck::cast_slice(&sums))?),
        (Kind::Lists, out.whole(Kind::Lists, draft.lists)?),
    ];
    let Out { file, path, .. } = out;
    conclude(&file, &path, &mut layout, &checks)?;
    disk::finish(folder, &own, &file)
}

struct Out<'a> {
    file: File,
    path: PathBuf,
    layout: &'a Layout,
}

impl Out<'_> {
    fn stream(&self, kind: Kind) -> Stream<'_> {
        let at = self.layout.section(kind).map_or(0, |section| section.at.start as u64);
        Stream { file: &self.file, path: &self.path, at, waiting: Vec::new(), checks: Vec::new() }
    }

    fn whole(&self, kind: Kind, bytes: &[u8]) -> Result<Vec<u32>, Fault> {
        let mut stream = self.stream(kind);
        stream.push(bytes)?;
        stream.finish()
    }
}

/// The checks behind the sections and the header before them.
fn conclude(file: &File, path: &Path, layout: &mut Layout, checks: &[(Kind, Vec<u32>)]) -> Result<(), Fault> {
    let mut all: Vec<u32> = Vec::new();
    for section in &mut layout.sections {
        let own = checks.iter().find(|(kind, _)| *kind == section.kind).map_or(&[][..], |(_, own)| own);
        section.check = crc32c::crc32c(bytemuck::cast_slice(own));
        all.extend(own);
    }
    let at = layout.checks();
    file.set_len(at.end as u64)
        .and_then(|()| file.write_all_at(bytemuck::cast_slice(&all), at.start as u64))
        .and_then(|()| file.write_all_at(&layout.header(), 0))
        .map_err(Fault::at(path))
}
