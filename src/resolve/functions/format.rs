//! (family format)

use super::{Call, Failure};
use crate::resolve::value::Value;

pub(super) fn format(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn formatlist(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}
