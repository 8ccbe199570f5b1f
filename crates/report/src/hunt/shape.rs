//! Small readings of a detection that several outputs share.

use ddefend_model::{Detection, EventRef, MatchedField, Process};

/// The last part of a Windows or POSIX path.
pub(super) fn basename(path: &str) -> &str {
    path.rsplit(['\\', '/']).find(|part| !part.is_empty()).unwrap_or(path)
}

/// The name of a process for people: its file name, or what else is known of it.
pub(super) fn process_name(process: &Process) -> String {
    match (process.image.is_empty(), process.pid) {
        (false, _) => basename(&process.image).to_owned(),
        (true, Some(pid)) => format!("process {pid}"),
        (true, None) => "unknown process".to_owned(),
    }
}

/// The process that acts.
pub(super) fn acting(detection: &Detection) -> Option<&Process> {
    detection.lineage.last()
}

/// `file#record`.
pub(super) fn place(event: &EventRef) -> String {
    format!("{}#{}", event.source, event.record)
}

/// The computer, or a dash.
pub(super) fn host(event: &EventRef) -> &str {
    if event.host.is_empty() { "-" } else { &event.host }
}

/// A time for people, cut to `digits` digits of a second: `2026-11-21 14:49:01Z`. Without `Z` where the zone is unknown.
pub(super) fn time(text: &str, digits: usize) -> String {
    let zone = if text.ends_with('Z') { "Z" } else { "" };
    let bare = text.trim_end_matches('Z').replacen('T', " ", 1);
    let (whole, fraction) = bare.split_once('.').unwrap_or((&bare, ""));
    match digits {
        0 => format!("{whole}{zone}"),
        _ => {
            let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(digits).collect();
            format!("{whole}.{fraction}{zone}")
        }
    }
}

/// What happened in one line: the command that was started; for what is no process start, the sentence that says why;
/// else the first matched values.
pub(super) fn gist(detection: &Detection) -> String {
    let command = acting(detection).map(|process| process.command.trim()).filter(|command| !command.is_empty());
    if let Some(command) = command
        && detection.why.contains(command)
    {
        return command.to_owned();
    }
    let why = brief_why(detection);
    if !why.is_empty() && why != detection.rule.title {
        return why;
    }
    let matched = detection.fields.iter().filter(|field| !field.value.is_empty());
    let shown: Vec<String> = matched.take(3).map(|field| format!("{}={}", field.field, field.value)).collect();
    if shown.is_empty() { why } else { shown.join(" ") }
}

/// Why, without what stands beside it anyway: the command line and the list of what matched.
pub(super) fn brief_why(detection: &Detection) -> String {
    let because = detection.fields.iter().take(4).map(MatchedField::in_words);
    let because = format!(" ({})", because.collect::<Vec<_>>().join(", "));
    let mut why = detection.why.replacen(&because, "", 1);
    if let Some(process) = acting(detection).filter(|process| !process.command.trim().is_empty()) {
        why = why.replacen(&format!(": {}", process.command.trim()), "", 1);
    }
    why.trim().to_owned()
}

/// Characters of what a rule asked: regular expressions and lists can be long.
pub(super) const ASKED: usize = 90;

/// True for a value that neither the matched fields nor the processes show already.
pub(super) fn is_fresh(detection: &Detection, value: &str) -> bool {
    let same = |known: &str| known.trim() == value.trim();
    let near = detection.lineage.iter().rev().take(2);
    !value.trim().is_empty()
        && !detection.fields.iter().any(|field| same(&field.value))
        && !near.into_iter().any(|process| same(&process.image) || same(&process.command) || same(&process.user))
}

/// A number with commas between thousands.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The same text for the same detection in every run: rule, log, record, and where in the log it stands.
pub(super) fn identity(detection: &Detection) -> String {
    let event = &detection.event;
    format!("{}:{}#{}@{}", detection.rule.id, event.source, event.record, event.offset)
}

#[cfg(test)]
mod tests {
    use super::{basename, grouped, time};

    #[test]
    fn names_and_times() {
        assert_eq!(basename(r"C:\Windows\System32\cmd.exe"), "cmd.exe");
        assert_eq!(basename("/usr/bin/sh"), "sh");
        assert_eq!(basename(r"C:\"), "C:");
        assert_eq!(time("2026-11-21T14:49:01.1230000Z", 0), "2026-11-21 14:49:01Z");
        assert_eq!(time("2026-11-21T14:49:01.1230000Z", 3), "2026-11-21 14:49:01.123Z");
        assert_eq!(time("2026-11-21T14:49:01", 3), "2026-11-21 14:49:01.000");
        assert_eq!(time("", 0), "");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(100), "100");
    }
}
