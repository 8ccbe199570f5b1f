use super::{List, Problems};
use ddefend_triage::Ioc;
use serde_json::Value;
use std::net::IpAddr;

/// Lines of a plain list that begin with this say nothing.
const REMARKS: [char; 2] = ['#', ';'];
/// How deep objects of a bundle are followed.
const DEPTH: u32 = 16;

/// A STIX bundle or an event of MISP, by the beginning of its text.
pub(super) fn json(text: &str) -> Option<List> {
    let head: String = text.chars().take(8192).filter(|char| !char.is_whitespace()).collect();
    if head.contains("\"type\":\"bundle\"")
        || (head.contains("\"spec_version\":\"2.") && head.contains("\"objects\":["))
    {
        return Some(List::Stix);
    }
    (head.contains("\"Event\":{") || head.contains("\"Attribute\":[")).then_some(List::Misp)
}

/// Whether every line that says anything is an indicator, and there is one.
pub(super) fn is_plain(text: &str) -> bool {
    let mut lines = says(text).peekable();
    lines.peek().is_some()
        && lines.all(|(_, line)| classify(&undo(line.split([' ', '\t', ',']).next().unwrap_or(line))).is_some())
}

fn says(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with(REMARKS))
}

/// One indicator a line; what stands behind it is what it is about.
pub(super) fn plain(text: &str, source: &str, iocs: &mut Vec<Ioc>) -> Problems {
    let mut problems = Problems::default();
    for (at, line) in says(text) {
        let (value, about) = line.split_once([' ', '\t', ',']).unwrap_or((line, ""));
        let value = undo(value);
        match classify(&value) {
            Some(kind) => iocs.push(ioc(kind, &value, about.trim(), source)),
            None => problems.add(at + 1, format!("{value}: no hash, address, name, URL or mail address")),
        }
    }
    problems
}

fn ioc(kind: &str, value: &str, about: &str, source: &str) -> Ioc {
    let folded = matches!(kind, "hash" | "domain" | "ip" | "sender" | "file" | "imphash");
    let value = if folded { value.to_lowercase() } else { value.to_owned() };
    Ioc { kind: kind.to_owned(), value, about: about.to_owned(), source: source.to_owned() }
}

/// Undoes defanging: `hxxp`, `[.]`, `(dot)`, `[at]`.
fn undo(text: &str) -> String {
    let mut text = text.trim().trim_matches(['"', '\'']).to_owned();
    for (from, to) in [
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("(dot)", "."),
        ("[:]", ":"),
        ("[://]", "://"),
        ("[@]", "@"),
        ("[at]", "@"),
        ("(at)", "@"),
    ] {
        text = text.replace(from, to);
    }
    let scheme = text.get(..4).map(str::to_ascii_lowercase);
    if matches!(scheme.as_deref(), Some("hxxp" | "h**p" | "htxp")) {
        text = format!("http{}", text.get(4..).unwrap_or_default());
    }
    text
}

/// What an indicator is by its form.
fn classify(value: &str) -> Option<&'static str> {
    let hexadecimal = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal && matches!(value.len(), 32 | 40 | 64) {
        return Some("hash");
    }
    if value.parse::<IpAddr>().is_ok() {
        return Some("ip");
    }
    if let Some((scheme, rest)) = value.split_once("://") {
        let known = scheme.chars().all(|char| char.is_ascii_alphanumeric()) && !scheme.is_empty() && !rest.is_empty();
        return known.then_some("url");
    }
    if let Some((local, domain)) = value.split_once('@') {
        return (!local.is_empty() && is_domain(domain)).then_some("sender");
    }
    is_domain(value).then_some("domain")
}

fn is_domain(value: &str) -> bool {
    let labels: Vec<&str> = value.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty() && label.len() < 64 && label.chars().all(|char| char.is_alphanumeric() || char == '-')
    };
    let top = labels.last().is_some_and(|top| top.len() > 1 && !top.chars().all(|char| char.is_ascii_digit()));
    labels.len() > 1 && top && value.len() < 254 && labels.iter().all(label)
}

/// Indicators of a STIX 2.1 bundle: comparisons with `=` in the patterns of indicators, and observables.
pub(super) fn stix(text: &str, source: &str, iocs: &mut Vec<Ioc>) -> Problems {
    let mut problems = Problems::default();
    let bundle: Value = match serde_json::from_str(text) {
        Ok(bundle) => bundle,
        Err(error) => {
            problems.add(error.line(), error);
            return problems;
        }
    };
    let objects = bundle.get("objects").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for object in objects {
        let word = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        match word("type") {
            "indicator" if word("pattern_type") == "stix" || word("pattern_type").is_empty() => {
                let before = iocs.len();
                for (path, value) in comparisons(word("pattern")) {
                    if let Some(kind) = of_path(&path) {
                        iocs.push(ioc(kind, &value, word("name"), source));
                    }
                }
                if iocs.len() == before {
                    problems.add(1, format!("the pattern of {} compares nothing that is known here", word("id")));
                }
            }
            "url" => iocs.push(ioc("url", word("value"), "", source)),
            "domain-name" => iocs.push(ioc("domain", word("value"), "", source)),
            "ipv4-addr" | "ipv6-addr" => iocs.push(ioc("ip", word("value"), "", source)),
            "email-addr" => iocs.push(ioc("sender", word("value"), "", source)),
            "file" => {
                let hashes = object.get("hashes").and_then(Value::as_object);
                let hashes = hashes.into_iter().flatten().filter_map(|(_, value)| value.as_str());
                iocs.extend(hashes.map(|value| ioc("hash", value, word("name"), source)));
            }
            _ => {}
        }
    }
    problems
}

/// Kind of the indicator that a STIX object path is compared with.
fn of_path(path: &str) -> Option<&'static str> {
    let (object, rest) = path.split_once(':')?;
    match object {
        "file" if rest.starts_with("hashes") => Some("hash"),
        "file" if rest.starts_with("name") => Some("file"),
        "url" => Some("url"),
        "domain-name" => Some("domain"),
        "ipv4-addr" | "ipv6-addr" => Some("ip"),
        "email-addr" => Some("sender"),
        "email-message" if rest.starts_with("from_ref") => Some("sender"),
        "network-traffic" if rest.contains("_ref.value") => Some("ip"),
        "process" if rest.starts_with("command_line") => Some("command"),
        _ => None,
    }
}

/// Comparisons `path = 'value'` of a STIX pattern, in order.
fn comparisons(pattern: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('=') {
        let before = rest.get(..at).unwrap_or_default();
        let negated = before.ends_with(['!', '<', '>']);
        let path = before.trim_end().rsplit([' ', '[', '(']).next().unwrap_or_default().to_owned();
        rest = rest.get(at + 1..).unwrap_or_default().trim_start();
        let Some(text) = rest.strip_prefix('\'') else { continue };
        let mut value = String::new();
        let mut chars = text.char_indices();
        let mut end = text.len();
        while let Some((at, char)) = chars.next() {
            match char {
                '\\' => value.extend(chars.next().map(|(_, char)| char)),
                '\'' => {
                    end = at + 1;
                    break;
                }
                _ => value.push(char),
            }
        }
        rest = text.get(end..).unwrap_or_default();
        if !negated {
            found.push((path, value));
        }
    }
    found
}

/// Attributes of a MISP event and of its objects.
pub(super) fn misp(text: &str, source: &str, iocs: &mut Vec<Ioc>) -> Problems {
    let mut problems = Problems::default();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            let about = value.pointer("/Event/info").or_else(|| value.pointer("/info")).and_then(Value::as_str);
            attributes(&value, about.unwrap_or_default(), source, 0, iocs);
        }
        Err(error) => problems.add(error.line(), error),
    }
    problems
}

fn attributes(value: &Value, about: &str, source: &str, depth: u32, iocs: &mut Vec<Ioc>) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| attributes(item, about, source, depth + 1, iocs)),
        Value::Object(object) => {
            let word = |name: &str| object.get(name).and_then(Value::as_str);
            if let Some((kind, value)) = word("type").zip(word("value")) {
                attribute(kind, value, about, source, iocs);
            }
            object.values().for_each(|item| attributes(item, about, source, depth + 1, iocs));
        }
        _ => {}
    }
}

/// One attribute; composite types (`filename|sha256`) hold two.
fn attribute(kind: &str, value: &str, about: &str, source: &str, iocs: &mut Vec<Ioc>) {
    for (kind, value) in kind.split('|').zip(value.split('|')) {
        let kind = match kind {
            "md5" | "sha1" | "sha256" => "hash",
            "filename" | "email-attachment" | "attachment" => "file",
            "domain" | "hostname" => "domain",
            "url" | "uri" | "link" => "url",
            "ip-src" | "ip-dst" => "ip",
            "email-src" | "email" => "sender",
            "imphash" => "imphash",
            _ => continue,
        };
        iocs.push(ioc(kind, value, about, source));
    }
}
