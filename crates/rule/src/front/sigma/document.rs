//! Text to YAML documents: splitting, limits, `action: global/reset/repeat` (Sigma specification 2.1, "Rule
//! collections").

use super::limits;
use super::position::{Place, Positions, Step};
use crate::Problem;
use ddefend_model::code;
use yaml_serde::{Mapping, Value};

/// One document with everything that it inherits, and where its text stands.
#[derive(Clone, Debug)]
pub(super) struct Document<'a> {
    /// The file.
    pub file: &'a str,
    /// What it says.
    pub root: Mapping,
    /// Its own text first, then what it was merged with.
    positions: Vec<Positions>,
}

impl Document<'_> {
    /// Line and column of a path.
    pub(super) fn place(&self, path: &[Step<'_>]) -> Place {
        let best = self.positions.iter().max_by_key(|positions| (positions.depth(path), 0));
        let own = self.positions.first();
        let deepest = best.map_or(0, |positions| positions.depth(path));
        // The document's own text wins where it is as good as another.
        let chosen = own.filter(|positions| positions.depth(path) == deepest).or(best);
        chosen.map_or((0, 0), |positions| positions.of(path))
    }

    /// A problem at a path.
    pub(super) fn problem(&self, path: &[Step<'_>], code: &'static str, message: impl Into<String>) -> Problem {
        let (line, column) = self.place(path);
        Problem { file: self.file.to_owned(), line, column, length: 0, code, message: message.into(), warning: false }
    }
}

/// The documents of a file. One that cannot be read does not hide the others.
pub(super) fn read<'a>(file: &'a str, text: &str, problems: &mut Vec<Problem>) -> Vec<Document<'a>> {
    let at = |line: u32, column: u32, code: &'static str, message: String| Problem {
        file: file.to_owned(),
        line,
        column,
        length: 0,
        code,
        message,
        warning: false,
    };
    if text.len() > limits::FILE {
        problems.push(at(
            0,
            0,
            code::RULE_LIMIT,
            format!("the file is larger than {} bytes and was not read", limits::FILE),
        ));
        return Vec::new();
    }
    let parts = split(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut state = Collection::default();
    let mut documents = Vec::new();
    for (index, (line, part)) in parts.iter().enumerate() {
        if index >= limits::DOCUMENTS {
            let message = format!("the file has more than {} documents; the rest was not read", limits::DOCUMENTS);
            problems.push(at(*line, 1, code::RULE_LIMIT, message));
            break;
        }
        if part.len() > limits::DOCUMENT || limits::brackets(part) > limits::BRACKETS {
            let message = format!(
                "the document is larger than {} bytes or has more than {} brackets in quotes or in each other",
                limits::DOCUMENT,
                limits::BRACKETS
            );
            problems.push(at(*line, 1, code::RULE_LIMIT, message));
            continue;
        }
        match parse(part) {
            Ok(Value::Null) => {}
            Ok(Value::Mapping(root)) => {
                let positions = Positions::scan(part, *line);
                let own = Document { file, root, positions: vec![positions] };
                if limits::nodes(&own.root) > limits::NODES {
                    let message = format!("the document unfolds to more than {} values", limits::NODES);
                    problems.push(own.problem(&[], code::RULE_LIMIT, message));
                    continue;
                }
                match state.take(own) {
                    Ok(Some(document)) => documents.push(document),
                    Ok(None) => {}
                    Err(problem) => problems.push(problem),
                }
            }
            Ok(_) => {
                problems.push(at(*line, 1, code::RULE_YAML, "a rule is a mapping of keys to values".to_owned()));
            }
            Err(error) => {
                let (row, column) = error.location().map_or((0, 0), |place| (place.line(), place.column()));
                let row = u32::try_from(row).unwrap_or(0);
                let column = u32::try_from(column).unwrap_or(0);
                let text = error.to_string();
                let text = text.split(" at line ").next().unwrap_or_default();
                problems.push(at(
                    line.saturating_add(row.saturating_sub(1)),
                    column,
                    code::RULE_YAML,
                    format!("this is no YAML: {text}"),
                ));
            }
        }
    }
    documents
}

fn parse(part: &str) -> Result<Value, yaml_serde::Error> {
    let mut value: Value = yaml_serde::from_str(part)?;
    value.apply_merge()?;
    Ok(value)
}

/// Documents with the number of their first line. `---` at the beginning of a line can only be a marker (YAML 1.2.2,
/// section 9.1.2), so that splitting before parsing is safe.
fn split(text: &str) -> Vec<(u32, String)> {
    let mut parts: Vec<(u32, String)> = vec![(1, String::new())];
    for (number, line) in (1..).zip(text.lines()) {
        let marker =
            |mark: &str| line.strip_prefix(mark).filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r']));
        if let Some(rest) = marker("---") {
            // Content may follow the marker; blanks keep its column.
            parts.push((number, format!("   {rest}\n")));
        } else if marker("...").is_some() {
            parts.push((number + 1, String::new()));
        } else if let Some((_, part)) = parts.last_mut() {
            // Directives belong to no value.
            let directive = line.starts_with('%') && part.trim().is_empty();
            part.push_str(if directive { "" } else { line });
            part.push('\n');
        }
    }
    parts.retain(|(_, part)| !part.trim().is_empty());
    parts
}

/// What earlier documents leave for later ones.
#[derive(Default)]
struct Collection<'a> {
    global: Option<Document<'a>>,
    previous: Option<Document<'a>>,
}

impl<'a> Collection<'a> {
    fn take(&mut self, mut own: Document<'a>) -> Result<Option<Document<'a>>, Problem> {
        let action = own.root.shift_remove("action");
        let path = [Step::Key("action")];
        let base = match action.as_ref().map(|action| action.as_str().unwrap_or_default()) {
            None => None,
            Some("global") => {
                self.global = Some(own);
                return Ok(None);
            }
            Some("reset") => {
                self.global = None;
                return Ok(None);
            }
            Some("repeat") => match self.previous.clone() {
                Some(previous) => Some(previous),
                None => {
                    return Err(own.problem(
                        &path,
                        code::RULE_ACTION,
                        "`repeat` repeats nothing: no rule stands before it",
                    ));
                }
            },
            Some(other) => {
                let message = format!("`{other}` is no action; actions are global, reset and repeat");
                return Err(own.problem(&path, code::RULE_ACTION, message));
            }
        };
        let base = match (base, &self.global) {
            (Some(previous), _) => Some(previous),
            (None, global) => global.clone(),
        };
        if let Some(base) = base {
            let mut root = base.root;
            merge(&mut root, own.root);
            own.root = root;
            own.positions.extend(base.positions.into_iter().take(limits::BASES));
            own.positions.truncate(limits::BASES);
        }
        if limits::nodes(&own.root) > limits::NODES {
            return Err(own.problem(&[], code::RULE_LIMIT, format!("the rule has more than {} values", limits::NODES)));
        }
        self.previous = Some(own.clone());
        Ok(Some(own))
    }
}

/// Lays one mapping over another; mappings inside are laid over each other, everything else is replaced.
fn merge(base: &mut Mapping, over: Mapping) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Mapping(below)), Value::Mapping(above)) => merge(below, above),
            (_, value) => _ = base.insert(key, value),
        }
    }
}
