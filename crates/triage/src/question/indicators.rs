//! Is anything of it known to be bad?

use super::found::{Found, some_of};
use super::view::{View, base};
use crate::{FactKind, Ioc};
use ddefend_hunt::baseline::template;
use ddefend_model::case::Evidence;
use std::collections::BTreeMap;

/// Observables of the case in lower case, by sort, with where each was seen.
#[derive(Default)]
struct Observed {
    hashes: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    urls: BTreeMap<String, String>,
    senders: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    commands: BTreeMap<String, String>,
}

/// Notes a value with its place.
type Put = fn(&mut BTreeMap<String, String>, &str, &str);

/// Q10: the lists of known indicators against everything of the case.
pub(super) fn known(view: &View<'_>) -> Found {
    if !view.evidence.has_iocs {
        let gaps = vec!["a list of known indicators".to_owned()];
        return Found::unknown("", "no list of known indicators was given", gaps);
    }
    let observed = observe(view);
    let mut said = Vec::new();
    let mut evidence = Vec::new();
    for ioc in &view.evidence.iocs {
        if let Some((value, place)) = hit(ioc, &observed) {
            let about = if ioc.about.is_empty() { String::new() } else { format!(" ({})", ioc.about) };
            said.push(format!("{} {value}{about}", ioc.kind));
            evidence.push(Evidence {
                kind: "configuration".to_owned(),
                source: ioc.source.clone(),
                place: place.clone(),
                text: format!("{} {value} is on the list{about}; seen in {place}.", ioc.kind),
                ..Evidence::default()
            });
        }
    }
    said.sort();
    said.dedup();
    if said.is_empty() {
        let what = format!("nothing of the case is among {} known indicators", view.evidence.iocs.len());
        return Found::no("none", 0.7, what).value("indicators", 0);
    }
    Found::yes("known", 0.9, some_of(&said, 3)).with(evidence).value("indicators", said.len())
}

fn observe(view: &View<'_>) -> Observed {
    let mut seen = Observed::default();
    let put: Put = |map, value, place| {
        let value = value.trim().trim_end_matches('.').to_lowercase();
        if !value.is_empty() {
            map.entry(value).or_insert_with(|| place.to_owned());
        }
    };
    for file in &view.evidence.files {
        let path = &file.scanned.artifact.path;
        put(&mut seen.hashes, &file.scanned.artifact.sha256, path);
        put(&mut seen.files, base(path), path);
        for inner in &file.provenance.contained {
            put(&mut seen.hashes, &inner.sha256, path);
            put(&mut seen.files, base(&inner.name), path);
        }
        for finding in &file.scanned.findings {
            for indicator in &finding.indicators {
                address(&mut seen, &indicator.value, path);
                put(&mut seen.hashes, &indicator.value, path);
                put(&mut seen.files, base(&indicator.value), path);
            }
            for command in finding.command.iter().chain(&finding.decoded) {
                put(&mut seen.commands, command, path);
            }
        }
        if let Some(mail) = &file.provenance.mail {
            let addresses =
                mail.from.iter().chain(&mail.sender).chain(&mail.reply_to).map(|mailbox| mailbox.address.as_str());
            for sender in addresses.chain([mail.return_path.as_str()]) {
                let sender = sender.trim_matches(['<', '>', ' ']);
                put(&mut seen.senders, sender, path);
                if let Some((_, domain)) = sender.rsplit_once('@') {
                    put(&mut seen.names, domain, path);
                }
            }
            for hop in &mail.received {
                put(&mut seen.names, &hop.ip, path);
            }
        }
        for mark in &file.provenance.marks {
            address(&mut seen, &mark.host_url, path);
            address(&mut seen, &mark.referrer_url, path);
        }
    }
    of_logs(view, &mut seen, put);
    seen
}

/// Processes of the case, what they contacted and wrote.
fn of_logs(view: &View<'_>, seen: &mut Observed, put: Put) {
    for proc in &view.linked.processes {
        let place = proc.evidence.first().map_or_else(String::new, |piece| format!("{} {}", piece.source, piece.place));
        put(&mut seen.commands, &proc.command, &place);
        put(&mut seen.files, &proc.name, &place);
    }
    let mut facts: Vec<usize> = view.linked.effects.iter().map(|effect| effect.fact).collect();
    // Connections of the hosts of the case count whoever made them: a breakaway may have been missed.
    facts.extend(
        view.evidence
            .facts
            .iter()
            .enumerate()
            .filter(|(_, fact)| {
                let network = matches!(fact.spec.kind, FactKind::Network | FactKind::Dns);
                network && view.linked.hosts.iter().any(|host| super::view::same_host(host, &fact.host))
            })
            .map(|(at, _)| at),
    );
    for fact in facts.into_iter().filter_map(|at| view.evidence.facts.get(at)) {
        let place = format!("{} record {}", fact.source, fact.record);
        for field in ["DestinationIp", "DestinationHostname", "QueryName"] {
            put(&mut seen.names, fact.get(field).unwrap_or_default(), &place);
        }
        for result in fact.get("QueryResults").unwrap_or_default().split(';') {
            put(&mut seen.names, result.trim().trim_start_matches("::ffff:"), &place);
        }
        for hash in fact.get("Hashes").unwrap_or_default().split(',') {
            put(&mut seen.hashes, hash.split_once('=').map_or(hash, |(_, hash)| hash), &place);
        }
        put(&mut seen.files, base(fact.get("TargetFilename").unwrap_or_default()), &place);
    }
}

/// A URL with its host, or a plain name or address.
fn address(seen: &mut Observed, value: &str, place: &str) {
    let value = value.trim().to_lowercase();
    let host = value.split_once("://").map_or(value.as_str(), |(_, rest)| rest);
    let host = host.trim_start_matches('\\').split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(host, _)| host);
    if !host.is_empty() {
        seen.names.entry(host.to_owned()).or_insert_with(|| place.to_owned());
    }
    if value.contains("://") {
        seen.urls.entry(value).or_insert_with(|| place.to_owned());
    }
}

/// The observable that an indicator names.
fn hit(ioc: &Ioc, seen: &Observed) -> Option<(String, String)> {
    let value = ioc.value.trim().to_lowercase();
    if value.is_empty() {
        return None;
    }
    let exact = |map: &BTreeMap<String, String>| map.get(&value).map(|place| (value.clone(), place.clone()));
    let first = |map: &BTreeMap<String, String>, fits: &dyn Fn(&str) -> bool| {
        map.iter().find(|(seen, _)| fits(seen)).map(|(seen, place)| (seen.clone(), place.clone()))
    };
    match ioc.kind.as_str() {
        "hash" | "imphash" | "md5" | "sha1" | "sha256" => exact(&seen.hashes),
        "domain" | "host" => first(&seen.names, &|name| {
            name == value || name.strip_suffix(&value).is_some_and(|rest| rest.ends_with('.'))
        }),
        "ip" => exact(&seen.names),
        "url" => first(&seen.urls, &|url| url.trim_end_matches('/') == value.trim_end_matches('/')),
        "sender" | "email" => exact(&seen.senders),
        "file" => {
            let name = base(&value).to_owned();
            // A name that half of all documents have says nothing; lists mean paths and telling names.
            first(&seen.files, &|file| file == name)
        }
        "command" => {
            let wanted = template(&value);
            first(&seen.commands, &|command| {
                template(command) == wanted || (value.len() >= 12 && command.contains(&value))
            })
        }
        _ => exact(&seen.hashes)
            .or_else(|| exact(&seen.names))
            .or_else(|| exact(&seen.urls))
            .or_else(|| exact(&seen.senders)),
    }
}
