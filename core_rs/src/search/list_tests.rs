//! Searches by lists held to exact ones, on clustered rows.

use std::sync::atomic::AtomicBool;

use ndarray::{Array2, s};

use super::bitmap::Bitmap;
use super::block::Block;
use super::ivf::{CERTAIN, Centroids, Reach};
use super::memory::Memory;
use super::plan::{Failure, Mode, Plan};
use super::train::{Sorted, lists_for, sort, train};
use super::{Hits, reach, search};

const DIM: usize = 48;
static GO: AtomicBool = AtomicBool::new(false);

/// `rows` unit rows around `clusters` centres whose sizes fall as a power; the last `held` are no items.
fn clustered(rows: usize, clusters: usize, seed: u64) -> Array2<f32> {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let centres = Array2::from_shape_fn((clusters, DIM), |_| next() - 0.4);
    let mut items = Array2::zeros((rows, DIM));
    for mut item in items.rows_mut() {
        let cluster = (next().powi(2) * clusters as f32) as usize;
        item.assign(&centres.row(cluster));
        item.iter_mut()
            .enumerate()
            .for_each(|(at, value)| *value += (next() - 0.5) / (1.0 + at as f32 / 16.0));
        let length = item.dot(&item).sqrt();
        item.mapv_inplace(|value| value / length);
    }
    items
}

struct Index {
    memory: Memory,
    centroids: Centroids,
    sorted: Sorted,
}

impl Index {
    fn new(items: &Array2<f32>, threads: usize) -> Self {
        let mut memory = Memory::new(DIM).expect("a width");
        let ids: Vec<u64> = (0..items.nrows() as u64).rev().collect();
        memory.extend(&ids, items.as_slice().expect("whole")).expect("finite");
        let centroids = train(&[memory.block()], lists_for(memory.len()), threads, &GO).expect("rows");
        let sorted = sort(&centroids, &memory.block(), threads, &GO).expect("fits");
        let memory = memory.in_order(&sorted).expect("memory");
        Self { memory, centroids, sorted }
    }

    fn block(&self) -> Block<'_> {
        Block { lists: Some(self.sorted.lists(&self.centroids)), ..self.memory.block() }
    }
}

fn found(blocks: &[Block<'_>], queries: &Array2<f32>, mode: Mode, recall: f32, threads: usize) -> Vec<Hits> {
    let plan = Plan { mode, recall, ..Plan::default() };
    search(blocks, queries.view(), 10, &plan, None, &GO, threads).expect("fits")
}

fn recall(truth: &[Hits], found: &[Hits]) -> f64 {
    let each = truth.iter().zip(found);
    let hits: usize = each.map(|(a, b)| b.ids.iter().filter(|id| a.ids.contains(id)).count()).sum();
    hits as f64 / truth.iter().map(|hits| hits.ids.len()).sum::<usize>() as f64
}

#[test]
fn lists_reach_the_recall_that_was_asked_for_and_all_of_it_when_certain() {
    let items = clustered(12_500, 220, 5);
    let (items, queries) =
        (items.slice(s![..12_000, ..]).to_owned(), items.slice(s![12_000.., ..]).to_owned());
    let mut index = Index::new(&items, 2);
    let table = reach::measure(&[index.block()], 2, &GO).expect("fits");
    assert_eq!(table.last(), Some(&Reach { recall: 1.0, slack: CERTAIN }));
    index.centroids.set_reach(table).expect("rises");
    let truth = found(&[index.block()], &queries, Mode::Exact, 1.0, 2);
    for target in [0.8, 0.9, 0.95, 0.99] {
        let got = recall(&truth, &found(&[index.block()], &queries, Mode::Ivf, target, 2));
        assert!(got >= f64::from(target) - 0.02, "{got} for {target}");
    }
    assert!(
        recall(&truth, &found(&[index.block()], &queries, Mode::Ivf, 0.5, 2)) < 0.97,
        "it looks at everything"
    );
    let by = |recall, threads| found(&[index.block()], &queries, Mode::Ivf, recall, threads);
    assert!(by(1.0, 2) == truth, "certain is exact");
    assert!(by(0.9, 1) == by(0.9, 3), "threads change nothing");
}

#[test]
fn threads_change_nothing_in_what_is_built() {
    let items = clustered(9_000, 60, 2);
    let (one, three) = (Index::new(&items, 1), Index::new(&items, 3));
    assert_eq!(one.centroids.rows(), three.centroids.rows());
    assert_eq!(one.sorted, three.sorted);
    let again = Centroids::new(DIM, &one.centroids.rows(), Vec::new()).expect("finite");
    assert_eq!(again.rows(), one.centroids.rows(), "written and read back they are the same");
}

#[test]
fn every_row_is_in_the_list_of_its_nearest_centroid_and_within_its_radius() {
    let items = clustered(2_000, 30, 3);
    let index = Index::new(&items, 1);
    let centroids = index.centroids.rows();
    let block = index.memory.block();
    for list in 0..index.centroids.len() {
        let centroid = &centroids[list * DIM..][..DIM];
        for row in index.sorted.starts[list] as usize..index.sorted.starts[list + 1] as usize {
            let codes =
                block.codes[row * 64..][..DIM].iter().map(|&code| f32::from(code) * block.scales[row]);
            let values: Vec<f32> = codes.collect();
            let far = |other: &[f32]| other.iter().zip(&values).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
            let nearest = centroids.chunks(DIM).map(far).fold(f32::INFINITY, f32::min);
            assert!(far(centroid) <= nearest + 1e-5);
            assert!(far(centroid).sqrt() <= index.sorted.radii[list]);
        }
    }
}

#[test]
fn blocks_with_and_without_lists_are_searched_together() {
    let items = clustered(6_000, 40, 4);
    let part = |range: std::ops::Range<usize>| items.slice(s![range, ..]).to_owned();
    let (first, queries) = (Index::new(&part(0..4000), 2), part(5990..6000));
    let mut newest = Memory::new(DIM).expect("a width");
    let ids: Vec<u64> = (10_000..10_990).collect();
    newest.extend(&ids, part(5000..5990).as_slice().expect("whole")).expect("finite");
    let mut second = Memory::new(DIM).expect("a width");
    let ids: Vec<u64> = (20_000..21_000).collect();
    second.extend(&ids, part(4000..5000).as_slice().expect("whole")).expect("finite");
    let sorted = sort(&first.centroids, &second.block(), 2, &GO).expect("fits");
    let second = second.in_order(&sorted).expect("memory");
    let second = Block { lists: Some(sorted.lists(&first.centroids)), ..second.block() };
    let blocks = [first.block(), newest.block(), second];
    let exact = found(&blocks, &queries, Mode::Exact, 1.0, 2);
    assert_eq!(found(&blocks, &queries, Mode::Ivf, 1.0, 2), exact);
    let filter: Vec<_> = blocks
        .iter()
        .map(|block| Bitmap::of(&block.ids.iter().map(|id| id % 3 == 0).collect::<Vec<_>>()))
        .collect();
    let by = |mode| {
        let plan = Plan { mode, recall: 1.0, ..Plan::default() };
        search(&blocks, queries.view(), 10, &plan, Some(&filter), &GO, 1).expect("fits")
    };
    assert_eq!(by(Mode::Ivf), by(Mode::Exact));
    assert!(by(Mode::Ivf).iter().all(|hits| hits.ids.iter().all(|id| id % 3 == 0)));
}

#[test]
fn the_planner_goes_by_lists_only_above_its_number_of_rows() {
    let items = clustered(5_000, 40, 6);
    let mut index = Index::new(&items, 1);
    let nearest_list_only = vec![Reach { recall: 1.0, slack: -9.0 }];
    index.centroids.set_reach(nearest_list_only).expect("one line");
    let queries = items.slice(s![..200, ..]).to_owned();
    let by = |mode, ivf_from, filter: Option<&[Bitmap]>| {
        let plan = Plan { mode, ivf_from, ..Plan::default() };
        search(&[index.block()], queries.view(), 10, &plan, filter, &GO, 1).expect("fits")
    };
    let (exact, lists) = (by(Mode::Exact, 0, None), by(Mode::Ivf, 0, None));
    assert_ne!(exact, lists, "so much is missed that the two can be told apart");
    assert_eq!(by(Mode::Auto, 4_999, None), lists);
    assert_eq!(by(Mode::Auto, 5_000, None), exact);
    let most = [Bitmap::of(&(0..5_000).map(|row| row > 9).collect::<Vec<_>>())];
    assert_eq!(by(Mode::Auto, 4_995, Some(&most)), by(Mode::Exact, 0, Some(&most)));
    assert_eq!(by(Mode::Auto, 4_900, Some(&most)), by(Mode::Ivf, 0, Some(&most)));
}

#[test]
fn building_stops_when_it_is_asked_to_and_refuses_what_it_cannot_do() {
    let stop = AtomicBool::new(true);
    let items = clustered(300, 4, 7);
    let index = Index::new(&items, 1);
    let block = index.block();
    assert_eq!(train(&[block], 8, 2, &stop).map(|_| ()), Err(Failure::Cancelled));
    assert_eq!(sort(&index.centroids, &block, 2, &stop).map(|_| ()), Err(Failure::Cancelled));
    assert_eq!(reach::measure(&[block], 2, &stop).map(|_| ()), Err(Failure::Cancelled));
    let nobody = [0; 5];
    let dead = Block { alive: Some(&nobody), ..block };
    assert!(train(&[dead], 8, 1, &GO).is_err() && train(&[], 8, 1, &GO).is_err());
    let falling = vec![Reach { recall: 0.9, slack: 0.5 }, Reach { recall: 0.8, slack: 0.6 }];
    assert!(index.centroids.clone().set_reach(falling).is_err());
    assert_eq!(train(&[block], 5_000, 1, &GO).map(|some| some.len()), Ok(300), "a list a row is the most");
}
