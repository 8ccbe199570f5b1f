//! What the texts of audits and differences share: headings, marks with hanging lines, what is told once.

use super::PostureMeta;
use super::essence::Alike;
use crate::columns::Columns;
use crate::paint::{Paint, Style};
use crate::{escape, wrap};
use ddefend_model::Diagnostic;

/// Columns that labels take.
const LABEL: usize = 9;

/// What every part of the text needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) columns: Columns,
    pub(super) verbose: bool,
}

impl Page {
    pub(super) fn new(meta: &PostureMeta) -> Self {
        let width = if meta.width == 0 { 100 } else { meta.width.clamp(60, 200) };
        let columns = Columns { width, paint: Paint { colour: meta.colour }, label: LABEL };
        Self { columns, verbose: meta.verbose }
    }

    /// A text behind a mark that is printed already safe and painted; the lines that follow are indented by as much.
    pub(super) fn hang(&self, mark: &str, mark_width: usize, text: &str, style: Style) -> String {
        let mut out = String::new();
        let width = self.columns.width.saturating_sub(mark_width);
        for (index, line) in wrap::wrap(&escape::terminal(text), width).iter().enumerate() {
            let before = if index == 0 { mark.to_owned() } else { " ".repeat(mark_width) };
            out.push_str(&format!("{before}{}\n", self.columns.paint.with(style, line)));
        }
        out
    }

    pub(super) fn heading(&self, text: &str) -> String {
        let line = wrap::clip(&escape::terminal(text), self.columns.width.saturating_sub(2));
        format!("\n  {}\n", self.columns.paint.with(Style::Strong, &line))
    }
}

/// Headings of machines and users.
#[derive(Clone, Debug, Default)]
pub(super) struct Titles {
    /// The host whose heading was printed last.
    host: Option<String>,
}

impl Titles {
    /// True once there was one.
    pub(super) fn began(&self) -> bool {
        self.host.is_some()
    }

    /// The host, where it is another than before, and the user.
    pub(super) fn title(&mut self, page: Page, host: &str, user: &str, sid: &str) -> String {
        let width = page.columns.width;
        let mut out = String::new();
        if self.host.as_deref() != Some(host) {
            if self.began() {
                out.push('\n');
            }
            let line = format!("━━ {} ", wrap::clip(&escape::terminal(host), width.saturating_sub(4)));
            out.push_str(&format!("{}\n", page.columns.paint.with(Style::Strong, &fill(&line, '━', width))));
            self.host = Some(host.to_owned());
        }
        let sid = if sid.is_empty() || sid == user { String::new() } else { format!(" ({sid})") };
        let name = if user.is_empty() { "machine".to_owned() } else { format!("user {user}{sid}") };
        out.push_str(&rule_off(page, &name));
        out
    }
}

/// A blank line and a line with a name.
fn rule_off(page: Page, name: &str) -> String {
    let width = page.columns.width;
    let name = wrap::clip(&escape::terminal(name), width.saturating_sub(4));
    format!("\n{}\n", page.columns.paint.with(Style::Strong, &fill(&format!("── {name} "), '─', width)))
}

/// What was not shown because something like it was.
pub(super) fn same_again(page: Page, alike: &Alike) -> String {
    let mut out = String::new();
    for kind in alike.kinds() {
        if out.is_empty() {
            out.push_str(&rule_off(page, "the same again"));
        }
        let text = format!("{}: {}, {}", kind.alike(), kind.first, kind.others());
        out.push_str(&page.hang("  ", 2, &text, Style::Plain));
    }
    out
}

/// A line filled up to the width.
fn fill(line: &str, with: char, width: usize) -> String {
    use unicode_width::UnicodeWidthStr as _;
    let missing = width.saturating_sub(line.width());
    format!("{line}{}", with.to_string().repeat(missing))
}

/// Where something could not be read, and why.
pub(crate) fn diagnostic_text(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.location.to_string();
    let part = diagnostic.part.to_string();
    let at = if place.is_empty() { part } else { format!("{part}, {place}") };
    format!("{at}: {} ({})", diagnostic.message, diagnostic.code)
}
