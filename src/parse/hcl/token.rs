//! The tokens of the HCL native syntax.

use crate::source::Span;

/// A piece of the text.
///
/// The tokens of a file tile it: the first starts at byte 0, each starts where the one before it ended, the last ends
/// at the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where.
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// U+FEFF at the start of the file.
    ByteOrderMark,
    /// Spaces and tabs.
    Whitespace,
    /// `\n` or `\r\n`.
    Newline,
    /// `# …`, `// …` (without the end of the line) or `/* … */`.
    Comment,
    /// `/*` that nothing closes, to the end of the file.
    UnterminatedComment,
    /// A name, which may contain `-`.
    Identifier,
    /// A number; not every sequence that starts like one is valid.
    Number,
    /// What belongs to nothing in this language: a character, or a text in the wrong kind of quotes.
    Invalid,
    /// What looks like white space and is none: reported and passed over.
    Junk,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `.`
    Dot,
    /// `...`
    Ellipsis,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `::`
    DoubleColon,
    /// `?`
    Question,
    /// `=`
    Equal,
    /// `=>`
    FatArrow,
    /// `==`
    EqualEqual,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `!`
    Bang,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// The `"` that starts a string.
    OpenQuote,
    /// The `"` that ends a string.
    CloseQuote,
    /// `<<EOT` or `<<-EOT` with the end of its line.
    OpenHeredoc,
    /// The line with the closing marker, without its end.
    CloseHeredoc,
    /// Text inside a string, a heredoc or a template file. A run of text may be several of these.
    Literal,
    /// The end of a line inside a string, which is not allowed there.
    QuotedNewline,
    /// `${` or `${~`
    OpenInterpolation,
    /// `%{` or `%{~`
    OpenDirective,
    /// `}` or `~}` that ends one of the two.
    CloseSequence,
    /// The end of the file, empty. Only inside the reader.
    End,
}

impl TokenKind {
    /// What ends the thing that this token starts.
    pub(super) fn closer(self) -> Option<Self> {
        match self {
            Self::OpenBrace => Some(Self::CloseBrace),
            Self::OpenBracket => Some(Self::CloseBracket),
            Self::OpenParen => Some(Self::CloseParen),
            Self::OpenQuote => Some(Self::CloseQuote),
            Self::OpenHeredoc => Some(Self::CloseHeredoc),
            Self::OpenInterpolation | Self::OpenDirective => Some(Self::CloseSequence),
            _ => None,
        }
    }
}
