//! Objects, encryption and the stores that hold them: every sample yields what it stands for, exact values, damage.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects, missing_docs)]

use ddefend_guard::Limits;
use ddefend_model::{Link, LinkKind, Trigger, trick};
use ddefend_testkit::collect::{collect_with, secrets};
use ddefend_testkit::make::{cfb::Cfb, crypto, ole};
use ddefend_testkit::samples::objects;
use ddefend_testkit::{Collected, Expect, Sample, collect};

fn sample(name: &str) -> Sample {
    objects::samples().into_iter().find(|sample| sample.name == name).unwrap_or_else(|| panic!("{name}"))
}

fn read(name: &str) -> Collected {
    collect(name, &sample(name).bytes)
}

fn first(name: &str) -> Link {
    let collected = read(name);
    collected.walked.links.first().unwrap_or_else(|| panic!("{name}: {:?}", collected.walked)).clone()
}

#[test]
fn every_sample_yields_what_it_stands_for() {
    let mut wrong = Vec::new();
    for sample in objects::samples() {
        let collected = collect(sample.name, &sample.bytes);
        let links = &collected.walked.links;
        let dde = collected.of_kind(LinkKind::Dde).next();
        let kebab = |kind: LinkKind| serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned();
        let right = match &sample.expect {
            Expect::Dde(service, topic) => {
                dde.is_some_and(|link| link.service.as_deref() == Some(service) && link.topic.as_deref() == Some(topic))
            }
            Expect::Related(kind) => dde.is_none() && links.iter().any(|link| kebab(link.kind) == *kind),
            Expect::Silent => links.is_empty(),
        };
        let is_trick = trick::ALL.contains(&sample.row);
        let carries = !is_trick || links.iter().any(|link| link.tricks.iter().any(|trick| trick.0 == sample.row));
        let gap = collected.walked.diagnostics.iter().find(|diagnostic| diagnostic.is_gap());
        if !right || !carries || gap.is_some() {
            wrong.push(format!("{}: {right} {carries} {gap:?} {links:?}", sample.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_are_named() {
    let link = first("w4-object-pool-package.ole");
    let path = "w4-object-pool-package.ole!ObjectPool/_1!Package!word/document.xml";
    assert_eq!(link.part.as_str(), path);
    let link = first("orphan-storage.ole");
    assert!(link.part.as_str().contains("!orphans/_1!Package!"), "{}", link.part);
    let link = first("r4-url-moniker.ole");
    assert_eq!(link.part.as_str(), "r4-url-moniker.ole!\\1Ole");
}

#[test]
fn links_are_exact() {
    let link = first("r4-url-moniker.ole");
    assert_eq!(link.service.as_deref(), Some("OLE2Link"));
    assert_eq!(link.target.as_deref(), Some("http://example.invalid/a.hta"));
    assert_eq!(link.trigger, Trigger::Open);
    assert_eq!(first("r4-manual-update.ole").trigger, Trigger::Update);
    let link = first("r4-file-and-item.ole");
    assert_eq!(link.target.as_deref(), Some("C:\\book.xls"));
    assert_eq!(link.item.as_deref(), Some("!Sheet1!R1C1"));
    let link = first("r4-script-moniker.ole");
    assert_eq!(link.target.as_deref(), Some("C:\\Temp\\a.sct"));
    assert!(link.raw.contains("new moniker"), "{}", link.raw);
    assert_eq!(first("r4-soap-moniker.ole").target.as_deref(), Some("wsdl=http://example.invalid/a"));
    let link = first("r4-ole1-link.bin");
    let three = (link.service.as_deref(), link.topic.as_deref(), link.item.as_deref());
    assert_eq!(three, (Some("Excel.Sheet.8"), Some("C:\\book.xls"), Some("Sheet1!R1C1")));
}

#[test]
fn packages_are_exact() {
    let link = first("r4-packaged-file.ole");
    assert_eq!(link.target.as_deref(), Some("C:\\a.bat"));
    assert_eq!(link.shown.as_deref(), Some("a.bat"));
    let link = first("r4-packaged-command.ole");
    assert_eq!(link.topic.as_deref(), Some("cmd.exe /c calc"));
}

#[test]
fn equations_tell_their_overflow() {
    let link = first("r3-font-name-too-long.ole");
    assert!(link.raw.contains("a name of 60 bytes"), "{}", link.raw);
    assert!(link.effective.unwrap().starts_with("cmd.exe /c calc&"));
    assert_eq!(link.trigger, Trigger::Open);
    assert!(first("r3-matrix-too-large.ole").raw.contains("MATRIX record of 200 rows"));
    for name in ["r3-native-stream.ole", "r3-name-in-mixed-case.ole", "r3-ole1-compound.bin", "r3-ole1-native.bin"] {
        assert!(first(name).raw.contains("FONT record"), "{name}");
    }
    let plain = first("r3-plain-equation.ole");
    assert_eq!((plain.effective, plain.trigger), (None, Trigger::Click));
    assert!(!plain.raw.contains("record"), "{}", plain.raw);
}

#[test]
fn programs_are_exact() {
    let link = first("p1-hover-runs-program.ppt");
    assert_eq!(link.target.as_deref(), Some("cmd.exe /c calc"));
    assert_eq!(link.shown.as_deref(), Some("Click here"));
    assert_eq!(link.location.holder.as_deref(), Some("InteractiveInfo (hover)"));
    let links = read("p1-linked-object.ppt").walked.links;
    assert_eq!(links.len(), 2, "the storage's moniker and the record");
    assert!(links.iter().all(|link| link.trigger == Trigger::Open));
}

#[test]
fn a_wrong_password_is_a_gap() {
    let bytes = crypto::agile(b"PK", "another", 1000);
    assert_eq!(collect("a.xlsx", &bytes).codes(), ["unreadable.encrypted"]);
    let mut secrets = secrets();
    secrets.user.push("another".to_owned());
    let walked = collect_with("a.xlsx", &bytes, Limits::default(), &secrets).walked;
    assert!(walked.facts[0].contains("the given password \"another\""), "{:?}", walked.facts);
}

#[test]
fn a_hostile_round_count_ends_in_a_limit() {
    let bytes = crypto::agile(b"PK", "another", 10);
    let text = b"spinCount=\"10\"";
    let at = bytes.windows(text.len()).position(|window| window == text).unwrap();
    // The same number of bytes: the stream's length is declared.
    let mut hostile = bytes.clone();
    hostile[at..at + text.len() + 1].copy_from_slice(b"spinCount=\"9e9\"");
    assert_eq!(collect("a.xlsx", &hostile).codes(), ["unreadable.encrypted"], "no number");
    let info = |rounds: &str| {
        let whole =
            String::from_utf8_lossy(&crypto_info()).replace("spinCount=\"10\"", &format!("spinCount=\"{rounds}\""));
        let mut info = vec![4, 0, 4, 0, 0x40, 0, 0, 0];
        info.extend(whole.bytes());
        Cfb::new().stream("EncryptionInfo", &info).stream("EncryptedPackage", &[0; 4096]).bytes()
    };
    assert_eq!(collect("a.xlsx", &info("10")).codes(), ["unreadable.encrypted"]);
    for rounds in ["4000000000", "9000000"] {
        assert_eq!(collect("a.xlsx", &info(rounds)).codes(), ["limit.structure"], "{rounds}");
    }
}

/// The XML of an agile header.
fn crypto_info() -> Vec<u8> {
    let bytes = crypto::agile(b"PK", "another", 10);
    let start = bytes.windows(5).position(|window| window == b"<?xml").unwrap();
    let end = bytes.windows(13).position(|window| window == b"</encryption>").unwrap();
    bytes[start..end + 13].to_vec()
}

#[test]
fn every_cipher_of_workbooks_is_undone() {
    use ddefend_container::crypto::{stream::StreamKey, xor::XorKey};
    use ddefend_testkit::Recorder;
    use ddefend_testkit::make::crypto::BinaryCipher;
    for cipher in [BinaryCipher::Rc4, BinaryCipher::CryptoApi] {
        let mut sink = Recorder::default();
        let unlocked = StreamKey::unlock(&cipher.header("VelvetSweatshop"), &mut sink).unwrap();
        let plain: Vec<u8> = (0..3000_u32).flat_map(u32::to_le_bytes).collect();
        let mut data = plain.clone();
        cipher.apply("VelvetSweatshop", &mut data, 1024);
        assert_ne!(data, plain);
        unlocked.key.apply(&mut data, 1024);
        assert_eq!(data, plain, "{cipher:?}");
        assert!(StreamKey::unlock(&cipher.header("other"), &mut sink).is_none());
        for length in 0..cipher.header("x").len() {
            let _ = StreamKey::unlock(&cipher.header("x")[..length], &mut sink);
        }
    }
    let (key, verifier) = XorKey::words("VelvetSweatshop");
    let key = XorKey::unlock(key, verifier, &mut Recorder::default()).unwrap().key;
    let mut data = *b"record data";
    key.encrypt_record(&mut data, 1234, 11, 0);
    key.decrypt_record(&mut data[5..], 1234, 11, 5);
    key.decrypt_record(&mut data[..5], 1234, 11, 0);
    assert_eq!(&data, b"record data");
    key.apply_word(&mut data, 77);
    key.apply_word(&mut data, 77);
    assert_eq!(&data, b"record data");
}

#[test]
fn a_stream_that_a_thousand_entries_share_is_bounded() {
    let big = vec![b'x'; 1 << 20];
    let mut cfb = Cfb::new();
    for index in 0..50 {
        cfb = cfb.stream(&format!("s{index}"), &[b"PK\x03\x04", big.as_slice()].concat()[..5000]);
    }
    assert!(collect("a.ole", &cfb.bytes()).walked.diagnostics.len() < 1000);
}

#[test]
fn object_data_without_a_header_is_searched() {
    let inner = Cfb::new().stream("\u{1}Ole", &ole::link_stream(&ole::url_moniker("http://example.invalid/"), true));
    let mut data = ole::embedded("OLE2Link", &inner.bytes());
    // A class name that is longer than everything: the header cannot be read.
    data[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut sink = ddefend_testkit::Recorder::default();
    let origin = ddefend_container::ole::Origin {
        carrier: "rtf",
        location: ddefend_model::Location::default(),
        trigger: Trigger::Open,
    };
    ddefend_container::ole::object_data(&data, None, &origin, &mut sink);
    assert_eq!(sink.codes(), ["broken.structure"]);
    assert_eq!(sink.children.len(), 1);
}

#[test]
fn damaged_copies_never_panic() {
    let mut state = 7_u64;
    for sample in objects::samples() {
        if sample.name.starts_with("x17") || sample.name.contains("password") || sample.name.contains("encrypted") {
            continue;
        }
        for sixteenth in 1..16 {
            let bytes = &sample.bytes[..sample.bytes.len() * sixteenth / 16];
            let _ = collect(sample.name, bytes);
        }
        for _ in 0..60 {
            let mut copy = sample.bytes.clone();
            for _ in 0..4 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (state >> 33) as usize % copy.len();
                copy[at] = [0, 0xff, (state >> 20) as u8][(state >> 10) as usize % 3];
            }
            let _ = collect(sample.name, &copy);
        }
    }
}

#[test]
fn truncation_is_told() {
    for name in ["w4-object-pool-package.ole", "p1-embedded-document.ppt", "w13-active-mime.mso", "r4-ole1-link.bin"] {
        let bytes = sample(name).bytes;
        let collected = collect(name, &bytes[..bytes.len() / 2]);
        assert!(collected.walked.diagnostics.iter().any(ddefend_model::Diagnostic::is_gap), "{name}");
    }
}
