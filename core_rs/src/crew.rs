//! The caller and threads of the pool at one piece of work: whoever is free takes what comes next.
//!
//! The caller begins at once, so work that is over in milliseconds does not wait for sleeping threads to come.

use std::sync::{Mutex, PoisonError};

/// What `work` gave each of at most `threads` workers, of whom the caller is one; in no order.
pub fn crew<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let done = Mutex::new(Vec::with_capacity(threads));
    let one = || {
        let given = work();
        done.lock().unwrap_or_else(PoisonError::into_inner).push(given);
    };
    rayon::in_place_scope(|scope| {
        (1..threads).for_each(|_| scope.spawn(|_| one()));
        one();
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Let a crew take the `tasks` in turn; `work` gets a worker's own state, begun by `begin`, and the states are given back.
///
/// Which worker gets which task is chance: what a task does must not depend on it.
pub fn share<T, S: Send>(
    tasks: impl ExactSizeIterator<Item = T> + Send,
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) + Sync,
) -> Vec<S> {
    let threads = rayon::current_num_threads().min(tasks.len()).max(1);
    let left = Mutex::new(tasks);
    crew(threads, || {
        let mut state = begin();
        loop {
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(task) = next else { break state };
            work(&mut state, task);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_is_done_once_and_nobody_comes_for_none() {
        for count in [0, 1, 2, 1000] {
            let taken = share(0..count, Vec::new, Vec::push);
            assert!(taken.len() <= count.max(1));
            let mut taken = taken.concat();
            taken.sort_unstable();
            assert_eq!(taken, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_caller_works_too() {
        let caller = std::thread::current().id();
        assert_eq!(crew(1, || std::thread::current().id()), [caller]);
        assert!(crew(3, || std::thread::current().id()).contains(&caller));
    }
}
