//! The quick look and the plain reading agree.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::*;
use ddefend_container::zip::Archive;
use ddefend_container::{Part, Secrets};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Diagnostic, Link, NotInspected};

struct Gathered {
    budget: Budget,
    secrets: Secrets,
    path: PartPath,
    links: Vec<Link>,
}

impl Sink for Gathered {
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
    fn link(&mut self, link: Link) {
        self.links.push(link);
    }
    fn diagnostic(&mut self, _: Diagnostic) {}
    fn detected(&mut self, _: &'static Format) {}
    fn fact(&mut self, _: String) {}
    fn not_inspected(&mut self, _: NotInspected) {}
}

fn links(bytes: &[u8], may_matter: fn(&[u8]) -> bool) -> Vec<Link> {
    let budget = Budget::new(Limits::default(), Stop::default());
    let mut sink = Gathered { budget, secrets: Secrets::default(), path: PartPath::root("x"), links: Vec::new() };
    if let Some(archive) = Archive::open(bytes, &mut sink) {
        let package = Package::open(archive, &mut sink);
        read_with(&package, may_matter, &mut sink);
    }
    sink.links
}

fn agree(name: &str, bytes: &[u8]) {
    assert_eq!(links(bytes, may_matter), links(bytes, |_| true), "{name}");
}

#[test]
fn quick_look_agrees_on_samples() {
    for sample in ddefend_testkit::samples::word::samples().iter().filter(|sample| sample.bytes.starts_with(b"PK")) {
        agree(sample.name, &sample.bytes);
        // A changed letter in an uncompressed part reaches the XML; in a compressed one it breaks the stream.
        for part in 1..16 {
            let mut changed = sample.bytes.clone();
            let at = changed.len() * part / 16;
            changed[at] ^= 0x20;
            agree(sample.name, &changed);
        }
    }
}

#[test]
fn quick_look_agrees_on_real_files() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else { return };
    let mut folders = vec![std::path::PathBuf::from(data).join("documents")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "docx" || extension == "docm") {
                agree(&path.to_string_lossy(), &std::fs::read(&path).unwrap());
                count += 1;
            }
        }
    }
    assert!(count > 0);
}

#[test]
fn quick_look_is_quick_where_nothing_matters() {
    let plain = b"<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText> PAGE </w:instrText></w:r>\
        <w:fldChar w:fldCharType=\"separate\"/><w:t>DDEAUTO cmd</w:t><w:fldChar w:fldCharType=\"end\"/>\
        <w:fldSimple w:instr=\" DATE \\@ &quot;d&quot; \"/></w:p>";
    assert!(!may_matter(plain));
    for (from, to) in [
        (" PAGE ", "DDE cmd x"),
        (" PAGE ", " \"D\" \"DE\" x"),
        (" PAGE ", "D<x/>DE cmd"),
        (" PAGE ", "&#68;DE cmd"),
        (" PAGE ", "<![CDATA[DDE cmd]]>"),
        (" PAGE ", "\u{a0}DDE cmd"),
        ("<w:instrText> PAGE ", "<w:instrText a=\">PAGE \">DDE cmd"),
        ("\"separate\"", "\"begin\""),
        ("\"begin\"", "'begin'"),
        (" DATE ", " link "),
        (" DATE ", "&quot;DDE&quot; "),
        ("fldSimple w:instr", "fldSimple x=\" instr='PAGE'\" w:instr=\"INCLUDETEXT x\" y"),
    ] {
        let changed = String::from_utf8_lossy(plain).replacen(from, to, 1);
        assert!(may_matter(changed.as_bytes()), "{to}");
    }
}
