//! Part names (ISO 29500-2 section 6.2.2) and targets of relationships, compared as Office compares them.

/// Folded name of the content-types part.
pub(super) const TYPES: &str = "/[content_types].xml";
/// Folded name of the package's relationships.
pub(super) const PACKAGE_RELATIONS: &str = "/_rels/.rels";

/// `/` for `\` and one leading `/`.
pub(super) fn normal(name: &str) -> String {
    let slashed = name.replace('\\', "/");
    let trimmed = slashed.trim_start_matches("./").trim_start_matches('/');
    format!("/{trimmed}")
}

/// The form in which names are compared: normal, percent-decoded, lower case.
pub(super) fn fold(name: &str) -> String {
    if let [b'/', second, ..] = name.as_bytes()
        && !matches!(second, b'/' | b'.')
        && memchr::memchr2(b'\\', b'%', name.as_bytes()).is_none()
    {
        return name.to_ascii_lowercase();
    }
    percent_decode(&normal(name)).to_ascii_lowercase()
}

/// The part that a relationships part belongs to: `/word/_rels/document.xml.rels` to `/word/document.xml`, `/` for the
/// package; none where the name is not of a relationships part.
pub(super) fn relations_source(name: &str) -> Option<String> {
    let (folder, file) = name.rsplit_once('/')?;
    let stem_length = file.len().checked_sub(5)?;
    let (stem, extension) = file.split_at_checked(stem_length)?;
    let (parent, rels) = folder.rsplit_once('/')?;
    if !extension.eq_ignore_ascii_case(".rels") || !rels.eq_ignore_ascii_case("_rels") {
        return None;
    }
    Some(if stem.is_empty() { "/".to_owned() } else { format!("{parent}/{stem}") })
}

/// The part that a target names, seen from the part `source`.
pub(super) fn resolve(source: &str, target: &str) -> String {
    let target = percent_decode(target.split('#').next().unwrap_or_default()).replace('\\', "/");
    let joined = if target.starts_with('/') {
        target
    } else {
        let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{target}")
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in joined.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

/// Decodes `%hh`; what is no such thing stays.
pub(super) fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.first_chunk::<2>().and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if *first == b'%' => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Names that Office gives main parts.
pub(super) fn is_usual_main(name: &str) -> bool {
    const USUAL: &[&str] =
        &["/word/document.xml", "/xl/workbook.xml", "/xl/workbook.bin", "/ppt/presentation.xml", "/visio/document.xml"];
    USUAL.contains(&name)
}

/// Notes a trick once.
pub(super) fn saw(tricks: &mut Vec<&'static str>, trick: &'static str) {
    if !tricks.contains(&trick) {
        tricks.push(trick);
    }
}
