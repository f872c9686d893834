//! Memory in huge pages, so that a scan does not stop at every 4 KB to look up where it reads.

use std::marker::PhantomData;

use memmap2::{MmapMut, MmapOptions};

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
