//! Samples of the doc area: Word binary documents, Word 2, Write, Access, and old office files that nobody reads.

use super::{Entry, Expect, Sample};
use crate::collect;
use crate::make::access::{self, Store};
use crate::make::cfb::Cfb;
use crate::make::doc::{Doc, Layout, Story};
use crate::make::doc_lock;

const CMD: &str = "c:\\windows\\system32\\cmd.exe";
const ARGS: &str = "/k calc.exe";
const AUTO: &str = "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\"";
const MANUAL: &str = " DDE c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\" ";

fn sample(row: &'static str, name: &'static str, bytes: Vec<u8>, expect: Expect) -> Sample {
    Sample { row, name, bytes, expect }
}

fn dde(row: &'static str, name: &'static str, doc: &Doc) -> Sample {
    sample(row, name, doc.bytes(), Expect::Dde(CMD, ARGS))
}

fn silent(row: &'static str, name: &'static str, doc: &Doc) -> Sample {
    sample(row, name, doc.bytes(), Expect::Silent)
}

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    let mut all = fields();
    all.extend(stories());
    all.extend(pieces());
    all.extend(tampered());
    all.extend(old());
    all.extend(locked());
    all.extend(strings());
    all.extend(flat());
    all.extend(near_misses());
    all
}

fn fields() -> Vec<Sample> {
    let nested = Doc::default()
        .narrow(Story::Main, "\u{13} SET a \"c:\\\\windows\\\\system32\\\\cmd.exe\" \\* MERGEFORMAT \u{14}x\u{15}\r")
        .narrow(Story::Main, "\u{13}DDEAUTO \u{13} REF a \u{14}x\u{15} \"/k calc.exe\"\u{14}shown\u{15}\r");
    let bookmark = Doc::default()
        .narrow(Story::Main, "c:\\windows\\system32\\cmd.exe\r")
        .narrow(Story::Main, "\u{13}DDEAUTO \u{13} REF a \u{15} \"/k calc.exe\"\u{14}shown\u{15}\r")
        .bookmark("a", 0, 27);
    let codes = "99 58 92 119 105 110 100 111 119 115 92 115 121 115 116 101 109 51 50 92 99 109 100 46 101 120 101";
    let quote = Doc::default()
        .narrow(Story::Main, &format!("\u{13}DDEAUTO \u{13} QUOTE {codes} \u{15} \"/k calc.exe\"\u{14}shown\u{15}\r"));
    let branch = Doc::field(&format!(" IF 1 = 1 \"\u{13}{AUTO}\u{15}\" \"no\" "));
    let result = Doc::default().narrow(Story::Main, &format!("\u{13} PAGE \u{14}1\u{13}{AUTO}\u{14}x\u{15}\u{15}\r"));
    let unclosed = Doc::default().narrow(Story::Main, &format!("\u{13} AUTHOR \r\u{13}{AUTO}\u{14}x\u{15}\r"));
    vec![
        dde("W1", "w1-ddeauto.doc", &Doc::field(AUTO)),
        dde("W1", "w1-dde.doc", &Doc::field(MANUAL)),
        dde("W1", "w1-locked.doc", &Doc::field(AUTO).locked()),
        dde("mixed-case", "w1-mixed-case.doc", &Doc::field(&AUTO.replace("DDEAUTO", "dDeAuTo"))),
        dde("quoted-keyword", "w1-quoted-keyword.doc", &Doc::field(&AUTO.replace("DDEAUTO", "\"DDEAUTO\""))),
        dde("odd-separators", "w1-leading-space.doc", &Doc::field(&format!("{}{AUTO}", " \t".repeat(20)))),
        dde("split-paragraphs", "w1-paragraphs.doc", &Doc::field(&AUTO.replace("DDEAUTO ", "DDEAUTO\r\r"))),
        dde("nested-field", "w1-nested.doc", &nested),
        dde("set-ref", "w1-bookmark.doc", &bookmark),
        dde("quote-codes", "w1-quote-codes.doc", &quote),
        dde("conditional-field", "w1-if.doc", &branch),
        dde("field-in-result", "w1-in-result.doc", &result),
        dde("unclosed-field", "w1-unclosed.doc", &unclosed),
    ]
}

fn stories() -> Vec<Sample> {
    let aside = |story| {
        let text = format!("\u{13}{AUTO}\u{14}x\u{15}\r");
        Doc::default().narrow(Story::Main, "Nothing to see here.\r").narrow(story, &text)
    };
    let glossary = Doc::default().narrow(Story::Main, "A template.\r").glossary(Doc::field(AUTO));
    vec![
        dde("other-story", "w1-footnote.doc", &aside(Story::Footnote)),
        dde("other-story", "w1-header.doc", &aside(Story::Header)),
        dde("other-story", "w1-comment.doc", &aside(Story::Comment)),
        dde("other-story", "w1-endnote.doc", &aside(Story::Endnote)),
        dde("other-story", "w1-textbox.doc", &aside(Story::Textbox)),
        dde("other-story", "w1-header-textbox.doc", &aside(Story::HeaderTextbox)),
        dde("other-story", "w1-glossary.dot", &glossary),
    ]
}

fn pieces() -> Vec<Sample> {
    let wide = Doc::default().wide(Story::Main, &format!("Vorher \u{13} {AUTO}\u{14}gezeigt\u{15} nachher.\r"));
    let mixed = Doc::default()
        .narrow(Story::Main, "Text \u{13}DDEA")
        .wide(Story::Main, "UTO c:\\\\windows\\\\sys")
        .narrow(Story::Main, "tem32\\\\cmd.exe \"/k ca")
        .wide(Story::Main, "lc.exe\"\u{14}shown\u{15} end.\r");
    let split = Doc::default()
        .narrow(Story::Main, "Text \u{13}DD")
        .narrow(Story::Main, "EAUTO c:\\\\windows\\\\system32\\\\c")
        .narrow(Story::Main, "md.exe \"/k calc.exe\"\u{15} end.\r")
        .dead(b"junk")
        .dead(b"more junk");
    let dead = Doc::default()
        .narrow(Story::Main, "This was edited.\r")
        .narrow(Story::Main, "Nothing is left of it.\r")
        .dead(format!("\u{13}{AUTO}\u{14}shown\u{15}").as_bytes());
    let dead_wide: Vec<u8> =
        format!("\u{13} {AUTO} \u{14}shown\u{15}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let dead_wide = Doc::default().narrow(Story::Main, "This was edited too.\r").dead(&dead_wide);
    vec![
        dde("W2", "w2-utf16.doc", &wide),
        dde("mixed-pieces", "w2-mixed.doc", &mixed),
        dde("mixed-pieces", "w2-split.doc", &split),
        dde("mixed-pieces", "w2-fast-save.doc", &mixed.clone().reversed()),
        dde("dead-text", "w2-dead.doc", &dead),
        dde("dead-text", "w2-dead-utf16.doc", &dead_wide),
    ]
}

fn tampered() -> Vec<Sample> {
    let typed = |text: &str, flt| Doc::default().narrow(Story::Main, text).stored_type(Story::Main, 0, flt);
    let only_type = typed("\u{13} c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\"\u{14}x\u{15}\r", 0x2e);
    vec![
        dde("field-type-mismatch", "w1-text-only.doc", &typed(&format!("\u{13}{AUTO}\u{14}x\u{15}\r"), 0x21)),
        sample("field-type-mismatch", "w1-type-only.doc", only_type.bytes(), Expect::Dde(CMD, ARGS)),
        dde("field-type-mismatch", "w1-no-field-table.doc", &Doc::field(AUTO).without_field_tables()),
        dde("W1", "w1-no-piece-table.doc", &Doc::field(AUTO).without_piece_table()),
        dde("W1", "w1-wrong-table.doc", &Doc::field(AUTO).in_wrong_table()),
    ]
}

fn old() -> Vec<Sample> {
    let word6 = |story| {
        let text = format!("Old \u{13}{AUTO}\u{14}x\u{15} text.\r");
        Doc::default().layout(Layout::Word6).narrow(Story::Main, "Main.\r").narrow(story, &text)
    };
    let fast = Doc::default()
        .layout(Layout::Word6)
        .narrow(Story::Main, "Old \u{13}DDEAUTO c:\\\\windows\\\\sys")
        .narrow(Story::Main, "tem32\\\\cmd.exe \"/k calc.exe\"\u{15} text.\r")
        .reversed();
    let plain = Doc::field(AUTO).layout(Layout::Word6).without_piece_table();
    vec![
        dde("W3", "w3-word6.doc", &word6(Story::Main)),
        dde("W3", "w3-word6-plain.doc", &plain),
        dde("W3", "w3-word6-textbox.doc", &word6(Story::Textbox)),
        dde("W3", "w3-word6-fast-save.doc", &fast),
        dde("W3", "w3-word2.doc", &Doc::field(AUTO).layout(Layout::Word2).without_piece_table()),
    ]
}

fn locked() -> Vec<Sample> {
    let doc = Doc::field(AUTO);
    let expect = Expect::Dde(CMD, ARGS);
    let default = "VelvetSweatshop";
    vec![
        sample("default-password", "w1-xor.doc", doc_lock::xor(&doc, default), expect.clone()),
        sample("default-password", "w1-rc4.doc", doc_lock::rc4_40(&doc, default), expect.clone()),
        sample("default-password", "w1-cryptoapi.doc", doc_lock::cryptoapi(&doc, default), expect),
    ]
}

fn flat() -> Vec<Sample> {
    let call = "=DDE(\"cmd\";\"/c calc\";\"x\")";
    let send = "=DDESend(\"cmd\",\"/c calc\",\"x\",[Field1])";
    let expect = Expect::Dde("cmd", "/c calc");
    let prose = "Notes on DDE (Dynamic Data Exchange) and the DDESend function. Add(1, 2), ODDE(3).";
    let database = access::database;
    let link = [b"Dear reader,\r\n".to_vec(), access::ole1_link("ExcelWorksheet", "C:\\b.xls", "R1C1")].concat();
    vec![
        sample("P3", "p3-dde.mdb", database(1, 0, call, Store::Wide), expect.clone()),
        sample("P3", "p3-dde-97.mdb", database(0, 0, send, Store::Narrow), expect.clone()),
        sample("P3", "p3-encoded.mdb", database(1, 0x1234_5678, send, Store::Wide), expect.clone()),
        sample("P3", "p3-compressed.accdb", database(2, 0, call, Store::Narrow), expect),
        sample("P3", "near-p3-words.mdb", database(1, 0, prose, Store::Wide), Expect::Silent),
        sample("P3", "near-p3-encrypted.accdb", database(3, 0x1234_5678, call, Store::Wide), Expect::Silent),
        sample("W3", "w3-write-link.wri", access::write(&link), Expect::Related("ole-link")),
        sample("W3", "near-w3-write.wri", access::write(b"DDEAUTO cmd \"/c calc\"\r\n"), Expect::Silent),
        sample("W3", "near-w3-lotus.wk3", vec![0, 0, 0x1a, 0, 0, 0x10, 4, 0, 0, 0, 0, 0], Expect::Silent),
    ]
}

fn strings() -> Vec<Sample> {
    let text = Doc::default().narrow(Story::Main, "Dear reader,\r");
    let related = |row, name, doc: Doc, kind| sample(row, name, doc.bytes(), Expect::Related(kind));
    vec![
        related("W9", "w9-mail-merge.doc", text.clone().data_source("C:\\Data\\people.xls"), "mail-merge"),
        related("W8", "w8-template.doc", text.clone().template("https://example.com/t.dot"), "remote-template"),
        related("W8", "w8-template-unc.doc", text.template("\\\\server\\share\\t.dot"), "remote-template"),
        related("W8", "w8-includetext.doc", Doc::field(" INCLUDETEXT \"http://example.com/a.doc\" "), "include-field"),
    ]
}

fn near_misses() -> Vec<Sample> {
    let ordinary = Doc::default()
        .narrow(Story::Main, "\u{13} PAGE \u{14}1\u{15} \u{13} TOC \\o \"1-3\" \u{14}one\u{15}\r")
        .narrow(Story::Main, "\u{13} HYPERLINK \"http://example.com/DDE\" \u{14}DDE\u{15}\r");
    let words = Doc::default().narrow(Story::Main, "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\"\r");
    let dead = Doc::default().narrow(Story::Main, "Edited.\r").dead(b"\x13 PAGE \x141\x15 DDE \x13 DATE \x15");
    let merge = Doc::default().narrow(Story::Main, "\u{13} MERGEFIELD DDE \u{14}x\u{15}\r");
    let template = Doc::default().narrow(Story::Main, "Text.\r").template("C:\\Templates\\Letter.dot");
    vec![
        silent("W1", "near-w1-ordinary.doc", &ordinary),
        silent("W1", "near-w1-words.doc", &words),
        silent("W1", "near-w1-mergefield.doc", &merge),
        silent("W2", "near-w2-dead.doc", &dead),
        silent("W8", "near-w8-local-template.doc", &template),
        silent("W3", "near-w3-words.doc", &words.clone().layout(Layout::Word6)),
        silent("W3", "near-w3-words-2.doc", &words.layout(Layout::Word2)),
    ]
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "doc",
        run: |bytes| drop(collect("sample.doc", bytes)),
        seed: |name| name.ends_with(".doc") || name.ends_with(".dot"),
    },
    Entry { name: "doc-tables", run: |bytes| drop(collect("sample.doc", &with_tables(bytes))), seed: |_| false },
    Entry {
        name: "access",
        run: |bytes| drop(collect("sample.mdb", bytes)),
        seed: |name| name.ends_with(".mdb") || name.ends_with(".accdb"),
    },
    Entry { name: "write", run: |bytes| drop(collect("sample.wri", bytes)), seed: |name| name.ends_with(".wri") },
];

/// A sound text stream with any bytes as its tables.
fn with_tables(tables: &[u8]) -> Vec<u8> {
    let (stream, _) = Doc::field(AUTO).streams();
    Cfb::new().stream("WordDocument", &stream).stream("1Table", tables).bytes()
}
