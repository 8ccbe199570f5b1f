//! The change as one JSON document.

use super::HardenMeta;
use crate::escape;
use ddefend_posture::harden::{Before, Hardening, Moved, Plan, State, Step, full};
use serde_json::{Value, json};

/// Lays out a hardening as JSON: `type` is `hardening`.
#[must_use]
pub fn harden_json(hardening: &Hardening, meta: &HardenMeta) -> String {
    let effects: Vec<Value> = hardening
        .effects
        .iter()
        .map(|it| json!({ "id": it.id, "who": it.who, "what": it.what, "instead": it.instead }))
        .collect();
    let value = json!({
        "type": "hardening",
        "schema_version": 1,
        "version": meta.version,
        "content": meta.content,
        "profile": hardening.profile,
        "about": hardening.about,
        "plans": hardening.plans.iter().map(plan).collect::<Vec<_>>(),
        "side_effects": effects,
        "kept": hardening.kept,
        "faults": hardening.faults,
    });
    format!("{}\n", escape::json(&format!("{value:#}")))
}

fn plan(plan: &Plan) -> Value {
    let left = plan.left.iter();
    json!({
        "host": plan.host,
        "user": plan.user,
        "sid": plan.sid,
        "values": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "left": left.map(|it| json!({
            "check": it.check, "key": it.key, "value": it.value, "data": it.data, "why": it.why,
        })).collect::<Vec<_>>(),
        "stays": plan.stays.iter().map(|it| json!({ "id": it.id, "what": it.what, "how": it.how })).collect::<Vec<_>>(),
        "checks": plan.checks.iter().map(moved).collect::<Vec<_>>(),
        "ways": plan.ways.iter().map(moved).collect::<Vec<_>>(),
        "not_closed": plan.failed,
    })
}

fn step(step: &Step) -> Value {
    let old = step.before.data();
    json!({
        "check": step.check,
        "place": step.place,
        "layer": step.layer.as_str(),
        "application": step.application,
        "version": step.version,
        "key": full(&step.root, &step.key),
        "value": step.value,
        "state": match step.state { State::Write => "write", State::InOrder => "in order" },
        "type": step.data.as_ref().map(ddefend_registry::Data::kind_name),
        "data": step.data.as_ref().map(ToString::to_string),
        "before": match &step.before {
            Before::Unknown => "unknown",
            Before::Absent => "absent",
            Before::Was(..) => "set",
        },
        "before_type": old.as_ref().map(ddefend_registry::Data::kind_name),
        "before_data": old.as_ref().map(ToString::to_string),
        "made": step.made.as_ref().map(|key| full(&step.root, key)),
        "why": step.why,
    })
}

fn moved(moved: &Moved) -> Value {
    json!({
        "id": moved.id,
        "title": moved.title,
        "application": moved.application,
        "version": moved.version,
        "before": moved.before,
        "after": moved.after,
        "closed": moved.closed,
    })
}
