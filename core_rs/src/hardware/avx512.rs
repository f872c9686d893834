//! Kernels for processors with AVX-512 VNNI: 64 products of codes an instruction.
//!
//! `dpbusd` multiplies unsigned with signed: the query comes with 128 added to each code, and 128 times the
//! sum of the row is taken off at the end. Exact: |sum| < 2^31 up to 65,000 numbers a row.

use std::arch::x86_64::{
    __m128i, __m512i, _MM_HINT_T0, _mm_add_epi32, _mm_prefetch, _mm256_add_epi32, _mm256_castsi256_si128,
    _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_maskz_loadu_epi16, _mm512_add_ps, _mm512_and_si512,
    _mm512_castsi512_si256, _mm512_cvtph_ps, _mm512_dpbusd_epi32, _mm512_extracti64x4_epi64, _mm512_fmadd_ps,
    _mm512_loadu_si512, _mm512_maskz_loadu_ps, _mm512_reduce_add_ps, _mm512_set1_epi8, _mm512_setzero_ps,
    _mm512_setzero_si512, _mm512_srli_epi16,
};

use half::f16;

super::pieces::pieces!("avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c", 128);

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
#[inline]
unsafe fn quad(query: &Query, rows: [*const i8; 4], ahead: [*const i8; 4], stride: usize) -> [i32; 4] {
    let mut sums = [_mm512_setzero_si512(); 4];
    for at in (0..stride).step_by(64) {
        // SAFETY: the caller says that query and rows are `stride` long, a multiple of 64.
        unsafe {
            let query = _mm512_loadu_si512(query.shifted.as_ptr().add(at).cast());
            for ((sum, row), ahead) in sums.iter_mut().zip(rows).zip(ahead) {
                _mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(at));
                *sum = _mm512_dpbusd_epi32(*sum, query, _mm512_loadu_si512(row.add(at).cast()));
            }
        }
    }
    totals(sums)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
#[inline]
unsafe fn square(queries: &[Query; 4], rows: [*const i8; 4], stride: usize) -> [[i32; 4]; 4] {
    let mut sums = [[_mm512_setzero_si512(); 4]; 4];
    for at in (0..stride).step_by(64) {
        // SAFETY: as in `quad`.
        unsafe {
            let rows = rows.map(|row| _mm512_loadu_si512(row.add(at).cast()));
            for (sums, query) in sums.iter_mut().zip(queries) {
                let query = _mm512_loadu_si512(query.shifted.as_ptr().add(at).cast());
                for (sum, row) in sums.iter_mut().zip(rows) {
                    *sum = _mm512_dpbusd_epi32(*sum, query, row);
                }
            }
        }
    }
    sums.map(|sums| totals(sums))
}

/// Sums of query code × lifted coarse code for rows that follow each other.
///
/// # Safety
/// The processor has the instructions; `rows` are whole rows of half as many bytes as the query has codes, a
/// multiple of 128.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
unsafe fn coarse(query: &[i8], rows: &[u8], dots: &mut [i32; PIECE]) {
    let width = query.len() / 2;
    let half = _mm512_set1_epi8(15);
    let count = rows.len() / width;
    for start in (0..count).step_by(4) {
        let mut sums = [_mm512_setzero_si512(); 4];
        for at in (0..width).step_by(64) {
            // SAFETY: `2 * at + 128` is within the query, `at + 64` within each row; the last row stands in
            // where there are fewer than four.
            unsafe {
                let low = _mm512_loadu_si512(query.as_ptr().add(2 * at).cast());
                let high = _mm512_loadu_si512(query.as_ptr().add(2 * at + 64).cast());
                for (next, sum) in sums.iter_mut().enumerate() {
                    let row = rows.as_ptr().add((start + next).min(count - 1) * width + at);
                    _mm_prefetch::<_MM_HINT_T0>(row.cast::<i8>().wrapping_add(SWEPT));
                    let bytes = _mm512_loadu_si512(row.cast());
                    *sum = _mm512_dpbusd_epi32(*sum, _mm512_and_si512(bytes, half), low);
                    let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half);
                    *sum = _mm512_dpbusd_epi32(*sum, upper, high);
                }
            }
        }
        dots[start..start + 4].copy_from_slice(&totals(sums));
    }
}

/// The sum of each of four registers.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
#[inline]
fn totals(sums: [__m512i; 4]) -> [i32; 4] {
    let halves =
        sums.map(|sum| _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum)));
    let pairs = (_mm256_hadd_epi32(halves[0], halves[1]), _mm256_hadd_epi32(halves[2], halves[3]));
    let fours = _mm256_hadd_epi32(pairs.0, pairs.1);
    let total = _mm_add_epi32(_mm256_castsi256_si128(fours), _mm256_extracti128_si256::<1>(fours));
    // SAFETY: both are sixteen bytes, and any bits are four numbers.
    unsafe { std::mem::transmute::<__m128i, [i32; 4]>(total) }
}

/// x'y of an f32 vector and an f16 row.
///
/// # Safety
/// The processor has the instructions; both have the same length.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
pub(super) unsafe fn dot(query: &[f32], row: &[f16]) -> f32 {
    let mut sums = [_mm512_setzero_ps(); 4];
    for (turn, at) in (0..query.len()).step_by(16).enumerate() {
        let mask = if query.len() - at < 16 { (1 << (query.len() - at)) - 1 } else { !0 };
        // SAFETY: the mask keeps what lies past the end from being read.
        unsafe {
            let halves = _mm256_maskz_loadu_epi16(mask, row.as_ptr().add(at).cast());
            let query = _mm512_maskz_loadu_ps(mask, query.as_ptr().add(at));
            sums[turn % 4] = _mm512_fmadd_ps(query, _mm512_cvtph_ps(halves), sums[turn % 4]);
        }
    }
    let [a, b, c, d] = sums;
    _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)))
}

/// Reads every word.
///
/// # Safety
/// The processor has the instructions.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
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
