//! What can be dated, in time order: a drawing with a row per sort of date, and the list that its numbers refer to.

use super::graph::canvas;
use super::page::{Page, code, more, text};
use crate::case::shape;
use crate::escape::html as e;
use crate::wrap;
use ddefend_event::Time;
use ddefend_model::case::Moment;
use std::fmt::Write as _;

/// Moments drawn.
const DOTS: usize = 150;
/// Moments listed.
const ROWS: usize = 3_000;
/// Rows of the drawing; further sorts of dates share the last.
const LANES: usize = 12;
/// Height of a row and width of its name.
const LANE: f64 = 30.0;
const NAME: f64 = 150.0;
/// Room for the scale.
const SCALE: f64 = 34.0;

pub(super) fn section(page: &Page<'_>) -> String {
    let all = &page.case.timeline;
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::from("<section id=\"timeline\">\n<h2>Timeline</h2>\n");
    out.push_str(&drawing(page, all));
    let open = if all.len() <= 40 { " open" } else { "" };
    let _ = write!(
        out,
        "<details class=\"moments\"{open}><summary>{} dates</summary>\n<div class=\"scroll\"><table class=\"list timeline\">\n\
         <tr><th>no</th><th>time (UTC)</th><th>host</th><th>what</th><th></th></tr>\n",
        all.len()
    );
    for (index, moment) in all.iter().take(ROWS).enumerate() {
        out.push_str(&line(page, index, moment));
    }
    out.push_str("</table></div></details>\n");
    out.push_str(&more(all.len(), ROWS));
    out.push_str("</section>\n");
    out
}

fn line(page: &Page<'_>, index: usize, moment: &Moment) -> String {
    let level = moment.level.map_or("plain", |level| level.as_str());
    let badge = moment.level.map(|level| format!("<span class=\"badge\">{level}</span> ")).unwrap_or_default();
    format!(
        "<tr class=\"{level}\" id=\"t{}\"><td class=\"dim\">{}</td><td class=\"time\">{}</td><td>{}</td><td>{}</td><td>{badge}{} \
         <span class=\"place\">{}</span></td></tr>\n",
        index + 1,
        index + 1,
        text(&shape::time(&moment.time)),
        text(&moment.host),
        text(&moment.what),
        page.to_node(&moment.node, &text(&moment.text)),
        code(&moment.source)
    )
}

/// A moment of the drawing.
struct Dot<'a> {
    number: usize,
    moment: &'a Moment,
    x: f64,
    lane: usize,
}

fn drawing(page: &Page<'_>, all: &[Moment]) -> String {
    let mut shown: Vec<(usize, &Moment)> = all.iter().enumerate().collect();
    if shown.len() > DOTS {
        let on_path = |moment: &Moment| page.node(&moment.node).is_some_and(|node| node.on_path);
        shown.sort_by_key(|(index, moment)| (!on_path(moment), std::cmp::Reverse(moment.level), *index));
        shown.truncate(DOTS);
        shown.sort_by_key(|(index, _)| *index);
    }
    let mut lanes: Vec<&str> = Vec::new();
    let mut dots: Vec<Dot<'_>> = Vec::new();
    let mut x = NAME + 20.0;
    let mut breaks: Vec<(f64, String)> = Vec::new();
    let mut before: Option<Time> = None;
    for (index, moment) in shown {
        let now = Time::parse(&moment.time);
        if let (Some(now), Some(before)) = (now, before) {
            let seconds = (now.ticks.saturating_sub(before.ticks)).max(0) as f64 / Time::SECOND as f64;
            // Distance grows with the logarithm of the time between: seconds stay apart, and years fit.
            let wide = (24.0 + 12.0 * (1.0 + seconds).log2()).min(160.0);
            if seconds >= 3_600.0 {
                breaks.push((x + wide / 2.0, span(seconds)));
            }
            x += wide;
        } else if before.is_some() {
            x += 24.0;
        }
        before = now.or(before);
        let known = lanes.iter().position(|lane| *lane == moment.what);
        let lane = known.unwrap_or_else(|| {
            if lanes.len() < LANES {
                lanes.push(&moment.what);
            }
            lanes.len() - 1
        });
        dots.push(Dot { number: index + 1, moment, x, lane });
    }
    let (width, height) = (x + 60.0, lanes.len() as f64 * LANE + SCALE + 8.0);
    let mut out = canvas("t", "timeline", width, height);
    for (index, lane) in lanes.iter().enumerate() {
        let y = index as f64 * LANE + LANE / 2.0 + 4.0;
        let _ = writeln!(
            out,
            "<text x=\"4\" y=\"{:.0}\" class=\"lane\">{}</text><path class=\"rail\" d=\"M{NAME:.0} {y:.0}H{width:.0}\"/>",
            y + 4.0,
            e(&wrap::clip(&crate::escape::terminal(lane), 22))
        );
    }
    let bottom = lanes.len() as f64 * LANE + 8.0;
    for (x, words) in breaks {
        let _ = writeln!(
            out,
            "<path class=\"gap\" d=\"M{x:.0} 4V{bottom:.0}\"/><text class=\"gap\" x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{words}</text>",
            bottom + 26.0
        );
    }
    scale(&mut out, &dots, bottom);
    for dot in &dots {
        out.push_str(&circle(dot));
    }
    out.push_str(
        "</svg></div></div>\n<p class=\"note\">The distance grows with the logarithm of the time between.</p>\n",
    );
    out
}

fn circle(dot: &Dot<'_>) -> String {
    let y = dot.lane as f64 * LANE + LANE / 2.0 + 4.0;
    let level = dot.moment.level.map_or("plain", |level| level.as_str());
    let title = format!("{} {}", shape::time(&dot.moment.time), dot.moment.text);
    format!(
        "<a href=\"#t{n}\" class=\"dot {level}\"><title>{title}</title><circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"11\"/>\
         <text x=\"{x:.0}\" y=\"{ty:.0}\" text-anchor=\"middle\">{n}</text></a>\n",
        n = dot.number,
        x = dot.x,
        ty = y + 4.0,
        title = e(&wrap::clip(&title, 300)),
    )
}

/// Times of day where there is room, and the date where it turns.
fn scale(out: &mut String, dots: &[Dot<'_>], bottom: f64) {
    let mut free = f64::MIN;
    let mut day = "";
    for dot in dots {
        let today = shape::day(&dot.moment.time);
        let turns = today != day;
        if dot.x < free && !turns {
            continue;
        }
        let clock = text(shape::clock(&dot.moment.time));
        let _ = writeln!(
            out,
            "<path class=\"tick\" d=\"M{x:.0} 4V{bottom:.0}\"/>{}",
            if dot.x < free {
                String::new()
            } else {
                format!(
                    "<text class=\"tick\" x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{clock}</text>",
                    dot.x,
                    bottom + 12.0
                )
            },
            x = dot.x
        );
        if turns {
            let _ = writeln!(
                out,
                "<text class=\"tick day\" x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
                dot.x,
                bottom + 26.0,
                text(today)
            );
            day = today;
        }
        free = free.max(dot.x + 62.0);
    }
}

/// A length of time in its largest unit.
fn span(seconds: f64) -> String {
    for (unit, word) in [(86_400.0 * 365.0, "y"), (86_400.0, "d"), (3_600.0, "h")] {
        if seconds >= unit {
            return format!("{:.0} {word}", seconds / unit);
        }
    }
    String::new()
}
