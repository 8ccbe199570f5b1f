//! Excel binary workbooks in packages (MS-XLSB).

mod external;
mod records;
mod sheet;
mod workbook;

use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::{Format, PackageReader, Sink};
use ddefend_model::{Location, code};
use records::Records;

/// Workbooks of binary parts.
pub(crate) static READER: PackageReader = PackageReader {
    format: Format { id: "xlsb", title: "Excel binary workbook (Office Open XML)", extensions: &["xlsb"] },
    names: |package| {
        let main = package.relations_of("/").find(|relation| relation.kind == "officeDocument");
        let part = main.and_then(|relation| package.part(relation.part.as_deref()?));
        part.is_some_and(|part| kind(package, part) == Kind::Workbook)
    },
    read,
};

/// The id under which links are reported.
const CARRIER: &str = "xlsb";

/// What a part holds, by its first record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Workbook,
    Sheet,
    External,
    Strings,
    /// Styles and other parts without formulas.
    Silent,
    Other,
}

/// First records: `BrtBeginBook` 131, `BrtBeginSheet` 129, `BrtBeginSupBook` 360, `BrtBeginSst` 159,
/// `BrtBeginStyleSheet` 278.
fn kind(package: &Package<'_>, part: &PackagePart) -> Kind {
    match package.prefix(part, 2).as_slice() {
        [0x83, 0x01] => Kind::Workbook,
        [0x81, 0x01] => Kind::Sheet,
        [0xe8, 0x02] => Kind::External,
        [0x9f, 0x01] => Kind::Strings,
        [0x96, 0x02] => Kind::Silent,
        _ => Kind::Other,
    }
}

fn read(package: &Package<'_>, sink: &mut dyn Sink) {
    let kinds: Vec<(&PackagePart, Kind)> =
        package.parts().iter().filter(|p| !package.was_read(p)).map(|p| (p, kind(package, p))).collect();
    let of = |wanted: Kind| kinds.iter().filter(move |(_, kind)| *kind == wanted).map(|(part, _)| *part);
    let mut workbook = workbook::Workbook::default();
    for part in of(Kind::Workbook) {
        workbook::read(package, part, &mut workbook, sink);
    }
    let mut conversations = Vec::new();
    for part in of(Kind::External) {
        conversations.extend(external::read(package, part, &workbook, sink));
    }
    let wanted: Vec<(usize, u32)> = conversations.iter().flat_map(external::Conversation::wanted).collect();
    let mut uses = sheet::Uses::new();
    for part in of(Kind::Sheet) {
        package.mark_read(part);
        if is_macro(part) {
            sheet::read_macros(package, part, of(Kind::Strings).next(), &workbook, sink);
        }
        if !wanted.is_empty() {
            sheet::find_uses(package, part, &workbook, &wanted, &mut uses, sink);
        }
    }
    of(Kind::Strings).chain(of(Kind::Silent)).for_each(|part| package.mark_read(part));
    external::report(conversations, &uses, sink);
}

/// Macro sheets are told by their relationship or content type; Excel does not look at anything else.
fn is_macro(part: &PackagePart) -> bool {
    let told = |text: &String| text.to_ascii_lowercase().contains("macrosheet");
    part.roles.iter().any(told) || part.content_types.iter().any(told)
}

/// A part's bytes, and a diagnostic where its records do not end with it.
fn bytes<'a>(package: &Package<'a>, part: &PackagePart, sink: &mut dyn Sink) -> Option<std::borrow::Cow<'a, [u8]>> {
    package.mark_read(part);
    let bytes = package.read(part, sink)?;
    if let Some(short) = Records::new(&bytes).find_map(|record| Some((record, record.short_of?))) {
        let (record, declared) = short;
        let message =
            format!("{}: record {} says {declared} bytes, {} are there", part.name, record.id, record.data.len());
        sink.report(code::BROKEN_TRUNCATED, Location::bytes(record.offset as u64, 0), message);
    }
    Some(bytes)
}
