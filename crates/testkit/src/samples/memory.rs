//! Process dumps and memory images as bytes.

use super::{Entry, Sample};
use ddefend_content::Content;
use ddefend_memory::write::{DumpPlan, PlannedModule, PlannedRegion, utf16, write};
use ddefend_memory::{CaseCommand, End, Limits, Lists, Reading, Settings};
use std::sync::OnceLock;

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The reader of minidumps, and what looks through raw memory.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "minidump", run: minidump, seed: |_| false },
    Entry { name: "memory-raw", run: raw, seed: |name| name.ends_with(".csv") || name.ends_with(".rtf") },
];

fn content() -> Option<&'static (Content, Lists)> {
    static CONTENT: OnceLock<Option<(Content, Lists)>> = OnceLock::new();
    let load = || {
        let content = Content::load().ok()?;
        let lists = content.memory_lists().ok()?;
        Some((content, lists))
    };
    CONTENT.get_or_init(load).as_ref()
}

fn look(bytes: &[u8], raw: bool, step: usize) -> usize {
    let Some((content, lists)) = content() else { return 0 };
    let command = CaseCommand { of: "x".to_owned(), text: "cmd.exe /c whoami".to_owned() };
    let limits = Limits { hits: 64, ..Limits::default() };
    let settings = Settings::new(content.knowledge(), lists, &[command], limits).raw(raw).step(step).all_modules(true);
    let mut source = bytes;
    let mut reading = Reading::open("x.dmp", bytes.len() as u64, &mut source, &settings);
    for piece in bytes.chunks(step.max(1)) {
        reading.feed(piece);
    }
    reading.finish(End::default()).hits.len()
}

/// A sound dump.
fn sound() -> &'static [Vec<u8>] {
    static DUMPS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    DUMPS.get_or_init(|| {
        let image = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
        let module =
            |name: &str, base| PlannedModule { path: name.to_owned(), base, size: 4_096, version: "1.2".to_owned() };
        [(false, false), (true, true)]
            .map(|(narrow, small)| {
                write(&DumpPlan {
                    pid: 7,
                    image: image.to_owned(),
                    command: format!("\"{image}\" /n \"C:\\a.docx\""),
                    narrow,
                    small,
                    modules: vec![module(r"\\server\share\a.dll", 0x1000_0000)],
                    unloaded: vec![module("b.dll", 0x2000_0000)],
                    regions: vec![PlannedRegion::heap(0x30_0000, &[utf16("\u{13}DDEAUTO cmd \"/c whoami\"\u{15}")])],
                    ..DumpPlan::default()
                })
            })
            .to_vec()
    })
}

/// The bytes alone, and as changes of sound dumps: two bytes say where, one what.
fn minidump(bytes: &[u8]) {
    look(bytes, false, 1 << 16);
    for dump in sound() {
        let mut dump = dump.clone();
        for change in bytes.chunks_exact(3).take(64) {
            let [low, high, value] = change else { continue };
            let at = usize::from(u16::from_le_bytes([*low, *high])) % dump.len().max(1);
            if let Some(byte) = dump.get_mut(at) {
                *byte = *value;
            }
        }
        look(&dump, false, 4_096);
    }
}

/// Any pieces give what one piece gives.
fn raw(bytes: &[u8]) {
    let step = bytes.first().map_or(1, |first| usize::from(*first) * 16 + 1);
    assert_eq!(look(bytes, true, step), look(bytes, true, 1 << 20), "pieces make a difference");
}
