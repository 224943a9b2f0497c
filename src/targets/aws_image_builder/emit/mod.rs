//! The resources in each form that can set them up. Nothing is decided here, and nothing can fail.
//!
//! `resources` turns the model into one tree of resources and members, `spelling` says what a form calls them, and a form
//! adds what only it has.

pub(super) mod api;
pub(super) mod cloudformation;
mod hcl;
mod resources;
mod spelling;
pub(super) mod terraform;
