//! Inputs about the registry that are no hives: exports, policies and dumps.

use super::{Entry, Sample};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_registry::{Data, Fact, Format, Input, Interest, Origin, Place, Root, Sink, read, write};

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The readers of exports, policies and dumps. Each meets the bytes as they are and as damage to a sound file.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "reg", run: reg, seed: |_| false },
    Entry { name: "registry-pol", run: pol, seed: |_| false },
    Entry { name: "policy-xml", run: xml, seed: |name| name.ends_with(".xml") },
    Entry { name: "policy-text", run: text, seed: |_| false },
    Entry { name: "registry-dump", run: dump, seed: |name| name.ends_with(".csv") },
];

#[derive(Default)]
struct Kept(Vec<ddefend_registry::Entry>);

impl Sink for Kept {
    fn entry(&mut self, entry: ddefend_registry::Entry) -> bool {
        self.0.push(entry);
        true
    }

    fn diagnostic(&mut self, _: Diagnostic) {}
}

fn look(bytes: &[u8], format: Option<Format>) -> Vec<ddefend_registry::Entry> {
    let budget = Budget::new(Limits::default(), Stop::default());
    let input = Input { name: "User/registry.pol", bytes, logs: &[] };
    let mut kept = Kept::default();
    let _ = read(&input, format, &Interest::everything(), &budget, &mut kept);
    kept.0
}

/// A sound file with the damage that the bytes ask for: four bytes an edit (where, what, which letter).
fn damaged(sound: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut file = sound.to_vec();
    for edit in bytes.chunks_exact(4).take(6) {
        let &[low, high, what, letter] = edit else { continue };
        let at = usize::from(u16::from_le_bytes([low, high])) % file.len().max(1);
        match what % 5 {
            0 => file.truncate(at),
            1 => file.insert(at.min(file.len()), letter),
            2 if at < file.len() => drop(file.remove(at)),
            _ => file.get_mut(at).into_iter().for_each(|byte| *byte = letter),
        }
    }
    file
}

fn meet(bytes: &[u8], format: Format, sound: &[&[u8]]) -> Vec<Vec<ddefend_registry::Entry>> {
    let mut read = vec![look(bytes, Some(format)), look(bytes, None)];
    read.extend(sound.iter().map(|sound| look(&damaged(sound, bytes), Some(format))));
    read
}

fn fact(root: Root, key: &str, fact: Fact) -> ddefend_registry::Entry {
    let (place, origin) = (Place::Unknown, Origin::Written);
    ddefend_registry::Entry { root, key: key.into(), fact, written: None, place, origin }
}

fn changes() -> Vec<ddefend_registry::Entry> {
    let word = r"Software\Microsoft\Office\16.0\Word\Security";
    let value = |name: &str, data| fact(Root::User, word, Fact::Value { name: name.into(), data });
    vec![
        value("AllowDDE", Data::Dword(0)),
        value("text", Data::Sz("a \"b\" \\ c".into())),
        value("list", Data::MultiSz(vec!["a".into(), "b".into()])),
        value("bytes", Data::Binary((0..60).collect())),
        fact(Root::User, word, Fact::ValueRemoved { name: "gone".into() }),
        fact(Root::User, r"Software\k\gone", Fact::KeyRemoved),
    ]
}

/// What was read and can be written is read back the same. NULs end a text.
fn again(
    entries: &[ddefend_registry::Entry],
    format: Format,
    write: impl Fn(&[ddefend_registry::Entry]) -> Option<Vec<u8>>,
) {
    let said = |entry: &&ddefend_registry::Entry| {
        entry.fact != Fact::Key && !format!("{:?}", entry.fact).contains("\\0") && write(&[(*entry).clone()]).is_some()
    };
    let entries: Vec<_> = entries.iter().filter(said).cloned().collect();
    let Some(bytes) = write(&entries) else { return };
    let facts = |entries: &[ddefend_registry::Entry]| -> Vec<(Root, String, Fact)> {
        let told = entries.iter().filter(|entry| entry.fact != Fact::Key);
        told.map(|entry| (entry.root.clone(), entry.key.clone(), entry.fact.clone())).collect()
    };
    assert_eq!(facts(&look(&bytes, Some(format))), facts(&entries), "what was written reads differently");
}

fn reg(bytes: &[u8]) {
    let written = write::reg(&changes(), "words").unwrap_or_default();
    let old = b"REGEDIT4\r\n[HKEY_CURRENT_USER\\k]\r\n\"a\"=hex(2):41,\\\r\n  00\r\n\"b\"=\"x\r\ny\"\r\n[-HKEY_CURRENT_USER\\k]";
    for entries in meet(bytes, Format::Reg, &[&written, old]) {
        again(&entries, Format::Reg, |entries| write::reg(entries, "").ok());
    }
}

fn pol(bytes: &[u8]) {
    let written = write::pol(&changes(), &Root::User).unwrap_or_default();
    for entries in meet(bytes, Format::Pol, &[&written]) {
        again(&entries, Format::Pol, |entries| write::pol(entries, &Root::User).ok());
    }
}

fn xml(bytes: &[u8]) {
    let written = write::gpp(&changes(), &Root::User).unwrap_or_default();
    let rules = b"<PolicyRules><UserConfig><Key>k</Key><Value>v</Value><RegType>REG_DWORD</RegType>\
        <RegData>1</RegData><PolicyName>p</PolicyName></UserConfig></PolicyRules>";
    let report = b"<GPO><Name>n</Name><User><RegistrySetting><KeyPath>k</KeyPath><Value><Name>v</Name>\
        <Number>1</Number></Value></RegistrySetting></User></GPO>";
    meet(bytes, Format::Gpp, &[&written]);
    meet(bytes, Format::PolicyRules, &[rules]);
    meet(bytes, Format::GpReport, &[report]);
    meet(bytes, Format::GpResult, &[report]);
    let _ = ddefend_registry::backup_name(bytes);
}

fn text(bytes: &[u8]) {
    let plain: Vec<_> = changes().into_iter().filter(|entry| entry.fact != Fact::KeyRemoved).collect();
    let written = write::lgpo(&plain, "words").unwrap_or_default();
    for entries in meet(bytes, Format::Lgpo, &[&written]) {
        again(&entries, Format::Lgpo, |entries| write::lgpo(entries, "").ok());
    }
    let query = b"HKEY_CURRENT_USER\\k\r\n    (Default)    REG_SZ    x\r\n    a    REG_DWORD    0x1\r\n\r\n\
        HKEY_CURRENT_USER\\k\\b\r\n    m    REG_MULTI_SZ    a\\0b\r\n";
    meet(bytes, Format::RegQuery, &[query]);
}

fn dump(bytes: &[u8]) {
    let json = br#"[{"key":"HKEY_CURRENT_USER\\k","name":"a","type":"REG_DWORD","data":"2","mtime":"1600000000"},
        {"OSPath":"HKEY_USERS\\S-1\\k\\a","Name":"a","Data":{"type":"SZ","value":"x"},"Fqdn":"PC7"}]"#;
    let powershell = br#"{"a":1,"b":[1,2],"PSPath":"Registry::HKEY_CURRENT_USER\\k"}"#;
    let defender = br#"{"AttackSurfaceReductionRules_Ids":["d4f940ab"],"AttackSurfaceReductionRules_Actions":[1]}"#;
    let table =
        b"key,name,type,data\r\nHKEY_CURRENT_USER\\k,a,REG_DWORD,2\r\nHKEY_CURRENT_USER\\k,b,REG_SZ,\"x, y\"\r\n";
    meet(bytes, Format::Json, &[json, powershell]);
    meet(bytes, Format::MpPreference, &[defender]);
    meet(bytes, Format::Csv, &[table]);
}
