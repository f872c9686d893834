//! Scores of i8 rows, up to 64 a call: the inner loop of every search.
//!
//! score = (sum of query code × row code) × (query scale × row scale). The sum is exact in i32 and the two
//! roundings come in the same order everywhere, so every instruction set gives the same bits.

use super::choice::{Kind, Simd};
#[cfg(target_arch = "aarch64")]
use super::neon;
use super::scalar;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// Calls the kernel of that name in the module of the instruction set.
macro_rules! dispatch {
    ($simd:expr, $kernel:ident($($argument:expr),*)) => {
        // SAFETY: whoever holds a `Simd` has its instructions, and the sizes were checked just before.
        match $simd.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { avx512::$kernel($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { avx2::$kernel($($argument),*) },
            #[cfg(target_arch = "aarch64")]
            Kind::NeonDot => unsafe { neon::dotprod::$kernel($($argument),*) },
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => unsafe { neon::widening::$kernel($($argument),*) },
            Kind::Scalar => scalar::$kernel($($argument),*),
        }
    };
}
pub(super) use dispatch;

/// Rows scored by one call, and bits of a mask word.
pub const PIECE: usize = 64;

/// Rows are padded with zeros to a multiple of this many codes, so that no kernel has a tail.
pub const LANE: usize = 64;

/// Codes of a row of `dim` numbers, with its padding.
#[must_use]
pub const fn stride(dim: usize) -> usize {
    dim.next_multiple_of(LANE)
}

/// A query in i8, `stride(dim)` codes, also in the forms that instructions want: 16 bits wide; plus 128, unsigned.
#[derive(Clone, Debug)]
pub struct Query {
    pub(super) codes: Vec<i8>,
    /// The codes with zeros up to a whole group of coarse ones.
    pub(super) padded: Vec<i8>,
    pub(super) sum: i32,
    #[cfg(target_arch = "x86_64")]
    pub(super) wide: Vec<i16>,
    #[cfg(target_arch = "x86_64")]
    pub(super) shifted: Vec<u8>,
    pub(super) scale: f32,
}

impl Query {
    /// From padded codes and their scale.
    ///
    /// # Panics
    /// When the codes are not padded to `LANE`.
    #[must_use]
    pub fn new(codes: Vec<i8>, scale: f32) -> Self {
        assert!(codes.len().is_multiple_of(LANE), "codes are padded");
        let mut padded = codes.clone();
        padded.resize(2 * super::coarse::width(codes.len()), 0);
        Self {
            padded,
            sum: codes.iter().map(|&code| i32::from(code)).sum(),
            #[cfg(target_arch = "x86_64")]
            wide: codes.iter().map(|&code| i16::from(code)).collect(),
            #[cfg(target_arch = "x86_64")]
            shifted: codes.iter().map(|&code| (i16::from(code) + 128) as u8).collect(),
            codes,
            scale,
        }
    }

    /// Codes with padding.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.codes.len()
    }

    /// |x|² of what the codes say.
    #[must_use]
    pub fn length_squared(&self) -> f32 {
        length_squared(&self.codes, self.scale)
    }

    /// What one step of a code is worth.
    #[must_use]
    pub const fn scale(&self) -> f32 {
        self.scale
    }
}

/// Quantised rows: `(n, stride)` codes, and scale and sum of codes for each row.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub(super) codes: &'a [i8],
    pub(super) scales: &'a [f32],
    pub(super) sums: &'a [i32],
    pub(super) stride: usize,
}

impl<'a> Rows<'a> {
    /// Views of equal numbers of rows.
    ///
    /// # Panics
    /// When the sizes do not agree; whoever opens files checks them before.
    #[must_use]
    pub fn new(codes: &'a [i8], scales: &'a [f32], sums: &'a [i32], stride: usize) -> Self {
        assert!(stride.is_multiple_of(LANE) && stride > 0, "rows are padded");
        assert!(
            codes.len() == scales.len() * stride && sums.len() == scales.len(),
            "one scale and sum a row"
        );
        Self { codes, scales, sums, stride }
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// |x|² of what the codes of a row say.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn length_squared(&self, row: usize) -> f32 {
        length_squared(&self.codes[row * self.stride..][..self.stride], self.scales[row])
    }
}

fn length_squared(codes: &[i8], scale: f32) -> f32 {
    let sum: i32 = codes.iter().map(|&code| i32::from(code) * i32::from(code)).sum();
    sum as f32 * (scale * scale)
}

/// The scores of up to `PIECE` rows.
pub type Scores = [f32; PIECE];

impl Simd {
    /// Scores of rows `first..first + count` in `out[..count]`; bit j says that out[j] >= floor.
    ///
    /// # Panics
    /// As `gather` and `tile`: when there are no such rows, too many of them, or the query is of another width.
    pub fn sweep(
        self,
        query: &Query,
        rows: Rows<'_>,
        first: usize,
        count: usize,
        floor: f32,
        out: &mut Scores,
    ) -> u64 {
        assert!(count <= PIECE && first + count <= rows.len() && query.stride() == rows.stride);
        dispatch!(self, sweep(query, rows, first, count, floor, out))
    }

    /// Scores of the rows of those numbers, at most `PIECE`, as `sweep` gives them.
    ///
    /// # Panics
    /// As `sweep`.
    pub fn gather(self, query: &Query, rows: Rows<'_>, numbers: &[u32], floor: f32, out: &mut Scores) -> u64 {
        assert!(numbers.len() <= PIECE && query.stride() == rows.stride);
        assert!(numbers.iter().all(|&number| (number as usize) < rows.len()));
        dispatch!(self, gather(query, rows, numbers, floor, out))
    }

    /// Scores of rows `first..first + count` for several queries at once: `out[q][j]`.
    ///
    /// # Panics
    /// As `sweep`.
    pub fn tile(self, queries: &[Query], rows: Rows<'_>, first: usize, count: usize, out: &mut [Scores]) {
        assert!(count <= PIECE && first + count <= rows.len() && queries.len() <= out.len());
        assert!(queries.iter().all(|query| query.stride() == rows.stride));
        dispatch!(self, tile(queries, rows, first, count, out));
    }
}
