//! Lays HCL out as `packer fmt` does, byte for byte.
//!
//! Comes in: a text and its tokens. Goes out: the text with other spaces between the same tokens. Line breaks, comments,
//! the text of strings and heredocs, and a missing end of the last line stay as they are; a byte-order mark goes, and tabs
//! become spaces, because they do in Packer. Knows no names and no meaning; whether a text is sound is the reader's to say.
//!
//! The rules are those of HashiCorp's formatter, which looks at one line at a time: `lines` takes each apart into what is
//! before an `=`, what follows it, and a comment; `spacing` says which tokens stand apart; `layout` indents by the brackets
//! that are open and aligns the three parts over neighbouring lines. Each is one pass over the tokens.

mod layout;
mod lines;
mod spacing;
mod width;

use crate::parse::hcl::{self, Token};
use crate::source::{FileOrigin, SourceMap};

/// The longest text that [`tokens`] makes, in bytes: aligning one endless line with many short ones could take any amount.
pub const LONGEST: usize = 32 << 20;

/// A text in HCL, laid out. One that would become longer than [`LONGEST`] stays as it is.
///
/// ```
/// assert_eq!(formwork::format::hcl("a=1\nlonger   =   [2,3]"), "a      = 1\nlonger = [2, 3]");
/// ```
pub fn hcl(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("text", text, FileOrigin::Invocation);
    tokens(text, &hcl::tokens(&sources, file)).unwrap_or_else(|| text.to_owned())
}

/// The same for a text whose tokens are known; nothing if it would become longer than [`LONGEST`].
pub fn tokens(text: &str, tokens: &[Token]) -> Option<String> {
    let mut laid_out = lines::Lines::new(text, tokens);
    layout::indent(&mut laid_out);
    layout::space(&mut laid_out);
    layout::align(&mut laid_out);
    laid_out.join(LONGEST)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_only_looks_like_white_space_stays() {
        // The quote in front of the brace opens a string, which gives the brace back.
        for text in ["a\"\u{b}{\n", "a \"b\u{c}{\n", "a \"b {\u{a0}\n"] {
            assert_eq!(super::hcl(text).replace(' ', ""), text.replace(' ', ""));
        }
    }
}
