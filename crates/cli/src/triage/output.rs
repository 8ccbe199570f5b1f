//! Files that a case is written to. Nothing half-written ever stands under its final name: each is written beside it, with
//! `.part` behind the name, and renamed once all of it is on disk.

use ddefend_model::case::Case;
use ddefend_report::{CaseMeta, case_names, case_output};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Ends the name of a file that is not complete.
const PART: &str = ".part";

/// A file to write, and the output that goes into it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Planned {
    path: PathBuf,
    output: &'static str,
}

/// The files of `--out` and `--report`.
///
/// # Errors
/// Where a name does not say which output is wanted, a file is there already and must not be replaced, or one would lie
/// in the evidence.
pub(super) fn plan(
    folder: Option<&Path>,
    reports: &[PathBuf],
    evidence: &[PathBuf],
    force: bool,
) -> Result<Vec<Planned>, String> {
    let mut planned = Vec::new();
    if let Some(folder) = folder {
        planned.extend(case_names().map(|output| Planned { path: folder.join(file_name(output)), output }));
    }
    for path in reports {
        let output = output_of(path).ok_or_else(|| {
            let known: Vec<String> = case_names().map(file_name).collect();
            format!(
                "{}: the ending does not say which output is wanted; known are those of {}",
                path.display(),
                known.join(", ")
            )
        })?;
        planned.push(Planned { path: path.clone(), output });
    }
    for Planned { path, .. } in &planned {
        if let Some(inside) = evidence.iter().find(|folder| is_inside(path, folder)) {
            return Err(format!(
                "{}: what is written into the evidence ({}) would be evidence the next time; choose a place outside of it",
                path.display(),
                inside.display()
            ));
        }
        if !force && path.exists() {
            return Err(format!("{}: there is such a file already; --force replaces it", path.display()));
        }
    }
    Ok(planned)
}

/// The name of the file that an output goes to.
fn file_name(output: &str) -> String {
    match output {
        "text" => "case.txt".to_owned(),
        "json" | "jsonl" | "md" | "html" | "csv" => format!("case.{output}"),
        "timesketch" => "case.timesketch.jsonl".to_owned(),
        other => format!("case.{other}.json"),
    }
}

/// The output that a file's name asks for: the longest ending that fits.
fn output_of(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let ending = |output: &str| file_name(output).trim_start_matches("case").to_owned();
    case_names().filter(|output| name.ends_with(&ending(output))).max_by_key(|output| ending(output).len())
}

/// Whether a file would lie in a folder of the evidence, whatever links lead there.
fn is_inside(path: &Path, evidence: &Path) -> bool {
    let Ok(evidence) = fs::canonicalize(evidence) else { return false };
    let mut at = path.parent();
    while let Some(parent) = at {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        if let Ok(parent) = fs::canonicalize(parent) {
            return parent.starts_with(&evidence);
        }
        at = parent.parent();
    }
    false
}

/// Writes every file whole.
///
/// # Errors
/// The first that cannot be written, in words; files before it are whole, of those behind it there is none.
pub(super) fn write(planned: &[Planned], case: &Case, meta: &CaseMeta) -> Result<(), String> {
    let plain = CaseMeta { colour: false, width: 0, ..meta.clone() };
    for Planned { path, output } in planned {
        let text = case_output(output, case, &plain).unwrap_or_default();
        whole(path, text.as_bytes()).map_err(|error| format!("{}: not written: {error}", path.display()))?;
    }
    Ok(())
}

/// Writes a file whole, or leaves what was there.
fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(PART);
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, path)).inspect_err(|_| {
        // What could not be finished must not be taken for something.
        let _ = fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_which_output_is_wanted() {
        assert_eq!(output_of(Path::new("x/Case 7.JSON")), Some("json"));
        assert_eq!(output_of(Path::new("story.md")), Some("md"));
        assert_eq!(output_of(Path::new("story.jsonl")), Some("jsonl"));
        assert_eq!(output_of(Path::new("story.docx")), None);
        for output in case_names() {
            assert_eq!(output_of(Path::new(&file_name(output))), Some(output));
        }
    }
}
