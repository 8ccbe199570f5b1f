use core::net::IpAddr;
use std::fmt;

/// A boolean of predicates. Empty `And` is true, empty `Or` is false.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of them.
    And(Vec<Expr>),
    /// At least one of them.
    Or(Vec<Expr>),
    /// At least that many of them.
    AtLeast(u32, Vec<Expr>),
    /// Not.
    Not(Box<Expr>),
    /// One test.
    Is(Predicate),
}

/// One test of one field. A field with several values passes where one of them does.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate {
    /// Sigma field; none: any value of the record (keywords).
    pub field: Option<Box<str>>,
    /// What is asked.
    pub test: Test,
}

/// What is asked of a value. Numbers are compared as text where the test is on text. Only [`Test::Null`] and
/// [`Test::Exists`] can hold of a field that is absent.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The whole text fits the pattern.
    Text {
        /// Literals and wildcards.
        pattern: TextPattern,
        /// Case counts.
        cased: bool,
    },
    /// Somewhere in the text the expression matches (case-sensitive unless flagged).
    Regex {
        /// In the syntax of the `regex` crate.
        source: Box<str>,
        /// Flags.
        flags: RegexFlags,
    },
    /// An IP address in a network.
    Cidr {
        /// Network address.
        network: IpAddr,
        /// Prefix length in bits.
        prefix: u8,
    },
    /// A comparison of numbers; text that is no number (decimal or 0x hexadecimal) fails.
    Number(NumberTest, f64),
    /// Absent, null or empty (Sigma's `null`: absent or null).
    Null,
    /// There or not.
    Exists(bool),
    /// Another field of the same record.
    FieldRef {
        /// The other field.
        other: Box<str>,
        /// How they must stand to each other.
        relation: FieldRelation,
        /// Case counts.
        cased: bool,
    },
    /// A part of a time.
    TimePart(TimePart, i64),
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberTest {
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Equal.
    Eq,
    /// Other.
    Ne,
}

/// How a field stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRelation {
    /// The same text.
    Equals,
    /// Begins with it.
    StartsWith,
    /// Ends with it.
    EndsWith,
    /// Contains it.
    Contains,
}

/// Which part of a time (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimePart {
    /// Minute of the hour.
    Minute,
    /// Hour of the day.
    Hour,
    /// Day of the month.
    Day,
    /// ISO week of the year.
    Week,
    /// Month of the year.
    Month,
    /// Year.
    Year,
}

/// Flags of a regular expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegexFlags {
    /// `i`: case does not count.
    pub ignore_case: bool,
    /// `m`: `^` and `$` at lines.
    pub multi_line: bool,
    /// `s`: `.` takes line ends.
    pub dot_all: bool,
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Literal(Box<str>),
    /// Exactly one character.
    One,
    /// Any text, none included.
    Any,
}

/// Literals and wildcards in order: `contains X` is `[Any, Literal(X), Any]`, equality is `[Literal(X)]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextPattern {
    /// Pieces; no two literals and no two `Any` stand side by side.
    pub pieces: Vec<Piece>,
}

impl fmt::Display for TextPattern {
    /// As Sigma text, which reads back as the same pattern.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for piece in &self.pieces {
            match piece {
                Piece::One => f.write_char('?')?,
                Piece::Any => f.write_char('*')?,
                Piece::Literal(text) => {
                    for letter in text.chars() {
                        if matches!(letter, '*' | '?' | '\\') {
                            f.write_char('\\')?;
                        }
                        f.write_char(letter)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl TextPattern {
    /// Reads a pattern of `*`, `?` and text in which a backslash before one of them or a backslash takes its meaning; any
    /// other backslash is itself.
    #[must_use]
    pub fn like(text: &str) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut literal = String::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let piece = match letter {
                '*' => Piece::Any,
                '?' => Piece::One,
                '\\' => {
                    literal.push(letters.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or(letter));
                    continue;
                }
                _ => {
                    literal.push(letter);
                    continue;
                }
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
            }
            if piece != Piece::Any || pieces.last() != Some(&Piece::Any) {
                pieces.push(piece);
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        Self { pieces }
    }
}

/// Plain text as [`TextPattern::like`] reads it.
#[must_use]
pub fn escape_like(text: &str) -> String {
    TextPattern { pieces: vec![Piece::Literal(text.into())] }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_read_back() {
        for text in [r"C:\\Windows\\*", r"a\*b?c", r"\\\\server\\x", "plain", ""] {
            assert_eq!(TextPattern::like(text).to_string(), text);
        }
        assert_eq!(TextPattern::like(r"a\b**").pieces, [Piece::Literal(r"a\b".into()), Piece::Any]);
        assert_eq!(TextPattern::like(r"a\\*").pieces, [Piece::Literal(r"a\".into()), Piece::Any]);
        assert_eq!(TextPattern::like(&escape_like(r"*\?")).pieces, [Piece::Literal(r"*\?".into())]);
    }
}
