//! Memory in huge pages, so that a scan does not stop at every 4 KB to look up where it reads.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
use std::marker::PhantomData;
use std::time::Instant;

use memmap2::{MmapMut, MmapOptions};
use rayon::prelude::*;

#[cfg(target_arch = "x86_64")]
use super::choice::Kind;
use super::choice::Simd;
use super::scalar;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// Numbers of which every pattern of bits is one and zero is all zeros.
pub trait Plain: Copy + Send + Sync + 'static + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! plain {
    ($($number:ty),*) => { $(impl sealed::Sealed for $number {} impl Plain for $number {})* };
}
plain!(i8, u8, i32, u32, f32, u64, half::f16);

/// Bytes of a huge page on every processor we run on.
const HUGE: usize = 2 << 20;

/// A zeroed array of fixed length in anonymous memory. Asks for huge pages from one upwards; a system without
/// them gives small ones, which is slower and nothing else.
pub struct Pages<T> {
    held: MmapMut,
    len: usize,
    kind: PhantomData<T>,
}

impl<T: Plain> Pages<T> {
    /// `len` zeros.
    ///
    /// # Errors
    /// When the system has no memory left.
    pub fn zeroed(len: usize) -> std::io::Result<Self> {
        let pages = Self::small(len)?;
        #[cfg(target_os = "linux")]
        if len * size_of::<T>() >= HUGE {
            drop(pages.held.advise(memmap2::Advice::HugePage));
        }
        Ok(pages)
    }

    /// `len` zeros in pages as the system gives them: to measure what huge ones are worth.
    ///
    /// # Errors
    /// When the system has no memory left.
    pub fn small(len: usize) -> std::io::Result<Self> {
        let held = MmapOptions::new().len((len * size_of::<T>()).max(1)).map_anon()?;
        Ok(Self { held, len, kind: PhantomData })
    }
}

impl<T: Plain> std::ops::Deref for Pages<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the map holds at least `len` entries, starts on a page, and any bits are a `Plain` number.
        unsafe { std::slice::from_raw_parts(self.held.as_ptr().cast(), self.len) }
    }
}

impl<T: Plain> std::ops::DerefMut for Pages<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`, and the map is ours alone while it is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.held.as_mut_ptr().cast(), self.len) }
    }
}

/// Best bytes a second of `passes` reads over all of `words` by `threads` threads: what memory can give a scan.
///
/// The fastest of the passes, because a shared machine only ever makes one slower.
#[must_use]
pub fn read_rate(words: &[u64], threads: usize, passes: usize) -> f64 {
    let simd = Simd::chosen();
    let part = words.len().div_ceil(threads.max(1)).max(1);
    let mut least = f64::INFINITY;
    for _ in 0..passes {
        let start = Instant::now();
        std::hint::black_box(
            words
                .par_chunks(part)
                .with_max_len(1)
                .map(|words| simd.read(words))
                .reduce(|| 0, u64::wrapping_add),
        );
        least = least.min(start.elapsed().as_secs_f64());
    }
    size_of_val(words) as f64 / least
}

/// Ask for memory that will be read soon, so that it is near by then.
#[inline]
#[allow(unused_unsafe, reason = "fetching is an unsafe call in older compilers only")]
pub fn fetch<T: Plain>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..size_of_val(values)).step_by(64) {
        // SAFETY: fetching ahead is allowed at any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().cast::<i8>().wrapping_add(line)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}

impl Simd {
    /// The wrapping sum of all words, by the widest loads.
    #[must_use]
    pub fn read(self, words: &[u64]) -> u64 {
        // SAFETY: whoever holds a `Simd` has its instructions.
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { avx512::read(words) },
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { avx2::read(words) },
            _ => scalar::read(words),
        }
    }
}
