//! How files inside of others are called, and commands as their field writes them.

use crate::{CaseEvidence, Linked, Opening, Settings};
use ddefend_hunt::file_name;
use ddefend_model::Finding;

/// `Invoice.docx (in invoice.eml)`; none where nothing was collected.
pub(super) fn label(evidence: &CaseEvidence, opening: &Opening) -> Option<String> {
    let holder = evidence.files.get(opening.file?)?;
    Some(format!("{} (in {})", file_name(&opening.path), file_name(&holder.scanned.artifact.path)))
}

/// The highest zone of the marks of a file inside of a collected one.
pub(super) fn zone(linked: &Linked, file: usize, path: &str) -> Option<u8> {
    let marks = linked.inner_marks.get(file).into_iter().flatten();
    let own = marks.filter(|mark| file_name(&mark.of).eq_ignore_ascii_case(file_name(path)));
    own.filter_map(|mark| mark.zone).max()
}

/// A command or a part of it with the variables that its field names: their usual values, which commands are compared by,
/// are not those of the computer.
pub(crate) fn as_written(finding: &Finding, text: &str, settings: &Settings) -> String {
    let (Some(link), Some(knowledge)) = (&finding.link, &settings.knowledge) else { return text.to_owned() };
    let own = [Some(&link.raw), link.effective.as_ref(), link.service.as_ref(), link.topic.as_ref()];
    let own = own.into_iter().flatten().map(|text| text.to_uppercase()).collect::<Vec<_>>().join(" ");
    let variables = knowledge.environment().filter_map(|(name, value)| {
        let forms = [(format!("%{name}%"), format!("%{name}%")), (format!("$ENV:{name}"), format!("$env:{name}"))];
        let (_, shown) = forms.into_iter().find(|(form, _)| own.contains(form.as_str()))?;
        value.contains('\\').then_some((value, shown))
    });
    let mut variables: Vec<(&str, String)> = variables.collect();
    // The longest first: one value begins with another.
    variables.sort_by_key(|(value, name)| (std::cmp::Reverse(value.len()), name.clone()));
    let mut told = text.to_owned();
    for (value, name) in variables {
        // ASCII alone: places in the lower-case text are those of the text.
        let low = value.to_ascii_lowercase();
        let mut out = String::with_capacity(told.len());
        let mut rest = told.as_str();
        while let Some(at) = rest.to_ascii_lowercase().find(&low) {
            out.push_str(rest.get(..at).unwrap_or_default());
            out.push_str(&name);
            rest = rest.get(at.saturating_add(low.len())..).unwrap_or_default();
        }
        out.push_str(rest);
        told = out;
    }
    told
}
