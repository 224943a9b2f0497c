//! (family time)

use super::{Call, Failure};
use crate::resolve::value::Value;

pub(super) fn formatdate(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn legacy_isotime(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn legacy_strftime(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn rfc3339_parse(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn timeadd(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn timestamp(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn unix_timestamp_parse(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}
