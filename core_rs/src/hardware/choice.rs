//! Which vector instructions this process uses.

use std::sync::LazyLock;

/// The variable that names an instruction set: `scalar`, `avx2`, `avx512` or `neon`.
pub const VARIABLE: &str = "ANAGNORISIS_SIMD";

/// An instruction set that this processor has. Every one gives the same i8 scores to the last bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simd(pub(super) Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Plain Rust: the reference.
    Scalar,
}

static CHOSEN: LazyLock<Result<Simd, String>> = LazyLock::new(|| match std::env::var(VARIABLE) {
    Ok(name) => Simd::named(&name).ok_or_else(|| {
        let known: Vec<_> = Simd::available().into_iter().map(Simd::name).collect();
        format!("{VARIABLE} is {name:?}; this processor has {}", known.join(", "))
    }),
    Err(_) => Ok(Simd::best()),
});

impl Simd {
    /// The reference, which every processor has.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// All that this processor has, the fastest first, `scalar` last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        vec![Self::SCALAR]
    }

    /// The fastest.
    #[must_use]
    pub fn best() -> Self {
        Self::available()[0]
    }

    /// The one of that name, if this processor has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|simd| simd.name() == name)
    }

    /// What `ANAGNORISIS_SIMD` names, else the fastest. Read once.
    ///
    /// # Errors
    /// A sentence when the variable names one that is unknown or missing here.
    pub fn forced() -> Result<Self, &'static str> {
        CHOSEN.as_ref().map(|simd| *simd).map_err(String::as_str)
    }

    /// As `forced`; the reference when the variable is wrong, which the binding refuses at import.
    #[must_use]
    pub fn chosen() -> Self {
        Self::forced().unwrap_or(Self::SCALAR)
    }

    /// Its name, as in the variable.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
        }
    }
}
