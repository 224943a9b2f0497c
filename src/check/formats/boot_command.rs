//! Keys to type at boot, as Packer's own parser reads them.
//!
//! Nearly every text is one: what is no expression is typed as it stands, an unknown `<name>` included. Only a wait can be
//! wrong, by its time.

use std::sync::LazyLock;

use regex::Regex;

use super::Misfit;
use crate::resolve::duration;
use crate::resolve::value::{Piece, Value};

static WAIT: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"<wait(?:((?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+)|(0|[1-9][0-9]*))>";
    Regex::new(expression).expect("internal error: the expression is one")
});

const SECOND: i64 = 1_000_000_000;

/// What is wrong with the elements, which are typed one after the other.
pub(in crate::check) fn misfit(items: &[Value]) -> Option<Misfit> {
    let wrong = typed(items).iter().any(|text| WAIT.captures_iter(text).any(|wait| !is_wait(&wait)));
    wrong
        .then(|| Misfit::error("a boot command", "`<wait…>` needs a time above zero, as in `<wait5>` or `<wait1m30s>`"))
}

/// The text without what is not known of it: what stands on both sides of a hole is apart.
fn typed(items: &[Value]) -> Vec<String> {
    let mut parts = vec![String::new()];
    for item in items {
        let Some(text) = item.as_text() else {
            parts.push(String::new());
            continue;
        };
        for piece in text.pieces() {
            match piece {
                Piece::Literal(text) => parts.last_mut().into_iter().for_each(|part| part.push_str(text)),
                Piece::Hole(_) => parts.push(String::new()),
            }
        }
    }
    parts
}

fn is_wait(wait: &regex::Captures<'_>) -> bool {
    match (wait.get(1), wait.get(2)) {
        (Some(time), _) => duration::parse(time.as_str()).is_some_and(|time| !time.is_zero()),
        // So many that they overflow count as what is left of them.
        (None, Some(seconds)) => seconds.as_str().parse::<i64>().is_ok_and(|seconds| seconds.wrapping_mul(SECOND) > 0),
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_of_waits_can_be_wrong() {
        for (items, is_good) in [
            (&["<esc><wait>", "linux ks=http://{{ .HTTPIP }}<enter>"][..], true),
            (&["<wait5><wait1.5s><wait1h30m><wait250ms>"], true),
            (&["<no-such-key> < > <wait <wait-5> <waitlong> <wait05>"], true),
            (&["<leftCtrlOn>c<leftCtrlOff>"], true),
            (&["<wait0>"], false),
            (&["a<wait0s>"], false),
            (&["<wait-5s>"], false),
            (&["<wa", "it0>"], false),
            (&["<wait99999999999999999999>"], false),
        ] {
            let items: Vec<Value> = items.iter().map(|item| Value::string(*item)).collect();
            assert_eq!(misfit(&items).is_none(), is_good, "{items:?}");
        }
        let open = Value::unknown(
            crate::resolve::value::Type::String,
            crate::resolve::value::Origin::Error,
            crate::source::Span::new(
                crate::source::SourceMap::new().add("t", "", crate::source::FileOrigin::Disk),
                0,
                0,
            ),
        );
        assert_eq!(misfit(&[Value::string("<wa"), open, Value::string("it0>")]), None);
    }
}
