//! Instruction text to words: quotes, backslash escapes, switches, every kind of blank.

/// A stretch of instruction text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segment<'t> {
    /// Stored text: blanks part words, quotes and backslashes have their meaning.
    Plain(&'t str),
    /// The value of a nested field: taken as it is. The flag is true where the value is only a guess.
    Value(&'t str, bool),
}

/// A word of an instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Unquoted and unescaped.
    pub(super) text: String,
    /// Stood in quotes.
    pub(super) quoted: bool,
    /// A switch (`\a`, `\*`).
    pub(super) switch: bool,
    /// Holds a nested field's guessed value.
    pub(super) guessed: bool,
    /// What stood before it.
    pub(super) gap: Gap,
}

/// Blanks between two words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gap {
    /// Number of characters.
    pub(super) length: usize,
    /// Something else than blanks (U+0020) and line ends was among them.
    pub(super) odd: bool,
    /// A line or paragraph end was among them.
    pub(super) line: bool,
}

/// True for what parts words: Unicode white space, control characters and invisible joiners.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// True for a character that opens a quoted word: straight or typographic.
fn opens_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}')
}

/// A quote opened by a straight mark is closed by a straight one only; typographic ones are closed by any.
fn closes_quote(opener: char, c: char) -> bool {
    if opener == '"' { c == '"' } else { opens_quote(c) }
}

/// A reader of words.
pub(super) struct Words<'t> {
    segments: &'t [Segment<'t>],
    next_segment: usize,
    chars: std::str::Chars<'t>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Value { guessed: bool },
}

impl<'t> Words<'t> {
    pub(super) fn new(segments: &'t [Segment<'t>]) -> Self {
        Self { segments, next_segment: 0, chars: "".chars(), kind: Kind::Plain }
    }

    fn bump(&mut self) -> Option<(char, Kind)> {
        loop {
            if let Some(c) = self.chars.next() {
                return Some((c, self.kind));
            }
            match self.segments.get(self.next_segment)? {
                Segment::Plain(text) => (self.chars, self.kind) = (text.chars(), Kind::Plain),
                Segment::Value(text, guessed) => {
                    (self.chars, self.kind) = (text.chars(), Kind::Value { guessed: *guessed });
                }
            }
            self.next_segment = self.next_segment.saturating_add(1);
        }
    }

    fn peek(&self) -> Option<(char, Kind)> {
        Words { segments: self.segments, next_segment: self.next_segment, chars: self.chars.clone(), kind: self.kind }
            .bump()
    }

    fn skip_blanks(&mut self) -> Gap {
        let mut gap = Gap::default();
        while let Some((c, Kind::Plain)) = self.peek()
            && is_blank(c)
        {
            let line = matches!(c, '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}');
            gap.length = gap.length.saturating_add(1);
            gap.odd |= c != ' ' && !line;
            gap.line |= line;
            self.bump();
        }
        gap
    }

    fn quoted(&mut self, opener: char, word: &mut Word) {
        word.quoted = true;
        while let Some((c, kind)) = self.bump() {
            if let Kind::Value { guessed } = kind {
                word.guessed |= guessed;
            } else if closes_quote(opener, c) {
                return;
            } else if c == '\\' {
                self.escaped(word);
                continue;
            }
            word.text.push(c);
        }
    }

    /// Behind a backslash: `\\` and `\"` stand for the second character; before others the backslash stays, so that
    /// what the author meant can still be read.
    fn escaped(&mut self, word: &mut Word) {
        match self.peek() {
            Some((c, Kind::Plain)) if c == '\\' || opens_quote(c) => {
                word.text.push(c);
                self.bump();
            }
            _ => word.text.push('\\'),
        }
    }

    fn bare(&mut self, word: &mut Word) {
        while let Some((c, kind)) = self.peek() {
            match kind {
                Kind::Plain if is_blank(c) || opens_quote(c) => return,
                Kind::Plain if c == '\\' => {
                    self.bump();
                    self.escaped(word);
                    continue;
                }
                Kind::Plain => {}
                Kind::Value { guessed } => word.guessed |= guessed,
            }
            word.text.push(c);
            self.bump();
        }
    }

    /// A switch at the present place: a backslash, one character, and then a blank, a quote, a further switch or the
    /// end. Formatting switches (`\*`, `\#`, `\@`) need no blank behind them.
    fn switch(&mut self) -> Option<String> {
        let mut ahead = Words {
            segments: self.segments,
            next_segment: self.next_segment,
            chars: self.chars.clone(),
            kind: self.kind,
        };
        let (Some(('\\', Kind::Plain)), Some((name, Kind::Plain))) = (ahead.bump(), ahead.bump()) else { return None };
        let formats = matches!(name, '*' | '#' | '@');
        if !formats && !name.is_ascii_alphabetic() && name != '!' {
            return None;
        }
        let ends =
            ahead.peek().is_none_or(|(c, kind)| kind == Kind::Plain && (is_blank(c) || opens_quote(c) || c == '\\'));
        if !formats && !ends {
            return None;
        }
        *self = ahead;
        Some(format!("\\{name}"))
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let mut word = Word { gap: self.skip_blanks(), ..Word::default() };
        let (c, kind) = self.peek()?;
        if kind == Kind::Plain && opens_quote(c) {
            self.bump();
            self.quoted(c, &mut word);
        } else if let Some(switch) = self.switch() {
            word.text = switch;
            word.switch = true;
        } else {
            self.bare(&mut word);
        }
        Some(word)
    }
}
