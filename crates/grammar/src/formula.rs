//! Spreadsheet formulas: `=cmd|'/c calc'!A0`, `=DDE("cmd";"/c calc";"x")` and the functions that fetch or start things.
//!
//! One tokenizer serves CSV, SLK, DIF, HTML, SpreadsheetML, xlsx and ODF.

mod calls;
mod chars;
mod filter;
mod open;
mod scan;

/// Whose grammar the text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A cell typed or imported as text: a formula only behind `=`, `+`, `-` or `@` and the paddings that consumers
    /// strip.
    Cell,
    /// A stored formula with or without its `=` (xlsx, SLK, SpreadsheetML).
    Excel,
    /// OpenFormula or its predecessors, with a prefix such as `of:=`.
    OpenFormula,
}

/// What a formula asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A DDE conversation, as a remote reference `service|topic!item` or the function `DDE`.
    Dde {
        /// Service as written, unquoted.
        service: String,
        /// Topic, unquoted.
        topic: String,
        /// Item, unquoted; empty where there is none.
        item: String,
    },
    /// A call of a function that fetches, sends, starts or registers something, its name in upper case.
    Call {
        /// Name.
        name: String,
        /// Arguments as written; literal strings unquoted, `&` of literals joined.
        arguments: Vec<String>,
    },
}

/// A request and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The request.
    pub request: Request,
    /// First character of the request in the text that was handed in, counted from 0.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// Hiding tricks (ids of [`ddefend_model::trick`]).
    pub tricks: Vec<&'static str>,
}

/// All requests in one formula or cell text, in the order in which they begin. Linear in its length; text that is no
/// formula in this dialect gives nothing.
///
/// Services, topics and items come without their quotes and without NUL characters. Full-width letters become ASCII
/// where full-width syntax shows that they are a trick; [`Found::start`] leads to what is written.
#[must_use]
pub fn requests(text: &str, dialect: Dialect) -> Vec<Found> {
    if !could_request(text) {
        return Vec::new();
    }
    requests_unfiltered(text, dialect)
}

/// [`requests`] without its filter, kept callable so that a test can hold that both agree.
#[must_use]
pub fn requests_unfiltered(text: &str, dialect: Dialect) -> Vec<Found> {
    let opening = match dialect {
        Dialect::Cell => match open::cell(text) {
            Some(opening) => opening,
            None => return Vec::new(),
        },
        Dialect::Excel => open::Opening::default(),
        Dialect::OpenFormula => open::open_formula(text),
    };
    let typed = dialect == Dialect::Cell;
    let scanner = scan::Scanner::new(text, opening.at);
    let requests = scanner.typed(typed, typed && open::is_broken(text, opening.at)).run();
    finish(text, requests, &opening.tricks)
}

/// True where text may hold a request: a fast look for `|`, for a function name before `(` and for characters that
/// hide them. False is certain, true is not. It holds for a whole part as well as for one formula.
#[must_use]
pub fn could_request(text: &str) -> bool {
    filter::could_request(text.as_bytes())
}

/// [`could_request`] for bytes in an encoding that extends ASCII.
#[must_use]
pub fn bytes_could_request(bytes: &[u8]) -> bool {
    filter::could_request(bytes)
}

/// [`bytes_could_request`] for bytes that have no bar and no byte EF, which begins full-width letters in UTF-8.
#[must_use]
pub fn bytes_could_call(bytes: &[u8]) -> bool {
    filter::could_call(bytes)
}

/// Turns byte offsets into character counts in one pass over the text.
fn finish(text: &str, mut requests: Vec<scan::Located>, opening: &[&'static str]) -> Vec<Found> {
    requests.sort_by_key(|located| (located.start, std::cmp::Reverse(located.end)));
    let mut marks: Vec<usize> = requests.iter().flat_map(|located| [located.start, located.end]).collect();
    marks.sort_unstable();
    marks.dedup();
    let counts = character_counts(text, &marks);
    let count_at = |mark: usize| marks.binary_search(&mark).ok().and_then(|at| counts.get(at).copied()).unwrap_or(0);
    requests
        .into_iter()
        .map(|located| {
            let mut tricks = opening.to_vec();
            tricks.extend(located.tricks.iter().filter(|trick| !opening.contains(trick)));
            Found { request: located.request, start: count_at(located.start), end: count_at(located.end), tricks }
        })
        .collect()
}

fn character_counts(text: &str, marks: &[usize]) -> Vec<usize> {
    let mut counts = Vec::with_capacity(marks.len());
    let (mut byte, mut count) = (0_usize, 0_usize);
    for mark in marks {
        let between = text.get(byte..*mark).unwrap_or_default();
        count = count.saturating_add(between.chars().count());
        byte = *mark;
        counts.push(count);
    }
    counts
}
