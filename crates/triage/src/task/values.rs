//! What the case gives to commands. A value that does not look as it must is left out: its placeholder stays open.

use crate::{CaseEvidence, Child, ChildClass, EffectKind, FactKind, Linked, Opening, Settings};
use ddefend_event::Time;
use ddefend_model::provenance::Mail;
use std::collections::BTreeMap;

/// Values by name.
pub(super) type Values = BTreeMap<String, String>;

/// Most hosts that commands are rendered for.
const HOSTS: usize = 20;

/// One set of values per host of the case; one without host where there is none.
pub(super) fn targets(evidence: &CaseEvidence, linked: &Linked, settings: &Settings) -> Vec<Values> {
    let suspects: Vec<_> = linked
        .children
        .iter()
        .filter(|child| !matches!(child.class, ChildClass::Allowed | ChildClass::Other))
        .filter_map(|child| Some((linked.processes.get(child.parent)?, linked.processes.get(child.process)?)))
        .collect();
    let mut hosts: Vec<&str> = Vec::new();
    let named = suspects.iter().map(|(_, child)| child.host.as_str()).chain(linked.hosts.iter().map(String::as_str));
    for host in named.filter(|host| !host.is_empty()) {
        if !hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) {
            hosts.push(host);
        }
    }
    hosts.truncate(HOSTS);
    let common = common(evidence, linked, settings);
    if hosts.is_empty() {
        return vec![common];
    }
    let of_host = |host: &&str| {
        let mut values = common.clone();
        put(&mut values, "host", host, host_name);
        let date: String = linked.begin.map(|time| time.to_string()).unwrap_or_default().chars().take(10).collect();
        put(&mut values, "case", &format!("ddefend {host} {date}"), printable);
        if let Some((parent, child)) = suspects.iter().find(|(_, child)| child.host.eq_ignore_ascii_case(host)) {
            let number = |pid: Option<u64>| pid.map(|pid| pid.to_string()).unwrap_or_default();
            put(&mut values, "pid", &number(child.pid), digits);
            put(&mut values, "office_pid", &number(parent.pid), digits);
            // The name guards the id, which is given to others again.
            put(&mut values, "process", stem(&child.name), printable);
            put(&mut values, "office_process", stem(&parent.name), printable);
            for (name, proc) in [("gone:pid", child), ("gone:office_pid", parent)] {
                let (id, at) = (number(proc.pid), proc.end.map(|time| format!(" at {time}")).unwrap_or_default());
                let gone = format!("{} (id {id}) on {host} ended{at}", proc.name);
                put(&mut values, name, if proc.end.is_some() { &gone } else { "" }, printable);
            }
            put(&mut values, "image", &child.image, anything);
            put(&mut values, "command", &child.command, anything);
            put(&mut values, "user", child.user.rsplit('\\').next().unwrap_or_default(), anything);
        }
        let same = |name: &str| {
            let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
            name.eq_ignore_ascii_case(host)
                || ((!name.contains('.') || !host.contains('.')) && short(name) == short(host))
        };
        for asset in settings.organisation.asset.iter().filter(|asset| same(&asset.host)) {
            for (product, id) in &asset.ids {
                put(&mut values, &format!("id_{product}"), id, identifier);
            }
        }
        values
    };
    hosts.iter().map(of_host).collect()
}

/// What does not depend on the host.
fn common(evidence: &CaseEvidence, linked: &Linked, settings: &Settings) -> Values {
    let mut values = Values::new();
    // A file without a finding is the case's only where the opening that the case is about is of it.
    let view = crate::question::subjects(evidence, linked, settings).and_then(|(at, finding)| {
        match suspect_opening(linked).filter(|_| finding.is_none()) {
            Some(opening) => opening.file.map(|file| (file, None)),
            None => Some((at, finding)),
        }
    });
    put(&mut values, "case", "ddefend case", printable);
    if let Some(user) = linked.users.iter().find(|user| !user.is_empty()) {
        let user = user.rsplit('\\').next().unwrap_or_default();
        put(&mut values, "user", user, anything);
        // Mailboxes of the case whose name is the user's.
        let journal = evidence.journal.iter().flat_map(|entry| &entry.to).map(String::as_str);
        let mails = evidence.files.iter().filter_map(|file| file.provenance.mail.as_ref());
        let mails = mails.flat_map(|mail| &mail.recipients).map(|to| to.address.as_str());
        let named = |to: &&str| to.split('@').next().is_some_and(|name| name.eq_ignore_ascii_case(user));
        put(&mut values, "upn", journal.chain(mails).find(named).unwrap_or_default(), address);
    }
    if let Some((at, finding)) = view {
        if let Some(file) = evidence.files.get(at) {
            put(&mut values, "sha256", &file.scanned.artifact.sha256, |value| hexadecimal(value, 64));
            let found = finding.and_then(|finding| file.scanned.findings.get(finding));
            put(
                &mut values,
                "field_command",
                &found
                    .and_then(|found| Some(crate::link::as_written(found, found.command.as_deref()?, settings)))
                    .unwrap_or_default(),
                anything,
            );
            let url = found.and_then(|found| {
                found
                    .indicators
                    .iter()
                    .find(|known| known.kind == ddefend_model::IndicatorKind::Url)
                    .map(|known| known.value.clone())
            });
            put(&mut values, "url", &url.unwrap_or_default(), anything);
            let opened = linked.openings.iter().filter(|opening| opening.file == Some(at));
            let path = opened.max_by(|a, b| a.confidence.total_cmp(&b.confidence)).map(|opening| opening.path.as_str());
            put(&mut values, "document", path.unwrap_or_default(), anything);
            let name = path.unwrap_or(&file.scanned.artifact.path).rsplit(['\\', '/']).next().unwrap_or_default();
            put(&mut values, "document_name", name, anything);
            put(&mut values, "sha1", &sha1(evidence, name), |value| hexadecimal(value, 40));
        }
        mail(&mut values, evidence, linked, at);
    } else if let Some(opening) = suspect_opening(linked) {
        put(&mut values, "document", &opening.path, anything);
        put(&mut values, "document_name", opening.path.rsplit(['\\', '/']).next().unwrap_or_default(), anything);
    }
    let outside = linked.effects.iter().filter(|effect| effect.kind == EffectKind::Network && effect.external);
    let address = outside.filter_map(|effect| evidence.facts.get(effect.fact)?.get("DestinationIp")).next();
    put(&mut values, "address", address.unwrap_or_default(), |value| value.parse::<core::net::IpAddr>().is_ok());
    if let Some(begin) = linked.begin {
        let end = linked.end.filter(|end| end.ticks >= begin.ticks).unwrap_or(begin);
        let hour = 3_600 * Time::SECOND;
        let moved = |time: Time, by: i64| Time { ticks: time.ticks.saturating_add(by), zone: time.zone }.to_string();
        put(&mut values, "begin", &begin.to_string(), printable);
        put(&mut values, "end", &end.to_string(), printable);
        put(&mut values, "from", &moved(begin, -hour), printable);
        put(&mut values, "until", &moved(end, hour), printable);
    }
    values
}

/// The opening that the case is about: by the process whose child needs a reason, else on the best path of the case's own
/// story, else the first.
pub(crate) fn suspect_opening(linked: &Linked) -> Option<&Opening> {
    let odd = |child: &&Child| !matches!(child.class, ChildClass::Allowed | ChildClass::Other);
    let parents: Vec<usize> = linked.children.iter().filter(odd).map(|child| child.parent).collect();
    let story = linked.stories.iter().find(|story| story.own);
    let in_story = |opening: &&Opening| {
        let node = linked.processes.get(opening.process).map_or("", |proc| proc.node.as_str());
        !node.is_empty() && story.is_some_and(|story| story.nodes.iter().any(|known| known == node))
    };
    // The surest; of equals the first.
    let best = |openings: Vec<&'_ Opening>| -> Option<usize> {
        let (mut best, mut at): (Option<f64>, _) = (None, None);
        for opening in openings {
            if best.is_none_or(|best| opening.confidence > best) {
                best = Some(opening.confidence);
                at = linked.openings.iter().position(|known| core::ptr::eq(known, opening));
            }
        }
        at
    };
    let by_parent = linked.openings.iter().filter(|opening| parents.contains(&opening.process)).collect();
    let at = best(by_parent).or_else(|| best(linked.openings.iter().filter(in_story).collect())).unwrap_or(0);
    linked.openings.get(at)
}

/// The mail that brought the file, or that it is.
fn mail(values: &mut Values, evidence: &CaseEvidence, linked: &Linked, at: usize) {
    let own = evidence.files.get(at).and_then(|file| file.provenance.mail.as_ref());
    let linked = linked
        .mails
        .iter()
        .filter(|link| link.file == at)
        .find_map(|link| evidence.files.get(link.mail?)?.provenance.mail.as_ref());
    let Some(mail): Option<&Mail> = own.or(linked) else { return };
    if let Some(from) = mail.from.first() {
        put(values, "sender", &from.address, address);
        put(values, "sender_domain", from.address.rsplit('@').next().unwrap_or_default(), host_name);
    }
    put(values, "recipient", mail.recipients.first().map_or("", |to| to.address.as_str()), address);
    put(values, "message_id", &mail.message_id, |value| printable(value) && !value.contains(['"', ' ', '<', '>']));
    // It stands in quotes of a search language inside of a command: it must not end them, nor widen the search.
    put(values, "subject", &mail.subject, |value| {
        printable(value) && !value.contains(['"', '*', '\u{201c}', '\u{201d}', '\u{201e}', '\u{ff02}'])
    });
}

/// A program's name without its ending, as PowerShell tells it.
fn stem(name: &str) -> &str {
    name.strip_suffix(".exe").unwrap_or(name)
}

/// SHA-1 of a file of that name, where a log has it.
fn sha1(evidence: &CaseEvidence, name: &str) -> String {
    let files = evidence.facts.iter().filter(|fact| matches!(fact.spec.kind, FactKind::File | FactKind::Stream));
    let named = files.filter(|fact| {
        let path = fact.get("TargetFilename").unwrap_or_default();
        path.rsplit(['\\', '/']).next().unwrap_or_default().eq_ignore_ascii_case(name)
    });
    let hashes = named.filter_map(|fact| fact.get("Hashes").or_else(|| fact.get("Hash")));
    let mut all = hashes.flat_map(|hashes| hashes.split(',')).filter_map(|hash| hash.trim().strip_prefix("SHA1="));
    all.next().unwrap_or_default().to_lowercase()
}

fn put(values: &mut Values, name: &str, value: &str, fits: impl Fn(&str) -> bool) {
    if !value.is_empty() && fits(value) {
        values.insert(name.to_owned(), value.to_owned());
    }
}

fn anything(_: &str) -> bool {
    true
}

fn printable(value: &str) -> bool {
    !value.chars().any(char::is_control)
}

fn digits(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit())
}

fn hexadecimal(value: &str, length: usize) -> bool {
    value.len() == length && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Host names and domains; underscores are met in NetBIOS names.
fn host_name(value: &str) -> bool {
    value.len() <= 253
        && value.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_'))
        && !value.starts_with('-')
}

fn identifier(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
}

/// A plain `local@domain` (RFC 5322 `dot-atom`): quoted local parts are left for a person.
fn address(value: &str) -> bool {
    let atom = |letter: char| letter.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(letter);
    value.split_once('@').is_some_and(|(local, domain)| {
        let plain = !local.is_empty() && local.chars().all(atom) && !local.contains(['*', '`', '$', '|', '\'']);
        plain && !domain.is_empty() && host_name(domain)
    })
}
