//! Milliseconds of the scoring kernels on 100,000 rows, each beside the plain loop that says the same.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use anagnorisis_core::columns::Columns;
use anagnorisis_core::features::Features;
use anagnorisis_core::mmr::mmr;
use anagnorisis_core::moments::{Hands, Rating};
use anagnorisis_core::rank::{Ask, By};
use half::f16;
use ndarray::{Array1, Array2};

const ROWS: usize = 100_000;
const WIDTH: usize = 98;

/// Numbers in -0.5..0.5 without a pattern that a predictor could learn (Weyl sequence, mixed).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    }
}

/// Least and median milliseconds of `times` runs, beside those of a rival.
fn race(name: &str, times: usize, mut ours: impl FnMut(), mut rival: impl FnMut()) {
    let mut taken = [Vec::new(), Vec::new()];
    for _ in 0..times {
        for (times, run) in taken.iter_mut().zip([&mut ours as &mut dyn FnMut(), &mut rival]) {
            let start = Instant::now();
            run();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    for times in &mut taken {
        times.sort_unstable_by(f64::total_cmp);
    }
    let [a, b] = taken.map(|times| (times[0], times[times.len() / 2]));
    println!("{name:<28}{:>9.2} / {:<9.2}{:>9.2} / {:<9.2}{:>6.1}x", a.0, a.1, b.0, b.1, b.1 / a.1);
}

fn main() {
    let mut next = noise(1);
    println!("{ROWS} rows x {WIDTH}, {} threads; least / median ms", rayon::current_num_threads());
    println!("{:<28}{:>21}{:>21}", "", "kernel", "plain loop");
    score(&mut next);
    pick(&mut next);
}

/// The three verbs of a person's columns.
fn score(next: &mut impl FnMut() -> f64) {
    let rows = Array2::from_shape_fn((ROWS, WIDTH), |_| f16::from_f64(next()));
    let features = Arc::new(Features::new(WIDTH).expect("a width"));
    features.extend(rows.view()).expect("finite rows");
    let columns = Columns::new(features);
    let weights = Array1::from_shape_fn(WIDTH + 1, |_| next());
    let root = Array2::from_shape_fn((WIDTH + 1, WIDTH + 1), |_| next());
    let covariance = root.dot(&root.t());
    let gain = Array1::from_shape_fn(WIDTH + 1, |_| next() * 1e-3);
    let refresh = || columns.refresh(weights.view(), covariance.view(), Hands::All).expect("fits");
    race("refresh", 5, refresh, || {
        for x in rows.rows() {
            let x: Array1<f64> = x.iter().map(|value| value.to_f64()).chain([0.0]).collect();
            black_box((weights.dot(&x), x.dot(&covariance.dot(&x))));
        }
    });
    let (mut mean, mut variance) = (vec![0.0; ROWS], vec![1.0; ROWS]);
    let rating = Rating { gain: gain.to_vec(), error: 0.1, q: 2.0 };
    let apply = || {
        columns.apply(std::slice::from_ref(&rating)).expect("fits");
        drop(black_box(columns.settled()));
    };
    race("apply", 21, apply, || {
        for ((mean, variance), x) in mean.iter_mut().zip(&mut variance).zip(rows.rows()) {
            let p: f64 = x.iter().zip(&gain).map(|(x, g)| x.to_f64() * g).sum();
            *mean += 0.1 * p;
            *variance -= p * p / 2.0;
        }
    });
    let ask = Ask { k: 50, by: By::Mean, recency: None, eligible: None, exclude: &[], below: None };
    let top = || drop(black_box(columns.rank(&ask)));
    race("top 50", 21, top, || {
        let mut order: Vec<usize> = (0..ROWS).collect();
        order.sort_unstable_by(|&a, &b| mean[b].total_cmp(&mean[a]).then(a.cmp(&b)));
        black_box(order);
    });
}

/// A page of 50 out of 1,000 candidates.
fn pick(next: &mut impl FnMut() -> f64) {
    let vectors = Array2::from_shape_fn((1000, 512), |_| next() as f32);
    let scores = Array1::from_shape_fn(1000, |_| next() as f32);
    let lazy = || drop(black_box(mmr(vectors.view(), scores.view(), 50, 0.3, None)));
    race("mmr 50 of 1000 x 512", 21, lazy, || {
        let mut alike = vec![-1.0f32; 1000];
        for _ in 0..50 {
            let value = |row: usize| 0.7 * scores[row] - 0.3 * alike[row];
            let best = (0..1000).max_by(|&a, &b| value(a).total_cmp(&value(b))).unwrap_or(0);
            for (alike, other) in alike.iter_mut().zip(vectors.rows()) {
                *alike = alike.max(vectors.row(best).dot(&other));
            }
        }
        black_box(&alike);
    });
}
