//! The first page and the lists.

use crate::{Meta, Page, tables};
use ddefend_catalog::{EventRow, Overview, ReasonRow, RuleRow, TechniqueRow, Unread, VendorRow};
use ddefend_report::escape::html as e;

pub(crate) fn first(overview: &Overview, meta: &Meta) -> String {
    let mut page = Page::new("Rule catalog", "", Some("index.json"), meta);
    let rules: usize = overview.vendors.iter().map(|row| row.active).sum();
    let tiles = [
        ("rules", rules),
        ("techniques tagged", overview.tagged),
        ("techniques only inferred", overview.inferred_only),
        ("events", overview.events),
        ("fields", overview.fields),
        ("different tests", overview.indicators),
    ];
    let tiles: Vec<String> = tiles
        .iter()
        .map(|(label, count)| format!("<div class=\"tile\"><b>{count}</b><span>{label}</span></div>"))
        .collect();
    page.html(&format!("<div class=\"tiles\">{}</div>\n", tiles.join("\n")));
    page.section(
        "vendors",
        "Rules by vendor",
        None,
        "Only active rules count. Read: their logic is in the catalog. Partly: a part of it could not be read.",
    );
    let cells = |row: &VendorRow| {
        let mut cells = vec![e(row.vendor)];
        cells
            .extend([row.active, row.read, row.partly, row.deprecated, row.unsupported].map(|count| count.to_string()));
        cells
    };
    page.table(
        &["Vendor", "#Active", "#Read", "#Partly", "#Deprecated", "#Unsupported"],
        overview.vendors.iter().map(cells),
    );
    page.section("top", "Techniques with most rules", None, "");
    tables::techniques(&mut page, &overview.top);
    page.html("<p><a href=\"techniques/index.html\">All techniques</a>. ATT&amp;CK Navigator layers: <a href=\"navigator/tagged.json\">tagged</a>, <a href=\"navigator/inferred.json\">tagged or inferred</a>.</p>\n");
    page.section(
        "unread",
        "Rules whose logic could not be read",
        Some(overview.unread.iter().map(|row| row.count).sum()),
        "",
    );
    reasons(&mut page, &overview.unread);
    page.html("<p><a href=\"unread.html\">Each of them</a></p>\n");
    page.section("skipped", "Files that are no rules", Some(overview.skipped.iter().map(|row| row.count).sum()), "");
    reasons(&mut page, &overview.skipped);
    page.end()
}

fn reasons(page: &mut Page, rows: &[ReasonRow]) {
    let cells = |row: &ReasonRow| {
        vec![e(row.vendor), format!("<code>{}</code>", e(&row.reason)), row.count.to_string(), e(&row.sample)]
    };
    page.table(&["Vendor", "Reason", "#Count", "For example"], rows.iter().map(cells));
}

pub(crate) fn techniques(rows: &[TechniqueRow], meta: &Meta) -> String {
    let mut page = Page::new("Techniques", "../", Some("index.json"), meta);
    page.text(
        "Tagged: rules that name the technique. Inferred: rules that cover it without a tag; each page says why.",
    );
    tables::techniques(&mut page, rows);
    page.end()
}

pub(crate) fn events(rows: &[EventRow], meta: &Meta) -> String {
    let mut page = Page::new("Events", "../", Some("index.json"), meta);
    page.text("Written for it: rules that name the event. By mapping: rules that ask another sensor for what it says.");
    tables::events(&mut page, rows);
    page.end()
}

pub(crate) fn unread(rows: &[(RuleRow, Vec<Unread>)], meta: &Meta) -> String {
    let mut page = Page::new("Not read, or not as a whole", "", Some("unread.json"), meta);
    let cells = |(rule, why): &(RuleRow, Vec<Unread>)| {
        let reasons: Vec<String> =
            why.iter().map(|why| format!("<code>{}</code> {}", e(&why.reason), e(&why.message))).collect();
        vec![tables::rule_link("", rule), e(rule.vendor), reasons.join("<br>")]
    };
    page.table(&["Rule", "Vendor", "Why"], rows.iter().map(cells));
    page.end()
}
