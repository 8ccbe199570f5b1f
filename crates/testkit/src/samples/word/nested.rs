//! Instructions that other fields spell.

use super::build::{
    SERVICE, TOPIC, bare, document, docx, field, field_of, package, paragraph, piece, story, text, word_type,
};
use super::usual;
use crate::samples::Sample;

/// A nested field.
fn n(instruction: &str) -> String {
    bare(&piece(instruction))
}

/// `QUOTE` with character codes.
fn codes(text: &str, hex: bool) -> String {
    let code = |c: char| if hex { format!("0x{:X}", u32::from(c)) } else { u32::from(c).to_string() };
    format!("QUOTE {}", text.chars().map(code).collect::<Vec<_>>().join(" "))
}

pub(super) fn samples() -> Vec<Sample> {
    [values(), keywords(), elsewhere()].concat()
}

fn values() -> Vec<Sample> {
    let call =
        |service: &str, topic: &str| field_of(&(piece("DDEAUTO ") + service + &piece(" \"") + topic + &piece("\"")));
    let quoted = call(&n(&codes(SERVICE, false)), &n(&codes(TOPIC, false)));
    let hex = call(&n(&codes(SERVICE, true)), &n(&codes(TOPIC, true)));
    let set = |name: &str, value: &str| bare(&(piece(&format!("SET {name} \"")) + value + &piece("\"")));
    let sets = set("a", &n(&codes(SERVICE, false))) + &set("b", &n(&codes(TOPIC, false)));
    let deep = n(&codes(SERVICE, false));
    let deep = bare(&(piece("QUOTE ") + &bare(&(piece("QUOTE ") + &deep))));
    let condition = |test: &str| {
        let service = r"c:\\windows\\system32\\cmd.exe";
        bare(&(piece(&format!("IF {test} \"{service}\" \"calc\""))))
    };
    let undecided = piece("IF ") + &n("MERGEFIELD x") + &piece(r#" = "y" "c:\\windows\\system32\\cmd.exe" "calc""#);
    let undecided = bare(&undecided);
    let otherwise = bare(&piece(r#"IF 1 > 2 "calc" "c:\\windows\\system32\\cmd.exe""#));
    vec![
        usual("quote-codes", "quote-decimal.docx", docx(&quoted)),
        usual("quote-codes", "quote-hexadecimal.docx", docx(&hex)),
        usual("quote-codes", "quote-nested.docx", docx(&call(&deep, &text_value()))),
        usual("set-ref", "set-ref.docx", docx(&(sets.clone() + &call(&n("REF a"), &n("REF b"))))),
        usual("set-ref", "set-bare-name.docx", docx(&(sets.clone() + &call(&n("A"), &n("b"))))),
        usual("set-ref", "ref-before-set.docx", docx(&(call(&n("REF a"), &n("REF b")) + &sets))),
        usual("conditional-field", "if-value.docx", docx(&call(&condition("1 = 1"), &text_value()))),
        usual("conditional-field", "if-undecided.docx", docx(&call(&undecided, &text_value()))),
        usual("conditional-field", "if-otherwise.docx", docx(&call(&otherwise, &text_value()))),
    ]
}

fn text_value() -> String {
    n("QUOTE \"/k calc.exe\"")
}

fn keywords() -> Vec<Sample> {
    let rest = r#" c:\\windows\\system32\\cmd.exe "/k calc.exe""#;
    let instruction = format!("DDEAUTO{rest}");
    let spelt = n("QUOTE 68 68 69 65 85 84 79") + &piece(rest);
    let inside = bare(&(piece("IF 1 = 1 \"") + &field(&instruction) + &piece("\" \"\"")));
    let quoted = bare(&(piece("QUOTE ") + &field(&instruction)));
    vec![
        usual("nested-field", "keyword-from-quote.docx", docx(&field_of(&spelt))),
        usual(
            "nested-field",
            "keyword-half-from-quote.docx",
            docx(&field_of(&(piece("DD") + &n("QUOTE 69 65 85") + &piece("TO") + &piece(rest)))),
        ),
        usual("nested-field", "inside-quote.docx", docx(&quoted)),
        usual("conditional-field", "inside-if.docx", docx(&inside)),
    ]
}

/// Text for fields that stands in bookmarks, variables and properties.
fn elsewhere() -> Vec<Sample> {
    let call = |service: &str, topic: &str| {
        field_of(&(piece("DDEAUTO ") + &n(service) + &piece(" \"") + &n(topic) + &piece("\"")))
    };
    let mark = |id: u32, name: &str, value: &str| {
        format!(r#"<w:bookmarkStart w:id="{id}" w:name="{name}"/>{}<w:bookmarkEnd w:id="{id}"/>"#, text(value))
    };
    let bookmarks = mark(1, "one", SERVICE) + &mark(2, "two", TOPIC) + &call("REF one", "two");
    let variables = format!(
        r#"<w:docVars><w:docVar w:name="one" w:val="{SERVICE}"/><w:docVar w:name="two" w:val="{TOPIC}"/></w:docVars>"#
    );
    let variables = package(document(&paragraph(&call("DOCVARIABLE one", "DOCVARIABLE \"two\""))))
        .part("word/settings.xml", &word_type("settings"), story("settings", &variables))
        .relate("word/document.xml", "settings", "settings.xml");
    let core = format!(
        r#"<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{SERVICE}</dc:title><dc:subject>{TOPIC}</dc:subject></cp:coreProperties>"#
    );
    let properties = package(document(&paragraph(&call("DOCPROPERTY Title", "SUBJECT"))))
        .part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml", core)
        .relate(
            "",
            "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
            "docProps/core.xml",
        );
    vec![
        usual("set-ref", "bookmark-text.docx", docx(&bookmarks)),
        usual("set-ref", "document-variable.docx", variables.build()),
        usual("set-ref", "document-property.docx", properties.build()),
    ]
}
