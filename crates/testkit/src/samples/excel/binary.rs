//! X7 and X13 in binary packages.

use super::{Expect, Sample, sample};
use crate::make::opc::Opc;
use crate::make::xlsb::{external_link, sheet, workbook};

const CALC: Expect = Expect::Dde("cmd", "/c calc");
const TYPE: &str = "application/vnd.ms-excel.";

/// A binary workbook with one external link part and one sheet that the workbook calls `kind`.
pub(super) fn package(link: &[u8], sheet: &[u8], kind: &str) -> Vec<u8> {
    named(link, sheet, kind, "externalLinks/externalLink1.bin").build()
}

fn named(link: &[u8], sheet: &[u8], kind: &str, name: &str) -> Opc {
    let kind = match kind {
        "xlMacrosheet" => "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet",
        other => other,
    };
    Opc::new()
        .part("xl/workbook.bin", &format!("{TYPE}sheet.binary.macroEnabled.main"), workbook("Sheet1", &["rId2"]))
        .part("xl/worksheets/sheet1.bin", &format!("{TYPE}worksheet"), sheet)
        .part(&format!("xl/{name}"), &format!("{TYPE}externalLink"), link)
        .relate("", "officeDocument", "xl/workbook.bin")
        .relate("xl/workbook.bin", kind, "worksheets/sheet1.bin")
        .relate("xl/workbook.bin", "externalLink", name)
}

/// `PtgNameX` of xlsb.
fn uses_item() -> Vec<u8> {
    [vec![0x59, 0, 0], 1_u32.to_le_bytes().to_vec()].concat()
}

fn text(value: &str) -> Vec<u8> {
    let mut out = vec![0x17];
    out.extend((value.encode_utf16().count() as u16).to_le_bytes());
    out.extend(value.encode_utf16().flat_map(u16::to_le_bytes));
    out
}

pub(super) fn samples() -> Vec<Sample> {
    let dde = external_link(1, "cmd", "/c calc", &[("_xlbgnm.A0", 2), ("StdDocumentName", 0x0a)]);
    let used = sheet(&[(1, 1, uses_item())]);
    let other = external_link(0, "rId1", "", &[]);
    let initiate = [text("cmd"), text("/c calc"), vec![0x41, 175, 0]].concat();
    let exec = [text("calc"), text(".exe"), vec![0x08, 0x42, 1, 110, 0]].concat();
    let macros = |tokens: Vec<u8>| package(&other, &sheet(&[(0, 0, tokens)]), "xlMacrosheet");
    vec![
        sample("X7", "x7-dde.xlsb", package(&dde, &used, "worksheet"), CALC),
        sample("renamed-part", "x7-renamed.xlsb", named(&dde, &used, "worksheet", "other/printer.bin").build(), CALC),
        sample("X13", "x13-initiate.xlsb", macros(initiate), Expect::Related("macro-dde")),
        sample("X13", "x13-exec.xlsb", macros(exec), Expect::Related("macro-exec")),
        sample("X7", "x7-near-other-workbook.xlsb", package(&other, &sheet(&[]), "worksheet"), Expect::Silent),
    ]
}
