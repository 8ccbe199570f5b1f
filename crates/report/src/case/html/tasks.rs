//! What to do next, with commands ready to copy.

use super::page::text;
use crate::case::shape;
use crate::escape;
use ddefend_model::case::{Case, Command, Task};
use std::fmt::Write as _;

pub(super) fn tasks(case: &Case) -> String {
    if case.tasks.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "<section id=\"tasks\">\n<h2>Next steps</h2>\n<p class=\"note\">ddefend runs none of these. Values are quoted for the \
         language of each command; what changes something wants approval first.</p>\n",
    );
    for (phase, tasks) in shape::phases(case) {
        let _ = writeln!(out, "<h3>{}</h3>", phase.in_words());
        for (number, task) in tasks {
            out.push_str(&card(number, task));
        }
    }
    out.push_str("</section>\n");
    out
}

fn card(number: usize, task: &Task) -> String {
    let mut marks = String::new();
    if task.approval {
        marks.push_str(" <span class=\"badge approval\">approval</span>");
    }
    if task.done {
        let _ = write!(marks, " <span class=\"badge done\">{}</span>", shape::DONE);
    }
    let platforms = shape::platforms(task);
    let ready = if platforms.is_empty() {
        String::new()
    } else {
        format!(" <span class=\"id\">{}</span>", text(&platforms.join(", ")))
    };
    let done = if task.done { " answered" } else { "" };
    let mut out = format!(
        "<details class=\"card task{done}\"><summary><span class=\"number\">{number}</span> <b>{}</b>{marks}{ready}</summary>\n<div class=\"inside\">",
        text(&task.title)
    );
    if !task.text.is_empty() {
        let _ = write!(out, "<p>{}</p>", text(&task.text));
    }
    let mut because = Vec::new();
    if !task.because.is_empty() {
        because.push(format!("because of {}", text(&task.because)));
    }
    if !task.question.is_empty() {
        because.push(format!("answers {}", text(&task.question)));
    }
    if !because.is_empty() {
        let _ = write!(out, "<p class=\"facts\">{}</p>", because.join(" &middot; "));
    }
    for command in &task.commands {
        out.push_str(&ready_command(command));
    }
    out.push_str("</div></details>\n");
    out
}

fn ready_command(command: &Command) -> String {
    let changes = if command.changes { " <span class=\"changes\">changes something</span>" } else { "" };
    let mut out = format!(
        "<div class=\"ready\"><p><b>{}</b> <span class=\"id\">{}</span>{changes}</p>{}",
        text(&command.platform),
        text(&command.kind),
        block(&command.text)
    );
    if !command.open.is_empty() {
        let _ = write!(out, "<p class=\"open-values\">Fill in: {}</p>", text(&command.open.join(", ")));
    }
    if !command.undo.is_empty() {
        let _ = write!(out, "<p class=\"facts\">undo</p>{}", block(&command.undo));
    }
    out.push_str("</div>\n");
    out
}

/// A command to copy: whole, with its line ends; all other control characters stay visible.
fn block(value: &str) -> String {
    let lines: Vec<String> = value.lines().map(escape::html).collect();
    format!("<pre class=\"command\">{}</pre>", lines.join("\n"))
}
