//! Azure is reached with one complete set of credentials, or with none: then it is the identity of the machine.

use super::Asked;
use crate::check::conflicts::CONFLICTING_ATTRIBUTES;
use crate::check::required::REQUIRED_ATTRIBUTE;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What proves who the client is; one of them does.
const PROOFS: [&str; 3] = ["client_secret", "client_cert_path", "client_jwt"];

/// Without any of these the machine's own identity is used.
const MARKS: [&str; 6] =
    ["client_secret", "client_jwt", "client_cert_path", "tenant_id", "oidc_request_token", "oidc_request_url"];

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let Asked { subject, inside } = asked;
    let all_may = |fields: &[&str]| fields.iter().all(|field| asked.may_be_set(field));
    let is_client = all_may(&["subscription_id", "client_id"]);
    let set: Vec<&str> = PROOFS.into_iter().filter(|proof| asked.is_set(proof)).collect();
    let is_principal = is_client && set.len() <= 1 && PROOFS.iter().any(|proof| asked.may_be_set(proof));
    let is_oidc = is_client && all_may(&["oidc_request_url", "oidc_request_token"]);
    let is_machine = !MARKS.iter().any(|mark| asked.is_set(mark));
    if asked.may_be_set("use_azure_cli_auth") || is_principal || is_oidc || is_machine || !subject.complete {
        return Vec::new();
    }
    let places = |fields: &[&str]| -> Vec<Span> {
        let mut places: Vec<Span> = fields.iter().filter_map(|field| inside.written_set(field)).collect();
        places.sort_unstable();
        places
    };
    if let (true, [first, second, ..]) = (is_client, places(&set).as_slice()) {
        let message = format!("{} takes only one proof of who the client is", subject.name);
        return vec![
            CONFLICTING_ATTRIBUTES
                .at(*second, message)
                .label("a second one")
                .also(*first, "the first one")
                .help("keep one of `client_secret`, `client_cert_path` and `client_jwt`"),
        ];
    }
    let place = places(&MARKS).first().copied().unwrap_or(inside.place);
    vec![
        REQUIRED_ATTRIBUTE
            .at(place, format!("the credentials of {} are not complete", subject.name))
            .label("not enough to log in")
            .help("set `subscription_id`, `client_id` and one of `client_secret`, `client_cert_path` and `client_jwt`; or `use_azure_cli_auth = true` alone"),
    ]
}
