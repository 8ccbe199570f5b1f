//! Pages of rules.

use crate::page::{code, link};
use crate::{Meta, Page, tables};
use ddefend_catalog::{Coverage, NeighbourRow, PredicateRow, RulePage};
use ddefend_report::escape::html as e;

/// Values of a test that are shown without opening them.
const VALUES: usize = 24;

pub(crate) fn render(rule: &RulePage, meta: &Meta) -> String {
    let json = format!("{}.json", rule.rule.slug);
    let mut page = Page::new(&rule.rule.title, "../", Some(&json), meta);
    head(&mut page, rule);
    attack(&mut page, rule);
    page.section("events", "Events", Some(rule.events.len()), "Events that say what the rule looks at.");
    tables::events(&mut page, &rule.events);
    stages(&mut page, rule);
    if !rule.exclusions.is_empty() {
        page.section(
            "exclusions",
            "Exclusions",
            Some(rule.exclusions.len()),
            "What it leaves out, and how many rules ask for the same.",
        );
        tables::exclusions(&mut page, &rule.exclusions, rule.exclusions.len());
    }
    if !rule.indicators.is_empty() {
        page.section(
            "indicators",
            "Indicators",
            Some(rule.indicators.len()),
            "Corpus reach: rules of the whole catalog that ask for exactly the same. Blank: only this one.",
        );
        tables::indicators(&mut page, &rule.indicators, rule.indicators.len(), "#Here");
    }
    neighbours(&mut page, rule);
    let source: Vec<String> = rule.text.lines().map(e).collect();
    page.section("source", "Source", None, "");
    page.html(&format!("<pre>{}</pre>\n", source.join("\n")));
    page.end()
}

fn head(page: &mut Page, rule: &RulePage) {
    if !rule.description.is_empty() {
        page.text(&rule.description);
    }
    let facts = [
        ("Vendor", e(rule.rule.vendor)),
        ("Language", e(&rule.language)),
        ("Level", e(&rule.rule.level)),
        ("Standing", e(rule.rule.standing)),
        ("Author", e(&rule.author)),
        ("Id", code(&rule.id)),
        ("File", code(&rule.path)),
    ];
    let rows = facts.iter().filter(|(_, value)| !value.is_empty());
    let rows: Vec<String> = rows.map(|(label, value)| format!("<dt>{label}</dt><dd>{value}</dd>")).collect();
    page.html(&format!("<dl>{}</dl>\n", rows.join("\n")));
    for why in &rule.unread {
        page.html(&format!("<p class=\"warn\">Not read: {} <code>{}</code></p>\n", e(&why.message), e(&why.reason)));
    }
}

fn attack(page: &mut Page, rule: &RulePage) {
    page.section("attack", "ATT&CK", Some(rule.techniques.len()), "");
    for (old, today) in &rule.moved {
        page.html(&format!(
            "<p class=\"note\">The rule says {}; ATT&amp;CK calls it {} today.</p>\n",
            e(old),
            link("../", "techniques", today, today)
        ));
    }
    let cells = |(row, by): &(ddefend_catalog::TechniqueRow, Coverage)| {
        let by = match by {
            Coverage::Tag => "tag",
            Coverage::Signature { .. } => "its predicates",
            Coverage::Broader { .. } => "it holds every event of a tagged rule",
            Coverage::Near { .. } => "it is close to a tagged rule",
        };
        vec![link("../", "techniques", &row.id, &row.id), e(&row.name), by.to_owned()]
    };
    page.table(&["Technique", "Name", "By"], rule.techniques.iter().map(cells));
}

fn stages(page: &mut Page, rule: &RulePage) {
    page.section(
        "stages",
        "Stages and predicates",
        Some(rule.stages.len()),
        "What must hold of one record; names are Sigma's.",
    );
    for stage in &rule.stages {
        let mut contexts = stage.contexts.clone();
        contexts.retain(|context| *context != stage.log);
        let same = if contexts.is_empty() {
            String::new()
        } else {
            format!(" <span class=\"note\">{}</span>", e(&contexts.join(", ")))
        };
        page.html(&format!("<div class=\"stage\"><p class=\"log\">{}{same}</p>\n", code(&stage.log)));
        let mut out = String::new();
        logic(&mut out, &stage.logic);
        page.html(&out);
        page.html("</div>\n");
    }
}

fn group(out: &mut String, class: &str, label: &str, members: &[PredicateRow]) {
    out.push_str(&format!("<div class=\"group {class}\"><b>{label}</b>\n"));
    for member in members {
        logic(out, member);
    }
    out.push_str("</div>\n");
}

fn logic(out: &mut String, row: &PredicateRow) {
    match row {
        PredicateRow::All { of } if of.is_empty() => out.push_str("<p class=\"test\">any record</p>\n"),
        PredicateRow::Any { of } if of.is_empty() => out.push_str("<p class=\"test\">no record</p>\n"),
        PredicateRow::All { of } => group(out, "all", "all of", of),
        PredicateRow::Any { of } => group(out, "any", "one of", of),
        PredicateRow::AtLeast { count, of } => group(out, "any", &format!("at least {count} of"), of),
        PredicateRow::Not { of } => group(out, "not", "not", std::slice::from_ref(of)),
        PredicateRow::Other { text } => out.push_str(&format!("<p class=\"test other\">{}</p>\n", e(text))),
        PredicateRow::Test { field, kind, values, cased } => {
            let case = if *cased { " <span class=\"mark\">case counts</span>" } else { "" };
            let shown: Vec<String> = values.iter().map(|value| code(value)).collect();
            let values = match shown.split_at_checked(VALUES) {
                Some((first, rest)) if !rest.is_empty() => format!(
                    "{} <details><summary>{} more</summary>{}</details>",
                    first.join(" "),
                    rest.len(),
                    rest.join(" ")
                ),
                _ => shown.join(" "),
            };
            let name = if field == "*" { "<em>any value</em>".to_owned() } else { code(field) };
            out.push_str(&format!(
                "<div class=\"test\">{name} <span class=\"how\">{}</span>{case} {values}</div>\n",
                kind.as_str()
            ));
        }
    }
}

fn neighbours(page: &mut Page, rule: &RulePage) {
    let all = rule.broader.len() + rule.narrower.len() + rule.same.len() + rule.near.len();
    page.section("neighbours", "Neighbours", Some(all), "");
    let lists = [
        ("Same", "They fire on the same events.", &rule.same),
        ("Broader", "They fire on every event of this rule.", &rule.broader),
        ("Narrower", "This rule fires on every event of theirs.", &rule.narrower),
        ("Near-equal", "They share most of its tests.", &rule.near),
    ];
    for (title, note, rows) in lists {
        if rows.is_empty() {
            continue;
        }
        page.html(&format!(
            "<h3>{title} <span class=\"count\">{}</span></h3>\n<p class=\"note\">{note}</p>\n",
            rows.len()
        ));
        let cells = |row: &NeighbourRow| {
            vec![tables::rule_link("../", &row.rule), e(row.rule.vendor), format!("{} of {}", row.shared, row.all)]
        };
        page.table(&["Rule", "Vendor", "Tests shared"], rows.iter().map(cells));
    }
}
