//! What happened, one step a line.

use super::icons;
use super::page::{Page, text};
use crate::case::shape;
use std::fmt::Write as _;

/// Steps shown.
const STEPS: usize = 500;

pub(super) fn story(page: &Page<'_>) -> String {
    let mut out = String::from("<section id=\"story\">\n<h2>What happened</h2>\n");
    if page.case.story.is_empty() {
        for words in shape::no_story(page.case) {
            let _ = writeln!(out, "<p>{}</p>", text(&words));
        }
        out.push_str("</section>\n");
        return out;
    }
    out.push_str("<ol class=\"story\">\n");
    let mut day = "";
    for step in page.case.story.iter().take(STEPS) {
        let today = shape::day(&step.time);
        let turn = if today.is_empty() || today == day { "" } else { today };
        day = if turn.is_empty() { day } else { turn };
        let node = page.node(&step.node);
        let (icon, kind) = node.map_or(("file", ""), |node| icons::of(node.kind));
        let level = node.and_then(|node| node.level).map_or("plain", |level| level.as_str());
        let sure = if step.confidence < 0.995 {
            format!(
                " <span class=\"sure\" title=\"how sure it is that this belongs to the story\">{}</span>",
                shape::percent(step.confidence)
            )
        } else {
            String::new()
        };
        let _ = write!(
            out,
            "<li class=\"{level}\"><span class=\"when\">{}{}</span><svg class=\"icon\" role=\"img\" aria-label=\"{kind}\"><use href=\"#i-{icon}\"/></svg>\
             <div><p>{}{sure}</p>",
            if turn.is_empty() { String::new() } else { format!("<i>{}</i>", text(turn)) },
            text(shape::clock(&step.time)),
            page.to_node(&step.node, &text(&step.text)),
        );
        out.push_str(&page.evidence(&step.evidence));
        out.push_str("</div></li>\n");
    }
    out.push_str("</ol>\n");
    out.push_str(&super::page::more(page.case.story.len(), STEPS));
    out.push_str("</section>\n");
    out
}
