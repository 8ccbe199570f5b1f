//! What a record's values look like in binary XML.
use crate::evtx::value;
use ddefend_event::{Cell, Event, Time, Value, native};

/// Bytes that a record's text and the names of its data may have.
const MAX_TEXT: usize = 56_000;
/// What a field takes besides its name and its text.
const FIELD: usize = 72;

/// A value with its type.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Typed {
    pub(super) kind: u8,
    pub(super) bytes: Vec<u8>,
}

/// A record that is ready to be written.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) number: u64,
    /// A FILETIME.
    pub(super) written: u64,
    /// Values of `System` in the order of [`SYSTEM`].
    pub(super) system: Vec<Typed>,
    /// Names and values of `EventData`.
    pub(super) data: Vec<(Box<str>, Typed)>,
}

/// Where the values of `System` stand: element, attribute (empty: its text), native name, type that Windows gives them.
pub(super) const SYSTEM: [(&str, &str, &str, u8); 18] = [
    ("Provider", "Name", native::PROVIDER, value::STRING),
    ("Provider", "Guid", "Provider_Guid", 0x0f),
    ("Provider", "EventSourceName", "Provider_EventSourceName", value::STRING),
    ("EventID", "Qualifiers", "EventID_Qualifiers", 0x06),
    ("EventID", "", native::EVENT_ID, 0x06),
    ("Version", "", "Version", 0x04),
    ("Level", "", native::LEVEL, 0x04),
    ("Task", "", native::TASK, 0x06),
    ("Opcode", "", native::OPCODE, 0x04),
    ("Keywords", "", native::KEYWORDS, 0x15),
    ("TimeCreated", "SystemTime", native::TIME, 0x11),
    ("EventRecordID", "", native::RECORD, 0x0a),
    ("Correlation", "ActivityID", "Correlation_ActivityID", 0x0f),
    ("Correlation", "RelatedActivityID", "Correlation_RelatedActivityID", 0x0f),
    ("Execution", "ProcessID", "Execution_ProcessID", 0x08),
    ("Execution", "ThreadID", "Execution_ThreadID", 0x08),
    ("Channel", "", native::CHANNEL, value::STRING),
    ("Computer", "", native::COMPUTER, value::STRING),
];
/// The last one stands behind the others.
pub(super) const USER: (&str, &str, &str, u8) = ("Security", "UserID", native::USER_ID, value::SID);

/// Makes a record of an event.
pub(super) fn record(event: &Event, number: u64) -> Record {
    let mut left = MAX_TEXT;
    let mut used: Vec<usize> = Vec::new();
    let time = event.head.time;
    let system = SYSTEM.iter().chain([&USER]).map(|(.., name, kind)| {
        let known = event.data.iter().enumerate().find(|(_, (known, _))| known.eq_ignore_ascii_case(name));
        let given = known.map(|(place, (_, value))| {
            used.push(place);
            value.clone()
        });
        let key = &event.head.key;
        let value = given.or_else(|| match *name {
            native::PROVIDER => Some(Value::Text(key.provider.clone())),
            native::CHANNEL => Some(Value::Text(key.channel.clone())),
            native::COMPUTER => Some(Value::Text(event.head.host.clone())),
            native::EVENT_ID => Some(Value::Int(key.event_id.into())),
            native::RECORD => Some(Value::Text(number.to_string().into())),
            native::TIME => time.map(|time| Value::Text(time.to_string().into())),
            _ => None,
        });
        value.map(|value| wanted(&value, *kind, &mut left)).unwrap_or_default()
    });
    let system = system.collect();
    let mut data = Vec::new();
    for (_, (name, value)) in event.data.iter().enumerate().filter(|(place, _)| !used.contains(place)) {
        let Some(rest) = left.checked_sub(name.len().saturating_mul(4).saturating_add(FIELD)) else { break };
        left = rest;
        data.push((name.clone(), typed(value, &mut left)));
    }
    Record { number, written: time.map(filetime).unwrap_or_default(), system, data }
}

fn filetime(time: Time) -> u64 {
    let epoch = Time::from_filetime(0).ticks;
    u64::try_from(time.ticks.saturating_sub(epoch)).unwrap_or_default()
}

/// A value as that type, where it shows as the same text; else as what it looks like.
fn wanted(value: &Value, kind: u8, left: &mut usize) -> Typed {
    if *value == Value::Null {
        return Typed::default();
    }
    let text = value.cell().to_text();
    if kind == value::STRING {
        return string(&text, left);
    }
    of_kind(&text, kind).filter(|typed| shows(typed, &text)).unwrap_or_else(|| typed(value, left))
}

/// A value as the type that it is or looks like.
fn typed(value: &Value, left: &mut usize) -> Typed {
    match value {
        Value::Null => Typed::default(),
        Value::Int(number) => match (u32::try_from(*number), i32::try_from(*number)) {
            (Ok(number), _) => Typed { kind: 0x08, bytes: number.to_le_bytes().into() },
            (_, Ok(number)) => Typed { kind: 0x07, bytes: number.to_le_bytes().into() },
            _ => Typed { kind: 0x09, bytes: number.to_le_bytes().into() },
        },
        Value::Uint(number) => Typed { kind: 0x0a, bytes: number.to_le_bytes().into() },
        Value::Float(number) => Typed { kind: 0x0c, bytes: number.to_le_bytes().into() },
        Value::Bool(truth) => Typed { kind: 0x0d, bytes: u32::from(*truth).to_le_bytes().into() },
        Value::Text(text) => {
            let kinds: &[u8] = match text.as_bytes() {
                [b'{', ..] => &[0x0f],
                [b'S', b'-', ..] => &[value::SID],
                [b'0', b'x', ..] => &[0x15],
                [b'0'..=b'9', ..] if text.contains('T') => &[0x11],
                _ => &[],
            };
            let made = kinds.iter().find_map(|kind| of_kind(text, *kind)).filter(|made| shows(made, text));
            made.unwrap_or_else(|| string(text, left))
        }
    }
}

fn shows(typed: &Typed, text: &str) -> bool {
    value::text(&typed.bytes, typed.kind) == text
}

/// Text as that type, if it can be read so.
fn of_kind(text: &str, kind: u8) -> Option<Typed> {
    let bytes = match kind {
        0x04 => text.parse::<u8>().ok()?.to_le_bytes().into(),
        0x06 => text.parse::<u16>().ok()?.to_le_bytes().into(),
        0x08 => text.parse::<u32>().ok()?.to_le_bytes().into(),
        0x0a => text.parse::<u64>().ok()?.to_le_bytes().into(),
        0x15 => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()?.to_le_bytes().into(),
        0x11 => filetime(Time::parse(text)?).to_le_bytes().into(),
        0x0f => guid(text)?,
        value::SID => sid(text)?,
        _ => return None,
    };
    Some(Typed { kind, bytes })
}

fn string(text: &str, left: &mut usize) -> Typed {
    let mut bytes: Vec<u8> = Vec::new();
    for letter in text.chars() {
        let mut pair = [0; 2];
        let coded = letter.encode_utf16(&mut pair);
        let Some(rest) = left.checked_sub(coded.len().saturating_mul(2)) else { break };
        *left = rest;
        bytes.extend(coded.iter().flat_map(|unit| unit.to_le_bytes()));
    }
    Typed { kind: value::STRING, bytes }
}

/// A GUID in its binary layout.
fn guid(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let raw = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?.to_be_bytes();
    let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = raw;
    Some([a3, a2, a1, a0, b1, b0, c1, c0].into_iter().chain(rest).collect())
}

/// A SID in its binary layout.
fn sid(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.strip_prefix("S-1-")?.split('-');
    let authority: u64 = parts.next()?.parse().ok()?;
    let parts: Vec<u32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let mut out = vec![1, u8::try_from(parts.len()).ok().filter(|count| *count < 16)?];
    out.extend(authority.to_be_bytes().get(2..)?);
    parts.iter().for_each(|part| out.extend(part.to_le_bytes()));
    let shown = Cell::Sid(&out).to_text();
    (shown == text).then_some(out)
}
