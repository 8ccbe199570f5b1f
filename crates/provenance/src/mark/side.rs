//! Files that hold the mark of another file, and which one that is.

use super::{quarantine, zone_identifier};
use ddefend_model::provenance::Mark;

/// What tools put between a file's name and the name of its stream: the colon itself (7-Zip, tar, Linux), `_` (KAPE),
/// `.` and nothing (copies to systems without colons), U+F03A (the Windows subsystem for Linux), `%3A` (Velociraptor).
const BETWEEN: [&str; 5] = [":", "_", ".", "\u{f03a}", "%3a"];
const STREAM: &str = "zone.identifier";
const ATTRIBUTE: &str = "com.apple.quarantine";

/// `name:stream` or `name:stream:$DATA` of NTFS, split; none where there is no stream.
pub(super) fn split_stream(path: &str) -> Option<(&str, &str)> {
    let at = path.len().checked_sub(6)?;
    let kind = path.get(at..).filter(|kind| kind.eq_ignore_ascii_case(":$DATA"));
    let path = if kind.is_some() { path.get(..at)? } else { path };
    // The colon of a drive is none.
    let (of, stream) = path.rsplit_once(':')?;
    (of.len() > 1 && !stream.contains(['\\', '/'])).then_some((of, stream))
}

/// The file that a side file of this name would be the mark of, as the name gives it; none where it is no such name.
#[must_use]
pub fn marked_file(name: &str) -> Option<String> {
    let name = match split_stream(name) {
        Some((of, stream)) if stream.eq_ignore_ascii_case(STREAM) => return Some(of.to_owned()),
        _ => name,
    };
    let head = [STREAM, ATTRIBUTE].iter().find_map(|end| {
        let at = name.len().checked_sub(end.len())?;
        name.get(at..)?.eq_ignore_ascii_case(end).then(|| name.get(..at))?
    })?;
    let of = BETWEEN.iter().find_map(|between| {
        let at = head.len().checked_sub(between.len())?;
        head.get(at..)?.eq_ignore_ascii_case(between).then(|| head.get(..at))?
    });
    let of = of.unwrap_or(head);
    (!of.is_empty() && !of.ends_with(['/', '\\'])).then(|| of.to_owned())
}

/// The mark in a side file, by its name (with its folders, if known) and content. None where the name is no side
/// file's; where the name is one and the content is no mark, the mark says so.
#[must_use]
pub fn side_file(name: &str, bytes: &[u8], source: &str) -> Option<Mark> {
    let of = marked_file(name)?;
    if name.to_ascii_lowercase().contains(ATTRIBUTE) {
        let text = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes));
        return quarantine(&text, &of, source);
    }
    let nothing = || Mark {
        form: "side-file".to_owned(),
        of: of.clone(),
        source: source.to_owned(),
        odd: vec!["its name is that of a mark, its content is none".to_owned()],
        ..Mark::default()
    };
    Some(zone_identifier(bytes, "side-file", &of, source).unwrap_or_else(nothing))
}

#[cfg(test)]
mod tests {
    use super::{marked_file, side_file};

    #[test]
    fn names() {
        for (name, of) in [
            ("a.docx:Zone.Identifier", "a.docx"),
            ("a.docx:Zone.Identifier:$DATA", "a.docx"),
            (r"C:\Users\a\a.docx:Zone.Identifier", r"C:\Users\a\a.docx"),
            ("in/a.docx_Zone.Identifier", "in/a.docx"),
            ("a.docx.Zone.Identifier", "a.docx"),
            ("a.docx.ZONE.IDENTIFIER", "a.docx"),
            ("a.docx%3AZone.Identifier", "a.docx"),
            ("a.docx\u{f03a}Zone.Identifier", "a.docx"),
            ("a.docxZone.Identifier", "a.docx"),
            ("a.docx.com.apple.quarantine", "a.docx"),
        ] {
            assert_eq!(marked_file(name).as_deref(), Some(of), "{name}");
        }
        for name in ["", "a.docx", "Zone.Identifier", "x/Zone.Identifier", "C:Zone", "\u{f03a}", "é"] {
            assert_eq!(marked_file(name), None, "{name}");
        }
    }

    #[test]
    fn content() {
        let mark = side_file("a.docx_Zone.Identifier", b"[ZoneTransfer]\nZoneId=3", "in").unwrap();
        assert_eq!((mark.zone, mark.of.as_str(), mark.form.as_str()), (Some(3), "a.docx", "side-file"));
        let mark = side_file("a.docx_Zone.Identifier", b"\0\0", "in").unwrap();
        assert_eq!((mark.zone, mark.odd.len()), (None, 1));
        assert!(side_file("a.docx", b"[ZoneTransfer]\nZoneId=3", "in").is_none());
    }
}
