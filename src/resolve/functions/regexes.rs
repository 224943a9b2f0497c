//! (family regexes)

use super::{Call, Failure};
use crate::resolve::value::Value;

pub(super) fn regex(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn regex_replace(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn regexall(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}
