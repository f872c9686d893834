//! Why a kernel refuses its input, in sentences that name the row and what would fit.

use std::fmt;

/// A reason for refusing an input. The binding turns every one into a `ValueError`.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// An array has the wrong number of columns or entries.
    Size {
        /// Which argument.
        what: &'static str,
        /// Its size as given.
        given: usize,
        /// The size that fits.
        wanted: usize,
    },
    /// A row holds NaN or an infinite number.
    NotFinite {
        /// Which argument.
        what: &'static str,
        /// The first such row of it.
        row: usize,
    },
    /// A row number lies past the end.
    NoSuchRow {
        /// The row as given.
        row: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// A number lies outside its range.
    Range {
        /// Which argument.
        what: &'static str,
        /// Its value as given.
        given: f64,
        /// The range in words.
        wanted: &'static str,
    },
    /// A word is none of those known.
    Word {
        /// Which argument.
        what: &'static str,
        /// The word as given.
        given: String,
        /// Those known, in words.
        wanted: &'static str,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { what, given, wanted } => {
                write!(out, "{what} has {given} entries where {wanted} are needed")
            }
            Self::NotFinite { what, row } => write!(out, "{what} holds NaN or infinity in row {row}"),
            Self::NoSuchRow { row, rows } => {
                write!(out, "row {row} was asked for, but there are {rows} rows")
            }
            Self::Word { what, given, wanted } => write!(out, "{what} is {given:?}; it must be {wanted}"),
            Self::Range { what, given, wanted } => write!(out, "{what} is {given}; it must be {wanted}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Refuse `given` entries of `what` unless there are exactly `wanted`.
///
/// # Errors
/// `Size`.
pub const fn check_size(what: &'static str, given: usize, wanted: usize) -> Result<(), Refusal> {
    if given == wanted { Ok(()) } else { Err(Refusal::Size { what, given, wanted }) }
}

/// Refuse `what` if a value of it is NaN or infinite; `width` values make a row.
///
/// # Errors
/// `NotFinite` naming the first such row.
pub fn check_finite<'a>(
    what: &'static str,
    values: impl IntoIterator<Item = &'a f64>,
    width: usize,
) -> Result<(), Refusal> {
    match values.into_iter().position(|value| !value.is_finite()) {
        Some(at) => Err(Refusal::NotFinite { what, row: at / width.max(1) }),
        None => Ok(()),
    }
}
