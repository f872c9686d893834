//! Searches held to a full sort.

use std::sync::atomic::AtomicBool;

use half::f16;
use ndarray::{Array2, ArrayView2};
use proptest::prelude::*;

use super::bitmap::Bitmap;
use super::block::{Block, Exact, ReadRow};
use super::memory::Memory;
use super::plan::{Failure, Plan};
use super::{Hits, search};

/// Every candidate is looked at in f16, so that a full sort by f16 scores is the only right answer.
const WHOLE: Plan = Plan { mode: super::plan::Mode::Exact, recall: 1.0, rerank: 1e6, ivf_from: 0 };

fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    }
}

/// Rows of few distinct numbers, so that ties are common; ids fall so that the smaller id comes later.
fn memory(rows: usize, dim: usize, first_id: u64, seed: u64) -> Memory {
    let mut next = noise(seed);
    let mut memory = Memory::new(dim).expect("a width");
    for row in 0..rows {
        let values: Vec<f32> = (0..dim).map(|_| (next() * 4.0).round() / 4.0).collect();
        memory.push(first_id + (rows - row) as u64, &values).expect("finite");
    }
    memory
}

fn asked(count: usize, dim: usize, seed: u64) -> Array2<f32> {
    let mut next = noise(seed);
    Array2::from_shape_fn((count, dim), |_| (next() * 8.0).round() / 8.0)
}

/// The same by sorting every row that passes.
fn sorted(blocks: &[Block<'_>], query: &[f32], k: usize, passes: impl Fn(usize, usize) -> bool) -> Hits {
    let mut all = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let mut room = Vec::new();
        for row in (0..block.len()).filter(|&row| passes(number, row)) {
            let halves = block.exact.row(row, block.dim, &mut room).expect("in memory");
            let score: f32 = query.iter().zip(halves).map(|(a, b)| a * b.to_f32()).sum();
            all.push((score, block.ids[row]));
        }
    }
    all.sort_by(|a, b| b.0.partial_cmp(&a.0).expect("numbers").then(a.1.cmp(&b.1)));
    all.truncate(k);
    let (scores, ids) = all.into_iter().unzip();
    Hits { ids, scores }
}

fn run(blocks: &[Block<'_>], queries: ArrayView2<'_, f32>, k: usize, threads: usize) -> Vec<Hits> {
    search(blocks, queries, k, &WHOLE, None, &AtomicBool::new(false), threads).expect("fits")
}

proptest! {
    #[test]
    fn the_best_are_those_of_a_full_sort(
        sizes in prop::collection::vec(0usize..300, 0..4),
        dim in 1usize..40,
        k in 0usize..400,
        count in 1usize..6,
        seed in any::<u64>(),
        density in 0u8..5,
    ) {
        let memories: Vec<_> =
            sizes.iter().enumerate().map(|(at, &rows)| memory(rows, dim, 1000 * at as u64, seed + at as u64)).collect();
        let mut next = noise(!seed);
        let share = f32::from(density) / 4.0 - 0.5;
        let mut draw = |rows: usize| Bitmap::of(&(0..rows).map(|_| next() < share).collect::<Vec<_>>());
        let filter: Vec<_> = sizes.iter().map(|&rows| draw(rows)).collect();
        let alive: Vec<_> = sizes.iter().map(|&rows| draw(rows).not()).collect();
        let mut blocks: Vec<_> = memories.iter().map(Memory::block).collect();
        blocks.iter_mut().zip(&alive).for_each(|(block, alive)| block.alive = Some(alive.words()));
        let queries = asked(count, dim, seed);
        let given = (density < 4).then_some(&filter[..]);
        let found = search(&blocks, queries.view(), k, &WHOLE, given, &AtomicBool::new(false), 2);
        let passes = |block: usize, row: usize| filter[block].has(row) && alive[block].has(row);
        let rows = queries.rows();
        let expected: Vec<_> =
            rows.into_iter().map(|row| sorted(&blocks, row.as_slice().expect("whole"), k, passes)).collect();
        prop_assert_eq!(found, Ok(expected));
    }
}

#[test]
fn threads_and_cuts_into_blocks_change_nothing() {
    let dim = 20;
    let whole = memory(30_000, dim, 0, 7);
    let (ids, exact) = (whole.block().ids.to_vec(), whole.block().exact);
    let Exact::Rows(exact) = exact else { unreachable!("it is in memory") };
    let mut parts = [Memory::new(dim).expect("a width"), Memory::new(dim).expect("a width")];
    for (row, (&id, values)) in ids.iter().zip(exact.chunks(dim)).enumerate() {
        let values: Vec<f32> = values.iter().map(|value| value.to_f32()).collect();
        parts[row % 2].push(id, &values).expect("finite");
    }
    let queries = asked(3, dim, 1);
    let plan = Plan { rerank: 60.0, ..Plan::default() };
    let cancel = AtomicBool::new(false);
    let one = search(&[whole.block()], queries.view(), 100, &plan, None, &cancel, 1);
    for threads in [2, 3, 16] {
        assert_eq!(search(&[whole.block()], queries.view(), 100, &plan, None, &cancel, threads), one);
        let cut = [parts[0].block(), parts[1].block()];
        assert_eq!(search(&cut, queries.view(), 100, &plan, None, &cancel, threads), one);
    }
    let alone = search(&[whole.block()], queries.slice(ndarray::s![1..2, ..]), 100, &plan, None, &cancel, 1);
    assert_eq!(
        alone.expect("fits")[0],
        one.expect("fits")[1],
        "a query alone finds what it finds among others"
    );
}

#[test]
fn a_coarse_scan_chooses_nearly_the_candidates_of_a_fine_one() {
    let (dim, rows) = (96, 20_000);
    let memory = memory(rows, dim, 0, 3);
    let fine = Block { coarse: None, ..memory.block() };
    let (plan, cancel) = (Plan::default(), AtomicBool::new(false));
    let mut found = 0;
    for seed in 0..40 {
        let query = asked(1, dim, seed);
        let by =
            |block| search(&[block], query.view(), 50, &plan, None, &cancel, 2).expect("fits").remove(0).ids;
        let (fine, coarse) = (by(fine), by(memory.block()));
        found += coarse.iter().filter(|id| fine.contains(id)).count();
    }
    assert!(found >= 40 * 50 * 995 / 1000, "{found} of 2000");
}

#[test]
fn a_cancelled_search_says_so() {
    let memory = memory(100, 4, 0, 1);
    let found = search(&[memory.block()], asked(1, 4, 1).view(), 5, &WHOLE, None, &AtomicBool::new(true), 2);
    assert_eq!(found, Err(Failure::Cancelled));
}

struct Damaged(usize);

impl ReadRow for Damaged {
    fn rows(&self) -> usize {
        self.0
    }

    fn read(&self, row: usize, into: &mut [f16]) -> std::io::Result<()> {
        into.fill(f16::ONE);
        if row == 3 { Err(std::io::ErrorKind::InvalidData.into()) } else { Ok(()) }
    }
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    let memory = memory(5, 4, 0, 1);
    let reader = Damaged(5);
    let block = Block { exact: Exact::Reader(&reader), ..memory.block() };
    let found = search(&[block], asked(1, 4, 1).view(), 5, &WHOLE, None, &AtomicBool::new(false), 1);
    assert_eq!(found, Err(Failure::Unreadable { id: memory.block().ids[3] }));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let memory = memory(5, 4, 0, 1);
    let cancel = AtomicBool::new(false);
    let said = |blocks: &[Block<'_>], queries: Array2<f32>, filter: Option<&[Bitmap]>| {
        search(blocks, queries.view(), 1, &WHOLE, filter, &cancel, 1).expect_err("refused").to_string()
    };
    let good = [memory.block()];
    assert!(said(&good, asked(1, 3, 1), None).contains("a query has 3 entries where 4"));
    assert!(said(&good, Array2::from_elem((1, 4), f32::NAN), None).contains("the queries holds NaN"));
    assert!(said(&good, asked(1, 4, 1), Some(&[])).contains("the filter has 0"));
    assert!(said(&good, asked(1, 4, 1), Some(&[Bitmap::all(6)])).contains("has 6 entries where 5"));
    let torn = Block { codes: &good[0].codes[1..], ..good[0] };
    assert!(said(&[torn], asked(1, 4, 1), None).contains("codes of a block"));
}

#[test]
fn nothing_is_found_where_there_is_nothing() {
    assert_eq!(run(&[], asked(2, 4, 1).view(), 5, 2), vec![Hits::default(); 2]);
    let memory = memory(70, 4, 0, 1);
    assert_eq!(run(&[memory.block()], asked(1, 4, 1).view(), 0, 2), vec![Hits::default()]);
    assert!(run(&[memory.block()], Array2::zeros((0, 4)).view(), 5, 2).is_empty());
}
