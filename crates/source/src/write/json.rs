use super::{data, system};
use ddefend_event::{Event, Value, native};
use std::fmt::Write as _;

/// An object that is being written.
#[derive(Default)]
struct Object(Vec<String>);

impl Object {
    /// A member; `json` is written already.
    fn raw(&mut self, name: &str, json: impl AsRef<str>) {
        self.0.push(format!("{}:{}", quoted(name), json.as_ref()));
    }

    /// A value of `System` as text, where there is one.
    fn system(&mut self, event: &Event, name: &str, native: &str) {
        if let Some(text) = system(event, native) {
            self.raw(name, quoted(&text));
        }
    }

    /// The same as a number, where it is one.
    fn number(&mut self, event: &Event, name: &str, native: &str) {
        if let Some(text) = system(event, native) {
            self.raw(name, if text.parse::<i64>().is_ok() { text } else { quoted(&text) });
        }
    }

    fn end(self) -> String {
        format!("{{{}}}", self.0.join(","))
    }
}

/// Text between quotes (RFC 8259 section 7).
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' || control == '\u{7f}' => _ = write!(out, "\\u{:04x}", u32::from(control)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Uint(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Bool(truth) => truth.to_string(),
        other => quoted(&other.cell().to_text()),
    }
}

/// Members with values; a repeated name is an array.
fn members<'d>(pairs: impl Iterator<Item = (String, &'d Value)>, write: impl Fn(&Value) -> String) -> Object {
    let mut known: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in pairs {
        match known.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => values.push(write(value)),
            None => known.push((name, vec![write(value)])),
        }
    }
    let mut object = Object::default();
    for (name, values) in known {
        match values.as_slice() {
            [one] => object.raw(&name, one),
            many => object.raw(&name, format!("[{}]", many.join(","))),
        }
    }
    object
}

fn named(event: &Event) -> impl Iterator<Item = (String, &Value)> {
    data(event).map(|(name, value)| (name.to_string(), value))
}

/// Names and values as they are.
pub(super) fn object(pairs: &[(Box<str>, Value)]) -> String {
    members(pairs.iter().map(|(name, value)| (name.to_string(), value)), value).end()
}

/// As evtx_dump writes it.
pub(super) fn evtx_dump(event: &Event) -> String {
    let attributes = |pairs: &[(&str, &str)]| {
        let mut inner = Object::default();
        for (name, native) in pairs {
            inner.number(event, name, native);
        }
        let mut outer = Object::default();
        outer.raw("#attributes", inner.end());
        outer.end()
    };
    let mut system = Object::default();
    system.raw("Provider", attributes(&[("Name", native::PROVIDER), ("Guid", "Provider_Guid")]));
    for name in [native::EVENT_ID, "Version", native::LEVEL, native::TASK, native::OPCODE] {
        system.number(event, name, name);
    }
    system.system(event, native::KEYWORDS, native::KEYWORDS);
    system.raw("TimeCreated", attributes(&[("SystemTime", native::TIME)]));
    system.number(event, native::RECORD, native::RECORD);
    system.raw("Correlation", "null");
    system.raw("Execution", attributes(&[("ProcessID", "Execution_ProcessID"), ("ThreadID", "Execution_ThreadID")]));
    system.system(event, native::CHANNEL, native::CHANNEL);
    system.system(event, native::COMPUTER, native::COMPUTER);
    system.raw("Security", attributes(&[("UserID", native::USER_ID)]));
    let mut inner = Object::default();
    inner.raw("System", system.end());
    inner.raw("EventData", members(named(event), value).end());
    let mut outer = Object::default();
    outer.raw("Event", inner.end());
    outer.end()
}

/// As Winlogbeat 8 ships it: data as text, values without names numbered.
pub(super) fn winlogbeat(event: &Event) -> String {
    let mut number = 0_u32;
    let pairs: Vec<(String, &Value)> = data(event)
        .map(|(name, value)| match &**name {
            native::DATA => {
                number = number.saturating_add(1);
                (format!("param{number}"), value)
            }
            name => (name.to_owned(), value),
        })
        .collect();
    let text = |value: &Value| quoted(&value.cell().to_text());
    let mut winlog = Object::default();
    winlog.system(event, "channel", native::CHANNEL);
    winlog.system(event, "provider_name", native::PROVIDER);
    winlog.system(event, "provider_guid", "Provider_Guid");
    winlog.system(event, "event_id", native::EVENT_ID);
    winlog.system(event, "record_id", native::RECORD);
    winlog.system(event, "computer_name", native::COMPUTER);
    winlog.number(event, "version", "Version");
    if let Some(user) = system(event, native::USER_ID) {
        winlog.raw("user", format!("{{\"identifier\":{}}}", quoted(&user)));
    }
    winlog.raw("event_data", members(pairs.into_iter(), text).end());
    let mut beat = Object::default();
    beat.system(event, "@timestamp", native::TIME);
    beat.raw("agent", "{\"type\":\"winlogbeat\"}");
    beat.raw("event", format!("{{\"code\":{},\"kind\":\"event\"}}", quoted(&event.head.key.event_id.to_string())));
    beat.raw("winlog", winlog.end());
    beat.end()
}

/// As NXLog's `to_json` writes it, with the data's XML references; or as OTRF's data sets are.
pub(super) fn nxlog(event: &Event, mordor: bool) -> String {
    let text = |value: &Value| quoted(&super::xml::escaped(&value.cell().to_text()));
    let mut object = members(named(event), text);
    object.system(event, "EventTime", native::TIME);
    object.system(event, "Hostname", native::COMPUTER);
    object.number(event, "EventID", native::EVENT_ID);
    object.system(event, "SourceName", native::PROVIDER);
    object.system(event, "ProviderGuid", "Provider_Guid");
    object.system(event, "Channel", native::CHANNEL);
    object.number(event, "RecordNumber", native::RECORD);
    object.number(event, "Version", "Version");
    object.number(event, "Task", native::TASK);
    object.number(event, "OpcodeValue", native::OPCODE);
    object.number(event, "ExecutionProcessID", "Execution_ProcessID");
    object.number(event, "ThreadID", "Execution_ThreadID");
    object.system(event, "UserID", native::USER_ID);
    let keywords =
        system(event, native::KEYWORDS).and_then(|text| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok());
    if let Some(keywords) = keywords {
        object.raw("Keywords", i64::from_ne_bytes(keywords.to_ne_bytes()).to_string());
    }
    object.raw("SourceModuleName", quoted("eventlog"));
    object.raw("SourceModuleType", quoted("im_msvistalog"));
    if mordor {
        object.raw("tags", "[\"mordorDataset\"]");
    }
    object.end()
}

/// Flat, as converters of Sysmon's log write it.
pub(super) fn flat(event: &Event) -> String {
    let mut object = Object::default();
    object.number(event, "EventID", native::EVENT_ID);
    object.system(event, "Channel", native::CHANNEL);
    object.system(event, "ProviderName", native::PROVIDER);
    object.system(event, "Computer", native::COMPUTER);
    object.system(event, "TimeCreated", native::TIME);
    object.number(event, "EventRecordID", native::RECORD);
    let text = |value: &Value| quoted(&super::xml::escaped(&value.cell().to_text()));
    object.0.extend(members(named(event), text).0);
    object.end()
}

/// As Wazuh's alerts are: names with a small first letter, values escaped twice.
pub(super) fn wazuh(event: &Event) -> String {
    let small = |name: &str| {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let twice = |value: &Value| quoted(&value.cell().to_text().replace('\\', "\\\\").replace('"', "\\\""));
    let mut inside = Object::default();
    inside.system(event, "providerName", native::PROVIDER);
    inside.system(event, "eventID", native::EVENT_ID);
    inside.system(event, "systemTime", native::TIME);
    inside.system(event, "eventRecordID", native::RECORD);
    inside.system(event, "channel", native::CHANNEL);
    inside.system(event, "computer", native::COMPUTER);
    for name in ["Version", native::LEVEL, native::TASK, native::OPCODE, native::KEYWORDS] {
        inside.system(event, &small(name), name);
    }
    let fields = members(data(event).map(|(name, value)| (small(name), value)), twice);
    let mut win = Object::default();
    win.raw("system", inside.end());
    win.raw("eventdata", fields.end());
    format!("{{\"agent\":{{\"id\":\"001\"}},\"data\":{{\"win\":{}}}}}", win.end())
}

/// As Splunk exports a search: the record as XML in `_raw`.
pub(super) fn splunk(event: &Event, xml: &str) -> String {
    let mut result = Object::default();
    result.raw("_raw", quoted(xml));
    result.system(event, "_time", native::TIME);
    result.system(event, "EventCode", native::EVENT_ID);
    result.system(event, "host", native::COMPUTER);
    result.raw("sourcetype", quoted("XmlWinEventLog"));
    format!("{{\"preview\":false,\"result\":{}}}", result.end())
}
