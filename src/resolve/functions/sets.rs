//! (family sets)

use super::{Call, Failure};
use crate::resolve::value::Value;

pub(super) fn setintersection(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn setproduct(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn setunion(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}
