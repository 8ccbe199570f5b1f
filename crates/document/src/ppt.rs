//! PowerPoint 97-2003 (MS-PPT, row P1): linked and embedded objects, which are stored compressed, and actions that
//! start a program.

mod crypt;
mod records;

use crypt::decrypt;
use ddefend_container::cfb::{SIGNATURE, Storage};
use ddefend_container::{Format, Part, Sink, StorageReader};
use ddefend_guard::{Cursor, decode};
use ddefend_model::{Link, LinkKind, Location, Trigger, code};
use records::{Record, Walk};
use std::collections::BTreeMap;

/// PowerPoint presentations.
pub(crate) static READER: StorageReader = StorageReader {
    format: Format { id: "ppt", title: "PowerPoint 97-2003 presentation", extensions: &["ppt", "pps", "pot", "ppa"] },
    claims: |storage| storage.stream(STREAM).is_some(),
    read,
};

const STREAM: &str = "PowerPoint Document";

/// Record types, MS-PPT 2.13.24.
mod kind {
    pub(super) const CSTRING: u16 = 0x0fba;
    pub(super) const OLE_ATOM: u16 = 0x0fc3;
    pub(super) const OLE_LINK: u16 = 0x0fce;
    pub(super) const OLE_LINK_ATOM: u16 = 0x0fd1;
    pub(super) const HYPERLINK_ATOM: u16 = 0x0fd3;
    pub(super) const HYPERLINK: u16 = 0x0fd7;
    pub(super) const ACTION: u16 = 0x0ff2;
    pub(super) const ACTION_ATOM: u16 = 0x0ff3;
    pub(super) const STORAGE: u16 = 0x1011;
}

/// What is gathered on the way through the records.
#[derive(Default)]
struct Found {
    /// Name and target of a hyperlink by its number.
    hyperlinks: BTreeMap<u32, (String, String)>,
    /// The hyperlink whose container is open.
    hyperlink: u32,
    /// Program actions: number of the hyperlink with the path, offset, true for hovering.
    programs: Vec<(u32, usize, bool)>,
    /// The action container that is open is for hovering.
    hover: bool,
    /// Linked objects: offset, update mode, program id.
    links: Vec<(usize, u32, String)>,
    /// The last container of a kind that has texts.
    holder: u16,
    storages: u32,
}

fn read(storage: &Storage<'_>, sink: &mut dyn Sink) {
    let Some(stream) = storage.stream(STREAM) else { return };
    let bytes = stream.read(sink);
    let unlocked = decrypt(&bytes, storage, sink);
    let (bytes, tricks) = match &unlocked {
        crypt::State::Plain => (&*bytes, &[][..]),
        crypt::State::Opened(bytes, tricks) => (bytes.as_slice(), *tricks),
        crypt::State::Locked => return,
    };
    sink.within(STREAM, tricks, &mut |sink| {
        let mut found = Found::default();
        let mut walk = Walk::new(bytes);
        for record in walk.by_ref() {
            found.take(&record, sink);
        }
        walk.report(sink);
        found.report(sink);
    });
}

impl Found {
    fn take(&mut self, record: &Record<'_>, sink: &mut dyn Sink) {
        let number = |offset| Cursor::at(record.data, offset).u32("number").unwrap_or(0);
        match record.kind {
            kind::HYPERLINK | kind::OLE_LINK => {
                self.holder = record.kind;
                if record.kind == kind::OLE_LINK {
                    self.links.push((record.offset, 0, String::new()));
                }
            }
            kind::HYPERLINK_ATOM => self.hyperlink = number(0),
            kind::OLE_LINK_ATOM => {
                if let Some((_, mode, _)) = self.links.last_mut() {
                    *mode = number(4);
                }
            }
            kind::CSTRING => self.take_text(record),
            kind::ACTION => {
                self.holder = record.kind;
                self.hover = record.instance == 1;
            }
            // MS-PPT 2.8.6 and 2.13.12: action 2 runs a program.
            kind::ACTION_ATOM if record.data.get(8) == Some(&2) => {
                self.programs.push((number(4), record.offset, self.hover));
            }
            kind::STORAGE => self.take_storage(record, sink),
            kind::OLE_ATOM => {}
            _ if record.is_container => self.holder = record.kind,
            _ => {}
        }
    }

    /// MS-PPT 2.10.16 and 2.10.23: the instance tells which text it is.
    fn take_text(&mut self, record: &Record<'_>) {
        let text = || String::from_utf16_lossy(&units(record.data));
        match (self.holder, record.instance) {
            (kind::HYPERLINK, 0) => self.hyperlinks.entry(self.hyperlink).or_default().0 = text(),
            (kind::HYPERLINK, 1) => self.hyperlinks.entry(self.hyperlink).or_default().1 = text(),
            (kind::OLE_LINK, 2) => {
                if let Some((.., program)) = self.links.last_mut() {
                    *program = text();
                }
            }
            _ => {}
        }
    }

    /// MS-PPT 2.10.34 and 2.10.35: instance 1 is compressed behind its size.
    fn take_storage(&mut self, record: &Record<'_>, sink: &mut dyn Sink) {
        self.storages = self.storages.saturating_add(1);
        let step = format!("object[{}]", self.storages);
        if record.data.starts_with(&SIGNATURE) {
            sink.child(Part::below(sink.path(), &step, record.data));
            return;
        }
        let decoded = decode::zlib(record.data.get(4..).unwrap_or_default(), sink.budget());
        let declared = Cursor::new(record.data).u32("size").unwrap_or(0);
        // Some writers leave out the checksum; nothing is missing then.
        if decoded.bytes.len() as u64 != u64::from(declared) {
            sink.report_stop(decoded.stopped, &format!("the stored object {}", self.storages));
        }
        if !decoded.bytes.is_empty() {
            sink.child(Part::below(sink.path(), &step, &decoded.bytes));
        }
    }

    fn report(self, sink: &mut dyn Sink) {
        for (offset, mode, program) in self.links {
            let location = Location::bytes(offset as u64, 8).held_by("ExOleLink");
            let mut link = Link::new(LinkKind::OleLink, READER.format.id, sink.path().clone(), location);
            link.raw = format!("linked object {program}, update mode {mode}");
            link.service = Some(program);
            // MS-PPT 2.13.21: 1 always, 3 on call.
            link.trigger = if mode == 1 { Trigger::Open } else { Trigger::Update };
            sink.link(link);
        }
        let mut folded: BTreeMap<u32, Link> = BTreeMap::new();
        for (number, offset, hover) in self.programs {
            if let Some(link) = folded.get_mut(&number) {
                link.count = link.count.saturating_add(1);
                continue;
            }
            let (name, target) = self.hyperlinks.get(&number).cloned().unwrap_or_default();
            let target = if target.is_empty() { name.clone() } else { target };
            if target.is_empty() {
                let message = format!("an action runs a program, but hyperlink {number} that names it was not found");
                sink.report(code::BROKEN_STRUCTURE, Location::bytes(offset as u64, 8), message);
            }
            let holder = if hover { "InteractiveInfo (hover)" } else { "InteractiveInfo (click)" };
            let location = Location::bytes(offset as u64, 8).held_by(holder);
            let mut link = Link::new(LinkKind::ProgramAction, READER.format.id, sink.path().clone(), location);
            link.trigger = Trigger::Click;
            link.raw = format!("run program: {target}");
            link.shown = (!name.is_empty() && name != target).then_some(name);
            link.target = Some(target);
            folded.insert(number, link);
        }
        folded.into_values().for_each(|link| sink.link(link));
    }
}

fn units(bytes: &[u8]) -> Vec<u16> {
    let two = |two: &[u8]| match two {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    };
    bytes.chunks_exact(2).map(two).collect()
}
