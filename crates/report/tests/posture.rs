//! Every output of `posture audit` over audits that are full of hostile strings: snapshots, schemas, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::audits::{self, posture_meta as meta, posture_rendered as rendered};
use ddefend_report::{PostureMeta, posture_names};
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Every output in every form: name of the snapshot, format, settings.
fn forms() -> Vec<(String, &'static str, PostureMeta)> {
    let mut forms: Vec<(String, &'static str, PostureMeta)> =
        posture_names().filter(|name| *name != "text").map(|name| (name.to_owned(), name, meta(80))).collect();
    for width in [80, 100, 160] {
        forms.push((format!("text-{width}"), "text", meta(width)));
    }
    forms.push(("text-verbose".to_owned(), "text", PostureMeta { verbose: true, ..meta(100) }));
    forms
}

#[test]
fn outputs_look_as_they_did() {
    for (name, format, meta) in forms() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/posture/{name}.txt"));
        let now = rendered(format, &meta);
        if std::env::var_os("DDEFEND_UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &now).unwrap();
        }
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(now == before, "{name} differs from {}; DDEFEND_UPDATE=1 writes it anew:\n{now}", path.display());
    }
}

#[test]
fn no_output_lets_control_characters_through() {
    for (name, format, meta) in forms() {
        let out = rendered(format, &meta);
        assert!(out.ends_with('\n'), "{name}");
        for character in out.chars() {
            let plain = !character.is_control() || matches!(character, '\n' | '\r');
            assert!(plain && character != '\u{202e}', "{name}: {character:?}");
        }
    }
}

#[test]
fn text_keeps_to_its_width() {
    for (name, format, meta) in forms() {
        if format == "text" {
            for line in rendered(format, &meta).lines() {
                assert!(line.width() <= meta.width, "{name}: {} columns: {line}", line.width());
            }
        }
    }
}

#[test]
fn colour_changes_nothing_else() {
    for width in [80, 160] {
        let coloured = rendered("text", &PostureMeta { colour: true, ..meta(width) });
        assert!(coloured.contains("\u{1b}[1;31m"));
        let mut bare = String::new();
        let mut rest = coloured.as_str();
        while let Some(at) = rest.find("\u{1b}[") {
            bare.push_str(&rest[..at]);
            let end = rest[at..].find('m').unwrap();
            rest = &rest[at + end + 1..];
        }
        bare.push_str(rest);
        assert_eq!(bare, rendered("text", &meta(width)));
    }
}

#[test]
fn users_alike_are_told_once() {
    let text = rendered("text", &meta(100));
    assert_eq!(text.matches("user user0").count(), 1, "{text}");
    assert!(text.contains("9 alike: user00000 on WS-042, user00001 on WS-042"), "{text}");
    assert!(text.contains("and 3 more"), "{text}");
    let verbose = rendered("text", &PostureMeta { verbose: true, ..meta(100) });
    assert_eq!(verbose.matches("user user0").count(), 9);
    assert!(!verbose.contains("alike"));
}

#[test]
fn a_fleet_stays_bounded() {
    for format in posture_names() {
        let mut renderer = ddefend_report::posture_renderer(format, &meta(80)).unwrap();
        let mut out = renderer.begin().len();
        let streams = !matches!(format, "text" | "html" | "navigator");
        for number in 0..if streams { 200 } else { 10_000 } {
            let audit = audits::closed(&format!("host-{}", number % 50), number);
            let text = renderer.audit(&audit);
            assert!(!text.is_empty() || !streams || format == "sarif", "{format} prints at once");
            out += text.len();
        }
        out += renderer.end(&audits::posture_summary()).len();
        if !streams {
            assert!(out < 1 << 20, "{format}: {out} bytes");
        }
    }
}
