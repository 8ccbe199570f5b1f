use super::{Page, shape};
use crate::paint::Style;
use crate::text::{bytes, clip, plural};
use crate::wrap;
use ddefend_model::case::{Answer, Case, Command, Evidence, Held, Phase, Task};

/// Steps of the story shown unless verbose.
const STEPS: usize = 24;
/// Pieces of evidence of an answer shown unless verbose.
const EVIDENCE: usize = 1;
/// Missing sources shown unless verbose.
const GAPS: usize = 6;
/// Diagnostics shown unless verbose.
const DIAGNOSTICS: usize = 5;
/// Longest text of a step, an answer or a task unless verbose, characters.
const TEXT: usize = 400;

impl Page {
    /// Cut, unless verbose.
    fn cut(self, text: &str) -> String {
        if self.verbose { text.to_owned() } else { clip(text, TEXT) }
    }

    fn more(self, count: usize, what: &str) -> String {
        let text = format!("and {count} more {what}; --verbose shows all");
        self.hang("  ", 2, &text, Style::Dim)
    }
}

/// One step a line; the day stands in the heading, and before a step of another day.
pub(super) fn story(page: Page, case: &Case) -> String {
    let first = case.story.iter().map(|step| shape::day(&step.time)).find(|day| !day.is_empty()).unwrap_or_default();
    if case.story.is_empty() {
        let mut out = page.heading("Story");
        for line in shape::no_story(case) {
            out.push_str(&page.hang("  ", 2, &line, Style::Dim));
        }
        return out;
    }
    let day = if first.is_empty() { String::new() } else { format!("  {first} UTC") };
    let mut out = page.heading(&format!("Story{day}"));
    let mut present = first;
    let limit = if page.verbose { case.story.len() } else { STEPS };
    for step in case.story.iter().take(limit) {
        let day = shape::day(&step.time);
        if !day.is_empty() && day != present {
            out.push_str(&page.hang("  ", 2, day, Style::Dim));
            present = day;
        }
        let clock = wrap::clip(&crate::escape::terminal(shape::clock(&step.time)), 8);
        let mark = format!("  {} ", page.columns.paint.label(&clock, 9));
        let sure =
            if step.confidence < 0.995 { format!(" ({})", shape::percent(step.confidence)) } else { String::new() };
        out.push_str(&page.hang(&mark, 12, &format!("{}{sure}", page.cut(&step.text)), Style::Plain));
        if page.verbose {
            out.push_str(&evidence(page, &step.evidence, 12));
        }
    }
    if case.story.len() > limit {
        out.push_str(&page.more(case.story.len() - limit, "steps"));
    }
    out
}

/// What something rests on, one line each.
fn evidence(page: Page, all: &[Evidence], indent: usize) -> String {
    let limit = if page.verbose { all.len() } else { EVIDENCE };
    let mut out = String::new();
    for (index, one) in all.iter().take(limit).enumerate() {
        let more = all.len() - limit;
        let more = if index + 1 == limit && more > 0 { format!(" and {more} more") } else { String::new() };
        let says = if page.verbose && !one.text.is_empty() { format!(": {}", one.text) } else { String::new() };
        let text = format!("{}{says}{more}", clip(&shape::place(one), TEXT));
        out.push_str(&page.hang(&" ".repeat(indent), indent, &text, Style::Dim));
    }
    out
}

/// Id, answer, points, what it says, what it rests on.
pub(super) fn questions(page: Page, case: &Case) -> String {
    if case.answers.is_empty() {
        return String::new();
    }
    let mut out = page.heading("Questions");
    for answer in &case.answers {
        out.push_str(&question(page, answer));
    }
    out
}

fn question(page: Page, answer: &Answer) -> String {
    let paint = page.columns.paint;
    let (word, style) = match answer.answer {
        Held::Yes if answer.points < 0 => ("yes", Style::Good),
        Held::Yes => ("YES", Style::Alarm),
        Held::No if answer.points > 0 => ("NO", Style::Alarm),
        Held::No => ("no", Style::Plain),
        Held::Unknown => ("unknown", Style::Warn),
    };
    let id = wrap::clip(&crate::escape::terminal(&answer.question), 5);
    let points = shape::points(answer.points);
    let mark = format!("  {id:<5} {} {points:>4}  ", paint.with(style, &format!("{word:<7}")));
    let detail = if answer.detail.is_empty() { String::new() } else { format!(" [{}]", answer.detail) };
    let asked = if page.verbose { format!("{} ", answer.title) } else { String::new() };
    let said = if answer.text.is_empty() { &answer.title } else { &answer.text };
    let mut out = page.hang(&mark, 22, &format!("{asked}{}{detail}", page.cut(said)), Style::Plain);
    if page.verbose {
        out.push_str(&page.hang(
            &" ".repeat(22),
            22,
            &format!("confidence {}", shape::percent(answer.confidence)),
            Style::Dim,
        ));
    }
    out.push_str(&evidence(page, &answer.evidence, 22));
    out
}

/// What would answer what is not answered.
pub(super) fn gaps(page: Page, case: &Case) -> String {
    let gaps = shape::gaps(case);
    if gaps.is_empty() {
        return String::new();
    }
    let mut out = page.heading("Missing evidence");
    let limit = if page.verbose { gaps.len() } else { GAPS };
    for (gap, questions) in gaps.iter().take(limit) {
        let text = format!("{} ({})", page.cut(gap), questions.join(", "));
        out.push_str(&page.hang("  - ", 4, &text, Style::Warn));
    }
    if gaps.len() > limit {
        out.push_str(&page.more(gaps.len() - limit, "sources"));
    }
    out
}

/// What to do, in order; the commands only where all is told.
pub(super) fn steps(page: Page, case: &Case) -> String {
    if case.tasks.is_empty() {
        return String::new();
    }
    let commands: usize = case.tasks.iter().map(|task| task.commands.len()).sum();
    let folded = match commands {
        0 => "",
        _ if page.verbose => "",
        _ => "  (--verbose shows the commands)",
    };
    let mut out = page.heading(&format!("Next steps{folded}"));
    for (phase, tasks) in shape::phases(case) {
        for (number, task) in tasks {
            out.push_str(&step(page, phase, number, task));
        }
    }
    out
}

fn step(page: Page, phase: Phase, number: usize, task: &Task) -> String {
    let mut marks = vec![phase.in_words()];
    marks.extend(task.approval.then_some("needs approval"));
    marks.extend(task.done.then_some(shape::DONE));
    let platforms = shape::platforms(task).join(", ");
    let ready = match task.commands.len() {
        0 => String::new(),
        _ if page.verbose => String::new(),
        count => format!("; {}: {}", plural(count as u64, "command"), platforms),
    };
    let style = if task.done { Style::Dim } else { Style::Plain };
    let mut out = page.hang(&format!("  {number:>2}. "), 6, &page.cut(&task.title), style);
    out.push_str(&page.hang("      ", 6, &format!("{}{ready}", marks.join(", ")), Style::Dim));
    if page.verbose {
        for text in [&task.text, &task.because] {
            if !text.is_empty() {
                out.push_str(&page.hang("      ", 6, text, Style::Plain));
            }
        }
        for command in &task.commands {
            out.push_str(&ready_command(page, command));
        }
    }
    out
}

/// A command, line by line, so that it can be copied; what is hostile in it stays escaped.
fn ready_command(page: Page, command: &Command) -> String {
    let changes = if command.changes { ", changes something" } else { "" };
    let mut out = page.hang("      ", 6, &format!("{} ({}){changes}", command.platform, command.kind), Style::Strong);
    for line in command.text.lines() {
        out.push_str(&page.verbatim("        ", line, Style::Plain));
    }
    if !command.undo.is_empty() {
        for (index, line) in command.undo.lines().enumerate() {
            let mark = if index == 0 { "        undo: " } else { "              " };
            out.push_str(&page.verbatim(mark, line, Style::Dim));
        }
    }
    if !command.open.is_empty() {
        out.push_str(&page.hang("        ", 8, &format!("fill in: {}", command.open.join(", ")), Style::Warn));
    }
    out
}

/// What was read, and how much of it could not be.
pub(super) fn foot(page: Page, case: &Case) -> String {
    let columns = page.columns;
    let (inputs, unread, size) = shape::read(case);
    let mut out = String::from("\n");
    let read = format!(
        "{}, {}: {}, {} of {}, {}",
        plural(inputs, "input"),
        bytes(size),
        shape::documents(case),
        plural(case.hunt.events, "event"),
        plural(case.hunt.logs, "log"),
        plural(case.detections.len() as u64, "detection"),
    );
    out.push_str(&columns.field("read", &read, Style::Plain));
    let judged = format!(
        "{}with {} ({}), content {}",
        shape::as_of(case).map(|time| format!("as of {time} ")).unwrap_or_default(),
        case.playbook.id,
        case.playbook.digest,
        case.playbook.content
    );
    out.push_str(&columns.field("judged", &judged, Style::Dim));
    let gaps: Vec<_> = case.diagnostics.iter().filter(|one| one.is_gap() || page.verbose).collect();
    if unread > 0 || !gaps.is_empty() {
        let names: Vec<&str> =
            case.inputs.iter().filter(|input| !input.complete).map(|input| input.path.as_str()).collect();
        let limit = if page.verbose { names.len() } else { DIAGNOSTICS };
        let more = names.len().saturating_sub(limit);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if unread > 0 {
            let shown = names.get(..limit.min(names.len())).unwrap_or_default().join(", ");
            let text = format!("{} of {}: {}{more}", unread, plural(inputs, "input"), shown);
            out.push_str(&columns.field("not whole", &text, Style::Warn));
        }
        let limit = if page.verbose { gaps.len() } else { DIAGNOSTICS };
        for gap in gaps.iter().take(limit) {
            let label = if gap.is_gap() { "not read" } else { "note" };
            out.push_str(&columns.field(label, &crate::posture::diagnostic_text(gap), Style::Warn));
        }
        if gaps.len() > limit {
            out.push_str(&page.more(gaps.len() - limit, "diagnostics"));
        }
    }
    out
}
