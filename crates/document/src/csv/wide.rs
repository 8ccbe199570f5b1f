//! Full-width syntax in the 8-bit code pages of East Asia, where it is two bytes and nothing tells the code page.

use super::read_text;
use crate::csv::place::Places;
use crate::formulas::{Folded, Source};
use ddefend_container::Sink;
use ddefend_grammar::formula::could_request;
use ddefend_model::trick;
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};
use memchr::memmem;

/// The code pages, each a superset of ASCII in its first bytes.
const PAGES: [&Encoding; 5] = [SHIFT_JIS, GBK, EUC_KR, BIG5, EUC_JP];
/// What full-width syntax cannot do without: one of the signs that begin a formula, a bar, `!` or a parenthesis.
const SIGNS: [&str; 7] = ["\u{ff5c}", "\u{ff1d}", "\u{ff01}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}", "\u{ff08}"];

/// True where bytes that are not UTF-8 hold a full-width sign in one of the code pages.
pub(super) fn any(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err() && PAGES.iter().any(|page| holds(bytes, page))
}

fn holds(bytes: &[u8], page: &'static Encoding) -> bool {
    SIGNS.iter().any(|sign| {
        let (written, _, unknown) = page.encode(sign);
        !unknown && memmem::find(bytes, &written).is_some()
    })
}

/// Reads the text in each code page of which it holds signs and reports formulas with full-width syntax; the first code
/// page that gives any is taken, several of them agree about these signs.
pub(super) fn read(bytes: &[u8], source: &Source, sink: &mut dyn Sink) {
    for page in PAGES.into_iter().filter(|page| holds(bytes, page)) {
        let (text, _) = page.decode_without_bom_handling(bytes);
        if !could_request(&text) {
            continue;
        }
        let mut found = Folded::default();
        read_text(&text, &Places::new(&text, page.name(), bytes), source, &mut found, sink);
        // The others were found without this.
        found.retain(|link| link.tricks.iter().any(|seen| seen.0 == trick::FULL_WIDTH));
        if !found.is_empty() {
            found.report(&[trick::TEXT_ENCODING], sink);
            return;
        }
    }
}
