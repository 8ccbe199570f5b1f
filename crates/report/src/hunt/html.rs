//! One self-contained page: nothing fetched, readable without script. The only script filters what is shown; the content
//! security policy names it by its digest and forbids every other.

mod card;
mod chart;
mod tables;
mod trees;

pub(crate) use card::card as detection_card;

use super::forest::Forest;
use super::tally::{Tally, index};
use super::{HuntMeta, HuntRenderer, HuntRule, shape};
use crate::escape::html as e;
use crate::text::{bytes, plural};
use chart::Chart;
use ddefend_model::{Detection, Diagnostic, HuntSummary, Level};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tables::Row;

const STYLE: &str = include_str!("html/hunt.css");
const SCRIPT: &str = include_str!("html/filter.js");
/// SHA-256 of [`SCRIPT`], for the content security policy; a test holds it.
const SCRIPT_DIGEST: &str = include_str!("html/filter.sha256");

/// Detections shown in full, by level, least first.
const CARDS: [usize; 5] = [200, 300, 500, 1_000, 1_000];
/// Detections of one rule on one host shown in full.
const ALIKE: u64 = 25;
/// Bytes of the detections shown in full.
const CARD_BYTES: usize = 24 << 20;
/// Rows of the timeline.
const ROWS: usize = 5_000;
/// Diagnostics listed.
const DIAGNOSTICS: usize = 200;

pub(super) fn make(meta: &HuntMeta) -> Box<dyn HuntRenderer> {
    Box::new(Html {
        version: meta.version.clone(),
        content: meta.content.clone(),
        rules: meta.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect(),
        tally: Tally::default(),
        forest: Forest::default(),
        chart: Chart::default(),
        cards: Default::default(),
        card_bytes: 0,
        alike: BTreeMap::new(),
        rows: Vec::new(),
        gaps: Vec::new(),
    })
}

struct Html {
    version: String,
    content: String,
    rules: BTreeMap<String, HuntRule>,
    tally: Tally,
    forest: Forest,
    chart: Chart,
    /// Detections in full, by level.
    cards: [Vec<String>; 5],
    card_bytes: usize,
    /// How many of a rule on a host there were.
    alike: BTreeMap<(String, String), u64>,
    rows: Vec<Row>,
    gaps: Vec<Diagnostic>,
}

impl HuntRenderer for Html {
    fn begin(&mut self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{}'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>ddefend hunt</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            SCRIPT_DIGEST.trim()
        )
    }

    fn detection(&mut self, detection: &Detection) -> String {
        self.tally.add(detection);
        self.forest.add(detection);
        self.chart.add(detection);
        let key = (detection.rule.id.clone(), shape::host(&detection.event).to_owned());
        let mut room = self.alike.len() < 100_000 || self.alike.contains_key(&key);
        if room {
            let count = self.alike.entry(key).or_default();
            *count += 1;
            room = *count <= ALIKE;
        }
        let level = index(detection.rule.level);
        let limit = CARDS.get(level).copied().unwrap_or(0);
        let mut shown = None;
        if let Some(cards) = self.cards.get_mut(level)
            && room
            && cards.len() < limit
            && self.card_bytes < CARD_BYTES
        {
            let anchor = format!("{}-{}", detection.rule.level, cards.len());
            let card = card::card(detection, &anchor);
            self.card_bytes += card.len();
            cards.push(card);
            shown = Some(anchor);
        }
        if self.rows.len() < ROWS {
            self.rows.push(Row::new(detection, shown));
        }
        String::new()
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if self.gaps.len() < DIAGNOSTICS {
            self.gaps.push(diagnostic.clone());
        }
        String::new()
    }

    fn end(&mut self, summary: &HuntSummary) -> String {
        let mut out = self.header(summary);
        out.push_str("<main>\n");
        out.push_str(&self.tiles(summary));
        out.push_str(&self.chart.svg());
        out.push_str(&tables::filters(&self.tally));
        out.push_str(&tables::rules(&self.tally, &self.rules));
        out.push_str(&tables::hosts(&self.tally));
        out.push_str(&self.detections());
        out.push_str(&trees::trees(&self.forest));
        out.push_str(&tables::timeline(&mut self.rows, self.tally.total));
        out.push_str(&tables::unseen(summary, &self.gaps));
        let _ = writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>");
        out
    }
}

impl Html {
    fn header(&self, summary: &HuntSummary) -> String {
        let mut words =
            vec![tables::many(summary.logs, "log"), tables::many(summary.events, "event"), bytes(summary.bytes)];
        words.push(tables::many(summary.rules, "rule"));
        if let Some(elapsed) = summary.elapsed {
            words.push(format!("{:.1} s", elapsed as f64 / 1000.0));
        }
        let span = self.tally.covered(summary).map(|(first, last)| {
            format!("<br>records from {} to {}", e(&shape::time(&first, 0)), e(&shape::time(&last, 0)))
        });
        format!(
            "<header><h1>ddefend hunt</h1>\n<p>read {}{}<br>ddefend {} &middot; content {}</p>\n\
             <nav><a href=\"#rules\">Rules</a> <a href=\"#hosts\">Hosts</a> <a href=\"#detections\">Detections</a> \
             <a href=\"#trees\">Process trees</a> <a href=\"#timeline\">Timeline</a> \
             <a href=\"#unseen\">What was not seen</a></nav></header>\n",
            e(&words.join(", ")),
            span.unwrap_or_default(),
            e(&self.version),
            e(&self.content)
        )
    }

    fn tiles(&self, summary: &HuntSummary) -> String {
        let mut out = String::from("<div class=\"tiles\">\n");
        for level in Level::ALL.into_iter().rev() {
            let count = summary.detections.get(level.as_str()).copied().unwrap_or(0);
            let none = if count == 0 { " none" } else { "" };
            let count = shape::grouped(count);
            let _ = writeln!(out, "<div class=\"tile {level}{none}\"><b>{count}</b><span>{level}</span></div>");
        }
        for (count, word) in [(self.tally.hosts.len() as u64, "host"), (self.tally.rules.len() as u64, "rule")] {
            let text = plural(count, word);
            let word = text.split_once(' ').map_or("", |(_, word)| word);
            let _ =
                writeln!(out, "<div class=\"tile plain\"><b>{}</b><span>{word}</span></div>", shape::grouped(count));
        }
        out.push_str("</div>\n");
        if !self.tally.first.is_empty() {
            let (first, last) = (shape::time(&self.tally.first, 0), shape::time(&self.tally.last, 0));
            let span = if first == last { e(&first) } else { format!("{} to {}", e(&first), e(&last)) };
            let _ = writeln!(out, "<p class=\"when\">{span}</p>");
        }
        out
    }

    fn detections(&self) -> String {
        let shown: usize = self.cards.iter().map(Vec::len).sum();
        let mut out = String::from("<section id=\"detections\">\n<h2>Detections</h2>\n");
        if self.tally.total == 0 {
            out.push_str("<p>Nothing was found.</p>\n");
        } else if (shown as u64) < self.tally.total {
            let _ = writeln!(
                out,
                "<p class=\"note\">{} of {} are shown in full, the worst first: at most {ALIKE} of a rule on a host. The \
                 counts above are of all; --format jsonl has every one.</p>",
                shape::grouped(shown as u64),
                shape::grouped(self.tally.total)
            );
        }
        for cards in self.cards.iter().rev() {
            out.push_str(&cards.concat());
        }
        out.push_str("<p class=\"nothing\" hidden>Nothing fits the filter.</p>\n</section>\n");
        out
    }
}
