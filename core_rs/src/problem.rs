//! Why a file cannot be taken in, as the end of a sentence that begins with its name.

use std::fmt;
use std::io;

/// What is wrong with a file or a folder.
#[derive(Debug)]
pub enum Problem {
    /// It has no bytes at all.
    Empty,
    /// It announces more than there is: a copy or download that is not finished.
    Ends,
    /// Its parts contradict each other.
    Damaged,
    /// A container without a track in it that can be played.
    Silent,
    /// Its suffix says one thing, its bytes another.
    Misnamed {
        /// The suffix without its dot, in lower case.
        suffix: String,
        /// What it holds, with its article: "a PNG image".
        holds: &'static str,
    },
    /// A folder, a pipe or a device where a file is expected.
    NoFile,
    /// A link whose target is not there.
    Dangling,
    /// A link to a folder that it lies in.
    Loop,
    /// A link to a folder, below so many others that links may lead in circles.
    Entangled,
    /// A name that cannot be shown or sent as text.
    Unnameable,
    /// The system refuses it.
    Unreadable(io::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Problem> for io::Error {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Unreadable(error) => error,
            other => Self::other(other.to_string()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Ends => f.write_str("ends in the middle"),
            Self::Damaged => f.write_str("is damaged"),
            Self::Silent => f.write_str("holds no sound that can be played"),
            Self::Misnamed { suffix, holds } => write!(f, "is named .{suffix} but holds {holds}"),
            Self::NoFile => f.write_str("is not a regular file"),
            Self::Dangling => f.write_str("is a link to something that is not there"),
            Self::Loop => f.write_str("is a link to a folder that it lies in"),
            Self::Entangled => f.write_str("lies behind too many links to folders"),
            Self::Unnameable => f.write_str("has a name that is not UTF-8; rename it to see it here"),
            Self::Unreadable(error) => write!(f, "could not be read: {}", reason(error)),
        }
    }
}

/// The system's words without its number, in lower case: "permission denied".
fn reason(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or_default().to_lowercase()
}
