//! The three kernels over a piece of rows, written once and compiled for each instruction set.

/// Defines `sweep`, `gather` and `tile` from the set's own
/// `quad(query, rows: [*const i8; 4], ahead: [*const i8; 4], stride) -> [i32; 4]`, one query times four rows
/// while what lies at `ahead` is fetched, and
/// `square(queries: [&Query; 4], rows, stride) -> [[i32; 4]; 4]`, four queries times four rows, and
/// `coarse(query, rows, dots)`, one query times coarse rows.
/// `$bias` is what the set adds to each code of a query, to be taken out again with the sum of the row.
///
/// All of a piece happens inside one function that has the instructions enabled, so that nothing is called
/// through dispatch once a row.
macro_rules! pieces {
    ($features:literal, $bias:literal) => {
        use crate::hardware::rows::{PIECE, Query, Rows, Scores};

        /// # Safety
        /// The processor has the instructions; rows `first..first + count` exist; `count <= PIECE`; the query
        /// is as wide as a row.
        #[target_feature(enable = $features)]
        pub(in crate::hardware) unsafe fn sweep(
            query: &Query,
            rows: Rows<'_>,
            first: usize,
            count: usize,
            floor: f32,
            out: &mut Scores,
        ) -> u64 {
            // SAFETY: the caller's promise.
            unsafe { score(query, rows, count, |place| first + place, SWEPT, floor, out) }
        }

        /// # Safety
        /// As `sweep`, for the rows of those numbers.
        #[target_feature(enable = $features)]
        pub(in crate::hardware) unsafe fn gather(
            query: &Query,
            rows: Rows<'_>,
            numbers: &[u32],
            floor: f32,
            out: &mut Scores,
        ) -> u64 {
            // SAFETY: the caller's promise.
            unsafe { score(query, rows, numbers.len(), |place| numbers[place] as usize, 0, floor, out) }
        }

        /// # Safety
        /// As `sweep`, for each of the queries; `out` has room for all.
        #[target_feature(enable = $features)]
        pub(in crate::hardware) unsafe fn tile(
            queries: &[Query],
            rows: Rows<'_>,
            first: usize,
            count: usize,
            out: &mut [Scores],
        ) {
            let (fours, rest) = queries.as_chunks::<4>();
            let (out_fours, out_rest) = out[..queries.len()].as_chunks_mut::<4>();
            for (four, out) in fours.iter().zip(out_fours) {
                let mut dots = [[0; PIECE]; 4];
                for start in (0..count).step_by(4) {
                    // SAFETY: `starts` stays within the rows; the queries are as wide as they are.
                    let found = unsafe {
                        square(four, starts(rows, count, start, &|place| first + place), rows.stride)
                    };
                    for (dots, found) in dots.iter_mut().zip(found) {
                        dots[start..start + 4].copy_from_slice(&found);
                    }
                }
                for ((query, dots), out) in four.iter().zip(&dots).zip(out) {
                    finish(query, rows, count, |place| first + place, dots, out);
                }
            }
            for (query, out) in rest.iter().zip(out_rest) {
                // SAFETY: the caller's promise.
                unsafe { score(query, rows, count, |place| first + place, SWEPT, f32::INFINITY, out) };
            }
        }

        /// # Safety
        /// As `sweep`; `held` is the coarse form of `rows`.
        #[target_feature(enable = $features)]
        pub(in crate::hardware) unsafe fn sweep_coarse(
            query: &Query,
            rows: Rows<'_>,
            held: &[u8],
            first: usize,
            count: usize,
            floor: f32,
            out: &mut Scores,
        ) -> u64 {
            let width = query.padded.len() / 2;
            let mut dots = [0; PIECE];
            // SAFETY: whole rows of half the query's width.
            unsafe { coarse(&query.padded, &held[first * width..(first + count) * width], &mut dots) };
            crate::hardware::scalar::finish_coarse(
                query,
                &rows.scales[first..first + count],
                &dots,
                floor,
                out,
            )
        }

        /// Bytes between a row of a sweep and what is fetched meanwhile: the latency of memory at its rate.
        const SWEPT: usize = 8192;

        /// Scores of `count` rows, wherever they are. Fetched ahead is what lies `ahead` bytes further, or
        /// with 0 the rows two calls later.
        #[target_feature(enable = $features)]
        #[inline]
        unsafe fn score(
            query: &Query,
            rows: Rows<'_>,
            count: usize,
            row_at: impl Fn(usize) -> usize,
            ahead: usize,
            floor: f32,
            out: &mut Scores,
        ) -> u64 {
            let mut dots = [0; PIECE];
            for start in (0..count).step_by(4) {
                // SAFETY: the caller says that all rows it names exist and are as wide as the query.
                let four = unsafe {
                    let now = starts(rows, count, start, &row_at);
                    let later = match ahead {
                        0 => starts(rows, count, start + 8, &row_at),
                        _ => now.map(|row| row.wrapping_add(ahead)),
                    };
                    quad(query, now, later, rows.stride)
                };
                dots[start..start + 4].copy_from_slice(&four);
            }
            finish(query, rows, count, row_at, &dots, out);
            let mut reached = 0;
            for (place, &score) in out[..count].iter().enumerate() {
                reached |= u64::from(score >= floor) << place;
            }
            reached
        }

        /// Where four rows begin from `start` on; the last one again where there are fewer.
        #[target_feature(enable = $features)]
        #[inline]
        unsafe fn starts(
            rows: Rows<'_>,
            count: usize,
            start: usize,
            row_at: &impl Fn(usize) -> usize,
        ) -> [*const i8; 4] {
            let begin = rows.codes.as_ptr();
            // SAFETY: the caller says that the rows exist, so the product stays inside the codes.
            let place =
                |next: usize| unsafe { begin.add(row_at((start + next).min(count - 1)) * rows.stride) };
            [place(0), place(1), place(2), place(3)]
        }

        /// Sums to scores, with the roundings of the reference in the same order.
        #[target_feature(enable = $features)]
        #[inline]
        fn finish(
            query: &Query,
            rows: Rows<'_>,
            count: usize,
            row_at: impl Fn(usize) -> usize,
            dots: &[i32; PIECE],
            out: &mut Scores,
        ) {
            for (place, (&dot, out)) in dots[..count].iter().zip(out).enumerate() {
                let row = row_at(place);
                *out = (dot - $bias * rows.sums[row]) as f32 * (query.scale * rows.scales[row]);
            }
        }
    };
}

pub(super) use pieces;
