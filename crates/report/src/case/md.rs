//! Markdown for a ticket: what happened, what was decided and why, what is to be done. Nothing of the evidence is markup.

use super::{CaseMeta, shape};
use crate::escape;
use crate::text::{bytes, clip, plural};
use ddefend_model::case::{Case, Evidence, Observable, Task};
use std::fmt::Write as _;

/// Longest value of a table cell, characters.
const CELL: usize = 500;
/// Rows of the tables of indicators, inputs and the timeline.
const ROWS: usize = 500;

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let title = if case.title.is_empty() { &case.id } else { &case.title };
    let mut out = format!("# {}\n\n", text(title));
    let decision = &case.decision;
    let level = decision.level.map(|level| format!(" ({level})")).unwrap_or_default();
    let (yes, no, unknown) = shape::counts(case);
    let _ = write!(
        out,
        "**{}: {}.** {}\n\n",
        text(&shape::outcome(case)),
        decision.verdict.in_words(),
        text(&shape::why(case))
    );
    also(&mut out, case);
    let _ = write!(
        out,
        "Severity {}{level}, confidence {}, coverage {} ({yes} yes, {no} no, {unknown} unknown). Case {}, {}playbook {} \
         ({}), ddefend {}, content {}.\n\n",
        decision.severity,
        shape::percent(decision.confidence),
        shape::percent(decision.coverage),
        code(&case.id),
        shape::as_of(case).map(|time| format!("as of {}, ", text(&time))).unwrap_or_default(),
        code(&case.playbook.id),
        code(&case.playbook.digest),
        text(&meta.version),
        text(&meta.content),
    );
    story(&mut out, case);
    questions(&mut out, case);
    tasks(&mut out, case);
    indicators(&mut out, &case.indicators);
    inputs(&mut out, case);
    out
}

/// The decision and the story, for descriptions of cases in other people's systems.
pub(super) fn brief(case: &Case) -> String {
    let mut out = format!(
        "**{}: {}.** {}\n\n",
        text(&shape::outcome(case)),
        case.decision.verdict.in_words(),
        text(&shape::why(case))
    );
    also(&mut out, case);
    story(&mut out, case);
    out
}

fn also(out: &mut String, case: &Case) {
    for words in shape::also(case) {
        let _ = write!(out, "{}\n\n", line(&words));
    }
}

/// What to do, with its commands.
pub(super) fn task(task: &Task) -> String {
    let mut out = String::new();
    step(&mut out, task);
    out
}

/// Text in which no character is markup: what Markdown (CommonMark 0.31, "Backslash escapes"), its extensions for tables,
/// links and mentions, or HTML would read as such is escaped.
fn text(value: &str) -> String {
    let visible = escape::terminal(value);
    let mut out = String::new();
    let mut rest = visible.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention would notify, an address become a link.
            '@' => out.push_str("&#64;"),
            ':' if rest.peek() == Some(&'/') => out.push_str("&#58;"),
            '.' if out.to_ascii_lowercase().ends_with("www") => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

/// The same for a text that begins a line, where lists, headings and code blocks begin.
fn line(value: &str) -> String {
    let safe = text(value.trim_start());
    let behind = safe.trim_start_matches(|character: char| character.is_ascii_digit());
    if behind.starts_with(['-', '+', '=', '.', ')']) { format!("&#8203;{safe}") } else { safe }
}

/// A code span that its text cannot end: the fence has one backtick more than any run in it.
fn code(value: &str) -> String {
    let visible = escape::terminal(&clip(value, CELL));
    if visible.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest(&visible) + 1);
    // A pipe ends a table's cell even in code.
    format!("{fence} {} {fence}", visible.replace('|', "\\|"))
}

/// A fenced block that its text cannot end.
fn block(out: &mut String, language: &str, value: &str, indent: &str) {
    let fence = "`".repeat(longest(value).max(2) + 1);
    let _ = writeln!(out, "{indent}{fence}{language}");
    for line in value.lines() {
        let _ = writeln!(out, "{indent}{}", escape::terminal(line));
    }
    let _ = writeln!(out, "{indent}{fence}");
}

/// The longest run of backticks.
fn longest(value: &str) -> usize {
    value.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

fn cell(value: &str) -> String {
    text(&clip(value, CELL))
}

fn evidence(all: &[Evidence]) -> String {
    all.iter().map(|one| code(&shape::place(one))).collect::<Vec<_>>().join("<br>")
}

fn story(out: &mut String, case: &Case) {
    out.push_str("## What happened\n\n");
    if case.story.is_empty() {
        for words in shape::no_story(case) {
            let _ = write!(out, "{}\n\n", text(&words));
        }
        return;
    }
    out.push_str("| time (UTC) | what | sure | rests on |\n|---|---|---|---|\n");
    for step in &case.story {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            cell(&shape::time(&step.time)),
            cell(&step.text),
            shape::percent(step.confidence),
            evidence(&step.evidence)
        );
    }
    out.push('\n');
}

fn questions(out: &mut String, case: &Case) {
    out.push_str(
        "## Questions\n\n| id | question | answer | points | because | rests on |\n|---|---|---|---|---|---|\n",
    );
    for answer in &case.answers {
        let detail = if answer.detail.is_empty() { String::new() } else { format!(" ({})", cell(&answer.detail)) };
        let _ = writeln!(
            out,
            "| {} | {} | **{}**{detail} | {} | {} | {} |",
            cell(&answer.question),
            cell(&answer.title),
            answer.answer,
            shape::points(answer.points),
            cell(&answer.text),
            evidence(&answer.evidence)
        );
    }
    out.push('\n');
    let gaps = shape::gaps(case);
    if !gaps.is_empty() {
        out.push_str("Missing evidence:\n\n");
        for (gap, questions) in gaps {
            let _ = writeln!(out, "- for {}: {}", text(&questions.join(", ")), cell(gap));
        }
        out.push('\n');
    }
}

fn tasks(out: &mut String, case: &Case) {
    out.push_str("## Next steps\n\n");
    for (phase, tasks) in shape::phases(case) {
        let _ = write!(out, "### {}\n\n", phase.in_words());
        for (_, task) in tasks {
            step(out, task);
        }
        out.push('\n');
    }
}

fn step(out: &mut String, task: &Task) {
    let approval = if task.approval { " **(needs approval)**" } else { "" };
    // The box is for people to tick: nobody has done anything yet.
    let done = if task.done { format!(" ({})", shape::DONE) } else { String::new() };
    let _ = writeln!(out, "- [ ] {}{approval}{done}", text(&task.title));
    for words in [&task.text, &task.because] {
        if !words.is_empty() {
            let _ = writeln!(out, "\n  {}", line(words));
        }
    }
    for command in &task.commands {
        let changes = if command.changes { ", changes something" } else { "" };
        let _ = write!(out, "\n  {} ({}){changes}:\n\n", text(&command.platform), text(&command.kind));
        block(out, "", &command.text, "  ");
        if !command.undo.is_empty() {
            out.push_str("\n  undo:\n\n");
            block(out, "", &command.undo, "  ");
        }
        if !command.open.is_empty() {
            let _ = writeln!(out, "\n  fill in: {}", text(&command.open.join(", ")));
        }
    }
}

/// Indicators are told so that nothing makes links of them.
fn indicators(out: &mut String, all: &[Observable]) {
    if all.is_empty() {
        return;
    }
    out.push_str("## Indicators\n\n| value | role | known |\n|---|---|---|\n");
    for one in all.iter().take(ROWS) {
        let known = if one.known { "yes" } else { "" };
        let _ = writeln!(out, "| {} | {} | {known} |", code(&one.value), cell(&one.role));
    }
    more(out, all.len());
}

fn inputs(out: &mut String, case: &Case) {
    let (count, unread, size) = shape::read(case);
    let _ =
        write!(out, "## Evidence\n\n{}, {}; {unread} not read to the end.\n\n", plural(count, "input"), bytes(size));
    out.push_str("| input | type | bytes | sha256 | whole |\n|---|---|---|---|---|\n");
    for input in case.inputs.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            code(&input.path),
            cell(&format!("{}, {}", input.role, input.detected)),
            input.size,
            code(&input.sha256),
            if input.complete { "yes" } else { "**no**" }
        );
    }
    more(out, case.inputs.len());
    let gaps: Vec<_> = case.diagnostics.iter().filter(|one| one.is_gap()).collect();
    if !gaps.is_empty() {
        out.push_str("Not read:\n\n");
        for gap in gaps.iter().take(ROWS) {
            let _ = writeln!(out, "- {}", cell(&crate::posture::diagnostic_text(gap)));
        }
        more(out, gaps.len());
    }
}

fn more(out: &mut String, count: usize) {
    if count > ROWS {
        let _ = write!(out, "\nand {} more; `--format json` has every one.\n", count - ROWS);
    }
    out.push('\n');
}
