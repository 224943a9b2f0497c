//! What the text between quotes means.

use std::borrow::Cow;

use super::parser::Parser;
use super::token::Token;
use crate::declare_diagnostic;
use crate::source::Span;

declare_diagnostic! {
    pub static INVALID_ESCAPE = {
        code: "invalid-escape",
        severity: Error,
        since: "0.1.0",
        summary: "a backslash in a string is followed by something that it does not escape",
    }
}

impl<'a> Parser<'a> {
    /// What a piece of text stands for. Only in quotes the backslash escapes; `$${` and `%%{` are escapes everywhere.
    pub(super) fn decode(&mut self, token: Token, quoted: bool) -> Cow<'a, str> {
        let text = self.text(token);
        if let [b'$' | b'%', b'$' | b'%', b'{', ..] = text.as_bytes() {
            return Cow::Borrowed(&text[1..]);
        }
        if !quoted || !text.as_bytes().contains(&b'\\') {
            return Cow::Borrowed(text);
        }
        let mut decoded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            decoded.push_str(&rest[..at]);
            let escape = &rest[at..];
            let (text, len) = self.escape(escape, token.span.end as usize - escape.len());
            decoded.push_str(&text);
            rest = &escape[len..];
        }
        decoded.push_str(rest);
        Cow::Owned(decoded)
    }

    /// What the escape at the start of `text` stands for, and its length.
    fn escape(&mut self, text: &str, start: usize) -> (String, usize) {
        let Some(selector) = text[1..].chars().next() else {
            // The line ends here, which is reported already.
            return (String::new(), 1);
        };
        let simple = match selector {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '"' => Some('"'),
            '\\' => Some('\\'),
            _ => None,
        };
        if let Some(c) = simple {
            return (c.to_string(), 2);
        }
        if matches!(selector, 'u' | 'U') {
            return self.unicode(text, start, if selector == 'u' { 4 } else { 8 });
        }
        let len = 1 + selector.len_utf8();
        let span = Span::new(self.file, start, start + len);
        let mut help = format!("write `\\\\{selector}` for a backslash and `{selector}`");
        match selector {
            '$' => help = "write `$${` for the characters `${`, and `$` alone otherwise".to_owned(),
            '%' => help = "write `%%{` for the characters `%{`, and `%` alone otherwise".to_owned(),
            '\'' => help = "write `'` alone: single quotes need no escape".to_owned(),
            '0' => help = "write `\\u0000`".to_owned(),
            'e' => help.push_str(", or `\\u001b` for the escape character"),
            'x' => help.push_str(", or `\\u00…` for a character by its number"),
            _ => {}
        }
        self.report(
            INVALID_ESCAPE
                .at(span, format!("`\\{selector}` is no escape"))
                .label("known are `\\n`, `\\r`, `\\t`, `\\\"`, `\\\\`, `\\uXXXX` and `\\UXXXXXXXX`")
                .help(help),
        );
        (selector.to_string(), len)
    }

    fn unicode(&mut self, text: &str, start: usize, want: usize) -> (String, usize) {
        let digits = text[2..].bytes().take(want).take_while(u8::is_ascii_hexdigit).count();
        let len = 2 + digits;
        let number = u32::from_str_radix(&text[2..len], 16).unwrap_or(0);
        if digits == want
            && let Some(c) = char::from_u32(number)
        {
            return (c.to_string(), len);
        }
        let span = Span::new(self.file, start, start + len);
        let escape = &text[..len];
        let diagnostic = if digits < want {
            let padded = &text[2..len];
            INVALID_ESCAPE
                .at(span, format!("`{}` needs {want} hexadecimal digits", &text[..2]))
                .label(format!("{digits} of {want} digits"))
                .help(format!("write `{}{padded:0>want$}`", &text[..2]))
        } else {
            INVALID_ESCAPE
                .at(span, format!("`{escape}` is no character"))
                .label("no character has this number")
                .help("write the character itself, or its number as `\\UXXXXXXXX`")
        };
        self.report(diagnostic);
        (escape.to_owned(), len)
    }
}
