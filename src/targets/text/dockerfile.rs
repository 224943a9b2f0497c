//! Words of a Dockerfile outside of `RUN`.

/// A value behind `KEY=`: expanded by nobody.
pub fn value(text: &str) -> String {
    if super::shell::is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '\\' | '"' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// A JSON list, the form of commands that no shell reads.
pub fn json_list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| serde_json::Value::String(word.clone()).to_string()).collect();
    format!("[{}]", words.join(", "))
}

/// The same words without two braces side by side: quotes that hold nothing stand between them.
pub fn without_braces(words: &str) -> String {
    let mut out = String::new();
    let (mut quote, mut escaped, mut after_brace) = (None, false, false);
    for c in words.chars() {
        if c == '{' && after_brace {
            out.push_str(if quote == Some('\'') { "''" } else { "\"\"" });
        }
        after_brace = c == '{';
        out.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != Some('\'') => escaped = true,
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_only_where_it_must() {
        assert_eq!(value("1.2"), "1.2");
        assert_eq!(value(""), "\"\"");
        assert_eq!(value("a \"$b\" \\"), "\"a \\\"\\$b\\\" \\\\\"");
        assert_eq!(json_list(&["a b".to_owned(), "\"".to_owned()]), r#"["a b", "\""]"#);
    }

    #[test]
    fn braces_are_told_apart_in_all_quotes() {
        assert_eq!(without_braces("a={ b=}}"), "a={ b=}}");
        assert_eq!(without_braces("a={{b}}"), "a={\"\"{b}}");
        assert_eq!(without_braces("a=\"{{{\""), "a=\"{\"\"{\"\"{\"");
        assert_eq!(without_braces("a='{{'"), "a='{''{'");
        assert_eq!(without_braces(r#"a="\"{{" b='"{{'"#), r#"a="\"{""{" b='"{''{'"#);
    }
}
