//! What stands in the client's place where the feature `aws` is off.

use serde_json::Value as Json;

use super::{Call, Error, Failed, Identity, Service};

/// Never there.
#[derive(Debug)]
pub enum Session {}

impl Session {
    /// Says how to get a program that can.
    pub fn connect(_region: Option<&str>) -> Result<Self, Error> {
        Err(Error::NotBuiltIn)
    }

    /// Whose account it is.
    pub fn identity(&self) -> &Identity {
        match *self {}
    }
}

impl Service for Session {
    fn ask(&self, _call: &Call<'_>) -> Result<Json, Failed> {
        match *self {}
    }

    fn pause(&self, _milliseconds: u64) {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_to_get_one() {
        let said = Session::connect(None).map(|_| ()).map_err(|error| error.to_string());
        assert!(said.is_err_and(|said| said.contains("`cargo install formwork --features aws`")));
    }
}
