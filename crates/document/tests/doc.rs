//! Word binary documents and the other readers of the doc area.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_model::{LinkKind, Trigger, trick};
use ddefend_testkit::make::doc::{Doc, Story};
use ddefend_testkit::samples::doc::samples;
use ddefend_testkit::{Collected, Expect, Sample, collect};

fn read(name: &str) -> (Sample, Collected) {
    let sample = samples().into_iter().find(|sample| sample.name == name).unwrap_or_else(|| panic!("no sample {name}"));
    let found = collect(sample.name, &sample.bytes);
    (sample, found)
}

#[test]
fn every_sample_gives_what_it_expects() {
    for sample in samples() {
        let found = collect(sample.name, &sample.bytes);
        let links = &found.walked.links;
        let first = links.iter().find(|link| matches!(link.kind, LinkKind::Dde | LinkKind::MacroDde));
        match sample.expect {
            Expect::Dde(service, topic) => {
                let first = first.unwrap_or_else(|| panic!("{}: no DDE in {:#?}", sample.name, found.walked));
                assert_eq!(first.service.as_deref(), Some(service), "{}", sample.name);
                assert_eq!(first.topic.as_deref(), Some(topic), "{}", sample.name);
                if trick::ALL.contains(&sample.row) {
                    let seen = first.tricks.iter().any(|trick| trick.0 == sample.row);
                    assert!(seen, "{}: {} not among {:?}", sample.name, sample.row, first.tricks);
                }
            }
            Expect::Related(kind) => {
                assert!(first.is_none(), "{}: {first:?}", sample.name);
                let named = |link: &ddefend_model::Link| serde_json::to_value(link.kind).unwrap() == kind;
                assert!(links.iter().any(named), "{}: {links:?}", sample.name);
            }
            Expect::Silent => assert!(links.is_empty(), "{}: {links:?}", sample.name),
        }
    }
}

#[test]
fn sound_samples_have_no_gaps() {
    for sample in samples() {
        let found = collect(sample.name, &sample.bytes);
        let gaps: Vec<_> = found.walked.diagnostics.iter().filter(|diagnostic| diagnostic.is_gap()).collect();
        let damaged = ["w1-no-piece-table.doc", "w1-wrong-table.doc", "near-p3-encrypted.accdb", "near-w3-lotus.wk3"]
            .contains(&sample.name);
        assert_eq!(gaps.is_empty(), !damaged, "{}: {gaps:?}", sample.name);
    }
}

#[test]
fn triggers_tell_dde_from_ddeauto_locked_and_dead() {
    let trigger = |name| read(name).1.of_kind(LinkKind::Dde).next().unwrap().trigger;
    assert_eq!(trigger("w1-ddeauto.doc"), Trigger::Open);
    assert_eq!(trigger("w1-dde.doc"), Trigger::Update);
    assert_eq!(trigger("w1-locked.doc"), Trigger::Never);
    assert_eq!(trigger("w2-dead.doc"), Trigger::Never);
    assert_eq!(trigger("w1-type-only.doc"), Trigger::Open);
}

#[test]
fn places_are_character_positions_and_bytes() {
    let (sample, found) = read("w1-ddeauto.doc");
    let link = found.of_kind(LinkKind::Dde).next().unwrap();
    assert_eq!(link.part.as_str(), "w1-ddeauto.doc!WordDocument");
    let (first, end) = link.location.chars.unwrap();
    assert_eq!(first, 7);
    let (stream, _) = ddefend_testkit::make::doc::Doc::field(&link.raw).streams();
    let offset = usize::try_from(link.location.offset.unwrap()).unwrap();
    let length = usize::try_from(link.location.length.unwrap()).unwrap();
    assert_eq!(u32::try_from(length).unwrap(), end - first);
    assert_eq!((stream[offset], stream[offset + length - 1]), (0x13, 0x15));
    assert_eq!(link.shown.as_deref(), Some("shown"));
    assert!(!sample.bytes.is_empty());
}

#[test]
fn a_damaged_document_never_panics_and_still_says_something() {
    for sample in samples() {
        let length = sample.bytes.len();
        for sixteenth in 1..16 {
            let cut = &sample.bytes[..length * sixteenth / 16];
            let found = collect(sample.name, cut);
            let silent = found.walked.diagnostics.is_empty() && found.walked.links.is_empty();
            // Whole pages say nothing of further ones, and padding hides nothing.
            let whole =
                (sample.name.ends_with("db") && cut.len().is_multiple_of(2048)) || sample.name.ends_with(".wri");
            assert!(!silent || whole || cut.len() < 8, "{} cut at {}", sample.name, cut.len());
        }
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let names = ["w2-fast-save.doc", "w1-glossary.dot", "w3-word6-textbox.doc", "w1-bookmark.doc", "w3-word2.doc"];
    for sample in samples().into_iter().filter(|sample| names.contains(&sample.name)) {
        // The head of the FIB, its table of places, and the table stream behind it.
        for at in (0x200..sample.bytes.len()).step_by(3) {
            for value in [0x00, 0xff] {
                let mut bytes = sample.bytes.clone();
                bytes[at] = value;
                let _ = collect(sample.name, &bytes);
            }
        }
    }
}

#[test]
fn real_encrypted_documents_open_with_their_password() {
    let Some(folder) = std::env::var_os("DDEFEND_DATA").map(std::path::PathBuf::from) else { return };
    let bytes = std::fs::read(folder.join("documents/benign/apache__poi/password_password_cryptoapi.doc")).unwrap();
    let mut secrets = ddefend_testkit::collect::secrets();
    secrets.user.push("password".to_owned());
    let limits = ddefend_guard::Limits::default();
    let found = ddefend_testkit::collect_with("x.doc", &bytes, limits, &secrets);
    assert_eq!(found.codes(), ["note.password"]);
    secrets.user = vec!["wrong".to_owned()];
    let limits = ddefend_guard::Limits::default();
    let found = ddefend_testkit::collect_with("x.doc", &bytes, limits, &secrets);
    assert_eq!(found.codes(), ["unreadable.encrypted"]);
}

#[test]
fn access_calls_keep_their_text_and_place() {
    let (_, found) = read("p3-encoded.mdb");
    let link = found.of_kind(LinkKind::MacroDde).next().unwrap();
    assert_eq!(link.raw, "DDESend(\"cmd\",\"/c calc\",\"x\",[Field1])");
    assert_eq!(link.item.as_deref(), Some("x"));
    assert_eq!(link.location.offset, Some(2 * 4096 + 100 + 2));
    assert_eq!(link.location.holder.as_deref(), Some("page 2"));
}

#[test]
fn floods_of_fields_and_text_are_bounded_and_told() {
    let begins = Doc::default().narrow(Story::Main, &"\u{13}".repeat(100_000)).without_field_tables();
    assert!(collect("begins.doc", &begins.bytes()).codes().contains(&"limit.structure"));
    let listed = Doc::default().narrow(Story::Main, &"\u{13}DDE a b\u{15}".repeat(60_000));
    let found = collect("listed.doc", &listed.bytes());
    assert!(found.codes().contains(&"limit.structure"));
    let link = found.of_kind(LinkKind::Dde).next().unwrap();
    assert_eq!((link.service.as_deref(), link.count), (Some("a"), 49_999));
    let text = Doc::default().narrow(Story::Main, &format!("\u{13}DDE a b {}", "x ".repeat(3 << 20)));
    assert!(collect("text.doc", &text.bytes()).codes().contains(&"limit.structure"));
}
