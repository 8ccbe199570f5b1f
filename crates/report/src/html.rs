//! One self-contained HTML file: no script, nothing fetched, a content security policy that forbids both.

use crate::text::{bytes, plural};
use crate::{Meta, Renderer, escape::html as e};
use ddefend_model::{Finding, Level, Link, Scanned, Summary};
use std::fmt::Write as _;

const STYLE: &str = include_str!("html/style.css");

pub(crate) fn make(meta: &Meta) -> Box<dyn Renderer> {
    Box::new(Html { version: meta.version.clone(), content: meta.content.clone(), clean: Vec::new() })
}

struct Html {
    version: String,
    content: String,
    /// Rows of artifacts without findings, listed at the end.
    clean: Vec<String>,
}

impl Renderer for Html {
    fn begin(&mut self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>ddefend report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <header><h1>ddefend report</h1><p>ddefend {} &middot; content {}</p></header>\n<main>\n",
            e(&self.version),
            e(&self.content)
        )
    }

    fn artifact(&mut self, scanned: &Scanned) -> String {
        let gaps = scanned.diagnostics.iter().filter(|diagnostic| diagnostic.is_gap()).count();
        if scanned.findings.is_empty() && gaps == 0 {
            self.clean.push(clean_row(scanned));
            return String::new();
        }
        let artifact = &scanned.artifact;
        let worst = scanned.worst().map_or("info", Level::as_str);
        let mut out = format!(
            "<section class=\"artifact {worst}\">\n<h2>{}</h2>\n<p class=\"facts\">{}, {}, {}{}<br>\
             <code>sha256 {}</code></p>\n",
            e(&artifact.path),
            e(&artifact.detected),
            bytes(artifact.size),
            plural(artifact.parts, "part"),
            if artifact.complete { "" } else { ", <strong>not fully read</strong>" },
            e(&artifact.sha256)
        );
        for fact in &artifact.facts {
            let _ = writeln!(out, "<p class=\"fact\">{}</p>", e(fact));
        }
        for finding in &scanned.findings {
            out.push_str(&finding_block(finding));
        }
        out.push_str(&diagnostics_block(scanned));
        out.push_str("</section>\n");
        out
    }

    fn end(&mut self, summary: &Summary) -> String {
        let mut out = String::from("<section class=\"summary\">\n<h2>Summary</h2>\n<div class=\"cards\">\n");
        for level in Level::ALL.into_iter().rev() {
            let count = summary.findings.get(level.as_str()).copied().unwrap_or(0);
            let _ = writeln!(out, "<div class=\"card {level}\"><b>{count}</b><span>{level}</span></div>");
        }
        let _ = writeln!(
            out,
            "</div>\n<p>{}, {}, {}; {} not fully read.</p>",
            plural(summary.artifacts, "file"),
            plural(summary.parts, "part"),
            bytes(summary.bytes),
            plural(summary.incomplete, "file")
        );
        if !self.clean.is_empty() {
            let count = self.clean.len() as u64;
            let _ = writeln!(out, "<details><summary>{} with nothing to report</summary>", plural(count, "file"));
            let _ = writeln!(out, "<table><tr><th>file</th><th>type</th><th>size</th><th>sha256</th></tr>");
            out.push_str(&self.clean.concat());
            out.push_str("</table></details>\n");
        }
        out.push_str("</section>\n</main>\n</body>\n</html>\n");
        out
    }
}

fn clean_row(scanned: &Scanned) -> String {
    let artifact = &scanned.artifact;
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>\n",
        e(&artifact.path),
        e(&artifact.detected),
        bytes(artifact.size),
        e(&artifact.sha256)
    )
}

fn row(out: &mut String, label: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "<dt>{label}</dt><dd>{value}</dd>");
    }
}

fn code(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("<code>{}</code>", e(value)) }
}

pub(crate) fn finding_block(finding: &Finding) -> String {
    let open = if finding.level > Level::Low { " open" } else { "" };
    let mut out = format!(
        "<details class=\"finding {level}\"{open}>\n<summary><span class=\"badge {level}\">{level}</span> {title} \
         <span class=\"id\">{id}</span></summary>\n<dl>\n",
        level = finding.level,
        title = e(&finding.title),
        id = e(&finding.id.0),
    );
    if let Some(command) = &finding.command {
        row(&mut out, "runs", &format!("<code class=\"command\">{}</code>", e(command)));
    }
    for layer in &finding.decoded {
        row(&mut out, "decoded", &format!("<code class=\"command\">{}</code>", e(layer)));
    }
    if let Some(link) = &finding.link {
        link_rows(&mut out, link);
    }
    row(&mut out, "where", &format!("{} {}", code(finding.part.as_str()), e(&finding.location.to_string())));
    if let Some(lure) = &finding.lure {
        row(&mut out, "lure", &e(&lure.0));
    }
    let tricks: Vec<String> = finding.tricks.iter().map(|trick| code(&trick.0)).collect();
    row(&mut out, "hidden by", &tricks.join(" "));
    let indicators: Vec<String> = finding.indicators.iter().map(|indicator| code(&indicator.value)).collect();
    row(&mut out, "indicators", &indicators.join("<br>"));
    let prompts: Vec<String> = finding
        .prompts
        .iter()
        .map(|prompt| format!("<li>&ldquo;{}&rdquo; <b>{}</b></li>", e(&prompt.text), e(&prompt.lets_through)))
        .collect();
    if !prompts.is_empty() {
        row(&mut out, "user is asked", &format!("<ol>{}</ol>", prompts.concat()));
    }
    let blockers: Vec<String> = finding
        .blockers
        .iter()
        .map(|blocker| {
            format!("<li>{}: <code>{} = {}</code></li>", e(&blocker.name), e(&blocker.registry), e(&blocker.value))
        })
        .collect();
    if !blockers.is_empty() {
        row(&mut out, "stopped by", &format!("<ul>{}</ul>", blockers.concat()));
    }
    row(&mut out, "ATT&amp;CK", &e(&finding.techniques.join(" ")));
    let why = format!("{} Confidence {}.", finding.reasons.join(" "), finding.confidence.as_str());
    row(&mut out, "why", &e(&why));
    out.push_str("</dl>\n</details>\n");
    out
}

fn link_rows(out: &mut String, link: &Link) {
    let names = [("service", &link.service), ("topic", &link.topic), ("item", &link.item), ("target", &link.target)];
    for (label, value) in names {
        row(out, label, &code(value.as_deref().unwrap_or_default()));
    }
    let times = if link.count > 1 { format!(", {} times", link.count) } else { String::new() };
    row(out, "fires", &format!("{}{times}", link.trigger));
    row(out, "raw", &code(&link.raw));
    row(out, "effective", &code(link.effective.as_deref().unwrap_or_default()));
    row(out, "shows", &e(link.shown.as_deref().unwrap_or_default()));
}

fn diagnostics_block(scanned: &Scanned) -> String {
    if scanned.diagnostics.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "<details class=\"diagnostics\"><summary>{}</summary>\n<ul>\n",
        plural(scanned.diagnostics.len() as u64, "diagnostic")
    );
    for diagnostic in &scanned.diagnostics {
        let _ = writeln!(
            out,
            "<li><code>{}</code> {} {}: {}</li>",
            e(&diagnostic.code),
            e(diagnostic.part.as_str()),
            e(&diagnostic.location.to_string()),
            e(&diagnostic.message)
        );
    }
    out.push_str("</ul></details>\n");
    out
}
