//! What each instruction set reaches on this machine: GB/s of scans, products a second of tiles.

use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anagnorisis_core::hardware::Simd;
use anagnorisis_core::hardware::coarse::{pack, width};
use anagnorisis_core::hardware::pages::{Pages, read_rate};
use anagnorisis_core::hardware::rows::{PIECE, Query, Rows};
use anagnorisis_core::search::bitmap::Bitmap;
use anagnorisis_core::search::block::{Block, Exact};
use anagnorisis_core::search::plan::Plan;
use anagnorisis_core::search::search;
use half::f16;
use ndarray::Array2;

const ROWS: usize = 1_000_000;
const DIM: usize = 512;

/// Least and median milliseconds of a number of runs.
fn timed(name: &str, bytes: usize, mut run: impl FnMut()) {
    let mut taken: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    taken.sort_unstable_by(f64::total_cmp);
    let (least, middle) = (taken[0], taken[taken.len() / 2]);
    println!("{name:<36}{least:>9.3} / {middle:<9.3} ms {:>8.1} G/s", bytes as f64 / least / 1e6);
}

/// Numbers without a pattern.
fn noise() -> impl FnMut() -> u32 {
    let mut state = 1u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    }
}

fn main() {
    for (name, words) in [("huge", Pages::<u64>::zeroed(1 << 27)), ("small", Pages::small(1 << 27))] {
        let mut words = words.expect("1 GiB");
        words.fill(1);
        let rates = [1, 2].map(|threads| read_rate(&words, threads, 8) / 1e9);
        println!("stream, {name} pages: {:.1} GB/s one thread, {:.1} two", rates[0], rates[1]);
    }
    let mut next = noise();
    let mut codes = Pages::<i8>::zeroed(ROWS * DIM).expect("0.5 GB");
    codes.iter_mut().for_each(|code| *code = (next() % 255) as i8);
    let sums: Vec<i32> = codes.chunks(DIM).map(|row| row.iter().map(|&code| i32::from(code)).sum()).collect();
    let scales = vec![0.001f32; ROWS];
    let mut coarse = Pages::<u8>::zeroed(ROWS * width(DIM)).expect("0.25 GB");
    for (codes, out) in codes.chunks(DIM).zip(coarse.chunks_mut(width(DIM))) {
        pack(codes, out);
    }
    kernels(Rows::new(&codes, &scales, &sums, DIM), &coarse, &mut next);
    let (ids, exact) = ((0..ROWS as u64).collect::<Vec<_>>(), vec![f16::ONE; ROWS * DIM]);
    searches(Block {
        dim: DIM,
        ids: &ids,
        codes: &codes,
        coarse: Some(&coarse),
        scales: &scales,
        sums: &sums,
        exact: Exact::Rows(&exact),
        alive: None,
        lists: None,
    });
}

/// Each kernel of each instruction set alone, one thread.
fn kernels(rows: Rows<'_>, coarse: &[u8], next: &mut impl FnMut() -> u32) {
    let query = Query::new((0..DIM).map(|_| (next() % 255) as i8).collect(), 0.01);
    let queries = vec![query.clone(); 64];
    let mut out = vec![[0.0; PIECE]; 64];
    for simd in Simd::available() {
        timed(&format!("{} sweep", simd.name()), ROWS * DIM, || {
            for first in (0..ROWS).step_by(PIECE) {
                black_box(simd.sweep(&query, rows, first, PIECE, f32::INFINITY, &mut out[0]));
            }
        });
        timed(&format!("{} coarse sweep", simd.name()), ROWS * width(DIM), || {
            for first in (0..ROWS).step_by(PIECE) {
                black_box(simd.sweep_coarse(&query, rows, coarse, first, PIECE, f32::INFINITY, &mut out[0]));
            }
        });
        timed(&format!("{} tile of 64 queries", simd.name()), 100 * PIECE * DIM * 64, || {
            for first in (0..100 * PIECE).step_by(PIECE) {
                simd.tile(&queries, rows, first, PIECE, black_box(&mut out));
            }
        });
    }
}

/// Whole searches, with filters of several densities.
fn searches(block: Block<'_>) {
    let mut next = noise();
    let asked = Array2::from_shape_fn((1, DIM), |_| next() as f32);
    for threads in [1, 2] {
        for share in [1000, 500, 250, 10] {
            let filter = [Bitmap::of(&(0..ROWS).map(|_| next() % 1000 < share).collect::<Vec<_>>())];
            let filter = (share < 1000).then_some(&filter[..]);
            timed(&format!("search, {threads} threads, {share}/1000 rows"), ROWS * DIM, || {
                let cancel = AtomicBool::new(false);
                drop(black_box(search(
                    &[block],
                    asked.view(),
                    100,
                    &Plan::default(),
                    filter,
                    &cancel,
                    threads,
                )));
            });
        }
    }
}
