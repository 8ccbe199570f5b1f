use ddefend_model::Level;

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Strong,
    Dim,
    Alarm,
    Warn,
    Good,
}

/// Colours, or none. Only the sixteen basic ones: they fit light and dark terminals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    pub(crate) colour: bool,
}

impl Paint {
    pub(crate) fn with(self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Plain => return text.to_owned(),
            Style::Strong => "1",
            Style::Dim => "2",
            Style::Alarm => "1;31",
            Style::Warn => "33",
            Style::Good => "32",
        };
        self.wrap(code, text)
    }

    pub(crate) fn level(self, level: Level, text: &str) -> String {
        let code = match level {
            Level::Critical => "1;97;41",
            Level::High => "1;31",
            Level::Medium => "1;33",
            Level::Low => "36",
            Level::Info => "34",
        };
        self.wrap(code, text)
    }

    /// A label padded to `width` columns.
    pub(crate) fn label(self, label: &str, width: usize) -> String {
        self.wrap("2", &format!("{label:<width$}"))
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.colour && !text.trim().is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
