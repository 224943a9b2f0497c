//! Every effect: reading the disk, and putting output on it.
//!
//! [`DiskFiles`] is the compiler's view of a real disk. [`output`] puts a run's files below a folder: each is written
//! whole or not at all, what we own is listed in `manifest.json`, and nothing that we do not own is touched. A run that
//! is stopped at any instant leaves a journal, by which the next run knows what is ours. [`replace()`] rewrites a file that
//! its user owns.

#![expect(clippy::disallowed_methods, reason = "this stage is where the disk is read and written")]

pub mod aws;
mod create;
mod difference;
mod disk;
mod effects;
mod manifest;
pub mod output;
mod replace;

pub use create::create;
pub use difference::{unified, unified_between};
pub use disk::DiskFiles;
pub use effects::{Content, Disk, Effects, Found};
pub use manifest::{
    FidelityEntry, FidelityPoint, FidelityRange, FidelityReport, JOURNAL, MANIFEST, Manifest, ManifestFile,
    ManifestImage, ManifestParameter,
};
pub use replace::replace;
