use super::Parser;
use crate::ast::{Ex, Expr};
use crate::fault::{Got, join};
use crate::lexer::Tok;
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Span, TextOp};

/// A binary operator: `or` binds loosest, the tests of text tightest (as in Microsoft's grammar, `a + b has "x"` is
/// `a + (b has "x")`).
#[derive(Clone, Copy, Debug)]
enum Binary {
    Compare(CompareOp),
    /// Test, cased, all, negated.
    Any(TextOp, bool, bool, bool),
    Between(bool),
}

impl Parser<'_> {
    /// An expression of any kind, a table with operators included.
    pub(super) fn pipe(&mut self) -> Got<Expr> {
        self.nested(|parser| {
            let start = parser.span();
            let (first, mut operations) = match parser.leading()? {
                Some(operation) => (None, vec![operation]),
                None => {
                    let first = parser.expression()?;
                    if !parser.is("|") {
                        return Ok(first);
                    }
                    (Some(Box::new(first)), Vec::new())
                }
            };
            while parser.eat("|") {
                operations.push(parser.operation()?);
            }
            Ok(Expr { node: Ex::Pipe(first, operations), span: parser.since(start) })
        })
    }

    /// An expression without pipes outside of brackets.
    pub(super) fn expression(&mut self) -> Got<Expr> {
        self.nested(|parser| parser.chain("or", |parser| parser.chain("and", Self::equality)))
    }

    fn chain(&mut self, word: &str, mut read: impl FnMut(&mut Self) -> Got<Expr>) -> Got<Expr> {
        let first = read(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let start = first.span;
        let mut list = vec![first];
        while self.eat_word(word) {
            self.node()?;
            list.push(read(self)?);
        }
        let node = if word == "or" { Ex::Or(list) } else { Ex::And(list) };
        Ok(Expr { node, span: self.since(start) })
    }

    fn equality(&mut self) -> Got<Expr> {
        let left = self.relational()?;
        let Some(operator) = self.equality_operator() else { return Ok(left) };
        self.next();
        self.node()?;
        match operator {
            Binary::Compare(op) => {
                let right = self.relational()?;
                Ok(binary(Ex::Compare, op, left, right))
            }
            Binary::Between(negated) => {
                self.need("(", "and the bounds of between: (a .. b)")?;
                let low = self.nested(Self::additive)?;
                self.need("..", "between the bounds")?;
                let high = self.nested(Self::additive)?;
                let end = self.need(")", "behind the bounds")?;
                let span = join(left.span, end);
                Ok(Expr { node: Ex::Between(Box::new(left), Box::new([low, high]), negated), span })
            }
            Binary::Any(op, cased, all, negated) => {
                self.need("(", "and the values, or a table, in brackets")?;
                let list = self.list(Self::pipe)?;
                let end = self.need(")", "or a comma behind the value")?;
                let span = join(left.span, end);
                Ok(Expr { node: Ex::Any(op, cased, all, negated, Box::new(left), list), span })
            }
        }
    }

    fn equality_operator(&self) -> Option<Binary> {
        let any = |cased, negated| Some(Binary::Any(TextOp::Equals, cased, false, negated));
        match self.peek() {
            Tok::Punct("==") => Some(Binary::Compare(CompareOp::Eq)),
            Tok::Punct("!=" | "<>") => Some(Binary::Compare(CompareOp::Ne)),
            Tok::Punct("in~") => any(false, false),
            Tok::Punct("!in~") => any(false, true),
            Tok::Punct("!in") => any(true, true),
            Tok::Punct("!between") => Some(Binary::Between(true)),
            Tok::Name(name) => match &**name {
                "in" => any(true, false),
                "between" => Some(Binary::Between(false)),
                "has_any" => Some(Binary::Any(TextOp::Has, false, false, false)),
                "has_all" => Some(Binary::Any(TextOp::Has, false, true, false)),
                _ => None,
            },
            _ => None,
        }
    }

    fn relational(&mut self) -> Got<Expr> {
        let left = self.additive()?;
        let op = match self.peek() {
            Tok::Punct("<") => CompareOp::Lt,
            Tok::Punct("<=") => CompareOp::Le,
            Tok::Punct(">") => CompareOp::Gt,
            Tok::Punct(">=") => CompareOp::Ge,
            _ => return Ok(left),
        };
        self.next();
        self.node()?;
        let right = self.additive()?;
        Ok(binary(Ex::Compare, op, left, right))
    }

    pub(super) fn additive(&mut self) -> Got<Expr> {
        self.arithmetic(Self::multiplicative, |punct| match punct {
            "+" => Some(ArithmeticOp::Add),
            "-" => Some(ArithmeticOp::Subtract),
            _ => None,
        })
    }

    fn multiplicative(&mut self) -> Got<Expr> {
        self.arithmetic(Self::text, |punct| match punct {
            "*" => Some(ArithmeticOp::Multiply),
            "/" => Some(ArithmeticOp::Divide),
            "%" => Some(ArithmeticOp::Modulo),
            _ => None,
        })
    }

    fn arithmetic(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Got<Expr>,
        operator: fn(&str) -> Option<ArithmeticOp>,
    ) -> Got<Expr> {
        let mut left = read(self)?;
        loop {
            let op = match self.peek() {
                Tok::Punct(punct) => operator(punct),
                _ => None,
            };
            let Some(op) = op else { return Ok(left) };
            self.higher()?;
            self.next();
            self.node()?;
            left = binary(Ex::Arithmetic, op, left, read(self)?);
        }
    }

    /// A test of text; there is at most one, the language has no chain of them.
    fn text(&mut self) -> Got<Expr> {
        let left = if self.is("*") && self.star_is_tested() {
            Expr { node: Ex::Star, span: self.next().span }
        } else {
            self.unary()?
        };
        if self.is(":") && matches!(left.node, Ex::Name(_) | Ex::Path(..)) && self.colon_allowed() {
            self.next();
            let right = self.unary()?;
            let span = join(left.span, right.span);
            return Ok(Expr { node: Ex::Colon(Box::new(left), Box::new(right)), span });
        }
        let Some((op, cased, negated)) = self.text_operator() else { return Ok(left) };
        self.next();
        if op == TextOp::Regex {
            self.need_word("regex", "behind matches")?;
        }
        self.node()?;
        let right = self.unary()?;
        let span = join(left.span, right.span);
        Ok(Expr { node: Ex::Text(op, cased, negated, Box::new(left), Box::new(right)), span })
    }

    /// `search` tests a column with a colon; elsewhere a colon stands behind names in declarations only, which are not
    /// read as expressions.
    fn colon_allowed(&self) -> bool {
        matches!(self.ahead(1).tok, Tok::Text(_) | Tok::Long(_) | Tok::Name(_))
    }

    /// True where the star here is the value of a test (`* has "x"`).
    fn star_is_tested(&self) -> bool {
        match &self.ahead(1).tok {
            Tok::Name(name) => {
                text_operator(name).is_some() || matches!(&**name, "in" | "has_any" | "has_all" | "between" | "matches")
            }
            Tok::Punct(punct) => {
                text_operator(punct).is_some() || matches!(*punct, "==" | "!=" | "in~" | "!in" | "!in~")
            }
            _ => false,
        }
    }

    fn text_operator(&self) -> Option<(TextOp, bool, bool)> {
        match self.peek() {
            Tok::Name(name) if &**name == "matches" => Some((TextOp::Regex, true, false)),
            Tok::Name(name) => text_operator(name),
            Tok::Punct("!matches") => Some((TextOp::Regex, true, true)),
            Tok::Punct(punct) => text_operator(punct),
            _ => None,
        }
    }

    pub(super) fn unary(&mut self) -> Got<Expr> {
        let start = self.span();
        if self.eat("-") {
            let value = self.nested(Self::unary)?;
            return Ok(negative(value, join(start, self.before())));
        }
        if self.eat("+") {
            return self.nested(Self::unary);
        }
        self.postfix()
    }
}

fn binary<O>(make: fn(O, Box<Expr>, Box<Expr>) -> Ex, op: O, left: Expr, right: Expr) -> Expr {
    let span = join(left.span, right.span);
    Expr { node: make(op, Box::new(left), Box::new(right)), span }
}

/// A negative literal is a literal.
fn negative(value: Expr, span: Span) -> Expr {
    use ddefend_rule::ir::query::Datum;
    let node = match value.node {
        Ex::Literal(Datum::Long(number)) => Ex::Literal(Datum::Long(number.wrapping_neg())),
        Ex::Literal(Datum::Real(number)) => Ex::Literal(Datum::Real(-number)),
        Ex::Literal(Datum::Span(ticks)) => Ex::Literal(Datum::Span(ticks.saturating_neg())),
        node => Ex::Negative(Box::new(Expr { node, span: value.span })),
    };
    Expr { node, span }
}

/// A test of text by its word: what, whether case counts, negated.
fn text_operator(word: &str) -> Option<(TextOp, bool, bool)> {
    Some(match word {
        "=~" => (TextOp::Equals, false, false),
        "!~" => (TextOp::Equals, false, true),
        "has" => (TextOp::Has, false, false),
        "!has" | "nothas" => (TextOp::Has, false, true),
        "has_cs" | "hascs" => (TextOp::Has, true, false),
        "!has_cs" | "nothascs" => (TextOp::Has, true, true),
        "hasprefix" => (TextOp::HasPrefix, false, false),
        "!hasprefix" => (TextOp::HasPrefix, false, true),
        "hasprefix_cs" => (TextOp::HasPrefix, true, false),
        "!hasprefix_cs" => (TextOp::HasPrefix, true, true),
        "hassuffix" => (TextOp::HasSuffix, false, false),
        "!hassuffix" => (TextOp::HasSuffix, false, true),
        "hassuffix_cs" => (TextOp::HasSuffix, true, false),
        "!hassuffix_cs" => (TextOp::HasSuffix, true, true),
        "contains" => (TextOp::Contains, false, false),
        "!contains" | "notcontains" => (TextOp::Contains, false, true),
        "contains_cs" | "containscs" => (TextOp::Contains, true, false),
        "!contains_cs" | "notcontainscs" => (TextOp::Contains, true, true),
        "startswith" => (TextOp::StartsWith, false, false),
        "!startswith" => (TextOp::StartsWith, false, true),
        "startswith_cs" => (TextOp::StartsWith, true, false),
        "!startswith_cs" => (TextOp::StartsWith, true, true),
        "endswith" => (TextOp::EndsWith, false, false),
        "!endswith" => (TextOp::EndsWith, false, true),
        "endswith_cs" => (TextOp::EndsWith, true, false),
        "!endswith_cs" => (TextOp::EndsWith, true, true),
        "like" => (TextOp::Like, false, false),
        "!like" | "notlike" => (TextOp::Like, false, true),
        "likecs" => (TextOp::Like, true, false),
        "notlikecs" => (TextOp::Like, true, true),
        _ => return None,
    })
}
