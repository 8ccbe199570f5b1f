//! Contradictions that hide no link are told all the same, and sound files stay silent.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_testkit::make::biff::{Workbook, record};
use ddefend_testkit::make::cfb::Cfb;
use ddefend_testkit::make::opc::{Opc, XLSX};
use ddefend_testkit::{Collected, collect};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

fn workbook(name: &str, xml: &str) -> Collected {
    let package = Opc::new()
        .part("xl/workbook.xml", XLSX, format!("<workbook xmlns=\"{MAIN}\"/>"))
        .part(name, "application/xml", xml)
        .relate("", "officeDocument", "xl/workbook.xml");
    collect("book.xlsx", &package.build())
}

#[test]
fn type_definitions_in_parts_that_nobody_reads() {
    let bomb = format!("<!DOCTYPE x [<!ENTITY a \"aaaa\">]><sst xmlns=\"{MAIN}\" uniqueCount=\"1\"/>");
    assert_eq!(workbook("xl/sharedStrings.xml", &bomb).codes(), ["note.dtd"]);
    let core = "<!DOCTYPE x><p:coreProperties xmlns:p=\"urn:x\"/>";
    assert_eq!(workbook("docProps/core.xml", core).codes(), ["note.dtd"]);
}

#[test]
fn shared_strings_longer_than_a_cell() {
    let strings = |count: usize, length: usize| {
        let text = "f".repeat(length);
        workbook("xl/s.xml", &format!("<sst xmlns=\"{MAIN}\" uniqueCount=\"{count}\"><si><t>{text}</t></si></sst>"))
    };
    assert_eq!(strings(1, 2 << 20).codes(), ["note.odd"]);
    assert!(strings(1, 32_767).codes().is_empty());
    assert!(strings(100, 2 << 20).codes().is_empty());
}

#[test]
fn schemas_from_elsewhere() {
    let map = |place: &str| {
        let schema = format!("<xs:schema xmlns:xs=\"urn:s\"><xs:import schemaLocation=\"{place}\"/></xs:schema>");
        workbook("xl/xmlMaps.xml", &format!("<MapInfo xmlns=\"{MAIN}\"><Schema>{schema}</Schema></MapInfo>"))
    };
    assert_eq!(map("http://192.0.2.1/a.xsd").codes(), ["note.odd"]);
    assert!(map("other.xsd").codes().is_empty());
}

#[test]
fn records_that_do_not_exist() {
    let book = |id: u16| collect("book.xls", &Workbook::simple(&[], &[record(id, b"1234")]).bytes());
    assert!(book(0xdc5d).codes().contains(&"note.odd"));
    assert!(!book(0x005d).codes().contains(&"note.odd"));
}

/// A property set with one section of `length` bytes and one property of a type.
fn properties(length: u32, kind: u32) -> Vec<u8> {
    let mut set = vec![0xfe, 0xff, 0, 0];
    set.resize(24, 0);
    set.extend(1_u32.to_le_bytes());
    set.resize(44, 0);
    for value in [48, length, 1, 2, 16, kind, 4] {
        set.extend(value.to_le_bytes());
    }
    set.extend(b"abc\0");
    set
}

#[test]
fn damaged_property_sets() {
    let told = |set: &[u8]| {
        let stream = Workbook::simple(&[], &[]).bytes();
        let file = Cfb::new().stream("Workbook", &stream).stream("\u{5}SummaryInformation", set).bytes();
        collect("book.xls", &file).codes().contains(&"note.odd")
    };
    assert!(!told(&properties(28, 0x1e)));
    assert!(told(&properties(28, 0x2919)));
    assert!(told(&properties(0x0100_0000, 0x1e)));
    // Cut anywhere: no panic.
    let whole = properties(28, 0x1e);
    for end in 0..whole.len() {
        let _ = told(&whole[..end]);
    }
}

#[test]
fn messages_whose_table_lists_absent_streams() {
    let message = |tag: u32| {
        let mut table = vec![0; 32];
        for value in [tag, 6, 8, 3] {
            table.extend(value.to_le_bytes());
        }
        let subject: Vec<u8> = "abc".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let file =
            Cfb::new().stream("__properties_version1.0", &table).stream("__substg1.0_0037001F", &subject).bytes();
        collect("mail.msg", &file).walked
    };
    let codes = |tag| message(tag).diagnostics.iter().map(|one| one.code.to_string()).collect::<Vec<_>>();
    assert!(codes(0x0037_001f).is_empty());
    assert_eq!(codes(0x0071_0102), ["note.odd"]);
    assert_eq!(codes(0x1009_0102), ["broken.structure"]);
}
