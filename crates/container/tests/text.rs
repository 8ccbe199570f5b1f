//! Text of unknown encoding.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_container::text::{decode, is_text, utf7};

#[test]
fn every_encoding_gives_the_same_text() {
    let text = "=cmd|'/c calc'!A0\r\nM\u{fc}ller\r\n";
    let utf16 = |mark: &str| -> Vec<u16> { format!("{mark}{text}").encode_utf16().collect() };
    let utf32 = |mark: &str| -> Vec<u32> { format!("{mark}{text}").chars().map(u32::from).collect() };
    let mut all: Vec<(Vec<u8>, &str)> = vec![
        (text.as_bytes().to_vec(), "UTF-8"),
        (format!("\u{feff}{text}").into_bytes(), "UTF-8"),
        (text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(), "windows-1252"),
        (b"+/v8-=cmd+AHw-'/c calc'!A0\r\nM+APw-ller\r\n".to_vec(), "UTF-7"),
    ];
    for mark in ["", "\u{feff}"] {
        all.push((utf16(mark).iter().flat_map(|unit| unit.to_le_bytes()).collect(), "UTF-16LE"));
        all.push((utf16(mark).iter().flat_map(|unit| unit.to_be_bytes()).collect(), "UTF-16BE"));
        all.push((utf32(mark).iter().flat_map(|unit| unit.to_le_bytes()).collect(), "UTF-32LE"));
        all.push((utf32(mark).iter().flat_map(|unit| unit.to_be_bytes()).collect(), "UTF-32BE"));
    }
    for (bytes, encoding) in all {
        let decoded = decode(&bytes);
        assert_eq!((decoded.text.as_ref(), decoded.encoding), (text, encoding));
    }
}

#[test]
fn utf7_needs_real_sequences() {
    assert_eq!(utf7("+AD0-cmd+AHw-x").as_deref(), Some("=cmd|x"));
    assert_eq!(utf7("a +- b +AHwAIQ-").as_deref(), Some("a + b |!"));
    for text in ["1+1", "a+b", "+1 555 123", "C++ and +x-", "+49 30 1234567", "+ABC", "m\u{fc}ll+AHw-"] {
        assert_eq!(utf7(text), None, "{text}");
    }
}

#[test]
fn binary_is_no_text() {
    assert!(is_text("a,b\n\0c\0d"));
    assert!(!is_text("\u{1}\u{2}\0\0ab"));
    assert!(!is_text(&"\0".repeat(64)));
    for bytes in [&[][..], &[0xff], &[0xff, 0xfe], &[0xff, 0xfe, 0, 0], &[0, 0, 0xfe, 0xff], b"+/v8", b"+"] {
        let _ = decode(bytes);
    }
}
