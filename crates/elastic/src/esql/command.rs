//! Commands behind the source.

use super::{Parser, clip};
use crate::fail::{Fail, Taken, join, part};
use crate::lex::Token;
use ddefend_rule::ir::query::{
    Assignment, Datum, Ends, Extraction, Node, Operator, Pattern, Scalar, SortKey, Span, Step, WindowMode,
};

impl Parser<'_> {
    pub(super) fn command(&mut self, steps: &mut Vec<Step>) -> Taken<()> {
        let start = self.span;
        let Token::Name(name) = self.next()? else {
            return Err(Fail::syntax(start, "a command such as `where` is wanted here"));
        };
        let lower = name.to_ascii_lowercase();
        let operators = match lower.as_str() {
            "where" => vec![Operator::Filter(self.condition()?)],
            "eval" => vec![Operator::Extend(self.assignments()?)],
            "keep" => self.keep()?,
            "drop" => vec![Operator::Away(self.patterns_of_names()?)],
            "rename" => vec![Operator::Rename(self.renames()?)],
            "sort" => vec![Operator::Sort(self.sort_keys()?)],
            "limit" => vec![Operator::Take(self.limit()?)],
            "stats" => self.stats(false)?,
            "inline" | "inlinestats" => {
                if lower == "inline" && !self.take_word("stats")? {
                    return Err(self.unexpected("`stats`"));
                }
                self.stats(true)?
            }
            "mv_expand" => {
                let column = self.column()?;
                let name = self.written(column.span);
                vec![Operator::Expand { columns: vec![(name, column, None)], index: None, limit: None }]
            }
            "dissect" => self.dissect()?,
            "grok" => self.grok()?,
            "lookup" => return Err(Fail::unsupported(join(start, self.span), "`lookup join`")),
            _ => return Err(Fail::unsupported(start, &format!("the command `{}`", clip(&name)))),
        };
        let span = join(start, self.last);
        steps.extend(operators.into_iter().map(|operator| Step { operator, span }));
        Ok(())
    }

    /// Names, in which `*` stands for any text.
    fn patterns_of_names(&mut self) -> Taken<Vec<Pattern>> {
        let mut all = Vec::new();
        loop {
            let start = self.span;
            let mut name = String::new();
            loop {
                match &self.token {
                    Token::Name(next) | Token::Quoted(next) => name.push_str(next),
                    Token::Mark(mark @ ("." | "*")) => name.push_str(mark),
                    _ => break,
                }
                self.next()?;
            }
            if name.is_empty() {
                return Err(self.unexpected("the name of a column"));
            }
            self.bounds.count(start)?;
            all.push(Pattern { name: name.into(), span: join(start, self.last) });
            if !self.take(",")? {
                return Ok(all);
            }
        }
    }

    fn keep(&mut self) -> Taken<Vec<Operator>> {
        let patterns = self.patterns_of_names()?;
        if patterns.iter().any(|pattern| pattern.name.contains('*')) {
            return Ok(vec![Operator::Keep(patterns.clone()), Operator::Reorder(patterns)]);
        }
        let mut columns: Vec<Assignment> = Vec::new();
        for pattern in patterns {
            if !columns.iter().any(|column| column.names.first() == Some(&pattern.name)) {
                let value = part(Node::Column(pattern.name.clone()), pattern.span);
                columns.push(Assignment { names: vec![pattern.name], value });
            }
        }
        Ok(vec![Operator::Project(columns)])
    }

    /// `old as new`, `new = old`.
    fn renames(&mut self) -> Taken<Vec<(Box<str>, Box<str>)>> {
        let mut all = Vec::new();
        loop {
            let first = self.name()?;
            self.bounds.count(self.last)?;
            if self.take_word("as")? {
                all.push((self.name()?, first));
            } else if self.take("=")? {
                all.push((first, self.name()?));
            } else {
                return Err(self.unexpected("`as`"));
            }
            if !self.take(",")? {
                return Ok(all);
            }
        }
    }

    fn sort_keys(&mut self) -> Taken<Vec<SortKey>> {
        let mut keys = Vec::new();
        loop {
            let value = self.condition()?;
            self.bounds.count(self.last)?;
            let descending = self.take_word("desc")?;
            if !descending {
                self.take_word("asc")?;
            }
            // Rows without a value count as the largest (ES|QL reference, "SORT").
            let mut nulls = if descending { Ends::First } else { Ends::Last };
            if self.take_word("nulls")? {
                nulls = if self.take_word("first")? {
                    Ends::First
                } else if self.take_word("last")? {
                    Ends::Last
                } else {
                    return Err(self.unexpected("`first` or `last`"));
                };
            }
            keys.push(SortKey { value, descending, nulls });
            if !self.take(",")? {
                return Ok(keys);
            }
        }
    }

    fn limit(&mut self) -> Taken<u64> {
        match self.next()? {
            Token::Number(Datum::Long(count)) => Ok(count.unsigned_abs()),
            _ => Err(Fail::syntax(self.last, "a whole number is wanted here")),
        }
    }

    /// `stats a = count(*) where x, b = max(y) by c, d = e`.
    fn stats(&mut self, inline: bool) -> Taken<Vec<Operator>> {
        let mut aggregates = Vec::new();
        while !self.is_word("by") && !self.is("|") && self.token != Token::End {
            let name = self.target()?;
            let value = self.condition()?;
            let name = name.unwrap_or_else(|| self.written(value.span));
            let value = if self.take_word("where")? { only(value, &self.condition()?)? } else { value };
            aggregates.push(Assignment { names: vec![name], value });
            if !self.take(",")? {
                break;
            }
        }
        let by = if self.take_word("by")? { self.assignments()? } else { Vec::new() };
        if aggregates.is_empty() && by.is_empty() {
            return Err(self.unexpected("an aggregate or `by`"));
        }
        if inline {
            return Ok(vec![Operator::Window { aggregates, by, mode: WindowMode::All }]);
        }
        // A row with several values of a group's field is in each of these groups.
        let mut operators: Vec<Operator> = Vec::new();
        for group in &by {
            if let Node::Column(name) = &group.value.node {
                let columns = vec![(name.clone(), group.value.clone(), None)];
                operators.push(Operator::Expand { columns, index: None, limit: None });
            }
        }
        operators.push(Operator::Summarise { aggregates, by });
        Ok(operators)
    }

    /// A column and a string.
    fn taken_apart(&mut self) -> Taken<(Scalar, String, Span)> {
        let value = self.condition()?;
        match self.next()? {
            Token::Text(pattern) => Ok((value, pattern, self.last)),
            _ => Err(Fail::syntax(self.last, "a pattern in double quotes is wanted here")),
        }
    }

    fn dissect(&mut self) -> Taken<Vec<Operator>> {
        let (value, pattern, span) = self.taken_apart()?;
        if self.is_word("append_separator") {
            return Err(Fail::unsupported(self.span, "`append_separator`"));
        }
        let regex = super::grok::dissect(&pattern, span)?;
        Ok(vec![Operator::Extract { value, extraction: Extraction::Groups { regex: regex.into(), most: 1 } }])
    }

    fn grok(&mut self) -> Taken<Vec<Operator>> {
        let (value, pattern, span) = self.taken_apart()?;
        if self.is(",") {
            return Err(Fail::unsupported(self.span, "several patterns of one `grok`"));
        }
        let (regex, casts) = super::grok::grok(&pattern, span)?;
        let extraction = Extraction::Groups { regex: regex.into(), most: 1 };
        let mut operators = vec![Operator::Extract { value, extraction }];
        if !casts.is_empty() {
            let cast = |(name, call): (String, &str)| {
                let column = part(Node::Column(name.as_str().into()), span);
                let value = part(Node::Call(call.into(), vec![column]), span);
                Assignment { names: vec![name.into()], value }
            };
            operators.push(Operator::Extend(casts.into_iter().map(cast).collect()));
        }
        Ok(operators)
    }
}

/// An aggregate of only those rows for which something holds: its argument is null for the others.
fn only(value: Scalar, condition: &Scalar) -> Taken<Scalar> {
    let span = value.span;
    let Node::Call(name, mut arguments) = value.node else {
        return Err(Fail::unsupported(span, "`where` behind an expression that is no aggregate"));
    };
    let first = if arguments.is_empty() { part(Node::Literal(Datum::Long(1)), span) } else { arguments.remove(0) };
    let nothing = part(Node::Literal(Datum::Null), span);
    let chosen = part(Node::Call("case".into(), vec![condition.clone(), first, nothing]), span);
    arguments.insert(0, chosen);
    Ok(part(Node::Call(name, arguments), span))
}
