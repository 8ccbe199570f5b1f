//! `ddefend rules catalog`: corpora to a site.

use crate::args::RulesCatalog;
use crate::{Outcome, folder};
use ddefend_catalog::{Catalog, Overview};
use ddefend_content::Content;
use ddefend_engine::catalog::corpus;
use ddefend_report::escape;
use std::fmt::Write as _;

pub(super) fn run(args: &RulesCatalog, content: &Content) -> Result<(String, Outcome), String> {
    let knowledge = content.catalog_knowledge().map_err(|error| error.to_string())?;
    let corpus = corpus(&args.paths, &knowledge).map_err(|error| error.to_string())?;
    let catalog = Catalog::new(corpus, knowledge);
    let meta = ddefend_site::Meta { version: env!("CARGO_PKG_VERSION").to_owned(), content: content.version() };
    let mut files = 0_u64;
    let written = folder::write_with(&args.out, args.force, |draft| {
        ddefend_site::write(&catalog, &meta, &mut |path, text| {
            files += 1;
            folder::file(draft, path, text.as_bytes())
        })
    });
    written.map_err(|(_, message)| message)?;
    let mut text = told(&catalog.overview());
    let first = args.out.join("index.html");
    let _ = writeln!(text, "{files} files; open {}", escape::terminal(&first.display().to_string()));
    Ok((text, Outcome::Clean))
}

fn told(overview: &Overview) -> String {
    let mut text = String::new();
    for row in &overview.vendors {
        let _ = writeln!(
            text,
            "{:<8} {} active, {} read, {} deprecated, {} unsupported",
            row.vendor, row.active, row.read, row.deprecated, row.unsupported
        );
    }
    let _ = writeln!(
        text,
        "{} techniques tagged, {} only inferred, {} events, {} fields, {} different tests",
        overview.tagged, overview.inferred_only, overview.events, overview.fields, overview.indicators
    );
    for row in overview.unread.iter().chain(&overview.skipped) {
        let what = if row.vendor.is_empty() { "no rule" } else { "not read" };
        let line = format!("{what}: {} {} ({}), for example {}", row.count, row.vendor, row.reason, row.sample);
        let _ = writeln!(text, "{}", escape::terminal(&line));
    }
    text
}
