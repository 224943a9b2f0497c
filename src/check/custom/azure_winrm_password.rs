//! A password that Azure takes for Windows: long enough, and of several kinds of characters.

use super::Asked;
use crate::check::values::INVALID_ATTRIBUTE_VALUE;
use crate::diagnostic::Diagnostic;
use crate::schema::{Condition, Test};

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let is_windows = Condition { field: "communicator".to_owned(), test: Test::Ne("ssh".into()) };
    if asked.inside.holds(&[is_windows]) != Some(true) {
        return Vec::new();
    }
    let Some((password, argument)) = asked.text("winrm_password") else { return Vec::new() };
    if is_good(&password) {
        return Vec::new();
    }
    vec![
        INVALID_ATTRIBUTE_VALUE
            .at(argument.span, "`winrm_password` is too simple for Azure")
            .label("this password")
            .help(
                "use 8 to 123 characters, of three of these kinds: small letters, capital letters, digits, punctuation",
            ),
    ]
}

fn is_good(password: &str) -> bool {
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_digit(),
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c == ' ' || c.is_ascii_punctuation(),
    ];
    let count = kinds.into_iter().filter(|is_kind| password.contains(is_kind)).count();
    (8..=123).contains(&password.len()) && count >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_have_three_kinds_of_characters() {
        for good in ["Passw0rd", "passw0rd!", "PASSWORD 1", &"aB3".repeat(41)] {
            assert!(is_good(good), "{good}");
        }
        for bad in ["Pw0!", "password", "password1", "Password", &"aB3".repeat(42)] {
            assert!(!is_good(bad), "{bad}");
        }
    }
}
