//! One `field|modifiers: values` to tests (Sigma specification 2.1, "Field usage", "Value modifiers").

use super::encode::{self, Wide};
use super::{limits, number, pattern, pcre, placeholder};
use crate::ir::{Expr, FieldRelation, NumberTest, Piece, Predicate, RegexFlags, Test, TimePart};
use core::net::IpAddr;
use ddefend_model::code;
use rsigma_parser::Modifier;
use std::collections::BTreeMap;
use yaml_serde::Value;

/// Why a value cannot be taken.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// Code of the problem.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Index of the value that is meant, none for the key.
    pub value: Option<usize>,
}

/// Outcome of reading.
pub(super) type Taken<T> = Result<T, Refusal>;

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Taken<T> {
    Err(Refusal { code, message: message.into(), value: None })
}

/// What the modifiers of a key say.
#[derive(Clone, Debug)]
pub(super) struct Asked<'r> {
    modifiers: &'r [Modifier],
    placeholders: &'r BTreeMap<String, Vec<String>>,
    keyword: bool,
}

impl<'r> Asked<'r> {
    /// Of those modifiers; `keyword` where no field is named.
    pub(super) fn new(
        modifiers: &'r [Modifier],
        placeholders: &'r BTreeMap<String, Vec<String>>,
        keyword: bool,
    ) -> Taken<Self> {
        let asked = Self { modifiers, placeholders, keyword };
        asked.check()?;
        Ok(asked)
    }

    fn has(&self, modifier: Modifier) -> bool {
        self.modifiers.contains(&modifier)
    }

    /// Refuses what contradicts itself.
    fn check(&self) -> Taken<()> {
        use Modifier as M;
        let kinds = [
            self.has(M::Re),
            self.has(M::Cidr),
            self.has(M::Exists),
            self.has(M::FieldRef),
            self.comparison().is_some() && self.time_part().is_none(),
            self.time_part().is_some(),
        ];
        let kinds = kinds.iter().filter(|is| **is).count();
        let shape = self.modifiers.iter().any(|modifier| is_encoding(*modifier));
        let flags = self.has(M::IgnoreCase) || self.has(M::Multiline) || self.has(M::DotAll);
        if kinds > 1 || (kinds == 1 && shape) {
            return refuse(code::RULE_MODIFIER, "these modifiers cannot stand together");
        }
        if flags && !self.has(M::Re) {
            return refuse(code::RULE_MODIFIER, "`i`, `m` and `s` are flags of `re`");
        }
        if self.has(M::FieldRef) && self.keyword {
            return refuse(code::RULE_MODIFIER, "`fieldref` compares fields; this key names none");
        }
        Ok(())
    }

    fn comparison(&self) -> Option<NumberTest> {
        self.modifiers.iter().find_map(|modifier| match modifier {
            Modifier::Gt => Some(NumberTest::Gt),
            Modifier::Gte => Some(NumberTest::Ge),
            Modifier::Lt => Some(NumberTest::Lt),
            Modifier::Lte => Some(NumberTest::Le),
            _ => None,
        })
    }

    fn time_part(&self) -> Option<TimePart> {
        self.modifiers.iter().find_map(|modifier| match modifier {
            Modifier::Minute => Some(TimePart::Minute),
            Modifier::Hour => Some(TimePart::Hour),
            Modifier::Day => Some(TimePart::Day),
            Modifier::Week => Some(TimePart::Week),
            Modifier::Month => Some(TimePart::Month),
            Modifier::Year => Some(TimePart::Year),
            _ => None,
        })
    }

    /// All values of the key as one expression.
    pub(super) fn values(&self, field: Option<&str>, values: &[Value]) -> Taken<Expr> {
        let mut parts = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let tests = self.tests(value).map_err(|refusal| Refusal { value: Some(index), ..refusal })?;
            let mut alternatives: Vec<Expr> =
                tests.into_iter().map(|test| Expr::Is(Predicate { field: field.map(Into::into), test })).collect();
            parts.push(match alternatives.len() {
                1 => alternatives.remove(0),
                _ => Expr::Or(alternatives),
            });
        }
        let expr = match parts.len() {
            1 => parts.remove(0),
            _ if self.has(Modifier::All) => Expr::And(parts),
            // Alternatives of several values are alternatives all alike.
            _ => Expr::Or(
                parts
                    .into_iter()
                    .flat_map(|part| match part {
                        Expr::Or(inner) => inner,
                        other => vec![other],
                    })
                    .collect(),
            ),
        };
        Ok(if self.has(Modifier::Neq) { Expr::Not(Box::new(expr)) } else { expr })
    }

    /// One value; several tests where modifiers make several of it, one of which must hold.
    fn tests(&self, value: &Value) -> Taken<Vec<Test>> {
        if self.has(Modifier::Exists) {
            return match value {
                Value::Bool(there) => Ok(vec![Test::Exists(*there)]),
                _ => refuse(code::RULE_VALUE, "`exists` wants true or false"),
            };
        }
        if let Some(part) = self.time_part() {
            return number::time_tests(part, self.comparison(), value).ok_or_else(|| Refusal {
                code: code::RULE_VALUE,
                message: "this part of a time wants a whole number".into(),
                value: None,
            });
        }
        if let Some(test) = self.comparison() {
            let Some(bound) = number::of(value) else { return refuse(code::RULE_VALUE, "a comparison wants a number") };
            return Ok(vec![Test::Number(test, bound)]);
        }
        let texts = match value {
            Value::Null => return Ok(vec![Test::Null]),
            Value::Number(given) if !self.shapes() => return Ok(vec![number::equals(given)]),
            Value::Number(given) => vec![given.to_string()],
            Value::Bool(given) => vec![given.to_string()],
            Value::String(text) if self.has(Modifier::Expand) => placeholder::fill(text, self.placeholders)
                .map_err(|error| Refusal { code: error.code(), message: error.to_string(), value: None })?,
            Value::String(text) => vec![text.clone()],
            Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
                return refuse(code::RULE_VALUE, "a value is text, a number, true, false or null");
            }
        };
        let mut tests = Vec::new();
        for text in &texts {
            tests.extend(self.text(text)?);
            if tests.len() > limits::EXPANSIONS {
                return refuse(
                    code::RULE_LIMIT,
                    format!("the modifiers make more than {} patterns", limits::EXPANSIONS),
                );
            }
        }
        Ok(tests)
    }

    /// True where the key asks for text even of numbers.
    fn shapes(&self) -> bool {
        use Modifier as M;
        self.keyword
            || self.modifiers.iter().any(|modifier| {
                is_encoding(*modifier)
                    || matches!(
                        modifier,
                        M::Contains | M::StartsWith | M::EndsWith | M::Re | M::Cased | M::FieldRef | M::Cidr
                    )
            })
    }

    fn text(&self, text: &str) -> Taken<Vec<Test>> {
        if self.has(Modifier::Re) {
            return self.regex(text).map(|test| vec![test]);
        }
        if self.has(Modifier::Cidr) {
            return match cidr(text) {
                Some(test) => Ok(vec![test]),
                None => refuse(code::RULE_VALUE, format!("`{text}` is no network such as 10.0.0.0/8 or fe80::/10")),
            };
        }
        let cased = self.has(Modifier::Cased);
        if self.has(Modifier::FieldRef) {
            let relation = match () {
                () if self.has(Modifier::Contains) => FieldRelation::Contains,
                () if self.has(Modifier::StartsWith) => FieldRelation::StartsWith,
                () if self.has(Modifier::EndsWith) => FieldRelation::EndsWith,
                () => FieldRelation::Equals,
            };
            return Ok(vec![Test::FieldRef { other: text.into(), relation, cased }]);
        }
        let mut patterns = vec![Shape::Pattern(pattern::read(text))];
        for modifier in self.modifiers {
            let mut next = Vec::new();
            for shape in patterns {
                next.extend(shape.modify(*modifier)?);
            }
            patterns = next;
            if patterns.len() > limits::EXPANSIONS {
                return refuse(
                    code::RULE_LIMIT,
                    format!("the modifiers make more than {} patterns", limits::EXPANSIONS),
                );
            }
        }
        patterns
            .into_iter()
            .map(|shape| {
                let mut pieces = shape.pieces()?;
                if self.keyword {
                    pieces.insert(0, Piece::Any);
                    pieces.push(Piece::Any);
                }
                Ok(Test::Text { pattern: pattern::join(pieces), cased })
            })
            .collect()
    }

    fn regex(&self, text: &str) -> Taken<Test> {
        let flags = RegexFlags {
            ignore_case: self.has(Modifier::IgnoreCase),
            multi_line: self.has(Modifier::Multiline),
            dot_all: self.has(Modifier::DotAll),
        };
        let mut source =
            pcre::translate(text).map_err(|message| Refusal { code: code::RULE_REGEX, message, value: None })?;
        if self.has(Modifier::StartsWith) {
            source = format!("^(?:{source})");
        }
        if self.has(Modifier::EndsWith) {
            source = format!("(?:{source})$");
        }
        Ok(Test::Regex { source: source.into(), flags })
    }
}

fn is_encoding(modifier: Modifier) -> bool {
    use Modifier as M;
    matches!(modifier, M::Base64 | M::Base64Offset | M::Wide | M::Utf16 | M::Utf16be | M::WindAsh)
}

/// A value on its way through the modifiers.
#[derive(Clone, Debug)]
enum Shape {
    /// Text with wildcards.
    Pattern(Vec<Piece>),
    /// Bytes that are no text yet.
    Bytes(Vec<u8>),
}

impl Shape {
    fn modify(self, modifier: Modifier) -> Taken<Vec<Self>> {
        use Modifier as M;
        let text = |text: &str| Self::Pattern(pattern::literal(text));
        Ok(match modifier {
            M::Wide => vec![Self::Bytes(encode::utf16(&self.plain_text()?, Wide::Little))],
            M::Utf16be => vec![Self::Bytes(encode::utf16(&self.plain_text()?, Wide::Big))],
            M::Utf16 => vec![Self::Bytes(encode::utf16(&self.plain_text()?, Wide::Marked))],
            M::Base64 => vec![text(&encode::base64(&self.bytes()?))],
            M::Base64Offset => encode::base64_offsets(&self.bytes()?).iter().map(|one| text(one)).collect(),
            M::WindAsh => match encode::windash(&self.pieces()?) {
                Some(all) => all.into_iter().map(Self::Pattern).collect(),
                None => return refuse(code::RULE_LIMIT, "`windash` makes too many patterns of so many dashes"),
            },
            M::Contains => vec![self.wrap(true, true)?],
            M::StartsWith => vec![self.wrap(false, true)?],
            M::EndsWith => vec![self.wrap(true, false)?],
            _ => vec![self],
        })
    }

    fn wrap(self, before: bool, after: bool) -> Taken<Self> {
        let mut pieces = self.pieces()?;
        if before {
            pieces.insert(0, Piece::Any);
        }
        if after {
            pieces.push(Piece::Any);
        }
        Ok(Self::Pattern(pieces))
    }

    fn plain_text(&self) -> Taken<String> {
        let text = match self {
            Self::Pattern(pieces) => pattern::plain(pieces),
            Self::Bytes(bytes) => core::str::from_utf8(bytes).ok().map(str::to_owned),
        };
        text.map_or_else(|| refuse(code::RULE_VALUE, "text with wildcards cannot be encoded"), Ok)
    }

    fn bytes(&self) -> Taken<Vec<u8>> {
        match self {
            Self::Pattern(_) => self.plain_text().map(String::into_bytes),
            Self::Bytes(bytes) => Ok(bytes.clone()),
        }
    }

    fn pieces(self) -> Taken<Vec<Piece>> {
        match self {
            Self::Pattern(pieces) => Ok(pieces),
            Self::Bytes(bytes) => match core::str::from_utf8(&bytes) {
                Ok(text) => Ok(pattern::literal(text)),
                Err(_) => refuse(code::RULE_VALUE, "this UTF-16 is no text unless `base64` or `base64offset` follows"),
            },
        }
    }
}

/// `10.0.0.0/8`, `fe80::/10`, or one address.
fn cidr(text: &str) -> Option<Test> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let network: IpAddr = address.trim().parse().ok()?;
    let most = if network.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => most,
        Some(text) => text.trim().parse().ok().filter(|prefix| *prefix <= most)?,
    };
    Some(Test::Cidr { network, prefix })
}
