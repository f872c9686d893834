//! The lists of a segment as bytes: centroids, how far to look for a recall, where each list begins and how wide it is.
//!
//! `lists u32 | reach u32 | centroids f32 × lists × dim | (recall f32, slack f32) × reach | starts u32 × (lists + 1) |
//! radii f32 × lists`.

use super::bytes::Cursor;
use crate::search::block;
use crate::search::ivf::{Centroids, Reach};

/// Lists that own what a `Block` borrows.
#[derive(Clone, Debug)]
pub struct Lists {
    /// The centres.
    pub centroids: Centroids,
    /// `(lists + 1,)`.
    pub starts: Vec<u32>,
    /// `(lists,)`.
    pub radii: Vec<f32>,
}

impl Lists {
    /// As a search borrows them.
    #[must_use]
    pub fn view(&self) -> block::Lists<'_> {
        block::Lists { centroids: &self.centroids, starts: &self.starts, radii: &self.radii }
    }

    /// As they are kept.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let Self { centroids, starts, radii } = self;
        let mut bytes = Vec::new();
        for count in [centroids.len(), centroids.reach().len()] {
            bytes.extend((count as u32).to_le_bytes());
        }
        bytes.extend_from_slice(bytemuck::cast_slice(&centroids.rows()));
        for reach in centroids.reach() {
            bytes.extend_from_slice(bytemuck::cast_slice(&[reach.recall, reach.slack]));
        }
        bytes.extend_from_slice(bytemuck::cast_slice(starts));
        bytes.extend_from_slice(bytemuck::cast_slice(radii));
        bytes
    }

    /// What `bytes` gave; `None` when it does not fit `rows` rows of `dim` numbers.
    #[must_use]
    pub fn parse(bytes: &[u8], dim: usize, rows: usize) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let (lists, reach) = (cursor.u32()? as usize, cursor.u32()? as usize);
        let mut floats = |count: usize| -> Option<Vec<f32>> {
            Some(bytemuck::allocation::pod_collect_to_vec(cursor.bytes(count.checked_mul(4)?)?))
        };
        let (centres, table) = (floats(lists.checked_mul(dim)?)?, floats(reach.checked_mul(2)?)?);
        let starts: Vec<u32> = bytemuck::allocation::pod_collect_to_vec(cursor.bytes(4 * (lists + 1))?);
        let radii: Vec<f32> = bytemuck::allocation::pod_collect_to_vec(cursor.bytes(4 * lists)?);
        let table = table.chunks_exact(2).map(|pair| Reach { recall: pair[0], slack: pair[1] }).collect();
        let centroids = Centroids::new(dim, &centres, table).ok()?;
        let whole = cursor.0.is_empty()
            && starts.is_sorted()
            && starts.first() == Some(&0)
            && starts.last().map(|&end| end as usize) == Some(rows);
        whole.then_some(Self { centroids, starts, radii })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some() -> Lists {
        let reach = vec![Reach { recall: 0.9, slack: 0.1 }, Reach { recall: 1.0, slack: 1.0 }];
        let centroids = Centroids::new(3, &[1.0, 2.0, 3.0, -1.0, -2.0, -3.0], reach).unwrap();
        Lists { centroids, starts: vec![0, 4, 9], radii: vec![0.5, 0.25] }
    }

    #[test]
    fn what_is_kept_comes_back_and_what_does_not_fit_does_not() {
        let bytes = some().bytes();
        assert_eq!(Lists::parse(&bytes, 3, 9).unwrap().bytes(), bytes);
        assert!(Lists::parse(&bytes, 3, 8).is_none());
        assert!(Lists::parse(&bytes, 4, 9).is_none());
        assert!((0..bytes.len()).all(|cut| Lists::parse(&bytes[..cut], 3, 9).is_none()));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(bytes in prop::collection::vec(0_u8..4, 0..80), dim in 0_usize..4) {
            let _ = Lists::parse(&bytes, dim, 2);
        }
    }
}
