//! ZIP archives.

use super::{Bomb, bomb, sample};
use crate::make::opc::{DOCX, Opc};
use crate::make::zip::{Item, Zip, deflate, overlap_bomb, zip};
use ddefend_model::code;

const LIST: &[u8] = b"a,b\r\n1,=cmd|'/c calc'!A0\r\n";

pub(super) const BOMBS: &[Bomb] = &[
    bomb(15, "zip-same-name-twice.docx", "dde", || documents(false)),
    bomb(15, "zip-same-name-harmless-last.docx", "dde", || documents(true)),
    bomb(15, "zip-two-names.zip", "dde", || {
        let item = Item { local_name: Some("b.txt".to_owned()), ..Item::new("a.csv", LIST) };
        build(vec![item])
    }),
    bomb(15, "zip-central-method-lies.zip", code::NOTE_ARCHIVE, || {
        build(vec![Item { central_method: Some(0), ..Item::new("a.csv", LIST) }])
    }),
    bomb(15, "zip-central-size-lies.zip", code::NOTE_ARCHIVE, || {
        build(vec![Item { central_compressed: Some(u32::MAX - 1), ..Item::new("a.csv", LIST) }])
    }),
    bomb(15, "zip-hidden-entry.zip", "dde", || build(vec![Item { hidden: true, ..Item::new("a.csv", LIST) }])),
    bomb(15, "zip-a-thousand-same-names.docx", "note.archive", || {
        let items =
            Opc::new().part("word/document.xml", DOCX, "<a/>").relate("", "officeDocument", "word/document.xml");
        let mut items = items.items();
        items.extend((0..1000).map(|_| Item::new("word/document.xml", "<a/>")));
        build(items)
    }),
    bomb(16, "zip-names-up.zip", "dde", || names(&["../../x.csv", "..\\..\\y.csv", "/etc/z.csv"])),
    bomb(16, "zip-names-drive.zip", "dde", || names(&["C:\\x.csv", "\\\\host\\share\\y.csv", "con", "a:b.csv"])),
    bomb(16, "zip-names-nul.zip", "dde", || names(&["a.csv\0.png", "\0", "\u{1b}[2J\u{1b}]0;x\u{7}.csv"])),
    bomb(16, "zip-names-shell.zip", "dde", || names(&["a;$(id).csv", "`id`.csv", "%f|calc", "\u{202e}vsc.csv"])),
    bomb(16, "zip-name-of-64k.zip", "dde", || names(&[&"a".repeat(65_000)])),
    bomb(27, "zip-symbolic-link.zip", "dde", || names(&["link"])),
    bomb(10, "zip-size-lies.zip", "dde", || build(vec![Item { size: Some(u32::MAX - 1), ..Item::new("a.csv", LIST) }])),
    bomb(10, "zip-size-too-small.zip", "dde", || build(vec![Item { size: Some(1), ..Item::new("a.csv", LIST) }])),
    bomb(10, "zip-checksum-lies.zip", "dde", || build(vec![Item { crc: Some(7), ..Item::new("a.csv", LIST) }])),
    bomb(10, "zip64-sizes-of-all-ones.zip", "broken.compression", || zip64(&[0xff; 24])),
    bomb(10, "zip64-offset-lies.zip", "dde", || zip64(&[0, 0, 0, 0, 0, 0, 0, 0x80])),
    bomb(10, "zip-end-record-counts-lie.zip", "dde", || {
        let mut bytes = build(vec![Item::new("a.csv", LIST)]);
        let end = bytes.len() - 22;
        bytes[end + 8..end + 12].fill(0xff);
        bytes
    }),
    bomb(10, "zip-directory-offset-lies.zip", "dde", || {
        let mut bytes = build(vec![Item::new("a.csv", LIST)]);
        let end = bytes.len() - 22;
        bytes[end + 12..end + 20].fill(0xfe);
        bytes
    }),
    bomb(10, "zip-comment-length-lies.zip", "dde", || {
        let mut bytes = build(vec![Item::new("a.csv", LIST)]);
        let end = bytes.len() - 2;
        bytes[end..].fill(0xff);
        bytes
    }),
    bomb(26, "zip-overlap.zip", "limit.ratio", || overlap_bomb(250, 1 << 20)),
    bomb(26, "zip-overlap-many.zip", "limit.ratio", || overlap_bomb(2_000, 64 << 10)),
    bomb(26, "zip-all-entries-one-body.zip", "broken.checksum", || one_body(5_000, 1 << 20)),
    bomb(26, "zip-all-entries-one-large-body.zip", "limit.ratio", || one_body(500, 32 << 20)),
    bomb(18, "zip-ratio-one-gigabyte.zip", code::LIMIT_RATIO, || packed("a.csv", 1 << 30)),
    bomb(18, "zip-ratio-text.zip", code::LIMIT_PART_SIZE, || {
        let row = b"1,2,3,4\r\n".repeat(8 << 20);
        build(vec![Item::new("a.csv", row)])
    }),
    bomb(18, "zip-sixteen-large-parts.zip", "limit.total-size", || {
        let one: Vec<u8> = (0..48_u32 << 20).map(|n| if n % 600 < 2 { n.to_le_bytes()[1] | 1 } else { b'a' }).collect();
        build((0..16).map(|n| Item::new(&format!("{n}.csv"), one.clone())).collect())
    }),
    bomb(18, "zip-ratio-document.docx", code::LIMIT_PART_SIZE, || {
        let xml = format!("<w:document xmlns:w=\"{W}\"><w:body>{}", "<w:p/>".repeat(12 << 20));
        Opc::new().part("word/document.xml", DOCX, xml).relate("", "officeDocument", "word/document.xml").build()
    }),
    bomb(18, "zip-nested-500.zip", code::LIMIT_DEPTH, || nested(500, LIST.to_vec())),
    bomb(18, "zip-nested-15.zip", "dde", || nested(14, LIST.to_vec())),
    bomb(18, "zip-nested-large.zip", code::LIMIT_MEMORY, || {
        let mut bytes = noise(20 << 20);
        for level in 0..14 {
            bytes = build(vec![Item::new(&format!("{level}.zip"), bytes)]);
        }
        bytes
    }),
    bomb(18, "zip-nested-stored.zip", "dde", || {
        let mut bytes = noise(20 << 20);
        for level in 0..14 {
            bytes = build(vec![Item::stored(&format!("{level}.zip"), bytes)]);
        }
        bytes
    }),
    bomb(18, "zip-ten-to-the-sixth.zip", "limit.total-size", || {
        let mut bytes = zip(&[("a.csv", &vec![b'a'; 4 << 20])]);
        for _ in 0..5 {
            let entries: Vec<(String, Vec<u8>)> = (0..16).map(|n| (format!("{n}.zip"), bytes.clone())).collect();
            bytes = zip(&entries);
        }
        bytes
    }),
    bomb(18, "zip-hundred-thousand-entries.zip", "limit.parts", || {
        let entries: Vec<(String, &[u8])> = (0..60_000).map(|n| (format!("{n}.txt"), &b"x"[..])).collect();
        zip(&entries)
    }),
    bomb(18, "zip-hundred-thousand-local-headers.zip", "limit.parts", || {
        let items = (0..100_000).map(|n| Item { hidden: true, ..Item::stored(&format!("{n}"), *b"x") }).collect();
        Zip { items, headless: true, ..Zip::default() }.build()
    }),
    bomb(18, "zip-signatures-only.zip", code::BROKEN_STRUCTURE, || b"PK\x03\x04".repeat(1 << 20)),
    bomb(18, "zip-signatures-of-directory.zip", "note.archive", || {
        [b"PK\x03\x04".to_vec(), b"PK\x01\x02".repeat(1 << 20), b"PK\x05\x06".repeat(20_000)].concat()
    }),
    bomb(18, "zip-quine.zip", "broken.checksum", quine),
    bomb(12, "docx-relations-in-a-circle.docx", "dde", || {
        let xml = armed();
        Opc::new()
            .part("word/document.xml", DOCX, xml)
            .relate("", "officeDocument", "word/document.xml")
            .relate("word/document.xml", "header", "document.xml")
            .relate("word/document.xml", "officeDocument", "/word/document.xml")
            .build()
    }),
    bomb(12, "docx-fifty-thousand-relations.docx", "dde", || {
        let mut package = Opc::new().part("word/document.xml", DOCX, armed());
        package = package.relate("", "officeDocument", "word/document.xml");
        for n in 0..50_000 {
            package = package.relate("word/document.xml", "header", &format!("header{n}.xml"));
        }
        package.build()
    }),
];

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

fn build(items: Vec<Item>) -> Vec<u8> {
    Zip { items, ..Zip::default() }.build()
}

fn names(names: &[&str]) -> Vec<u8> {
    build(names.iter().map(|name| Item::new(name, LIST)).collect())
}

/// A main part with a DDE field.
fn armed() -> String {
    format!(
        "<w:document xmlns:w=\"{W}\"><w:body><w:p><w:fldSimple w:instr=\"DDEAUTO cmd &quot;/c calc&quot;\"/></w:p>\
         </w:body></w:document>"
    )
}

/// A document whose main part is there twice.
fn documents(harmless_last: bool) -> Vec<u8> {
    let field = armed();
    let plain = format!("<w:document xmlns:w=\"{W}\"/>");
    let (first, last) = if harmless_last { (field, plain) } else { (plain, field) };
    let package = Opc::new().part("word/document.xml", DOCX, first).relate("", "officeDocument", "word/document.xml");
    let mut items = package.items();
    items.push(Item::new("word/document.xml", last));
    build(items)
}

/// An honest entry whose ZIP64 field is overwritten.
fn zip64(value: &[u8]) -> Vec<u8> {
    let mut bytes = build(vec![Item { zip64: true, ..Item::new("a.csv", LIST) }]);
    let found: Vec<usize> = (0..bytes.len() - 4)
        .filter(|at| bytes[*at..at + 4] == [1, 0, 16, 0] || bytes[*at..at + 4] == [1, 0, 24, 0])
        .collect();
    for at in found {
        let end = (at + 4 + value.len()).min(bytes.len());
        bytes[at + 4..end].copy_from_slice(&value[..end - at - 4]);
    }
    bytes
}

/// Zeros, packed once: an entry made by hand so that the zeros are never in memory.
fn packed(name: &str, size: usize) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    let block = vec![b'a'; 1 << 20];
    for _ in 0..size >> 20 {
        let _ = encoder.write_all(&block);
    }
    let body = encoder.finish().unwrap_or_default();
    with_body(&[name.to_owned()], &body, size)
}

/// Entries that share one body.
fn one_body(count: usize, size: usize) -> Vec<u8> {
    let names: Vec<String> = (0..count).map(|n| format!("{n:05}.csv")).collect();
    with_body(&names, &deflate(&vec![b'a'; size]), size)
}

/// One local header and body, a directory with many names for it.
fn with_body(names: &[String], body: &[u8], size: usize) -> Vec<u8> {
    let fixed = |length: usize| {
        let mut out = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0, 0, 0, 0, 0];
        out.extend((body.len() as u32).to_le_bytes());
        out.extend((size as u32).to_le_bytes());
        out.extend((length as u16).to_le_bytes());
        out.extend([0, 0]);
        out
    };
    let mut out = b"PK\x03\x04".to_vec();
    out.extend(fixed(names[0].len()));
    out.extend(names[0].as_bytes());
    out.extend(body);
    let start = out.len() as u32;
    for name in names {
        out.extend(b"PK\x01\x02\x14\0");
        out.extend(fixed(name.len()));
        out.extend([0; 14]);
        out.extend(name.as_bytes());
    }
    let length = out.len() as u32 - start;
    let count = (names.len() as u16).to_le_bytes();
    out.extend(
        [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &length.to_le_bytes(), &start.to_le_bytes(), &[0, 0]].concat(),
    );
    out
}

fn nested(levels: usize, mut bytes: Vec<u8>) -> Vec<u8> {
    for level in 0..levels {
        bytes = build(vec![Item::stored(&format!("{level}.zip"), bytes)]);
    }
    bytes
}

/// Bytes that do not shrink.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut out = Vec::with_capacity(length);
    while out.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend(state.to_le_bytes());
    }
    out
}

/// As near to a quine as honest code gets: an archive that holds itself by an entry over its whole length.
fn quine() -> Vec<u8> {
    let mut bytes = sample("c1-stored.zip");
    let length = bytes.len() as u32;
    if let Some(at) = bytes.windows(4).position(|window| window == b"PK\x01\x02") {
        bytes[at + 20..at + 24].copy_from_slice(&length.to_le_bytes());
        bytes[at + 24..at + 28].copy_from_slice(&length.to_le_bytes());
    }
    bytes[18..22].copy_from_slice(&length.to_le_bytes());
    bytes[22..26].copy_from_slice(&length.to_le_bytes());
    bytes
}
