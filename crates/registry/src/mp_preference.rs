//! `Get-MpPreference | ConvertTo-Json`: what Defender says of itself, whatever layer it comes from.
//!
//! It is no registry; its facts stand below keys of their own under [`Root::Machine`], which places of the layer
//! `reported` name: `Get-MpPreference\ASR\Rules` with a number (the action) for each rule's GUID,
//! `Get-MpPreference\ASR\ASROnlyExclusions` with a value for each path, and `Get-MpPreference` with every property that is
//! a single text, number or switch (1 or 0).

use crate::json::objects;
use crate::out::{Out, about, quote};
use crate::{About, Coverage, Data, Fact, Format, Intent, Place, Root};
use ddefend_model::code;
use serde_json::{Map, Value};

const KEY: &str = "Get-MpPreference";
const RULES: &str = "Get-MpPreference\\ASR\\Rules";
const EXCLUSIONS: &str = "Get-MpPreference\\ASR\\ASROnlyExclusions";
const IDS: &str = "AttackSurfaceReductionRules_Ids";
const ACTIONS: &str = "AttackSurfaceReductionRules_Actions";

/// Whether an object has the properties of attack surface reduction.
pub(crate) fn is(object: &Map<String, Value>) -> bool {
    object.contains_key(IDS) && object.contains_key(ACTIONS)
}

pub(crate) fn read(bytes: &[u8], mut out: Out<'_>) -> About {
    let mut about = about(Format::MpPreference, Intent::State);
    let mut count = 0_u32;
    objects(bytes, &mut out, &mut |out, object, line| {
        count = count.saturating_add(1);
        if count > 1 {
            let message = "more than one object: of several computers only the first is read";
            out.tell_line(code::UNREADABLE_FORMAT, line, message);
            return false;
        }
        if !is(object) {
            out.tell_line(code::BROKEN_STRUCTURE, line, format!("no {IDS} and {ACTIONS}"));
            return false;
        }
        about.host = object.get("PSComputerName").and_then(Value::as_str).map(str::to_owned);
        about.coverage = Coverage::Whole(vec![(Root::Machine, KEY.to_owned())]);
        preference(object, line, out);
        true
    });
    if !out.is_going() {
        about.coverage = Coverage::Changes;
    }
    out.finish();
    about
}

/// PowerShell writes a list of one as the one, and an empty list as null.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

fn preference(object: &Map<String, Value>, line: u64, out: &mut Out<'_>) {
    let place = Place::Line(line);
    let tell = |key: &str, name: &str, data: Data, out: &mut Out<'_>| {
        out.fact(&Root::Machine, key, Fact::Value { name: name.to_owned(), data }, place, None);
    };
    let (ids, actions) = (list(object.get(IDS)), list(object.get(ACTIONS)));
    if ids.len() != actions.len() {
        let message = format!("{} rules have {} actions; pairs are read as far as they go", ids.len(), actions.len());
        out.tell_line(code::BROKEN_STRUCTURE, line, message);
    }
    for (id, action) in ids.iter().zip(&actions) {
        match (id.as_str(), number(action)) {
            (Some(id), Some(action)) => tell(RULES, id.trim_matches(['{', '}']), Data::Dword(action), out),
            _ => {
                let message = format!("no rule and action: {}", quote(&format!("{id} {action}")));
                out.tell_line(code::BROKEN_STRUCTURE, line, message);
            }
        }
    }
    for exclusion in list(object.get("AttackSurfaceReductionOnlyExclusions")) {
        match exclusion.as_str() {
            Some(hidden) if hidden.starts_with("N/A") => {
                let message = "exclusions are hidden from whoever asked for them: ask as an administrator";
                out.tell_line(code::UNREADABLE_FORMAT, line, message);
            }
            Some(path) => tell(EXCLUSIONS, path, Data::Sz("0".into()), out),
            None => out.tell_line(code::BROKEN_STRUCTURE, line, format!("no path: {}", quote(&exclusion.to_string()))),
        }
    }
    for (name, value) in object {
        let data = match value {
            Value::Bool(on) => Data::Dword(u32::from(*on)),
            Value::Number(_) => number(value).map_or_else(|| Data::Sz(value.to_string()), Data::Dword),
            Value::String(text) if name != IDS => Data::Sz(text.clone()),
            _ => continue,
        };
        if !name.starts_with("AttackSurfaceReduction") {
            tell(KEY, name, data, out);
        }
    }
}

/// An action by number, or by the name of the enumeration `ASRRuleActionType`.
fn number(value: &Value) -> Option<u32> {
    if let Some(number) = value.as_u64() {
        return u32::try_from(number).ok();
    }
    let text = value.as_str()?;
    match text.to_ascii_lowercase().as_str() {
        "disabled" => Some(0),
        "enabled" => Some(1),
        "auditmode" => Some(2),
        "notconfigured" => Some(5),
        "warn" => Some(6),
        _ => text.parse().ok(),
    }
}
