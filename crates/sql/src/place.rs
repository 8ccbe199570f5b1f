use ddefend_rule::ir::query::Span;
use sqlparser::ast::Spanned;
use sqlparser::tokenizer::Location;

/// Byte offsets of lines and columns.
pub(super) struct Places<'t> {
    text: &'t str,
    /// Start of each line, and whether it is ASCII: a column is an offset then.
    lines: Vec<(usize, bool)>,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut at = 0_usize;
        let lines = text.split('\n').map(|line| {
            let start = at;
            at = at.saturating_add(line.len()).saturating_add(1);
            (start, line.is_ascii())
        });
        Self { text, lines: lines.collect() }
    }

    /// Where a node is written.
    pub(super) fn of(&self, node: &impl Spanned) -> Span {
        let span = node.span();
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        Span { start, end: end.max(start) }
    }

    /// `... at Line: 2, Column: 7` in a message.
    pub(super) fn named(&self, message: &str) -> Span {
        let number = |after: &str| -> Option<u64> {
            let rest = message.split(after).nth(1)?;
            let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        };
        let location = number("Line:").zip(number("Column:")).map(|(line, column)| Location { line, column });
        let start = location.map_or(0, |location| self.byte(location));
        Span { start, end: start.saturating_add(1) }
    }

    fn byte(&self, location: Location) -> u32 {
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        let (start, ascii) = self.lines.get(index(location.line)).copied().unwrap_or((self.text.len(), true));
        let rest = self.text.get(start..).unwrap_or_default();
        let inside = match ascii {
            true => index(location.column).min(rest.len()),
            false => rest.char_indices().nth(index(location.column)).map_or(rest.len(), |(at, _)| at),
        };
        u32::try_from(start.saturating_add(inside)).unwrap_or(u32::MAX)
    }
}
