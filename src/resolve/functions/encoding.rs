//! (family encoding)

use super::{Call, Failure};
use crate::resolve::value::Value;

pub(super) fn base64decode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn base64encode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn base64gzip(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn bcrypt(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn csvdecode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn jsondecode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn jsonencode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn md5(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn rsadecrypt(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn sha1(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn sha256(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn sha512(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn textdecodebase64(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn textencodebase64(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn urlencode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn uuidv4(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn uuidv5(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn yamldecode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}

pub(super) fn yamlencode(_call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unsupported)
}
