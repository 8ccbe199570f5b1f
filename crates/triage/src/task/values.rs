//! What the case gives to commands. A value that does not look as it must is left out: its placeholder stays open.

use crate::{CaseEvidence, ChildClass, EffectKind, FactKind, Linked, Settings};
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
    let view = crate::question::subjects(evidence, linked, settings);
    put(&mut values, "case", "ddefend case", printable);
    if let Some(user) = linked.users.iter().find(|user| !user.is_empty()) {
        put(&mut values, "user", user.rsplit('\\').next().unwrap_or_default(), anything);
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
    } else if let Some(opening) = linked.openings.first() {
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
