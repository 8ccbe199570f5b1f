//! Comma-separated tables with a header, as small as lists need them (RFC 4180).

/// Names of the columns in lower case, blanks taken out.
pub(super) fn header(text: &str) -> Vec<String> {
    let line = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#TYPE")).unwrap_or_default();
    cells(line).into_iter().map(|cell| cell.trim().replace(' ', "").to_lowercase()).collect()
}

/// Rows behind the header with the number of their line, each as a look-up from a column's name to its cell.
pub(super) fn rows(text: &str) -> impl Iterator<Item = (usize, Row)> + '_ {
    let columns = header(text);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with("#TYPE"));
    lines.next();
    lines.map(move |(at, line)| (at + 1, Row { columns: columns.clone(), cells: cells(line) }))
}

/// One row.
pub(super) struct Row {
    columns: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    /// The cell of the first of these columns that there is.
    pub(super) fn get(&self, names: &[&str]) -> &str {
        let at = names.iter().find_map(|name| self.columns.iter().position(|column| column == name));
        at.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }
}

fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let (mut quoted, mut chars) = (false, line.chars().peekable());
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(char),
        }
    }
    cells.push(cell);
    cells
}
