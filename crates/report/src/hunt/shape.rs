//! Small readings of a detection that several outputs share.

use ddefend_model::{Detection, EventRef, Process};

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

/// What happened in one line: the command that ran, else the first matched value, else why.
pub(super) fn gist(detection: &Detection) -> String {
    let command = acting(detection).map(|process| process.command.as_str()).filter(|command| !command.is_empty());
    let command = command.or_else(|| value_of(detection, "CommandLine"));
    if let Some(command) = command {
        return command.to_owned();
    }
    let matched = detection.fields.iter().filter(|field| !field.value.is_empty());
    let shown: Vec<String> = matched.take(3).map(|field| format!("{}={}", field.field, field.value)).collect();
    if shown.is_empty() { detection.why.clone() } else { shown.join(" ") }
}

/// The value of a matched or shown field.
pub(super) fn value_of<'d>(detection: &'d Detection, name: &str) -> Option<&'d str> {
    let matched = detection.fields.iter().map(|field| (&field.field, &field.value));
    let shown = detection.context.iter().map(|field| (&field.field, &field.value));
    matched.chain(shown).find(|(field, value)| *field == name && !value.is_empty()).map(|(_, value)| value.as_str())
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
