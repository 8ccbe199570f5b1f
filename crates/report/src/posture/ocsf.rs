//! JSON lines in the Open Cybersecurity Schema Framework 1.4: a Compliance Finding (class 2003, category 2) per check, way
//! in and stray fault, a Base Event (class 0) per gap. `time` is when the deciding key was last written; where that is not
//! known, it is the time of the run, 0 where the output must stay the same from run to run.

use super::{PostureMeta, PostureRenderer, PostureRule, essence, shape};
use crate::foreign::{account, attack, gap, line, milliseconds, product, severity};
use ddefend_model::posture::{Audit, Check, Exposure, Fault, Outcome, PostureSummary, Verdict, Way};
use ddefend_model::{Diagnostic, Level};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn make(meta: &PostureMeta) -> Box<dyn PostureRenderer> {
    let rules = meta.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect();
    Box::new(Ocsf { version: meta.version.clone(), content: meta.content.clone(), time: meta.time, rules })
}

struct Ocsf {
    version: String,
    content: String,
    /// The time of the run, milliseconds; 0 where output must be reproducible.
    time: i64,
    rules: BTreeMap<String, PostureRule>,
}

/// What differs between checks, ways in and faults.
struct Finding {
    uid: String,
    id: String,
    title: String,
    desc: String,
    level: Level,
    /// Last write of the deciding key, RFC 3339.
    written: String,
    /// `Pass`, `Warning` (not known), `Fail`.
    status: (u32, &'static str),
    code: String,
    standards: Vec<String>,
    technique: String,
    /// Name of the setting.
    setting: String,
    remedy: String,
    unmapped: Value,
}

const PASS: (u32, &str) = (1, "Pass");
/// "Did not yield a result due to missing information" (OCSF, object compliance, `status_id` 2): it has no Unknown.
const WARNING: (u32, &str) = (2, "Warning");
const FAIL: (u32, &str) = (3, "Fail");

impl PostureRenderer for Ocsf {
    fn audit(&mut self, audit: &Audit) -> String {
        let checks = audit.checks.iter().map(|check| of_check(audit, check));
        let exposures = audit.exposures.iter().map(|exposure| self.of_exposure(audit, exposure));
        let faults = audit.faults.iter().map(|fault| of_fault(audit, fault));
        checks.chain(exposures).chain(faults).map(|finding| self.finding(audit, finding)).collect()
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        gap(diagnostic, self.time, &self.version)
    }

    fn end(&mut self, _: &PostureSummary) -> String {
        String::new()
    }
}

impl Ocsf {
    fn finding(&self, audit: &Audit, finding: Finding) -> String {
        let known = self.rules.get(&finding.id).cloned().unwrap_or_default();
        let mut metadata = product(&self.version);
        if let Value::Object(map) = &mut metadata {
            map.insert("uid".to_owned(), Value::String(finding.uid.clone()));
            map.insert("original_time".to_owned(), Value::String(finding.written.clone()));
            map.insert("profiles".to_owned(), json!(["host"]));
        }
        let time = if finding.written.is_empty() { self.time } else { milliseconds(&finding.written) };
        let level = if finding.status == FAIL { finding.level } else { Level::Info };
        let (severity_id, severity) = severity(level);
        let (domain, name) = account(&audit.user);
        let owner = json!({ "name": name, "domain": domain, "uid": audit.sid });
        let attacks = attack(&finding.technique).map(|attack| json!([attack]));
        let (status_id, status) = finding.status;
        line(json!({
            "activity_id": 1,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2003,
            "class_name": "Compliance Finding",
            "type_uid": 200_301,
            "type_name": "Compliance Finding: Create",
            "time": time,
            "severity_id": severity_id,
            "severity": severity,
            "status_id": 1,
            "status": "New",
            "message": format!("{}: {}: {}", essence::name(audit), finding.title, finding.code),
            "metadata": metadata,
            "compliance": {
                "control": finding.id,
                "requirements": known.references,
                "standards": finding.standards,
                "status_id": status_id,
                "status": status,
                "status_code": finding.code,
                "status_details": [finding.desc],
            },
            "finding_info": {
                "uid": finding.uid,
                "title": finding.title,
                "desc": finding.desc,
                "types": ["Posture"],
                "data_sources": audit.sources,
                "analytic": { "type_id": 1, "type": "Rule", "uid": finding.id, "name": finding.title,
                    "desc": known.about, "version": self.content },
                "attacks": attacks,
            },
            "remediation": if finding.remedy.is_empty() { Value::Null } else { json!({ "desc": finding.remedy }) },
            "resources": [{ "type": "Registry value", "name": finding.setting, "uid": format!("{}: {}", essence::name(audit), finding.setting),
                "owner": owner }],
            "device": { "type_id": 0, "type": "Unknown", "hostname": audit.host, "name": audit.host },
            "unmapped": finding.unmapped,
        }))
    }

    fn of_exposure(&self, audit: &Audit, exposure: &Exposure) -> Finding {
        let product = shape::product(&exposure.application, &exposure.version);
        let best = exposure.closed_by.first();
        let technique = self.rules.get(&exposure.id).map(|rule| rule.attack.clone()).unwrap_or_default();
        Finding {
            uid: uid(audit, &[&exposure.id, &exposure.application, &exposure.version]),
            id: exposure.id.clone(),
            title: format!("{product}: {}", exposure.title),
            desc: exposure.why.clone(),
            level: exposure.level,
            written: String::new(),
            status: match exposure.state {
                Way::Closed => PASS,
                Way::Unknown => WARNING,
                Way::Clicks | Way::Open => FAIL,
            },
            code: exposure.state.as_str().to_owned(),
            standards: standards(""),
            technique,
            setting: best.map(|change| shape::setting(&change.key, &change.value)).unwrap_or_else(|| product.clone()),
            remedy: best
                .map(|change| format!("To close it, {}. {}", shape::change(change), change.effect))
                .unwrap_or_default(),
            unmapped: json!({
                "application": exposure.application,
                "version": exposure.version,
                "state": exposure.state,
                "enforced": exposure.enforced,
                "decided_by": exposure.decided_by,
                "barriers": exposure.barriers,
                "undone_by": exposure.undone_by,
                "closed_by": exposure.closed_by,
                "bypasses": exposure.bypasses,
            }),
        }
    }
}

/// ATT&CK's mitigation where there is one; the schema demands a standard.
fn standards(mitigation: &str) -> Vec<String> {
    let attack = (!mitigation.is_empty()).then(|| format!("MITRE ATT&CK {mitigation}"));
    attack.into_iter().chain(["ddefend posture".to_owned()]).collect()
}

fn uid(audit: &Audit, parts: &[&str]) -> String {
    let user = if audit.sid.is_empty() { audit.user.as_str() } else { audit.sid.as_str() };
    [&[audit.host.as_str(), user], parts].concat().join("/")
}

fn of_check(audit: &Audit, check: &Check) -> Finding {
    let written = check.evidence.iter().find(|seen| seen.layer == check.layer && seen.origin != "deleted");
    let product = shape::product(&check.application, &check.version);
    let mut desc = vec![format!("{} ({}).", check.verdict.as_str(), shape::standing(check))];
    desc.extend(
        [&check.means, &check.default].into_iter().filter(|text| !text.is_empty()).map(|text| format!("{text}.")),
    );
    let fault = check.faults.first().map(|fault| fault.remedy.clone());
    // What closes a way in by this check is what to do about it.
    let changes = audit.exposures.iter().flat_map(|exposure| &exposure.closed_by);
    let change = || {
        let product =
            |exposure: &&ddefend_model::posture::Change| exposure.check == check.id && exposure.key == check.key;
        changes.clone().find(product).map(|change| format!("{}. {}", shape::change(change), change.effect))
    };
    let remedy = if shape::in_order(check) { None } else { fault.or_else(change) };
    Finding {
        uid: uid(audit, &[&check.id, &check.application, &check.version]),
        id: check.id.clone(),
        title: format!("{product}: {}", check.title),
        desc: desc.join(" "),
        level: check.level,
        written: written.map(|seen| seen.written.clone()).unwrap_or_default(),
        status: match (check.outcome, check.verdict) {
            (_, Verdict::Unknown) | (Outcome::Unknown, _) => WARNING,
            _ if shape::in_order(check) => PASS,
            _ => FAIL,
        },
        code: check.verdict.as_str().to_owned(),
        standards: standards(&check.mitigation),
        technique: String::new(),
        setting: shape::setting(&check.key, &check.value),
        remedy: remedy.unwrap_or_default(),
        unmapped: json!({
            "application": check.application,
            "version": check.version,
            "verdict": check.verdict,
            "outcome": check.outcome,
            "effective": check.effective,
            "layer": check.layer,
            "enforced": check.enforced,
            "explicit": check.explicit,
            "class": check.class,
            "evidence": check.evidence,
            "faults": check.faults,
            "notes": check.notes,
        }),
    }
}

fn of_fault(audit: &Audit, fault: &Fault) -> Finding {
    let setting = shape::setting(&fault.key, &fault.value);
    Finding {
        uid: uid(audit, &[&fault.id, &setting]),
        id: fault.id.clone(),
        title: "Hardening without effect".to_owned(),
        desc: fault.message.clone(),
        level: Level::Medium,
        written: String::new(),
        status: FAIL,
        code: Verdict::Misapplied.as_str().to_owned(),
        standards: standards(""),
        technique: String::new(),
        setting,
        remedy: fault.remedy.clone(),
        unmapped: json!({ "check": fault.check, "data": fault.data, "source": fault.source, "place": fault.place }),
    }
}
