//! Words of a POSIX shell.
//!
//! Two situations: a script of its own, where a word may hold newlines ([`word`]), and one line of code that linters read
//! ([`Line`]), where a newline or a carriage return has to come from a variable and quotes are chosen so that no linter
//! takes them for a mistake.

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Stands for itself.
    Text(String),
    /// The value of a shell variable.
    Variable(String),
}

/// Whether a word needs no quotes, wherever it stands.
pub fn is_plain(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,-".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

/// Whether a shell can have a variable of that name.
pub fn is_name(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(inside)
}

/// A word of a script: quoted with `'` where it needs quotes.
pub fn word(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { single(text) }
}

/// Between single quotes.
pub fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A value in the form that a template gives (`env_var_format`): `%s` and `%q` once each, the name and the value, `%q`
/// between quotes that keep all of it.
pub fn formatted(format: &str, name: &str, value: &str) -> String {
    let escaped = value.replace('\'', "'\"'\"'");
    let mut out = String::new();
    let mut rest = format;
    let mut given = 0;
    while let Some((before, tail)) = rest.split_once('%') {
        out.push_str(before);
        let mut chars = tail.chars();
        match chars.next() {
            Some('s') => out.push_str(if given == 0 { name } else { &escaped }),
            Some('q') => {
                out.push('\'');
                out.push_str(&escaped);
                out.push('\'');
            }
            Some(c) => out.push(c),
            None => out.push('%'),
        }
        given += 1;
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// Between double quotes, every character standing for itself.
pub fn double(text: &str) -> String {
    let mut out = String::from("\"");
    push_double(&mut out, text);
    out.push('"');
    out
}

fn push_double(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '\\' | '"' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Longest piece of a line; what is longer is cut, see [`BREAK`].
pub const LONGEST: usize = 32_000;

/// Stands in a line where it may be broken without a trace: outside of all quotes. Emitting makes a continuation of it.
/// A line has no newline of its own, so the character is free.
pub const BREAK: char = '\n';

/// Builds the words of one line of code, and notes which helper variables they need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// `$nl` is used: a newline.
    pub newline: bool,
    /// `$cr` is used: a carriage return.
    pub carriage_return: bool,
}

impl Line {
    /// A word that is quoted only where it needs to be.
    pub fn word(&mut self, parts: &[Part]) -> String {
        match parts {
            [Part::Text(text)] if is_plain(text) => text.clone(),
            parts => self.quoted(parts),
        }
    }

    /// A word in quotes.
    pub fn quoted(&mut self, parts: &[Part]) -> String {
        match parts {
            [] => "''".to_owned(),
            [Part::Text(text)] if !text.contains(['\n', '\r']) => self.literal(text),
            parts => self.mixed(parts),
        }
    }

    fn literal(&mut self, text: &str) -> String {
        // Single quotes keep a text readable as it is; linters take `$` and a backslash at the end in them for mistakes.
        let calm = !text.contains(['\'', '$', '`']) && !text.ends_with('\\');
        let pieces = cut(text);
        let quote = |piece: &&str| if calm && !piece.ends_with('\\') { format!("'{piece}'") } else { double(piece) };
        pieces.iter().map(quote).collect::<Vec<_>>().join(&BREAK.to_string())
    }

    fn mixed(&mut self, parts: &[Part]) -> String {
        let mut out = String::from("\"");
        let mut length = 0;
        for part in parts {
            match part {
                Part::Variable(name) => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
                Part::Text(text) => {
                    for c in text.chars() {
                        match c {
                            '\n' => {
                                self.newline = true;
                                out.push_str("${nl}");
                            }
                            '\r' => {
                                self.carriage_return = true;
                                out.push_str("${cr}");
                            }
                            c => push_double(&mut out, c.encode_utf8(&mut [0; 4])),
                        }
                        length += 1;
                        if length % (LONGEST / 8) == 0 {
                            out.push('"');
                            out.push(BREAK);
                            out.push('"');
                        }
                    }
                }
            }
        }
        out.push('"');
        out
    }
}

/// Pieces of at most [`LONGEST`] bytes, cut between characters; one piece if the text is empty.
fn cut(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > LONGEST {
        let at = (0..=LONGEST).rev().find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(at);
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use std::process::Command;

    use super::*;

    fn hostile() -> Vec<String> {
        let mut texts: Vec<String> = [
            "",
            " ",
            "'",
            "\"",
            "it's",
            "$HOME",
            "`id`",
            "\\",
            "a\\",
            "\\\\",
            "a\\'b",
            "a;b",
            "#x",
            "-n",
            "~",
            "*",
            "!",
            "é☃",
            "a\tb",
            "$(id)",
            "${x}",
            "{{x}}",
            "<<EOF",
            "%s",
            "a\\nb",
            "\u{201c}q\u{201d}",
            "\u{a0}",
            "\u{1}",
        ]
        .map(str::to_owned)
        .to_vec();
        // Every string of three characters out of the dangerous ones.
        let set = ['\'', '"', '$', '`', '\\', ' ', 'a', '\n', '\r', '{'];
        for a in set {
            for b in set {
                for c in set {
                    texts.push([a, b, c].iter().collect());
                }
            }
        }
        texts.push("x'$".repeat(LONGEST / 2));
        texts.push("é".repeat(LONGEST));
        texts.push("\n\\é".repeat(LONGEST / 3));
        texts
    }

    fn run(script: &str) -> Vec<u8> {
        use std::io::Write as _;
        let mut shell = Command::new("/bin/sh")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = shell.stdin.take().unwrap();
        let script = script.to_owned();
        let writer = std::thread::spawn(move || input.write_all(script.as_bytes()).unwrap());
        let out = shell.wait_with_output().unwrap();
        writer.join().unwrap();
        out.stdout
    }

    #[test]
    fn a_shell_reads_back_every_word() {
        let mut script = String::new();
        let mut expected = String::new();
        for text in hostile() {
            for quoted in [word(&text), single(&text), double(&text)] {
                script.push_str(&format!("printf '%s\\036' {quoted}\n"));
                expected.push_str(&text);
                expected.push('\u{1e}');
            }
        }
        assert!(run(&script) == expected.into_bytes());
    }

    #[test]
    fn a_shell_reads_back_every_line() {
        let mut script = String::from("nl=\"$(printf '\\n.')\"; nl=\"${nl%.}\"; cr=\"$(printf '\\r')\"; v='a b'\n");
        let mut expected = String::new();
        for text in hostile() {
            for with_variable in [false, true] {
                let mut parts = vec![Part::Text(text.clone())];
                let mut value = text.clone();
                if with_variable {
                    parts.push(Part::Variable("v".to_owned()));
                    value.push_str("a b");
                }
                let quoted = Line::default().quoted(&parts);
                for line in quoted.split(BREAK) {
                    assert!(line.len() < 65_000);
                }
                script.push_str(&format!("printf '%s\\036' {}\n", quoted.replace(BREAK, "\\\n")));
                expected.push_str(&value);
                expected.push('\u{1e}');
            }
        }
        assert!(run(&script) == expected.into_bytes());
    }
}
