//! Addresses near what is bad.

use super::view::{Spot, View};
use ddefend_model::Level;

/// Characters between a hit and an address that still belongs to it.
const NEAR: usize = 512;
/// Characters of an address.
const LONGEST: usize = 2_048;

pub(super) fn spots(view: &View<'_>, known: &[Spot]) -> Vec<Spot> {
    let bad: Vec<&Spot> = known.iter().filter(|spot| spot.level >= Level::Medium).collect();
    if bad.is_empty() || !view.lower.contains("://") {
        return Vec::new();
    }
    let mut spots: Vec<Spot> = Vec::new();
    for (byte, _) in view.lower.match_indices("://") {
        let head = view.lower.get(..byte).unwrap_or_default();
        let scheme: usize = head.chars().rev().take_while(char::is_ascii_alphabetic).take(6).count();
        let at = view.index(byte);
        let from = at.saturating_sub(scheme);
        if !matches!(view.lower(from, at), "http" | "https" | "ftp") {
            continue;
        }
        let near = |spot: &&&Spot| from.saturating_add(NEAR) >= spot.from && from <= spot.to.saturating_add(NEAR);
        if !bad.iter().any(|spot| near(&spot)) {
            continue;
        }
        let rest = view.chars.get(from..).unwrap_or_default();
        let ends = |c: &char| c.is_whitespace() || "\"'<>()[]{}|^`,;\u{13}\u{14}\u{15}\u{201c}\u{201d}".contains(*c);
        let length = rest.iter().take(LONGEST).position(ends).unwrap_or(rest.len().min(LONGEST));
        let to = from.saturating_add(length);
        if length > scheme.saturating_add(3) {
            spots.push(Spot::new("url", from, to, view.settings.lists.hits.url_level));
        }
    }
    spots
}
