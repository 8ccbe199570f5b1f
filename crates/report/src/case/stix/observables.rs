//! Cyber-observables of a case (STIX 2.1, section 6) with the ids that their properties give.

use super::{cut, timestamp};
use crate::case::uuid;
use ddefend_model::IndicatorKind;
use ddefend_model::case::{Case, EdgeKind, Node, NodeKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Nodes and indicators.
const OBJECTS: usize = 5_000;

/// What a value has to look like to be an object of that type; others stay indicators.
fn is_sound(kind: &str, value: &str) -> bool {
    let plain = |character: char| character.is_ascii_graphic() && !"<>\"{}|\\^`".contains(character);
    let word =
        |part: &str| !part.is_empty() && part.chars().all(|one| one.is_ascii_alphanumeric() || "-_".contains(one));
    match kind {
        "url" => value
            .split_once("://")
            .or_else(|| value.split_once(':'))
            .is_some_and(|(scheme, rest)| word(scheme) && !rest.is_empty() && value.chars().all(plain)),
        "domain-name" => value.split('.').all(word),
        "email-addr" => {
            value.chars().all(plain)
                && value.split_once('@').is_some_and(|(user, domain)| !user.is_empty() && domain.split('.').all(word))
        }
        _ => true,
    }
}

/// A key with its root's whole name, as STIX wants it.
fn whole_key(key: &str) -> String {
    const ROOTS: [(&str, &str); 5] = [
        ("HKLM", "HKEY_LOCAL_MACHINE"),
        ("HKCU", "HKEY_CURRENT_USER"),
        ("HKU", "HKEY_USERS"),
        ("HKCR", "HKEY_CLASSES_ROOT"),
        ("HKCC", "HKEY_CURRENT_CONFIG"),
    ];
    let (root, rest) = key.split_once('\\').unwrap_or((key, ""));
    match ROOTS.iter().find(|(short, _)| short.eq_ignore_ascii_case(root)) {
        Some((_, whole)) => format!("{whole}\\{rest}"),
        None => key.to_owned(),
    }
}

/// Every observable once, by node and by value.
#[derive(Default)]
pub(super) struct Observables {
    objects: Vec<Value>,
    places: BTreeMap<String, usize>,
    nodes: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

/// The id that contributing properties give: a digest of their canonical JSON (RFC 8785: names sorted, no blanks), which
/// serde_json writes for maps that are sorted.
fn identity(kind: &str, contributing: &Value) -> String {
    format!("{kind}--{}", uuid::named(uuid::STIX, &contributing.to_string()))
}

impl Observables {
    pub(super) fn new(case: &Case) -> Self {
        let mut observables = Self::default();
        for node in case.nodes.iter().take(OBJECTS) {
            observables.node(case, node);
        }
        for one in case.indicators.iter().take(OBJECTS) {
            let kind = match one.kind {
                IndicatorKind::Url => "url",
                IndicatorKind::Host => "domain-name",
                IndicatorKind::Ip if one.value.parse::<core::net::Ipv4Addr>().is_ok() => "ipv4-addr",
                IndicatorKind::Ip if one.value.parse::<core::net::Ipv6Addr>().is_ok() => "ipv6-addr",
                IndicatorKind::File | IndicatorKind::Unc => {
                    let name = one.value.rsplit(['\\', '/']).next().unwrap_or_default();
                    let id = observables.file(name, "", None);
                    observables.values.entry(one.value.clone()).or_insert(id);
                    continue;
                }
                IndicatorKind::Ip | IndicatorKind::Hash => continue,
            };
            if is_sound(kind, &one.value) {
                observables.valued(kind, &one.value);
            }
        }
        for document in case.documents.iter().take(OBJECTS) {
            let artifact = &document.scanned.artifact;
            let name = artifact.path.rsplit(['/', '!']).next().unwrap_or_default();
            let id = observables.file(name, &artifact.sha256, Some(artifact.size));
            observables.values.entry(artifact.sha256.clone()).or_insert(id);
        }
        observables.parents(case);
        observables
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        self.objects.iter()
    }

    pub(super) fn of_node(&self, node: &str) -> Option<&str> {
        self.nodes.get(node).map(String::as_str)
    }

    pub(super) fn of_value(&self, value: &str) -> Option<&str> {
        self.values.get(value).map(String::as_str)
    }

    /// Keeps an object once; what is empty is left out.
    fn add(&mut self, kind: &str, id: String, properties: Value) -> String {
        if self.places.contains_key(&id) {
            return id;
        }
        let mut object = Map::new();
        for (name, value) in [("type", kind), ("spec_version", "2.1"), ("id", &id)] {
            object.insert(name.to_owned(), Value::String(value.to_owned()));
        }
        if let Value::Object(properties) = properties {
            object.extend(properties.into_iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some("")));
        }
        self.places.insert(id.clone(), self.objects.len());
        self.objects.push(Value::Object(object));
        id
    }

    /// What has a value and nothing else.
    fn valued(&mut self, kind: &str, value: &str) -> String {
        let contributing = json!({ "value": value });
        let id = self.add(kind, identity(kind, &contributing), contributing);
        self.values.insert(value.to_owned(), id.clone());
        id
    }

    fn file(&mut self, name: &str, sha256: &str, size: Option<u64>) -> String {
        let whole = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        let name = if name.is_empty() { "unknown" } else { name };
        let properties =
            if whole { json!({ "hashes": { "SHA-256": sha256 }, "name": name }) } else { json!({ "name": name }) };
        let id = identity("file", &properties);
        let mut properties = properties;
        if let (Some(size), Some(map)) = (size, properties.as_object_mut()) {
            map.insert("size".to_owned(), json!(size));
        }
        self.add("file", id, properties)
    }

    fn node(&mut self, case: &Case, node: &Node) {
        let of = |name: &str| node.attributes.get(name).map_or("", String::as_str);
        let id = match node.kind {
            NodeKind::File | NodeKind::Module => {
                let path = if of("path").is_empty() { &node.label } else { of("path") };
                let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
                self.file(name, of("sha256"), None)
            }
            NodeKind::Process => self.process(case, node),
            NodeKind::Network => match self.network(node) {
                Some(id) => id,
                None => return,
            },
            NodeKind::Registry | NodeKind::Persistence if !of("key").is_empty() => {
                let (key, name) = of("key").rsplit_once('\\').unwrap_or((of("key"), ""));
                let mut value = Map::new();
                if !of("data").is_empty() {
                    value.insert("data".to_owned(), json!(of("data")));
                }
                value.insert("name".to_owned(), json!(name));
                let contributing = json!({ "key": whole_key(key), "values": [value] });
                self.add("windows-registry-key", identity("windows-registry-key", &contributing), contributing)
            }
            NodeKind::User => {
                let mut contributing = Map::new();
                contributing.insert("account_login".to_owned(), json!(node.label));
                if !of("sid").is_empty() {
                    contributing.insert("user_id".to_owned(), json!(of("sid")));
                }
                let contributing = Value::Object(contributing);
                self.add("user-account", identity("user-account", &contributing), contributing)
            }
            NodeKind::Mail => self.mail(node),
            _ => return,
        };
        self.nodes.insert(node.id.clone(), id);
    }

    fn process(&mut self, case: &Case, node: &Node) -> String {
        let of = |name: &str| node.attributes.get(name).map_or("", String::as_str);
        // Nothing of a process contributes to its id: it is to look like a random one.
        let id = format!("process--{}", uuid::like_random(&format!("{}\n{}", case.id, node.id)));
        let path = if of("image").is_empty() { &node.label } else { of("image") };
        let image = self.file(path.rsplit(['\\', '/']).next().unwrap_or_default(), of("sha256"), None);
        let properties = json!({
            "pid": of("pid").parse::<u32>().ok(), "created_time": timestamp(&node.time), "command_line": cut(of("command")),
            "image_ref": image,
        });
        self.add("process", id, properties)
    }

    fn network(&mut self, node: &Node) -> Option<String> {
        let of = |name: &str| node.attributes.get(name).map_or("", String::as_str);
        let address = [of("ip"), of("url"), of("name"), &node.label]
            .into_iter()
            .find(|value| !value.is_empty())
            .unwrap_or("unknown");
        let kind = if address.parse::<core::net::Ipv4Addr>().is_ok() {
            "ipv4-addr"
        } else if address.parse::<core::net::Ipv6Addr>().is_ok() {
            "ipv6-addr"
        } else if address.contains("://") {
            "url"
        } else {
            "domain-name"
        };
        is_sound(kind, address).then(|| self.valued(kind, address))
    }

    fn mail(&mut self, node: &Node) -> String {
        let of = |name: &str| node.attributes.get(name).map_or("", String::as_str);
        let sender = is_sound("email-addr", of("from")).then(|| self.valued("email-addr", of("from")));
        let subject = if of("subject").is_empty() { &node.label } else { of("subject") };
        let mut contributing = Map::new();
        if let Some(sender) = sender {
            contributing.insert("from_ref".to_owned(), json!(sender));
        }
        contributing.insert("subject".to_owned(), json!(subject));
        let contributing = Value::Object(contributing);
        let id = identity("email-message", &contributing);
        let mut properties =
            json!({ "is_multipart": false, "date": timestamp(&node.time), "message_id": of("message_id") });
        if let (Some(map), Value::Object(rest)) = (properties.as_object_mut(), contributing) {
            map.extend(rest);
        }
        self.add("email-message", id, properties)
    }

    /// Which process started which.
    fn parents(&mut self, case: &Case) {
        for edge in case.edges.iter().filter(|edge| edge.kind == EdgeKind::Started) {
            let (Some(parent), Some(child)) = (self.nodes.get(&edge.from).cloned(), self.nodes.get(&edge.to)) else {
                continue;
            };
            let both = parent.starts_with("process--") && child.starts_with("process--") && parent != *child;
            let place = self.places.get(child).copied().filter(|_| both);
            if let Some(object) = place.and_then(|place| self.objects.get_mut(place)).and_then(Value::as_object_mut) {
                object.entry("parent_ref").or_insert(Value::String(parent));
            }
        }
    }
}
