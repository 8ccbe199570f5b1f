//! The case as a drawing: causes to the left, effects to the right, the story along the top.

mod layout;

use super::icons;
use super::page::{Page, code, row, text, time};
use crate::case::shape;
use crate::escape::html as e;
use crate::wrap;
use ddefend_model::case::{EdgeKind, Node};
use layout::{Layout, Placed};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar as _;

/// Size of a box, and of the steps from one to the next, in the drawing's units.
const BOX: (f64, f64) = (196.0, 46.0);
const STEP: (f64, f64) = (306.0, 62.0);
/// Room around.
const EDGE: f64 = 14.0;

pub(super) fn section(page: &Page<'_>) -> String {
    let layout = Layout::new(page);
    if layout.placed.is_empty() {
        return String::new();
    }
    let width = f64::from(layout.columns) * STEP.0 - (STEP.0 - BOX.0) + 2.0 * EDGE;
    let height = f64::from(layout.rows) * STEP.1 - (STEP.1 - BOX.1) + 2.0 * EDGE;
    let mut out = String::from("<section id=\"graph\">\n<h2>How it hangs together</h2>\n");
    out.push_str(&canvas("g", "graph of the case", width, height));
    let mut labels = Labels::new(&layout);
    // What belongs to the tree has its words first; what is beside it takes the room that is left.
    let mut lines: Vec<String> = vec![String::new(); layout.links.len()];
    for tree in [true, false] {
        for (link, drawn) in layout.links.iter().zip(&mut lines).filter(|(link, _)| link.tree == tree) {
            *drawn = line(page, &layout, link, &mut labels);
        }
    }
    out.push_str(&lines.concat());
    for placed in &layout.placed {
        out.push_str(&node(page, placed));
    }
    out.push_str("</svg></div></div>\n");
    out.push_str(
        "<p class=\"note\">Solid lines lead from cause to effect, broken ones say what else connects the two. The heavy line is \
         the story. A box leads to what is known of it.</p>\n",
    );
    if layout.left_out > 0 {
        let _ = writeln!(out, "<p class=\"note\">{} more are not drawn; the list below has them.</p>", layout.left_out);
    }
    out.push_str("</section>\n");
    out
}

/// A drawing that can be shown whole, in its own size or twice as large, without script.
pub(super) fn canvas(id: &str, label: &str, width: f64, height: f64) -> String {
    let mut out = String::from("<div class=\"zoom\">");
    for (value, word, checked) in [("fit", "fit", " checked"), ("one", "100%", ""), ("two", "200%", "")] {
        let _ = write!(
            out,
            "<input type=\"radio\" name=\"zoom-{id}\" id=\"{id}-{value}\" class=\"z-{value}\"{checked}><label for=\"{id}-{value}\">{word}</label>"
        );
    }
    let _ = writeln!(
        out,
        "<div class=\"canvas\" tabindex=\"0\"><svg class=\"drawing\" style=\"--w:{width:.0}px\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         role=\"group\" aria-label=\"{label}\">"
    );
    out
}

/// Columns that a text may have so that it fits `room`, each letter as wide as it may be in common fonts of that size.
fn fitting(text: &str, size: f64, room: f64) -> usize {
    let of = |character: char| match character {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | ' ' | '.' | ',' | ':' | ';' | '!' | '|' | '(' | ')' | '[' | ']' | '\'' => {
            0.4
        }
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 1.0,
        'A'..='Z' => 0.76,
        _ => 0.62 * character.width().unwrap_or(1).max(1) as f64,
    };
    let mut used = of('…');
    if text.chars().map(of).sum::<f64>() * size <= room {
        return usize::MAX;
    }
    let mut columns = 1;
    for character in text.chars() {
        used += of(character);
        if used * size > room {
            break;
        }
        columns += character.width().unwrap_or(0);
    }
    columns
}

/// Where words stand already: none are written over others.
#[derive(Clone, Debug, Default)]
struct Labels {
    /// Left, top, right, bottom.
    taken: Vec<(f64, f64, f64, f64)>,
}

impl Labels {
    fn new(layout: &Layout) -> Self {
        let boxes = layout.placed.iter().map(|placed| {
            let (x, y) = corner(placed);
            (x, y, x + BOX.0, y + BOX.1)
        });
        Self { taken: boxes.collect() }
    }

    /// Takes the room of words whose left end and baseline are given; false where it is taken.
    fn take(&mut self, words: &str, left: f64, base: f64) -> bool {
        let room = (left, base - 9.0, left + words.chars().count() as f64 * 6.2, base + 3.0);
        let free = self.taken.iter().all(|(left, top, right, bottom)| {
            room.2 <= *left || room.0 >= *right || room.3 <= *top || room.1 >= *bottom
        });
        if free {
            self.taken.push(room);
        }
        free
    }
}

/// The upper left corner of a box.
fn corner(placed: &Placed) -> (f64, f64) {
    (EDGE + f64::from(placed.column) * STEP.0, EDGE + f64::from(placed.row) * STEP.1)
}

fn node(page: &Page<'_>, placed: &Placed) -> String {
    let Some(node) = page.case.nodes.get(placed.node) else { return String::new() };
    let (x, y) = corner(placed);
    let level = node.level.map_or("plain", |level| level.as_str());
    let path = if node.on_path { " path" } else { "" };
    let (icon, kind) = icons::of(node.kind);
    let room = BOX.0 - 43.0;
    let label = crate::escape::terminal(&node.label);
    let label = wrap::squeeze(&label, fitting(&label, 12.5, room).min(22));
    let under = sub(node);
    let under = wrap::clip(&under, fitting(&under, 11.0, room));
    format!(
        "<a href=\"#n{index}\" class=\"node {level}{path}\"><title>{title}</title><rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w}\" \
         height=\"{h}\" rx=\"6\"/><use href=\"#i-{icon}\" x=\"{ix:.0}\" y=\"{iy:.0}\" width=\"20\" height=\"20\"/>\
         <svg x=\"{tx:.0}\" y=\"{y:.0}\" width=\"{tw:.0}\" height=\"{h}\">\
         <text x=\"0\" y=\"20\" class=\"label\">{label}</text><text x=\"0\" y=\"36\" class=\"sub\">{sub}</text></svg></a>\n",
        index = placed.node,
        title = e(&wrap::clip(
            &format!("{kind}: {} {}", node.label, node.attributes.get("command").map_or("", String::as_str)),
            300
        )),
        w = BOX.0,
        h = BOX.1,
        ix = x + 9.0,
        iy = y + 13.0,
        tx = x + 37.0,
        tw = room,
        label = e(&label),
        sub = e(&under),
    )
}

/// What stands under a label.
fn sub(node: &Node) -> String {
    let mut words: Vec<String> = Vec::new();
    if !node.time.is_empty() {
        words.push(shape::clock(&node.time).to_owned());
    }
    if let Some(pid) = node.attributes.get("pid") {
        words.push(format!("pid {pid}"));
    } else if let Some(zone) = node.attributes.get("zone") {
        words.push(format!("zone {zone}"));
    } else {
        words.push(icons::of(node.kind).1.to_owned());
    }
    words.join(" · ")
}

fn line(page: &Page<'_>, layout: &Layout, link: &layout::Drawn, labels: &mut Labels) -> String {
    let (Some(from), Some(to)) = (layout.placed.get(link.from), layout.placed.get(link.to)) else {
        return String::new();
    };
    let Some(edge) = page.case.edges.get(link.edge) else { return String::new() };
    let ((fx, fy), (tx, ty)) = (corner(from), corner(to));
    let middle = BOX.1 / 2.0;
    let sure = if edge.confidence < 0.995 { format!(" {}", shape::percent(edge.confidence)) } else { String::new() };
    let words = format!("{}{sure}", in_words(edge.kind));
    let class = match (link.tree, link.path) {
        (true, true) => "edge path",
        // From the field to the process that ran it: the story goes on there.
        (false, true) if edge.kind == EdgeKind::Ran => "edge path",
        (true, false) => "edge",
        (false, _) => "edge side",
    };
    let title = e(&wrap::clip(&format!("{} ({}, {})", edge.text, edge.rule, shape::percent(edge.confidence)), 300));
    if link.tree {
        let (x1, y1, x2, y2) = (fx + BOX.0, fy + middle, tx, ty + middle);
        let turn = x1 + 12.0;
        let _ = labels.take(&words, turn + 5.0, y2 - 5.0);
        return format!(
            "<g class=\"{class}\"><title>{title}</title><path d=\"M{x1:.0} {y1:.0}H{turn:.0}V{y2:.0}H{x2:.0}\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\">{}</text></g>\n",
            turn + 5.0,
            y2 - 5.0,
            e(&words)
        );
    }
    // Beside the tree: from a box's lower edge to the other's, bowed, so that it crosses no box of the same row.
    let (x1, y1) = (fx + BOX.0 * 0.7, fy + if fy <= ty { BOX.1 } else { 0.0 });
    let (x2, y2) = (tx + BOX.0 * 0.3, ty + if ty < fy || (ty - fy).abs() < 1.0 { BOX.1 } else { 0.0 });
    let (cx, cy) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0 + if (y1 - y2).abs() < 1.0 { 26.0 } else { 0.0 });
    // Its words stand in the middle, else a little higher or lower; where no room is, the title alone says them.
    let left = cx - words.chars().count() as f64 * 3.1;
    let place = [-4.0, 12.0, -16.0, 24.0].into_iter().map(|off| cy + off).find(|base| labels.take(&words, left, *base));
    let words = place.map_or_else(String::new, |base| {
        format!("<text x=\"{cx:.0}\" y=\"{base:.0}\" text-anchor=\"middle\">{}</text>", e(&words))
    });
    format!(
        "<g class=\"{class}\"><title>{title}</title><path d=\"M{x1:.0} {y1:.0}Q{x1:.0} {cy:.0} {cx:.0} {cy:.0}T{x2:.0} {y2:.0}\"/>{words}</g>\n"
    )
}

/// The kind of an edge as a verb.
pub(super) const fn in_words(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Delivered => "delivered",
        EdgeKind::Saved => "saved",
        EdgeKind::Opened => "opened by",
        EdgeKind::Holds => "holds",
        EdgeKind::Ran => "ran as",
        EdgeKind::Started => "started",
        EdgeKind::BrokeAway => "had started",
        EdgeKind::Wrote => "wrote",
        EdgeKind::Deleted => "deleted",
        EdgeKind::Contacted => "contacted",
        EdgeKind::Changed => "changed",
        EdgeKind::Persisted => "persisted",
        EdgeKind::Loaded => "loaded",
        EdgeKind::Prompted => "asked",
        EdgeKind::Stopped => "stopped by",
        EdgeKind::RanAs => "ran",
        EdgeKind::InSession => "session of",
        EdgeKind::On => "on",
    }
}

/// Everything of the case in full, with its edges: what boxes and steps lead to.
pub(super) fn details(page: &Page<'_>, index: usize, node: &Node) -> String {
    let (icon, kind) = icons::of(node.kind);
    let level = node.level.map_or("plain", |level| level.as_str());
    let mut out = format!(
        "<details class=\"card thing {level}\" id=\"n{index}\"><summary><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{icon}\"/></svg> \
         <span class=\"kind\">{kind}</span> <b>{}</b> {}</summary>\n<dl>\n",
        text(&node.label),
        time(&node.time)
    );
    row(&mut out, "host", &text(&node.host));
    row(&mut out, "user", &text(&node.user));
    for (name, value) in &node.attributes {
        row(&mut out, &text(name), &code(value));
    }
    let edges = page.case.edges.iter().filter(|edge| edge.from == node.id || edge.to == node.id);
    let lines: Vec<String> = edges
        .take(40)
        .map(|edge| {
            let (other, arrow) = if edge.from == node.id { (&edge.to, "&rarr;") } else { (&edge.from, "&larr;") };
            let name = page.node(other).map_or(other.as_str(), |node| &node.label);
            format!(
                "<li>{arrow} {} {} <span class=\"id\">{} by {}, {}</span></li>",
                page.to_node(other, &text(name)),
                text(&edge.text),
                in_words(edge.kind),
                text(&edge.rule),
                shape::percent(edge.confidence)
            )
        })
        .collect();
    if !lines.is_empty() {
        row(&mut out, "connected", &format!("<ul class=\"evidence\">{}</ul>", lines.concat()));
    }
    row(&mut out, "rests on", &page.evidence(&node.evidence));
    out.push_str("</dl></details>\n");
    out
}
