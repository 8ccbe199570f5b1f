//! What stands beside the answer: settings that are wrong whatever the answer is, what to collect, what only logs or free
//! cells hold, and what it means that nothing was found.

use super::shape::{by_urgency, count, is_unknown, merged_checks};
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Check, Outcome, Seen, Verdict};
use std::collections::BTreeSet;

/// Settings that are named in a sentence.
const NAMED: usize = 3;
/// Keys that are named as worth collecting.
const KEYS: usize = 4;
/// Longest name of a value that says more to people than the check's title: a GUID is longer.
const NAME: usize = 32;
/// Most characters of data in a sentence.
const DATA: usize = 40;

/// `2 settings of level high are insecure: Word 16.0 AllowDDE = 2 (DDE may start any program), …`; none without any.
pub(super) fn alarm(audit: &Audit) -> Option<String> {
    let grave = |check: &&Check| {
        check.level >= Level::High
            && check.outcome != Outcome::Secure
            && matches!(check.verdict, Verdict::Insecure | Verdict::Misapplied)
    };
    let grave = merged_checks(by_urgency(audit.checks.iter().filter(grave)).into_iter());
    if grave.is_empty() {
        return None;
    }
    let has = |wanted: fn(&Check) -> bool| grave.iter().any(|row| wanted(row.first));
    let level = match (has(|check| check.level > Level::High), has(|check| check.level == Level::High)) {
        (true, true) => "high and critical",
        (true, false) => "critical",
        (false, _) => "high",
    };
    let verdict =
        match (has(|check| check.verdict == Verdict::Insecure), has(|check| check.verdict == Verdict::Misapplied)) {
            (true, true) => "insecure or misapplied",
            (true, false) => "insecure",
            (false, _) => "misapplied",
        };
    let are = if grave.len() == 1 { "is" } else { "are" };
    let named: Vec<String> =
        grave.iter().take(NAMED).map(|row| named(row.first, &row.product(&row.first.application))).collect();
    let settings = count(grave.len() as u64, "setting", "settings");
    Some(format!("{settings} of level {level} {are} {verdict}: {}.", list(&named, grave.len())))
}

/// `Word 16.0 AllowDDE = 2 (DDE may start any program)`.
fn named(check: &Check, product: &str) -> String {
    let speaks = !check.value.is_empty() && check.value.len() <= NAME && check.value != "*";
    let name = if speaks { &check.value } else { &check.title };
    if check.verdict == Verdict::Misapplied {
        return format!("{product} {name} (misapplied)");
    }
    let data = check.effective.as_ref().map(|data| format!(" = {}", cut(data))).unwrap_or_default();
    let means = if check.means.is_empty() { String::new() } else { format!(" ({})", check.means) };
    format!("{product} {name}{data}{means}")
}

fn cut(data: &str) -> String {
    let mut short: String = data.chars().take(DATA).collect();
    if data.chars().nth(DATA).is_some() {
        short.push('…');
    }
    short
}

/// `a, b, c and 4 more`.
fn list(named: &[String], total: usize) -> String {
    let more = total.saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

/// What to collect so that what is not known becomes known: keys, and the hives that hold them; none where all is known.
pub(super) fn lacking(audit: &Audit) -> Option<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut hives: BTreeSet<&'static str> = BTreeSet::new();
    for check in audit.checks.iter().filter(|check| is_unknown(check)) {
        // Not set, and the default depends on the build, which the machine's hive tells.
        let wanted = if check.verdict == Verdict::Unknown { tree(&check.key) } else { tree(r"HKLM\SOFTWARE") };
        let Some((key, hive)) = wanted else { continue };
        hives.insert(hive);
        if !keys.iter().any(|known| known.eq_ignore_ascii_case(&key)) {
            keys.push(key);
        }
    }
    let first = keys.first()?;
    let first = format!("reg export \"{first}\" FILE.reg");
    let total = keys.len();
    keys.truncate(KEYS);
    let word = if hives.len() == 1 { "hive" } else { "hives" };
    let hives = hives.into_iter().collect::<Vec<_>>().join(", ");
    Some(format!("To know, bring {} ({first}), or the {word} {hives}.", list(&keys, total)))
}

/// The part of the registry that is worth exporting for a key, and the hive's file.
fn tree(key: &str) -> Option<(String, &'static str)> {
    let mut parts: Vec<&str> = key.split('\\').filter(|part| !part.is_empty()).collect();
    let root = match *parts.first()? {
        "HKLM" | "HKEY_LOCAL_MACHINE" => "HKLM",
        "HKU" | "HKEY_USERS" => {
            parts.remove(0);
            "HKCU"
        }
        "HKCU" | "HKEY_CURRENT_USER" => "HKCU",
        _ => return None,
    };
    let is = |at: usize, name: &str| parts.get(at).is_some_and(|part| part.eq_ignore_ascii_case(name));
    let deep = if root == "HKCU" && is(1, "Software") { 3 } else { 2 };
    let hive = match root {
        "HKLM" if is(1, "SYSTEM") => "SYSTEM",
        "HKLM" => "SOFTWARE",
        _ if is(1, "Software") && is(2, "Classes") => "UsrClass.dat",
        _ => "NTUSER.DAT",
    };
    let path: Vec<&str> = std::iter::once(root).chain(parts.iter().copied().skip(1).take(deep - 1)).collect();
    Some((path.join("\\"), hive))
}

/// What it means that no way in was judged: nothing of Office was found, or nothing of the machine at all.
pub(super) fn nothing(audit: &Audit) -> Option<&'static str> {
    if audit.user.is_empty() {
        return is_blank(audit).then_some(
            "Nothing known of the machine: no SOFTWARE or SYSTEM hive or export of it is among the inputs.",
        );
    }
    (audit.exposures.is_empty() && audit.applications.is_empty())
        .then_some("No Office settings in these inputs: no application was met, so no way in was judged.")
}

/// True for a machine of which nothing at all is known.
pub(super) fn is_blank(audit: &Audit) -> bool {
    audit.user.is_empty()
        && audit.exposures.is_empty()
        && audit.faults.is_empty()
        && audit
            .checks
            .iter()
            .all(|check| check.verdict == Verdict::Unknown && check.evidence.is_empty() && check.faults.is_empty())
}

/// Settings that only a transaction log holds, and those found in free cells; none without any.
pub(super) fn recovered(audit: &Audit) -> Option<String> {
    let (log, gone) = (of_origin(audit, "log", "="), of_origin(audit, "deleted", "was"));
    let mut told: Vec<String> = Vec::new();
    if !log.is_empty() {
        let stand = if log.len() == 1 { "stands" } else { "stand" };
        let settings = count(log.len() as u64, "setting", "settings");
        let first = log.get(..NAMED).unwrap_or(&log);
        told.push(format!("{settings} {stand} only in the transaction logs: {}", list(first, log.len())));
    }
    if !gone.is_empty() {
        let were = if gone.len() == 1 { "was" } else { "were" };
        let settings = count(gone.len() as u64, "setting", "settings");
        let first = gone.get(..NAMED).unwrap_or(&gone);
        told.push(format!("{settings} {were} deleted: {}", list(first, gone.len())));
    }
    (!told.is_empty()).then(|| format!("{}.", told.join("; ")))
}

/// `Word AllowDDE was 2` for what has that origin, each once.
fn of_origin(audit: &Audit, origin: &str, verb: &str) -> Vec<String> {
    let mut met: BTreeSet<(&str, &str, Option<&str>, &str)> = BTreeSet::new();
    let mut names = Vec::new();
    for check in &audit.checks {
        let of_it = |seen: &&Seen| seen.origin == origin;
        for seen in check.evidence.iter().filter(of_it) {
            if met.insert((&seen.key, &seen.value, seen.data.as_deref(), &seen.place)) {
                let data = seen.data.as_deref().map_or_else(|| "**del.".to_owned(), cut);
                names.push(format!("{} {} {verb} {data}", check.application, seen.value));
            }
        }
    }
    names
}
