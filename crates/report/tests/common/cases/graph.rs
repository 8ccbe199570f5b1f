//! Nodes, edges, story and timeline.

use super::{COMMAND, HOST, HOSTILE, SHA256, SYSMON, at, evidence, field, record, text};
use ddefend_model::Level;
use ddefend_model::case::{Edge, EdgeKind, Moment, Node, NodeKind, Step};

pub(super) fn node(id: &str, kind: NodeKind, label: &str, time: &str, attributes: &[(&str, &str)]) -> Node {
    Node {
        id: text(id),
        kind,
        label: text(label),
        time: if time.is_empty() { String::new() } else { at(time) },
        host: text(HOST),
        user: text(r"CORP\alice"),
        attributes: attributes.iter().map(|(name, value)| (text(name), text(value))).collect(),
        level: None,
        on_path: false,
        evidence: Vec::new(),
    }
}

pub(super) fn nodes() -> Vec<Node> {
    let image = |name: &str| format!(r"C:\Windows\System32\{name}");
    let mut nodes = vec![
        node(
            "mail:1",
            NodeKind::Mail,
            "Rechnung November",
            "14:40:02",
            &[("message_id", "a1@mailer.example"), ("from", "billing@c0rp.example"), ("subject", "Rechnung November")],
        ),
        node(
            "file:1",
            NodeKind::File,
            "Invoice 2026-11.docx",
            "14:47:12",
            &[
                (
                    "path",
                    r"C:\Users\alice\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\X\Invoice 2026-11.docx",
                ),
                ("sha256", SHA256),
                ("zone", "3"),
            ],
        ),
        node("command:1", NodeKind::Command, COMMAND, "", &[("command", COMMAND)]),
        node(
            "process:1",
            NodeKind::Process,
            "outlook.exe",
            "08:02:00",
            &[("pid", "3100"), ("image", r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE")],
        ),
        node(
            "process:2",
            NodeKind::Process,
            "winword.exe",
            "14:48:55",
            &[
                ("pid", "4312"),
                ("image", r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"),
                (
                    "command",
                    r#""C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE" /n "C:\Users\alice\…\Invoice 2026-11.docx" /o """#,
                ),
            ],
        ),
        node(
            "process:3",
            NodeKind::Process,
            "cmd.exe",
            "14:49:01.5",
            &[
                ("pid", "5000"),
                ("guid", "{11112222-0000-0000-0000-000000000003}"),
                ("image", &image("cmd.exe")),
                ("command", COMMAND),
            ],
        ),
        node(
            "process:4",
            NodeKind::Process,
            "powershell.exe",
            "14:49:02",
            &[
                ("pid", "5044"),
                ("image", &image(r"WindowsPowerShell\v1.0\powershell.exe")),
                ("command", "powershell -w hidden -c calc.exe"),
            ],
        ),
        node("process:5", NodeKind::Process, "wmiprvse.exe", "14:49:10", &[("pid", "5100")]),
        node(
            "network:1",
            NodeKind::Network,
            "203.0.113.9:443",
            "14:49:04",
            &[("ip", "203.0.113.9"), ("port", "443"), ("protocol", "tcp"), ("name", "cdn.bad.example")],
        ),
        node(
            "network:2",
            NodeKind::Network,
            "https://cdn.bad.example/a",
            "14:49:03",
            &[("url", "https://cdn.bad.example/a")],
        ),
        node(
            "registry:1",
            NodeKind::Registry,
            "AllowDDE",
            "14:40:00",
            &[
                ("key", r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Office\16.0\Word\Security\AllowDDE"),
                ("data", "DWORD (0x00000002)"),
            ],
        ),
        node(
            "persistence:1",
            NodeKind::Persistence,
            "Updater",
            "14:49:20",
            &[("key", r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\Updater")],
        ),
        node("module:1", NodeKind::Module, "scrobj.dll", "14:49:05", &[("path", r"C:\Windows\System32\scrobj.dll")]),
        node("prompt:1", NodeKind::Prompt, "start application CMD.EXE?", "14:49:00", &[]),
        node("barrier:1", NodeKind::Barrier, "ASR d4f940ab", "14:49:11", &[]),
        node(
            "file:2",
            NodeKind::File,
            "dde_out.txt",
            "14:49:03",
            &[("path", r"C:\Users\alice\AppData\Local\Temp\dde_out.txt")],
        ),
        node("file:3", NodeKind::File, &format!("{HOSTILE}.docx"), "", &[("path", HOSTILE)]),
        node("user:1", NodeKind::User, r"CORP\alice", "", &[("sid", "S-1-5-21-1-2-3-1001")]),
        node("logon:1", NodeKind::Logon, "logon 0x3e7a1", "08:01:00", &[("type", "2")]),
        node("host:1", NodeKind::Host, HOST, "", &[]),
    ];
    for node in &mut nodes {
        node.on_path = matches!(
            node.id.as_str(),
            "mail:1" | "file:1" | "command:1" | "process:2" | "process:3" | "process:4" | "network:1"
        );
        node.level = match node.id.as_str() {
            "command:1" | "process:3" => Some(Level::Critical),
            "process:4" | "registry:1" => Some(Level::High),
            "network:1" => Some(Level::Medium),
            _ => None,
        };
        node.evidence = match node.id.as_str() {
            "process:3" => vec![record(4711, "14:49:01.5", "WINWORD.EXE started cmd.exe.")],
            "command:1" => vec![field()],
            _ => Vec::new(),
        };
    }
    nodes
}

pub(super) fn edges() -> Vec<Edge> {
    use EdgeKind as K;
    let edge = |from: &str, to: &str, kind, confidence, rule: &str, says: &str| Edge {
        from: text(from),
        to: text(to),
        kind,
        confidence,
        rule: text(rule),
        time: String::new(),
        text: text(says),
        evidence: vec![record(4711, "14:49:01.5", says)],
    };
    vec![
        edge("mail:1", "file:1", K::Delivered, 1.0, "hash", "The mail brought the document."),
        edge("process:1", "file:1", K::Saved, 0.9, "path", "Outlook wrote the document."),
        edge("file:1", "process:2", K::Opened, 0.95, "path", "Word was started with the document."),
        edge("file:1", "command:1", K::Holds, 1.0, "exact", "The document holds the command."),
        edge("command:1", "process:3", K::Ran, 1.0, "exact", "The command ran, character by character."),
        edge("process:2", "process:3", K::Started, 1.0, "guid", "Word started cmd.exe."),
        edge("process:3", "process:4", K::Started, 1.0, "guid", "cmd.exe started PowerShell."),
        edge("process:4", "process:5", K::BrokeAway, 0.6, "time", "PowerShell had WMI start a process."),
        edge("process:4", "network:2", K::Contacted, 0.9, "guid", "PowerShell asked for a name."),
        edge("process:4", "network:1", K::Contacted, 1.0, "guid", "PowerShell contacted 203.0.113.9:443."),
        edge("process:4", "module:1", K::Loaded, 1.0, "guid", "PowerShell loaded scrobj.dll."),
        edge("process:3", "file:2", K::Wrote, 1.0, "guid", "cmd.exe wrote a file."),
        edge("process:3", "file:2", K::Deleted, 1.0, "guid", "cmd.exe deleted a file."),
        edge("process:1", "registry:1", K::Changed, 0.5, "time", "DDE was switched on."),
        edge("process:4", "persistence:1", K::Persisted, 0.9, "guid", "PowerShell made a Run value."),
        edge("process:2", "prompt:1", K::Prompted, 0.8, "time", "Word asked."),
        edge("barrier:1", "process:5", K::Stopped, 0.7, "time", "Defender stopped it."),
        edge("user:1", "process:2", K::RanAs, 1.0, "user", "alice ran Word."),
        edge("logon:1", "process:2", K::InSession, 1.0, "logon", "In her session."),
        edge("process:2", "host:1", K::On, 1.0, "host", "On ws-017."),
    ]
}

pub(super) fn story() -> Vec<Step> {
    let step = |time: &str, says: &str, node: &str, confidence, evidence| Step {
        time: if time.is_empty() { String::new() } else { at(time) },
        text: text(says),
        node: text(node),
        confidence,
        evidence,
    };
    vec![
        step(
            "14:40:02",
            "billing@c0rp.example sent the mail \"Rechnung November\" to alice with Invoice 2026-11.docx.",
            "mail:1",
            1.0,
            vec![evidence("mail", "mail/invoice.eml", "line 1 (From)", "", "The mail.", "")],
        ),
        step(
            "14:47:12",
            "Outlook saved Invoice 2026-11.docx with the mark of the web (zone 3, internet).",
            "file:1",
            1.0,
            vec![record(4700, "14:47:12", "OUTLOOK.EXE wrote the document.")],
        ),
        step(
            "14:48:55",
            "winword.exe opened it.",
            "process:2",
            0.95,
            vec![record(4705, "14:48:55", "The command line names it.")],
        ),
        step(
            "",
            "Its DDEAUTO field in paragraph 3 holds the command cmd.exe /k \"whoami & calc.exe\".",
            "command:1",
            0.95,
            vec![field()],
        ),
        step(
            "14:49:01.5",
            "winword.exe started cmd.exe with the same command.",
            "process:3",
            0.95,
            vec![record(4711, "14:49:01.5", "WINWORD.EXE started cmd.exe."), field()],
        ),
        step(
            "14:49:02",
            "cmd.exe started powershell.exe, which contacted 203.0.113.9:443.",
            "process:4",
            0.95,
            vec![record(4712, "14:49:02", "cmd.exe started powershell.exe.")],
        ),
    ]
}

pub(super) fn timeline() -> Vec<Moment> {
    let moment = |time: String, what: &str, says: &str, node: &str, level| Moment {
        time,
        host: text(HOST),
        what: text(what),
        text: text(says),
        node: text(node),
        source: format!("{SYSMON}#4711"),
        level,
    };
    vec![
        moment(
            text("2026-11-20T10:00:00Z"),
            "document created",
            "Invoice 2026-11.docx was created by user.",
            "file:1",
            None,
        ),
        moment(at("08:01:00"), "logon", r"CORP\alice logged on at the console.", "logon:1", None),
        moment(at("14:40:00"), "registry changed", "AllowDDE was set to 2.", "registry:1", Some(Level::High)),
        moment(at("14:40:02"), "mail sent", "The mail \"Rechnung November\" was sent.", "mail:1", None),
        moment(at("14:47:12"), "file written", "Outlook saved Invoice 2026-11.docx.", "file:1", None),
        moment(at("14:48:55"), "process started", "winword.exe started.", "process:2", None),
        moment(at("14:49:01.5"), "process started", "cmd.exe started.", "process:3", Some(Level::Critical)),
        moment(at("14:49:02"), "process started", "powershell.exe started.", "process:4", Some(Level::High)),
        moment(
            at("14:49:04"),
            "network connection",
            "powershell.exe contacted 203.0.113.9:443.",
            "network:1",
            Some(Level::Medium),
        ),
        moment(
            at("14:49:20"),
            "persistence",
            &format!("A Run value was made: {HOSTILE}"),
            "persistence:1",
            Some(Level::Low),
        ),
    ]
}
