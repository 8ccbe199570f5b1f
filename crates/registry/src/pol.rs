//! `registry.pol` ([MS-GPREG] 2.2.1): what a group policy writes.
//!
//! The file does not say whether it is for the machine or for users: its directory does (`Machine` or `User`).

use crate::out::{Out, about, location, quote};
use crate::{About, Data, Fact, Format, Intent, Place, Root, path};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};

/// Code units of a key or a name, at most: what the registry allows (learn.microsoft.com, "Registry Element Size
/// Limits": 16,383 for a name; paths of keys may be longer).
const LONGEST_NAME: usize = 32_768;
/// How often a damaged file is picked up again.
const RESTARTS: u32 = 256;

/// Whether bytes begin as such a file does.
pub(crate) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PReg")
}

/// Whose the file is, by the directory nearest to it, or by its name where that says it (`ntuser.pol`).
pub(crate) fn root(name: &str) -> Option<Root> {
    let mut parts = name.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or_default().to_ascii_lowercase();
    let of_directory = parts.find_map(|part| match part.to_ascii_lowercase().as_str() {
        "machine" | "computer" => Some(Root::Machine),
        "user" => Some(Root::User),
        "programdata" | "all users" if file == "ntuser.pol" => Some(Root::Machine),
        _ => None,
    });
    of_directory.or_else(|| match file.split('.').next().unwrap_or_default() {
        "machine" | "computer" => Some(Root::Machine),
        "user" | "ntuser" => Some(Root::User),
        _ => None,
    })
}

/// The user of `GroupPolicyUsers\<SID>\User\registry.pol`.
fn user(name: &str) -> Option<String> {
    let part = name.rsplit(['/', '\\']).find(|part| part.to_ascii_uppercase().starts_with("S-1-"))?;
    Some(part.to_owned())
}

pub(crate) fn read(name: &str, bytes: &[u8], mut out: Out<'_>) -> About {
    let mut about = about(Format::Pol, Intent::Policy);
    about.user = user(name);
    let root = root(name).unwrap_or_else(|| {
        let message = "the path does not say whether it is for the machine or for users; read as for users";
        out.tell(code::NOTE_ODD, Location::default(), message);
        Root::User
    });
    let mut cursor = Cursor::new(bytes);
    let head = cursor.array::<4>("signature").and_then(|magic| Ok((magic, cursor.u32("version")?)));
    match head {
        Ok((magic, version)) if magic != *b"PReg" || version != 1 => {
            let message = format!("signature and version are not PReg and 1 but {} and {version}", hex(&magic));
            out.tell(code::BROKEN_STRUCTURE, Location::bytes(0, 8), message);
        }
        Err(short) => out.tell(code::BROKEN_TRUNCATED, Location::bytes(0, 0), short.to_string()),
        Ok(_) => {}
    }
    let mut reader = Reader { cursor, out, root, restarts: 0 };
    while !reader.cursor.is_empty() && reader.out.step() {
        reader.record();
    }
    reader.out.finish();
    about
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Reader<'a, 'o> {
    cursor: Cursor<'a>,
    out: Out<'o>,
    root: Root,
    restarts: u32,
}

/// Why a record cannot be read.
struct Broken {
    code: &'static str,
    message: String,
}

impl From<ddefend_guard::Short> for Broken {
    fn from(short: ddefend_guard::Short) -> Self {
        Self { code: code::BROKEN_TRUNCATED, message: short.to_string() }
    }
}

impl<'a> Reader<'a, '_> {
    fn record(&mut self) {
        let start = self.cursor.position();
        let Err(broken) = self.parts(start) else { return };
        let place = Location::bytes(start as u64, 0);
        self.out.tell(broken.code, place.clone(), format!("a setting that cannot be read: {}", broken.message));
        self.restarts = self.restarts.saturating_add(1);
        if self.restarts > RESTARTS {
            self.out.tell(code::LIMIT_STRUCTURE, place, "too much damage; the rest was not read");
            self.cursor.seek(self.cursor.data().len());
        } else {
            self.resume();
        }
    }

    /// Goes to the next `[`, at or behind the place where reading stuck.
    fn resume(&mut self) {
        let found = self.cursor.rest().chunks_exact(2).position(|unit| *unit == [b'[', 0]);
        let at = match found {
            Some(units) => self.cursor.position().saturating_add(units.saturating_mul(2)),
            None => self.cursor.data().len(),
        };
        self.cursor.seek(at);
    }

    fn parts(&mut self, start: usize) -> Result<(), Broken> {
        self.sign('[')?;
        let key = self.name("key")?;
        self.sign(';')?;
        let name = self.name("name of the value")?;
        self.sign(';')?;
        let kind = self.cursor.u32("type")?;
        self.sign(';')?;
        let size = self.cursor.u32("size")?;
        self.sign(';')?;
        let before = self.cursor;
        let data = usize::try_from(size).ok().and_then(|size| self.cursor.take(size, "data").ok());
        let data = match data {
            Some(data) if self.sign(']').is_ok() => data,
            _ => {
                self.cursor = before;
                self.lying(start, size)?
            }
        };
        let place = Place::Offset(start as u64);
        // Lists of orders are texts whatever type they are said to be of.
        let listed = name.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("**delete"));
        let data = Data::from_raw(if listed { 1 } else { kind }, data);
        Setting { key: path::tidy(&key), name, data, place }.tell(&self.root, &mut self.out);
        Ok(())
    }

    /// The data where its declared size is wrong: all up to the bracket that ends the setting.
    fn lying(&mut self, start: usize, size: u32) -> Result<&'a [u8], Broken> {
        let rest = self.cursor.rest();
        let mut units = rest.chunks_exact(2).enumerate().peekable();
        while let Some((at, unit)) = units.next() {
            if *unit == [b']', 0] && units.peek().is_none_or(|(_, next)| **next == [b'[', 0]) {
                let data = self.cursor.take(at.saturating_mul(2), "data")?;
                self.sign(']')?;
                let message = format!("declares {size} bytes of data and has {}", data.len());
                self.out.tell(code::BROKEN_CHECKSUM, Location::bytes(start as u64, 0), message);
                return Ok(data);
            }
        }
        let message = format!("declares {size} bytes of data, {} are left", rest.len());
        Err(Broken { code: code::BROKEN_TRUNCATED, message })
    }

    /// One UTF-16 letter.
    fn sign(&mut self, wanted: char) -> Result<(), Broken> {
        let before = self.cursor;
        let unit = self.cursor.u16("delimiter")?;
        if u32::from(unit) == u32::from(wanted) {
            return Ok(());
        }
        self.cursor = before;
        let (at, found) = (before.position(), char::from_u32(u32::from(unit)).unwrap_or('\u{fffd}'));
        let message = format!("{wanted} expected at byte {at:#x}, not {}", quote(&found.to_string()));
        Err(Broken { code: code::BROKEN_STRUCTURE, message })
    }

    /// UTF-16 up to its NUL.
    fn name(&mut self, what: &'static str) -> Result<String, Broken> {
        let start = self.cursor.position();
        let mut units = Vec::new();
        loop {
            match self.cursor.u16(what)? {
                0 => break,
                unit => units.push(unit),
            }
            if units.len() > LONGEST_NAME {
                let message = format!("{what} at byte {start:#x} is longer than the registry allows");
                return Err(Broken { code: code::BROKEN_STRUCTURE, message });
            }
        }
        String::from_utf16(&units).or_else(|_| {
            let message = format!("{what} is no text in UTF-16");
            self.out.tell(code::BROKEN_STRUCTURE, Location::bytes(start as u64, 0), message);
            Ok(String::from_utf16_lossy(&units))
        })
    }
}

/// One setting of a policy.
pub(crate) struct Setting {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) data: Data,
    pub(crate) place: Place,
}

impl Setting {
    /// Names that begin with `**` are orders ([MS-GPREG] 2.2.1.1, 3.2.5.1).
    pub(crate) fn tell(self, root: &Root, out: &mut Out<'_>) {
        let place = self.place;
        let mut fact = |key: &str, fact: Fact| out.fact(root, key, fact, place, None);
        let lower = self.name.to_ascii_lowercase();
        let behind = |order: &str| self.name.get(order.len()..).unwrap_or_default().to_owned();
        if lower.starts_with("**delvals") {
            fact(&self.key, Fact::ValuesRemoved);
        } else if lower.starts_with("**deletevalues") {
            for name in self.list() {
                fact(&self.key, Fact::ValueRemoved { name });
            }
        } else if lower.starts_with("**deletekeys") {
            for child in self.list() {
                fact(&path::below(&self.key, &child), Fact::KeyRemoved);
            }
        } else if lower.starts_with("**del.") {
            fact(&self.key, Fact::ValueRemoved { name: behind("**del.") });
        } else if lower.starts_with("**soft.") {
            fact(&self.key, Fact::Value { name: behind("**soft."), data: self.data.clone() });
            self.note(out, "is written only where the value does not exist yet");
        } else if lower.starts_with("**securekey") || lower.starts_with("**comment") {
            // Access rights of the key, and words for people: no values.
        } else if self.name.is_empty() && self.data == Data::None(Vec::new()) {
            fact(&self.key, Fact::Key);
        } else {
            fact(&self.key, Fact::Value { name: self.name.clone(), data: self.data.clone() });
            if self.name.starts_with("**") {
                self.note(out, "begins like an order and is none that is known; read as a value");
            }
        }
    }

    fn note(&self, out: &mut Out<'_>, what: &str) {
        out.tell(code::NOTE_ODD, location(self.place), format!("{} {what}", quote(&self.name)));
    }

    /// Names with semicolons between.
    fn list(&self) -> Vec<String> {
        let names = self.data.text().unwrap_or_default().split(';').map(str::trim);
        names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }
}
