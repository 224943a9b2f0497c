//! The grammar of references to container images, as registries and container engines read them.
//!
//! `[DOMAIN/]PATH[/PATH …][:TAG][@ALGORITHM:HEX]`. What stands before the first slash is a domain if it has a dot, a colon
//! or an upper-case letter, or is `localhost`.

/// What is wrong with a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) why: String,
    /// How it can be written.
    pub(super) instead: Option<String>,
}

/// The most characters of a tag.
const TAG: usize = 128;

/// The most characters of a name without tag and digest.
const NAME: usize = 255;

/// What is wrong with a reference.
pub(super) fn reference(text: &str) -> Option<Fault> {
    let Some((rest, digest)) = text.split_once('@') else { return tagged(text) };
    tagged(rest).or_else(|| digest_fault(digest))
}

/// What is wrong with a name that may have a tag, but no digest.
pub(super) fn tagged(text: &str) -> Option<Fault> {
    if text.contains('@') {
        return fault("a name that is given to an image has no digest");
    }
    let start_of_path = text.find('/').map_or(0, |slash| if is_domain(&text[..slash]) { slash + 1 } else { 0 });
    match text[start_of_path..].split_once(':') {
        Some((path, own)) => {
            let name = &text[..start_of_path + path.len()];
            repository(name)
                .map(|Fault { why, instead }| Fault { why, instead: instead.map(|name| format!("{name}:{own}")) })
                .or_else(|| tag(own))
        }
        None => repository(text),
    }
}

/// What is wrong with a name without tag and digest.
pub(super) fn repository(text: &str) -> Option<Fault> {
    if text.contains('@') {
        return fault("a name that is given to an image has no digest");
    }
    let (domain, path) = match text.split_once('/') {
        Some((domain, path)) if is_domain(domain) => (Some(domain), path),
        Some(_) | None => (None, text),
    };
    if let Some(domain) = domain
        && let Some(why) = domain_fault(domain)
    {
        return fault(why);
    }
    if path.is_empty() {
        return fault("nothing stands behind the registry");
    }
    if let Some((name, own)) = path.split_once(':') {
        return fault(format!("a tag is put behind it, and it has one already: `{own}`"))
            .filter(|_| !name.is_empty())
            .or_else(|| fault("it begins with a colon"));
    }
    if path.chars().any(char::is_uppercase) {
        let lower = path.to_lowercase();
        let domain = domain.map(|domain| format!("{domain}/")).unwrap_or_default();
        let instead = path_fault(&lower).is_none().then(|| format!("{domain}{lower}"));
        return Some(Fault { why: "it has upper-case letters".to_owned(), instead });
    }
    if let Some(why) = path_fault(path) {
        return fault(why);
    }
    (text.len() > NAME).then(|| Fault { why: format!("it is longer than {NAME} characters"), instead: None })
}

/// What is wrong with a tag.
pub(super) fn tag(text: &str) -> Option<Fault> {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let Some(first) = text.chars().next() else { return fault("nothing stands behind the colon") };
    if let Some(wrong) = text.chars().find(|character| !is_word(*character) && !".-".contains(*character)) {
        return fault(character_fault(wrong));
    }
    if !is_word(first) {
        return fault(format!("it begins with `{first}`"));
    }
    (text.len() > TAG).then(|| Fault { why: format!("it is longer than {TAG} characters"), instead: None })
}

/// Whether what stands before the first slash is a registry and no part of the path.
fn is_domain(text: &str) -> bool {
    text == "localhost" || text.chars().any(|character| ".:".contains(character) || character.is_uppercase())
}

fn domain_fault(domain: &str) -> Option<String> {
    let (host, port) = match domain.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else { return Some("a `]` is missing".to_owned()) };
            let is_address = !address.is_empty() && address.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
            if !is_address {
                return Some(format!("`{address}` is no address"));
            }
            ("", (!port.is_empty()).then(|| port.strip_prefix(':').unwrap_or("?")))
        }
        None => match domain.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (domain, None),
        },
    };
    if let Some(port) = port
        && (port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Some(match host {
            "http" | "https" | "docker" => "it has no scheme in front".to_owned(),
            _ => format!("`{port}` is no port"),
        });
    }
    if domain.starts_with('[') {
        return None;
    }
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    (!host.split('.').all(is_part)).then(|| format!("`{host}` is no registry"))
}

/// Letters and digits, with one separator between them: `.`, `_`, `__` or any number of `-`.
fn path_fault(path: &str) -> Option<String> {
    for part in path.split('/') {
        if part.is_empty() {
            return Some("there is nothing between two slashes, or at an end".to_owned());
        }
        let is_letter = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
        if let Some(wrong) = part.chars().find(|character| !is_letter(*character) && !"._-".contains(*character)) {
            return Some(character_fault(wrong));
        }
        if !part.starts_with(is_letter) || !part.ends_with(is_letter) {
            return Some(format!("`{part}` has to begin and end with a letter or digit"));
        }
        let separators = part.split(is_letter).filter(|separator| !separator.is_empty());
        for separator in separators {
            if !matches!(separator, "." | "_" | "__") && !separator.bytes().all(|byte| byte == b'-') {
                return Some(format!("`{separator}` cannot stand between letters"));
            }
        }
    }
    None
}

fn digest_fault(digest: &str) -> Option<Fault> {
    let is_sound = digest.split_once(':').is_some_and(|(algorithm, hex)| {
        let is_part = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        algorithm.split(['+', '.', '-', '_']).all(is_part)
            && hex.len() >= 32
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if is_sound { None } else { fault(format!("`{digest}` is no digest")) }
}

fn character_fault(wrong: char) -> String {
    match wrong {
        ' ' => "it has a space".to_owned(),
        _ if wrong.is_whitespace() || wrong.is_control() => "it has white space or a control character".to_owned(),
        _ => format!("it has `{wrong}`"),
    }
}

fn fault(why: impl Into<String>) -> Option<Fault> {
    Some(Fault { why: why.into(), instead: None })
}

#[cfg(test)]
mod tests {
    use super::{Fault, reference, repository, tag, tagged};

    #[test]
    fn names_that_registries_take() {
        let digest = format!("app@sha256:{}", "a".repeat(64));
        for name in [
            "debian",
            "debian:12",
            "team/app:1.0_b-c",
            "localhost/app",
            "localhost:5000/app:x",
            "registry.example.com/a/b/c",
            "registry.example.com:443/a--b/c__d/e.f_g",
            "[2001:db8::1]:5000/app",
            "Docker/app",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:latest",
            "mcr.microsoft.com/windows/servercore:ltsc2022",
            &digest,
            "sha256:0123456789abcdef",
            "app:LATEST",
        ] {
            assert_eq!(reference(name), None, "{name}");
        }
        assert_eq!(tag(&"x".repeat(128)), None);
        assert_eq!(tagged("localhost:5000/app:1"), None);
    }

    #[test]
    fn names_that_they_refuse() {
        for (name, why) in [
            ("Debian", "upper-case"),
            ("team/App:1", "upper-case"),
            ("my app", "a space"),
            ("a//b", "between two slashes"),
            ("app/", "between two slashes"),
            ("/app", "between two slashes"),
            ("app:", "nothing stands behind the colon"),
            ("app:a:b", "it has `:`"),
            ("app:-1", "begins with `-`"),
            ("https://example.com/app", "no scheme"),
            ("example.com:port/app", "`port` is no port"),
            ("a.-b", "cannot stand between"),
            ("-a", "begin and end"),
            ("a___b", "cannot stand between"),
            ("app@sha256:12", "no digest"),
            ("<account>/app", "it has `<`"),
            ("ex_ample.com/app", "no registry"),
        ] {
            let said = reference(name).unwrap_or_else(|| panic!("{name} is refused"));
            assert!(said.why.contains(why), "{name}: {said:?}");
        }
        assert!(tag(&"x".repeat(129)).is_some());
        assert!(tag("v1+2").is_some());
        assert!(repository("app:1").is_some());
        assert!(repository(&format!("app@sha256:{}", "a".repeat(64))).is_some());
        let lower = Fault { why: "it has upper-case letters".to_owned(), instead: Some("a.b/c:X".to_owned()) };
        assert_eq!(tagged("a.b/C:X"), Some(lower));
    }
}
