//! Splits a command as a POSIX shell does, over a text in parts.
//!
//! A hole is part of the word it stands in, and what it holds is not looked at. Nothing is expanded: a word in which a
//! shell would expand something says so.

use crate::resolve::value::{Piece, Text};

/// A word or an operator of a command.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(Word),
    /// `;` (a line's end too), `|`, `&&`, `<` and so on.
    Operator(String),
}

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Word {
    /// Without quotes.
    pub(super) text: Text,
    /// As written.
    pub(super) written: Text,
    /// A shell would expand something in it: a variable, a command, a pattern, a home folder.
    pub(super) expands: bool,
    /// Some of it stands in quotes or behind a backslash.
    pub(super) quoted: bool,
}

/// The words and operators of a command; nothing if a quote is open at its end or it has a comment.
pub(super) fn split(command: &Text) -> Option<Vec<Token>> {
    let mut splitter = Splitter { tokens: Vec::new(), word: None, quote: None, escaped: false, joins: false };
    for piece in command.pieces() {
        match piece {
            Piece::Hole(hole) => {
                if splitter.escaped {
                    return None;
                }
                splitter.joins = false;
                let word = splitter.word();
                word.text.push_hole(hole.clone());
                word.written.push_hole(hole.clone());
            }
            Piece::Literal(text) => {
                let mut characters = text.chars().peekable();
                while let Some(character) = characters.next() {
                    splitter.take(character, characters.peek().copied())?;
                }
            }
        }
    }
    if splitter.quote.is_some() || splitter.escaped {
        return None;
    }
    splitter.end_word();
    Some(splitter.tokens)
}

struct Splitter {
    tokens: Vec<Token>,
    word: Option<Word>,
    quote: Option<char>,
    escaped: bool,
    /// The last character was an operator, which the same one makes longer.
    joins: bool,
}

impl Splitter {
    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_default()
    }

    fn end_word(&mut self) {
        self.tokens.extend(self.word.take().map(Token::Word));
    }

    fn take(&mut self, character: char, next: Option<char>) -> Option<()> {
        let text = String::from(character);
        let joins = std::mem::take(&mut self.joins);
        if self.escaped {
            self.escaped = false;
            // A backslash before a line's end joins the lines.
            if character != '\n' {
                let word = self.word();
                word.text.push_str(&text);
                word.written.push_str("\\");
                word.written.push_str(&text);
            }
            return Some(());
        }
        match (self.quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => {
                self.quote = None;
                self.word().written.push_str(&text);
            }
            (Some('"'), '\\') if matches!(next, Some('$' | '`' | '"' | '\\' | '\n')) => self.escaped = true,
            (Some(quote), _) => {
                let word = self.word();
                word.expands |= quote == '"' && matches!(character, '$' | '`');
                word.text.push_str(&text);
                word.written.push_str(&text);
            }
            (None, '\'' | '"') => {
                self.quote = Some(character);
                let word = self.word();
                word.quoted = true;
                word.written.push_str(&text);
            }
            (None, '\\') => {
                self.escaped = true;
                self.word().quoted = true;
            }
            (None, ' ' | '\t' | '\r') => self.end_word(),
            (None, '\n') => {
                self.end_word();
                self.tokens.push(Token::Operator(";".to_owned()));
            }
            (None, ';' | '|' | '&' | '<' | '>' | '(' | ')') => {
                self.end_word();
                match self.tokens.last_mut() {
                    // `&&` and `||` are one operator each; whatever else stands together is known to nobody here.
                    Some(Token::Operator(last)) if joins && last.starts_with(character) => {
                        last.push(character);
                    }
                    Some(Token::Operator(_) | Token::Word(_)) | None => {
                        self.joins = true;
                        self.tokens.push(Token::Operator(text));
                    }
                }
            }
            (None, '#') if self.word.is_none() => return None,
            (None, _) => {
                let starts = self.word.is_none();
                let word = self.word();
                word.expands |=
                    matches!(character, '$' | '`' | '*' | '?' | '[' | '{' | '}') || starts && character == '~';
                word.text.push_str(&text);
                word.written.push_str(&text);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn words(command: &str) -> Option<Vec<String>> {
        let tokens = split(&Text::literal(command))?;
        Some(
            tokens
                .into_iter()
                .map(|token| match token {
                    Token::Word(word) => {
                        format!("{}{}", word.text.as_literal().unwrap(), if word.expands { "$" } else { "" })
                    }
                    Token::Operator(operator) => format!("<{operator}>"),
                })
                .collect(),
        )
    }

    #[test]
    fn splits_as_a_shell_does() {
        for (command, wanted) in [
            ("a  b\tc", vec!["a", "b", "c"]),
            ("a;b&&c|d||e", vec!["a", "<;>", "b", "<&&>", "c", "<|>", "d", "<||>", "e"]),
            ("'a b'\"c d\"e\\ f", vec!["a bc de f"]),
            ("'' \"\"", vec!["", ""]),
            ("\"a\\\"b\\n\" 'a\\'", vec!["a\"b\\n", "a\\"]),
            ("$a '$a' \"$a\" \\$a ~/b a~ *", vec!["$a$", "$a", "$a$", "$a", "~/b$", "a~", "*$"]),
            ("a\\\nb\nc", vec!["ab", "<;>", "c"]),
            ("a#b", vec!["a#b"]),
            ("a;;b; ;c", vec!["a", "<;;>", "b", "<;>", "<;>", "c"]),
        ] {
            assert_eq!(words(command), Some(wanted.into_iter().map(str::to_owned).collect()), "{command}");
        }
        for command in ["'a", "\"a", "a\\", "a # b"] {
            assert_eq!(words(command), None, "{command}");
        }
    }
}
