//! Reads and judges files, prints one line per finding at or above a level, and counts. For development.
//!
//! `judge LEVEL FILES...`; with DDEFEND_WHOLE set whole findings as JSON; `-` reads the names from standard input.

use ddefend_content::Content;
use ddefend_model::{Level, Link};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let least: Level = arguments.next().unwrap_or_default().parse().unwrap_or(Level::Low);
    let mut files: Vec<String> = arguments.collect();
    if files.first().is_some_and(|file| file == "-") {
        files = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    }
    let content = Content::load()?;
    let mut counts: BTreeMap<(String, Level), (u64, u64)> = BTreeMap::new();
    let mut out = std::io::stdout().lock();
    for path in files {
        let bytes = std::fs::read(&path)?;
        let walked = ddefend_testkit::collect(&path, &bytes).walked;
        let mut findings = ddefend_dde::judge(&walked.links, content.knowledge());
        findings.extend(ddefend_dde::incomplete(&walked.diagnostics, content.knowledge()));
        let mut seen = std::collections::BTreeSet::new();
        for finding in &findings {
            let key = (finding.id.0.to_string(), finding.level);
            let count = counts.entry(key.clone()).or_default();
            count.0 += 1;
            count.1 += u64::from(seen.insert(key));
            if finding.level >= least && std::env::var_os("DDEFEND_WHOLE").is_some() {
                writeln!(out, "{}", serde_json::to_string_pretty(finding)?)?;
            } else if finding.level >= least {
                let link = finding.link.as_ref();
                let word = |value: Option<&String>| value.map_or("-", String::as_str).to_owned();
                let service = word(link.and_then(|link: &Link| link.service.as_ref()));
                let topic = word(link.and_then(|link| link.topic.as_ref()));
                let target = word(link.and_then(|link| link.target.as_ref()));
                let carrier = link.map_or("-", |link| link.carrier.as_ref());
                let trigger = link.map_or_else(String::new, |link| format!("{:?}", link.trigger));
                writeln!(
                    out,
                    "{path}\n  {} {} {} [{carrier} {trigger}] {service} | {topic} > {target} :: {:?} {}",
                    finding.level,
                    finding.id.0,
                    finding.confidence.as_str(),
                    finding.command,
                    finding.title
                )?;
            }
        }
    }
    for ((id, level), (findings, files)) in counts {
        writeln!(out, "{id:24} {level:9} {findings:6} findings in {files:5} files")?;
    }
    Ok(())
}
