//! Checksums: `TYPE:DIGEST`, `file:PLACE`, `none`, or a digest whose length tells its type.

use super::Misfit;
use crate::diagnostic::Severity;

const WANTED: &str = "a checksum";

/// Types, and how many digits their digests have.
const TYPES: [(&str, usize); 4] = [("md5", 32), ("sha1", 40), ("sha256", 64), ("sha512", 128)];

pub(super) fn misfit(text: &str) -> Option<Misfit> {
    if text == "none" {
        return None;
    }
    let Some((name, digest)) = text.split_once(':') else {
        let is_known = is_digest(text) && TYPES.iter().any(|(_, digits)| *digits == text.len());
        return (!is_known).then(|| {
            Misfit::error(
                WANTED,
                "write `\"sha256:…\"` with the digest, `\"file:…\"` with the place of a list, or `\"none\"`",
            )
        });
    };
    if name == "file" {
        return None;
    }
    let Some((name, digits)) = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return Some(Misfit::error(WANTED, "it begins with `md5:`, `sha1:`, `sha256:`, `sha512:` or `file:`"));
    };
    if !is_digest(digest) {
        return Some(Misfit::error(WANTED, &format!("a {name} digest is written in {digits} digits from 0 to f")));
    }
    // Packer downloads first and finds then that nothing has this digest.
    (digest.len() != *digits).then(|| Misfit {
        wanted: WANTED,
        help: format!("a {name} digest has {digits} digits, this one has {}", digest.len()),
        severity: Severity::Warning,
    })
}

/// Bytes, two digits each.
fn is_digest(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_read_as_packer_does() {
        let digest = |digits: usize| "0a".repeat(digits / 2);
        for (name, digits) in TYPES {
            assert_eq!(misfit(&digest(digits)), None, "{name}");
            assert_eq!(misfit(&format!("{name}:{}", digest(digits))), None);
            assert_eq!(misfit(&format!("{}:{}", name.to_uppercase(), digest(digits).to_uppercase())), None);
            let short = misfit(&format!("{name}:{}", digest(digits - 2))).expect("it is too short");
            assert_eq!(short.severity, Severity::Warning);
        }
        for good in ["none", "file:SHA256SUMS", "file:https://example.com/SHA256SUMS"] {
            assert_eq!(misfit(good), None, "{good}");
        }
        for bad in ["None", "abc", &digest(30), "sha3:00", "sha256:xyz", "sha256:abc", "https://example.com/SUMS", ":"]
        {
            assert_eq!(misfit(bad).expect(bad).severity, Severity::Error, "{bad}");
        }
    }
}
