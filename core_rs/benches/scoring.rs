//! Milliseconds of the scoring kernels beside a plain loop.

fn main() {}
