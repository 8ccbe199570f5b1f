//! Office encryption: real files where DDEFEND_DATA leads to them, made ones always.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_container::cfb::Compound;
use ddefend_container::crypto::stream::{StreamKey, WORKBOOK_BLOCK};
use ddefend_container::crypto::xor::XorKey;
use ddefend_testkit::collect::{collect_with, secrets};
use ddefend_testkit::{Recorder, collect};
use std::path::PathBuf;

/// A real file, where the data folder is there.
fn real(name: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(std::env::var_os("DDEFEND_DATA")?);
    std::fs::read(folder.join("documents").join(name)).ok()
}

/// The FILEPASS record's data and the workbook stream.
fn file_pass(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut sink = Recorder::default();
    let compound = Compound::open(bytes, &mut sink).unwrap();
    let stream = compound.root().stream("Workbook").unwrap().read(&mut sink).into_owned();
    let mut at = 0;
    loop {
        let word = |at: usize| usize::from(u16::from_le_bytes([stream[at], stream[at + 1]]));
        let (kind, length) = (word(at), word(at + 2));
        if kind == 0x2f {
            return (stream[at + 4..at + 4 + length].to_vec(), stream);
        }
        at += 4 + length;
    }
}

#[test]
fn real_xor_workbook() {
    let Some(bytes) = real("benign/apache__poi/xor-encryption-abc.xls") else { return };
    let (record, stream) = file_pass(&bytes);
    let word = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
    assert_eq!(word(0), 0, "XOR obfuscation");
    assert_eq!((word(2), word(4)), XorKey::words("abc"));
    let key = XorKey::open(word(2), word(4), "abc").unwrap();
    assert!(XorKey::open(word(2), word(4), "abd").is_none());
    // The first FONT record (0x31) is plain text again: its name is there.
    let mut at = 0;
    while stream[at] != 0x31 || stream[at + 1] != 0 {
        at += 4 + usize::from(u16::from_le_bytes([stream[at + 2], stream[at + 3]]));
    }
    let size = usize::from(stream[at + 2]);
    let mut data = stream[at + 4..at + 4 + size].to_vec();
    key.decrypt_record(&mut data, (at + 4) as u64, size as u64, 0);
    let text = String::from_utf8_lossy(&data).replace('\0', "");
    assert!(text.contains("Arial") || text.contains("Calibri"), "{text:?}");
}

#[test]
fn real_default_password_workbook() {
    let Some(bytes) = real("dde/decalage2__oletools/dde-test-encrypt-standardpassword.xls") else { return };
    let (record, stream) = file_pass(&bytes);
    assert_eq!(record[..2], [1, 0], "RC4");
    let mut sink = Recorder::default();
    let unlocked = StreamKey::unlock(&record[2..], &mut sink).unwrap();
    assert!(unlocked.default);
    assert_eq!(sink.codes(), ["note.password"]);
    let mut plain = stream.clone();
    unlocked.key.apply(&mut plain, WORKBOOK_BLOCK);
    let has = |text: &str| {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        plain.windows(text.len()).any(|w| w == text.as_bytes()) || plain.windows(wide.len()).any(|w| w == wide)
    };
    assert!(has("cmd") || has("calc"), "the link's text is there");
}

#[test]
fn real_packages() {
    for (name, password) in [
        ("benign/apache__poi/protected_sha512.xlsx", "this is a test"),
        ("benign/apache__poi/bug53475-password-is-pass.docx", "pass"),
        ("benign/apache__poi/bug53475-password-is-solrcell.docx", "solrcell"),
        ("benign/apache__poi/protected_passtika.xlsx", "tika"),
        ("benign/apache__poi/protected_passtika.xlsb", "tika"),
        ("benign/apache__poi/extenxls_pwd123.xlsx", "pwd123"),
        ("benign/apache__poi/protected_agile.docx", "VelvetSweatshop"),
    ] {
        let Some(bytes) = real(name) else { continue };
        let mut secrets = secrets();
        secrets.user = vec![password.to_owned()];
        let walked = collect_with(name, &bytes, ddefend_guard::Limits::default(), &secrets).walked;
        assert!(walked.facts.iter().any(|fact| fact.contains(password)), "{name}: {:?}", walked.diagnostics);
        let locked = collect(name, &bytes).walked.diagnostics.iter().any(|d| d.code == "unreadable.encrypted");
        assert_eq!(locked, password != "VelvetSweatshop", "{name}");
    }
}

#[test]
fn real_presentations() {
    for name in ["Password_Protected-56-hello.ppt", "Password_Protected-np-hello.ppt"] {
        let Some(bytes) = real(&format!("benign/apache__poi/{name}")) else { continue };
        let mut secrets = secrets();
        secrets.user = vec!["hello".to_owned()];
        let walked = collect_with(name, &bytes, ddefend_guard::Limits::default(), &secrets).walked;
        assert_eq!(walked.diagnostics[0].code, "note.password", "{name}");
        let gap = walked.diagnostics.iter().find(|diagnostic| diagnostic.is_gap());
        assert_eq!(gap, None, "{name}");
    }
}
