//! Versions and constraints on them, as Packer reads them: `>= 1.9.0, < 2`, `~> 1.2`.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// A version: numbers, and what makes it a pre-release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// At least three.
    segments: Vec<BigUint>,
    /// How many of them were written.
    written: usize,
    prerelease: String,
}

/// Conditions on a version, all of which must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    conditions: Vec<(Operator, Version)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Pessimistic,
}

impl Version {
    /// Reads `1.2.3`, `v1.2`, `1.0.0-beta.1+build`; nothing if it is no version.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let numbers = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (numbers, rest) = text.split_at(numbers);
        let mut segments: Vec<BigUint> = Vec::new();
        for number in numbers.split('.') {
            segments.push(number.parse().ok()?);
        }
        let written = segments.len();
        while segments.len() < 3 {
            segments.push(BigUint::ZERO);
        }
        let (prerelease, metadata) = match rest.split_once('+') {
            Some((prerelease, metadata)) => (prerelease, Some(metadata)),
            None => (rest, None),
        };
        if metadata.is_some_and(|metadata| !is_dotted(metadata)) {
            return None;
        }
        // Without a dash, letters must come first: `1.0beta`.
        let name = prerelease.strip_prefix('-').unwrap_or(prerelease);
        if !prerelease.is_empty() && !is_dotted(name) {
            return None;
        }
        Some(Self { segments, written, prerelease: name.to_owned() })
    }

    /// Whether it is a pre-release.
    pub(super) fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// The same without what makes it a pre-release.
    pub(super) fn released(mut self) -> Self {
        self.prerelease = String::new();
        self
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.segments.len().max(other.segments.len());
        for at in 0..length {
            let order = self.segment(at).cmp(&other.segment(at));
            if order != Ordering::Equal {
                return order;
            }
        }
        match (self.is_prerelease(), other.is_prerelease()) {
            (false, false) => Ordering::Equal,
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => by_parts(&self.prerelease, &other.prerelease),
        }
    }

    fn segment(&self, at: usize) -> BigUint {
        self.segments.get(at).cloned().unwrap_or_default()
    }
}

fn is_dotted(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-~".contains(c)))
}

/// Numbers count as numbers, and less than words.
fn by_parts(a: &str, b: &str) -> Ordering {
    let mut b = b.split('.');
    for part in a.split('.') {
        let Some(other) = b.next() else { return Ordering::Greater };
        let order = match (part.parse::<BigUint>(), other.parse::<BigUint>()) {
            (Ok(part), Ok(other)) => part.cmp(&other),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => part.cmp(other),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    if b.next().is_some() { Ordering::Less } else { Ordering::Equal }
}

impl Constraint {
    /// Reads conditions with commas between them; the error is the one that is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let conditions = text.split(',').map(|condition| {
            let trimmed = condition.trim();
            let (operator, version) = operator(trimmed);
            Version::parse(version.trim()).map(|version| (operator, version)).ok_or_else(|| trimmed.to_owned())
        });
        Ok(Self { conditions: conditions.collect::<Result<_, _>>()? })
    }

    /// Whether the version meets every condition.
    pub(super) fn admits(&self, version: &Version) -> bool {
        self.conditions.iter().all(|(operator, wanted)| holds(*operator, version, wanted))
    }

    /// On which side of a release the versions lie that meet every condition.
    pub(crate) fn side_of(&self, release: &Version) -> Side {
        let sides = self.conditions.iter().map(|(operator, wanted)| side(*operator, wanted, release));
        // One condition that leaves nothing on the other side is enough.
        sides.fold(Side::Both, |all, one| if all == Side::Both { one } else { all })
    }

    /// Whether a condition names a pre-release.
    pub(super) fn names_prerelease(&self) -> bool {
        self.conditions.iter().any(|(_, version)| version.is_prerelease())
    }
}

/// Where versions lie, seen from a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// All are that release or later ones.
    From,
    /// All are earlier ones.
    Before,
    /// Some are earlier and some are not.
    Both,
}

fn side(operator: Operator, wanted: &Version, release: &Version) -> Side {
    let order = wanted.cmp(release);
    let is_from = order != Ordering::Less;
    match operator {
        Operator::Equal if is_from => Side::From,
        Operator::Equal => Side::Before,
        Operator::Greater | Operator::GreaterOrEqual | Operator::Pessimistic if is_from => Side::From,
        Operator::Less if order != Ordering::Greater => Side::Before,
        Operator::LessOrEqual if order == Ordering::Less => Side::Before,
        // What is written but for the last number is fixed, so this release is out of reach.
        Operator::Pessimistic
            if (0..wanted.written.saturating_sub(1)).any(|at| wanted.segment(at) != release.segment(at)) =>
        {
            Side::Before
        }
        Operator::NotEqual
        | Operator::Greater
        | Operator::GreaterOrEqual
        | Operator::Pessimistic
        | Operator::Less
        | Operator::LessOrEqual => Side::Both,
    }
}

fn operator(condition: &str) -> (Operator, &str) {
    let all = [
        ("!=", Operator::NotEqual),
        (">=", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        ("~>", Operator::Pessimistic),
        ("=", Operator::Equal),
        (">", Operator::Greater),
        ("<", Operator::Less),
    ];
    all.into_iter()
        .find_map(|(text, operator)| condition.strip_prefix(text).map(|rest| (operator, rest)))
        .unwrap_or((Operator::Equal, condition))
}

fn holds(operator: Operator, version: &Version, wanted: &Version) -> bool {
    let order = version.cmp(wanted);
    // A pre-release is meant only where one of the same numbers is named.
    let comparable = match (version.is_prerelease(), wanted.is_prerelease()) {
        (true, true) => version.segments == wanted.segments,
        (true, false) => false,
        (false, _) => true,
    };
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Greater => comparable && order == Ordering::Greater,
        Operator::Less => comparable && order == Ordering::Less,
        Operator::GreaterOrEqual => comparable && order != Ordering::Less,
        Operator::LessOrEqual => comparable && order != Ordering::Greater,
        Operator::Pessimistic => {
            let last = wanted.segments.len() - 1;
            let fixed = wanted.written.saturating_sub(1);
            // Here a pre-release means nothing else.
            let meant = version.is_prerelease() || !wanted.is_prerelease();
            comparable
                && meant
                && order != Ordering::Less
                && wanted.segments.len() <= version.segments.len()
                && (0..fixed).all(|at| version.segment(at) == wanted.segment(at))
                && version.segment(last) >= wanted.segment(last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_hold_as_packer_decides() {
        let cases = [
            (">= 1.7.0", "1.16.0", true),
            ("< 1.0.0", "1.16.0", false),
            ("1.16.0", "1.16.0", true),
            ("= v1.16", "1.16.0", true),
            ("!= 1.16.0", "1.16.0", false),
            ("> 1.15, <= 1.16.0", "1.16.0", true),
            ("> 1.15, < 1.16.0", "1.16.0", false),
            ("~> 1.2", "1.16.0", true),
            ("~> 1.16.0", "1.16.7", true),
            ("~> 1.16.0", "1.17.0", false),
            ("~> 1", "2.0.0", true),
            ("~> 1.2.3", "1.2.2", false),
            (">= 1.0.0", "1.16.0-dev", false),
            (">= 1.16.0-alpha", "1.16.0-beta", true),
            ("< 1.16.0-alpha.2", "1.16.0-alpha.1", true),
            ("< 1.16.0-alpha.b", "1.16.0-alpha.1", true),
            (">= 1.0.0+meta", "1.16.0", true),
        ];
        for (constraint, version, expected) in cases {
            let constraint_read = Constraint::parse(constraint).expect("a constraint");
            let version_read = Version::parse(version).expect("a version");
            assert_eq!(constraint_read.admits(&version_read), expected, "{version} {constraint}");
        }
    }

    #[test]
    fn conditions_lie_on_a_side_of_a_release() {
        let cases = [
            (">= 2.0.0", Side::From),
            (">= 2.1, < 3", Side::From),
            ("> 2.0.0", Side::From),
            ("= 2.0.0", Side::From),
            ("2.1.0", Side::From),
            ("~> 2.0", Side::From),
            ("~> 2", Side::From),
            ("1.2.0", Side::Before),
            ("~> 1.2", Side::Before),
            ("~> 1.0.11", Side::Before),
            ("< 2", Side::Before),
            ("<= 1.9.9", Side::Before),
            (">= 1.0.0, < 2.0.0", Side::Before),
            ("~> 1", Side::Both),
            (">= 1.0.7", Side::Both),
            ("> 1.9.9", Side::Both),
            ("<= 2.0.0", Side::Both),
            ("< 2.0.1", Side::Both),
            ("!= 1.2.0", Side::Both),
        ];
        let release = Version::parse("2.0.0").expect("a version");
        for (constraint, expected) in cases {
            assert_eq!(
                Constraint::parse(constraint).expect("a constraint").side_of(&release),
                expected,
                "{constraint}"
            );
        }
    }

    #[test]
    fn what_is_no_condition_is_said() {
        for text in ["abc", "", ">= ", "1.x", "1..2", ">> 1", "= 1.0.0-", "1.0 beta", ">= 1.0, what"] {
            assert!(Constraint::parse(text).is_err(), "{text}");
        }
        assert!(Constraint::parse("= 1.0.0-dev").expect("a constraint").names_prerelease());
        let dev = Version::parse("1.16.0-dev").expect("a version");
        assert!(dev.is_prerelease() && !dev.released().is_prerelease());
    }
}
