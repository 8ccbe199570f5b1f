//! Text that talks the user into saying yes.

use crate::knowledge::Knowledge;
use ddefend_model::{Link, Lure};

/// The lure, where the item (Word shows it in the prompt), the shown value or the topic's tail reads like one.
pub(crate) fn lure_of(link: &Link, knowledge: &Knowledge) -> Option<Lure> {
    const LONGEST: usize = 2_000;
    let candidates = [link.item.as_deref(), link.shown.as_deref(), link.topic.as_deref()];
    candidates.into_iter().flatten().find_map(|text| {
        let head: String = text.chars().take(LONGEST).collect();
        let lower = head.to_lowercase();
        let persuades = knowledge.lures.iter().any(|phrase| phrase.fits(&lower));
        persuades.then(|| Lure(head.trim().to_owned()))
    })
}
