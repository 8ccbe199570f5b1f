//! Tokens back to formula text, folding what is constant, and noting the calls that contact or start programs.

use super::functions;
use super::ptg::{Layout, Token, Tokens, op};
use super::strings::{flagged, narrow, wide};
use ddefend_guard::Cursor;
use encoding_rs::{Encoding, WINDOWS_1252};

/// Longest text that is built for one operand, bytes; formulas are at most 8,192 characters.
const TEXT_CAP: usize = 8 << 10;
/// Longest operand that still gets a sign or parentheses in front, which moves all of it.
const FRONT_CAP: usize = 2 << 10;
/// Most tokens of one formula that are followed.
const TOKEN_CAP: usize = 16 << 10;
/// Most text of the calls of one formula that is kept, bytes.
const CALLS_CAP: usize = 16 << 10;
/// Calls that are worth a link.
const CALLS: &[&str] =
    &["INITIATE", "EXECUTE", "POKE", "REQUEST", "TERMINATE", "EXEC", "CALL", "REGISTER", "REGISTER.ID"];

/// True for the functions, in upper case, that contact or start programs.
pub(super) fn is_call(name: &str) -> bool {
    CALLS.contains(&name)
}

/// What a formula refers to outside of itself.
pub(crate) trait Lookup {
    /// Token layout.
    fn layout(&self) -> Layout;
    /// Encoding of 8-bit strings.
    fn encoding(&self) -> &'static Encoding {
        WINDOWS_1252
    }
    /// Constant in a cell, both counted from 0; `sheet` is the number of a sheet reference, none for the own sheet.
    fn cell(&self, sheet: Option<u16>, row: u32, column: u32) -> Option<String>;
    /// The sheet that a reference names.
    fn sheet(&self, reference: u16) -> Option<String>;
    /// A defined name, counted from 1.
    fn name(&self, number: u32) -> Option<String>;
    /// A name of a sheet reference (add-in function or item), counted from 1.
    fn external(&self, reference: u16, number: u32) -> Option<String>;
}

/// An operand: how it is written, and its value where that is constant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operand {
    /// As written.
    pub(crate) text: String,
    /// Its value.
    pub(crate) value: Option<String>,
    /// The single cell of the own sheet that it names, row and column counted from 0.
    pub(crate) cell: Option<(u32, u32)>,
}

impl Operand {
    fn written(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: None, cell: None }
    }

    fn literal(text: String, value: String) -> Self {
        Self { text, value: Some(value), cell: None }
    }

    /// The value, or the text where there is none.
    pub(crate) fn effective(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.text)
    }
}

/// A call of one of the functions that matter.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Name in upper case.
    pub(crate) name: String,
    /// Arguments.
    pub(crate) arguments: Vec<Operand>,
}

/// A formula taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formula {
    /// Its text without `=`.
    pub(crate) text: String,
    /// Its value where that is constant.
    pub(crate) value: Option<String>,
    /// Calls that matter, inner ones first.
    pub(crate) calls: Vec<Call>,
    /// False where a token could not be read; what stood before was.
    pub(crate) whole: bool,
}

/// Takes the tokens of a formula apart.
pub(crate) fn decode(bytes: &[u8], lookup: &dyn Lookup) -> Formula {
    let mut machine = Machine { lookup, stack: Vec::new(), calls: Vec::new(), kept: 0 };
    let mut tokens = Tokens::new(bytes, lookup.layout());
    for token in tokens.by_ref().take(TOKEN_CAP) {
        machine.step(&token);
    }
    let last = machine.stack.pop().unwrap_or_default();
    Formula { text: last.text, value: last.value, calls: machine.calls, whole: tokens.whole }
}

struct Machine<'l> {
    lookup: &'l dyn Lookup,
    stack: Vec<Operand>,
    calls: Vec<Call>,
    /// Bytes of text in `calls`.
    kept: usize,
}

impl Machine<'_> {
    fn step(&mut self, token: &Token<'_>) {
        let operand = match token.op {
            op::ADD..=op::RANGE => return self.binary(token.op),
            op::UPLUS..=op::PAREN => return self.unary(token.op),
            op::FUNC | op::FUNC_VAR => return self.function(token),
            op::ATTR => return self.attribute(token),
            op::SHEET | op::END_SHEET | op::MEM_AREA..=op::MEM_FUNC => return,
            op::MISSING => Operand::default(),
            op::STR => self.string(token),
            op::ERR => Operand::written("#ERR!"),
            op::BOOL => {
                let word = if token.data.first().is_some_and(|byte| *byte != 0) { "TRUE" } else { "FALSE" };
                Operand::literal(word.to_owned(), word.to_owned())
            }
            op::INT => number(f64::from(Cursor::new(token.data).u16("integer").unwrap_or_default())),
            op::NUM => number(f64::from_bits(Cursor::new(token.data).u64("number").unwrap_or_default())),
            op::ARRAY => Operand::written("{...}"),
            op::NAME => self.name(token),
            op::NAME_X => self.external(token),
            op::REF | op::REF_N | op::REF_3D => self.reference(token),
            op::AREA | op::AREA_N | op::AREA_3D => self.area(token),
            op::EXP | op::TBL => Operand::written("{shared}"),
            _ => Operand::written("#REF!"),
        };
        self.stack.push(operand);
    }

    fn binary(&mut self, op: u8) {
        const SIGNS: [&str; 15] = ["+", "-", "*", "/", "^", "&", "<", "<=", "=", ">=", ">", "<>", " ", ",", ":"];
        let right = self.stack.pop().unwrap_or_default();
        let mut left = self.stack.pop().unwrap_or_default();
        let sign = SIGNS.get(usize::from(op.saturating_sub(op::ADD))).copied().unwrap_or("?");
        left.value = match (op, left.value.take(), &right.value) {
            (op::CONCAT, Some(mut value), Some(more)) => {
                append(&mut value, more);
                Some(value)
            }
            (op::ADD..=0x06, Some(value), Some(more)) => arithmetic(op, &value, more),
            _ => None,
        };
        left.cell = None;
        append(&mut left.text, sign);
        append(&mut left.text, &right.text);
        self.stack.push(left);
    }

    fn unary(&mut self, op: u8) {
        let Some(operand) = self.stack.last_mut().filter(|operand| operand.text.len() < FRONT_CAP) else { return };
        match op {
            op::PAREN => {
                operand.text.insert(0, '(');
                operand.text.push(')');
            }
            op::PERCENT => {
                operand.text.push('%');
                operand.value = None;
            }
            _ => {
                operand.text.insert(0, if op == op::UMINUS { '-' } else { '+' });
                if op == op::UMINUS {
                    operand.value = operand.value.take().and_then(|v| v.parse().ok()).map(|v: f64| show(-v));
                }
            }
        }
    }

    fn function(&mut self, token: &Token<'_>) {
        let mut cursor = Cursor::new(token.data);
        let old = matches!(self.lookup.layout(), Layout::Biff2 | Layout::Biff3);
        let counted = (token.op == op::FUNC_VAR).then(|| usize::from(cursor.u8("count").unwrap_or_default() & 0x7f));
        let number = if old { cursor.u8("number").map(u16::from) } else { cursor.u16("number") }.unwrap_or_default();
        let (mut name, fixed) = if number & 0x8000 == 0 {
            functions::function(number)
        } else {
            (functions::command(number & 0x7fff), None)
        };
        let count = counted.unwrap_or_else(|| fixed.unwrap_or(1)).min(self.stack.len());
        let mut arguments = self.stack.split_off(self.stack.len().saturating_sub(count));
        if number == functions::USER_DEFINED && !arguments.is_empty() {
            name = arguments.remove(0).text;
        }
        self.push_call(name, arguments);
    }

    fn push_call(&mut self, name: String, arguments: Vec<Operand>) {
        let mut result = Operand::written(name.clone());
        result.text.push('(');
        for (index, argument) in arguments.iter().enumerate() {
            append(&mut result.text, if index == 0 { "" } else { "," });
            append(&mut result.text, &argument.text);
        }
        result.text.push(')');
        result.value = fold(&name, &arguments);
        self.stack.push(result);
        let name = name.to_ascii_uppercase();
        if is_call(&name) && self.kept <= CALLS_CAP {
            for argument in &arguments {
                let value = argument.value.as_ref().map_or(0, String::len);
                self.kept = self.kept.saturating_add(argument.text.len()).saturating_add(value).saturating_add(64);
            }
            self.calls.push(Call { name, arguments });
        }
    }

    /// `PtgAttrSum` is a call of SUM with one argument; the other attributes say how to print or to jump.
    fn attribute(&mut self, token: &Token<'_>) {
        if token.data.first().is_some_and(|kind| kind & 0x10 != 0) {
            let argument = self.stack.pop().unwrap_or_default();
            self.push_call("SUM".to_owned(), vec![argument]);
        }
    }

    fn string(&self, token: &Token<'_>) -> Operand {
        let mut cursor = Cursor::new(token.data);
        let value = match self.lookup.layout() {
            Layout::Biff12 => wide(token.data.get(2..).unwrap_or_default()),
            Layout::Biff8 => {
                let count = usize::from(cursor.u8("length").unwrap_or_default());
                flagged(&mut cursor, count).unwrap_or_default()
            }
            _ => narrow(token.data.get(1..).unwrap_or_default(), self.lookup.encoding()),
        };
        Operand::literal(format!("\"{}\"", value.replace('"', "\"\"")), value)
    }

    fn name(&self, token: &Token<'_>) -> Operand {
        let mut cursor = Cursor::new(token.data);
        let number = match self.lookup.layout() {
            Layout::Biff8 | Layout::Biff12 => cursor.u32("name"),
            _ => cursor.u16("name").map(u32::from),
        }
        .unwrap_or_default();
        Operand::written(self.lookup.name(number).unwrap_or_else(|| format!("NAME.{number}")))
    }

    fn external(&self, token: &Token<'_>) -> Operand {
        let Some((reference, number)) = super::ptg::external_name(token, self.lookup.layout()) else {
            return Operand::written("#NAME?");
        };
        Operand::written(self.lookup.external(reference, number).unwrap_or_else(|| format!("[{reference}]!{number}")))
    }

    fn reference(&self, token: &Token<'_>) -> Operand {
        let mut cursor = Cursor::new(token.data);
        let sheet = self.sheet(token.op == op::REF_3D, &mut cursor);
        let Some((row, column)) = self.corner(&mut cursor) else { return Operand::written("#REF!") };
        let mut operand = Operand::written(a1(row, column));
        operand.value = self.lookup.cell(sheet, row, column);
        match sheet.map(|reference| self.lookup.sheet(reference)) {
            Some(Some(name)) => operand.text = format!("{name}!{}", operand.text),
            Some(None) => {}
            None => operand.cell = Some((row, column)),
        }
        operand
    }

    fn area(&self, token: &Token<'_>) -> Operand {
        let mut cursor = Cursor::new(token.data);
        let sheet = self.sheet(token.op == op::AREA_3D, &mut cursor).and_then(|reference| self.lookup.sheet(reference));
        let corners = match self.lookup.layout() {
            Layout::Biff12 => cursor.u32("row").and_then(|r| Ok((r, cursor.u32("row")?))),
            _ => cursor.u16("row").and_then(|r| Ok((u32::from(r & 0x3fff), u32::from(cursor.u16("row")? & 0x3fff)))),
        };
        let columns = match self.lookup.layout() {
            Layout::Biff12 | Layout::Biff8 => cursor.u16("column").and_then(|c| Ok((c, cursor.u16("column")?))),
            _ => cursor.u8("column").and_then(|c| Ok((u16::from(c), u16::from(cursor.u8("column")?)))),
        };
        let (Ok((top, bottom)), Ok((left, right))) = (corners, columns) else { return Operand::written("#REF!") };
        let text = format!("{}:{}", a1(top, u32::from(left & 0x3fff)), a1(bottom, u32::from(right & 0x3fff)));
        Operand::written(sheet.map_or(text.clone(), |name| format!("{name}!{text}")))
    }

    /// The sheet reference at the head of a 3-D token.
    fn sheet(&self, there: bool, cursor: &mut Cursor<'_>) -> Option<u16> {
        if !there {
            return None;
        }
        let reference = cursor.u16("sheet reference").ok()?;
        if !matches!(self.lookup.layout(), Layout::Biff8 | Layout::Biff12) {
            cursor.skip(12, "sheet numbers").ok()?;
        }
        Some(reference)
    }

    /// Row and column of a cell; the bits that say "relative" are left out.
    fn corner(&self, cursor: &mut Cursor<'_>) -> Option<(u32, u32)> {
        match self.lookup.layout() {
            Layout::Biff12 => Some((cursor.u32("row").ok()?, u32::from(cursor.u16("column").ok()? & 0x3fff))),
            Layout::Biff8 => Some((u32::from(cursor.u16("row").ok()?), u32::from(cursor.u16("column").ok()? & 0x3fff))),
            _ => Some((u32::from(cursor.u16("row").ok()? & 0x3fff), u32::from(cursor.u8("column").ok()?))),
        }
    }
}

/// Appends as far as the cap allows.
fn append(text: &mut String, more: &str) {
    if text.len().saturating_add(more.len()) <= TEXT_CAP {
        text.push_str(more);
    }
}

fn number(value: f64) -> Operand {
    let text = show(value);
    Operand::literal(text.clone(), text)
}

/// A number as Excel shows it in formulas.
pub(crate) fn show(value: f64) -> String {
    format!("{value}")
}

fn arithmetic(op: u8, left: &str, right: &str) -> Option<String> {
    let (left, right): (f64, f64) = (left.trim().parse().ok()?, right.trim().parse().ok()?);
    let result = match op {
        0x03 => left + right,
        0x04 => left - right,
        0x05 => left * right,
        _ => left / right,
    };
    result.is_finite().then(|| show(result))
}

/// The value of the text functions that macros hide words with.
pub(super) fn fold(name: &str, arguments: &[Operand]) -> Option<String> {
    let text = |index: usize| arguments.get(index).and_then(|argument| argument.value.as_deref());
    let count = |index: usize| text(index)?.parse::<f64>().ok().filter(|v| *v >= 0.0).map(|v| v as usize);
    match name {
        "CHAR" => {
            let code = u8::try_from(count(0)?).ok()?;
            Some(narrow(&[code], WINDOWS_1252))
        }
        "CONCATENATE" => {
            let mut whole = String::new();
            for argument in arguments {
                append(&mut whole, argument.value.as_deref()?);
            }
            Some(whole)
        }
        "LEFT" => Some(text(0)?.chars().take(count(1).unwrap_or(1)).collect()),
        "RIGHT" => {
            let skipped = text(0)?.chars().count().saturating_sub(count(1).unwrap_or(1));
            Some(text(0)?.chars().skip(skipped).collect())
        }
        "MID" => Some(text(0)?.chars().skip(count(1)?.saturating_sub(1)).take(count(2)?).collect()),
        "LOWER" => Some(text(0)?.to_lowercase()),
        "UPPER" => Some(text(0)?.to_uppercase()),
        "TRIM" => Some(text(0)?.split_whitespace().collect::<Vec<_>>().join(" ")),
        "T" => text(0).map(str::to_owned),
        _ => None,
    }
}

/// `A1` for a row and column counted from 0.
pub(crate) fn a1(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column.saturating_add(1);
    while rest > 0 {
        let digit = rest.saturating_sub(1) % 26;
        letters.push(char::from(b'A'.saturating_add(u8::try_from(digit).unwrap_or_default())));
        rest = rest.saturating_sub(1) / 26;
    }
    let column: String = letters.iter().rev().collect();
    format!("{column}{}", row.saturating_add(1))
}

/// A short number (RkNumber, MS-XLS 2.5.217).
pub(crate) fn rk(stored: u32) -> f64 {
    let value = if stored & 2 != 0 {
        f64::from(i32::from_le_bytes(stored.to_le_bytes()) >> 2)
    } else {
        f64::from_bits(u64::from(stored & !3) << 32)
    };
    if stored & 1 != 0 { value / 100.0 } else { value }
}
