//! What is odd about XML parts whose text no carrier reads, told from their heads: nothing more is inflated for it.

use ddefend_container::opc::{Package, PackagePart, Root};
use ddefend_container::{Sink, text};
use ddefend_model::{Diagnostic, Location, code};
use memchr::memmem;

/// Bytes of a head that are looked at.
const HEAD: usize = 512;
/// Most characters of a cell, and so of a shared string (Excel specifications and limits).
const CELL: u64 = 32_767;
/// Bytes that one character of a shared string takes at most, its share of the markup of formatted runs included.
const CHARACTER: u64 = 16;

/// Reports what is odd in a part whose root is `root` and whose text nobody parses.
pub(crate) fn tell(package: &Package<'_>, part: &PackagePart, root: &Root, sink: &mut dyn Sink) {
    let head = package.prefix(part, HEAD);
    if memmem::find(&head, b"<!DOCTYPE").is_some() {
        let message = "the part has a document type definition, which packages forbid (ISO 29500-2); no carrier \
                       reads this part, and its entities were not expanded";
        report(code::NOTE_DTD, part, message.to_owned(), sink);
    }
    let found = match root.local.as_str() {
        "sst" => strings(&head, package.size(part)),
        "MapInfo" => schemas(package, part, sink),
        _ => None,
    };
    if let Some(message) = found {
        report(code::NOTE_ODD, part, message, sink);
    }
}

fn report(code: &'static str, part: &PackagePart, message: String, sink: &mut dyn Sink) {
    let path = sink.path().join(part.name.trim_start_matches('/'));
    sink.diagnostic(Diagnostic::new(code, path, Location::default(), message));
}

/// Shared strings (ISO 29500-1 18.4.9) that are longer than a cell: a reader that copies them per cell runs out of memory.
fn strings(head: &[u8], size: u64) -> Option<String> {
    let text = text::decode(head).text;
    let count: u64 = value(&text, "uniqueCount")?.parse().ok()?;
    let possible = count.checked_add(1)?.checked_mul(CELL.checked_mul(CHARACTER)?)?;
    (size > possible).then(|| {
        format!(
            "the part says that it holds {count} shared strings and has {size} bytes; a cell holds {CELL} characters \
             at most. Shared strings carry no links"
        )
    })
}

/// Schemas of XML maps (ISO 29500-1 18.14) that refer to further ones elsewhere.
fn schemas(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink) -> Option<String> {
    // Few workbooks have the part, and it is small.
    let bytes = package.read(part, sink)?;
    let text = text::decode(&bytes).text;
    let mut places: Vec<&str> = Vec::new();
    for rest in text.split("schemaLocation").skip(1) {
        let Some(place) = quoted(rest) else { continue };
        let elsewhere = place.contains("://") || place.starts_with("\\\\") || place.starts_with("//");
        if elsewhere && !places.contains(&place) && places.len() < 4 {
            places.push(place);
        }
    }
    let places = places.join(", ");
    (!places.is_empty())
        .then(|| format!("the schema of an XML map refers to others at {places}; they were not fetched"))
}

/// The value of the first attribute of that name.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    quoted(text.split_once(name)?.1)
}

/// What stands in quotes behind `=`.
fn quoted(rest: &str) -> Option<&str> {
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split_once(quote).map(|(value, _)| value)
}
