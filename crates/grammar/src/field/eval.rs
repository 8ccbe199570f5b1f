//! The evaluation of a story: values of nested fields from the inside out, then every field that contacts or loads.

use super::token::{Segment, Word, Words, is_blank};
use super::types::{Evaluation, Field, Piece, Story, VALUE_CAP};
use super::value::{Context, Expanded, Value, flatten, head, inherit, note};
use super::{emit, functions};
use ddefend_model::trick;
use std::collections::{BTreeSet, HashMap};

/// Bytes of values that one evaluation may make beside four times the story's own length.
const WORK: usize = 8 << 20;
/// Names that were asked for before a SET defined them and that are remembered for the second pass.
const MISSED_CAP: usize = 4096;

/// See [`super::examine`].
pub(super) fn examine(story: &Story, nesting: u32) -> Evaluation {
    let given = story.names.iter().map(|(name, text)| (name.to_lowercase(), Value::of(text, trick::SET_REF))).collect();
    let mut first = Evaluator::new(given, nesting, story);
    first.pieces(&story.pieces, Context::default());
    if first.missed.iter().any(|name| first.names.contains_key(name)) {
        // A REF stood before its SET; what the document stored at its last update is what SET makes in the end.
        let mut fallback = first.given;
        fallback.extend(first.names);
        let mut second = Evaluator::new(fallback, nesting, story);
        second.pieces(&story.pieces, Context::default());
        return second.out;
    }
    first.out
}

struct Evaluator {
    /// What SET and ASK defined so far, by name in lower case.
    names: HashMap<String, Value>,
    /// What is known beside that.
    given: HashMap<String, Value>,
    missed: BTreeSet<String>,
    nesting: u32,
    /// Bytes of values that may still be made.
    work: usize,
    out: Evaluation,
}

impl Evaluator {
    fn new(given: HashMap<String, Value>, nesting: u32, story: &Story) -> Self {
        let length = story.pieces.len().saturating_mul(64);
        let work = WORK.saturating_add(length);
        Self { names: HashMap::new(), given, missed: BTreeSet::new(), nesting, work, out: Evaluation::default() }
    }

    /// Evaluates every field among `pieces`; values in their order.
    fn pieces(&mut self, pieces: &[Piece], context: Context) -> Vec<Value> {
        let mut values = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(_) => {}
                Piece::Field(_) if context.depth >= self.nesting => {
                    self.out.too_deep = true;
                    values.push(Value::default());
                }
                Piece::Field(field) => values.push(self.field(field, context)),
            }
        }
        values
    }

    fn field(&mut self, field: &Field, outer: Context) -> Value {
        let context = Context { unclosed: outer.unclosed || !field.closed, ..outer };
        let conditional = matches!(leading_word(field).as_str(), "IF" | "COMPARE" | "NEXTIF" | "SKIPIF");
        let inner = Context {
            depth: context.depth.saturating_add(1),
            conditional: context.conditional || conditional,
            ..context
        };
        let values = self.pieces(&field.instruction, Context { in_instruction: field.closed, ..inner });
        self.pieces(&field.result, Context { in_result: true, in_instruction: false, ..inner });
        let expanded = self.expand(field, &values, false);
        let mut value = self.value(field, &expanded, &values, context);
        if values.iter().any(|value| value.other.is_some()) {
            let expanded = self.expand(field, &values, true);
            let other = self.value(field, &expanded, &values, Context { conditional: true, ..context });
            if other.text != value.text {
                value.other.get_or_insert(other.text);
            }
        }
        value
    }

    /// Reports the field where it contacts or loads something; true where it does.
    fn emit(
        &mut self,
        field: &Field,
        expanded: &Expanded<'_>,
        words: &[Word],
        nested: &[Value],
        context: Context,
    ) -> bool {
        let caps = emit::Caps { raw: VALUE_CAP.min(self.work), nesting: self.nesting };
        let Some(instruction) = emit::instruction(field, expanded, words, nested, context, caps) else { return false };
        self.work = self.work.saturating_sub(instruction.raw.len()).saturating_sub(64);
        self.out.cut |= expanded.cut;
        self.out.instructions.push(instruction);
        true
    }

    /// Puts the values of nested fields in their places.
    fn expand<'f>(&mut self, field: &'f Field, values: &'f [Value], other: bool) -> Expanded<'f> {
        let mut values = values.iter();
        let mut room = VALUE_CAP;
        let mut out = Expanded { segments: Vec::new(), cut: false };
        let mut leading = true;
        for piece in &field.instruction {
            let segment = match piece {
                Piece::Text(text) => Segment::Plain(text),
                Piece::Field(_) => {
                    let Some(value) = values.next() else { continue };
                    let text = if other { value.other.as_ref().unwrap_or(&value.text) } else { &value.text };
                    let kept = head(text, room.min(self.work));
                    out.cut |= kept.len() < text.len();
                    room = room.saturating_sub(kept.len());
                    self.work = self.work.saturating_sub(kept.len());
                    // A value that begins the instruction brings the keyword and may bring arguments.
                    if leading { Segment::Plain(kept) } else { Segment::Value(kept, value.guessed) }
                }
            };
            let (Segment::Plain(text) | Segment::Value(text, _)) = segment;
            leading = leading && text.chars().all(is_blank);
            out.segments.push(segment);
        }
        out
    }

    /// What the field yields; on the way an instruction is reported where it is one.
    fn value(&mut self, field: &Field, expanded: &Expanded<'_>, nested: &[Value], context: Context) -> Value {
        let Some(first) = Words::new(&expanded.segments).next() else {
            self.emit(field, expanded, &[], nested, context);
            return Value::default();
        };
        let name = if first.switch { String::new() } else { first.text.to_ascii_uppercase() };
        if !is_function(&name) && !emit::concerns(field, &first) {
            return self.lookup(&name.to_lowercase(), field, nested);
        }
        let words: Vec<Word> = Words::new(&expanded.segments).collect();
        if self.emit(field, expanded, &words, nested, context) {
            return self.cached(field, nested);
        }
        let arguments = functions::without_formats(words.get(1..).unwrap_or_default());
        let arguments = arguments.as_slice();
        self.out.cut |= expanded.cut;
        let mut value = match name.as_str() {
            "QUOTE" => {
                let (text, codes) = functions::quote(arguments);
                let tricks = if codes { vec![trick::QUOTE_CODES] } else { Vec::new() };
                Value { text, tricks, guessed: arguments.iter().any(|word| word.guessed), ..Value::default() }
            }
            "SET" | "ASK" => return self.define(&name, arguments, nested),
            "REF" => return self.lookup(&argument(arguments).to_lowercase(), field, nested),
            "DOCVARIABLE" | "DOCPROPERTY" | "INFO" => {
                let kind = if name == "DOCVARIABLE" { "docvariable" } else { "docproperty" };
                return self.lookup(&format!("{kind} {}", argument(arguments).to_lowercase()), field, nested);
            }
            "IF" => self.condition(arguments, field, nested),
            "COMPARE" => match functions::comparison(arguments).and_then(|comparison| comparison.outcome) {
                Some(outcome) => Value { text: if outcome { "1" } else { "0" }.to_owned(), ..Value::default() },
                None => return self.cached(field, nested),
            },
            _ => return self.lookup(&format!("docproperty {}", name.to_lowercase()), field, nested),
        };
        inherit(&mut value.tricks, field, nested);
        self.charge(&mut value);
        value
    }

    fn condition(&mut self, arguments: &[Word], field: &Field, nested: &[Value]) -> Value {
        let Some(comparison) = functions::comparison(arguments) else { return self.cached(field, nested) };
        let branch = |index: usize| comparison.rest.get(index).map(|word| word.text.clone()).unwrap_or_default();
        let tricks = vec![trick::CONDITIONAL_FIELD];
        let guessed = comparison.rest.iter().take(2).any(|word| word.guessed);
        // An unknown value without text leaves no trace in the words.
        let unknown = nested.iter().any(|value| value.guessed && value.text.is_empty());
        match comparison.outcome.filter(|_| !unknown) {
            Some(true) => Value { text: branch(0), guessed, tricks, other: None },
            Some(false) => Value { text: branch(1), guessed, tricks, other: None },
            None => Value { text: branch(0), other: Some(branch(1)), guessed: true, tricks },
        }
    }

    /// SET and ASK: the name gets a value, the field shows nothing.
    fn define(&mut self, function: &str, arguments: &[Word], nested: &[Value]) -> Value {
        let mut words = arguments.iter().filter(|word| !word.switch);
        let Some(name) = words.next() else { return Value::default() };
        let mut text = String::new();
        if function == "ASK" {
            // The default answer, `\d "text"`.
            let default = arguments.iter().skip_while(|word| word.text != "\\d").nth(1);
            text.push_str(default.map(|word| word.text.as_str()).unwrap_or_default());
        } else {
            for word in words {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&word.text);
            }
        }
        let mut value = Value { text, tricks: vec![trick::SET_REF], ..Value::default() };
        for trick in nested.iter().flat_map(|value| &value.tricks) {
            note(&mut value.tricks, trick);
        }
        self.charge(&mut value);
        self.names.insert(name.text.to_lowercase(), value);
        Value::default()
    }

    /// The value of a bookmark, variable or property, or what the field shows from its last update.
    fn lookup(&mut self, name: &str, field: &Field, nested: &[Value]) -> Value {
        let known = self.names.get(name).or_else(|| {
            if self.missed.len() < MISSED_CAP && !name.is_empty() {
                self.missed.insert(name.to_owned());
            }
            self.given.get(name)
        });
        let Some(known) = known else { return self.cached(field, nested) };
        if known.text.len() > self.work {
            self.out.cut = true;
            return Value { guessed: true, ..Value::default() };
        }
        let mut value = known.clone();
        inherit(&mut value.tricks, field, nested);
        self.charge(&mut value);
        value
    }

    /// The field's result as the file stores it: a guess at its value.
    fn cached(&mut self, field: &Field, nested: &[Value]) -> Value {
        let mut text = String::new();
        flatten(&field.result, VALUE_CAP.min(self.work), self.nesting, &mut text);
        let mut value = Value { text, guessed: true, ..Value::default() };
        if !value.text.is_empty() {
            inherit(&mut value.tricks, field, nested);
        }
        self.charge(&mut value);
        value
    }

    /// Books a value's length; cuts it where it or the whole is too long.
    fn charge(&mut self, value: &mut Value) {
        let room = VALUE_CAP.min(self.work);
        if value.text.len() > room {
            self.out.cut = true;
            let kept = head(&value.text, room).len();
            value.text.truncate(kept);
        }
        if let Some(other) = value.other.as_mut().filter(|other| other.len() > room) {
            self.out.cut = true;
            *other = head(other, room).to_owned();
        }
        self.work = self.work.saturating_sub(value.text.len()).saturating_sub(64);
    }
}

fn is_function(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "QUOTE",
        "SET",
        "ASK",
        "REF",
        "IF",
        "COMPARE",
        "DOCVARIABLE",
        "DOCPROPERTY",
        "INFO",
        "TITLE",
        "SUBJECT",
        "AUTHOR",
        "KEYWORDS",
        "COMMENTS",
        "LASTSAVEDBY",
        "TEMPLATE",
    ];
    NAMES.contains(&name)
}

fn argument(words: &[Word]) -> &str {
    words.iter().find(|word| !word.switch).map(|word| word.text.as_str()).unwrap_or_default()
}

/// The first word of a field's own text in upper case, to know what its nested fields stand in.
fn leading_word(field: &Field) -> String {
    let Some(Piece::Text(text)) = field.instruction.first() else { return String::new() };
    let word = Words::new(&[Segment::Plain(text)]).next().unwrap_or_default();
    head(&word.text, 16).to_ascii_uppercase()
}
