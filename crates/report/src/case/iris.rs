//! What DFIR-IRIS takes, in the words of its API client (`dfir-iris-client`): each part holds the arguments of one of its
//! calls, `add_case`, `add_asset`, `add_ioc`, `add_event`, `add_task`, `add_note` and `add_evidence`.

use super::{CaseMeta, md};
use crate::escape;
use ddefend_event::Time;
use ddefend_model::IndicatorKind;
use ddefend_model::case::{Case, NodeKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Entries of one part.
const ENTRIES: usize = 5_000;

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let title = if case.title.is_empty() { &case.id } else { &case.title };
    let whole = json!({
        "case": {
            "case_name": title,
            "case_description": md::brief(case),
            "case_customer": 1,
            "case_classification": "intrusion-attempts:exploit-known-vuln",
            "soc_id": case.id,
        },
        "assets": assets(case),
        "iocs": iocs(case),
        "timeline": timeline(case),
        "tasks": tasks(case),
        "notes": [
            { "directory_name": "ddefend", "note_title": "Case in full", "note_content": md::render(case, meta) },
        ],
        "evidences": evidences(case),
    });
    escape::json(&serde_json::to_string_pretty(&whole).unwrap_or_default()) + "\n"
}

fn assets(case: &Case) -> Vec<Value> {
    let nodes = case.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Host | NodeKind::User)).take(ENTRIES);
    let compromised = case.decision.verdict == ddefend_model::case::Verdict::TpExec;
    nodes
        .map(|node| {
            let kind = if node.kind == NodeKind::Host { "Windows - Computer" } else { "Windows Account - AD" };
            json!({
                "name": node.label,
                "asset_type": kind,
                "analysis_status": "Started",
                "compromise_status": if compromised && node.kind == NodeKind::Host { "Compromised" } else { "Unknown" },
                "description": "",
                "tags": ["ddefend"],
            })
        })
        .collect()
}

fn iocs(case: &Case) -> Vec<Value> {
    let mut met = BTreeSet::new();
    case.indicators
        .iter()
        .take(ENTRIES)
        .filter(|one| met.insert((one.kind, &one.value)))
        .map(|one| {
            let kind = match one.kind {
                IndicatorKind::Url => "url",
                IndicatorKind::Host => "domain",
                IndicatorKind::Ip => "ip-dst",
                IndicatorKind::Unc => "uri",
                IndicatorKind::File => "filename",
                IndicatorKind::Hash if one.value.len() == 32 => "md5",
                IndicatorKind::Hash if one.value.len() == 40 => "sha1",
                IndicatorKind::Hash => "sha256",
            };
            json!({ "value": one.value, "ioc_type": kind, "description": one.role, "ioc_tlp": "amber", "ioc_tags": ["ddefend"] })
        })
        .collect()
}

/// The case's dates; `date_time` is ISO 8601 without zone, `timezone_string` says it.
fn timeline(case: &Case) -> Vec<Value> {
    let dated = case.timeline.iter().filter(|moment| Time::parse(&moment.time).is_some()).take(ENTRIES);
    dated
        .map(|moment| {
            let on_path = case.nodes.iter().any(|node| node.id == moment.node && node.on_path);
            let whole = moment.time.trim_end_matches('Z');
            let (whole, fraction) = whole.split_once('.').unwrap_or((whole, ""));
            let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
            json!({
                "title": moment.what,
                "date_time": format!("{whole}.{digits}"),
                "timezone_string": "+00:00",
                "content": moment.text,
                "source": moment.source,
                "category": "Unspecified",
                "tags": ["ddefend"],
                "display_in_graph": on_path,
                "display_in_summary": on_path,
            })
        })
        .collect()
}

fn tasks(case: &Case) -> Vec<Value> {
    case.tasks
        .iter()
        .take(ENTRIES)
        .map(|task| {
            json!({
                "title": task.title,
                "status": "To do",
                "assignees": [],
                "description": md::task(task),
                "tags": ["ddefend", task.phase.in_words()],
            })
        })
        .collect()
}

fn evidences(case: &Case) -> Vec<Value> {
    case.inputs
        .iter()
        .take(ENTRIES)
        .map(|input| {
            let whole = if input.complete { "" } else { ", not read to its end" };
            json!({
                "filename": input.path,
                "file_size": input.size,
                "file_hash": input.sha256,
                "description": format!("{} {}{whole}", input.role, input.detected),
            })
        })
        .collect()
}
