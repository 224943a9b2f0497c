//! Finds out which brackets belong together, before anything is parsed.
//!
//! Fills the rest of [`Lexed::ends`]: every bracket gets its partner, and an opener without one gets the token before
//! which it was most likely meant to close. The parser therefore knows at every fault where the thing it is in ends.

use super::lexer::{Lexed, NONE, Unclosed};
use super::token::{Token, TokenKind};

/// Pairs the brackets of `lexed`, where that is not as plain as the lexer could see already.
pub(super) fn pair(lexed: &mut Lexed, text: &str) {
    if lexed.paired {
        return;
    }
    for (token, end) in lexed.tokens.iter().zip(&mut lexed.ends) {
        // What the lexer joined before it met something doubtful is looked at again.
        if opens(token.kind).is_some() || closes(token.kind).is_some() {
            *end = NONE;
        }
    }
    let original = lexed.ends.clone();
    let unclosed = lexed.unclosed.clone();
    let mut pairing = Pairing::new(lexed, text, false);
    pairing.run();
    if pairing.open_at_end {
        // Some brace is missing, and pairing alone blames the last block of the file: let the layout have a say.
        lexed.ends = original;
        lexed.unclosed = unclosed;
        Pairing::new(lexed, text, true).run();
    }
}

/// What a string's text, a sequence or the whole file holds: brackets of one do not pair with those of another.
struct Level {
    /// The token that ends it.
    end: usize,
    open: Vec<usize>,
    counts: [usize; 3],
    /// Something inside the first open bracket stood on a line that is indented.
    indented: bool,
    /// Whether the line of the first open bracket is not indented, once somebody asked.
    flush: Option<bool>,
}

impl Level {
    fn until(end: usize) -> Self {
        Self { end, open: Vec::new(), counts: [0; 3], indented: false, flush: None }
    }
}

struct Pairing<'a> {
    lexed: &'a mut Lexed,
    text: &'a str,
    by_layout: bool,
    levels: Vec<Level>,
    /// How many more closing than opening brackets there are of each kind.
    surplus: [isize; 3],
    open_at_end: bool,
}

const KINDS: [(TokenKind, TokenKind); 3] = [
    (TokenKind::OpenBrace, TokenKind::CloseBrace),
    (TokenKind::OpenBracket, TokenKind::CloseBracket),
    (TokenKind::OpenParen, TokenKind::CloseParen),
];

fn opens(kind: TokenKind) -> Option<usize> {
    KINDS.iter().position(|(open, _)| *open == kind)
}

fn closes(kind: TokenKind) -> Option<usize> {
    KINDS.iter().position(|(_, close)| *close == kind)
}

impl<'a> Pairing<'a> {
    fn new(lexed: &'a mut Lexed, text: &'a str, by_layout: bool) -> Self {
        let mut surplus = [0; 3];
        for token in &lexed.tokens {
            if let Some(nth) = opens(token.kind) {
                surplus[nth] -= 1;
            } else if let Some(nth) = closes(token.kind) {
                surplus[nth] += 1;
            }
        }
        let whole = Level::until(usize::MAX);
        Self { lexed, text, by_layout, levels: vec![whole], surplus, open_at_end: false }
    }

    fn run(&mut self) {
        for at in 0..self.lexed.tokens.len() {
            while self.levels.len() > 1 && self.level().end <= at {
                while self.pop(at, Unclosed::Line).is_some() {}
                self.levels.pop();
            }
            let Token { kind, .. } = self.lexed.tokens[at];
            match kind {
                TokenKind::OpenQuote
                | TokenKind::OpenHeredoc
                | TokenKind::OpenInterpolation
                | TokenKind::OpenDirective => {
                    let end = self.lexed.ends[at] as usize;
                    self.levels.push(Level::until(end));
                }
                TokenKind::Newline => self.newline(at),
                TokenKind::End => {
                    let braces = self.level().counts[0] > 0;
                    self.open_at_end = braces;
                    while self.pop(at, Unclosed::File).is_some() {}
                }
                _ => {
                    if let Some(nth) = opens(kind) {
                        if self.level().open.is_empty() {
                            self.level().indented = false;
                            self.level().flush = None;
                        }
                        self.level().open.push(at);
                        self.level().counts[nth] += 1;
                    } else if let Some(nth) = closes(kind) {
                        self.close(at, nth);
                    }
                }
            }
        }
    }

    fn level(&mut self) -> &mut Level {
        self.levels.last_mut().expect("internal error: the whole file is always open")
    }

    /// Gives up the innermost bracket, which was meant to close before `at`.
    fn pop(&mut self, at: usize, why: Unclosed) -> Option<usize> {
        let open = self.level().open.pop()?;
        let nth = opens(self.lexed.tokens[open].kind).expect("internal error: only brackets are on the stack");
        self.level().counts[nth] -= 1;
        self.surplus[nth] += 1;
        self.lexed.ends[open] = u32::try_from(at).unwrap_or(NONE);
        self.lexed.unclosed.insert(open, why);
        Some(nth)
    }

    fn join(&mut self, open: usize, close: usize) {
        self.lexed.ends[open] = u32::try_from(close).unwrap_or(NONE);
        self.lexed.ends[close] = u32::try_from(open).unwrap_or(NONE);
    }

    fn close(&mut self, at: usize, nth: usize) {
        let Some(&top) = self.level().open.last() else { return };
        let top_nth = opens(self.lexed.tokens[top].kind).expect("internal error: only brackets are on the stack");
        if top_nth != nth {
            // `[1, 2)`: one kind is missing, the other is there once too often.
            let mistyped = self.surplus[nth] > 0 && self.surplus[top_nth] < 0;
            if mistyped {
                self.level().open.pop();
                self.level().counts[top_nth] -= 1;
                self.surplus[nth] -= 1;
                self.surplus[top_nth] += 1;
                self.join(top, at);
                return;
            }
            if self.level().counts[nth] == 0 {
                return;
            }
            while self.innermost().is_some_and(|kind| kind != KINDS[nth].0) {
                self.pop(at, Unclosed::Line);
            }
        }
        if let Some(open) = self.level().open.pop() {
            self.level().counts[nth] -= 1;
            self.join(open, at);
        }
    }

    /// What the innermost open bracket is.
    fn innermost(&self) -> Option<TokenKind> {
        let open = self.levels.last()?.open.last()?;
        Some(self.lexed_kind(*open))
    }

    fn lexed_kind(&self, at: usize) -> TokenKind {
        self.lexed.tokens[at].kind
    }

    /// A line ends. No argument and no block can start inside parentheses or square brackets.
    fn newline(&mut self, at: usize) {
        let Some(&top) = self.level().open.last() else { return };
        let Some(next) = self.lexed.tokens.get(at + 1).copied() else { return };
        let line = self.lexed.tokens[at].span.range().end;
        let flush = next.kind == TokenKind::Identifier && next.span.range().start == line;
        if self.text[line..].starts_with([' ', '\t']) {
            self.level().indented = true;
        } else if !flush {
            return;
        }
        if self.lexed_kind(top) == TokenKind::OpenBrace && !self.by_layout {
            return;
        }
        let Some(item) = self.item(at + 1) else { return };
        if self.lexed_kind(top) != TokenKind::OpenBrace {
            while self.innermost().is_some_and(|kind| kind != TokenKind::OpenBrace) {
                self.pop(at, Unclosed::Line);
            }
        }
        if self.by_layout && item == ItemStart::Block && flush && self.levels.len() == 1 {
            let Some(&bottom) = self.level().open.first() else { return };
            let flush = self.level().flush;
            let flush = flush.unwrap_or_else(|| self.starts_flush(bottom));
            self.level().flush = Some(flush);
            if self.level().indented && flush {
                while self.pop(at, Unclosed::Line).is_some() {}
                self.level().indented = false;
            }
        }
    }

    /// Whether the line of this token starts without indentation.
    fn starts_flush(&self, at: usize) -> bool {
        let start = self.lexed.tokens[at].span.start as usize;
        let line = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        self.text[line..].starts_with(|c: char| c == '_' || unicode_ident::is_xid_start(c))
    }

    /// What kind of item the tokens from here on start.
    fn item(&self, mut at: usize) -> Option<ItemStart> {
        let mut next = || {
            let token = self.lexed.tokens.get(at)?;
            let here = at;
            at = match token.kind {
                TokenKind::OpenQuote => (self.lexed.ends[here] as usize).max(here) + 1,
                _ => here + 1,
            };
            Some(token.kind)
        };
        if next()? != TokenKind::Identifier {
            return None;
        }
        match next()? {
            TokenKind::Equal => return Some(ItemStart::Argument),
            TokenKind::OpenBrace => return Some(ItemStart::Block),
            TokenKind::Identifier | TokenKind::OpenQuote => {}
            _ => return None,
        }
        for _ in 0..4 {
            match next()? {
                TokenKind::OpenBrace => return Some(ItemStart::Block),
                TokenKind::Identifier | TokenKind::OpenQuote => {}
                _ => return None,
            }
        }
        None
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ItemStart {
    Argument,
    Block,
}
