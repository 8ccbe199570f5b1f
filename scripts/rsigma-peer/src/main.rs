//! Runs rsigma's evaluator over event logs and prints, for every match, `file<TAB>record<TAB>rule id`.
//!
//! Usage: `rsigma-peer SERVICES LOGS RULES...` where SERVICES has lines `service<TAB>channel`. Its logsource routing is
//! the simple one: services by channel, categories by channel and event id; nothing is renamed except what Security 4688
//! calls otherwise than Sysmon 1.

use evtx::EvtxParser;
use rsigma_eval::event::JsonEvent;
use rsigma_eval::{Engine, MatchDetailLevel};
use rsigma_parser::{LogSource, parse_sigma_yaml};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SYSMON: &str = "microsoft-windows-sysmon/operational";

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [services, logs, rules @ ..] = arguments.as_slice() else { return Err("SERVICES LOGS RULES...".into()) };
    let services = channels(&std::fs::read_to_string(services)?);
    let mut engines: BTreeMap<(String, String), Engine> = BTreeMap::new();
    for folder in rules {
        for path in files(Path::new(folder), &["yml", "yaml"])? {
            load(&path, &mut engines)?;
        }
    }
    eprintln!("{} rules", engines.values().map(Engine::rule_count).sum::<usize>());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in files(Path::new(logs), &["evtx"])? {
        let Ok(mut parser) = EvtxParser::from_path(&path) else { continue };
        for record in parser.records_json_value() {
            let Ok(record) = record else { continue };
            let (event, channel, id) = flatten(&record.data);
            let mut hits: BTreeSet<String> = BTreeSet::new();
            let categories = categories(&channel, id);
            for ((category, service), engine) in &engines {
                let routed = (category.is_empty() || categories.contains(&category.as_str()))
                    && (service.is_empty()
                        || services.get(service).is_some_and(|channels| channels.contains(&channel)));
                if routed {
                    let event = JsonEvent::borrow(&event);
                    hits.extend(engine.evaluate(&event).into_iter().filter_map(|hit| hit.header.rule_id));
                }
            }
            for id in hits {
                writeln!(out, "{}\t{}\t{id}", path.display(), record.event_record_id)?;
            }
        }
    }
    Ok(())
}

/// Services with their channels in lower case.
fn channels(text: &str) -> HashMap<String, BTreeSet<String>> {
    let mut found: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (service, channel) in text.lines().filter_map(|line| line.split_once('\t')) {
        found.entry(service.to_owned()).or_default().insert(channel.to_ascii_lowercase());
    }
    found
}

fn files(root: &Path, extensions: &[&str]) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(place) = waiting.pop() {
        for entry in std::fs::read_dir(&place)? {
            let path = entry?.path();
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if path.is_dir() {
                waiting.push(path);
            } else if extensions.contains(&extension.to_ascii_lowercase().as_str()) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// One engine for each log source of Windows.
fn load(path: &Path, engines: &mut BTreeMap<(String, String), Engine>) -> Outcome<()> {
    let collection = parse_sigma_yaml(&std::fs::read_to_string(path)?)?;
    for rule in &collection.rules {
        let LogSource { category, product, service, .. } = &rule.logsource;
        if product.as_deref().is_none_or(|product| product == "windows") {
            let key = (category.clone().unwrap_or_default(), service.clone().unwrap_or_default());
            let engine = engines.entry(key).or_insert_with(|| {
                let mut engine = Engine::new();
                engine.set_match_detail(MatchDetailLevel::Off);
                engine
            });
            if let Err(error) = engine.add_rule(rule) {
                eprintln!("{}: {error}", path.display());
            }
        }
    }
    Ok(())
}

/// System and event data as one flat map, with channel (lower case) and event id.
fn flatten(record: &Value) -> (Value, String, u64) {
    let mut flat = Map::new();
    let event = record.get("Event").unwrap_or(&Value::Null);
    for (name, value) in event.get("System").and_then(Value::as_object).into_iter().flatten() {
        put(&mut flat, name, value);
    }
    for part in ["EventData", "UserData"] {
        if let Some(value) = event.get(part) {
            leaves(&mut flat, value);
        }
    }
    let channel = flat.get("Channel").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let id = flat.get("EventID").and_then(Value::as_u64).unwrap_or_default();
    if channel == "security" && id == 4688 {
        for (native, sigma) in [("NewProcessName", "Image"), ("ParentProcessName", "ParentImage")] {
            if let Some(value) = flat.get(native).cloned() {
                flat.insert(sigma.to_owned(), value);
            }
        }
    }
    (Value::Object(flat), channel, id)
}

fn put(flat: &mut Map<String, Value>, name: &str, value: &Value) {
    if let Some(attributes) = value.get("#attributes").and_then(Value::as_object) {
        for (attribute, value) in attributes {
            flat.insert(format!("{name}_{attribute}"), value.clone());
        }
        if let Some(text) = value.get("#text") {
            flat.insert(name.to_owned(), text.clone());
        }
    } else {
        flat.insert(name.to_owned(), value.clone());
    }
}

fn leaves(flat: &mut Map<String, Value>, value: &Value) {
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) if name == "Data" => {
                flat.insert(name.clone(), inner.get("#text").cloned().unwrap_or(Value::Null));
            }
            Value::Object(_) if name != "#attributes" => leaves(flat, value),
            Value::Object(_) => {}
            value => _ = flat.insert(name.clone(), value.clone()),
        }
    }
}

/// Sigma's categories of an event.
fn categories(channel: &str, id: u64) -> &'static [&'static str] {
    match (channel, id) {
        (SYSMON, 1) | ("security", 4688) => &["process_creation"],
        (SYSMON, 2) => &["file_change"],
        (SYSMON, 3) => &["network_connection"],
        (SYSMON, 4 | 16) => &["sysmon_status"],
        (SYSMON, 5) => &["process_termination"],
        (SYSMON, 6) => &["driver_load"],
        (SYSMON, 7) => &["image_load"],
        (SYSMON, 8) => &["create_remote_thread"],
        (SYSMON, 9) => &["raw_access_thread"],
        (SYSMON, 10) => &["process_access"],
        (SYSMON, 11) => &["file_event"],
        (SYSMON, 12) => &["registry_event", "registry_add", "registry_delete"],
        (SYSMON, 13) => &["registry_event", "registry_set"],
        (SYSMON, 14) => &["registry_event", "registry_rename"],
        (SYSMON, 15) => &["create_stream_hash"],
        (SYSMON, 17 | 18) => &["pipe_created"],
        (SYSMON, 19..=21) => &["wmi_event"],
        (SYSMON, 22) => &["dns_query"],
        (SYSMON, 23 | 26) => &["file_delete"],
        (SYSMON, 25) => &["process_tampering"],
        (SYSMON, 27) => &["file_block_executable"],
        (SYSMON, 29) => &["file_executable_detected"],
        (SYSMON, 255) => &["sysmon_error"],
        ("microsoft-windows-powershell/operational" | "powershellcore/operational", 4103) => &["ps_module"],
        ("microsoft-windows-powershell/operational" | "powershellcore/operational", 4104) => &["ps_script"],
        ("windows powershell", 400) => &["ps_classic_start"],
        ("windows powershell", 600) => &["ps_classic_provider_start"],
        _ => &[],
    }
}
