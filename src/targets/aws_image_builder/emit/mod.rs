//! The resources in each form that can set them up. Nothing is decided here, and nothing can fail.

pub(super) mod api;
pub(super) mod cloudformation;
mod hcl;
pub(super) mod terraform;
