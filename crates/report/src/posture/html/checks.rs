//! Checks as tables: what is not in order, worst first; behind it what is.

use crate::escape::html as e;
use crate::posture::{head, shape};
use ddefend_model::posture::{Audit, Check, Outcome, Seen, Verdict};
use std::fmt::Write as _;

pub(super) fn checks(audit: &Audit) -> String {
    let mut out = String::new();
    if audit.checks.is_empty() {
        return out;
    }
    let (good, bad): (Vec<&Check>, Vec<&Check>) = audit.checks.iter().partition(|check| shape::in_order(check));
    let (unknown, bad): (Vec<&Check>, Vec<&Check>) =
        shape::by_urgency(bad.into_iter()).into_iter().partition(|check| shape::is_unknown(check));
    let (leftover, bad): (Vec<&Check>, Vec<&Check>) = bad.into_iter().partition(|check| shape::is_leftover(check));
    let total = shape::count(audit.checks.len() as u64, "check", "checks");
    let _ = writeln!(out, "<h3>Not in order: {} of {total}</h3>", bad.len());
    let (rows, minor): (Vec<&Check>, Vec<&Check>) = bad.into_iter().partition(|check| shape::is_worth_a_row(check));
    if !rows.is_empty() {
        out.push_str(&table(&rows));
    }
    if let Some(text) = head::lacking(audit) {
        let _ = writeln!(
            out,
            "<p class=\"lacking\">{}: the inputs do not say. {}</p>",
            shape::count(unknown.len() as u64, "check", "checks"),
            e(&text)
        );
    }
    let folded = [
        (minor, "not set, of level low or info"),
        (leftover, "secure, but something beside it is misapplied, see above"),
        (unknown, "that the inputs do not say"),
        (good, "in order"),
    ];
    for (checks, what) in folded {
        if !checks.is_empty() {
            let count = shape::count(checks.len() as u64, "check", "checks");
            let table = table(&checks);
            let _ = writeln!(out, "<details class=\"order\"><summary>{count} {what}</summary>\n{table}</details>");
        }
    }
    out
}

fn table(checks: &[&Check]) -> String {
    let mut out = String::from(
        "<div class=\"scroll\"><table class=\"checks\">\n<tr><th>level</th><th>check</th><th>where</th><th>verdict</th>\
         <th>effective</th><th>layer</th><th>enforced</th><th>ATT&amp;CK</th></tr>\n",
    );
    for check in checks {
        out.push_str(&line(check));
    }
    out.push_str("</table></div>\n");
    out
}

fn line(check: &Check) -> String {
    let verdict = check.verdict.as_str();
    let bad = if check.outcome == Outcome::Insecure { " bad" } else { "" };
    let level =
        if shape::in_order(check) { String::new() } else { format!("<span class=\"badge\">{}</span>", check.level) };
    let effective = match (&check.effective, check.means.is_empty()) {
        (Some(data), true) => format!("<code>{}</code>", e(data)),
        (Some(data), false) => format!("<code>{}</code> {}", e(data), e(&check.means)),
        (None, _) => e(&check.means),
    };
    let default = match (check.verdict, check.outcome) {
        (Verdict::Absent, outcome) => format!(" <span class=\"dim\">({} by default)</span>", outcome.as_str()),
        _ => String::new(),
    };
    format!(
        "<tr class=\"row {level_class}\" data-verdict=\"{verdict}\"><td class=\"{level_class}\">{level}</td><td><b>{}</b> \
         <span class=\"id\">{}</span>{}</td><td data-label=\"where\">{}</td><td class=\"{verdict}{bad}\" data-label=\"verdict\"><span class=\"verdict\">{verdict}</span>{default}</td>\
         <td data-label=\"effective\">{effective}</td><td data-label=\"layer\">{}</td><td data-label=\"enforced\">{}</td><td data-label=\"ATT&amp;CK\">{}</td></tr>\n",
        e(&check.title),
        e(&check.id),
        evidence(check),
        e(&shape::product(&check.application, &check.version)),
        check.layer.as_str(),
        if check.enforced { "yes" } else { "no" },
        mitigation(&check.mitigation),
        level_class = check.level,
    )
}

/// A link to ATT&CK's page, for what is an id of it.
fn mitigation(id: &str) -> String {
    let is_id =
        id.len() == 5 && id.strip_prefix('M').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if is_id {
        format!("<a href=\"https://attack.mitre.org/mitigations/{id}/\" rel=\"noreferrer\">{id}</a>")
    } else {
        e(id)
    }
}

fn evidence(check: &Check) -> String {
    let mut lines: Vec<String> = check.evidence.iter().map(of_seen).collect();
    if !check.default.is_empty() {
        lines.push(format!("<li>{}</li>", e(&check.default)));
    }
    if check.explicit {
        lines.push(
            "<li>A policy says &ldquo;not configured&rdquo; in so many words: nothing is enforced.</li>".to_owned(),
        );
    }
    lines.extend(check.notes.iter().map(|note| format!("<li>{}</li>", e(note))));
    if check.evidence.is_empty() {
        lines.push(format!("<li>looked for <code>{}</code></li>", e(&shape::setting(&check.key, &check.value))));
    }
    format!("<details><summary>evidence</summary><ul class=\"seen\">{}</ul></details>", lines.concat())
}

fn of_seen(seen: &Seen) -> String {
    let data = match &seen.data {
        Some(data) => format!("= {}", e(data)),
        None => "taken away (**del.)".to_owned(),
    };
    let mut facts = vec![seen.layer.as_str().to_owned(), seen.verdict.as_str().to_owned()];
    match seen.origin.as_str() {
        "deleted" => facts.push("deleted, not in effect".to_owned()),
        "log" => facts.push("only in the transaction log".to_owned()),
        _ => {}
    }
    facts.extend((!seen.written.is_empty()).then(|| format!("key last written {}", seen.written)));
    facts.extend((!seen.policy.is_empty()).then(|| format!("from {}", seen.policy)));
    format!(
        "<li><code>{}</code> {} {data} <span class=\"dim\">{}; {}</span></li>",
        e(&shape::setting(&seen.key, &seen.value)),
        e(&seen.kind),
        e(&facts.join(", ")),
        e(&shape::place(seen))
    )
}
