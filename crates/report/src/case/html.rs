//! One self-contained page to hand over: nothing is fetched, everything can be read without script. The only script pans
//! drawings and copies commands; the content security policy names it by its digest and forbids every other.

mod documents;
mod graph;
mod icons;
mod page;
mod questions;
mod rest;
mod story;
mod tasks;
mod timeline;
mod verdict;

use super::CaseMeta;
use crate::escape::html as e;
use ddefend_model::case::Case;
use page::Page;
use std::fmt::Write as _;

const BASE: &str = include_str!("../hunt/html/hunt.css");
const POSTURE: &str = include_str!("../posture/html/posture.css");
const STYLE: &str = include_str!("html/case.css");
const SCRIPT: &str = include_str!("html/case.js");
/// SHA-256 of [`SCRIPT`], for the content security policy; a test holds it.
const SCRIPT_DIGEST: &str = include_str!("html/case.sha256");

/// A kind of node in words.
pub(super) const fn kind_in_words(kind: ddefend_model::case::NodeKind) -> &'static str {
    icons::of(kind).1
}

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let page = Page::new(case);
    let title = if case.title.is_empty() { &case.id } else { &case.title };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'sha256-{}'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{BASE}{POSTURE}{STYLE}</style>\n</head>\n<body>\n",
        SCRIPT_DIGEST.trim(),
        e(title)
    );
    out.push_str(icons::SYMBOLS);
    out.push_str(&verdict::header(case, meta));
    out.push_str("<main>\n");
    out.push_str(&verdict::verdict(case));
    out.push_str(&story::story(&page));
    out.push_str(&graph::section(&page));
    out.push_str(&timeline::section(&page));
    out.push_str(&questions::questions(&page));
    out.push_str(&tasks::tasks(case));
    out.push_str(&documents::documents(&page));
    out.push_str(&rest::detections(case));
    out.push_str(&rest::posture(case));
    out.push_str(&rest::memory(case));
    out.push_str(&rest::indicators(case));
    out.push_str(&rest::nodes(&page));
    out.push_str(&rest::records(&page));
    out.push_str(&rest::inputs(&page));
    out.push_str(&rest::unread(case));
    let _ = writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>");
    out
}
