//! The frame of every page: head, navigation, sections.

use crate::Meta;
use ddefend_report::escape::html as e;
use std::fmt::Write as _;

const STYLE: &str = include_str!("html/site.css");

/// A page that is being written.
#[derive(Debug)]
pub(crate) struct Page {
    out: String,
    /// Way to the site's root: `` or `../`.
    pub(crate) root: &'static str,
}

impl Page {
    /// A page's head. `json` is the file beside it.
    pub(crate) fn new(title: &str, root: &'static str, json: Option<&str>, meta: &Meta) -> Self {
        Self::with_script(title, root, json, meta, None, "")
    }

    /// The same with a script that the policy names by its digest, and what else stands in the head.
    pub(crate) fn with_script(
        title: &str,
        root: &'static str,
        json: Option<&str>,
        meta: &Meta,
        digest: Option<&str>,
        head: &str,
    ) -> Self {
        let script = digest.map(|digest| format!("; script-src 'sha256-{digest}'")).unwrap_or_default();
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'{script}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{head}\
             <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <header><nav><a class=\"home\" href=\"{root}index.html\">Rule catalog</a> \
             <a href=\"{root}techniques/index.html\">Techniques</a> <a href=\"{root}events/index.html\">Events</a> \
             <a href=\"{root}search.html\">Rules and search</a> <a href=\"{root}unread.html\">Not read</a></nav></header>\n\
             <main>\n",
            e(title)
        );
        let json = json.map(|file| format!(" &middot; <a href=\"{}\">JSON</a>", e(file))).unwrap_or_default();
        let _ = writeln!(out, "<h1>{}</h1>", e(title));
        let _ = writeln!(
            out,
            "<p class=\"made\">ddefend {} &middot; content {}{json}</p>",
            e(&meta.version),
            e(&meta.content)
        );
        Self { out, root }
    }

    /// Appends finished HTML.
    pub(crate) fn html(&mut self, html: &str) {
        self.out.push_str(html);
    }

    /// A paragraph of text.
    pub(crate) fn text(&mut self, text: &str) {
        let _ = writeln!(self.out, "<p>{}</p>", lines(text));
    }

    /// A heading with what it counts, and a sentence on what the section says.
    pub(crate) fn section(&mut self, id: &str, title: &str, count: Option<usize>, note: &str) {
        let count = count.map(|count| format!(" <span class=\"count\">{count}</span>")).unwrap_or_default();
        let _ = writeln!(self.out, "<h2 id=\"{id}\">{}{count}</h2>", e(title));
        if !note.is_empty() {
            let _ = writeln!(self.out, "<p class=\"note\">{}</p>", e(note));
        }
    }

    /// A table; cells are finished HTML. Columns whose name begins with `#` hold numbers.
    pub(crate) fn table(&mut self, columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let class = |name: &str| if name.starts_with('#') { " class=\"number\"" } else { "" };
        self.out.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
        for name in columns {
            let _ = write!(self.out, "<th{}>{}</th>", class(name), e(name.trim_start_matches('#')));
        }
        self.out.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.out.push_str("<tr>");
            for (name, cell) in columns.iter().zip(row) {
                let label = e(name.trim_start_matches('#'));
                let _ = write!(self.out, "<td{} data-label=\"{label}\">{cell}</td>", class(name));
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody>\n</table></div>\n");
    }

    /// The page with its end.
    pub(crate) fn end(mut self) -> String {
        self.out.push_str("</main>\n</body>\n</html>\n");
        self.out
    }
}

/// Text of several lines.
pub(crate) fn lines(text: &str) -> String {
    text.trim().lines().map(e).collect::<Vec<_>>().join("<br>\n")
}

/// Text in the font of programs.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", e(text)) }
}

/// A link to a page of this site.
pub(crate) fn link(root: &str, folder: &str, name: &str, text: &str) -> String {
    format!("<a href=\"{root}{folder}/{}.html\">{}</a>", e(&file_name(name)), e(text))
}

/// A technique's id as a file's name: letters, digits and dots only.
pub(crate) fn file_name(id: &str) -> String {
    let safe =
        |letter: char| if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_') { letter } else { '-' };
    id.chars().map(safe).collect()
}
