//! Process trees as nested lists that fold.

use super::card::text;
use crate::escape::html as e;
use crate::hunt::forest::{Forest, Item, Node, Row};
use crate::hunt::shape;
use crate::text::{clip, plural};
use std::fmt::Write as _;

/// Lines of all trees together.
const LINES: usize = 5_000;

pub(super) fn trees(forest: &Forest) -> String {
    if forest.hosts.is_empty() {
        return String::new();
    }
    let mut out = String::from("<section id=\"trees\">\n<h2>Process trees</h2>\n");
    let mut left = LINES;
    let mut hosts: Vec<_> = forest.hosts.iter().collect();
    hosts.sort_by(|(a, left), (b, right)| right.worst().cmp(&left.worst()).then_with(|| a.cmp(b)));
    let mut cut = 0;
    for (host, trees) in hosts {
        if left == 0 {
            cut += 1;
            continue;
        }
        let rows = trees.rows(false);
        let shown = rows.get(..left.min(rows.len())).unwrap_or_default();
        left -= shown.len();
        let (all, marked) = trees.counts();
        let open = if trees.worst() >= Some(ddefend_model::Level::High) { " open" } else { "" };
        let _ = writeln!(
            out,
            "<details class=\"tree\"{open} data-host=\"{}\"><summary><b>{}</b> <span class=\"id\">{all} processes, {marked} \
             marked</span></summary>",
            text(host),
            text(host)
        );
        out.push_str(&nested(shown));
        if shown.len() < rows.len() {
            let _ = writeln!(out, "<p class=\"note\">and {} more lines</p>", rows.len() - shown.len());
        }
        out.push_str("</details>\n");
    }
    let mut notes = Vec::new();
    for (count, what) in [(forest.without, "without a process"), (forest.dropped, "beyond the limit of the trees")] {
        if count > 0 {
            notes.push(format!("{} {what}", plural(count, "detection")));
        }
    }
    if cut > 0 {
        notes.push(format!("{} beyond the limit of the page", plural(cut, "host")));
    }
    if !notes.is_empty() {
        let _ = writeln!(out, "<p class=\"note\">Not in the trees: {}.</p>", notes.join(", "));
    }
    out.push_str("</section>\n");
    out
}

/// Rows carry their depth; lists are opened and closed where it changes.
fn nested(rows: &[Row<'_>]) -> String {
    let mut out = String::from("<ul>\n");
    // Depths of the lists that are open inside the outermost, each in a <details> of its parent.
    let mut open: Vec<usize> = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let depth = row.last.len();
        while open.last().is_some_and(|parent| *parent >= depth) {
            open.pop();
            out.push_str("</ul></details></li>\n");
        }
        let holds = rows.get(position + 1).is_some_and(|next| next.last.len() > depth);
        let line = match row.item {
            Item::Node(node) => process(node),
            Item::More { count, like } => {
                format!(
                    "<span class=\"id\">&hellip; and {count} more {}</span>",
                    text(&shape::process_name(&like.process))
                )
            }
        };
        if holds {
            let _ = writeln!(out, "<li><details open><summary>{line}</summary><ul>");
            open.push(depth);
        } else {
            let _ = writeln!(out, "<li><div class=\"leaf\">{line}</div></li>");
        }
    }
    for _ in open {
        out.push_str("</ul></details></li>\n");
    }
    out.push_str("</ul>\n");
    out
}

fn process(node: &Node) -> String {
    let process = &node.process;
    let class = node.worst().map_or("", |level| level.as_str());
    let sign = if node.marks.is_empty() { "" } else { "&#9888; " };
    let mut out = format!("<b class=\"name {class}\">{sign}{}</b>", text(&shape::process_name(process)));
    let mut facts: Vec<String> = process.pid.map(|pid| pid.to_string()).into_iter().collect();
    facts.extend((!process.time.is_empty()).then(|| text(&shape::time(&process.time, 0))));
    facts.extend((!process.user.is_empty()).then(|| text(&process.user)));
    facts.extend(process.inferred.then(|| "start not in the logs".to_owned()));
    let _ = write!(out, " <span class=\"id\">{}</span>", facts.join(" &middot; "));
    if !process.command.is_empty() {
        let _ = write!(out, "<code>{}</code>", e(&clip(&process.command, 400)));
    } else if !process.image.is_empty() {
        let _ = write!(out, "<code>{}</code>", e(&clip(&process.image, 400)));
    }
    let mut marks: Vec<_> = node.marks.iter().collect();
    marks.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.title.cmp(&b.title)));
    for mark in marks {
        let times = if mark.count > 1 { format!(" &times;{}", mark.count) } else { String::new() };
        let _ = write!(
            out,
            "<span class=\"mark {level}\"><span class=\"badge\">{level}</span> {}{times}</span>",
            text(&mark.title),
            level = mark.level
        );
    }
    out
}
