//! A search by lists: the most promising first, until no other can matter.

use rayon::prelude::*;

use super::best::{Best, Candidate};
use super::block::Lists;
use super::exact::Sweep;
use super::ivf::{CERTAIN, Centroids};
use super::plan::Failure;
use super::{Asked, Task};
use crate::hardware::rows::{PIECE, Query};

/// Lists put in order at a time: most searches end within the first.
const BATCH: usize = 32;

/// The blocks whose lists have the same centroids.
struct Group<'a> {
    centroids: &'a Centroids,
    members: Vec<(usize, Lists<'a>)>,
    /// `(lists,)`, the widest of the members.
    radii: Vec<f32>,
}

/// The `width` best candidates by i8 score for each query, of blocks with lists by lists, of others of all
/// their rows. With a recall of 1 the same candidates as an exact scan finds.
pub(super) fn probe(
    task: &Task<'_>,
    asked: &[Asked<'_>],
    k: usize,
    width: usize,
    slack: impl Fn(&Centroids) -> f32 + Sync,
) -> Result<Vec<Vec<Candidate>>, Failure> {
    let groups = groups(task);
    let one = |asked: &Asked<'_>| {
        let mut sweep = Sweep::new(task, std::slice::from_ref(&asked.codes), width);
        for (number, block) in task.blocks.iter().enumerate() {
            if block.lists.is_none() {
                sweep.block(number)?;
            }
        }
        for group in &groups {
            let slack = slack(group.centroids);
            let place = if slack >= CERTAIN { width } else { k };
            group.walk(task, &asked.codes, slack, place, &mut sweep)?;
        }
        Ok(sweep.best.pop().map(Best::sorted).unwrap_or_default())
    };
    if task.threads == 1 || asked.len() == 1 {
        return asked.iter().map(one).collect();
    }
    asked.par_iter().with_min_len(asked.len().div_ceil(task.threads)).map(one).collect()
}

fn groups<'a>(task: &Task<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (number, block) in task.blocks.iter().enumerate() {
        let Some(lists) = block.lists else { continue };
        let known = groups.iter().position(|group| std::ptr::eq(group.centroids, lists.centroids));
        let place = known.unwrap_or_else(|| {
            let radii = vec![0.0; lists.radii.len()];
            groups.push(Group { centroids: lists.centroids, members: Vec::new(), radii });
            groups.len() - 1
        });
        let group = &mut groups[place];
        group.radii.iter_mut().zip(lists.radii).for_each(|(widest, &radius)| *widest = widest.max(radius));
        group.members.push((number, lists));
    }
    groups
}

impl Group<'_> {
    /// Sweep lists by falling look-out until it falls below the score of the `place`-th best.
    fn walk(
        &self,
        task: &Task<'_>,
        query: &Query,
        slack: f32,
        place: usize,
        sweep: &mut Sweep<'_>,
    ) -> Result<(), Failure> {
        let mut lists = self.lookouts(task, query, slack);
        let mut rest = &mut lists[..];
        while !rest.is_empty() {
            let size = BATCH.min(rest.len());
            if size < rest.len() {
                rest.select_nth_unstable_by(size, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            }
            let (batch, later) = rest.split_at_mut(size);
            batch.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            for &mut (lookout, list) in batch {
                if lookout < sweep.best[0].score_of(place) {
                    return Ok(());
                }
                task.going()?;
                for (block, lists) in &self.members {
                    let list = list as usize;
                    sweep.rows(*block, lists.starts[list] as usize, lists.starts[list + 1] as usize);
                }
            }
            rest = later;
        }
        Ok(())
    }

    /// For each list q'centroid + slack × |q| × radius, and its number.
    fn lookouts(&self, task: &Task<'_>, query: &Query, slack: f32) -> Vec<(f32, u32)> {
        let rows = self.centroids.scored();
        let reach = slack * query.length_squared().sqrt();
        let mut lookouts = Vec::with_capacity(rows.len());
        let mut scores = [0.0; PIECE];
        for first in (0..rows.len()).step_by(PIECE) {
            let count = PIECE.min(rows.len() - first);
            task.simd.sweep(query, rows, first, count, f32::INFINITY, &mut scores);
            let radii = &self.radii[first..first + count];
            let each = scores.iter().zip(radii).zip(first as u32..);
            lookouts.extend(each.map(|((score, radius), list)| (score + reach * radius, list)));
        }
        lookouts
    }
}
