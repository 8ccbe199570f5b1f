//! Rich text.

use super::{Page, lines};
use crate::make::{cfb::Cfb, ole};
use crate::scenario::Trick;
use ddefend_event::Time;
use std::fmt::Write as _;

/// Letters of the long font name in the Equation Editor object: more than its 40-byte buffer, and no program.
const FONT: usize = 64;

fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '{' | '}' => out.extend(['\\', letter]),
            ' '..='~' => out.push(letter),
            _ => _ = write!(out, "\\u{}?", u32::from(letter)),
        }
    }
    out
}

/// A document around a body, with its metadata.
fn document(page: &Page<'_>, body: &str) -> Vec<u8> {
    let options = page.options;
    let mut info = String::new();
    for (word, value) in [
        ("title", &options.title),
        ("author", &options.creator),
        ("operator", &options.last_modified_by),
        ("company", &options.company),
    ] {
        if !value.is_empty() {
            let starred = if word == "company" { "\\*\\" } else { "\\" };
            _ = write!(info, "{{{starred}{word} {}}}", escape(value));
        }
    }
    let (year, month, day) = page.created.date();
    let minutes = page.created.ticks.div_euclid(Time::SECOND.saturating_mul(60)).rem_euclid(1440);
    let (hour, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    _ = write!(info, "{{\\creatim\\yr{year}\\mo{month}\\dy{day}\\hr{hour}\\min{minute}}}");
    let text: String = lines(options).iter().map(|line| format!("{}\\par\r\n", escape(line))).collect();
    let template = if options.template.is_empty() {
        String::new()
    } else {
        format!("{{\\*\\template {}}}", escape(&options.template))
    };
    format!(
        "{{\\rtf1\\ansi\\ansicpg1252\\deff0{{\\fonttbl{{\\f0\\fswiss Arial;}}}}\r\n{{\\info{info}}}{template}\r\n\
         \\pard\\plain {text}{body}\\par}}"
    )
    .into_bytes()
}

/// A document with the link as a field.
pub(super) fn fields(page: &Page<'_>) -> Vec<u8> {
    let field = |inside: &str, result: &str| format!("{{\\field{{\\*\\fldinst {inside}}}{{\\fldrslt {result}}}}}");
    let body = page.link.as_ref().map_or_else(String::new, |link| {
        let whole = link.field();
        let result = "!Unexpected End of Formula";
        match page.options.trick {
            Trick::SplitRuns => {
                let letters: Vec<char> = whole.chars().collect();
                let runs =
                    letters.chunks(4).map(|run| format!("{{\\rtlch {}}}", escape(&run.iter().collect::<String>())));
                field(&runs.collect::<String>(), result)
            }
            Trick::Nested => {
                let double = |text: &str| escape(&text.replace('\\', "\\\\"));
                let set = field(&format!(" SET a \"{}\" ", double(&link.service)), "a");
                let inner = field(" REF a ", "");
                format!("{set}{}", field(&format!("DDEAUTO {inner} \"{}\"", double(&link.topic)), result))
            }
            _ => field(&escape(&whole), result),
        }
    });
    document(page, &body)
}

/// A document with an Equation Editor object whose font record is too long (CVE-2017-11882's form); it holds letters only.
pub(super) fn equation(page: &Page<'_>) -> Vec<u8> {
    let native = ole::equation(&[b'A'; FONT]);
    let object = Cfb::new()
        .class_id(ole::EQUATION)
        .stream("\u{1}CompObj", &ole::comp_obj("Equation.3"))
        .stream("Equation Native", &native)
        .bytes();
    document(page, &embedded("Equation.3", &object))
}

/// A document with a packaged file.
pub(super) fn package(page: &Page<'_>, name: &str, data: &[u8]) -> Vec<u8> {
    let path = format!("C:\\Users\\Public\\{name}");
    document(page, &embedded("Package", &ole::packaged(name, &path, data)))
}

fn embedded(class: &str, data: &[u8]) -> String {
    let mut hex = String::new();
    for (number, byte) in ole::embedded(class, data).iter().enumerate() {
        if number % 64 == 0 {
            hex.push_str("\r\n");
        }
        _ = write!(hex, "{byte:02x}");
    }
    format!(
        "{{\\object\\objemb\\objupdate\\objw1440\\objh720{{\\*\\objclass {class}}}{{\\*\\objdata {hex}}}{{\\result }}}}"
    )
}
