use thiserror::Error;

/// Why a playbook cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlaybookError {
    /// Too long.
    #[error("the playbook has {0} bytes; 1,000,000 are the most")]
    TooLong(usize),
    /// Not YAML, or not of the shape.
    #[error("{}{message}", place(*.line, *.column))]
    Shape {
        /// Line from 1; 0 where not known.
        line: usize,
        /// Column from 1.
        column: usize,
        /// Field and what is wrong with it.
        message: String,
    },
    /// It contradicts itself: every problem, one line each.
    #[error("{}", .0.join("\n"))]
    Contradictions(Vec<String>),
}

fn place(line: usize, column: usize) -> String {
    if line == 0 { String::new() } else { format!("line {line}, column {column}: ") }
}

impl PlaybookError {
    pub(super) fn shape(error: &yaml_serde::Error) -> Self {
        let (line, column) = error.location().map_or((0, 0), |place| (place.line(), place.column()));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        let message = format!("{message}{}", hint(&message));
        Self::Shape { line, column, message }
    }
}

/// Did you mean: from serde's own list of what it expected.
fn hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = message.contains("unknown field") || message.contains("unknown variant");
    let Some(word) = quoted.next().filter(|_| unknown) else { return String::new() };
    super::near(word, quoted).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default()
}
