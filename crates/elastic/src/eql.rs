//! EQL as Elasticsearch takes it (Elasticsearch reference, "EQL syntax reference"; python `eql`'s older forms where they
//! do no harm).
//!
//! What the intermediate form means for [`Language::Eql`]:
//! * `==` and `!=` compare with case and know no wildcards; `:` and `like~` fold case, and `*` and `?` in them are always
//!   wildcards (a backslash is itself).
//! * Elasticsearch runs a condition as a query: a test of a field that is missing is false and its negation true
//!   (`process.name != "a"` finds records without a name). Orders are negated by turning them round (`not a > 1` is
//!   `a <= 1`), so a missing field passes neither. What functions make and is compared with `!=` must be there.
//! * `field == null` is written `Compare(Eq, field, null)`.
//! * A sequence makes a row per event with the columns `sequence.id` and `sequence.stage`; `head` keeps whole sequences.

mod condition;
mod function;
mod sequence;

use crate::fail::{Bounds, Fail, Taken, join, part, sized};
use crate::lex::{Dialect, Lexer, Token};
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{
    Assignment, CompareOp, Datum, Ends, Language, Node, Operator, Pipeline, Query, Scalar, SortKey, Source, Span, Step,
};

/// Column with the number of the sequence that a row belongs to, from 1.
pub const SEQUENCE: &str = "sequence.id";

/// Reads a query. What is wrong with it stands in the problems; a query is only there where nothing is left out of it.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    let mut parser = match Parser::new(text) {
        Ok(parser) => parser,
        Err(fail) => return (Vec::new(), vec![fail.problem(name, text)]),
    };
    let found = parser.query();
    let mut problems: Vec<Problem> = parser.notes.into_iter().map(|note| note.problem(name, text)).collect();
    match found {
        Ok(pipeline) => (vec![Query { language: Language::Eql, pipeline, shared: Vec::new() }], problems),
        Err(fail) => {
            problems.push(fail.problem(name, text));
            (Vec::new(), problems)
        }
    }
}

/// Reads one query.
struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token,
    span: Span,
    /// Where the word before ended.
    last: Span,
    bounds: Bounds,
    notes: Vec<Fail>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Taken<Self> {
        sized(text)?;
        let mut lexer = Lexer::new(text, Dialect::Eql);
        let (token, span) = lexer.next()?;
        Ok(Self { lexer, token, span, last: Span::default(), bounds: Bounds::default(), notes: Vec::new() })
    }

    fn next(&mut self) -> Taken<Token> {
        let (token, span) = self.lexer.next()?;
        self.last = std::mem::replace(&mut self.span, span);
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, mark: &str) -> bool {
        matches!(self.token, Token::Mark(found) if found == mark)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name(found) if found.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, mark: &str) -> Taken<bool> {
        let found = self.is(mark);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn take_word(&mut self, word: &str) -> Taken<bool> {
        let found = self.is_word(word);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn want(&mut self, mark: &str) -> Taken<()> {
        if self.take(mark)? { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Fail {
        let found = match &self.token {
            Token::End => "the query ends".to_owned(),
            Token::Name(name) | Token::Quoted(name) => format!("`{}` stands", clip(name)),
            Token::Text(_) => "a string stands".to_owned(),
            Token::Number(_) => "a number stands".to_owned(),
            Token::Mark("=") => "`=` stands (equal is `==` or `:`)".to_owned(),
            Token::Mark(mark) => format!("`{mark}` stands"),
        };
        Fail::syntax(self.span, format!("{found} where {wanted} is wanted"))
    }

    fn query(&mut self) -> Taken<Pipeline> {
        let mut pipeline = if self.is_word("sequence") {
            self.sequence()?
        } else if self.is_word("sample") {
            self.sample()?
        } else if self.is_word("join") {
            return Err(Fail::unsupported(self.span, "`join`"));
        } else {
            let start = self.span;
            let (table, filter) = self.event()?;
            let filter = Step { span: filter.span, operator: Operator::Filter(filter) };
            let span = join(start, start);
            Pipeline { source: Source::Table { name: table, span }, steps: vec![filter] }
        };
        let sequences = matches!(pipeline.source, Source::Sequence(_));
        while self.take("|")? {
            self.pipe(sequences, &mut pipeline.steps)?;
        }
        if self.token == Token::End { Ok(pipeline) } else { Err(self.unexpected("`|`, `and`, `or` or the end")) }
    }

    /// `category where condition`.
    fn event(&mut self) -> Taken<(Box<str>, Scalar)> {
        let name = match self.next()? {
            Token::Name(name) if name == "any" => "*".to_owned(),
            Token::Name(name) | Token::Text(name) | Token::Quoted(name) => name,
            Token::Mark("*") => "*".to_owned(),
            _ => return Err(Fail::syntax(self.last, "an event category such as `process` or `any` is wanted here")),
        };
        if !self.take_word("where")? {
            return Err(self.unexpected("`where`"));
        }
        Ok((name.into(), self.condition()?))
    }

    /// `head 5`, `tail 5` (Elasticsearch), `filter`, `sort`, `unique`, `count` (older EQL).
    fn pipe(&mut self, sequences: bool, steps: &mut Vec<Step>) -> Taken<()> {
        let start = self.span;
        let Token::Name(name) = self.next()? else {
            return Err(Fail::syntax(start, "the name of a pipe is wanted here: head or tail"));
        };
        let operators = match (name.as_str(), sequences) {
            ("head", true) => {
                let most = Node::Literal(Datum::Long(self.size()?));
                let id = part(Node::Column(SEQUENCE.into()), start);
                let first = Node::Compare(CompareOp::Le, Box::new(id), Box::new(part(most, start)));
                vec![Operator::Filter(part(first, start))]
            }
            ("head", false) => vec![by_time(start), Operator::Take(self.size()?.unsigned_abs())],
            ("tail", false) => vec![by_time(start), Operator::Tail(self.size()?.unsigned_abs())],
            (name, true) => {
                return Err(Fail::unsupported(start, &format!("the pipe `{}` after a sequence", clip(name))));
            }
            ("filter", _) => vec![Operator::Filter(self.condition()?)],
            ("sort", _) => {
                let keys = self.keys()?.into_iter().map(|value| key(value, false)).collect();
                vec![Operator::Sort(keys)]
            }
            ("unique", _) => {
                let mut by = Vec::new();
                for key in self.keys()? {
                    match key.node {
                        Node::Column(name) => by.push(name),
                        _ => return Err(Fail::unsupported(key.span, "`unique` of what is no field")),
                    }
                }
                vec![Operator::Dedup { count: 1, by, keep_empty: true, consecutive: false }]
            }
            ("count", _) if matches!(self.token, Token::End | Token::Mark("|")) => vec![Operator::Count],
            ("count", _) => {
                let by = self.keys()?.into_iter().map(|value| Assignment { names: Vec::new(), value }).collect();
                let count = part(Node::Call("count".into(), Vec::new()), start);
                let aggregates = vec![Assignment { names: vec!["count".into()], value: count }];
                vec![Operator::Summarise { aggregates, by }]
            }
            (name, _) => return Err(Fail::unsupported(start, &format!("the pipe `{}`", clip(name)))),
        };
        let span = join(start, self.last);
        steps.extend(operators.into_iter().map(|operator| Step { operator, span }));
        Ok(())
    }

    /// A whole number above 0.
    fn size(&mut self) -> Taken<i64> {
        match self.next()? {
            Token::Number(Datum::Long(size)) if size > 0 => Ok(size),
            _ => Err(Fail::syntax(self.last, "a whole number above 0 is wanted here")),
        }
    }

    /// Expressions with commas between.
    fn keys(&mut self) -> Taken<Vec<Scalar>> {
        let mut keys = vec![self.operand()?];
        while self.take(",")? {
            keys.push(self.operand()?);
        }
        Ok(keys)
    }
}

/// Events are in the order of their times.
fn by_time(span: Span) -> Operator {
    Operator::Sort(vec![key(part(Node::Column("@timestamp".into()), span), false)])
}

fn key(value: Scalar, descending: bool) -> SortKey {
    SortKey { value, descending, nulls: Ends::Last }
}

/// A name of the query as far as a message needs it.
fn clip(name: &str) -> String {
    name.chars().take(60).collect()
}
