use super::lexer::Kind;
use super::statement::{Cursor, Name};
use crate::ir::query::{CompareOp, Span};

/// Brackets in brackets.
const DEPTH: usize = 64;

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    /// A comparison of a field with values; any of them.
    Field {
        field: Name,
        test: FieldTest,
        values: Vec<Value>,
        span: Span,
    },
    /// Of a field with another, or arithmetic of fields.
    Compare {
        left: Operand,
        op: CompareOp,
        right: Operand,
        span: Span,
    },
    /// A field that says something.
    Exists(Name, Span),
    /// Text anywhere in the record.
    Anywhere(Value),
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldTest {
    /// Whole, with wildcards.
    Like,
    /// A regular expression somewhere.
    Match,
    /// Somewhere in it.
    Contains,
}

/// A constant where it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) quoted: bool,
    pub(super) span: Span,
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Field(Name),
    Number(f64, Span),
    /// Ticks of 100 ns.
    Time(i64, Span),
    Sum(Box<Operand>, Box<Operand>, bool),
}

type Read<T> = Result<T, (Span, String)>;

/// A condition. `loose`: lines without a word between them all must hold (conditions that stand alone).
pub(super) fn condition(cursor: &mut Cursor<'_>, loose: bool) -> Read<Condition> {
    any(cursor, DEPTH, loose)
}

fn any(cursor: &mut Cursor<'_>, depth: usize, loose: bool) -> Read<Condition> {
    let mut parts = vec![all(cursor, depth, loose)?];
    while cursor.word("or") {
        parts.push(all(cursor, depth, loose)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Or(parts) })
}

fn all(cursor: &mut Cursor<'_>, depth: usize, loose: bool) -> Read<Condition> {
    let mut parts = vec![one(cursor, depth)?];
    loop {
        let implied = loose && cursor.peek().is_some_and(|token| token.first) && !cursor.is_word(0, "or");
        let more = cursor.word("and") || (implied && !cursor.is_word(0, "output"));
        if !more {
            break;
        }
        parts.push(one(cursor, depth)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::And(parts) })
}

fn one(cursor: &mut Cursor<'_>, depth: usize) -> Read<Condition> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err((cursor.span(), format!("more than {DEPTH} brackets in brackets")));
    };
    if cursor.word("not") {
        return Ok(Condition::Not(Box::new(one(cursor, depth)?)));
    }
    if cursor.sign("(") {
        let inner = any(cursor, depth, false)?;
        if !cursor.close() {
            return Err((cursor.span(), "`)` is missing, or `and` or `or` between two tests".to_owned()));
        }
        return Ok(inner);
    }
    test(cursor)
}

fn test(cursor: &mut Cursor<'_>) -> Read<Condition> {
    let start = cursor.span();
    if let Some(value) = text(cursor) {
        // `"lsass" in raw event`
        if cursor.word("in") && cursor.word("raw") {
            cursor.word("event");
            return Ok(Condition::Anywhere(value));
        }
        return Err((value.span, "a test begins with a field's name".to_owned()));
    }
    let left = operand(cursor)?;
    let Operand::Field(field) = &left else { return comparison(cursor, left, start) };
    let field = field.clone();
    let spanned = |cursor: &Cursor<'_>| {
        let end =
            cursor.at.checked_sub(1).and_then(|at| cursor.tokens.get(at)).map_or(start.end, |token| token.span.end);
        Span { start: start.start, end }
    };
    if cursor.word("exists") {
        return Ok(Condition::Exists(field, spanned(cursor)));
    }
    if let Some((test, negated)) = word_test(cursor)? {
        let brackets = cursor.sign("(");
        let values = values(cursor)?;
        if brackets && !cursor.sign(")") {
            return Err((cursor.span(), "`)` is missing".to_owned()));
        }
        let found = Condition::Field { field, test, values, span: spanned(cursor) };
        return Ok(if negated { Condition::Not(Box::new(found)) } else { found });
    }
    let negated = cursor.sign("!=") || cursor.sign("<>");
    if negated || cursor.sign("==") || cursor.sign("=") {
        let value = match cursor.peek().map(|token| &token.kind) {
            // A word with a dot is a field of another search; smb.write is a value all the same: dots of values are rare.
            Some(Kind::Word(word)) if word.contains('.') && is_field(word) => None,
            Some(_) => Some(values(cursor)?),
            None => return Err((cursor.span(), "a value is missing".to_owned())),
        };
        if let Some(values) = value {
            let found = Condition::Field { field, test: FieldTest::Like, values, span: spanned(cursor) };
            return Ok(if negated { Condition::Not(Box::new(found)) } else { found });
        }
        let right = operand(cursor)?;
        let op = if negated { CompareOp::Ne } else { CompareOp::Eq };
        return Ok(Condition::Compare { left, op, right, span: spanned(cursor) });
    }
    comparison(cursor, left, start)
}

/// `match`, `contains`, `in`, `includes one of`, each with its negation.
fn word_test(cursor: &mut Cursor<'_>) -> Read<Option<(FieldTest, bool)>> {
    let negated = if cursor.word("does") { cursor.word("not") } else { cursor.is_word(0, "not") && cursor.word("not") };
    let test = if cursor.word("match") || cursor.word("matches") {
        FieldTest::Match
    } else if cursor.word("contains") || cursor.word("contain") {
        FieldTest::Contains
    } else if cursor.word("in") {
        if !matches!(cursor.peek().map(|token| &token.kind), Some(Kind::Sign("[" | "("))) {
            return Err((cursor.span(), "only a list in brackets can stand behind `in`".to_owned()));
        }
        FieldTest::Like
    } else if cursor.word("includes") {
        cursor.word("one");
        cursor.word("of");
        FieldTest::Like
    } else if negated {
        return Err((cursor.span(), "`in`, `match` or `contain` is missing behind `not`".to_owned()));
    } else {
        return Ok(None);
    };
    Ok(Some((test, negated)))
}

/// Comparisons, also in a chain: `a < b < c`.
fn comparison(cursor: &mut Cursor<'_>, left: Operand, start: Span) -> Read<Condition> {
    let mut parts = Vec::new();
    let mut left = left;
    while let Some(op) = order(cursor) {
        let right = operand(cursor)?;
        let span = Span { start: start.start, end: cursor.span().start.max(start.end) };
        parts.push(Condition::Compare { left, op, right: right.clone(), span });
        left = right;
    }
    match parts.len() {
        0 => Err((cursor.span(), "a comparison is missing behind the field".to_owned())),
        1 => Ok(parts.remove(0)),
        _ => Ok(Condition::And(parts)),
    }
}

fn order(cursor: &mut Cursor<'_>) -> Option<CompareOp> {
    let known = [
        ("<=", CompareOp::Le),
        (">=", CompareOp::Ge),
        ("<", CompareOp::Lt),
        (">", CompareOp::Gt),
        ("==", CompareOp::Eq),
        ("=", CompareOp::Eq),
        ("!=", CompareOp::Ne),
    ];
    known.into_iter().find(|(sign, _)| cursor.sign(sign)).map(|(_, op)| op)
}

fn operand(cursor: &mut Cursor<'_>) -> Read<Operand> {
    let mut left = single(cursor)?;
    loop {
        let minus = cursor.is_word(0, "-") && cursor.word("-");
        if !minus && !cursor.sign("+") {
            return Ok(left);
        }
        left = Operand::Sum(Box::new(left), Box::new(single(cursor)?), minus);
    }
}

/// Units of time in 100 ns ticks.
const UNITS: &[(&str, i64)] = &[
    ("second", 10_000_000),
    ("sec", 10_000_000),
    ("minute", 600_000_000),
    ("hour", 36_000_000_000),
    ("day", 864_000_000_000),
];

fn single(cursor: &mut Cursor<'_>) -> Read<Operand> {
    let bracket = cursor.sign("[");
    let Some(name) = cursor.name() else { return Err((cursor.span(), "a field's name is missing".to_owned())) };
    if bracket && !cursor.sign("]") {
        return Err((cursor.span(), "`]` is missing".to_owned()));
    }
    let digits = name.text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || bracket {
        return match name.text.as_str() {
            "now" => Err((name.span, "comparisons with the present are not supported".to_owned())),
            _ => Ok(Operand::Field(name)),
        };
    }
    let (number, rest) = name.text.split_at(digits);
    let Ok(number) = number.parse::<i64>() else { return Err((name.span, "this is no number".to_owned())) };
    let unit = |word: &str| UNITS.iter().find(|(unit, _)| word.trim_end_matches('s').eq_ignore_ascii_case(unit));
    let inline = unit(rest);
    let spelled = match cursor.peek().map(|token| &token.kind) {
        Some(Kind::Word(word)) if rest.is_empty() => unit(word),
        _ => None,
    };
    cursor.at += usize::from(spelled.is_some());
    match inline.or(spelled) {
        Some((_, ticks)) => Ok(Operand::Time(number.saturating_mul(*ticks), name.span)),
        None if rest.is_empty() => Ok(Operand::Number(number as f64, name.span)),
        None => Ok(Operand::Field(name)),
    }
}

/// A value or a list of them in square brackets.
fn values(cursor: &mut Cursor<'_>) -> Read<Vec<Value>> {
    let list = cursor.sign("[");
    let mut found = Vec::new();
    loop {
        found.push(value(cursor)?);
        if !(cursor.peek().is_some() && cursor.sign(",")) {
            break;
        }
    }
    if list && !cursor.sign("]") {
        return Err((cursor.span(), "`]` is missing behind the list".to_owned()));
    }
    Ok(found)
}

fn value(cursor: &mut Cursor<'_>) -> Read<Value> {
    if let Some(value) = text(cursor) {
        return Ok(value);
    }
    // Unquoted values run over blanks up to a bracket, a comma or the next word of the language: `= * -exportPFX * )`.
    let mut text = String::new();
    let start = cursor.span();
    let mut end = start;
    while let Some(token) = cursor.peek() {
        let Kind::Word(word) = &token.kind else { break };
        if !text.is_empty() && (token.first || ["and", "or", "output"].iter().any(|it| word.eq_ignore_ascii_case(it))) {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        end = token.span;
        cursor.at += 1;
    }
    if text.is_empty() {
        return Err((start, "a value is missing".to_owned()));
    }
    Ok(Value { text, quoted: false, span: Span { start: start.start, end: end.end } })
}

fn text(cursor: &mut Cursor<'_>) -> Option<Value> {
    let token = cursor.peek()?;
    let Kind::Text(text) = &token.kind else { return None };
    cursor.at += 1;
    Some(Value { text: text.clone(), quoted: true, span: token.span })
}

/// `reg.hostname` and not `svchost.exe`, `10.0.0.0/8` or `*.exe`.
fn is_field(word: &str) -> bool {
    let ending = word.rsplit('.').next().unwrap_or_default();
    let plain = word.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'.'));
    plain
        && !word.starts_with(|letter: char| letter.is_ascii_digit())
        && !matches!(ending, "exe" | "dll" | "sys" | "setup" | "write")
}
