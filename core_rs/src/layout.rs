//! Many vectors laid out on a plane so that what is alike lies together: the map of a taste.
//!
//! Barnes-Hut t-SNE (van der Maaten, 2014), begun from the first two columns, which are the principal directions
//! of largest spread: so the map is the same each time, and its large shape is theirs (Kobak & Berens, 2019).

use bhtsne::tSNE;
use ndarray::{Array2, ArrayView2};

use crate::chance::normal;
use crate::hardware::Simd;
use crate::refusal::{Refusal, check_size};

/// Neighbours that count: fewer than usual, so that an album of some ten pictures does not fall into one point.
const PERPLEXITY: f32 = 10.0;
/// Accuracy of far forces, 0 exact.
const THETA: f32 = 0.5;
const EPOCHS: usize = 600;
/// Epochs of exaggerated likeness, in which clusters find together.
const GATHERING: usize = 150;
/// Steps shorter than this end before small clusters have spread.
const LEAST_RATE: f32 = 200.0;
/// Spread of the beginning: so small that nothing is decided by it but the large shape.
const BEGIN: f32 = 1e-4;
/// Fewer rows are laid out by their first two columns.
const FEWEST: usize = 12;

/// A place `(n, 2)` for each of `vectors` `(n, d)`, within −1..1, the middle of all in 0.
///
/// The same for the same vectors; one thread. O(n·log n) an epoch after a search for
/// neighbours; about 10 CPU-s for 10,000 rows of 64.
///
/// # Errors
/// `Size` with fewer than 2 columns, `NotFinite`.
pub fn layout(vectors: ArrayView2<'_, f32>) -> Result<Array2<f32>, Refusal> {
    if vectors.ncols() < 2 {
        check_size("a row", vectors.ncols(), 2)?;
    }
    if let Some(row) = vectors.rows().into_iter().position(|row| row.iter().any(|value| !value.is_finite())) {
        return Err(Refusal::NotFinite { what: "vectors", row });
    }
    let contiguous = vectors.as_standard_layout();
    let values = contiguous.as_slice().unwrap_or_default();
    let rows: Vec<&[f32]> = values.chunks_exact(vectors.ncols()).collect();
    let begin = framed(rows.iter().flat_map(|row| [row[0], row[1]]).collect());
    if rows.len() < FEWEST {
        return Ok(shaped(begin));
    }
    // One thread, or the order of sums inside would be the scheduler's; and a map is no reason to be loud.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let fitted =
        alone.map_or_else(|_| fit(&rows, values, &begin), |pool| pool.install(|| fit(&rows, values, &begin)));
    Ok(shaped(framed(fitted)))
}

/// t-SNE of `rows`, which lie one after the other in `values`, from the places `begin`.
fn fit(rows: &[&[f32]], values: &[f32], begin: &[f32]) -> Vec<f32> {
    let simd = Simd::chosen();
    let squares: Vec<f32> = rows.iter().map(|row| simd.product(row, row)).collect();
    let index = |row: &&[f32]| (row.as_ptr() as usize - values.as_ptr() as usize) / size_of_val(*row);
    let distance = |a: &&[f32], b: &&[f32]| {
        (squares[index(a)] + squares[index(b)] - 2.0 * simd.product(a, b)).max(0.0).sqrt()
    };
    // A hair apart, so that equal rows do not begin in the same place.
    let apart = |(at, place): (usize, &f32)| BEGIN * (place + 0.01 * normal(0, at as u64) as f32);
    let mut map: tSNE<'_, f32, &[f32], 2> = tSNE::new(rows);
    map.perplexity(PERPLEXITY.min((rows.len() - 1) as f32 / 4.0))
        .epochs(EPOCHS)
        .learning_rate((rows.len() as f32 / 4.0).max(LEAST_RATE))
        .stop_lying_epoch(GATHERING)
        .momentum_switch_epoch(GATHERING)
        .initial_embedding(begin.iter().enumerate().map(apart).collect::<Vec<_>>())
        .barnes_hut(THETA, distance);
    map.embedding()
}

/// Places x, y, x, y … moved and scaled as one so that their middle is 0 and the farthest coordinate 1.
fn framed(mut places: Vec<f32>) -> Vec<f32> {
    let count = (places.len() / 2).max(1) as f32;
    let middle = [0, 1].map(|axis| places.iter().skip(axis).step_by(2).sum::<f32>() / count);
    places.iter_mut().enumerate().for_each(|(at, place)| *place -= middle[at % 2]);
    let farthest = places.iter().fold(0.0f32, |most, place| most.max(place.abs()));
    if farthest > 0.0 {
        for place in &mut places {
            *place /= farthest;
        }
    }
    places
}

fn shaped(places: Vec<f32>) -> Array2<f32> {
    Array2::from_shape_fn((places.len() / 2, 2), |(row, axis)| places[2 * row + axis])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_stay_together_and_the_map_is_the_same_each_time() {
        let vectors = Array2::from_shape_fn((90, 8), |(row, column)| {
            let centre = 4.0 * normal(1, (row % 3 * 8 + column) as u64);
            (centre + 0.3 * normal(2, (row * 8 + column) as u64)) as f32
        });
        let places = layout(vectors.view()).unwrap();
        assert_eq!(layout(vectors.view()).unwrap(), places);
        let far = |a: usize, b: usize| (&places.row(a) - &places.row(b)).mapv(|d| d * d).sum();
        for row in 0..90 {
            let nearest =
                (0..90).filter(|&other| other != row).min_by(|&a, &b| far(row, a).total_cmp(&far(row, b)));
            assert_eq!(nearest.map(|other| other % 3), Some(row % 3));
        }
        assert!(places.iter().all(|place| (-1.0..=1.0).contains(place)));
    }

    #[test]
    fn few_rows_equal_rows_and_none_have_places_too() {
        assert_eq!(layout(Array2::zeros((0, 3)).view()).unwrap().dim(), (0, 2));
        assert_eq!(layout(Array2::ones((1, 3)).view()).unwrap(), Array2::<f32>::zeros((1, 2)));
        assert!(layout(Array2::ones((40, 3)).view()).unwrap().iter().all(|place| place.is_finite()));
        assert_eq!(
            layout(Array2::zeros((3, 1)).view()).err(),
            Some(Refusal::Size { what: "a row", given: 1, wanted: 2 })
        );
    }
}
