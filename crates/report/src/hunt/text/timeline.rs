//! A table by time at the end. It has to be collected, so it is bounded.

use crate::columns::Columns;
use crate::hunt::shape;
use crate::paint::Style;
use crate::text::{clip, plural};
use crate::{escape, wrap};
use ddefend_model::{Detection, Level};

/// Rows that are kept.
const ROWS: usize = 20_000;
/// Characters kept of a text.
const TEXT: usize = 300;
/// Columns from which on what happened stands beside the rule.
const WIDE: usize = 120;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    time: String,
    level: Level,
    host: String,
    title: String,
    gist: String,
    /// The log and record.
    place: (String, u64),
    /// Further rules that fired on the record.
    rules: u64,
    /// How many of the kind follow one another.
    count: u64,
}

/// Collects and prints.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    rows: Vec<Row>,
    dropped: u64,
}

impl Timeline {
    pub(super) fn add(&mut self, detection: &Detection) {
        if self.rows.len() >= ROWS {
            self.dropped += 1;
            return;
        }
        self.rows.push(Row {
            time: detection.event.time.clone(),
            level: detection.rule.level,
            host: clip(shape::host(&detection.event), TEXT),
            title: clip(&detection.rule.title, TEXT),
            gist: clip(&shape::gist(detection), TEXT),
            place: (clip(&detection.event.source, TEXT), detection.event.record),
            rules: 0,
            count: 1,
        });
    }

    /// The table, in the order of time; what has no time stands at its end.
    pub(super) fn table(&mut self, columns: Columns) -> String {
        self.rows.sort_by(|a, b| (a.time.is_empty(), &a.time, &a.place).cmp(&(b.time.is_empty(), &b.time, &b.place)));
        // Of the rules that fired on one record the worst stands for all.
        self.rows.dedup_by(|next, kept| {
            let same = next.place == kept.place && next.time == kept.time;
            if same {
                kept.rules += 1;
                if next.level > kept.level {
                    kept.level = next.level;
                    kept.title = std::mem::take(&mut next.title);
                }
            }
            same
        });
        self.rows.dedup_by(|next, kept| {
            let same = next.title == kept.title && next.host == kept.host && next.level == kept.level;
            if same {
                kept.count += 1;
            }
            same
        });
        let mut hosts: Vec<&str> = self.rows.iter().map(|row| short(&row.host)).collect();
        hosts.sort_unstable();
        let longest = hosts.iter().map(|host| escape::terminal(host).chars().count()).max().unwrap_or(0);
        let host = longest.clamp(4, if columns.width >= WIDE { 20 } else { 12 });
        let mut out = String::new();
        let mut day = String::new();
        for row in &self.rows {
            let time = escape::terminal(&shape::time(&row.time, 3));
            let (date, clock) = time.split_once(' ').unwrap_or(("no time", ""));
            if date != day {
                date.clone_into(&mut day);
                out.push_str(&format!("{}\n", columns.paint.with(Style::Strong, &wrap::clip(date, columns.width))));
            }
            out.push_str(&line(columns, row, clock, host));
        }
        if self.dropped > 0 {
            let text = format!("and {} beyond the limit of the table", plural(self.dropped, "more detection"));
            out.push_str(&format!("{}\n", columns.paint.with(Style::Dim, &text)));
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}

fn line(columns: Columns, row: &Row, clock: &str, host: usize) -> String {
    let paint = columns.paint;
    let clock = wrap::pad(&wrap::clip(clock, 13), 13);
    let level = paint.level(row.level, &format!("{:<8}", row.level.as_str().to_uppercase()));
    let name = wrap::pad(&wrap::clip(&escape::terminal(short(&row.host)), host), host);
    let room = columns.width.saturating_sub(13 + 8 + host + 6);
    let mut times = if row.count > 1 { format!(" ×{}", row.count) } else { String::new() };
    if row.rules > 0 {
        times.push_str(&format!(" (+{} {})", row.rules, if row.rules == 1 { "rule" } else { "rules" }));
    }
    let wide = columns.width >= WIDE;
    let title_room = if wide { room.saturating_sub(2) * 9 / 20 } else { room };
    let title = wrap::clip(&escape::terminal(&row.title), title_room.saturating_sub(times.chars().count()));
    let title = format!("{title}{times}");
    if !wide {
        return format!("{clock}  {level}  {name}  {title}\n");
    }
    let gist = wrap::squeeze(&escape::terminal(&row.gist), room.saturating_sub(title_room + 2));
    format!("{clock}  {level}  {name}  {}  {}\n", wrap::pad(&title, title_room), paint.with(Style::Dim, &gist))
}

/// A host without its domain; addresses whole.
fn short(host: &str) -> &str {
    match host.split_once('.') {
        Some((name, _)) if name.bytes().any(|byte| byte.is_ascii_alphabetic()) => name,
        _ => host,
    }
}
