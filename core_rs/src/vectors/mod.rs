//! Vectors on disk: one store per model and width, in a folder of its own.
//!
//! A store is a manifest, immutable segments, graves (which rows of a segment are dead) and a log of what came
//! since. An operation is in the log and on disk before its verb returns. Nothing is ever changed in place: new
//! files come beside the old, the manifest is replaced by rename, then the old ones go. What f16 rows can give
//! again (codes, order, lists) is made again when it is damaged; f16 rows that are damaged are reported by id.

#[cfg(target_endian = "big")]
compile_error!("the files of the vector store are little-endian and are read without conversion");

mod bytes;
mod disk;
pub mod fault;
mod graves;
mod layout;
mod listing;
mod lists;
mod lock;
mod log;
mod manifest;
mod memtable;
mod merge;
pub mod open;
#[cfg(test)]
mod scratch;
mod seal;
mod segment;
pub mod store;
#[cfg(test)]
mod tests;
mod view;
mod write;
