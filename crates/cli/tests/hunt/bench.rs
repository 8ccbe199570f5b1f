//! A folder with rules and logs, and runs of `ddefend hunt` over it.
#![allow(dead_code)]

use ddefend_event::{Dialect, Event, Head, Key, Place, Time, Value, Zone};
use serde_json::json as value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub(crate) struct Bench {
    folder: PathBuf,
}

pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
}

impl Run {
    fn lines(&self, kind: &'static str) -> impl Iterator<Item = serde_json::Value> + '_ {
        let lines = self.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.filter(move |line| line["type"] == kind)
    }

    pub(crate) fn detections(&self) -> impl Iterator<Item = serde_json::Value> + '_ {
        self.lines("detection")
    }

    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = serde_json::Value> + '_ {
        self.lines("diagnostic")
    }

    pub(crate) fn summary(&self) -> serde_json::Value {
        self.lines("summary").next().unwrap()
    }
}

impl Bench {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddefend-hunt-{name}-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("rules")).unwrap();
        std::fs::create_dir_all(folder.join("logs")).unwrap();
        Self { folder }
    }

    pub(crate) fn rule(self, text: &str) -> Self {
        let rules = self.folder.join("rules");
        let number = std::fs::read_dir(&rules).unwrap().count();
        std::fs::write(rules.join(format!("{number}.yml")), text.trim_start()).unwrap();
        self
    }

    pub(crate) fn logs(&self) -> String {
        self.folder.join("logs").to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.folder.join("logs").join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A run with the rules of the folder alone.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ddefend"));
        command.arg("hunt").args(args).args(["--format", "jsonl", "--no-builtin", "--rules"]);
        command.arg(self.folder.join("rules")).stderr(Stdio::null());
        command
    }

    pub(crate) fn hunt(&self, args: &[&str]) -> Run {
        Self::run(&mut self.command(args))
    }

    /// A run with the built-in rules.
    pub(crate) fn built_in(&self, args: &[&str]) -> Run {
        Self::run(Command::new(env!("CARGO_BIN_EXE_ddefend")).arg("hunt").args(args).args(["--format", "jsonl"]))
    }

    fn run(command: &mut Command) -> Run {
        let output = command.output().unwrap();
        Run { code: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap() }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Values of a Sysmon process creation.
pub(crate) fn start(parent_pid: u32, pid: u32, parent: &str, image: &str) -> Vec<(&'static str, String)> {
    let guid = |pid: u32| format!("{{747F3D96-{:04X}-{:04X}-0000-000000000000}}", pid >> 16, pid & 0xffff);
    vec![
        ("ProcessGuid", guid(pid + 1)),
        ("ProcessId", pid.to_string()),
        ("Image", image.to_owned()),
        ("CommandLine", format!("{image} /c whoami")),
        ("User", "PC1\\anna".to_owned()),
        ("ParentProcessGuid", guid(parent_pid + 1)),
        ("ParentProcessId", parent_pid.to_string()),
        ("ParentImage", parent.to_owned()),
        ("ParentCommandLine", parent.to_owned()),
    ]
}

/// A Sysmon record with that number, so many seconds after ten o'clock.
pub(crate) fn event(number: u32, seconds: i64, data: Vec<(&'static str, String)>) -> Event {
    let ten = Time::parse("2026-11-21T10:00:00Z").unwrap().ticks;
    let key = Key {
        dialect: Dialect::Windows,
        channel: "Microsoft-Windows-Sysmon/Operational".into(),
        provider: "Microsoft-Windows-Sysmon".into(),
        event_id: 1,
        action: "".into(),
    };
    let place = Place { source: "made".into(), record: u64::from(number) + 1, offset: 0 };
    let time = Time { ticks: ten + seconds * Time::SECOND, zone: Zone::Utc };
    let data = data.into_iter().map(|(name, text)| (name.into(), Value::Text(text.into()))).collect();
    Event { head: Head { place, key, time: Some(time), host: "pc1.example".into() }, data }
}

/// Records as Winlogbeat ships them, one a line.
pub(crate) fn json(events: &[Event]) -> String {
    let mut out = String::new();
    for Event { head, data } in events {
        let fields: serde_json::Map<_, _> =
            data.iter().map(|(name, value)| (name.to_string(), value.cell().to_text().into())).collect();
        let line = value!({
            "@timestamp": head.time.unwrap().to_string(),
            "winlog": {
                "channel": head.key.channel, "provider_name": head.key.provider,
                "event_id": head.key.event_id.to_string(), "record_id": head.place.record,
                "computer_name": head.host, "event_data": fields,
            },
        });
        out.push_str(&format!("{line}\n"));
    }
    out
}
