//! The account of AWS: what it has against what the requests of `aws-image-builder` would make, and making it so.
//!
//! Comes in: the files of the form `api`, which are the only definition of what is set up. [`Definitions`] reads them,
//! [`look()`] asks the account for each and gives what is there in the same words, [`publish()`] makes what is missing and
//! changes what differs. Nothing is remembered between runs: the account is the state, so a run that stopped anywhere is
//! completed by the next. Nothing is ever deleted.
//!
//! Everything here speaks to a [`Service`]; the one that calls AWS is [`Session`], and it alone knows the SDK.

mod definitions;
mod error;
mod look;
mod meant;
mod publish;

// Without the client everything stays, but nobody can be asked.
#[cfg(not(feature = "aws"))]
mod absent;
#[cfg(feature = "aws")]
mod client;

#[cfg(not(feature = "aws"))]
pub use absent::Session;
#[cfg(feature = "aws")]
pub use client::Session;
pub use definitions::{Asset, Definition, Definitions, Kind};
pub use error::{Error, Failed};
pub use look::{Leftover, Seen, leftovers, look};
pub use publish::{Done, Step, publish, steps};

use serde_json::Value as Json;

/// Whose account it is, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// `eu-west-1`
    pub region: String,
    /// The first part of ARNs behind `arn:`.
    pub partition: String,
}

impl Identity {
    /// The ARN of a resource of Image Builder: `rest` is its name, and its version where it has one.
    pub(crate) fn arn(&self, kind: &str, rest: &str) -> String {
        let Self { account, region, partition } = self;
        format!("arn:{partition}:imagebuilder:{region}:{account}:{kind}/{rest}")
    }
}

/// A call of a service.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The service's own name of the operation.
    pub operation: &'a str,
    /// Its members, as the service names them.
    pub body: &'a Json,
    /// The content of an object.
    pub content: Option<&'a [u8]>,
}

/// Somebody who answers calls, having tried often enough.
pub trait Service {
    /// The answer, with members as the service names them. What was asked for once is asked for again with the same
    /// token until it is answered, so an answer may be that of an earlier try.
    fn ask(&self, call: &Call<'_>) -> Result<Json, Failed>;

    /// Lets time go by.
    fn pause(&self, milliseconds: u64);
}
