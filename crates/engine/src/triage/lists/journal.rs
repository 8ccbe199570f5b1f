use super::{Problems, table};
use ddefend_model::provenance::JournalEntry;
use serde_json::Value;

/// Members of which the objects of a journal have at least two beside the message id.
const MEMBERS: [&str; 7] = ["from", "to", "subject", "action", "verdict", "attachments", "urls"];

/// Whether the first line is an object with a journal's members.
pub(super) fn is_lines(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let Ok(Value::Object(object)) = serde_json::from_str(first) else { return false };
    object.contains_key("message_id") && MEMBERS.iter().filter(|name| object.contains_key(**name)).count() >= 2
}

/// A line per message.
pub(super) fn lines(text: &str, journal: &mut Vec<JournalEntry>) -> Problems {
    let mut problems = Problems::default();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<JournalEntry>(line) {
            Ok(mut entry) => {
                entry.message_id = bare(&entry.message_id);
                journal.push(entry);
            }
            Err(error) => problems.add(at + 1, error),
        }
    }
    problems
}

/// Message trace of Exchange Online (`Get-MessageTrace | Export-Csv`): a line per message and recipient.
pub(super) fn trace(text: &str, journal: &mut Vec<JournalEntry>) -> Problems {
    let mut problems = Problems::default();
    for (line, row) in table::rows(text) {
        let message_id = bare(row.get(&["messageid", "message_id"]));
        if message_id.is_empty() {
            problems.add(line, "there is no message id");
            continue;
        }
        let status = row.get(&["status", "event_id"]).to_lowercase();
        let action = match status.as_str() {
            "quarantined" | "filteredasspam" => "quarantined",
            "failed" | "rejected" => "rejected",
            "delivered" | "deliver" | "expanded" => "delivered",
            other => other,
        };
        journal.push(JournalEntry {
            time: row.get(&["received", "receivedtime", "date_time_utc", "origin_timestamp_utc"]).to_owned(),
            message_id,
            from: row.get(&["senderaddress", "sender_address"]).to_owned(),
            to: vec![row.get(&["recipientaddress", "recipient_address"]).to_owned()],
            subject: row.get(&["subject", "message_subject"]).to_owned(),
            action: action.to_owned(),
            verdict: if status == "filteredasspam" { "phishing".to_owned() } else { String::new() },
            ..JournalEntry::default()
        });
    }
    problems
}

fn bare(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}
