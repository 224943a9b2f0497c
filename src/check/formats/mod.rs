//! What texts have to look like, as the programs read them that Packer's plugins are made of.
//!
//! In: a format and a whole known text. Out: what is wrong with it, or nothing. A fault that Packer itself finds only while
//! the build runs is a warning.

mod boot_command;
mod checksum;
mod network;
mod time;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::Severity;
use crate::resolve::duration;
use crate::schema::Format;

pub(super) use boot_command::misfit as boot_command;

/// Why a text is not of its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// What it has to be: `a duration`.
    pub(super) wanted: &'static str,
    /// What to write. Never holds a part of the text.
    pub(super) help: String,
    /// Whether Packer refuses it before the build.
    pub(super) severity: Severity,
}

impl Misfit {
    fn error(wanted: &'static str, help: &str) -> Self {
        Self { wanted, help: help.to_owned(), severity: Severity::Error }
    }

    fn warning(wanted: &'static str, help: &str) -> Self {
        Self { severity: Severity::Warning, ..Self::error(wanted, help) }
    }
}

/// What is wrong with a text that is not empty.
pub(super) fn misfit(format: Format, text: &str) -> Option<Misfit> {
    let unless = |fits: bool, misfit: Misfit| (!fits).then_some(misfit);
    match format {
        Format::Duration => unless(
            duration::parse(text).is_some(),
            Misfit::error("a duration", "write numbers with units, as in `\"90s\"` or `\"1h30m\"`"),
        ),
        Format::Checksum => checksum::misfit(text),
        Format::Rfc3339 => unless(
            time::is_rfc3339(text),
            Misfit::error("a date and time", "write both and the time zone, as in `\"2030-01-31T12:00:00Z\"`"),
        ),
        // No plugin looks at it; the service that gets it does.
        Format::Base64 => {
            unless(is_base64(text), Misfit::warning("Base64 text", "encode it, for example with `base64encode(…)`"))
        }
        Format::Json => unless(is_json(text), Misfit::error("JSON text", "write it with `jsonencode(…)`")),
        Format::Ip => unless(
            network::is_ip(text),
            Misfit::error("an IP address", "write it as in `\"192.0.2.10\"` or `\"2001:db8::10\"`"),
        ),
        Format::Ipv4 => {
            unless(network::is_ipv4(text), Misfit::error("an IPv4 address", "write it as in `\"192.0.2.10\"`"))
        }
        Format::Cidr => unless(
            network::is_cidr(text),
            Misfit::error(
                "a block of addresses",
                "write an address and how many of its bits count, as in `\"192.0.2.0/24\"`",
            ),
        ),
        Format::IpOrCidr => unless(
            network::is_ip(text) || network::is_cidr(text),
            Misfit::error(
                "an IP address or a block of addresses",
                "write it as in `\"192.0.2.10\"` or `\"192.0.2.0/24\"`",
            ),
        ),
        Format::Tunnel => unless(
            network::is_tunnel(text),
            Misfit::error("a tunnel", "write port, host and port, as in `\"8080:localhost:80\"`"),
        ),
        Format::AzureResourceId => unless(
            is_azure_resource_id(text),
            Misfit::error(
                "the id of a resource",
                "write it in full: `\"/subscriptions/…/resourceGroups/…/providers/…/TYPE/NAME\"`",
            ),
        ),
        // No plugin looks at it; Docker does, when the image is made.
        Format::DockerChange => unless(
            is_docker_change(text),
            Misfit::warning(
                "an instruction that changes an image",
                "write `CMD`, `ENTRYPOINT`, `ENV`, `EXPOSE`, `LABEL`, `ONBUILD`, `USER`, `VOLUME` or `WORKDIR`; \
                 files and commands belong into provisioners",
            ),
        ),
        // Asked of numbers, of lists, of the language's own, or of nothing.
        Format::Integer | Format::Tristate | Format::Bytes | Format::BootCommand | Format::TypeExpression => None,
    }
}

/// Whether it begins with no instruction that only a Dockerfile can have. What else there may be is not for us to say.
fn is_docker_change(text: &str) -> bool {
    const ONLY_IN_FILES: [&str; 7] = ["ADD", "ARG", "COPY", "FROM", "MAINTAINER", "RUN", "SHELL"];
    let word = text.split_whitespace().next().unwrap_or_default();
    !ONLY_IN_FILES.iter().any(|other| word.eq_ignore_ascii_case(other))
}

/// Go's decoder passes over line breaks.
fn is_base64(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(text).is_ok()
}

fn is_json(text: &str) -> bool {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => true,
        // Go reads what is nested deeper than our reader does.
        Err(error) => error.to_string().contains("recursion limit"),
    }
}

/// Pairs of names and values, the first three of which are known.
fn is_azure_resource_id(text: &str) -> bool {
    let parts: Vec<&str> = text.trim_matches('/').split('/').collect();
    let names: Vec<&str> = parts.iter().step_by(2).copied().collect();
    let known = ["subscriptions", "resourceGroups", "providers"];
    parts.len().is_multiple_of(2)
        && names.len() > known.len()
        && parts.iter().all(|part| !part.is_empty())
        && names.iter().zip(known).all(|(name, known)| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that are of a format, and texts that are not.
    const CASES: &[(Format, &[&str], &[&str])] = &[
        (Format::Duration, &["10s", "1h30m", "-1s", "0", "1.5s", ".5m"], &["10", "ten seconds", "1 h", "s"]),
        (
            Format::Rfc3339,
            &["2030-01-31T12:00:00Z", "2028-02-29T23:59:59.5+02:00", "2030-01-31T12:00:00-00:30"],
            &[
                "2030-01-31",
                "2030-01-31 12:00:00Z",
                "2029-02-29T00:00:00Z",
                "2030-13-01T00:00:00Z",
                "2030-01-31T12:00:00",
                "2030-01-31T24:00:00Z",
                "2030-01-31T12:60:00Z",
            ],
        ),
        (Format::Base64, &["aGVsbG8=", "aGVs\nbG8=", "AAAA"], &["hello", "aGVsbG8", "a b="]),
        (Format::Json, &["{}", "{\"a\": [1, null]}", "3"], &["{", "{a: 1}", "{} {}"]),
        (
            Format::Ip,
            &["192.0.2.1", "::1", "fe80::1%eth0", "::ffff:1.2.3.4"],
            &["192.0.2", "192.0.2.1/24", "192.0.2.01", "host"],
        ),
        (Format::Ipv4, &["192.0.2.1", "::ffff:192.0.2.1"], &["::1", "192.0.2.256", "192.0.2.1/32"]),
        (
            Format::Cidr,
            &["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "10.1.2.3/32"],
            &["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/+8", "::/129", "fe80::1%eth0/64"],
        ),
        (Format::IpOrCidr, &["10.0.0.1", "10.0.0.0/8"], &["10.0.0.0/99", "any"]),
        (
            Format::Tunnel,
            &["8080:localhost:80", "1:[::1]:2", "0:host:0", "5::6"],
            &["8080", "8080:localhost", "x:localhost:80", "8080:localhost:http", "8080:a:b:80", "8080:localhost:"],
        ),
        (
            Format::AzureResourceId,
            &[
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i",
                "subscriptions/s/RESOURCEGROUPS/g/providers/p/t/n/",
            ],
            &[
                "/subscriptions/s/resourceGroups/g",
                "/subscriptions/s/resourceGroups//providers/p/t/n",
                "image",
                "/groups/s/resourceGroups/g/providers/p/t/n",
            ],
        ),
    ];

    #[test]
    fn formats_are_read_as_packer_does() {
        for (format, good, bad) in CASES {
            for text in *good {
                assert_eq!(misfit(*format, text), None, "{format:?} {text}");
            }
            for text in *bad {
                assert!(misfit(*format, text).is_some(), "{format:?} {text}");
            }
        }
    }
}
