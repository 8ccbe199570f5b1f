//! One row of a dump to facts, by the names of its columns.

use crate::out::{Out, quote};
use crate::{Data, Fact, Origin, Place, Root, fold, path, typed};
use ddefend_event::{Time, Zone};
use serde_json::{Map, Value};

/// Properties that PowerShell adds to an item.
const ADDED: [&str; 8] = [
    "PSPath",
    "PSParentPath",
    "PSChildName",
    "PSDrive",
    "PSProvider",
    "PSComputerName",
    "PSShowComputerName",
    "RunspaceId",
];
const HOST: &[&str] = &["pscomputername", "fqdn", "hostname", "computername", "computer", "hostidentifier"];
const KEY: &[&str] = &["keypath", "registrykey", "regkey", "key"];
const PATH: &[&str] = &["ospath", "fullpath", "registrypath", "regpath", "path"];
const NAME: &[&str] = &["valuename", "name"];
const DATA: &[&str] = &["valuedata", "data", "value"];
const TYPE: &[&str] = &["valuetype", "datatype", "type"];
const WRITTEN: &[&str] = &["lastwritetimestamp", "lastwritetime", "lastwrite", "mtime", "modtime"];

/// Something in a row that cannot be read.
pub(super) struct Problem(pub(super) String);

/// What a row says.
pub(super) struct Row {
    pub(super) host: Option<String>,
    pub(super) problems: Vec<Problem>,
    /// A type was guessed.
    pub(super) guessed: bool,
    root: Root,
    key: String,
    facts: Vec<Fact>,
    written: Option<Time>,
    origin: Origin,
}

/// An object's fields by their bare names.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    bare: Vec<(String, &'a Value)>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(object: &'a Map<String, Value>) -> Self {
        Self { object, bare: object.iter().map(|(name, value)| (bare(name), value)).collect() }
    }

    /// The computer that a row names.
    pub(super) fn host(&self) -> Option<&'a str> {
        self.text(HOST).filter(|host| !host.is_empty())
    }

    /// The first of `names` that is there.
    fn get(&self, names: &[&str]) -> Option<&'a Value> {
        names.iter().find_map(|wanted| self.bare.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value))
    }

    fn text(&self, names: &[&str]) -> Option<&'a str> {
        self.get(names).and_then(Value::as_str)
    }
}

/// Whether columns may be those of a dump; rows decide.
pub(super) fn may_be(columns: &[String]) -> bool {
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&bare(column).as_str()));
    has(&["pspath", "psparentpath"]) || ((has(KEY) || has(PATH)) && (has(NAME) || has(DATA)))
}

/// A column's name without regard to case, blanks and underscores.
fn bare(name: &str) -> String {
    fold(name).chars().filter(|letter| !matches!(letter, ' ' | '_')).collect()
}

/// `(default)` of PowerShell, osquery and RECmd, `@` of Velociraptor.
fn plain_name(name: &str) -> &str {
    if name.eq_ignore_ascii_case("(default)") || name == "@" { "" } else { name }
}

impl Row {
    /// The row that an object is; none where it is not about the registry. `typed` where numbers and texts are told
    /// apart, as in JSON.
    pub(super) fn of(fields: &Fields<'_>, host: Option<&str>, typed: bool) -> Option<Self> {
        let row = powershell(fields.object, typed).or_else(|| hive_row(fields));
        let mut row = row.or_else(|| value_row(fields, typed))?;
        row.host = fields.host().or(host).map(str::to_owned);
        row.written = fields.get(WRITTEN).and_then(time);
        Some(row)
    }

    fn new(root: Root, key: String) -> Self {
        let facts = Vec::new();
        let problems = Vec::new();
        Self { host: None, problems, guessed: false, root, key, facts, written: None, origin: Origin::Written }
    }

    /// Reports its facts.
    pub(super) fn tell(self, line: u64, out: &mut Out<'_>) {
        for fact in self.facts {
            out.found(&self.root, &self.key, fact, (Place::Line(line), self.written, self.origin));
        }
    }

    fn value(&mut self, name: &str, kind: Option<u32>, value: &Value, typed: bool) {
        let data = match kind {
            Some(kind) => data_of(kind, value),
            None => {
                self.guessed |= !typed || value.is_number();
                Some(guess(value, typed))
            }
        };
        match data {
            Some(data) => self.facts.push(Fact::Value { name: plain_name(name).to_owned(), data }),
            None => {
                let message =
                    format!("{}: data that does not fit its type: {}", quote(name), quote(&value.to_string()));
                self.problems.push(Problem(message));
            }
        }
    }
}

/// `Get-ItemProperty`: the values are properties; `Get-Item` and `Get-ChildItem` tell keys.
fn powershell(object: &Map<String, Value>, typed: bool) -> Option<Row> {
    let whole = object.get("PSPath").and_then(Value::as_str);
    let parent =
        object.get("PSParentPath").and_then(Value::as_str).zip(object.get("PSChildName").and_then(Value::as_str));
    let whole = match (whole, parent) {
        (Some(whole), _) => whole.to_owned(),
        (None, Some((parent, child))) => format!("{parent}\\{child}"),
        (None, None) => return None,
    };
    let (root, key) = path::split(&whole)?;
    let mut row = Row::new(root, key);
    row.facts.push(Fact::Key);
    if object.contains_key("ValueCount") && object.contains_key("SubKeyCount") {
        return Some(row);
    }
    for (name, value) in object {
        let empty = !typed && value.as_str() == Some("");
        if !ADDED.contains(&name.as_str()) && !value.is_null() && !empty {
            row.value(name, None, value, typed);
        }
    }
    Some(row)
}

/// RECmd: the key stands in a hive, whose type is told.
fn hive_row(fields: &Fields<'_>) -> Option<Row> {
    let hive = fields.text(&["hivepath"])?;
    let kind = fold(fields.text(&["hivetype"])?);
    let key = path::tidy(fields.text(&["keypath"])?);
    let key = key.strip_prefix("ROOT\\").unwrap_or(if key == "ROOT" { "" } else { &key });
    let mut parts = hive.split(['\\', '/']).skip_while(|part| !part.eq_ignore_ascii_case("users"));
    let user = parts.nth(1).filter(|_| parts.next().is_some());
    let person = || user.map_or(Root::User, |user| Root::Users(user.to_owned()));
    let (root, key) = match kind.as_str() {
        "ntuser" => (person(), key.to_owned()),
        "usrclass" => (person(), path::below("Software\\Classes", key)),
        "software" => (Root::Machine, path::below("SOFTWARE", key)),
        "system" => (Root::Machine, path::below("SYSTEM", key)),
        _ => return None,
    };
    let mut row = Row::new(root, key);
    let name = fields.text(NAME).unwrap_or_default();
    let kind = fields.text(TYPE).and_then(typed::kind);
    match (kind, fields.get(&["valuedata"])) {
        (Some(kind), Some(value)) => row.value(name, Some(kind), value, false),
        _ => row.facts.push(Fact::Key),
    }
    if fields.text(&["deleted"]).is_some_and(|deleted| deleted.eq_ignore_ascii_case("true")) {
        row.origin = Origin::Deleted;
    }
    Some(row)
}

/// osquery and Velociraptor: key or path of the value with its root, name, type and data.
fn value_row(fields: &Fields<'_>, typed: bool) -> Option<Row> {
    let name = fields.text(NAME);
    let whole = || fields.text(PATH).and_then(path::split);
    let data = fields.get(DATA).filter(|data| !data.is_null());
    // Velociraptor tells type and data in one object.
    let (data, inner) = match data {
        Some(Value::Object(inner)) => (inner.get("value"), inner.get("type").and_then(Value::as_str)),
        other => (other, None),
    };
    let kind = inner.or_else(|| fields.text(TYPE));
    let is_key = kind.is_some_and(|kind| ["subkey", "key"].iter().any(|word| kind.eq_ignore_ascii_case(word)));
    if is_key {
        let (root, key) = whole().or_else(|| fields.text(KEY).and_then(path::split))?;
        let mut row = Row::new(root, key);
        row.facts.push(Fact::Key);
        return Some(row);
    }
    let key = fields.text(KEY).and_then(path::split);
    let (at, name) = match (key, name) {
        (Some(at), Some(name)) => (at, name.to_owned()),
        (Some(at), None) if data.is_none() => {
            let mut row = Row::new(at.0, at.1);
            row.facts.push(Fact::Key);
            return Some(row);
        }
        (Some(_), None) => return None,
        (None, name) => {
            let (root, whole) = whole()?;
            // The path goes down to the value; names may hold backslashes.
            let ending = name.and_then(|name| Some((whole.strip_suffix(name)?.strip_suffix('\\')?, name)));
            match ending.or_else(|| whole.rsplit_once('\\')) {
                Some((key, name)) if data.is_some() => ((root, key.to_owned()), name.to_owned()),
                _ => {
                    let mut row = Row::new(root, whole);
                    row.facts.push(Fact::Key);
                    return Some(row);
                }
            }
        }
    };
    let mut row = Row::new(at.0, at.1);
    match data {
        Some(value) => row.value(&name, kind.and_then(typed::kind), value, typed),
        None => row.facts.push(Fact::Key),
    }
    Some(row)
}

/// Data of a known type.
fn data_of(kind: u32, value: &Value) -> Option<Data> {
    Some(match (kind, value) {
        (7, Value::Array(items)) => Data::MultiSz(texts(items)),
        (_, Value::Array(items)) => Data::from_raw(kind, &numbers(items)?),
        (_, Value::Null) => Data::from_raw(kind, &[]),
        (7, Value::String(text)) => typed::data(kind, text, &["\\0", "\0", "\r\n", "\n", ","])?,
        (_, Value::String(text)) => typed::data(kind, text, &[])?,
        (_, Value::Bool(on)) => typed::data(kind, if *on { "1" } else { "0" }, &[])?,
        (_, other) => typed::data(kind, &other.to_string(), &[])?,
    })
}

fn texts(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
}

fn numbers(items: &[Value]) -> Option<Vec<u8>> {
    items.iter().map(|item| item.as_u64().and_then(|number| u8::try_from(number).ok())).collect()
}

/// Data of a type that is not told.
fn guess(value: &Value, typed: bool) -> Data {
    let number = |text: &str| match typed::dword(text) {
        Some(number) => Some(Data::Dword(number)),
        None => typed::number(text).map(Data::Qword),
    };
    match value {
        Value::Number(found) => number(&found.to_string()).unwrap_or_else(|| Data::Sz(found.to_string())),
        Value::String(text) if !typed => {
            let whole = !text.is_empty() && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
            whole.then(|| number(text)).flatten().unwrap_or_else(|| Data::Sz(text.clone()))
        }
        Value::String(text) => Data::Sz(text.clone()),
        Value::Array(items) if !items.is_empty() && numbers(items).is_some() => {
            Data::Binary(numbers(items).unwrap_or_default())
        }
        Value::Array(items) => Data::MultiSz(texts(items)),
        Value::Bool(on) => Data::Dword(u32::from(*on)),
        Value::Null => Data::Sz(String::new()),
        Value::Object(_) => Data::Sz(value.to_string()),
    }
}

/// A time in words, or in seconds since 1970.
fn time(value: &Value) -> Option<Time> {
    let seconds = |seconds: i64| {
        let ticks = seconds.checked_mul(Time::SECOND)?;
        (seconds > 0).then_some(Time { ticks, zone: Zone::Utc })
    };
    match value {
        Value::Number(number) => seconds(number.as_i64()?),
        Value::String(text) => text.trim().parse().ok().map_or_else(|| Time::parse(text), seconds),
        _ => None,
    }
}
