//! Texts made at random, the same in every run.

/// A source of numbers.
pub(crate) struct Random(u64);

/// What a mutation puts in.
const PIECES: &[&str] = &[
    "a",
    "in",
    "1",
    "2.5",
    "\"s\"",
    "\"é ${x}\"",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    ",",
    "...",
    ":",
    "::",
    "?",
    "=",
    "=>",
    "==",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    "!",
    "+",
    "-",
    "*",
    "/",
    "%",
    "${",
    "%{if x}",
    "\"",
    "~}",
    "# c\n",
    "// d\r\n",
    "/* x\n y */",
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "   ",
    "\t",
    "\n<<E\n x ${ y }\nE\n",
    "\u{feff}",
    "é",
    "\u{301}",
];

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Less than `below`, which is not zero.
    fn below(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below).unwrap()).unwrap()
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn space(&mut self) -> &'static str {
        self.pick(&["", "", " ", "  ", "\t"])
    }

    fn line_end(&mut self) -> &'static str {
        self.pick(&["\n", "\n", "\n\n", " \n", "\r\n", " # c\n", "#d\n", "  // e\r\n", "/* f */\n", "\t\n"])
    }

    /// What may stand between the elements of a list.
    fn gap(&mut self) -> &'static str {
        self.pick(&["", "", " ", "\n", " \n\n\t", "# c\n", "\r\n", " /* b */ "])
    }

    /// A text with a few places changed.
    pub(crate) fn mutant(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..=self.below(3) {
            let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let nth = self.below(borders.len());
            let (start, end) = (borders[nth], borders[(nth + self.below(4)).min(borders.len() - 1)]);
            let piece = match self.below(3) {
                0 => self.pick(PIECES).to_owned(),
                1 => self.pick(&["", " ", "  ", "\t", "\n"]).to_owned(),
                _ => text[start..end].repeat(2),
            };
            text.replace_range(start..end, &piece);
        }
        text
    }

    /// A body that parses.
    pub(crate) fn body(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for nth in 0..self.below(6) {
            text += self.pick(&["", "  ", "\t", "      "]);
            match self.below(10) {
                0 | 1 if depth < 3 => {
                    text += self.pick(&["b", "source \"a\"  \"b\"", "c\t\"x\""]);
                    text += self.space();
                    text += &format!("{{{}{}}}", self.line_end(), self.body(depth + 1));
                    text += self.line_end();
                }
                2 => text += self.pick(&["#c\n", "// x\r\n", "/* a\n b */\n", "\n", "b {a=1 }\n", "b{ }\n"]),
                _ => {
                    text += &format!("{}{nth}", self.pick(&["a", "bbb", "x-y", "éé"]));
                    text += self.pick(&["", " ", "   ", "/*i*/"]);
                    text += "=";
                    text += self.space();
                    text += &self.expression(0);
                    text += if self.below(12) == 0 { " + <<-EOT\n  t ${ x }\n  EOT\n" } else { self.line_end() };
                }
            }
        }
        text
    }

    fn expression(&mut self, depth: usize) -> String {
        let (one, two) = (self.space(), self.space());
        let kind = self.below(if depth < 4 { 16 } else { 5 });
        if kind < 5 {
            return self
                .pick(&[
                    "a",
                    "in",
                    "1",
                    "2.5",
                    "-1",
                    "- 2",
                    "\"\"",
                    "\"é ${ x }\"",
                    "\"日本$${y} 5%\"",
                    "f . b",
                    "f[ *].z",
                    "true",
                ])
                .to_owned();
        }
        let inner = self.expression(depth + 1);
        match kind {
            5 => format!("[{}{inner}{one},{}{}{two}]", self.gap(), self.gap(), self.expression(depth + 1)),
            6 => format!("{{{}k{one}={two}{inner}{}(l):{one}1}}", self.gap(), self.pick(&[",", "\n", " , "])),
            7 => format!("f{one}({}{inner}{},{two}{})", self.gap(), self.gap(), self.expression(depth + 1)),
            8 | 9 => {
                let operator = self.pick(&["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"]);
                // A name would take the `-` in.
                format!("({inner} {one}{operator}{two}{})", self.expression(depth + 1))
            }
            10 => format!("({}{one}{inner})", self.pick(&["!", "-"])),
            11 => format!("({inner}{one}?{two}{}{one}: {})", self.expression(depth + 1), self.expression(depth + 1)),
            12 => format!("[for k{one},{two}v in {inner}{one}:{two}{}]", self.expression(depth + 1)),
            13 => format!("{{for k, v in {inner} :{one}k{two}=>{one}v{two}...{one}if x}}"),
            14 => {
                let (open, close) =
                    (self.pick(&["${", "${~", "x${"]), self.pick(&["}", "~}", "}${ b }", "} %{ if c }d%{ endif }"]));
                format!("\"{open}{one}{inner}{two}{close}\"")
            }
            _ => format!("({inner}){one}[{two}{}{one}]", self.expression(depth + 1)),
        }
    }
}
