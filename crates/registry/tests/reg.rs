//! Files of the registry editor.

mod common;

use common::{read_as, read_detected, utf16, value};
use ddefend_registry::{Coverage, Data, Fact, Format, Place, Root};

const HEAD: &str = "Windows Registry Editor Version 5.00\r\n\r\n";
const WORD: &str = r"Software\Microsoft\Office\16.0\Word\Security";

fn file(body: &str) -> String {
    format!("{HEAD}{body}")
}

#[test]
fn every_encoding_says_the_same() {
    let text = file(&format!("[HKEY_CURRENT_USER\\{WORD}]\r\n\"AllowDDE\"=dword:00000002\r\n"));
    let wanted = vec![value(Root::User, WORD, "AllowDDE", Data::Dword(2))];
    let big: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let feeds = text.replace("\r\n", "\n").into_bytes();
    let ansi = text.replace("Windows", "REGEDIT4\r\n;Windows").into_bytes();
    for bytes in [utf16(&text), big, bare, marked, feeds, ansi, text.clone().into_bytes()] {
        let (kept, about) = read_detected("x.reg", &bytes);
        assert_eq!(kept.facts(), wanted);
        assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
        assert_eq!(about.format, Format::Reg);
        assert_eq!(about.coverage, Coverage::Whole(vec![(Root::User, WORD.into())]));
    }
}

#[test]
fn latin_letters_of_old_files_are_read_and_told() {
    let bytes =
        b"REGEDIT4\r\n[HKEY_CURRENT_USER\\Gr\xfc\xdfe]\r\n\"a\"=hex(2):25,41,fc,00\r\n\"b\"=hex(7):61,00,62,00,00\r\n";
    let (kept, _) = read_detected("", bytes);
    let wanted = [
        value(Root::User, "Grüße", "a", Data::ExpandSz("%Aü".into())),
        value(Root::User, "Grüße", "b", Data::MultiSz(vec!["a".into(), "b".into()])),
    ];
    assert_eq!(kept.facts(), wanted);
    assert_eq!(kept.codes(), [("note.odd".to_owned(), 0)]);
}

#[test]
fn every_kind_of_value() {
    let body = concat!(
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\x] ; why\r\n",
        "@=\"C:\\\\a \\\"b\\\" ; no comment\" ; comment\r\n",
        "  \"d\" = DWORD:1f ; comment\r\n",
        "\"q\"=hex(b):01,00,00,00,00,00,00,00\r\n",
        "\"b\"=hex:01,2,\\\r\n",
        "  ; between\r\n",
        "  ff\r\n",
        "\"e\"=hex(2):41,00,\\\r\n  00,00\r\n",
        "\"n\"=hex(0):\r\n",
        "\"o\"=hex(4):01,02\r\n",
        "\"u\"=hex(8000000a):01\r\n",
        "\"l\"=\"one  \r\n[two]\r\n\r\nthree\"\r\n",
        "\"gone\"=-\r\n",
        "@=-\r\n",
        "[-HKEY_USERS\\S-1-5-21-1\\a]\r\n",
    );
    let (kept, about) = read_detected("", &utf16(&file(body)));
    let x = |name: &str, data| value(Root::Machine, "SOFTWARE\\x", name, data);
    let gone = |name: &str| (Root::Machine, "SOFTWARE\\x".to_owned(), Fact::ValueRemoved { name: name.into() });
    let wanted = [
        x("", Data::Sz("C:\\a \"b\" ; no comment".into())),
        x("d", Data::Dword(31)),
        x("q", Data::Qword(1)),
        x("b", Data::Binary(vec![1, 2, 255])),
        x("e", Data::ExpandSz("A".into())),
        x("n", Data::None(vec![])),
        x("o", Data::Other { kind: 4, bytes: vec![1, 2] }),
        x("u", Data::Other { kind: 0x8000_000a, bytes: vec![1] }),
        x("l", Data::Sz("one  \r\n[two]\r\n\r\nthree".into())),
        gone("gone"),
        gone(""),
        (Root::Users("S-1-5-21-1".into()), "a".into(), Fact::KeyRemoved),
    ];
    assert_eq!(kept.facts(), wanted);
    assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
    assert_eq!(about.coverage, Coverage::Changes);
    let places: Vec<Place> = kept.entries.iter().map(|entry| entry.place).collect();
    assert_eq!(places[1], Place::Line(4));
    assert_eq!(*places.last().unwrap(), Place::Line(21));
}

#[test]
fn junk_is_told_with_its_line_and_the_rest_is_read() {
    let body = concat!(
        "\"early\"=dword:1\r\n",
        "\"early too\"=dword:1\r\n",
        "[HKEY_CURRENT_USER\\a\r\n",
        "[HKEY_NOWHERE\\a]\r\n",
        "[HKEY_CURRENT_USER\\a]\r\n",
        "nothing\r\n",
        "\"x\"=dword:123456789\r\n",
        "\"x\"=dword:0x1\r\n",
        "\"x\"=hex:1g\r\n",
        "\"x\"=hex:01,\\\r\n",
        "\"open\"=\"never closed\r\n",
        "\"PackagerPrompt\"=dword:00000002\r\n",
        "\"x\"dword:1\r\n",
        "[-HKEY_CURRENT_USER\\b]\r\n",
        "\"of b\"=dword:1\r\n",
    );
    let (kept, _) = read_detected("", file(body).as_bytes());
    let removed = (Root::User, "b".to_owned(), Fact::KeyRemoved);
    assert_eq!(kept.facts(), [value(Root::User, "a", "PackagerPrompt", Data::Dword(2)), removed]);
    let lines: Vec<u32> = kept.codes().iter().map(|(_, line)| *line).collect();
    assert_eq!(lines, [3, 5, 6, 5 + 3, 9, 10, 11, 12, 13, 15, 17]);
}

#[test]
fn ends_too_early() {
    for body in ["[HKEY_CURRENT_USER\\a]\r\n\"x\"=\"open", "[HKEY_CURRENT_USER\\a]\r\n\"x\"=hex:01,\\\r\n"] {
        let (kept, about) = read_detected("", file(body).as_bytes());
        assert_eq!(kept.codes(), [("broken.truncated".to_owned(), 4)]);
        assert_eq!(about.coverage, Coverage::Changes);
    }
    let mut odd = utf16(&file("[HKEY_CURRENT_USER\\a]\r\n\"x\"=dword:1"));
    odd.extend([0x0d, 0x00, 0x0a]);
    let (kept, _) = read_detected("", &odd);
    assert_eq!(kept.data("a", "x"), Some(&Data::Dword(1)));
    assert_eq!(kept.codes(), [("broken.structure".to_owned(), 4)]);
}

#[test]
fn silence_by_shape() {
    let covers = |body: &str| read_detected("", file(body).as_bytes()).1.coverage;
    let whole = |keys: &[&str]| Coverage::Whole(keys.iter().map(|key| (Root::User, (*key).to_owned())).collect());
    let key = |key: &str| format!("[HKEY_CURRENT_USER\\{key}]\r\n");
    let export = [key("a"), key("A\\b"), key("a\\b\\c"), key("a\\d"), key("e")].concat();
    assert_eq!(covers(&export), whole(&["a", "e"]));
    assert_eq!(covers(&(key("a") + &key("a\\b\\c"))), Coverage::Changes);
    assert_eq!(covers(&(key("a\\b") + &key("a"))), Coverage::Changes);
    assert_eq!(covers(&(key("a") + "\"x\"=-\r\n")), Coverage::Changes);
    assert_eq!(covers(""), Coverage::Changes);
}

#[test]
fn hostile_files_end_in_time() {
    let quotes = file("[HKEY_CURRENT_USER\\a]\r\n") + &"\"x\"=\"\r\n".repeat(100_000);
    let open = file("[HKEY_CURRENT_USER\\a]\r\n\"x\"=\"") + &"a\r\n".repeat(100_000);
    let line = file("[HKEY_CURRENT_USER\\a]\r\n\"x\"=hex:") + &"00,".repeat(500_000);
    let nested = file(&format!("[HKEY_CURRENT_USER\\{}]\r\n\"x\"=dword:1", "a\\".repeat(100_000)));
    for text in [quotes, open, line, nested] {
        read_as("", text.as_bytes(), Some(Format::Reg));
    }
}
