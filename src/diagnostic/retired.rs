//! Codes that were reported once: whoever still names one is told what became of it.

/// A code that is not reported any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The code.
    pub code: &'static str,
    /// The code that says it now.
    pub instead: &'static str,
}

/// Every retired code, sorted.
pub const RETIRED: &[Retired] = &[Retired { code: "missing-local-file", instead: "missing-file" }];

/// The retired code of that name.
pub fn retired(code: &str) -> Option<&'static Retired> {
    RETIRED.iter().find(|retired| retired.code == code)
}
