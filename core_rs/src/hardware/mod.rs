//! What depends on the machine: vector instructions and large pages. The only module that may use `unsafe`.
//!
//! Everything public here is safe to call. A `Simd` can only be had for an instruction set this processor
//! has, so holding one is the proof that its kernels may run; slices carry their lengths to the door of each
//! kernel, which checks them once for a whole block of rows.
#![allow(
    unsafe_code,
    reason = "vector intrinsics load through pointers, and a mapped file is only as constant as its owner says"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod choice;
pub mod coarse;
pub mod halves;
pub mod map;
#[cfg(target_arch = "aarch64")]
mod neon;
pub mod pages;
mod pieces;
pub mod rows;
mod scalar;
#[cfg(test)]
mod tests;

pub use choice::Simd;
