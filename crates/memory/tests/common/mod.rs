//! What the tests share.
#![allow(dead_code, missing_docs, clippy::expect_used, clippy::panic, reason = "each test uses a part")]

use ddefend_content::Content;
use ddefend_memory::write::{DumpPlan, PlannedModule, PlannedRegion, utf16};
use ddefend_memory::{CaseCommand, End, Limits, Lists, Reading, Settings};
use ddefend_model::memory::MemoryImage;

/// What the tests read with.
pub(crate) struct Kit {
    pub(crate) content: Content,
    pub(crate) lists: Lists,
}

pub(crate) fn kit() -> Kit {
    let content = Content::load().expect("content");
    let lists = content.memory_lists().expect("lists");
    Kit { content, lists }
}

impl Kit {
    pub(crate) fn settings(&self, commands: &[CaseCommand]) -> Settings<'_> {
        Settings::new(self.content.knowledge(), &self.lists, commands, Limits::default())
    }

    pub(crate) fn read(&self, bytes: &[u8]) -> MemoryImage {
        self.read_with(bytes, &self.settings(&[]), bytes.len().max(1))
    }

    pub(crate) fn read_with(&self, bytes: &[u8], settings: &Settings<'_>, piece: usize) -> MemoryImage {
        let mut source = bytes;
        let mut reading = Reading::open("test.dmp", bytes.len() as u64, &mut source, settings);
        for piece in bytes.chunks(piece) {
            reading.feed(piece);
        }
        reading.finish(End::default())
    }
}

pub(crate) const WORD: &str = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
pub(crate) const COMMAND: &str =
    r#""C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE" /n "C:\Users\ann\Downloads\invoice.docx""#;

pub(crate) fn module(path: &str, base: u64) -> PlannedModule {
    PlannedModule { path: path.to_owned(), base, size: 0x1_0000, version: "10.0.19041.1".to_owned() }
}

/// Word with an invoice open.
pub(crate) fn word() -> DumpPlan {
    DumpPlan {
        pid: 4242,
        image: WORD.to_owned(),
        command: COMMAND.to_owned(),
        started: 1_772_532_060,
        taken: 1_772_532_360,
        modules: vec![
            module(r"C:\Windows\System32\ntdll.dll", 0x7ffa_0000_0000),
            module(r"C:\Windows\System32\scrobj.dll", 0x7ffa_1000_0000),
        ],
        regions: vec![PlannedRegion::heap(
            0x0213_0000_0000,
            &[utf16("\u{13}DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\" \u{14}x\u{15}")],
        )],
        ..DumpPlan::default()
    }
}
