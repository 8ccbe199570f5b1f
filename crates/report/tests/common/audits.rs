//! A synthetic audit: a machine, a user with every verdict and state, users alike, and hostile strings throughout.
#![allow(dead_code, clippy::unwrap_used)]

use super::HOSTILE;
use ddefend_model::posture::{
    Audit, Barrier, Change, Check, Exposure, Fault, Installed, Layer, Outcome, PostureSummary, Seen, Verdict, Way,
    fault,
};
use ddefend_model::{Diagnostic, Level, Location, PartPath, code};
use ddefend_report::{PostureMeta, PostureRule};

const WORD_POLICY: &str = r"HKCU\Software\Policies\Microsoft\Office\16.0\Word\Security";
const WORD_USER: &str = r"HKCU\Software\Microsoft\Office\16.0\Word\Security";
const SID: &str = "S-1-5-21-1004336348-1177238915-682003330-1001";

fn text(text: &str) -> String {
    text.to_owned()
}

/// A check of the user `user` on `host`; `id` says what it is about.
fn check(id: &str, title: &str, verdict: Verdict, outcome: Outcome, layer: Layer, level: Level) -> Check {
    Check {
        id: text(id),
        title: text(title),
        host: text("WS-017"),
        key: text(WORD_POLICY),
        value: text("AllowDDE"),
        user: text("alice"),
        application: text("Word"),
        version: text("16.0"),
        verdict,
        outcome,
        effective: Some(text("2")),
        means: text("DDE may start any program"),
        layer,
        enforced: false,
        explicit: false,
        level,
        mitigation: text("M1042"),
        class: text("core"),
        default: String::new(),
        evidence: Vec::new(),
        faults: Vec::new(),
        notes: Vec::new(),
    }
}

fn seen(id: &str, layer: Layer, key: &str, data: Option<&str>, verdict: Verdict, origin: &str) -> Seen {
    Seen {
        id: text(id),
        layer,
        key: text(key),
        value: text("AllowDDE"),
        kind: if data.is_some() { text("REG_DWORD") } else { String::new() },
        data: data.map(text),
        verdict,
        written: text("2026-11-19T07:12:44.1200000Z"),
        source: text("WS-017/Users/alice/NTUSER.DAT"),
        place: text("offset 1245184"),
        origin: text(origin),
        policy: String::new(),
    }
}

fn found(id: &str) -> Fault {
    Fault {
        id: text(id),
        check: text("LNK-WORD-OPEN"),
        key: format!(r"{WORD_USER}\{id}"),
        value: text("DontUpdateLinks"),
        data: text("1"),
        message: format!("It was applied wrongly ({id}): Word does not read it."),
        remedy: text(
            r"Set the REG_DWORD DontUpdateLinks under …\Word\Options to 1, and delete what was made by mistake.",
        ),
        source: text("WS-017/Users/alice/hardening.reg"),
        place: text("line 12"),
    }
}

fn change(data: Option<&str>, by: &str, effect: &str) -> Change {
    Change {
        check: text("DDE-WORD-ALLOW"),
        key: text(WORD_USER),
        value: text("AllowDDE"),
        data: data.map(text),
        by: text(by),
        effect: text(effect),
    }
}

fn barrier(check: &str, strength: &str, holds: Outcome, enforced: bool, layer: Layer, void: &str) -> Barrier {
    Barrier { check: text(check), strength: text(strength), holds, enforced, layer, void: text(void) }
}

fn exposure(id: &str, title: &str, application: &str, state: Way) -> Exposure {
    Exposure {
        id: text(id),
        title: text(title),
        host: text("WS-017"),
        user: text("alice"),
        application: text(application),
        version: text("16.0"),
        state,
        enforced: false,
        level: Level::High,
        decided_by: text("DDE-WORD-ALLOW in the user layer"),
        why: text("Word follows DDE fields and starts their program after two prompts of its own."),
        barriers: vec![
            barrier("DDE-WORD-ALLOW", "closes", Outcome::Insecure, false, Layer::User, ""),
            barrier("ASR-d4f940ab", "blocks", Outcome::Unknown, false, Layer::Default, ""),
            barrier("LNK-WORD-OPEN", "hinders", Outcome::Secure, true, Layer::Policy, ""),
            barrier("PV-WO-INTERNET", "asks", Outcome::Secure, false, Layer::Default, "a trusted location"),
        ],
        undone_by: Vec::new(),
        closed_by: Vec::new(),
        bypasses: Vec::new(),
    }
}

/// A user with every verdict, outcome, layer, state and kind of fault.
pub(crate) fn alice() -> Audit {
    use Outcome as O;
    use Verdict as V;
    let mut insecure =
        check("DDE-WORD-ALLOW", "DDE fields in Word", V::Insecure, O::Insecure, Layer::User, Level::High);
    insecure.evidence = vec![
        seen("DDE-WORD-ALLOW.policy", Layer::Policy, WORD_POLICY, None, V::Absent, "written"),
        seen("DDE-WORD-ALLOW.user", Layer::User, WORD_USER, Some("2"), V::Insecure, "log"),
        seen("DDE-WORD-ALLOW.user", Layer::User, WORD_USER, Some("0"), V::Secure, "deleted"),
    ];
    insecure.explicit = true;
    insecure.notes = vec![text("AllowDDE is also set for 14.0, which is not installed.")];
    let mut enforced = check(
        "PV-WO-INTERNET",
        "Protected View: files from the internet",
        V::Secure,
        O::Secure,
        Layer::Policy,
        Level::High,
    );
    enforced.enforced = true;
    enforced.effective = Some(text("0"));
    enforced.means = text("files with the mark of the web open in Protected View");
    let mut misapplied = check(
        "LNK-WORD-OPEN",
        "Word: automatic links at open",
        V::Misapplied,
        O::Insecure,
        Layer::Default,
        Level::Medium,
    );
    misapplied.faults = fault::ALL.iter().map(|id| found(id)).collect();
    let mut absent = check(
        "PV-XL-CSV",
        "Protected View for text files (CSV, DIF, SYLK)",
        V::Absent,
        O::Insecure,
        Layer::Default,
        Level::Medium,
    );
    absent.application = text("PowerPoint");
    absent.effective = None;
    absent.mitigation = text("M1048");
    absent.default = text("Excel opens text files without Protected View unless it is told to.");
    let by_default =
        check("MAC-WOR-MOTW", "Macros from the internet", V::Absent, O::Secure, Layer::Default, Level::High);
    let mut cloud =
        check("DDE-XL-LAUNCH", "Excel starts DDE servers", V::Secure, O::Secure, Layer::Cloud, Level::Critical);
    cloud.enforced = true;
    let reported = check(
        "ASR-d4f940ab",
        "ASR: Office child processes",
        V::Insecure,
        O::Insecure,
        Layer::Reported,
        Level::Critical,
    );
    let mdm = check("ASR-3b576869", "ASR: executable content", V::Secure, O::Secure, Layer::Mdm, Level::High);
    let machine = check("NETDDE", "Network DDE service", V::Unknown, O::Unknown, Layer::Machine, Level::Low);
    let minor =
        check("MOTW-HIDE", "Mark of the web cannot be removed", V::Absent, O::Insecure, Layer::Default, Level::Info);
    let mut hostile = check(&format!("X{HOSTILE}"), HOSTILE, V::Insecure, O::Insecure, Layer::User, Level::Medium);
    for field in [&mut hostile.key, &mut hostile.value, &mut hostile.means, &mut hostile.mitigation, &mut hostile.class]
    {
        *field = text(HOSTILE);
    }
    (hostile.effective, hostile.application, hostile.version) = (Some(text(HOSTILE)), text(HOSTILE), text(HOSTILE));
    (hostile.default, hostile.notes) = (text(HOSTILE), vec![text(HOSTILE)]);
    let mut odd = seen(HOSTILE, Layer::User, HOSTILE, Some(HOSTILE), V::Insecure, HOSTILE);
    (odd.kind, odd.value, odd.source, odd.place) = (text(HOSTILE), text(HOSTILE), text(HOSTILE), text(HOSTILE));
    (odd.written, odd.policy) = (text(HOSTILE), text(HOSTILE));
    hostile.evidence = vec![odd];
    hostile.faults = vec![hostile_fault()];
    Audit {
        host: text("WS-017"),
        user: text("alice"),
        sid: text(SID),
        applications: vec![
            Installed {
                application: text("Word"),
                version: text("16.0"),
                build: text("16.0.17328.20184"),
                channel: text("c2r"),
                certain: true,
            },
            Installed {
                application: text("Excel"),
                version: text("16.0"),
                build: text("16.0.17328.20184"),
                channel: text("c2r"),
                certain: true,
            },
            Installed { application: text("Excel"), version: text("14.0"), certain: false, ..Installed::default() },
        ],
        checks: vec![enforced, by_default, cloud, mdm, insecure, misapplied, absent, reported, machine, minor, hostile],
        exposures: exposures(),
        faults: vec![found(fault::NAME)],
        sources: vec![text("WS-017/Users/alice/NTUSER.DAT"), text("WS-017/Users/alice/hardening.reg"), text(HOSTILE)],
    }
}

fn hostile_fault() -> Fault {
    Fault {
        id: text(fault::DATA),
        check: text(HOSTILE),
        key: text(HOSTILE),
        value: text(HOSTILE),
        data: text(HOSTILE),
        message: text(HOSTILE),
        remedy: text(HOSTILE),
        source: text(HOSTILE),
        place: text(HOSTILE),
    }
}

fn exposures() -> Vec<Exposure> {
    let mut open = exposure("word-field", "A DDE field in a Word document starts a program", "Word", Way::Open);
    open.closed_by = vec![
        change(Some("0"), "administrator", "Word follows no DDE field any more."),
        change(None, "user", "The default holds."),
    ];
    open.bypasses = vec![text(r"C:\Users\alice\Downloads is a trusted location: no Protected View there.")];
    let mut clicks = exposure("excel-formula", "A DDE formula in a workbook starts a program", "Excel", Way::Clicks);
    clicks.undone_by = (0..3).map(|_| change(Some("0"), "user", "The prompt names no program any more.")).collect();
    clicks.closed_by = vec![change(Some("1"), "administrator", "Excel starts no DDE server.")];
    let mut loose = exposure("word-link", "A link in a Word document is followed at open", "Word", Way::Closed);
    loose.undone_by =
        vec![change(None, "user", "Word follows links at open again."), change(None, "administrator", "The same.")];
    let mut held = exposure("onenote-embedded", "A file embedded in a notebook runs", "OneNote", Way::Closed);
    held.enforced = true;
    let unknown = exposure("outlook-field", "A DDE field in a mail starts a program", "Outlook", Way::Unknown);
    let mut hostile = exposure(&format!("x{HOSTILE}"), HOSTILE, HOSTILE, Way::Open);
    (hostile.version, hostile.decided_by, hostile.why) = (text(HOSTILE), text(HOSTILE), text(HOSTILE));
    hostile.barriers = vec![barrier(HOSTILE, HOSTILE, Outcome::Secure, false, Layer::User, HOSTILE)];
    let bad = Change {
        check: text(HOSTILE),
        key: text(HOSTILE),
        value: text(HOSTILE),
        data: Some(text(HOSTILE)),
        by: text(HOSTILE),
        effect: text(HOSTILE),
    };
    (hostile.undone_by, hostile.closed_by, hostile.bypasses) = (vec![bad.clone()], vec![bad], vec![text(HOSTILE); 6]);
    vec![loose, open, clicks, held, unknown, hostile]
}

/// A user whose ways in are all closed; `number` tells alike ones apart.
pub(crate) fn closed(host: &str, number: u64) -> Audit {
    let mut closed = exposure("word-field", "A DDE field in a Word document starts a program", "Word", Way::Closed);
    closed.enforced = true;
    closed.decided_by = text("DDE-WORD-ALLOW in the policy layer");
    let mut check =
        check("DDE-WORD-ALLOW", "DDE fields in Word", Verdict::Secure, Outcome::Secure, Layer::Policy, Level::High);
    (check.enforced, check.effective, check.means) = (true, Some(text("0")), text("DDE is off"));
    let (user, sid) = (format!("user{number:05}"), format!("{SID}{number}"));
    check.evidence = vec![seen(
        "DDE-WORD-ALLOW.policy",
        Layer::Policy,
        &WORD_POLICY.replace("HKCU", &format!(r"HKU\{sid}")),
        Some("0"),
        Verdict::Secure,
        "written",
    )];
    for (host_field, user_field) in [(&mut closed.host, &mut closed.user), (&mut check.host, &mut check.user)] {
        (*host_field, *user_field) = (text(host), user.clone());
    }
    Audit {
        host: text(host),
        user,
        sid,
        checks: vec![check],
        exposures: vec![closed],
        sources: vec![format!("{host}/{number}.reg")],
        ..Audit::default()
    }
}

/// The machine of [`alice`], and what comes behind her.
pub(crate) fn audits() -> Vec<Audit> {
    let mut asr = check(
        "ASR-d4f940ab",
        "ASR: Office child processes",
        Verdict::Absent,
        Outcome::Insecure,
        Layer::Default,
        Level::High,
    );
    (asr.application, asr.version, asr.user, asr.mitigation) =
        (text("Windows"), String::new(), String::new(), text("M1040"));
    asr.effective = None;
    let machine =
        Audit { host: text("WS-017"), checks: vec![asr], sources: vec![text("WS-017/SOFTWARE")], ..Audit::default() };
    let mut hostile = closed(HOSTILE, 0);
    (hostile.user, hostile.sid) = (text(HOSTILE), text(HOSTILE));
    hostile.exposures.clear();
    let mut all = vec![machine, alice(), hostile];
    all.extend((0..9).map(|number| closed("WS-042", number)));
    all
}

pub(crate) fn posture_diagnostics() -> Vec<Diagnostic> {
    let part = PartPath::root(format!("hosts/{HOSTILE}.DAT"));
    vec![
        Diagnostic::new(
            code::BROKEN_TRUNCATED,
            part.clone(),
            Location::bytes(4096, 32),
            format!("a cell ends behind the bin: {HOSTILE}"),
        ),
        Diagnostic::new(code::NOTE_ODD, part, Location::default(), format!("odd {HOSTILE}")),
    ]
}

pub(crate) fn posture_summary() -> PostureSummary {
    let count = |pairs: &[(&str, u64)]| pairs.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect();
    PostureSummary {
        hosts: 3,
        users: 11,
        inputs: 12,
        bytes: 3_407_872,
        checks: count(&[("secure", 13), ("insecure", 3), ("absent", 4), ("misapplied", 1), ("unknown", 1)]),
        exposures: count(&[("closed", 11), ("clicks", 1), ("open", 2), ("unknown", 1)]),
        faults: count(&[("fault.key-for-value", 1), ("fault.wrong-name", 2)]),
        diagnostics: count(&[("broken.truncated", 3), ("note.odd", 1)]),
        elapsed: None,
    }
}

pub(crate) fn posture_meta(width: usize) -> PostureMeta {
    let rule = |id: &str, title: &str, attack: &str| PostureRule {
        id: text(id),
        title: text(title),
        about: format!("What it is: {HOSTILE}"),
        attack: text(attack),
        references: vec![text("https://example.test/rule"), format!("javascript:{HOSTILE}")],
    };
    let rules = vec![
        rule("DDE-WORD-ALLOW", "DDE fields in Word", "M1042"),
        rule("LNK-WORD-OPEN", "Word: automatic links at open", "M1042"),
        rule("word-field", "A DDE field in a Word document starts a program", "T1559.002"),
        rule("excel-formula", "A DDE formula in a workbook starts a program", "T1559.002"),
        rule("onenote-embedded", "A file embedded in a notebook runs", "T1204.002"),
    ];
    PostureMeta { version: text("0"), content: text("1"), width, rules, ..PostureMeta::default() }
}

/// A whole output.
pub(crate) fn posture_rendered(format: &str, meta: &PostureMeta) -> String {
    let mut renderer = ddefend_report::posture_renderer(format, meta).unwrap();
    let mut out = renderer.begin();
    for audit in audits() {
        out.push_str(&renderer.audit(&audit));
    }
    for diagnostic in posture_diagnostics() {
        out.push_str(&renderer.diagnostic(&diagnostic));
    }
    out.push_str(&renderer.end(&posture_summary()));
    out
}
