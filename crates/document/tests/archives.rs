//! Archives: what is inside comes out, whatever the directory claims.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_container::zip::Archive;
use ddefend_container::{Format, Part, Secrets, Sink, opc::Package};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Diagnostic, Link, NotInspected, PartPath, trick};
use ddefend_testkit::make::opc::{DOCX, Opc, XLSX};
use ddefend_testkit::make::zip::{Item, Lock, Method, Zip, overlap_bomb};

/// A sink that keeps what it is told.
struct Keep {
    budget: Budget,
    secrets: Secrets,
    path: PartPath,
    codes: Vec<String>,
    facts: Vec<String>,
}

impl Keep {
    fn new() -> Self {
        Self {
            budget: Budget::new(Limits::default(), Stop::default()),
            secrets: ddefend_testkit::collect::secrets(),
            path: PartPath::root("test"),
            codes: Vec::new(),
            facts: Vec::new(),
        }
    }
}

impl Sink for Keep {
    fn budget(&self) -> &Budget {
        &self.budget
    }
    fn secrets(&self) -> &Secrets {
        &self.secrets
    }
    fn path(&self) -> &PartPath {
        &self.path
    }
    fn child(&mut self, _: Part<'_>) {}
    fn within(&mut self, _: &str, _: &[&'static str], read: &mut dyn FnMut(&mut dyn Sink)) {
        read(self);
    }
    fn link(&mut self, _: Link) {}
    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.codes.push(diagnostic.code.into_owned());
    }
    fn detected(&mut self, _: &'static Format) {}
    fn fact(&mut self, text: String) {
        self.facts.push(text);
    }
    fn not_inspected(&mut self, _: NotInspected) {}
}

/// Names, content and tricks of all entries.
fn entries(bytes: &[u8], sink: &mut Keep) -> Vec<(String, Vec<u8>, Vec<&'static str>)> {
    let archive = Archive::open(bytes, sink).unwrap();
    let list = archive.entries().iter();
    list.map(|e| (e.name.clone(), archive.read(e, sink).unwrap_or_default().into_owned(), e.tricks.clone())).collect()
}

const TEXT: &[u8] =
    b"name,value\r\nx,=cmd|'/c calc'!A0\r\nand some more text, so that there is something to compress\r\n";

#[test]
fn every_method_lock_and_size_field_reads_back() {
    for method in [Method::Stored, Method::Deflated, Method::Bzip2] {
        for lock in [
            Lock::Open,
            Lock::Traditional("infected".into()),
            Lock::Aes("infected".into(), 1),
            Lock::Aes("malware".into(), 2),
            Lock::Aes("infected".into(), 3),
        ] {
            for (descriptor, zip64) in [(false, false), (true, false), (false, true)] {
                let item = Item { method, lock: lock.clone(), descriptor, zip64, ..Item::new("a.csv", TEXT) };
                let bytes = Zip { items: vec![item.clone(), Item::new("b", "b")], ..Zip::default() }.build();
                let mut sink = Keep::new();
                let found = entries(&bytes, &mut sink);
                assert_eq!(found.len(), 2, "{item:?}");
                assert_eq!(found[0].1, TEXT, "{item:?} {:?}", sink.codes);
                assert!(found[0].2.is_empty(), "{item:?} {:?}", found[0].2);
                let notes: Vec<_> = sink.codes.iter().filter(|code| *code != "note.password").collect();
                assert!(notes.is_empty(), "{item:?} {notes:?}");
            }
        }
    }
}

#[test]
fn unknown_password_is_told() {
    for lock in [Lock::Traditional("unguessable".into()), Lock::Aes("unguessable".into(), 3)] {
        let bytes = Zip { items: vec![Item { lock, ..Item::new("a.csv", TEXT) }], ..Zip::default() }.build();
        let mut sink = Keep::new();
        entries(&bytes, &mut sink);
        assert_eq!(sink.codes, ["unreadable.encrypted"]);
    }
}

#[test]
fn junk_trailers_and_missing_directories() {
    for absolute in [false, true] {
        let zip = Zip {
            items: vec![Item::new("a.csv", TEXT), Item { descriptor: true, ..Item::new("b.csv", TEXT) }],
            junk: b"MZ this is junk before the archive".to_vec(),
            absolute,
            ..Zip::default()
        };
        for (trailer, headless) in [(&b""[..], false), (b"trailing", false), (b"", true)] {
            let bytes = Zip { trailer: trailer.to_vec(), headless, ..zip.clone() }.build();
            let found = entries(&bytes, &mut Keep::new());
            assert_eq!(found.len(), 2, "{absolute} {headless}");
            for entry in found {
                assert_eq!(entry.1, TEXT);
                assert!(entry.2.contains(&trick::LEADING_JUNK));
                assert_eq!(entry.2.contains(&trick::TRAILING_BYTES), !trailer.is_empty());
            }
        }
    }
}

#[test]
fn hidden_repeated_and_contradicting_entries_all_come_out() {
    let items = vec![
        Item::new("one", "1"),
        Item { hidden: true, ..Item::new("hidden", TEXT) },
        Item { local_name: Some("inner".into()), ..Item::new("outer", "2") },
        Item::new("twice", "first"),
        Item::new("twice", "second"),
        Item { method: Method::Stored, central_method: Some(8), ..Item::new("method", "stored") },
        Item::new("last", "3"),
    ];
    let bytes = Zip { items, ..Zip::default() }.build();
    let mut sink = Keep::new();
    let found = entries(&bytes, &mut sink);
    let data = |name: &str| found.iter().filter(|e| e.0 == name).map(|e| e.1.as_slice()).collect::<Vec<_>>();
    assert_eq!(data("hidden"), [TEXT]);
    assert_eq!(data("inner"), [b"2"]);
    assert_eq!(data("outer"), [b"2"]);
    assert_eq!(data("twice"), [&b"first"[..], b"second"]);
    assert!(data("method").contains(&&b"stored"[..]));
    for (name, _, tricks) in &found {
        assert_eq!(tricks.contains(&trick::ARCHIVE_MISMATCH), !["one", "last"].contains(&name.as_str()), "{name}");
    }
    assert!(sink.codes.iter().any(|code| code == "note.archive"));
}

#[test]
fn overlap_bomb_ends_in_a_limit() {
    let bytes = overlap_bomb(250, 4 << 20);
    let mut sink = Keep::new();
    let archive = Archive::open(&bytes, &mut sink).unwrap();
    assert_eq!(archive.entries().len(), 250);
    let mut total = 0;
    for entry in archive.entries() {
        total += archive.read(entry, &mut sink).map_or(0, |data| data.len());
    }
    assert!(total < 64 << 20, "{total}");
    assert!(sink.codes.iter().any(|code| code == "limit.ratio"), "{:?}", sink.codes);
}

#[test]
fn package_relations_types_and_roots() {
    let document = "<?xml version='1.0'?><!-- c --><w:document xmlns:w=\"urn:w\"/>";
    let utf16: Vec<u8> =
        std::iter::once(0xfeff_u16).chain(document.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bytes = Opc::new()
        .strict()
        .part("word/odd name.xml", DOCX, utf16)
        .part("word/header1.xml", "application/x-header+xml", "<w:hdr xmlns:w='urn:w' />")
        .part("word/embeddings/x.bin", "", "no xml")
        .override_type("word/odd name.xml", XLSX)
        .relate("", "officeDocument", "word/odd%20name.xml")
        .relate("word/odd name.xml", "header", "./x/../HEADER1.xml")
        .relate("word/odd name.xml", "oleObject", "\\word\\embeddings\\x.bin")
        .relate_external("word/odd name.xml", "attachedTemplate", "http://example.invalid/a.dotm")
        .build();
    let mut sink = Keep::new();
    let archive = Archive::open(&bytes, &mut sink).unwrap();
    assert!(Package::is_package(&archive));
    let package = Package::open(archive, &mut sink);
    let main = package.part("/word/odd name.xml").unwrap();
    assert_eq!(main.content_types, [DOCX, XLSX]);
    assert!(main.has_role("officeDocument"));
    assert!(main.tricks.contains(&trick::CONTENT_TYPE_CONFLICT) && main.tricks.contains(&trick::RENAMED_PART));
    assert_eq!(package.root(main).map(|r| (r.local.as_str(), r.namespace.as_str())), Some(("document", "urn:w")));
    let targets: Vec<_> = package.relations_of(&main.name).map(|r| (r.kind.as_str(), r.part.as_deref())).collect();
    assert_eq!(
        targets,
        [
            ("header", Some("/word/header1.xml")),
            ("oleObject", Some("/word/embeddings/x.bin")),
            ("attachedTemplate", None)
        ]
    );
    assert!(package.root(package.part("/WORD/embeddings/x.bin").unwrap()).is_none());
    assert!(package.has_root(package.part("/word/header1.xml").unwrap(), "hdr"));
}

use ddefend_testkit::make::archive::{Tar, cab, gzip, rar4, rar5, sevenzip, tar};

/// A sink that lists children by name, and reads them with this crate's readers too.
struct Children {
    keep: Keep,
    found: Vec<(String, Vec<u8>)>,
}

impl Sink for Children {
    fn budget(&self) -> &Budget {
        &self.keep.budget
    }
    fn secrets(&self) -> &Secrets {
        &self.keep.secrets
    }
    fn path(&self) -> &PartPath {
        &self.keep.path
    }
    fn child(&mut self, part: Part<'_>) {
        self.found.push((part.name.as_deref().unwrap_or_default().to_owned(), part.bytes.to_vec()));
    }
    fn within(&mut self, _: &str, _: &[&'static str], read: &mut dyn FnMut(&mut dyn Sink)) {
        read(self);
    }
    fn link(&mut self, _: Link) {}
    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.keep.codes.push(format!("{} {}", diagnostic.code, diagnostic.message));
    }
    fn detected(&mut self, _: &'static Format) {}
    fn fact(&mut self, text: String) {
        self.keep.facts.push(text);
    }
    fn not_inspected(&mut self, _: NotInspected) {}
}

/// What the readers of the container crate that claim the bytes find directly in them.
fn children(name: &str, bytes: &[u8]) -> Children {
    let part = Part { path: PartPath::root(name), bytes, name: Some(name.into()), declared: None, tricks: Vec::new() };
    let probe = ddefend_container::Probe::new(&part);
    let mut sink = Children { keep: Keep::new(), found: Vec::new() };
    for reader in ddefend_container::READERS {
        if (reader.sniff)(&probe) >= ddefend_container::Claim::Structure {
            (reader.read)(&part, &mut sink);
        }
    }
    sink
}

#[test]
fn members_come_out_of_every_format() {
    let long = format!("{}/a.csv", "folder".repeat(30));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.csv.gz", [gzip("a.csv", &TEXT[..20]), gzip("a.csv", &TEXT[20..])].concat(), "a.csv"),
        ("a.csv.bz2", ddefend_testkit::make::zip::bzip2(TEXT), "a.csv"),
        ("a.tar", tar(Tar::Ustar, &[("a.csv", TEXT)]), "a.csv"),
        ("a.tar", tar(Tar::Old, &[("a.csv", TEXT)]), "a.csv"),
        ("a.tar", tar(Tar::Pax, &[(&long, TEXT)]), &long),
        ("a.tar", tar(Tar::Gnu, &[(&long, TEXT)]), &long),
        ("a.7z", sevenzip("a.csv", TEXT), "a.csv"),
        ("a.rar", rar5(&[("a.csv", TEXT)]), "a.csv"),
        ("a.rar", rar4(&[("a.csv", TEXT)]), "a.csv"),
        ("a.cab", cab(false, &[("a.csv", TEXT)]), "a.csv"),
        ("a.cab", cab(true, &[("a.csv", TEXT)]), "a.csv"),
    ];
    for (name, bytes, inner) in cases {
        let found = children(name, &bytes);
        assert!(found.keep.codes.is_empty(), "{name} {:?}", found.keep.codes);
        assert_eq!(found.found, [(inner.to_owned(), TEXT.to_vec())], "{name}");
        // Damage never panics, and is told or reads as something else.
        for cut in 1..16 {
            children(name, &bytes[..bytes.len() * cut / 16]);
            let mut flipped = bytes.clone();
            let at = flipped.len() * cut / 16;
            flipped[at] ^= 0xff;
            children(name, &flipped);
        }
    }
}

#[test]
fn many_blocks_of_a_cabinet_share_their_window() {
    let big: Vec<u8> = (0..200_000_u32).map(|index| (index / 7 % 251) as u8).collect();
    let bytes = cab(true, &[("one", &big[..100_000]), ("two", &big[100_000..])]);
    let found = children("a.cab", &bytes);
    assert_eq!(found.found.len(), 2, "{:?}", found.keep.codes);
    assert!(found.found[0].1 == big[..100_000] && found.found[1].1 == big[100_000..]);
}

use ddefend_testkit::make::disk::{fat12, iso, ntfs, partitioned, pdf, udf, vhd_dynamic, vhd_fixed, vhdx};

#[test]
fn files_come_out_of_images_and_pdfs() {
    let name = "a longer name.csv";
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.iso", iso(name, TEXT, true), "docs/a longer name.csv"),
        ("a.iso", iso(name, TEXT, false), "docs/a longer name.csv"),
        ("a.iso", udf(name, TEXT, false), name),
        ("a.iso", udf(name, TEXT, true), name),
        ("a.img", fat12(name, &TEXT.repeat(30)), "DOCS/a longer name.csv"),
        ("a.img", partitioned(1, &fat12(name, TEXT)), "DOCS/a longer name.csv"),
        ("a.img", ntfs(name, TEXT, true), name),
        ("a.img", partitioned(7, &ntfs(name, &TEXT.repeat(30), false)), name),
        ("a.vhd", vhd_fixed(&partitioned(1, &fat12(name, TEXT))), "DOCS/a longer name.csv"),
        ("a.vhd", vhd_dynamic(&partitioned(1, &fat12(name, &TEXT.repeat(2000)))), "DOCS/a longer name.csv"),
        ("a.vhdx", vhdx(&partitioned(1, &fat12(name, &TEXT.repeat(2000)))), "DOCS/a longer name.csv"),
        ("a.pdf", pdf(name, TEXT, 0), name),
        ("a.pdf", pdf(name, TEXT, 1), name),
        ("a.pdf", pdf(name, TEXT, 2), "embedded[7]"),
    ];
    for (index, (file, bytes, inner)) in cases.into_iter().enumerate() {
        let found = children(file, &bytes);
        assert!(found.keep.codes.is_empty(), "{index} {file} {:?}", found.keep.codes);
        assert_eq!(found.found.len(), 1, "{index} {file}");
        assert_eq!(found.found[0].0, inner, "{index} {file}");
        assert!(
            found.found[0].1.starts_with(TEXT) && found.found[0].1.len().is_multiple_of(TEXT.len()),
            "{index} {file}"
        );
        for cut in 1..16 {
            children(file, &bytes[..bytes.len() * cut / 16]);
            let mut flipped = bytes.clone();
            let at = flipped.len() * cut / 16;
            flipped[at] ^= 0xff;
            children(file, &flipped);
        }
    }
}

use ddefend_testkit::samples::archives;
use ddefend_testkit::{Expect, collect};

#[test]
fn every_sample_yields_what_it_expects() {
    for sample in archives::samples() {
        let found = collect(sample.name, &sample.bytes);
        let shown = || {
            let links: Vec<_> = found.walked.links.iter().map(|l| (&l.kind, &l.raw, &l.part)).collect();
            format!("{} {links:?} {:?} {:?}", sample.name, found.dde(), found.walked.diagnostics)
        };
        match sample.expect {
            Expect::Dde(service, topic) => {
                assert!(!found.dde().is_empty(), "{}", shown());
                assert!(found.dde()[0].starts_with(&format!("{service}|{topic}!")), "{}", shown());
                if sample.row != "C1" {
                    let told = found.walked.links.iter().any(|link| link.tricks.iter().any(|t| t.0 == sample.row));
                    let headless = sample.name == "no-directory.docx";
                    let untyped = sample.name == "no-content-types.docx";
                    assert!(told || headless || untyped, "{}", shown());
                }
            }
            _ => assert!(found.walked.links.is_empty(), "{}", shown()),
        }
    }
}

#[test]
fn bombs_end_soon_and_are_told() {
    for (name, bytes, told) in archives::bombs() {
        let start = std::time::Instant::now();
        let found = collect(name, &bytes);
        let took = start.elapsed();
        println!("{name}: {} bytes, {took:?}, {:?}", bytes.len(), found.codes().first());
        assert!(found.codes().iter().any(|code| code.starts_with(told)), "{name} {:?}", found.codes());
        assert!(took.as_secs() < 20, "{name} {took:?}");
    }
}
