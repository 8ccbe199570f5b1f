//! PowerPoint, Publisher, Visio, Project, OneNote and ActiveMime: rows P1, P2, N1 and W13.

use super::{DDE, dde_docx, sample};
use crate::make::cfb::Cfb;
use crate::make::{ole, ppt};
use crate::samples::{Expect, Sample};

pub(super) fn samples() -> Vec<Sample> {
    [powerpoint(), others(), onenote(), activemime()].concat()
}

fn powerpoint() -> Vec<Sample> {
    let program = ppt::hyperlink(1, "Click here", "cmd.exe /c calc");
    let web = ppt::hyperlink(1, "Help", "http://example.invalid/");
    let linked = ole::link_stream(&ole::file_moniker("C:\\book.xls"), true);
    let linked = Cfb::new().stream("\u{1}Ole", &linked).bytes();
    let package = Cfb::new().stream("Package", &dde_docx()).bytes();
    let run = Expect::Related("program-action");
    vec![
        sample(
            "P1",
            "p1-click-runs-program.ppt",
            run.clone(),
            ppt::presentation(&[program.clone(), ppt::action(0, 2, 1)]),
        ),
        sample("P1", "p1-hover-runs-program.ppt", run, ppt::presentation(&[ppt::action(1, 2, 1), program])),
        sample(
            "P1",
            "p1-linked-object.ppt",
            Expect::Related("ole-link"),
            ppt::presentation(&[ppt::ole_link(1, "Excel.Sheet.8"), ppt::stored(&linked)]),
        ),
        sample("P1", "p1-embedded-document.ppt", DDE, ppt::presentation(&[ppt::stored(&package)])),
        sample("P1", "near-web-link.ppt", Expect::Silent, ppt::presentation(&[web, ppt::action(0, 4, 1)])),
    ]
}

fn others() -> Vec<Sample> {
    let publisher = Cfb::new().stream("Quill/QuillSub/CONTENTS", b"CHNKINK ").stream("Objects/_1/Package", &dde_docx());
    let visio = Cfb::new().stream("VisioDocument", b"Visio (TM) Drawing").stream("Embeddings/_1/Package", &dde_docx());
    let project = Cfb::new().stream("Props14", b"\0").stream("   114/a", b"\0").stream("   214/Package", &dde_docx());
    let plain = Cfb::new().stream("Quill/QuillSub/CONTENTS", b"CHNKINK DDE");
    vec![
        sample("P2", "p2-publisher-embedded.pub", DDE, publisher.bytes()),
        sample("P2", "p2-visio-embedded.vsd", DDE, visio.bytes()),
        sample("P2", "p2-project-embedded.mpp", DDE, project.bytes()),
        sample("P2", "near-publisher.pub", Expect::Silent, plain.bytes()),
    ]
}

const SECTION: [u8; 16] =
    [0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8, 0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96, 0xd3];
const STORE: [u8; 16] =
    [0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26, 0x11, 0x45, 0xa4, 0xc4, 0x8d, 0x4d, 0x0b, 0x7a, 0x9e, 0xac];
const FOOTER: [u8; 16] =
    [0x22, 0xa7, 0xfb, 0x71, 0x79, 0x0f, 0x0b, 0x4a, 0xbb, 0x13, 0x89, 0x92, 0x56, 0x42, 0x6b, 0x24];

/// A section that holds files (MS-ONESTORE 2.6.13), with nothing else of the format.
fn section(files: &[&[u8]]) -> Vec<u8> {
    let mut out = SECTION.to_vec();
    out.resize(1024, 0);
    for file in files {
        out.extend(STORE);
        out.extend((file.len() as u64).to_le_bytes());
        out.extend([0; 12]);
        out.extend(*file);
        out.resize(out.len().next_multiple_of(8), 0);
        out.extend(FOOTER);
    }
    out
}

fn onenote() -> Vec<Sample> {
    let picture = b"\x89PNG\r\n\x1a\n DDE";
    vec![
        sample("N1", "n1-embedded-document.one", DDE, section(&[picture, &dde_docx()])),
        sample("N1", "near-picture.one", Expect::Silent, section(&[picture])),
    ]
}

fn activemime() -> Vec<Sample> {
    let store = |object: &[u8]| {
        let mut out = b"ActiveMime\0\0\x01\xf0\x04\0\0\0\xff\xff\xff\xff\0\0\x07\xf0".to_vec();
        out.resize(50, 0);
        out.extend(ole::zlib(object));
        out
    };
    let package = Cfb::new().stream("_1/Package", &dde_docx()).bytes();
    let plain = Cfb::new().stream("_1/\u{1}Ole", &ole::embedded_stream()).bytes();
    vec![
        sample("W13", "w13-active-mime.mso", DDE, store(&package)),
        sample("W13", "near-active-mime.mso", Expect::Silent, store(&plain)),
    ]
}
