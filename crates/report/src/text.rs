//! For people at a terminal: worst first, one block per finding, nothing that needs a second look to be understood.

use crate::columns::Columns;
use crate::paint::{Paint, Style};
use crate::{Meta, Renderer, escape, wrap};
use ddefend_model::{Artifact, Diagnostic, Finding, Level, Link, Lure, Scanned, Summary};
use std::collections::BTreeSet;

pub(crate) fn make(meta: &Meta) -> Box<dyn Renderer> {
    Box::new(Text {
        width: if meta.width == 0 { 100 } else { meta.width.clamp(60, 160) },
        paint: Paint { colour: meta.colour },
        verbose: meta.verbose,
        told: BTreeSet::new(),
    })
}

/// Columns that labels take.
const LABEL: usize = 12;
/// Diagnostics listed per artifact unless verbose.
const DIAGNOSTICS: usize = 3;
/// Characters of a prompt unless verbose: enough to know it again.
const PROMPT: usize = 150;
/// Longest hostile string shown in one go, characters.
const CLIP: usize = 600;

struct Text {
    width: usize,
    paint: Paint,
    verbose: bool,
    /// Prompts and settings already shown for the present artifact.
    told: BTreeSet<String>,
}

impl Renderer for Text {
    fn artifact(&mut self, scanned: &Scanned) -> String {
        let loud = scanned.findings.iter().any(|finding| finding.level > Level::Info);
        let gaps = scanned.diagnostics.iter().any(Diagnostic::is_gap);
        if scanned.findings.is_empty() && !gaps && !self.verbose {
            return String::new();
        }
        let mut out = self.header(&scanned.artifact, loud);
        self.told.clear();
        let mut quiet: Vec<&Finding> = Vec::new();
        for finding in &scanned.findings {
            if finding.level > Level::Info || self.verbose {
                out.push_str(&self.finding(finding, &scanned.artifact));
            } else {
                quiet.push(finding);
            }
        }
        for finding in quiet {
            out.push_str(&self.one_line(finding));
        }
        out.push_str(&self.diagnostics(scanned));
        out.push('\n');
        out
    }

    fn end(&mut self, summary: &Summary) -> String {
        let mut words = vec![plural(summary.artifacts, "file"), plural(summary.parts, "part")];
        words.push(bytes(summary.bytes));
        if let Some(elapsed) = summary.elapsed {
            words.push(format!("{:.1} s", elapsed as f64 / 1000.0));
        }
        let mut found: Vec<String> = Vec::new();
        for level in Level::ALL.into_iter().rev() {
            if let Some(count) = summary.findings.get(level.as_str()).filter(|count| **count > 0) {
                found.push(self.paint.level(level, &format!("{count} {level}")));
            }
        }
        let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
        let incomplete = match summary.incomplete {
            0 => String::new(),
            count => self.paint.with(Style::Warn, &format!("; {} not fully read", plural(count, "file"))),
        };
        format!("{found}{incomplete}  {}\n", self.paint.with(Style::Dim, &format!("({})", words.join(", "))))
    }
}

impl Text {
    fn header(&self, artifact: &Artifact, loud: bool) -> String {
        let path = escape::terminal(&artifact.path);
        let style = if loud { Style::Strong } else { Style::Plain };
        let mut facts = vec![artifact.detected.clone(), bytes(artifact.size), plural(artifact.parts, "part")];
        if let Some(extension) = &artifact.extension_lies {
            facts.push(format!("extension .{} lies", escape::terminal(extension)));
        }
        if !artifact.complete {
            facts.push("not fully read".to_owned());
        }
        let mut out = format!("{}\n", self.paint.with(style, &path));
        out.push_str(&self.field("", &facts.join(", "), Style::Dim));
        out.push_str(&self.field("sha256", &artifact.sha256, Style::Dim));
        for fact in &artifact.facts {
            out.push_str(&self.field("note", fact, Style::Plain));
        }
        if self.verbose {
            for entry in &artifact.not_inspected {
                out.push_str(&self.field("not read", &format!("{}: {}", entry.part, entry.reason), Style::Dim));
            }
        }
        out
    }

    fn finding(&mut self, finding: &Finding, artifact: &Artifact) -> String {
        let mut out = self.title(finding);
        if let Some(command) = &finding.command {
            out.push_str(&self.field("runs", command, Style::Alarm));
        }
        for layer in &finding.decoded {
            out.push_str(&self.field("decoded", layer, Style::Alarm));
        }
        if let Some(link) = &finding.link {
            out.push_str(&self.link(link, finding.lure.as_ref()));
        }
        out.push_str(&self.field("where", &place(finding, artifact), Style::Plain));
        if let Some(lure) = &finding.lure {
            out.push_str(&self.field("lure", &lure.0, Style::Plain));
        }
        out.push_str(&self.listed("hidden by", finding.tricks.iter().map(|trick| trick.0.to_string())));
        let indicators = finding.indicators.iter().map(|indicator| indicator.value.clone());
        out.push_str(&self.listed("indicators", indicators));
        out.push_str(&self.questions(finding));
        out.push_str(&self.listed("ATT&CK", finding.techniques.iter().cloned()));
        let why = format!("{} (confidence {})", finding.reasons.join(" "), finding.confidence.as_str());
        out.push_str(&self.long_field("why", &clip(&why, 4 * CLIP), Style::Dim));
        out
    }

    /// Level, title and id, the title over as many lines as it needs.
    fn title(&self, finding: &Finding) -> String {
        let badge = self.paint.level(finding.level, &format!(" {} ", finding.level.as_str().to_uppercase()));
        let indent = finding.level.as_str().len() + 4;
        let text = format!("{} [{}]", escape::terminal(&clip(&finding.title, CLIP)), finding.id.0);
        let mut out = String::new();
        for (index, line) in wrap::wrap(&text, self.width.saturating_sub(indent)).iter().enumerate() {
            let line = self.paint.with(Style::Strong, line);
            out.push_str(&if index == 0 { format!("\n {badge} {line}\n") } else { format!("{:indent$}{line}\n", "") });
        }
        out
    }

    /// What the user is asked and what stops it: in full once per artifact, since findings of one document share them.
    fn questions(&mut self, finding: &Finding) -> String {
        let brief = |text: &str| if self.verbose { text.to_owned() } else { first_words(text, PROMPT) };
        let mut asked: Vec<(String, Style)> = Vec::new();
        for (index, prompt) in finding.prompts.iter().enumerate() {
            let text = format!("{}. \"{}\" [{}]", index + 1, brief(&prompt.text), prompt.lets_through);
            asked.push((text, Style::Plain));
        }
        let mut stops: Vec<(String, Style)> = Vec::new();
        let keys = if self.verbose { finding.blockers.len() } else { 1 };
        for blocker in finding.blockers.iter().take(keys) {
            stops.push((blocker.name.clone(), Style::Plain));
            stops.push((format!("{} = {}", blocker.registry, blocker.value), Style::Dim));
        }
        let names: Vec<&str> = finding.blockers.iter().skip(keys).map(|blocker| blocker.name.as_str()).collect();
        if !names.is_empty() {
            stops.push((format!("or: {} (--verbose shows the keys)", names.join("; ")), Style::Dim));
        }
        let mut out = String::new();
        for (label, lines) in [("user is asked", asked), ("stopped by", stops)] {
            let key = lines.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>().join("\n");
            if lines.is_empty() {
                continue;
            }
            if !self.told.insert(key) {
                out.push_str(&self.field(label, "as above", Style::Dim));
                continue;
            }
            for (index, (line, style)) in lines.iter().enumerate() {
                out.push_str(&self.field(if index == 0 { label } else { "" }, line, *style));
            }
        }
        out
    }

    fn link(&self, link: &Link, lure: Option<&Lure>) -> String {
        let mut out = String::new();
        let names =
            [("service", &link.service), ("topic", &link.topic), ("item", &link.item), ("target", &link.target)];
        for (label, value) in names {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                out.push_str(&self.field(label, value, Style::Plain));
            }
        }
        let times = if link.count > 1 { format!(", {} times", link.count) } else { String::new() };
        out.push_str(&self.field("fires", &format!("{}{times}", link.trigger), Style::Plain));
        out.push_str(&self.field("raw", &link.raw, Style::Dim));
        if let Some(effective) = &link.effective {
            out.push_str(&self.field("effective", effective, Style::Plain));
        }
        if let Some(shown) = link.shown.as_ref().filter(|shown| lure.is_none_or(|lure| lure.0 != shown.trim())) {
            out.push_str(&self.field("shows", shown, Style::Dim));
        }
        out
    }

    /// An info finding in one line.
    fn one_line(&self, finding: &Finding) -> String {
        let link = finding.link.as_ref();
        let detail = link.map(|link| {
            let names = [&link.service, &link.topic, &link.item, &link.target];
            let words: Vec<String> = names.into_iter().flatten().map(|word| clip(word, 80)).collect();
            let times = if link.count > 1 { format!(" ×{}", link.count) } else { String::new() };
            format!(": {}{times}", words.join(" | "))
        });
        let text = format!("{} [{}]{}", finding.title, finding.id.0, detail.unwrap_or_default());
        let label = finding.level.to_string();
        self.field(&label, &text, Style::Plain)
    }

    fn diagnostics(&self, scanned: &Scanned) -> String {
        let mut out = String::new();
        let shown: Vec<&Diagnostic> =
            scanned.diagnostics.iter().filter(|diagnostic| diagnostic.is_gap() || self.verbose).collect();
        let limit = if self.verbose { shown.len() } else { DIAGNOSTICS };
        for diagnostic in shown.iter().take(limit) {
            let part = shorten(diagnostic.part.as_str(), &scanned.artifact.path);
            let place = match (part.is_empty(), diagnostic.location.is_empty()) {
                (true, true) => String::new(),
                (false, true) => format!(" in {part}"),
                (true, false) => format!(" at {}", diagnostic.location),
                (false, false) => format!(" in {part} at {}", diagnostic.location),
            };
            let text = format!("{}{place} [{}]", diagnostic.message, diagnostic.code);
            out.push_str(&self.field(if diagnostic.is_gap() { "not read" } else { "note" }, &text, Style::Warn));
        }
        if shown.len() > limit {
            let more = format!("and {} more; --verbose lists them", shown.len() - limit);
            out.push_str(&self.field("", &more, Style::Dim));
        }
        out
    }

    /// A labelled value, wrapped to the width with a hanging indent.
    fn field(&self, label: &str, value: &str, style: Style) -> String {
        self.long_field(label, &clip(value, CLIP), style)
    }

    /// The same without a limit: for text of our own.
    fn long_field(&self, label: &str, value: &str, style: Style) -> String {
        Columns { width: self.width, paint: self.paint, label: LABEL }.field(label, value, style)
    }

    fn listed(&self, label: &str, values: impl Iterator<Item = String>) -> String {
        let joined = values.collect::<Vec<_>>().join("  ");
        if joined.is_empty() { String::new() } else { self.field(label, &joined, Style::Plain) }
    }
}

fn place(finding: &Finding, artifact: &Artifact) -> String {
    let part = shorten(finding.part.as_str(), &artifact.path);
    match (part.is_empty(), finding.location.is_empty()) {
        (true, true) => "the file itself".to_owned(),
        (true, false) => finding.location.to_string(),
        (false, true) => part.to_owned(),
        (false, false) => format!("{part}, {}", finding.location),
    }
}

/// A part path without the artifact in front.
fn shorten<'a>(part: &'a str, artifact: &str) -> &'a str {
    part.strip_prefix(artifact).map_or(part, |rest| rest.trim_start_matches('!'))
}

/// The first whole words of a longer text, at most `limit` characters.
fn first_words(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => {
            let head = text.get(..at).unwrap_or_default();
            format!("{} …", head.rsplit_once(' ').map_or(head, |(head, _)| head))
        }
        None => text.to_owned(),
    }
}

/// At most `limit` characters, with a count of what was left out.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => {
            let rest = text.chars().count() - limit;
            format!("{} … ({rest} more characters)", text.get(..at).unwrap_or_default())
        }
        None => text.to_owned(),
    }
}

pub(crate) fn plural(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_024 => format!("{count} B"),
        1_024..1_048_576 => format!("{:.1} KiB", count as f64 / 1_024.0),
        _ => format!("{:.1} MiB", count as f64 / 1_048_576.0),
    }
}
