//! One detection as a block of lines.

use crate::columns::Columns;
use crate::hunt::shape;
use crate::paint::Style;
use crate::text::clip;
use crate::{escape, wrap};
use ddefend_model::{Detection, Familiarity, MatchedField};
use unicode_width::UnicodeWidthStr;

/// Longest value shown in one go, characters.
const CLIP: usize = 600;
/// Longest value beside a command, characters.
const SHORT: usize = 240;
/// Matched fields shown unless verbose.
const FIELDS: usize = 8;
/// Context fields shown unless verbose.
const CONTEXT: usize = 4;
/// Events of a correlation shown unless verbose.
const EVENTS: usize = 5;

/// A further rule that fired on the record just shown: its level and name in one line, under the label `also` where it is
/// the first.
pub(super) fn follower(columns: Columns, detection: &Detection, first: bool) -> String {
    let level = detection.rule.level;
    let label = columns.paint.label(if first { "also" } else { "" }, columns.label + 1);
    let room = columns.width.saturating_sub(columns.label + 4 + 10);
    let title = wrap::clip(&escape::terminal(&clip(&detection.rule.title, CLIP)), room);
    let level = columns.paint.level(level, &format!("{:<8}", level.as_str().to_uppercase()));
    format!("  {label} {level}  {title}\n")
}

/// An info detection: its name, what happened, and where.
pub(super) fn quiet(columns: Columns, detection: &Detection) -> String {
    let event = &detection.event;
    let mut out = title(columns, detection, &shape::time(&event.time, 0), shape::host(event));
    let room = columns.width.saturating_sub(columns.label + 4);
    for (label, text) in [("what", shape::gist(detection)), ("where", shape::place(event))] {
        let text = wrap::squeeze(&escape::terminal(&clip(&text, CLIP)), room);
        out.push_str(&columns.safe_field(label, &text, Style::Dim));
    }
    out
}

pub(super) fn block(columns: Columns, detection: &Detection, verbose: bool) -> String {
    let event = &detection.event;
    let mut out = title(columns, detection, &shape::time(&event.time, 0), shape::host(event));
    let limit = if verbose { usize::MAX } else { CLIP };
    let field = |label: &str, value: &str, style| columns.field(label, &clip(value, limit), style);
    let command = shape::acting(detection).map(|process| process.command.trim()).unwrap_or_default();
    if !detection.lineage.is_empty() {
        out.push_str(&field("process", &chain(detection), Style::Strong));
    }
    if !command.is_empty() {
        out.push_str(&field("runs", command, Style::Alarm));
    }
    out.push_str(&ancestors(columns, detection, verbose));
    let why = if verbose { detection.why.clone() } else { shape::brief_why(detection) };
    if !why.is_empty() {
        out.push_str(&field("why", &why, Style::Plain));
    }
    let shown = if verbose { detection.fields.len() } else { FIELDS };
    for (index, matched) in detection.fields.iter().take(shown).enumerate() {
        let label = if index == 0 { "matched" } else { "" };
        out.push_str(&field(label, &matched_text(matched, command, verbose), Style::Plain));
    }
    if detection.fields.len() > shown {
        let more = format!("and {} more; --verbose shows them", detection.fields.len() - shown);
        out.push_str(&field("", &more, Style::Dim));
    }
    out.push_str(&context(columns, detection, verbose));
    out.push_str(&correlated(columns, detection, verbose));
    match detection.baseline {
        Some(Familiarity::New) => out.push_str(&field("baseline", "never seen in the clean period", Style::Warn)),
        Some(Familiarity::Rare) => {
            out.push_str(&field("baseline", "seen in the clean period, but rarely", Style::Plain))
        }
        Some(Familiarity::Known) | None => {}
    }
    out.push_str(&field("where", &origin(detection), Style::Dim));
    let techniques = detection.techniques.join(" ");
    let rule = [detection.rule.id.as_str(), &techniques].join("  ");
    out.push_str(&field("rule", rule.trim(), Style::Dim));
    out
}

/// Level, time, host and title: what the eye runs down. In one line where it fits.
fn title(columns: Columns, detection: &Detection, time: &str, host: &str) -> String {
    let paint = columns.paint;
    let level = detection.rule.level;
    let badge = format!("{:<8}", level.as_str().to_uppercase());
    let time = escape::terminal(&clip(if time.is_empty() { "no time" } else { time }, 40));
    let room = columns.width.saturating_sub(badge.width() + time.width() + 4);
    let host = wrap::clip(&escape::terminal(host), room);
    let title = escape::terminal(&clip(&detection.rule.title, CLIP));
    let gap = if host.is_empty() { "" } else { "  " };
    let head = format!("{}  {time}{gap}{host}", paint.level(level, &badge));
    if gap.len() + host.width() + title.width() <= room {
        return format!("{head}  {}\n", paint.with(Style::Strong, &title));
    }
    let mut out = format!("{head}\n");
    for line in wrap::wrap(&title, columns.width.saturating_sub(2)) {
        out.push_str(&format!("  {}\n", paint.with(Style::Strong, &line)));
    }
    out
}

/// `WINWORD.EXE > cmd.exe > powershell.exe`; a long one without its middle.
fn chain(detection: &Detection) -> String {
    let names: Vec<String> = detection.lineage.iter().map(shape::process_name).collect();
    let mut text = match names.len() {
        0..=7 => names.join(" > "),
        count => {
            let (head, tail) = (names.get(..2).unwrap_or_default(), names.get(count - 4..).unwrap_or_default());
            format!("{} > … {} more … > {}", head.join(" > "), count - 6, tail.join(" > "))
        }
    };
    if let Some(process) = shape::acting(detection) {
        if let Some(pid) = process.pid {
            text.push_str(&format!("  pid {pid}"));
        }
        if !process.user.is_empty() {
            text.push_str(&format!("  user {}", process.user));
        }
    }
    text
}

/// Command lines of the ancestors: the parent's, or all where verbose.
fn ancestors(columns: Columns, detection: &Detection, verbose: bool) -> String {
    let mut out = String::new();
    let depth = if verbose { usize::MAX } else { 1 };
    for (index, process) in detection.lineage.iter().rev().skip(1).take(depth).enumerate() {
        if process.command.is_empty() {
            continue;
        }
        let label = if index == 0 { "parent" } else { "" };
        out.push_str(&columns.field(label, &clip(&process.command, if verbose { CLIP } else { SHORT }), Style::Plain));
    }
    out
}

/// `Image ends with \cmd.exe: C:\Windows\System32\cmd.exe`. A value that is the command shown above is not repeated.
fn matched_text(matched: &MatchedField, command: &str, verbose: bool) -> String {
    let field = if matched.field.is_empty() { "record" } else { &matched.field };
    let head = format!("{field} {}", if verbose { matched.asked.clone() } else { clip(&matched.asked, shape::ASKED) });
    let said = matched.value.is_empty() || matched.asked.to_lowercase().ends_with(&matched.value.to_lowercase());
    if said || (!command.is_empty() && matched.value.trim() == command) {
        return head.trim().to_owned();
    }
    let value = clip(&matched.value, if verbose { CLIP } else { SHORT });
    format!("{}: {value}", head.trim())
}

fn context(columns: Columns, detection: &Detection, verbose: bool) -> String {
    let fresh = detection.context.iter().filter(|shown| verbose || shape::is_fresh(detection, &shown.value));
    let limit = if verbose { usize::MAX } else { CONTEXT };
    let texts = fresh.take(limit).map(|shown| format!("{}: {}", shown.field, clip(&shown.value, SHORT)));
    let mut out = String::new();
    for (index, text) in texts.enumerate() {
        out.push_str(&columns.field(if index == 0 { "context" } else { "" }, &text, Style::Plain));
    }
    out
}

/// The events that a correlation rests on.
fn correlated(columns: Columns, detection: &Detection, verbose: bool) -> String {
    let mut out = String::new();
    let limit = if verbose { usize::MAX } else { EVENTS };
    for (index, event) in detection.events.iter().take(limit).enumerate() {
        let label = if index == 0 { "events" } else { "" };
        let text = format!("{}  {}", shape::time(&event.time, 3), shape::place(event));
        out.push_str(&columns.field(label, &text, Style::Plain));
    }
    if detection.events.len() > limit {
        let more = format!("and {} more; --verbose shows them", detection.events.len() - limit);
        out.push_str(&columns.field("", &more, Style::Dim));
    }
    out
}

/// `logs/Security.evtx#4711  Security 4688`.
fn origin(detection: &Detection) -> String {
    let event = &detection.event;
    let mut text = shape::place(event);
    if !event.channel.is_empty() {
        text.push_str(&format!("  {}", event.channel));
    }
    if event.event_id != 0 {
        text.push_str(&format!(" {}", event.event_id));
    }
    text
}
