//! Which vector instructions this process uses.

use std::sync::LazyLock;

/// The variable that names an instruction set: `scalar`, `avx2`, `avx512`, `neon` or `neon-dot`.
pub const VARIABLE: &str = "ANAGNORISIS_SIMD";

/// An instruction set that this processor has. Every one gives the same i8 scores to the last bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simd(pub(super) Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// AVX-512 F, BW, VL and VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2, FMA and F16C.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON with the dot product instruction.
    #[cfg(target_arch = "aarch64")]
    NeonDot,
    /// NEON alone, which every 64-bit ARM has.
    #[cfg(target_arch = "aarch64")]
    Neon,
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
        let mut kinds = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let modern = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c");
            let wide = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni");
            kinds.extend((modern && wide).then_some(Kind::Avx512));
            kinds.extend(modern.then_some(Kind::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        {
            kinds.extend(std::arch::is_aarch64_feature_detected!("dotprod").then_some(Kind::NeonDot));
            kinds.push(Kind::Neon);
        }
        kinds.push(Kind::Scalar);
        kinds.into_iter().map(Self).collect()
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
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            Kind::NeonDot => "neon-dot",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
            Kind::Scalar => "scalar",
        }
    }
}
