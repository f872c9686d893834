//! Every instruction set of this processor held to the reference: i8 to the last bit, f16 within a bound.

use half::f16;

use super::rows::{PIECE, Query, Rows, Scores, stride};
use super::{Simd, coarse};

/// Numbers without a pattern.
fn noise(seed: u64) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    }
}

/// `rows` rows of `dim` codes with zeros as padding, from 1 byte past an aligned place.
struct Table {
    codes: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
    stride: usize,
}

impl Table {
    /// Codes over the whole range, or at its ends where every instruction that saturates would.
    fn new(rows: usize, dim: usize, next: &mut impl FnMut() -> u32, extreme: bool) -> Self {
        let stride = stride(dim);
        let mut codes = vec![0; 1 + rows * stride];
        for row in codes[1..].chunks_mut(stride) {
            row[..dim].fill_with(|| code(next, extreme));
        }
        let sums =
            codes[1..].chunks(stride).map(|row| row.iter().map(|&code| i32::from(code)).sum()).collect();
        Self { codes, scales: (0..rows).map(|_| next() as f32 * 1e-12).collect(), sums, stride }
    }

    fn rows(&self) -> Rows<'_> {
        Rows::new(&self.codes[1..], &self.scales, &self.sums, self.stride)
    }
}

fn code(next: &mut impl FnMut() -> u32, extreme: bool) -> i8 {
    let value = (next() % 255) as i32 - 127;
    (if extreme { 127 * value.signum() } else { value }) as i8
}

fn query(dim: usize, next: &mut impl FnMut() -> u32, extreme: bool) -> Query {
    let mut codes = vec![0; stride(dim)];
    codes[..dim].fill_with(|| code(next, extreme));
    Query::new(codes, 0.37)
}

#[test]
fn every_set_gives_the_bits_of_the_reference_at_every_width() {
    let mut next = noise(1);
    for dim in 1..=1200 {
        let rows = 1 + next() as usize % 9;
        let table = Table::new(rows, dim, &mut next, dim % 3 == 0);
        let queries: Vec<Query> = (0..5).map(|_| query(dim, &mut next, dim % 3 == 0)).collect();
        for simd in Simd::available() {
            agrees(simd, &queries, table.rows(), 0, rows, &[rows as u32 - 1, 0]);
        }
    }
}

#[test]
fn every_set_gives_the_bits_of_the_reference_on_every_piece() {
    let mut next = noise(2);
    let table = Table::new(3 * PIECE, 70, &mut next, false);
    let queries: Vec<Query> = (0..9).map(|_| query(70, &mut next, false)).collect();
    for count in 0..=PIECE {
        let first = next() as usize % (2 * PIECE);
        let numbers: Vec<u32> = (0..count).map(|_| next() % (3 * PIECE as u32)).collect();
        for simd in Simd::available() {
            agrees(simd, &queries[..count % 10], table.rows(), first, count, &numbers);
        }
    }
}

/// `sweep`, `gather` and `tile` against the reference, with the middle score as the floor.
fn agrees(simd: Simd, queries: &[Query], rows: Rows<'_>, first: usize, count: usize, numbers: &[u32]) {
    let mut tiled: Vec<Scores> = vec![[0.0; PIECE]; queries.len()];
    simd.tile(queries, rows, first, count, &mut tiled);
    for (query, tiled) in queries.iter().zip(&tiled) {
        let (mut expected, mut got) = ([0.0; PIECE], [0.0; PIECE]);
        Simd::SCALAR.sweep(query, rows, first, count, 0.0, &mut expected);
        let floor = expected[count / 2];
        let wanted = Simd::SCALAR.sweep(query, rows, first, count, floor, &mut expected);
        assert_eq!(simd.sweep(query, rows, first, count, floor, &mut got), wanted, "{simd:?}");
        assert_eq!(bits(&got[..count]), bits(&expected[..count]), "{simd:?}");
        assert_eq!(bits(&tiled[..count]), bits(&expected[..count]), "{simd:?}");
        let wanted = Simd::SCALAR.gather(query, rows, numbers, floor, &mut expected);
        assert_eq!(simd.gather(query, rows, numbers, floor, &mut got), wanted, "{simd:?}");
        assert_eq!(bits(&got[..numbers.len()]), bits(&expected[..numbers.len()]), "{simd:?}");
    }
}

#[test]
fn every_set_gives_the_bits_of_the_coarse_reference() {
    let mut next = noise(6);
    for dim in 1..=1200 {
        let count = 1 + next() as usize % 9;
        let table = Table::new(count + 3, dim, &mut next, dim % 3 == 0);
        let query = query(dim, &mut next, dim % 3 == 0);
        let packed = packed(&table);
        let (mut expected, mut got) = ([0.0; PIECE], [0.0; PIECE]);
        Simd::SCALAR.sweep_coarse(&query, table.rows(), &packed, 3, count, 0.0, &mut expected);
        let floor = expected[count / 2];
        let wanted = Simd::SCALAR.sweep_coarse(&query, table.rows(), &packed, 3, count, floor, &mut expected);
        for simd in Simd::available() {
            assert_eq!(simd.sweep_coarse(&query, table.rows(), &packed, 3, count, floor, &mut got), wanted);
            assert_eq!(bits(&got[..count]), bits(&expected[..count]), "{simd:?} {dim}");
        }
    }
}

fn packed(table: &Table) -> Vec<u8> {
    let width = coarse::width(table.stride);
    let mut packed = vec![0; table.scales.len() * width];
    for (codes, out) in table.codes[1..].chunks(table.stride).zip(packed.chunks_mut(width)) {
        coarse::pack(codes, out);
    }
    packed
}

#[test]
fn a_coarse_score_is_off_by_what_half_a_step_can_do() {
    let mut next = noise(7);
    let table = Table::new(40, 512, &mut next, false);
    let (query, packed) = (query(512, &mut next, false), packed(&table));
    let (mut fine, mut rough) = ([0.0; PIECE], [0.0; PIECE]);
    Simd::SCALAR.sweep(&query, table.rows(), 0, 40, 0.0, &mut fine);
    Simd::SCALAR.sweep_coarse(&query, table.rows(), &packed, 0, 40, 0.0, &mut rough);
    let size: f32 = query.codes.iter().map(|&code| f32::from(code).abs()).sum();
    for row in 0..40 {
        let most = size * query.scale * table.scales[row] * 127.0 / 14.0;
        assert!((fine[row] - rough[row]).abs() <= most * 1.001);
        assert!((fine[row] - rough[row]).abs() <= most / 4.0, "halves of steps cancel each other out");
    }
}

fn bits(scores: &[f32]) -> Vec<u32> {
    scores.iter().map(|score| score.to_bits()).collect()
}

#[test]
fn the_reference_is_the_sum_it_says() {
    let mut next = noise(3);
    let table = Table::new(2, 100, &mut next, false);
    let query = query(100, &mut next, false);
    let mut scores = [0.0; PIECE];
    Simd::SCALAR.sweep(&query, table.rows(), 1, 1, 0.0, &mut scores);
    let row = &table.codes[1 + table.stride..];
    let sum: i64 = (0..100).map(|at| i64::from(query.codes[at]) * i64::from(row[at])).sum();
    assert_eq!(scores[0], sum as f32 * (0.37 * table.scales[1]));
}

#[test]
fn half_rows_are_multiplied_within_the_error_of_their_sums() {
    let mut next = noise(4);
    for dim in 0..=1200 {
        let unit = |value: u32| value as f32 / 2f32.powi(30) - 1.0;
        let query: Vec<f32> = (0..=dim).map(|_| unit(next())).collect();
        let row: Vec<f16> = (0..=dim).map(|_| f16::from_f32(unit(next()))).collect();
        let terms = query[1..].iter().zip(&row[1..]).map(|(&a, b)| f64::from(a) * b.to_f64());
        let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()));
        for simd in Simd::available() {
            let got = f64::from(simd.dot(&query[1..], &row[1..]));
            assert!((got - sum).abs() <= 1e-5 * size, "{simd:?} {dim}: {got} for {sum}");
        }
    }
}

#[test]
fn a_set_is_found_by_its_name_only_where_it_is() {
    for simd in Simd::available() {
        assert_eq!(Simd::named(simd.name()), Some(simd));
    }
    assert_eq!(Simd::named("sse9"), None);
    assert_eq!(Simd::available().last(), Some(&Simd::SCALAR));
}

#[test]
fn pages_hold_what_was_written() {
    for len in [0, 1, 3 << 20] {
        let mut pages = super::pages::Pages::<i32>::zeroed(len).expect("memory");
        assert!(pages.iter().all(|&value| value == 0) && pages.len() == len);
        pages.iter_mut().enumerate().for_each(|(at, value)| *value = at as i32);
        assert!(pages.iter().enumerate().all(|(at, &value)| value == at as i32));
    }
}
