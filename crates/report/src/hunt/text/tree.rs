//! Process trees at the end: who started whom, and what fired where.

use crate::columns::Columns;
use crate::hunt::forest::{Forest, Item, Node, Row};
use crate::hunt::shape;
use crate::paint::Style;
use crate::text::plural;
use crate::{escape, wrap};
use unicode_width::UnicodeWidthStr;

/// Rules shown at a process unless verbose.
const MARKS: usize = 3;
/// Processes shown per host unless verbose.
const ROWS: usize = 300;

pub(super) fn tree(columns: Columns, forest: &Forest, verbose: bool) -> String {
    let paint = columns.paint;
    let mut out = String::new();
    let mut hosts: Vec<_> = forest.hosts.iter().collect();
    hosts.sort_by(|(a, left), (b, right)| right.worst().cmp(&left.worst()).then_with(|| a.cmp(b)));
    for (host, trees) in hosts {
        let (all, marked) = trees.counts();
        let facts = format!("{}, {marked} marked", plural(all as u64, "process").replace("processs", "processes"));
        let host = wrap::clip(&escape::terminal(host), columns.width.saturating_sub(facts.len() + 2));
        out.push_str(&format!("{}  {}\n", paint.with(Style::Strong, &host), paint.with(Style::Dim, &facts)));
        let rows = trees.rows(verbose);
        let shown = if verbose { rows.len() } else { ROWS };
        for row in rows.iter().take(shown) {
            out.push_str(&line(columns, row, verbose));
        }
        if rows.len() > shown {
            let more = format!("… and {} more lines; --verbose shows them", rows.len() - shown);
            out.push_str(&format!("{}\n", paint.with(Style::Dim, &more)));
        }
        out.push('\n');
    }
    let mut notes = Vec::new();
    if forest.without > 0 {
        notes.push(format!("{} without a process", plural(forest.without, "detection")));
    }
    if forest.dropped > 0 {
        notes.push(format!("{} beyond the limit of the tree", plural(forest.dropped, "detection")));
    }
    if !notes.is_empty() {
        let text = wrap::clip(&format!("not in the trees: {}", notes.join(", ")), columns.width);
        out.push_str(&format!("{}\n\n", paint.with(Style::Dim, &text)));
    }
    out
}

fn line(columns: Columns, row: &Row<'_>, verbose: bool) -> String {
    let stem: String = row.last.iter().take(row.last.len().saturating_sub(1)).map(bar).collect();
    let turn = if row.last.last().copied().unwrap_or(true) { "└─ " } else { "├─ " };
    let prefix = format!("{stem}{turn}");
    match row.item {
        Item::More { count, like } => {
            let level = like.worst().map(|level| format!(" ⚠ {level}")).unwrap_or_default();
            let name = escape::terminal(&shape::process_name(&like.process));
            let room = columns.width.saturating_sub(prefix.width());
            let text = wrap::clip(&format!("… and {count} more {name}{level}"), room);
            format!("{}{}\n", columns.paint.with(Style::Dim, &prefix), columns.paint.with(Style::Dim, &text))
        }
        Item::Node(node) => {
            let below = format!("{stem}{}", row.last.last().map(bar).unwrap_or_default());
            let below = format!("{below}{}", if row.parent { "│  " } else { "   " });
            format!("{}{}", process(columns, &prefix, node), marks(columns, &below, node, verbose))
        }
    }
}

fn bar(last: &bool) -> &'static str {
    if *last { "   " } else { "│  " }
}

/// Name, id, time and arguments in one line.
fn process(columns: Columns, prefix: &str, node: &Node) -> String {
    let paint = columns.paint;
    let process = &node.process;
    let mut room = columns.width.saturating_sub(prefix.width());
    let sign = if node.marks.is_empty() { "" } else { "⚠ " };
    let name = wrap::clip(&format!("{sign}{}", escape::terminal(&shape::process_name(process))), room);
    room = room.saturating_sub(name.width());
    let name = match node.worst() {
        Some(level) => paint.level(level, &name),
        None => paint.with(Style::Strong, &name),
    };
    let mut facts: Vec<String> = Vec::new();
    if !process.image.is_empty() {
        facts.extend(process.pid.map(|pid| pid.to_string()));
    }
    let time = shape::time(&process.time, 0);
    facts.extend(time.split_once(' ').map(|(_, clock)| clock.to_owned()));
    if process.inferred {
        facts.push("(start not in the logs)".to_owned());
    }
    let facts: String = facts.iter().map(|fact| format!(" {}", escape::terminal(fact))).collect();
    let facts = wrap::clip(&facts, room);
    room = room.saturating_sub(facts.width() + 2);
    let arguments = escape::terminal(arguments(&process.command, &process.image));
    let arguments = if room < 4 || arguments.is_empty() { String::new() } else { wrap::squeeze(&arguments, room) };
    let gap = if arguments.is_empty() { "" } else { "  " };
    format!("{}{name}{}{gap}{arguments}\n", paint.with(Style::Dim, prefix), paint.with(Style::Dim, &facts))
}

/// The command line behind the program's own name, which the line shows already.
fn arguments<'c>(command: &'c str, image: &str) -> &'c str {
    let command = command.trim();
    let (program, rest) = match command.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => command.split_once(' ').unwrap_or((command, "")),
    };
    let (named, own) = (shape::basename(program).to_lowercase(), shape::basename(image).to_lowercase());
    let same = named == own || own.strip_suffix(".exe").is_some_and(|own| named == own);
    if same { rest.trim_start() } else { command }
}

/// What fired at a process, worst first.
fn marks(columns: Columns, below: &str, node: &Node, verbose: bool) -> String {
    let mut marks: Vec<_> = node.marks.iter().collect();
    marks.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.title.cmp(&b.title)));
    // One rule more is no longer than the line that says so.
    let shown = if verbose || marks.len() <= MARKS + 1 { marks.len() } else { MARKS };
    let more = marks.len() - shown;
    let mut out = String::new();
    for mark in marks.into_iter().take(shown) {
        let times = if mark.count > 1 { format!(" ×{}", mark.count) } else { String::new() };
        let level = mark.level.as_str().to_uppercase();
        let room = columns.width.saturating_sub(below.width() + level.len() + 1 + times.width());
        let title = wrap::clip(&escape::terminal(&mark.title), room);
        let level = columns.paint.level(mark.level, &level);
        out.push_str(&format!("{}{level} {title}{times}\n", columns.paint.with(Style::Dim, below)));
    }
    if more > 0 {
        let text = wrap::clip(&format!("{below}… and {more} more rules; --verbose shows them"), columns.width);
        out.push_str(&format!("{}\n", columns.paint.with(Style::Dim, &text)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::arguments;

    #[test]
    fn arguments_stand_without_the_program() {
        let cmd = r"C:\Windows\System32\cmd.exe";
        assert_eq!(arguments(r#""C:\Windows\System32\cmd.exe" /c "x y""#, cmd), r#"/c "x y""#);
        assert_eq!(arguments("cmd /c x", cmd), "/c x");
        assert_eq!(arguments("CMD.EXE", cmd), "");
        assert_eq!(arguments("other /c x", cmd), "other /c x");
        assert_eq!(arguments("\"unclosed", cmd), "\"unclosed");
        assert_eq!(arguments("", cmd), "");
    }
}
