//! Which tokens of a line stand apart.

use super::lines::Piece;
use crate::parse::hcl::TokenKind as K;

/// Whether a space belongs between two pieces. `before` is what stands before both in their cell.
///
/// The order of the questions is part of the rules: the first that has an answer gives it.
pub(super) fn stand_apart(before: Option<K>, left: &Piece<'_>, right: &Piece<'_>) -> bool {
    let closes_bracket = left.brackets() < 0;
    match (left.kind, right.kind) {
        (_, K::Newline)
        | (K::Identifier, K::OpenParen | K::DoubleColon)
        | (K::DoubleColon, K::Identifier)
        | (K::Dot, _)
        | (_, K::Dot | K::Comma | K::Ellipsis) => false,
        (K::Comma, _) => true,
        // The text of strings and heredocs is theirs alone.
        (K::Literal | K::OpenQuote | K::OpenHeredoc, _) | (_, K::Literal | K::CloseQuote | K::CloseHeredoc) => false,
        // `for x in [1, 2]`: `in` is no name with an index.
        (K::Identifier, _) if left.text == "in" && before == Some(K::Identifier) => true,
        (K::Identifier | K::Number, K::OpenBracket) => false,
        (_, K::OpenBracket) if closes_bracket => false,
        (K::Bang, _) => false,
        (K::Minus, _) => before.is_some_and(ends_value),
        (K::OpenBrace, K::CloseBrace) => false,
        // `${ { a = 1 } }`: the braces of an object keep off those of the sequence.
        (K::OpenBrace, _)
        | (_, K::CloseBrace)
        | (K::OpenInterpolation | K::OpenDirective, K::OpenBrace)
        | (K::CloseBrace, K::CloseSequence) => true,
        (K::CloseSequence, K::OpenInterpolation | K::OpenDirective) => false,
        _ => left.brackets() <= 0 && right.brackets() >= 0,
    }
}

/// Whether a `-` behind this subtracts. Behind a bracket that opens, a separator or an operator it is a sign.
fn ends_value(kind: K) -> bool {
    !matches!(
        kind,
        K::OpenParen
            | K::OpenBrace
            | K::OpenBracket
            | K::Equal
            | K::Colon
            | K::Comma
            | K::Question
            | K::Plus
            | K::Star
            | K::Slash
            | K::Percent
            | K::Minus
            | K::EqualEqual
            | K::NotEqual
            | K::Greater
            | K::GreaterEqual
            | K::Less
            | K::LessEqual
            | K::And
            | K::Or
            | K::Bang
    )
}
