//! The text of a condition: `or`, `and`, `not`, brackets, `Q0.yes`, `Q7 >= partial`, `Q11.hosts >= 3`, `coverage < 0.4`.

use super::condition::{Comparison, Expr, Operand, Total};
use super::near;
use thiserror::Error;

/// Longest condition, bytes.
const LONGEST: usize = 1_000;
/// Deepest nesting of brackets and `not`.
const DEEPEST: usize = 32;

/// Why a condition cannot be read. Columns count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConditionError {
    /// Too long.
    #[error("the condition has {0} bytes; {LONGEST} are the most")]
    TooLong(usize),
    /// Too deep.
    #[error("column {0}: brackets and 'not' are nested more than {DEEPEST} deep")]
    TooDeep(usize),
    /// A character that no condition has.
    #[error("column {at}: '{found}' does not belong into a condition")]
    Character {
        /// Column.
        at: usize,
        /// What stands there.
        found: String,
    },
    /// Something else was expected.
    #[error("column {at}: expected {wanted}, found {found}")]
    Expected {
        /// Column.
        at: usize,
        /// What could stand there.
        wanted: &'static str,
        /// What stands there.
        found: String,
    },
    /// A word that names nothing.
    #[error("column {at}: '{word}' is neither a question (Q0, Q1 ...) nor severity, coverage or confidence{hint}")]
    Word {
        /// Column.
        at: usize,
        /// The word.
        word: String,
        /// What may be meant.
        hint: String,
    },
    /// Two sides that cannot be compared.
    #[error("column {at}: {why}")]
    Sides {
        /// Column of the comparison.
        at: usize,
        /// Why not.
        why: &'static str,
    },
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Dot,
    Compare(Comparison),
    Number(f64),
    Word(String),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Open => "'('".to_owned(),
            Self::Close => "')'".to_owned(),
            Self::Dot => "'.'".to_owned(),
            Self::Compare(comparison) => format!("'{}'", comparison.as_str()),
            Self::Number(number) => number.to_string(),
            Self::Word(word) => format!("'{word}'"),
        }
    }
}

/// Reads a condition.
pub(super) fn parse(text: &str) -> Result<Expr, ConditionError> {
    if text.len() > LONGEST {
        return Err(ConditionError::TooLong(text.len()));
    }
    let tokens = tokens(text)?;
    let end = text.chars().count().saturating_add(1);
    let mut reader = Reader { tokens: &tokens, at: 0, end };
    let expr = reader.any(0)?;
    match reader.peek() {
        None => Ok(expr),
        Some(token) => Err(reader.expected("'and', 'or' or the end", Some(token))),
    }
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ConditionError> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at).copied() {
        let column = at + 1;
        let run = |fits: fn(char) -> bool| -> String {
            letters.iter().skip(at).take_while(|letter| fits(**letter)).collect()
        };
        let next = letters.get(at + 1).copied();
        let (token, length) = match letter {
            _ if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '.' => (Token::Dot, 1),
            '<' if next == Some('=') => (Token::Compare(Comparison::AtMost), 2),
            '>' if next == Some('=') => (Token::Compare(Comparison::AtLeast), 2),
            '=' if next == Some('=') => (Token::Compare(Comparison::Equal), 2),
            '!' if next == Some('=') => (Token::Compare(Comparison::Unequal), 2),
            '<' => (Token::Compare(Comparison::Less), 1),
            '>' => (Token::Compare(Comparison::More), 1),
            '0'..='9' => {
                let digits = run(|letter| letter.is_ascii_digit() || letter == '.');
                let number = digits.parse().ok().filter(|number: &f64| number.is_finite());
                let number = number.ok_or_else(|| ConditionError::Character { at: column, found: digits.clone() })?;
                (Token::Number(number), digits.len())
            }
            _ if letter.is_ascii_alphabetic() => {
                let word = run(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
                let length = word.len();
                (Token::Word(word), length)
            }
            _ => return Err(ConditionError::Character { at: column, found: letter.escape_debug().to_string() }),
        };
        tokens.push((column, token));
        at += length;
    }
    Ok(tokens)
}

struct Reader<'a> {
    tokens: &'a [(usize, Token)],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn column(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(column, _)| *column)
    }

    fn expected(&self, wanted: &'static str, found: Option<&Token>) -> ConditionError {
        let found = found.map_or_else(|| "the end".to_owned(), Token::shown);
        ConditionError::Expected { at: self.column(), wanted, found }
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Result<Expr, ConditionError> {
        let mut parts = vec![self.all(depth)?];
        while self.takes("or") {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Expr::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Expr, ConditionError> {
        let mut parts = vec![self.single(depth)?];
        while self.takes("and") {
            parts.push(self.single(depth)?);
        }
        Ok(one_or(parts, Expr::And))
    }

    fn single(&mut self, depth: usize) -> Result<Expr, ConditionError> {
        if depth >= DEEPEST {
            return Err(ConditionError::TooDeep(self.column()));
        }
        if self.takes("not") {
            return Ok(Expr::Not(Box::new(self.single(depth + 1)?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.any(depth + 1)?;
            if self.peek() != Some(&Token::Close) {
                return Err(self.expected("')'", self.peek()));
            }
            self.at += 1;
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expr, ConditionError> {
        let left = self.operand()?;
        let at = self.column();
        let Some(Token::Compare(comparison)) = self.peek() else {
            return match left {
                Operand::Value(question, word) => Ok(Expr::Is(question, word)),
                _ => Err(self.expected("'.' with an answer, or a comparison", self.peek())),
            };
        };
        self.at += 1;
        let right = self.operand()?;
        let words = |side: &Operand| matches!(side, Operand::Word(_));
        let details = |side: &Operand| matches!(side, Operand::Detail(_));
        if (words(&left) && !details(&right)) || (words(&right) && !details(&left)) {
            return Err(ConditionError::Sides {
                at,
                why: "a word can only be compared with a question, as in Q7 >= partial",
            });
        }
        if (details(&left) && !words(&right)) || (details(&right) && !words(&left)) {
            return Err(ConditionError::Sides {
                at,
                why: "a question can only be compared with one of its details, as in Q7 >= partial; its numbers have names: Q11.hosts",
            });
        }
        Ok(Expr::Compare(left, *comparison, right))
    }

    fn operand(&mut self) -> Result<Operand, ConditionError> {
        let at = self.column();
        let word = match self.peek() {
            Some(Token::Number(number)) => {
                self.at += 1;
                return Ok(Operand::Number(*number));
            }
            Some(Token::Word(word)) if !matches!(word.as_str(), "and" | "or" | "not") => word,
            other => return Err(self.expected("a question, a number or '('", other)),
        };
        self.at += 1;
        for total in [Total::Severity, Total::Coverage, Total::Confidence] {
            if word == total.as_str() {
                return Ok(Operand::Total(total));
            }
        }
        if is_question(word) {
            if self.peek() != Some(&Token::Dot) {
                return Ok(Operand::Detail(word.clone()));
            }
            self.at += 1;
            let Some(Token::Word(name)) = self.peek() else {
                return Err(self.expected("an answer, detail or value", self.peek()));
            };
            self.at += 1;
            return Ok(Operand::Value(word.clone(), name.clone()));
        }
        let behind_comparison = self.at >= 2 && matches!(self.tokens.get(self.at - 2), Some((_, Token::Compare(_))));
        if behind_comparison || matches!(self.peek(), Some(Token::Compare(_))) {
            let mistyped = near(word, ["severity", "coverage", "confidence"]);
            if mistyped.is_none() {
                return Ok(Operand::Word(word.clone()));
            }
        }
        let hint = near(word, ["severity", "coverage", "confidence", "and", "or", "not"]);
        let hint = hint.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        Err(ConditionError::Word { at, word: word.clone(), hint })
    }
}

/// `Q` with digits.
pub(super) fn is_question(word: &str) -> bool {
    let digits = word.strip_prefix('Q').unwrap_or_default();
    !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn one_or(mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}
