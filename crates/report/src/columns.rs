use crate::paint::{Paint, Style};
use crate::{escape, wrap};

/// A page of labelled values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// Columns of the terminal.
    pub(crate) width: usize,
    pub(crate) paint: Paint,
    /// Columns that labels take.
    pub(crate) label: usize,
}

impl Columns {
    /// A labelled value, escaped, wrapped to the width with a hanging indent.
    pub(crate) fn field(&self, label: &str, value: &str, style: Style) -> String {
        self.safe_field(label, &escape::terminal(value), style)
    }

    /// The same for what is escaped already.
    pub(crate) fn safe_field(&self, label: &str, safe: &str, style: Style) -> String {
        let mut out = String::new();
        for (index, line) in wrap::wrap(safe, self.width.saturating_sub(self.label + 4)).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            out.push_str(&format!("  {} {}\n", self.paint.label(label, self.label + 1), self.paint.with(style, line)));
        }
        out
    }
}
