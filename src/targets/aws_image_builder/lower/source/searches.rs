//! Searches for AMIs that many templates have, and what they are called elsewhere.
//!
//! Image Builder cannot search. What its vendor publishes is found by name all the same: by a public parameter of Systems
//! Manager that holds the newest AMI's id, or as a managed image of Image Builder. The table is `parents.json`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::targets::text::shell;

/// A row of the table.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Owners of which one has to be asked for.
    owners: Vec<String>,
    /// What the filter `name` has to be. The group `arch` is the architecture; without it the filter `architecture` has to
    /// tell it, unless there is only one.
    name: String,
    /// A public parameter of Systems Manager that holds the newest AMI's id. `{group}` stands for a group of the name,
    /// `{a|b}` for how the vendor spells x86_64 and arm64.
    #[serde(default)]
    parameter: Option<String>,
    /// The name of the managed image, spelled alike; there where there is no parameter.
    #[serde(default)]
    image: Option<String>,
    /// `Windows`; nothing is Linux.
    #[serde(default)]
    platform: Option<String>,
    /// The name of its root device.
    root_device: String,
}

static TABLE: LazyLock<Vec<(Regex, Row)>> = LazyLock::new(|| {
    let text = include_str!("../../../../../targets/aws-image-builder/parents.json");
    let all: Vec<Row> = serde_json::from_str(text).expect("internal error: parents.json cannot be read");
    let compiled = |row: Row| {
        let name = Regex::new(&format!("^(?:{})$", row.name)).expect("internal error: a pattern in parents.json");
        (name, row)
    };
    all.into_iter().map(compiled).collect()
});

static HOLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{([a-z0-9_]+)(?:\|([a-z0-9_]+))?\}").expect("internal error: a pattern"));

/// Where the newest AMI of a search is found by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The name of a parameter of Systems Manager.
    Parameter(String),
    /// The name of a managed image.
    Image(String),
}

/// What a search is known as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) place: Place,
    pub(super) windows: bool,
    /// The name of its root device.
    pub(super) root_device: &'static str,
}

/// What these filters and owners search for; nothing if that is in no table.
pub(super) fn known(filters: &[(String, String)], owners: &[String]) -> Option<Known> {
    let get = |name: &str| filters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let usual = filters.iter().all(|(key, value)| match key.as_str() {
        "name" | "architecture" => true,
        "virtualization-type" => value == "hvm",
        "root-device-type" => value == "ebs",
        "state" => value == "available",
        "owner-alias" => value == "amazon",
        "image-type" => value == "machine",
        "hypervisor" => value == "xen",
        "is-public" => value == "true",
        // All of them have it.
        "block-device-mapping.volume-type" => matches!(value.as_str(), "gp2" | "gp3"),
        _ => false,
    });
    if !usual {
        return None;
    }
    let name = get("name")?;
    let alias = get("owner-alias");
    let asked = |row: &Row| owners.iter().map(String::as_str).chain(alias).any(|it| row.owners.iter().any(|o| o == it));
    TABLE.iter().filter(|(_, row)| asked(row)).find_map(|(pattern, row)| {
        let groups = pattern.captures(name)?;
        let arm = arm(row, &groups, get("architecture"))?;
        let place = match (&row.parameter, &row.image) {
            (Some(parameter), _) => Place::Parameter(filled(parameter, &groups, arm)),
            (None, Some(image)) => Place::Image(filled(image, &groups, arm)),
            (None, None) => return None,
        };
        Some(Known { place, windows: row.platform.is_some(), root_device: &row.root_device })
    })
}

/// Whether it is for arm64; nothing if that is not told, or twice and not alike.
fn arm(row: &Row, groups: &Captures<'_>, filter: Option<&str>) -> Option<bool> {
    let both = HOLE.captures_iter(row.parameter.as_ref().or(row.image.as_ref())?).any(|hole| hole.get(2).is_some());
    let spelled = groups.name("arch").map(|arch| arch.as_str() == "arm64");
    let filtered = filter.map(|filter| filter == "arm64");
    match (spelled, filtered) {
        _ if !both => (filtered != Some(true)).then_some(false),
        (Some(one), Some(other)) => (one == other).then_some(one),
        (one, other) => one.or(other),
    }
}

fn filled(form: &str, groups: &Captures<'_>, arm: bool) -> String {
    HOLE.replace_all(form, |hole: &Captures<'_>| match hole.get(2) {
        Some(second) => if arm { second.as_str() } else { &hole[1] }.to_owned(),
        None => groups.name(&hole[1]).map_or("", |group| group.as_str()).to_owned(),
    })
    .into_owned()
}

/// The command that prints the newest AMI of a search.
pub(super) fn command(filters: &[(String, String)], owners: &[String], region: Option<&str>) -> String {
    let mut words = vec!["aws ec2 describe-images".to_owned()];
    if let Some(region) = region {
        words.push(format!("--region {}", shell::word(region)));
    }
    if !owners.is_empty() {
        words.push("--owners".to_owned());
        words.extend(owners.iter().map(|owner| shell::word(owner)));
    }
    if !filters.is_empty() {
        words.push("--filters".to_owned());
        // In the shorthand a comma separates values.
        let value = |value: &str| {
            if value.contains([',', '"']) { format!("\"{}\"", value.replace('"', "\\\"")) } else { value.to_owned() }
        };
        let one = |(name, given): &(String, String)| shell::word(&format!("Name={name},Values={}", value(given)));
        words.extend(filters.iter().map(one));
    }
    words.push("--query 'sort_by(Images,&CreationDate)[-1].ImageId' --output text".to_owned());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(name: &str, owner: &str, more: &[(&str, &str)]) -> Option<String> {
        let mut filters = vec![("name".to_owned(), name.to_owned())];
        filters.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        known(&filters, &[owner.to_owned()]).map(|known| match known.place {
            Place::Parameter(name) => name.strip_prefix("/aws/service/").map(str::to_owned).unwrap_or(name),
            Place::Image(name) => name,
        })
    }

    #[test]
    fn searches_of_many_templates_have_a_name() {
        const HVM: &[(&str, &str)] = &[("virtualization-type", "hvm"), ("root-device-type", "ebs")];
        const ARM: &[(&str, &str)] = &[("architecture", "arm64")];
        const X86: &[(&str, &str)] = &[("architecture", "x86_64")];
        let linux = "ami-amazon-linux-latest";
        let ubuntu = "canonical/ubuntu/server";
        let windows = "ami-windows-latest/Windows_Server";
        for (name, owner, more, found) in [
            ("al2023-ami-2023*-x86_64", "amazon", HVM, format!("{linux}/al2023-ami-kernel-default-x86_64")),
            ("al2023-ami-*-arm64", "137112412989", &[], format!("{linux}/al2023-ami-kernel-default-arm64")),
            ("al2023-ami-*-kernel-6.*-x86_64", "amazon", &[], format!("{linux}/al2023-ami-kernel-default-x86_64")),
            ("al2023-ami-2023.*-kernel-6.1-x86_64", "amazon", &[], format!("{linux}/al2023-ami-kernel-6.1-x86_64")),
            ("al2023-ami-minimal-*", "amazon", ARM, format!("{linux}/al2023-ami-minimal-kernel-default-arm64")),
            (
                "al2023-ami-minimal-2023.*-kernel-6.12-*",
                "amazon",
                X86,
                format!("{linux}/al2023-ami-minimal-kernel-6.12-x86_64"),
            ),
            ("amzn2-ami-hvm-*-x86_64-gp2", "amazon", HVM, format!("{linux}/amzn2-ami-hvm-x86_64-gp2")),
            ("amzn2-ami-hvm-2*", "amazon", ARM, format!("{linux}/amzn2-ami-hvm-arm64-gp2")),
            ("amzn2-ami-minimal-hvm-*-arm64-ebs", "amazon", &[], format!("{linux}/amzn2-ami-minimal-hvm-arm64-ebs")),
            (
                "amzn2-ami-kernel-5.10-hvm-*-x86_64-gp2",
                "amazon",
                &[],
                format!("{linux}/amzn2-ami-kernel-5.10-hvm-x86_64-gp2"),
            ),
            (
                "ubuntu/images/*ubuntu-jammy-22.04-amd64-server-*",
                "099720109477",
                HVM,
                "ubuntu-server-22-lts-x86".to_owned(),
            ),
            (
                "*ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-*",
                "099720109477",
                &[],
                "ubuntu-server-22-lts-arm64".to_owned(),
            ),
            (
                "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*",
                "099720109477",
                ARM,
                "ubuntu-server-24-lts-arm64".to_owned(),
            ),
            (
                "*ubuntu-xenial-16.04-amd64-server-*",
                "099720109477",
                X86,
                format!("{ubuntu}/16.04/stable/current/amd64/hvm/ebs-gp2/ami-id"),
            ),
            (
                "ubuntu/images/*ubuntu-resolute-26.04-amd64-server-*",
                "099720109477",
                &[],
                format!("{ubuntu}/26.04/stable/current/amd64/hvm/ebs-gp3/ami-id"),
            ),
            ("debian-12-arm64-*", "136693071363", ARM, "debian/release/12/latest/arm64".to_owned()),
            (
                "Windows_Server-2022-English-Full-Base-*",
                "amazon",
                &[],
                "windows-server-2022-english-full-base-x86".to_owned(),
            ),
            (
                "Windows_Server-2019-Japanese-Full-Base-*",
                "801119661308",
                &[],
                format!("{windows}-2019-Japanese-Full-Base"),
            ),
            ("Windows_Server-2019-English-Full-HyperV-*", "amazon", X86, format!("{windows}-2019-English-Full-HyperV")),
            (
                "Windows_Server-2022-English-Full-ECS_Optimized-*",
                "amazon",
                HVM,
                format!("{windows}-2022-English-Full-ECS_Optimized/image_id"),
            ),
        ] {
            assert_eq!(find(name, owner, more), Some(found), "{name}");
        }
    }

    #[test]
    fn searches_for_more_or_for_others_have_none() {
        for (name, owner, more) in [
            ("al2023-ami-2023*-x86_64", "self", &[][..]),
            ("al2023-ami-2023.12.20260817.0-kernel-6.1-x86_64", "amazon", &[]),
            ("al2023-ami-2023*-x86_64", "amazon", &[("architecture", "arm64")]),
            ("al2023-ami-2023*-x86_64", "amazon", &[("tag:team", "a")]),
            ("al2023-ami-*", "amazon", &[]),
            ("Windows_Server-2022-English-Full-Base-*", "amazon", &[("architecture", "arm64")]),
            ("my-ubuntu-jammy-22.04-*", "099720109477", &[]),
        ] {
            assert_eq!(find(name, owner, more), None, "{name}");
        }
    }

    #[test]
    fn every_row_can_be_filled() {
        for (pattern, row) in TABLE.iter() {
            let form = row.parameter.as_ref().or(row.image.as_ref()).expect("a place");
            for hole in HOLE.captures_iter(form).filter(|hole| hole.get(2).is_none()) {
                assert!(pattern.capture_names().flatten().any(|name| name == &hole[1]), "{form}");
            }
        }
    }

    #[test]
    fn a_search_becomes_a_command() {
        let filters = [("name".to_owned(), "base 'a',b-*".to_owned())];
        assert_eq!(
            command(&filters, &["self".to_owned()], Some("eu-west-1")),
            "aws ec2 describe-images --region eu-west-1 --owners self --filters 'Name=name,Values=\"base '\\''a'\\'',b-*\"' \
             --query 'sort_by(Images,&CreationDate)[-1].ImageId' --output text"
        );
    }
}
