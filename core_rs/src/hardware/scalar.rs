//! The reference kernels: what every vector kernel must equal, in plain Rust.

use half::f16;

use super::coarse::{LIFT, STEP};
use super::rows::{PIECE, Query, Rows, Scores};

pub(super) fn score(query: &Query, rows: Rows<'_>, row: usize) -> f32 {
    let codes = &rows.codes[row * rows.stride..][..rows.stride];
    let sum: i32 = query.codes.iter().zip(codes).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
    sum as f32 * (query.scale * rows.scales[row])
}

/// Scores of those rows in turn; the bits of those that reach `floor`.
fn score_each(
    query: &Query,
    rows: Rows<'_>,
    numbers: impl Iterator<Item = usize>,
    floor: f32,
    out: &mut Scores,
) -> u64 {
    let mut reached = 0;
    for (place, (number, out)) in numbers.zip(out).enumerate() {
        *out = score(query, rows, number);
        reached |= u64::from(*out >= floor) << place;
    }
    reached
}

pub(super) fn sweep(
    query: &Query,
    rows: Rows<'_>,
    first: usize,
    count: usize,
    floor: f32,
    out: &mut Scores,
) -> u64 {
    score_each(query, rows, first..first + count, floor, out)
}

pub(super) fn gather(query: &Query, rows: Rows<'_>, numbers: &[u32], floor: f32, out: &mut Scores) -> u64 {
    score_each(query, rows, numbers.iter().map(|&number| number as usize), floor, out)
}

pub(super) fn tile(queries: &[Query], rows: Rows<'_>, first: usize, count: usize, out: &mut [Scores]) {
    for (query, out) in queries.iter().zip(out) {
        score_each(query, rows, first..first + count, f32::INFINITY, out);
    }
}

/// Sums of query code × lifted coarse code for rows that follow each other.
pub(super) fn coarse(query: &[i8], rows: &[u8], dots: &mut [i32]) {
    for (row, dot) in rows.chunks(query.len() / 2).zip(dots) {
        let groups = row.chunks(64).zip(query.chunks(128)).map(|(bytes, query)| {
            let (low, high) = query.split_at(64);
            let low = bytes.iter().zip(low).map(|(byte, &code)| i32::from(byte & 15) * i32::from(code));
            let high = bytes.iter().zip(high).map(|(byte, &code)| i32::from(byte >> 4) * i32::from(code));
            low.sum::<i32>() + high.sum::<i32>()
        });
        *dot = groups.sum();
    }
}

pub(super) fn sweep_coarse(
    query: &Query,
    rows: Rows<'_>,
    held: &[u8],
    first: usize,
    count: usize,
    floor: f32,
    out: &mut Scores,
) -> u64 {
    let width = query.padded.len() / 2;
    let mut dots = [0; PIECE];
    coarse(&query.padded, &held[first * width..(first + count) * width], &mut dots);
    finish_coarse(query, &rows.scales[first..first + count], &dots, floor, out)
}

/// Sums of lifted codes to scores, and the bits of those that reach `floor`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "so that it is compiled with the instructions of whoever calls it")]
pub(super) fn finish_coarse(
    query: &Query,
    scales: &[f32],
    dots: &[i32; PIECE],
    floor: f32,
    out: &mut Scores,
) -> u64 {
    let lift = LIFT * query.sum;
    for ((dot, scale), out) in dots.iter().zip(scales).zip(out.iter_mut()) {
        *out = (dot - lift) as f32 * (query.scale * (scale * STEP));
    }
    let each = out[..scales.len()].iter().enumerate();
    each.fold(0, |reached, (place, &score)| reached | u64::from(score >= floor) << place)
}

pub(super) fn dot(query: &[f32], row: &[f16]) -> f32 {
    query.iter().zip(row).map(|(&a, b)| a * b.to_f32()).sum()
}

/// Wrapping sum in lanes that a vector unit takes whole.
#[inline(always)]
#[allow(clippy::inline_always, reason = "so that it is compiled with the instructions of whoever calls it")]
pub(super) fn read(words: &[u64]) -> u64 {
    let mut lanes = [0u64; 32];
    let (whole, rest) = words.as_chunks::<32>();
    for chunk in whole {
        for (lane, word) in lanes.iter_mut().zip(chunk) {
            *lane = lane.wrapping_add(*word);
        }
    }
    lanes.iter().chain(rest).fold(0, |sum, word| sum.wrapping_add(*word))
}
