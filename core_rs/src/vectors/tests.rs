//! The store against a plain map, through reopening, sealing and merging, and with every file damaged in turn.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use half::f16;
use ndarray::{Array2, ArrayView2, s};
use proptest::prelude::*;

use super::fault::Fault;
use super::open::Options;
use super::scratch::Scratch;
use super::store::{Only, Tuning, VectorStore};
use crate::search::plan::{Mode, Plan};

const DIM: usize = 5;
const TUNING: Tuning = Tuning { memory: 1 << 20, lists_from: 25, threads: 2 };
static GO_ON: AtomicBool = AtomicBool::new(false);

type Kept = BTreeMap<u64, Vec<f16>>;

fn options() -> Options {
    let model = "a model".to_owned();
    Options { dim: Some(DIM), model, create: true, read_only: false, full: false, tuning: TUNING }
}

fn open(folder: &Path) -> VectorStore {
    VectorStore::open(folder.to_owned(), options()).unwrap()
}

/// A row that tells its id and how often it was written.
fn row(id: u64, version: u64) -> Vec<f16> {
    [1.0, id as f32, version as f32, -0.5, (id % 3) as f32].map(f16::from_f32).to_vec()
}

fn put(store: &VectorStore, kept: &mut Kept, ids: &[u64], version: u64) {
    let flat: Vec<f16> = ids.iter().flat_map(|&id| row(id, version)).collect();
    store.upsert(ids, ArrayView2::from_shape((ids.len(), DIM), &flat).unwrap()).unwrap();
    kept.extend(ids.iter().map(|&id| (id, row(id, version))));
}

fn assert_same(store: &VectorStore, kept: &Kept) {
    let asked: Vec<u64> = (0..40).collect();
    let (found, rows) = store.get(&asked).unwrap();
    for (n, id) in asked.iter().enumerate() {
        assert_eq!(found[n], kept.contains_key(id), "id {id}");
        let nothing = vec![f16::ZERO; DIM];
        assert_eq!(rows.row(n).to_vec(), *kept.get(id).unwrap_or(&nothing), "id {id}");
    }
    assert_eq!(store.ids().unwrap(), kept.keys().copied().collect::<Vec<_>>());
    assert_eq!(store.len(), kept.len());
    let query = Array2::from_shape_fn((1, DIM), |(_, column)| [0.1, 1.0, 0.3, 0.0, 0.2][column]);
    let hits = store.search(query.view(), 100, &Plan::default(), None, (&GO_ON, 2)).unwrap().remove(0);
    let score = |row: &[f16]| row.iter().zip(query.row(0)).map(|(a, b)| a.to_f32() * b).sum::<f32>();
    let mut found: Vec<u64> = hits.ids.clone();
    found.sort_unstable();
    assert_eq!(found, store.ids().unwrap());
    assert!(hits.scores.is_sorted_by(|a, b| a >= b));
    for (id, told) in hits.ids.iter().zip(&hits.scores) {
        assert!((score(&kept[id]) - told).abs() < 1e-3, "id {id}");
    }
}

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u64>),
    Delete(Vec<u64>),
    Flush,
    Compact(bool),
    Warm,
    Reopen(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let ids = || prop::collection::vec(0_u64..30, 0..6);
    prop_oneof![
        4 => ids().prop_map(Step::Put),
        2 => ids().prop_map(Step::Delete),
        2 => Just(Step::Flush),
        1 => any::<bool>().prop_map(Step::Compact),
        1 => Just(Step::Warm),
        1 => any::<bool>().prop_map(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn it_says_what_a_map_would_say(steps in prop::collection::vec(step(), 1..40)) {
        let folder = Scratch::new("model");
        let (mut store, mut kept) = (open(&folder.0), Kept::new());
        for (version, step) in steps.into_iter().enumerate() {
            match step {
                Step::Put(mut ids) => {
                    ids.sort_unstable();
                    ids.dedup();
                    put(&store, &mut kept, &ids, version as u64);
                }
                Step::Delete(ids) => {
                    let there = ids.iter().filter_map(|id| kept.remove(id)).count();
                    prop_assert_eq!(store.delete(&ids).unwrap(), there);
                }
                Step::Flush => store.flush().unwrap(),
                Step::Compact(full) => drop(store.compact(full, &GO_ON).unwrap()),
                Step::Warm => store.warm().unwrap(),
                Step::Reopen(full) => {
                    drop(store);
                    store = VectorStore::open(folder.0.clone(), Options { full, ..options() }).unwrap();
                }
            }
            assert_same(&store, &kept);
        }
    }
}

/// A store with two segments, graves and a log.
fn furnish(folder: &Path) -> Kept {
    let (store, mut kept) = (open(folder), Kept::new());
    put(&store, &mut kept, &(0..20).collect::<Vec<_>>(), 1);
    store.flush().unwrap();
    put(&store, &mut kept, &(15..30).collect::<Vec<_>>(), 2);
    store.delete(&[3, 16]).unwrap();
    store.flush().unwrap();
    put(&store, &mut kept, &[1, 31], 3);
    store.delete(&[4, 28]).unwrap();
    kept.retain(|id, _| ![3, 16, 4, 28].contains(id));
    kept
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Whether a damaged store refused by name, or else said only what is true of what was kept.
///
/// A log `cut` between two records looks like a shorter log: only who keeps the ids elsewhere can tell.
fn is_honest(folder: &Path, kept: &Kept, name: &str, cut: bool) -> bool {
    let store = match VectorStore::open(folder.to_owned(), Options { full: true, ..options() }) {
        Ok(store) => store,
        Err(Fault::Corrupt { .. } | Fault::VersionMismatch { .. } | Fault::NotFound(_)) => return true,
        Err(other) => panic!("{name}: {other}"),
    };
    let (ids, damaged, lost) = (store.ids().unwrap(), store.damaged().unwrap(), store.stats().unwrap().lost);
    let behind = lost > 0 || (cut && name.contains("log-"));
    let (found, rows) = store.get(&ids).unwrap();
    let told = ids.iter().zip(&found).filter(|(_, found)| !**found).map(|(&id, _)| id).collect::<Vec<_>>();
    assert_eq!(told, damaged, "{name}: what cannot be had is reported");
    for (n, id) in ids.iter().enumerate().filter(|&(n, _)| found[n]) {
        let is = rows.row(n).to_vec();
        let older = (1..3).any(|version| is == row(*id, version));
        assert!(kept.get(id) == Some(&is) || (behind && older), "{name}: id {id} is {is:?}");
    }
    assert!(behind || ids == kept.keys().copied().collect::<Vec<_>>(), "{name}: nothing is missing unsaid");
    store.compact(true, &GO_ON).unwrap();
    assert_eq!(store.damaged().unwrap(), damaged, "{name}: a merge forgets no damage");
    damaged.is_empty() || store.delete(&damaged).unwrap() == damaged.len()
}

#[test]
fn a_flipped_byte_in_any_region_of_any_file_is_refused_mended_or_reported() {
    let (folder, place) = (Scratch::new("flip"), Scratch::new("flipped"));
    let kept = furnish(&folder.0);
    let mut names: Vec<_> =
        fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 6, "a lock, a manifest, two segments, graves, a log: {names:?}");
    for (round, name) in names.iter().filter(|name| *name != "lock").enumerate() {
        let whole = fs::read(folder.0.join(name)).unwrap();
        let used: Vec<usize> = (0..whole.len()).filter(|&at| whole[at] != 0 || at % 509 == 0).collect();
        for &at in used.iter().step_by(1 + used.len() / 60) {
            let to = place.0.join(format!("{round}-{at}"));
            copy(&folder.0, &to);
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            fs::write(to.join(name), &bytes).unwrap();
            assert!(is_honest(&to, &kept, &format!("{name:?} byte {at}"), false));
            fs::write(to.join(name), &whole[..at]).unwrap();
            fs::remove_dir_all(&to).unwrap();
        }
    }
}

#[test]
fn a_file_cut_anywhere_or_gone_is_refused_or_reported() {
    let (folder, place) = (Scratch::new("cut"), Scratch::new("shortened"));
    let kept = furnish(&folder.0);
    for (round, entry) in fs::read_dir(&folder.0).unwrap().enumerate() {
        let name = entry.unwrap().file_name();
        let whole = fs::read(folder.0.join(&name)).unwrap();
        for at in (0..whole.len()).step_by(1 + whole.len() / 60) {
            let to = place.0.join(format!("{round}-{at}"));
            copy(&folder.0, &to);
            fs::write(to.join(&name), &whole[..at]).unwrap();
            assert!(is_honest(&to, &kept, &format!("{name:?} cut at {at}"), true));
        }
        let to = place.0.join(format!("{round}-gone"));
        copy(&folder.0, &to);
        fs::remove_file(to.join(&name)).unwrap();
        let outcome = VectorStore::open(to, options());
        assert_eq!(outcome.is_ok(), name == "lock", "{name:?}");
    }
}

#[test]
fn damaged_codes_and_numbers_about_rows_are_made_again_bit_for_bit() {
    let folder = Scratch::new("remade");
    let kept = furnish(&folder.0);
    let whole = {
        let store = open(&folder.0);
        store.compact(true, &GO_ON).unwrap();
        store.stats().unwrap()
    };
    assert_eq!((whole.segments, whole.remade, whole.dead), (1, 0, 0));
    let path = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().path());
    let path = path.into_iter().find(|path| path.to_string_lossy().contains("segment-")).unwrap();
    let bytes = fs::read(&path).unwrap();
    // Order, scales, sums and codes lie on pages of their own in a segment as small as this.
    for page in [3, 4, 5, 7] {
        let mut damaged = bytes.clone();
        damaged[page * 4096 + 2] ^= 4;
        fs::write(&path, damaged).unwrap();
        let store = VectorStore::open(folder.0.clone(), Options { full: true, ..options() }).unwrap();
        assert_same(&store, &kept);
        assert_eq!(store.stats().unwrap().remade, usize::from(page != 7));
        if page == 5 {
            assert!(store.compact(false, &GO_ON).unwrap(), "a new file takes the place of a damaged one");
            assert_eq!(store.stats().unwrap().remade, 0);
            return assert_same(&store, &kept);
        }
    }
}

#[test]
fn what_no_vector_may_hold_is_refused_by_the_name_of_its_id_and_nothing_is_put_in() {
    let folder = Scratch::new("values");
    let store = open(&folder.0);
    for (bad, says) in
        [(f16::NAN, "id 8 holds NaN"), (f16::INFINITY, "id 8 holds NaN"), (f16::ZERO, "id 8 is all zeros")]
    {
        let mut rows = Array2::from_elem((2, DIM), f16::ONE);
        rows.slice_mut(s![1, ..]).fill(bad);
        assert!(store.upsert(&[7, 8], rows.view()).unwrap_err().to_string().contains(says));
    }
    let narrow = Array2::from_elem((1, 3), f16::ONE);
    assert!(matches!(store.upsert(&[7], narrow.view()), Err(Fault::DimMismatch { given: 3, wanted: DIM })));
    assert!(store.upsert(&[7, 9], Array2::from_elem((1, DIM), f16::ONE).view()).is_err());
    assert!(store.is_empty());
}

#[test]
fn one_writer_or_many_readers_and_after_close_nobody() {
    let folder = Scratch::new("lock");
    let kept = furnish(&folder.0);
    let reading = Options { read_only: true, create: false, ..options() };
    let writer = open(&folder.0);
    for asked in [options(), reading.clone()] {
        assert!(matches!(VectorStore::open(folder.0.clone(), asked), Err(Fault::Locked { .. })));
    }
    writer.close();
    assert!(matches!(writer.ids(), Err(Fault::Closed(_))));
    let (one, other) =
        (VectorStore::open(folder.0.clone(), reading.clone()), VectorStore::open(folder.0.clone(), reading));
    assert_same(one.as_ref().unwrap(), &kept);
    assert_same(other.as_ref().unwrap(), &kept);
    assert!(matches!(one.unwrap().delete(&[1]), Err(Fault::ReadOnly(_))));
}

#[test]
fn a_store_of_another_width_or_model_or_none_is_not_opened() {
    let folder = Scratch::new("other");
    let create = Options { create: false, ..options() };
    assert!(matches!(VectorStore::open(folder.0.clone(), create), Err(Fault::NotFound(_))));
    drop(open(&folder.0));
    let wider = VectorStore::open(folder.0.clone(), Options { dim: Some(6), ..options() });
    assert!(matches!(wider, Err(Fault::DimMismatch { given: 6, wanted: DIM })));
    let other = VectorStore::open(folder.0.clone(), Options { model: "another".to_owned(), ..options() });
    assert!(matches!(other, Err(Fault::BadValue(_))));
    let as_it_is = VectorStore::open(folder.0.clone(), Options { dim: None, ..options() }).unwrap();
    assert_eq!(as_it_is.dim(), DIM);
}

#[test]
fn a_filter_leaves_only_its_ids_and_a_stop_stops() {
    let folder = Scratch::new("filter");
    furnish(&folder.0);
    let store = open(&folder.0);
    let query = Array2::from_elem((1, DIM), 1.0_f32);
    let hits = store
        .search(query.view(), 5, &Plan::default(), Some(Only::Ids(&[1, 4, 7, 999])), (&GO_ON, 1))
        .unwrap();
    assert_eq!(hits[0].ids, [7, 1]);
    let stopped = AtomicBool::new(true);
    assert!(matches!(store.compact(true, &stopped), Err(Fault::Cancelled)));
}

#[test]
fn codes_are_taken_into_memory_first_and_their_coarse_form_as_far_as_the_rest_goes() {
    let folder = Scratch::new("warm");
    let held = |memory| {
        let tuning = Tuning { memory, ..TUNING };
        let store = VectorStore::open(folder.0.clone(), Options { tuning, ..options() }).unwrap();
        let rows = Array2::from_shape_fn((100, DIM), |(n, at)| f16::from_f32(((n * 7 + at) as f32).sin()));
        store.upsert(&(0..100).collect::<Vec<_>>(), rows.view()).unwrap();
        store.flush().unwrap();
        assert!(store.compact(true, &GO_ON).unwrap());
        let query = Array2::from_elem((1, DIM), 1.0_f32);
        let best = || store.search(query.view(), 9, &Plan::default(), None, (&GO_ON, 1)).unwrap();
        let cold = best();
        store.warm().unwrap();
        assert_eq!(best(), cold);
        store.stats().unwrap().held
    };
    assert_eq!([6399, 6400, 12_799, 12_800].map(held), [0, 6400, 6400, 12_800]);
}

#[test]
fn a_large_merge_gets_lists_that_are_kept_and_find_what_a_scan_finds() {
    let folder = Scratch::new("lists");
    let wide = |create| {
        let tuning = Tuning { lists_from: 500, ..TUNING };
        VectorStore::open(folder.0.clone(), Options { dim: Some(8), create, tuning, ..options() }).unwrap()
    };
    let value = |n: usize, column: usize| {
        ((n % 23 * (column + 3)) as f32).sin() + 0.2 * ((n * 7 + column) as f32).cos()
    };
    let rows = Array2::from_shape_fn((900, 8), |(n, column)| f16::from_f32(value(n, column)));
    let store = wide(true);
    store.upsert(&(0..900).collect::<Vec<_>>(), rows.view()).unwrap();
    store.delete(&[5, 6, 7]).unwrap();
    assert!(store.compact(true, &GO_ON).unwrap());
    assert!(!store.compact(false, &GO_ON).unwrap(), "what has lists is not merged again");
    drop(store);
    let store = wide(false);
    assert_eq!(store.stats().unwrap().listed, 1);
    let queries = Array2::from_shape_fn((20, 8), |(n, column)| value(n * 31 + 4, column));
    let ask = |mode, recall| {
        let plan = Plan { mode, recall, ..Plan::default() };
        store.search(queries.view(), 10, &plan, None, (&GO_ON, 2)).unwrap()
    };
    assert_eq!(ask(Mode::Ivf, 1.0), ask(Mode::Exact, 1.0));
    let (found, sure) = (ask(Mode::Ivf, 0.9), ask(Mode::Exact, 1.0));
    let hits = found.iter().zip(&sure).map(|(a, b)| a.ids.iter().filter(|id| b.ids.contains(id)).count());
    assert!(hits.sum::<usize>() >= 160);
}
