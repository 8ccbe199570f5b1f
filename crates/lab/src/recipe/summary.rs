//! What documents say of themselves.

use super::Page;
use crate::make::opc::{Package, escape};
use ddefend_event::Time;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// `docProps/core.xml` and `docProps/app.xml`.
pub(super) fn package(package: Package, page: &Page<'_>, application: &str) -> Package {
    let options = page.options;
    let element = |name: &str, value: &str| {
        if value.is_empty() { String::new() } else { format!("<{name}>{}</{name}>", escape(value)) }
    };
    let moment = page.created.to_string();
    let moment = moment.split('.').next().unwrap_or(&moment).trim_end_matches('Z');
    let dated = |name: &str| format!("<dcterms:{name} xsi:type=\"dcterms:W3CDTF\">{moment}Z</dcterms:{name}>");
    let core = [
        element("dc:title", &options.title),
        element("dc:creator", &options.creator),
        element("cp:lastModifiedBy", &options.last_modified_by),
        element("dc:language", &options.language),
        dated("created"),
        dated("modified"),
    ];
    let core = format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">{}</cp:coreProperties>",
        core.concat()
    );
    let app = [
        element("Template", &options.template),
        element("Application", application),
        element("Company", &options.company),
        element("AppVersion", "16.0000"),
    ];
    let app = format!(
        "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">{}</Properties>",
        app.concat()
    );
    package
        .part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml", core)
        .part("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml", app)
        .relate(
            "",
            "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
            "docProps/core.xml",
        )
        .relate("", "extended-properties", "docProps/app.xml")
}

/// FMTID_SummaryInformation as stored ([MS-OLEPS] 3.1).
const SUMMARY: [u8; 16] =
    [0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9];

/// A `\5SummaryInformation` stream: title (2), author (4), template (7), last author (8), created (12), saved (13),
/// application (18).
pub(super) fn stream(page: &Page<'_>, application: &str) -> Vec<u8> {
    let options = page.options;
    let text = |text: &str| {
        let mut out = 0x1e_u32.to_le_bytes().to_vec();
        out.extend(size(text.len().saturating_add(1)));
        out.extend(text.bytes().chain([0]));
        out.resize(out.len().next_multiple_of(4), 0);
        out
    };
    let epoch = Time::from_filetime(0).ticks;
    let moment = u64::try_from(page.created.ticks.saturating_sub(epoch)).unwrap_or_default();
    let dated = || [&0x40_u32.to_le_bytes()[..], &moment.to_le_bytes()].concat();
    let code_page = [2, 0, 0, 0, 0xe4, 4, 0, 0].to_vec();
    let mut properties = vec![(1_u32, code_page)];
    for (id, value) in
        [(2, &*options.title), (4, &*options.creator), (7, &*options.template), (8, &*options.last_modified_by)]
    {
        if !value.is_empty() {
            properties.push((id, text(value)));
        }
    }
    properties.extend([(12, dated()), (13, dated()), (18, text(application))]);
    let mut offset = properties.len().saturating_mul(8).saturating_add(8);
    let mut table = Vec::new();
    let mut values: Vec<u8> = Vec::new();
    for (id, value) in &properties {
        table.extend(id.to_le_bytes());
        table.extend(size(offset));
        values.extend(value);
        offset = offset.saturating_add(value.len());
    }
    let mut out = vec![0xfe, 0xff, 0, 0, 10, 0, 2, 0];
    out.extend([0; 16]);
    out.extend(1_u32.to_le_bytes());
    out.extend(SUMMARY);
    out.extend(48_u32.to_le_bytes());
    out.extend(size(offset));
    out.extend(size(properties.len()));
    out.extend(table);
    out.extend(values);
    out
}

fn size(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}
