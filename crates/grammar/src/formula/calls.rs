//! Function calls: which ones matter, and what their literal arguments come to.

/// Functions that are reported, upper case.
pub(super) const NAMES: &[&str] = &[
    "DDE",
    "WEBSERVICE",
    "FILTERXML",
    "HYPERLINK",
    "IMPORTXML",
    "IMPORTDATA",
    "IMPORTRANGE",
    "IMPORTHTML",
    "IMPORTFEED",
    "IMAGE",
    "CALL",
    "REGISTER",
    "REGISTER.ID",
    "EXEC",
    "INITIATE",
    "EXECUTE",
    "POKE",
    "REQUEST",
    "TERMINATE",
    "RTD",
];

/// What writers put before a function's name.
const PREFIXES: &[&str] = &[
    "_XLFN.",
    "_XLWS.",
    "_XLUDF.",
    "_XLL.",
    "COM.MICROSOFT.",
    "ORG.LIBREOFFICE.",
    "COM.SUN.STAR.SHEET.ADDIN.DATEFUNCTIONS.",
];

/// How many arguments of one call are kept; spreadsheets allow 255.
const ARGUMENTS: usize = 255;
/// How much of an argument that is no literal is kept, bytes.
const WRITTEN: usize = 32 << 10;

/// What a call is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Reported.
    Reported,
    /// Its literal result is worked out: `CHAR(99)`, `CONCATENATE("a","b")`.
    Evaluated,
    /// Neither.
    Other,
}

/// A function's name in upper case without prefixes, and its role.
pub(super) fn role(written: &str) -> (String, Role) {
    let upper = written.to_uppercase();
    let mut name = upper.as_str();
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    let role = if NAMES.contains(&name) {
        Role::Reported
    } else if matches!(name, "CHAR" | "UNICHAR" | "CONCATENATE" | "CONCAT" | "T" | "LOWER" | "UPPER" | "TRIM") {
        Role::Evaluated
    } else {
        Role::Other
    };
    (name.to_owned(), role)
}

/// A call or a pair of parentheses that is open.
#[derive(Debug)]
pub(super) struct Frame {
    /// Function name; empty for parentheses.
    pub(super) name: String,
    pub(super) role: Role,
    /// Byte offset of the name.
    pub(super) start: usize,
    /// Byte offset of the argument that is being read.
    pub(super) argument_start: usize,
    /// True where the name is in mixed letter case.
    pub(super) mixed: bool,
    arguments: Vec<String>,
    /// The literal value so far; none once something else than literals was met.
    literal: Option<String>,
    /// True while every argument was literal.
    literals: bool,
    empty: bool,
}

impl Frame {
    pub(super) fn new(name: String, role: Role, start: usize, argument_start: usize) -> Self {
        Self {
            name,
            role,
            start,
            argument_start,
            mixed: false,
            arguments: Vec::new(),
            literal: Some(String::new()),
            literals: true,
            empty: true,
        }
    }

    /// A literal operand.
    pub(super) fn literal(&mut self, text: String) {
        self.empty = false;
        match &mut self.literal {
            Some(literal) if literal.is_empty() => *literal = text,
            Some(literal) => literal.push_str(&text),
            None => {}
        }
    }

    /// Something that is no literal.
    pub(super) fn spoil(&mut self) {
        self.empty = false;
        self.literal = None;
    }

    /// Ends the argument that is being read; `written` is its text.
    pub(super) fn end_argument(&mut self, written: &str, next_start: usize) {
        self.argument_start = next_start;
        let literal = self.literal.replace(String::new());
        self.literals &= literal.is_some();
        let keep = self.role != Role::Other && self.arguments.len() < ARGUMENTS;
        if keep {
            self.arguments.push(literal.unwrap_or_else(|| head(written.trim(), WRITTEN).to_owned()));
        }
    }

    /// The arguments; a call with nothing between its parentheses has none.
    pub(super) fn into_arguments(mut self) -> Vec<String> {
        if self.empty && self.arguments.len() == 1 && self.arguments.first().is_some_and(String::is_empty) {
            self.arguments.clear();
        }
        self.arguments
    }

    /// The value of an evaluated function, where all its arguments are literal.
    pub(super) fn value(&self) -> Option<String> {
        let literal = self.literals && self.role == Role::Evaluated;
        literal.then(|| evaluate(&self.name, &self.arguments)).flatten()
    }

    /// The value of plain parentheses.
    pub(super) fn take_literal(&mut self) -> Option<String> {
        self.literal.take()
    }
}

fn head(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or(text)
}

/// The literal result of an evaluated function.
fn evaluate(name: &str, arguments: &[String]) -> Option<String> {
    let first = || arguments.first().cloned();
    match name {
        "CHAR" | "UNICHAR" => {
            let code = first()?.trim().parse::<u32>().ok()?;
            Some(char::from_u32(code)?.to_string())
        }
        "CONCATENATE" | "CONCAT" => Some(arguments.concat()),
        "T" => first(),
        "TRIM" => Some(first()?.trim().to_owned()),
        "LOWER" => Some(first()?.to_lowercase()),
        "UPPER" => Some(first()?.to_uppercase()),
        _ => None,
    }
}
