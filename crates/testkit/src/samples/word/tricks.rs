//! Tricks of structure: runs, paragraphs, keywords, wrappers, settings.

use super::build::{
    INSTRUCTION, bare, document, docx, escape, field, field_of, mark, package, paragraph, piece, story, text,
    with_part, word_type,
};
use super::usual;
use crate::make::opc::{DOCX, Opc};
use crate::samples::{Expect, Sample};

pub(super) fn samples() -> Vec<Sample> {
    [runs(), keywords(), flags(), wrappers(), readings(), parts(), arguments()].concat()
}

fn runs() -> Vec<Sample> {
    let letters: String = INSTRUCTION.chars().map(|c| piece(&c.to_string())).collect();
    let proofed = INSTRUCTION.split_inclusive("DE").map(|part| piece(part) + r#"<w:proofErr w:type="spellStart"/>"#);
    let one_run = format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>{}</w:instrText><w:fldChar w:fldCharType="end"/></w:r>"#,
        escape(INSTRUCTION)
    );
    let two_in_one = format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DDE</w:instrText><w:instrText>{}</w:instrText><w:fldChar w:fldCharType="end"/></w:r>"#,
        escape(&INSTRUCTION["DDE".len()..])
    );
    let paragraphs = [
        mark("begin") + &piece("DDEAUTO"),
        piece(r"c:\\windows\\system32\\cmd.exe"),
        piece("\"/k calc.exe\"") + &mark("separate"),
        text("x") + &mark("end"),
    ];
    let paragraphs: String = paragraphs.iter().map(|content| paragraph(content)).collect();
    let table = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", paragraph(&field(INSTRUCTION)));
    vec![
        usual("split-runs", "split-letters.docx", docx(&field_of(&letters))),
        usual("split-runs", "split-proofed.docx", docx(&field_of(&proofed.collect::<String>()))),
        usual("W5", "one-run.docx", docx(&one_run)),
        usual("split-runs", "two-pieces-one-run.docx", docx(&two_in_one)),
        usual("split-paragraphs", "split-paragraphs.docx", package(document(&paragraphs)).build()),
        usual("W5", "in-table.docx", package(document(&table)).build()),
    ]
}

fn keywords() -> Vec<Sample> {
    let keyword = |word: &str| docx(&field(&INSTRUCTION.replacen("DDEAUTO", word, 1)));
    let quoted = piece("\"Dd") + &piece("E\"") + &piece(&INSTRUCTION["DDEAUTO".len()..]);
    let separated =
        |separator: &str| docx(&field(&INSTRUCTION.replace(' ', separator).replace(&format!("k{separator}c"), "k c")));
    vec![
        usual("mixed-case", "mixed-case.docx", keyword("dDeAuTo")),
        usual("W5", "lower-case.docx", keyword("ddeauto")),
        usual("quoted-keyword", "quoted-keyword.docx", keyword("\"DDEAUTO\"")),
        usual("quoted-keyword", "quoted-split-keyword.docx", docx(&field_of(&quoted))),
        usual("quoted-keyword", "quoted-twice.docx", keyword("\"Dd\" \"E\"")),
        usual("odd-separators", "separator-tab.docx", separated("\t")),
        usual("odd-separators", "separator-nbsp.docx", separated("\u{a0}")),
        usual("odd-separators", "separator-many.docx", separated(&" ".repeat(200))),
        usual("split-paragraphs", "separator-line.docx", separated("\n")),
        usual(
            "odd-separators",
            "separator-none.docx",
            docx(&field(r#"DDEAUTO"c:\\windows\\system32\\cmd.exe""/k calc.exe""#)),
        ),
        usual(
            "odd-separators",
            "separator-element.docx",
            docx(&field_of(
                &(piece("DDEAUTO") + "<w:r><w:tab/></w:r>" + &piece(INSTRUCTION.trim_start_matches("DDEAUTO "))),
            )),
        ),
        usual("odd-separators", "leading-blanks.docx", docx(&field(&format!("{}{INSTRUCTION}", " ".repeat(300))))),
        usual("W5", "curly-quotes.docx", docx(&field(r"DDEAUTO “c:\\windows\\system32\\cmd.exe” “/k calc.exe”"))),
    ]
}

fn flags() -> Vec<Sample> {
    let dde = INSTRUCTION.replacen("DDEAUTO", "DDE", 1);
    let dirty = field(&dde).replacen("\"begin\"/", "\"begin\" w:dirty=\"1\"/", 1);
    let settings = package(document(&paragraph(&field(&dde))))
        .part("word/settings.xml", &word_type("settings"), story("settings", r#"<w:updateFields w:val="true"/>"#))
        .relate("word/document.xml", "settings", "settings.xml");
    let locked = field(INSTRUCTION).replacen("\"begin\"/", "\"begin\" w:fldLock=\"true\"/", 1);
    let simple = |inner: &str| format!(r#"<w:fldSimple w:instr="{}">{inner}</w:fldSimple>"#, escape(INSTRUCTION));
    let in_complex = mark("begin") + &piece("PAGE ") + &simple("") + &mark("separate") + &text("1") + &mark("end");
    let in_simple = format!(r#"<w:fldSimple w:instr="PAGE">{}</w:fldSimple>"#, field(INSTRUCTION));
    let twice = format!(r#"<w:fldSimple w:instr="AUTHOR">{}</w:fldSimple>"#, simple(&text("x")));
    vec![
        usual("dirty-field", "dirty.docx", docx(&dirty)),
        usual("update-fields", "update-fields.docx", settings.build()),
        usual("W5", "locked.docx", docx(&locked)),
        usual("simple-field", "simple-in-complex.docx", docx(&in_complex)),
        usual("simple-field", "complex-in-simple.docx", docx(&in_simple)),
        usual("simple-field", "simple-in-simple.docx", docx(&twice)),
        usual(
            "field-in-result",
            "in-result.docx",
            docx(&format!(
                "{}{}{}{}{}",
                mark("begin"),
                piece("PAGE"),
                mark("separate"),
                field(INSTRUCTION),
                mark("end")
            )),
        ),
        usual(
            "unclosed-field",
            "author-unclosed.docx",
            docx(&(mark("begin") + &piece("AUTHOR") + &field(INSTRUCTION))),
        ),
        usual("unclosed-field", "no-end.docx", docx(&(mark("begin") + &piece(INSTRUCTION)))),
        usual("W5", "stray-ends.docx", docx(&(mark("end") + &mark("separate") + &mark("end") + &field(INSTRUCTION)))),
    ]
}

fn wrappers() -> Vec<Sample> {
    let f = || field(INSTRUCTION);
    let vanish =
        bare(&format!("<w:r><w:rPr><w:vanish/></w:rPr><w:instrText>{}</w:instrText></w:r>", escape(INSTRUCTION)));
    let deleted = format!(r#"<w:del w:id="1">{}</w:del>"#, f().replace("instrText", "delInstrText"));
    let alternate = format!(
        r#"<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x">{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>"#,
        f(),
        f()
    );
    let text_box = format!(
        r#"<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"#,
        paragraph(&f())
    );
    let wrap = |element: &str| format!("<w:{element}>{}</w:{element}>", f());
    vec![
        usual("hidden-content", "in-insertion.docx", docx(&wrap("ins"))),
        usual("hidden-content", "in-deletion.docx", docx(&deleted)),
        usual("hidden-content", "in-hyperlink.docx", docx(&wrap("hyperlink"))),
        usual("hidden-content", "in-smart-tag.docx", docx(&wrap("smartTag"))),
        usual("hidden-content", "in-custom-xml.docx", docx(&wrap("customXml"))),
        usual(
            "hidden-content",
            "in-content-control.docx",
            docx(&format!("<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>", f())),
        ),
        usual("hidden-content", "in-ruby.docx", docx(&format!("<w:r><w:ruby><w:rt>{}</w:rt></w:ruby></w:r>", f()))),
        usual("hidden-content", "in-alternate.docx", docx(&alternate)),
        usual("hidden-content", "vanished.docx", docx(&vanish)),
        usual("other-story", "in-text-box.docx", docx(&text_box)),
    ]
}

/// Instructions that are whole in one reading of the document only.
fn readings() -> Vec<Sample> {
    let (head, tail) = INSTRUCTION.split_at("D".len());
    let mc = "http://schemas.openxmlformats.org/markup-compatibility/2006";
    let alternate = |choices: &[&str], fallback: &str| {
        let choices: String =
            choices.iter().map(|choice| format!(r#"<mc:Choice Requires="x">{choice}</mc:Choice>"#)).collect();
        format!(
            r#"<mc:AlternateContent xmlns:mc="{mc}">{choices}<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"#
        )
    };
    let wrong = piece("Q");
    let split = |inner: &str| docx(&field_of(&(piece(head) + inner)));
    let deleted = format!(r#"<w:del w:id="1">{}</w:del>"#, wrong.replace("instrText", "delInstrText"));
    let partly = format!(r#"<w:del w:id="1">{}</w:del>"#, piece(tail).replace("instrText", "delInstrText"));
    let text_box = |inner: &str| {
        format!(
            r#"<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"#,
            paragraph(inner)
        )
    };
    let boxes = alternate(&[&text_box(&text("a"))], &text_box(&text("b")));
    let in_box = bare(&(piece("PAGE") + &text_box(&field(INSTRUCTION))));
    let odd_box = text_box(&(wrong.clone() + &mark("end")));
    vec![
        usual("hidden-content", "reading-choice.docx", split(&alternate(&[&piece(tail)], &wrong))),
        usual("hidden-content", "reading-second-choice.docx", split(&alternate(&[&wrong, &piece(tail)], &wrong))),
        usual("hidden-content", "reading-fallback.docx", split(&alternate(&[&wrong], &piece(tail)))),
        usual("hidden-content", "reading-without-deleted.docx", split(&(deleted.clone() + &piece(tail)))),
        usual("hidden-content", "reading-with-deleted.docx", split(&partly)),
        usual("hidden-content", "reading-both.docx", split(&(deleted + &alternate(&[&wrong], &piece(tail))))),
        usual("hidden-content", "ordinary-text.docx", docx(&field_of(&text(INSTRUCTION)))),
        usual("split-runs", "around-text-box.docx", split(&(text_box(&text("x")) + &piece(tail)))),
        usual("split-runs", "around-odd-text-box.docx", split(&(odd_box + &piece(tail)))),
        usual("split-runs", "around-text-boxes.docx", split(&(boxes + &piece(tail)))),
        usual("other-story", "in-text-box-in-field.docx", docx(&in_box)),
    ]
}

fn parts() -> Vec<Sample> {
    let main = document(&paragraph(&field(INSTRUCTION)));
    let renamed = Opc::new().part("x/y/z.bin", DOCX, main.clone()).relate("", "officeDocument", "x/y/z.bin");
    let no_types =
        Opc::new().part("word/document.xml", "", main.clone()).relate("", "officeDocument", "word/document.xml");
    let conflict = package(main)
        .default_type("docx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")
        .override_type("word/document.xml", "application/octet-stream");
    vec![
        usual("renamed-part", "renamed-main.docx", renamed.build()),
        usual(
            "renamed-part",
            "renamed-header.docx",
            with_part("header", "media/image1.png", &story("hdr", &paragraph(&field(INSTRUCTION)))),
        ),
        usual("W5", "untyped-main.docx", no_types.build()),
        usual("content-type-conflict", "types-conflict.docx", conflict.build()),
    ]
}

fn arguments() -> Vec<Sample> {
    let path = r#"DDEAUTO "C:\\Programs\\Microsoft\\Office\\MSWord.exe\\..\\..\\..\\..\\windows\\system32\\cmd.exe" "/k calc.exe" "for security reasons""#;
    vec![Sample {
        row: "path-trick",
        name: "path-trick.docx",
        bytes: docx(&field(path)),
        expect: Expect::Dde(
            r"C:\Programs\Microsoft\Office\MSWord.exe\..\..\..\..\windows\system32\cmd.exe",
            "/k calc.exe",
        ),
    }]
}
