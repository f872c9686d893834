//! What depends on the machine: vector instructions and large pages. The only module that may use `unsafe`.
//!
//! Everything public here is safe to call. A `Simd` can only be had for an instruction set this processor
//! has, so holding one is the proof that its kernels may run; slices carry their lengths to the door of each
//! kernel, which checks them once for a whole block of rows.
#![allow(
    unsafe_code,
    reason = "vector intrinsics load through pointers, and a mapped file is only as constant as its owner says"
)]

mod choice;
mod floats;
pub mod halves;
pub mod pages;
pub mod products;
pub mod rows;
mod scalar;

pub use choice::Simd;
