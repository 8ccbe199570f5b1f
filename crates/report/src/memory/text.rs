//! For people at a terminal: the process, the modules that do not belong, then what was found, worst first.

use super::{MemoryMeta, MemoryRenderer};
use crate::columns::Columns;
use crate::paint::{Paint, Style};
use crate::text::{bytes, plural};
use crate::{escape, wrap};
use ddefend_model::memory::{MemoryHit, MemoryImage, MemorySummary, Module};
use ddefend_model::{Diagnostic, Level};

/// Columns that labels take.
const LABEL: usize = 12;
/// Hits and modules of level info that are listed unless verbose.
const QUIET: usize = 5;
/// Diagnostics that are listed unless verbose.
const DIAGNOSTICS: usize = 5;
/// Characters of a hostile string.
const CLIP: usize = 600;

pub(super) fn make(meta: &MemoryMeta) -> Box<dyn MemoryRenderer> {
    Box::new(Text {
        width: if meta.width == 0 { 100 } else { meta.width.clamp(60, 160) },
        paint: Paint { colour: meta.colour },
        verbose: meta.verbose,
    })
}

struct Text {
    width: usize,
    paint: Paint,
    verbose: bool,
}

impl MemoryRenderer for Text {
    fn image(&mut self, image: &MemoryImage) -> String {
        let mut out = self.head(image);
        let loud = |level: Option<Level>| level.is_some_and(|level| level > Level::Info);
        for module in image.modules.iter().filter(|module| loud(module.level)) {
            out.push_str(&self.module(module));
        }
        let quiet: Vec<&Module> = image.modules.iter().filter(|module| !loud(module.level)).collect();
        let many = if self.verbose { quiet.len() } else { QUIET };
        for module in quiet.iter().take(many) {
            out.push_str(&self.field("module", &named(module), Style::Dim));
        }
        out.push_str(&self.more(quiet.len(), many, "modules"));
        for hit in image.hits.iter().filter(|hit| loud(hit.level) || self.verbose) {
            out.push_str(&self.hit(hit));
        }
        let quiet: Vec<&MemoryHit> = image.hits.iter().filter(|hit| !loud(hit.level) && !self.verbose).collect();
        if !quiet.is_empty() {
            out.push('\n');
        }
        for hit in quiet.iter().take(QUIET) {
            out.push_str(&self.field("info", &format!("{}: {}", hit.kind, clipped(&hit.text, 160)), Style::Dim));
        }
        out.push_str(&self.more(quiet.len(), QUIET, "hits of level info"));
        if image.more_hits > 0 {
            let text = format!("{} more hits are counted only", image.more_hits);
            out.push_str(&self.field("", &text, Style::Warn));
        }
        out.push_str(&self.diagnostics(&image.diagnostics));
        out.push('\n');
        out
    }

    fn end(&mut self, summary: &MemorySummary) -> String {
        let levels = Level::ALL.into_iter().rev();
        let found: Vec<(Level, String)> = levels
            .filter_map(|level| {
                let count = summary.found.get(level.as_str()).filter(|count| **count > 0)?;
                Some((level, format!("{count} {level}")))
            })
            .collect();
        let gaps =
            if summary.incomplete == 0 { String::new() } else { format!("; {} not fully read", summary.incomplete) };
        let mut words = vec![plural(summary.images, "image"), bytes(summary.bytes)];
        words.extend(summary.elapsed.map(|elapsed| format!("{:.1} s", elapsed as f64 / 1000.0)));
        let words = format!("({})", words.join(", "));
        let columns = found.iter().map(|(_, text)| text.len() + 2).sum::<usize>() + gaps.len() + words.len() + 14;
        let between = if columns > self.width { "\n" } else { "  " };
        let found: Vec<String> = found.iter().map(|(level, text)| self.paint.level(*level, text)).collect();
        let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
        format!("{found}{}{between}{}\n", self.paint.with(Style::Warn, &gaps), self.paint.with(Style::Dim, &words))
    }
}

fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most).chain(std::iter::once('…')).collect()
}

fn named(module: &Module) -> String {
    let version = if module.version.is_empty() { String::new() } else { format!(" {}", module.version) };
    let why = if module.why.is_empty() { String::new() } else { format!(": {}", module.why) };
    format!("{}{version}{why}", module.path)
}

impl Text {
    fn head(&self, image: &MemoryImage) -> String {
        let path = wrap::wrap(&escape::terminal(&image.path), self.width);
        let mut out: String = path.iter().map(|line| format!("{}\n", self.paint.with(Style::Strong, line))).collect();
        let mut facts = vec![image.format.clone(), bytes(image.size)];
        if !image.taken.is_empty() {
            facts.push(format!("taken {}", image.taken));
        }
        if !image.system.is_empty() {
            facts.push(image.system.clone());
        }
        if !image.complete {
            facts.push("not fully read".to_owned());
        }
        out.push_str(&self.field("", &facts.join(", "), Style::Dim));
        out.push_str(&self.field("sha256", &image.sha256, Style::Dim));
        if let Some(process) = &image.process {
            let started = if process.started.is_empty() { String::new() } else { format!(", {}", process.started) };
            let text = format!("{} (pid {}{started})", process.image, process.pid);
            out.push_str(&self.field("process", &text, Style::Plain));
            let inferred = if process.inferred { " (a text in memory that begins so)" } else { "" };
            let command = clipped(&process.command, CLIP);
            if command.is_empty() {
                let text = "not in the dump: the process environment block was not saved";
                out.push_str(&self.field("command line", text, Style::Dim));
            } else {
                out.push_str(&self.field("command line", &format!("{command}{inferred}"), Style::Plain));
            }
            let odd = image.modules.iter().filter(|module| module.level.is_some()).count();
            let text = format!("{} loaded, {odd} that do not belong", image.module_count);
            out.push_str(&self.field("modules", &text, Style::Plain));
        }
        out
    }

    fn title(&self, level: Option<Level>, text: &str) -> String {
        let level = level.unwrap_or(Level::Info);
        let badge = self.paint.level(level, &format!(" {} ", level.as_str().to_uppercase()));
        let indent = level.as_str().len() + 4;
        let mut out = String::new();
        let text = escape::terminal(&clipped(text, CLIP));
        for (index, line) in wrap::wrap(&text, self.width.saturating_sub(indent)).iter().enumerate() {
            let line = self.paint.with(Style::Strong, line);
            out.push_str(&if index == 0 { format!("\n {badge} {line}\n") } else { format!("{:indent$}{line}\n", "") });
        }
        out
    }

    fn module(&self, module: &Module) -> String {
        let mut out = self.title(module.level, &format!("Module {}", module.path));
        out.push_str(&self.field("why", &module.why, Style::Plain));
        let version = if module.version.is_empty() { String::new() } else { format!(", version {}", module.version) };
        let place = format!("{:#x}, {} bytes{version}", module.base, module.size);
        out.push_str(&self.field("where", &place, Style::Dim));
        out
    }

    fn hit(&self, hit: &MemoryHit) -> String {
        let what = match hit.kind.as_str() {
            "dde-field" => "DDE instruction of a field",
            "dde-formula" => "Formula that asks a DDE server",
            "dde-keyword" => "The word DDEAUTO",
            "command-line" => "Command line",
            "case-command" => "A command of the case",
            "url" => "Address near one of the above",
            other => other,
        };
        let mut out = self.title(hit.level, &format!("{what} [{}]", hit.kind));
        if !hit.command.is_empty() {
            out.push_str(&self.field("runs", &hit.command, Style::Alarm));
        }
        if !hit.of.is_empty() {
            out.push_str(&self.field("command of", &hit.of, Style::Plain));
        }
        out.push_str(&self.field("text", &hit.text, Style::Plain));
        let address = hit.address.map(|address| format!(", address {address:#x}")).unwrap_or_default();
        let region = if hit.region.is_empty() { String::new() } else { format!(", {}", hit.region) };
        let times = if hit.count > 1 { format!(", {} times", hit.count) } else { String::new() };
        let place = format!("byte {:#x}{address}{region}, {}{times}", hit.offset, hit.encoding);
        out.push_str(&self.field("where", &place, Style::Dim));
        if !hit.module.is_empty() {
            out.push_str(&self.field("in module", &hit.module, Style::Dim));
        }
        out
    }

    fn more(&self, count: usize, shown: usize, what: &str) -> String {
        match count.checked_sub(shown).filter(|more| *more > 0) {
            Some(more) => self.field("", &format!("{more} more {what} (--verbose shows them)"), Style::Dim),
            None => String::new(),
        }
    }

    fn diagnostics(&self, all: &[Diagnostic]) -> String {
        let shown: Vec<&Diagnostic> = all.iter().filter(|one| one.is_gap() || self.verbose).collect();
        let most = if self.verbose { shown.len() } else { DIAGNOSTICS };
        let mut out = String::new();
        for one in shown.iter().take(most) {
            let place = if one.location.is_empty() { String::new() } else { format!(" ({})", one.location) };
            let text = format!("{}: {}{place}", one.code, one.message);
            out.push_str(&self.field(if one.is_gap() { "gap" } else { "note" }, &text, Style::Warn));
        }
        out.push_str(&self.more(shown.len(), most, "gaps"));
        out
    }

    /// A label and its text over as many lines as it needs.
    fn field(&self, label: &str, text: &str, style: Style) -> String {
        if text.is_empty() {
            return String::new();
        }
        Columns { width: self.width, paint: self.paint, label: LABEL }.field(label, &clipped(text, CLIP), style)
    }
}
