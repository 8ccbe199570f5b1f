//! The floor for a scan: read every file and inflate the parts that can carry a link, and do nothing with them.
//!
//! Prints what it did; `scripts/bench` measures its CPU beside that of a scan over the same folder.

use ddefend_container::zip::Archive;
use ddefend_engine::{Input, find_inputs};
use ddefend_testkit::recorder::Recorder;
use std::io::Write as _;

/// Endings of entries that hold no link in any document format: pictures, fonts, styles, strings, caches, properties.
const NO_LINK: &[&str] = &[
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".emf",
    ".wmf",
    ".bmp",
    ".tiff",
    ".svg",
    ".ttf",
    ".odttf",
    ".fntdata",
    ".mp3",
    ".mp4",
    ".wav",
    "sharedstrings.xml",
    "sharedstrings.bin",
    "styles.xml",
    "styles.bin",
    "theme1.xml",
    "fonttable.xml",
    "calcchain.xml",
    "calcchain.bin",
    "vbaproject.bin",
    "numbering.xml",
    "app.xml",
    "core.xml",
    "custom.xml",
    "meta.xml",
    "thumbnail.png",
    "manifest.xml",
    "manifest.rdf",
];

fn main() -> std::io::Result<()> {
    let paths: Vec<std::path::PathBuf> = std::env::args().skip(1).map(Into::into).collect();
    let (mut files, mut read, mut inflated) = (0_u64, 0_u64, 0_u64);
    for input in find_inputs(&paths, "stdin") {
        let Input::File(path) = input else { continue };
        let bytes = std::fs::read(&path)?;
        files += 1;
        read += bytes.len() as u64;
        if !bytes.starts_with(b"PK") {
            continue;
        }

        let mut sink = Recorder::default();
        let Some(archive) = Archive::open(&bytes, &mut sink) else { continue };
        for entry in archive.entries() {
            let name = entry.name.to_ascii_lowercase();
            if !NO_LINK.iter().any(|ending| name.ends_with(ending)) {
                inflated += archive.read(entry, &mut sink).map_or(0, |part| part.len() as u64);
            }
        }
    }
    writeln!(std::io::stdout(), "{files} files, {read} bytes read, {inflated} bytes of parts")
}
