//! XML of no format that is known, so that `detected` says something sensible and spreadsheets' XML is found however
//! far from the start its root stands.

use crate::{csv, excelhtml, odf, spreadsheetml};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};

/// Any XML.
pub(crate) static XML: Reader =
    Reader { format: Format { id: "xml", title: "XML", extensions: &["xml", "rels", "svg", "xsl"] }, sniff, read };

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head().filter(|head| !excelhtml::is_html(head)) else { return Claim::No };
    let head = head.trim_start_matches(['\u{feff}', '\0']).trim_start();
    let mut letters = head.chars();
    let opens = letters.next() == Some('<');
    let named = letters.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '?' | '!' | '_'));
    if opens && named && (head.starts_with("<?xml") || head.contains('>')) { Claim::Likely } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    if spreadsheetml::is_behind_the_head(part.bytes) {
        spreadsheetml::read(part, sink);
    }
    if odf::is_behind_the_head(part.bytes) {
        odf::read_flat(part, sink);
    }
    csv::scan(part.bytes, "csv", true, sink);
}
