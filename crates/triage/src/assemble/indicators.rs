//! Observables of the case, without those of its benign parts.

use crate::{CaseEvidence, EffectKind, Linked, Settings};
use ddefend_model::case::{Decision, Observable, Verdict};
use ddefend_model::{IndicatorKind, Level};
use std::collections::{BTreeMap, BTreeSet};

/// Observables that are kept.
const MOST: usize = 2_000;

struct Found<'e> {
    known: BTreeSet<&'e str>,
    all: BTreeMap<(IndicatorKind, String, String), bool>,
}

impl Found<'_> {
    fn add(&mut self, kind: IndicatorKind, value: &str, role: &str) {
        let value = value.trim();
        if value.is_empty() || self.all.len() >= MOST {
            return;
        }
        let known = self.known.contains(value.to_lowercase().as_str()) || self.known.contains(value);
        self.all.insert((kind, value.to_owned(), role.to_owned()), known);
    }
}

/// Observables in the order of their kinds and values.
pub(super) fn indicators(
    evidence: &CaseEvidence,
    linked: &Linked,
    decision: &Decision,
    settings: &Settings,
) -> Vec<Observable> {
    if matches!(decision.verdict, Verdict::BenignTp | Verdict::Fp) {
        return Vec::new();
    }
    let known = evidence.iocs.iter().map(|ioc| ioc.value.as_str()).collect();
    let mut found = Found { known, all: BTreeMap::new() };
    let on_path: BTreeSet<&str> =
        linked.nodes.iter().filter(|node| node.on_path).map(|node| node.id.as_str()).collect();
    let mut carried: BTreeSet<usize> = BTreeSet::new();
    for (at, file) in evidence.files.iter().enumerate() {
        let artifact = &file.scanned.artifact;
        let bad = file.scanned.worst() >= Some(Level::Medium);
        let mail = file.provenance.mail.is_some();
        let node = format!("{}:{}", if mail { "mail" } else { "file" }, at + 1);
        let path = on_path.contains(node.as_str());
        if !bad && !path {
            continue;
        }
        carried.insert(at);
        if bad {
            let role = if mail { "mail" } else { "document" };
            found.add(IndicatorKind::Hash, &artifact.sha256, role);
            found.add(IndicatorKind::File, ddefend_hunt::file_name(&artifact.path), role);
        }
        for finding in file.scanned.findings.iter().filter(|finding| finding.level >= Level::Medium) {
            for indicator in &finding.indicators {
                let value = crate::link::as_written(finding, &indicator.value, settings);
                found.add(indicator.kind, &value, "field command");
            }
        }
        for mark in linked.marks.get(at).into_iter().flatten().filter(|mark| mark.zone >= Some(3)) {
            found.add(IndicatorKind::Url, &mark.host_url, "fetched from");
            found.add(IndicatorKind::Ip, &mark.host_ip, "fetched from");
        }
    }
    for link in linked.mails.iter().filter(|link| carried.contains(&link.file)) {
        let mail = link.mail.and_then(|at| evidence.files.get(at)).and_then(|file| file.provenance.mail.as_ref());
        let entry = link.journal.and_then(|at| evidence.journal.get(at));
        let senders = mail.into_iter().flat_map(|mail| mail.from.iter().map(|from| from.address.as_str()));
        for sender in senders.chain(entry.map(|entry| entry.from.as_str())) {
            if let Some((_, domain)) = sender.rsplit_once('@') {
                found.add(IndicatorKind::Host, domain, "sender");
            }
        }
    }
    effects(evidence, linked, &mut found);
    found.all.into_iter().map(|((kind, value, role), known)| Observable { kind, value, role, known }).collect()
}

fn effects(evidence: &CaseEvidence, linked: &Linked, found: &mut Found<'_>) {
    for effect in &linked.effects {
        let fact = evidence.facts.get(effect.fact);
        let value = |field: &str| fact.and_then(|fact| fact.get(field)).unwrap_or_default();
        match effect.kind {
            EffectKind::Network if effect.external => {
                let kind = |text: &str| {
                    if text.parse::<core::net::IpAddr>().is_ok() { IndicatorKind::Ip } else { IndicatorKind::Host }
                };
                for field in ["DestinationIp", "DestinationHostname", "QueryName"] {
                    found.add(kind(value(field)), value(field), "contacted");
                }
            }
            EffectKind::Executable => {
                found.add(IndicatorKind::File, &effect.target, "dropped");
                let hashes = value("Hashes").split(',').filter_map(|part| part.split_once('='));
                for (_, hash) in hashes.filter(|(name, _)| !name.eq_ignore_ascii_case("IMPHASH")) {
                    found.add(IndicatorKind::Hash, &hash.to_ascii_lowercase(), "dropped");
                }
            }
            _ => {}
        }
    }
}
