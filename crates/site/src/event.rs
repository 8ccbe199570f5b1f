//! Pages of events.

use crate::{Meta, Page, tables};
use ddefend_catalog::EventPage;

pub(crate) fn render(event: &EventPage, meta: &Meta) -> String {
    let row = &event.event;
    let title = format!("{} {} {}", row.provider, row.id, row.title);
    let json = format!("{}.json", row.slug);
    let mut page = Page::new(title.trim(), "../", Some(&json), meta);
    page.text(&format!(
        "{} rules are written for this event; {} more ask another sensor for what it says and reach it by mapping.",
        row.own, row.mapped
    ));
    let all = row.own + row.mapped;
    page.section(
        "fields",
        "Fields that rules filter on",
        Some(event.fields.len()),
        "Names are Sigma's, whatever the vendor calls the field.",
    );
    tables::fields(&mut page, &event.fields);
    page.section("indicators", "Top indicator values", None, "");
    tables::indicators(&mut page, &event.indicators, event.indicators.len(), "#Rules here");
    page.section("techniques", "Techniques of these rules", Some(event.techniques.len()), "");
    tables::techniques(&mut page, &event.techniques);
    page.section("rules", "Rules", Some(all), "");
    tables::rules(&mut page, &event.rules);
    if all > event.rules.len() {
        page.text(&format!("The first {} by title.", event.rules.len()));
    }
    page.end()
}
