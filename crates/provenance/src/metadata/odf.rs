//! `meta.xml` of OpenDocument (ODF 1.3 part 3, section 4.3).

use super::EntryTimes;
use super::values::{Seen, Values, elements};
use ddefend_container::Sink;
use ddefend_container::zip::Archive;
use ddefend_model::provenance::Metadata;

/// What an OpenDocument file says of itself; none where the archive is no such thing.
pub(crate) fn open_document(
    part: &str,
    archive: &Archive<'_>,
    times: &EntryTimes,
    sink: &mut dyn Sink,
) -> Option<Metadata> {
    let kind = archive.entry("mimetype").map(|entry| archive.prefix(entry, 256)).unwrap_or_default();
    let is_document = kind.starts_with(b"application/vnd.oasis.opendocument")
        || kind.starts_with(b"application/vnd.sun.xml")
        || (archive.entry("META-INF/manifest.xml").is_some() && archive.entry("content.xml").is_some());
    if !is_document {
        return None;
    }
    let mut values = Values::default();
    if let Some(entry) = archive.entry("meta.xml")
        && let Some(bytes) = archive.read(entry, sink)
    {
        elements(&bytes, sink, &mut |seen| meta(seen, &mut values));
    }
    if archive.entry("META-INF/documentsignatures.xml").is_some() {
        values.add("signature", "XML (not validated)");
    }
    times.tell(&mut |text| values.add("zip_times", text));
    Some(values.finish(part))
}

fn meta(seen: &Seen, values: &mut Values) {
    match seen.name.as_str() {
        "title" => values.add("title", &seen.text),
        "subject" => values.add("subject", &seen.text),
        "initial-creator" => values.add("creator", &seen.text),
        "creator" => values.add("last_modified_by", &seen.text),
        "creation-date" => values.add_time("created", &seen.text),
        "date" => values.add_time("modified", &seen.text),
        "print-date" => values.add_time("printed", &seen.text),
        "editing-cycles" => values.add("revision", &seen.text),
        "language" => values.add("language", &seen.text),
        "keyword" => values.add("keywords", &seen.text),
        "description" => values.add("comments", &seen.text),
        "generator" => values.add("application", &seen.text),
        "template" => values.add("template", seen.attribute("href")),
        "user-defined" => values.add(&format!("custom:{}", seen.attribute("name")), &seen.text),
        _ => {}
    }
}
