use ddefend_triage::{Organisation, Playbook};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of such a file that are read.
const LARGEST: u64 = 4 << 20;

/// Reads what an organisation says of itself.
///
/// # Errors
/// In words, with the place and, for a name that is not known, the nearest that is; a value that makes no sense with
/// its field.
pub fn read_organisation(path: &Path) -> Result<Organisation, String> {
    let text = text(path)?;
    let organisation: Organisation = toml::from_str(&text).map_err(|error| {
        let message = error.to_string();
        let nearest = nearest(error.message()).map(|name| format!("\ndid you mean `{name}`?")).unwrap_or_default();
        format!("{}:\n{}{nearest}", path.display(), message.trim_end())
    })?;
    organisation.check().map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(organisation)
}

/// Reads a playbook.
///
/// # Errors
/// In words, with line and field.
pub fn read_playbook(path: &Path) -> Result<Playbook, String> {
    Playbook::read(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn text(path: &Path) -> Result<String, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut text = String::new();
    let file = File::open(path).map_err(|error| told(&error))?;
    file.take(LARGEST).read_to_string(&mut text).map_err(|error| told(&error))?;
    Ok(text)
}

/// The nearest of the names that would do, of a message "unknown field `x`, expected one of `a`, `b`".
fn nearest(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let wrong = names.next().filter(|_| message.starts_with("unknown field"))?;
    let distances = names.map(|name| (distance(&wrong.to_lowercase(), &name.to_lowercase()), name));
    distances.min().filter(|(distance, _)| *distance <= 3).map(|(_, name)| name.to_owned())
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, char) in a.chars().enumerate() {
        let mut next = vec![at + 1];
        for (column, other) in b.iter().enumerate() {
            let cell = |index: usize, row: &[usize]| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let replaced = cell(column, &row) + usize::from(char != *other);
            next.push(replaced.min(cell(column + 1, &row) + 1).min(cell(column, &next) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_wrong_are_told_with_the_nearest() {
        let error = toml::from_str::<Organisation>("internal_domain = [\"corp.example\"]").unwrap_err();
        assert_eq!(nearest(error.message()).as_deref(), Some("internal_domains"));
        let error = toml::from_str::<Organisation>("colour = 1").unwrap_err();
        assert_eq!(nearest(error.message()), None);
    }

    #[test]
    fn distances() {
        assert_eq!((distance("", "ab"), distance("ab", "ab"), distance("kitten", "sitting")), (2, 0, 3));
    }
}
