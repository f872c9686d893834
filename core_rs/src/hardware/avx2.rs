//! Kernels for every x86-64 of the last ten years: AVX2 with FMA and F16C.
//!
//! Codes are widened to 16 bits and multiplied with `madd`, which is exact; `maddubs` would saturate.

use std::arch::x86_64::{
    __m128i, __m256, __m256i, _MM_HINT_T0, _mm_add_epi32, _mm_loadu_si128, _mm_prefetch, _mm256_add_epi16,
    _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_castsi256_si128, _mm256_cvtepi8_epi16,
    _mm256_cvtph_ps, _mm256_extracti128_si256, _mm256_fmadd_ps, _mm256_hadd_epi32, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_setzero_ps, _mm256_setzero_si256, _mm256_srli_epi16,
};

use half::f16;

super::pieces::pieces!("avx2,fma,f16c", 0);

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
unsafe fn quad(query: &Query, rows: [*const i8; 4], ahead: [*const i8; 4], stride: usize) -> [i32; 4] {
    let mut sums = [_mm256_setzero_si256(); 4];
    for at in (0..stride).step_by(16) {
        // SAFETY: the caller says that query and rows are `stride` long, a multiple of 16.
        unsafe {
            let query = _mm256_loadu_si256(query.wide.as_ptr().add(at).cast());
            if at.is_multiple_of(64) {
                for row in ahead {
                    _mm_prefetch::<_MM_HINT_T0>(row.wrapping_add(at));
                }
            }
            for (sum, row) in sums.iter_mut().zip(rows) {
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(query, widened(row.add(at))));
            }
        }
    }
    totals(sums)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
unsafe fn square(queries: &[Query; 4], rows: [*const i8; 4], stride: usize) -> [[i32; 4]; 4] {
    let (first, second) = (queries[0].wide.as_ptr(), queries[1].wide.as_ptr());
    let (third, fourth) = (queries[2].wide.as_ptr(), queries[3].wide.as_ptr());
    // SAFETY: the caller's promise.
    let (low, high) = unsafe { (pair([first, second], rows, stride), pair([third, fourth], rows, stride)) };
    [low[0], low[1], high[0], high[1]]
}

/// Two queries times four rows: eight sums are what sixteen registers hold without spilling.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
unsafe fn pair(queries: [*const i16; 2], rows: [*const i8; 4], stride: usize) -> [[i32; 4]; 2] {
    let mut sums = [[_mm256_setzero_si256(); 4]; 2];
    for at in (0..stride).step_by(16) {
        // SAFETY: as in `quad`.
        unsafe {
            let queries = queries.map(|query| _mm256_loadu_si256(query.add(at).cast()));
            for (place, row) in rows.into_iter().enumerate() {
                let row = widened(row.add(at));
                for (sums, query) in sums.iter_mut().zip(queries) {
                    sums[place] = _mm256_add_epi32(sums[place], _mm256_madd_epi16(query, row));
                }
            }
        }
    }
    sums.map(|sums| totals(sums))
}

/// Sums of query code × lifted coarse code for rows that follow each other.
///
/// `maddubs` is exact here: two products of at most 15 × 127 stay far below the 32,767 at which it saturates.
///
/// # Safety
/// The processor has the instructions; `rows` are whole rows of half as many bytes as the query has codes, a
/// multiple of 128.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn coarse(query: &[i8], rows: &[u8], dots: &mut [i32; PIECE]) {
    let width = query.len() / 2;
    let (half, ones) = (_mm256_set1_epi8(15), _mm256_set1_epi16(1));
    let count = rows.len() / width;
    for start in (0..count).step_by(4) {
        let mut sums = [_mm256_setzero_si256(); 4];
        for at in (0..width).step_by(32) {
            // Bytes of the second half of a group belong to codes 32 further on.
            let codes = at / 64 * 128 + at % 64;
            // SAFETY: `codes + 96` is within the query, `at + 32` within each row; the last row stands in
            // where there are fewer than four.
            unsafe {
                let low = _mm256_loadu_si256(query.as_ptr().add(codes).cast());
                let high = _mm256_loadu_si256(query.as_ptr().add(codes + 64).cast());
                for (next, sum) in sums.iter_mut().enumerate() {
                    let row = rows.as_ptr().add((start + next).min(count - 1) * width + at);
                    _mm_prefetch::<_MM_HINT_T0>(row.cast::<i8>().wrapping_add(SWEPT));
                    let bytes = _mm256_loadu_si256(row.cast());
                    let lower = _mm256_maddubs_epi16(_mm256_and_si256(bytes, half), low);
                    let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
                    let both = _mm256_add_epi16(lower, _mm256_maddubs_epi16(upper, high));
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(both, ones));
                }
            }
        }
        dots[start..start + 4].copy_from_slice(&totals(sums));
    }
}

/// Sixteen codes as 16-bit numbers.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
unsafe fn widened(codes: *const i8) -> __m256i {
    // SAFETY: the caller says that sixteen codes are there.
    _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(codes.cast()) })
}

/// The sum of each of four registers.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn totals(sums: [__m256i; 4]) -> [i32; 4] {
    let pairs = (_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
    let fours = _mm256_hadd_epi32(pairs.0, pairs.1);
    let total = _mm_add_epi32(_mm256_castsi256_si128(fours), _mm256_extracti128_si256::<1>(fours));
    // SAFETY: both are sixteen bytes, and any bits are four numbers.
    unsafe { std::mem::transmute::<__m128i, [i32; 4]>(total) }
}

/// x'y of an f32 vector and an f16 row.
///
/// # Safety
/// The processor has the instructions; both have the same length.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn dot(query: &[f32], row: &[f16]) -> f32 {
    let mut sums: [__m256; 4] = [_mm256_setzero_ps(); 4];
    let whole = query.len() / 32 * 32;
    for at in (0..whole).step_by(32) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            // SAFETY: `at + 32` is within both.
            unsafe {
                let halves = _mm_loadu_si128(row.as_ptr().add(at + 8 * lane).cast());
                let query = _mm256_loadu_ps(query.as_ptr().add(at + 8 * lane));
                *sum = _mm256_fmadd_ps(query, _mm256_cvtph_ps(halves), *sum);
            }
        }
    }
    let sum = _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3]));
    // SAFETY: both are 32 bytes, and any bits are eight numbers.
    let lanes = unsafe { std::mem::transmute::<__m256, [f32; 8]>(sum) };
    lanes.iter().sum::<f32>() + super::scalar::dot(&query[whole..], &row[whole..])
}

/// Reads every word.
///
/// # Safety
/// The processor has the instructions.
#[target_feature(enable = "avx2,fma,f16c")]
#[allow(unused_unsafe, reason = "fetching is an unsafe call in older compilers only")]
pub(super) unsafe fn read(words: &[u64]) -> u64 {
    let each = words.chunks(512).map(|part| {
        for line in 0..64 {
            // SAFETY: fetching ahead is allowed at any address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(part.as_ptr().wrapping_add(1024 + 8 * line).cast()) };
        }
        super::scalar::read(part)
    });
    each.fold(0, u64::wrapping_add)
}
