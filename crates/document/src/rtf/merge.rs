//! Mail merge (row W9; RTF 1.9.1, "Mail Merge"): `{\*\mailmerge ...}` names a data source that Word may reach through DDE.

use ddefend_container::rtf::Letters;
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger};

/// Which text of the merge a destination holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// `\mmdatasource`
    Source,
    /// `\mmconnectstr`
    Connect,
    /// `\mmquery`
    Query,
    /// `\mmodsoudl`, `\mmodsosrc`: the source of the newer kind.
    Udl,
}

/// A merge whose group is open.
#[derive(Debug, Default)]
pub(super) struct Merge {
    pub(super) offset: usize,
    service: Option<&'static str>,
    source: Letters,
    connect: Letters,
    query: Letters,
    udl: Letters,
}

/// The destination that a control word opens.
pub(super) fn slot(name: &[u8]) -> Option<Slot> {
    match name {
        b"mmdatasource" => Some(Slot::Source),
        b"mmconnectstr" => Some(Slot::Connect),
        b"mmquery" => Some(Slot::Query),
        b"mmodsoudl" | b"mmodsosrc" => Some(Slot::Udl),
        _ => None,
    }
}

impl Merge {
    pub(super) fn new(offset: usize) -> Self {
        Self { offset, ..Self::default() }
    }

    /// Takes a control word of the merge: Excel, Access and Microsoft Query are reached through DDE.
    pub(super) fn take_word(&mut self, name: &[u8]) -> bool {
        match name {
            b"mmdatatypeexcel" => self.service = Some("Excel"),
            b"mmdatatypeaccess" => self.service = Some("MSAccess"),
            b"mmdatatypeqt" => self.service = Some("MSQuery"),
            _ => return name.starts_with(b"mm") && slot(name).is_none(),
        }
        true
    }

    pub(super) fn letters(&mut self, slot: Slot) -> &mut Letters {
        match slot {
            Slot::Source => &mut self.source,
            Slot::Connect => &mut self.connect,
            Slot::Query => &mut self.query,
            Slot::Udl => &mut self.udl,
        }
    }

    /// The link; none where no source is named.
    pub(super) fn finish(mut self, end: usize, part: PartPath) -> Option<Link> {
        let text = |letters: &mut Letters| Some(letters.take().trim().to_owned()).filter(|text| !text.is_empty());
        let connect = text(&mut self.connect);
        let query = text(&mut self.query);
        let source = text(&mut self.source).or_else(|| text(&mut self.udl));
        if source.is_none() && connect.is_none() {
            return None;
        }
        let place = Location::bytes(self.offset as u64, end.saturating_sub(self.offset) as u64);
        let mut link = Link::new(LinkKind::MailMerge, "rtf", part, place.held_by("\\mailmerge"));
        link.raw = [&source, &connect, &query].into_iter().flatten().cloned().collect::<Vec<_>>().join("; ");
        link.service = self.service.map(str::to_owned);
        link.target = source;
        link.topic = connect;
        link.item = query;
        link.trigger = Trigger::Open;
        Some(link)
    }
}
