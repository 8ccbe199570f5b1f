//! Old office files that are recognised and not read: silence about them would read as "clean".

use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};

/// Old spreadsheets, databases and word processors.
pub(crate) static READER: Reader = Reader {
    format: Format {
        id: "legacy",
        title: "old office file",
        extensions: &[
            "wri", "doc", "wks", "wk1", "wk3", "wk4", "wq1", "wq2", "wb1", "wb2", "wb3", "123", "wr1", "wrk", "dbf",
            "wpd", "wp", "mcw",
        ],
    },
    sniff,
    read,
};

/// Whether a kind of file can hold DDE links at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Links {
    /// It can.
    Possible,
    /// The program had no DDE, or the file holds nothing but data.
    None,
}

/// Magic number, name, and whether there can be links.
const KINDS: &[(&[u8], &str, Links)] = &[
    (&[0, 0, 2, 0, 4, 4], "Lotus 1-2-3 release 1 worksheet", Links::None),
    (&[0, 0, 2, 0, 5, 4], "Lotus Symphony worksheet", Links::None),
    (&[0, 0, 2, 0, 6, 4], "Lotus 1-2-3 release 2 worksheet", Links::None),
    (&[0xff, 0, 2, 0, 4, 4], "Microsoft Works spreadsheet", Links::Possible),
    (&[0, 0, 0x1a, 0, 0, 0x10, 4, 0], "Lotus 1-2-3 release 3 worksheet", Links::Possible),
    (&[0, 0, 0x1a, 0, 2, 0x10, 4, 0], "Lotus 1-2-3 release 4 or 5 worksheet", Links::Possible),
    (&[0, 0, 0x1a, 0, 3, 0x10, 4, 0], "Lotus 1-2-3 97 worksheet", Links::Possible),
    (&[0, 0, 0x1a, 0, 5, 0x10, 4, 0], "Lotus 1-2-3 9 worksheet", Links::Possible),
    (&[0, 0, 2, 0, 0x20, 0x51], "Quattro Pro for DOS worksheet", Links::None),
    (&[0, 0, 2, 0, 0x21, 0x51], "Quattro Pro 5 for DOS worksheet", Links::None),
    (&[0, 0, 2, 0, 1, 0x10], "Quattro Pro for Windows 1 or 5 notebook", Links::Possible),
    (&[0, 0, 2, 0, 2, 0x10], "Quattro Pro for Windows 6 notebook", Links::Possible),
    (&[0, 0, 2, 0, 7, 0x10], "Quattro Pro for Windows 7 or 8 notebook", Links::Possible),
    (&[0xff, b'W', b'P', b'C'], "WordPerfect document", Links::Possible),
    (&[0xfe, 0x37, 0, 0x1c], "Word 4 for Macintosh document", Links::None),
    (&[0xfe, 0x37, 0, 0x23], "Word 5 for Macintosh document", Links::Possible),
    (&[0x31, 0xbe, 0, 0, 0, 0xab, 0, 0], "Word for DOS document", Links::None),
];

fn kind(bytes: &[u8]) -> Option<(&'static str, Links)> {
    let known = KINDS.iter().find(|(magic, ..)| bytes.starts_with(magic));
    known.map(|(_, name, links)| (*name, *links)).or_else(|| is_dbf(bytes).then_some(("dBase table", Links::None)))
}

/// A dBase table has no magic number; version, date, lengths and the mark behind the field list must all fit.
fn is_dbf(bytes: &[u8]) -> bool {
    const VERSIONS: [u8; 15] =
        [0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8b, 0x8c, 0x8e, 0xcb, 0xf5];
    let mut cursor = Cursor::new(bytes);
    let Ok([version, _, month, day]) = cursor.array::<4>("version and date") else { return false };
    cursor.seek(8);
    let (Ok(head), Ok(row)) = (cursor.u16("head"), cursor.u16("record")) else { return false };
    let head = usize::from(head);
    let ends = [1, 2, 264].iter().any(|back| bytes.get(head.wrapping_sub(*back)) == Some(&0x0d));
    VERSIONS.contains(&version) && (1..=12).contains(&month) && (1..=31).contains(&day) && head > 32 && row > 0 && ends
}

fn sniff(probe: &Probe<'_>) -> Claim {
    match kind(probe.bytes()) {
        // Word for DOS and Write share a magic number; Write counts pages here.
        Some(("Word for DOS document", _)) if Cursor::at(probe.bytes(), 0x60).u16("pnMac") != Ok(0) => Claim::No,
        Some(_) => Claim::Magic,
        None => Claim::No,
    }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some((name, links)) = kind(part.bytes) else { return };
    sink.fact(format!("detected: {name}"));
    match links {
        Links::Possible => {
            let message = format!("this is a {name}; no reader for it, links that it may hold were not looked for");
            sink.report(code::UNREADABLE_FORMAT, Location::default(), message);
        }
        Links::None => {
            let message = format!("this is a {name}, which holds no links to other programs; its content was not read");
            sink.report(code::NOTE_ODD, Location::default(), message);
        }
    }
}
