use super::condition::{Condition, condition};
use super::lexer::{Kind, Token};
use super::lower::Told;
use crate::ir::query::Span;

/// A name where it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    /// `a = search Object:Action`.
    Search { name: Name, tables: Vec<Name>, condition: Option<Condition> },
    /// `a = filter b where (...)`.
    Filter { name: Name, of: Option<Name>, condition: Condition },
    /// `a = join (b, c) where (...)`.
    Join { name: Name, of: Vec<Name>, condition: Condition },
    /// `a = group b by x, y`.
    Group { name: Name, of: Name, by: Vec<Name> },
    /// `a = from b select f(x) as y`.
    Select { name: Name, of: Name, columns: Vec<Column> },
    /// `a.x = b.y`.
    Copy { name: Name, field: Name, from: Name },
    /// `output a, b`.
    Output(Vec<Name>),
    /// A condition alone.
    Bare(Condition),
}

/// `min(time) as earliest`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) function: Option<Name>,
    pub(super) field: Name,
    pub(super) alias: Option<Name>,
}

/// Walks over tokens.
pub(super) struct Cursor<'t> {
    pub(super) tokens: &'t [Token],
    pub(super) at: usize,
    /// Where the text ends, for problems there.
    pub(super) end: Span,
    /// Where a bracket should close and the statement ends.
    pub(super) unclosed: Vec<Span>,
}

impl<'t> Cursor<'t> {
    pub(super) fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn span(&self) -> Span {
        self.peek().map_or(self.end, |token| token.span)
    }

    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek().map(|token| &token.kind), Some(Kind::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    /// A closing bracket; where the statement ends without it, it counts as forgotten.
    pub(super) fn close(&mut self) -> bool {
        let forgotten = !self.sign(")") && self.peek().is_none_or(|token| token.first && begins(self));
        if forgotten {
            self.unclosed.push(self.span());
        }
        forgotten
            || matches!(
                self.at.checked_sub(1).and_then(|at| self.tokens.get(at)),
                Some(Token { kind: Kind::Sign(")"), .. })
            )
    }

    /// A keyword, in any case.
    pub(super) fn word(&mut self, wanted: &str) -> bool {
        let found = self.is_word(0, wanted);
        self.at += usize::from(found);
        found
    }

    pub(super) fn is_word(&self, ahead: usize, wanted: &str) -> bool {
        let token = self.tokens.get(self.at + ahead);
        matches!(token.map(|token| &token.kind), Some(Kind::Word(word)) if word.eq_ignore_ascii_case(wanted))
    }

    pub(super) fn name(&mut self) -> Option<Name> {
        match self.peek() {
            Some(Token { kind: Kind::Word(text), span, .. }) => {
                self.at += 1;
                Some(Name { text: text.clone(), span: *span })
            }
            _ => None,
        }
    }
}

/// Reads all statements; what cannot be read is told and skipped up to the next statement.
pub(super) fn statements(tokens: &[Token], told: &mut Told<'_>) -> Vec<Statement> {
    let end = tokens.last().map_or_else(Span::default, |token| Span { start: token.span.end, end: token.span.end });
    let mut cursor = Cursor { tokens, at: 0, end, unclosed: Vec::new() };
    let mut found = Vec::new();
    while cursor.peek().is_some() {
        let before = cursor.at;
        match statement(&mut cursor) {
            Ok(statement) => {
                cursor.unclosed.drain(..).for_each(|span| told.unclosed(span));
                found.push(statement);
            }
            Err((span, message)) => told.syntax(span, message),
        }
        cursor.at += usize::from(cursor.at == before);
        // What is left of a statement (a bracket too many) is no statement of its own.
        let mut left: Option<Span> = None;
        while let Some(token) = cursor.peek().filter(|token| !(token.first && begins(&cursor))) {
            left = Some(left.map_or(token.span, |left| Span { start: left.start, end: token.span.end }));
            cursor.at += 1;
        }
        if let Some(left) = left.filter(|_| !told.has_syntax()) {
            told.leftover(left);
        }
    }
    found
}

/// True where a statement begins: `name =`, `name.x =`, `output`, `input`.
fn begins(cursor: &Cursor<'_>) -> bool {
    let assigned = matches!(cursor.tokens.get(cursor.at + 1).map(|token| &token.kind), Some(Kind::Sign("=")));
    let keyword = ["search", "filter", "join", "group", "from", "run"].iter().any(|word| cursor.is_word(2, word));
    let dotted = matches!(cursor.peek().map(|token| &token.kind), Some(Kind::Word(word)) if word.contains('.'));
    cursor.is_word(0, "output") || cursor.is_word(0, "input") || (assigned && (keyword || dotted))
}

type Read<T> = Result<T, (Span, String)>;

fn statement(cursor: &mut Cursor<'_>) -> Read<Statement> {
    if cursor.word("output") {
        let bracket = cursor.sign("(");
        let found = names(cursor);
        if bracket {
            cursor.close();
        }
        return Ok(Statement::Output(found));
    }
    if cursor.is_word(0, "input") {
        return Err((cursor.span(), "an analytic with `input` needs values that nothing here gives".to_owned()));
    }
    if !begins(cursor) {
        let assigned = matches!(cursor.tokens.get(cursor.at + 1).map(|token| &token.kind), Some(Kind::Sign("=")));
        if assigned && matches!(cursor.tokens.get(cursor.at + 2).map(|t| &t.kind), Some(Kind::Word(_) | Kind::Sign(_)))
        {
            return Err((cursor.span(), "only search, filter, join, group and from can be assigned".to_owned()));
        }
        return condition(cursor, true).map(Statement::Bare);
    }
    let missing = |cursor: &Cursor<'_>| (cursor.span(), "a name is missing".to_owned());
    let name = cursor.name().ok_or_else(|| missing(cursor))?;
    cursor.sign("=");
    if let Some((left, field)) = name.text.split_once('.') {
        let part = |text: &str| Name { text: text.to_owned(), span: name.span };
        let from = cursor.name().ok_or_else(|| missing(cursor))?;
        return Ok(Statement::Copy { name: part(left), field: part(field), from });
    }
    if cursor.word("search") {
        return search(cursor, name);
    }
    if cursor.word("filter") {
        return filter(cursor, name);
    }
    if cursor.word("join") {
        let bracket = cursor.sign("(");
        let of = names(cursor);
        if bracket && !cursor.sign(")") {
            return Err((cursor.span(), "`)` is missing behind the names that are joined".to_owned()));
        }
        cursor.word("where");
        return Ok(Statement::Join { name, of, condition: condition(cursor, false)? });
    }
    if cursor.word("group") {
        let of = cursor.name().ok_or_else(|| missing(cursor))?;
        if cursor.sign(",") {
            return Err((cursor.span(), "grouping of several searches at once is not supported".to_owned()));
        }
        if !cursor.word("by") {
            return Err((cursor.span(), "`by` is missing".to_owned()));
        }
        let by = names(cursor);
        if cursor.is_word(0, "where") {
            return Err((cursor.span(), "conditions on groups in words are not supported".to_owned()));
        }
        return Ok(Statement::Group { name, of, by });
    }
    if cursor.word("from") {
        return select(cursor, name);
    }
    Err((cursor.span(), "another analytic cannot be run from here".to_owned()))
}

fn search(cursor: &mut Cursor<'_>, name: Name) -> Read<Statement> {
    let mut tables = Vec::new();
    let bracket = cursor.sign("(");
    loop {
        let Some(object) = cursor.name() else {
            return Err((cursor.span(), "what is searched is missing, such as Process:Create".to_owned()));
        };
        if cursor.sign(":") {
            loop {
                let Some(action) = cursor.name() else {
                    return Err((cursor.span(), "the action behind `:` is missing".to_owned()));
                };
                let span = Span { start: object.span.start, end: action.span.end };
                tables.push(Name { text: format!("{}:{}", object.text, action.text), span });
                if !cursor.sign(",") {
                    break;
                }
            }
        } else {
            tables.push(Name { text: format!("{}:*", object.text), span: object.span });
        }
        // `and` of kinds of events means each of them as well: no event is two.
        if !cursor.word("or") && !cursor.word("and") {
            break;
        }
    }
    if bracket {
        cursor.close();
    }
    let condition = if cursor.word("where") { Some(condition(cursor, false)?) } else { None };
    Ok(Statement::Search { name, tables, condition })
}

fn filter(cursor: &mut Cursor<'_>, name: Name) -> Read<Statement> {
    let of = cursor.name().filter(|of| !of.text.eq_ignore_ascii_case("where"));
    // `filter x (where a AND b)` and `filter x where (a)` both occur.
    let inside = cursor.is_word(1, "where") && cursor.sign("(");
    cursor.word("where");
    let condition = condition(cursor, false)?;
    if inside && !cursor.close() {
        return Err((cursor.span(), "`)` is missing".to_owned()));
    }
    Ok(Statement::Filter { name, of, condition })
}

fn select(cursor: &mut Cursor<'_>, name: Name) -> Read<Statement> {
    let missing = |cursor: &Cursor<'_>| (cursor.span(), "a name is missing".to_owned());
    let of = cursor.name().ok_or_else(|| missing(cursor))?;
    if !cursor.word("select") {
        return Err((cursor.span(), "`select` is missing".to_owned()));
    }
    let mut columns = Vec::new();
    while let Some(first) = cursor.name() {
        let (function, field) = if cursor.sign("(") {
            let field = cursor.name().ok_or_else(|| missing(cursor))?;
            if !cursor.sign(")") {
                return Err((cursor.span(), "`)` is missing".to_owned()));
            }
            (Some(first), field)
        } else {
            (None, first)
        };
        let alias = if cursor.word("as") { Some(cursor.name().ok_or_else(|| missing(cursor))?) } else { None };
        columns.push(Column { function, field, alias });
        // A comma is forgotten now and then.
        if !cursor.sign(",") && cursor.peek().is_none_or(|token| token.first) {
            break;
        }
    }
    Ok(Statement::Select { name, of, columns })
}

fn names(cursor: &mut Cursor<'_>) -> Vec<Name> {
    let mut found = Vec::new();
    while let Some(name) = cursor.name() {
        found.push(name);
        if !cursor.sign(",") {
            break;
        }
    }
    found
}
