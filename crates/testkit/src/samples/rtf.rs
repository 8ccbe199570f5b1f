//! Samples of the RTF area: fields and what hides them, objects, templates, mail merge.

mod object;
mod tricks;

use super::{Entry, Expect, Sample};
use crate::collect;

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    let mut samples = rows();
    samples.extend(tricks::samples());
    samples.extend(object::samples());
    samples.extend(near_misses());
    samples
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[Entry {
    name: "rtf",
    run: |bytes| {
        let _ = collect("sample.rtf", bytes);
    },
    seed: |name| name.ends_with(".rtf"),
}];

/// The command that DDE samples start, as field text: backslashes doubled once for the field, once more for RTF.
pub(super) const COMMAND: &str = r#"c:\\\\windows\\\\system32\\\\cmd.exe "/k calc.exe""#;
/// Its service and topic, decoded.
pub(super) const EXPECTED: Expect = Expect::Dde(r"c:\windows\system32\cmd.exe", "/k calc.exe");

/// A document around a body.
pub(super) fn document(body: &str) -> Vec<u8> {
    format!("{{\\rtf1\\ansi\\ansicpg1252\\deff0{{\\fonttbl{{\\f0\\fswiss Arial;}}}}\\pard\\plain {body}\\par}}")
        .into_bytes()
}

/// A field with an instruction and a result.
pub(super) fn field(instruction: &str) -> String {
    format!("{{\\field{{\\*\\fldinst {instruction}}}{{\\fldrslt Please click Yes}}}}")
}

pub(super) fn sample(row: &'static str, name: &'static str, body: &str, expect: Expect) -> Sample {
    Sample { row, name, bytes: document(body), expect }
}

fn rows() -> Vec<Sample> {
    let merge = |kind: &str| {
        format!(
            "{{\\*\\mailmerge\\mmlinktoquery\\mmdefaultsql{kind}{{\\mmconnectstr Entire Spreadsheet}}\
             {{\\mmquery SELECT * FROM C:\\\\list.xls}}{{\\mmdatasource C:\\\\list.xls}}}}Dear reader"
        )
    };
    vec![
        sample("R1", "r1-ddeauto.rtf", &field(&format!("DDEAUTO {COMMAND}")), EXPECTED),
        sample("R1", "r1-dde.rtf", &field(&format!("{{\\rtlch\\ltrch  DDE {COMMAND} \\\\a}}")), EXPECTED),
        sample("R1", "r1-named.doc", &field(&format!("DDEAUTO {COMMAND}")), EXPECTED),
        sample(
            "R1",
            "r1-include.rtf",
            &field(r#"INCLUDETEXT "http://example.org/x.docx""#),
            Expect::Related("include-field"),
        ),
        sample("W9", "w9-merge-excel.rtf", &merge("\\mmdatatypeexcel"), Expect::Related("mail-merge")),
        sample("W9", "w9-merge-access.rtf", &merge("\\mmdatatypeaccess"), Expect::Related("mail-merge")),
        sample("W9", "w9-merge-query.rtf", &merge("\\mmdatatypeqt"), Expect::Related("mail-merge")),
        sample(
            "R2",
            "r2-template.rtf",
            "{\\*\\template http://example.org/t.dot}x",
            Expect::Related("remote-template"),
        ),
        sample(
            "R2",
            "r2-template-unc.rtf",
            "{\\*\\template \\\\\\\\host\\\\t.dot}x",
            Expect::Related("remote-template"),
        ),
    ]
}

fn near_misses() -> Vec<Sample> {
    let quiet = |name, body: &str| sample("R1", name, body, Expect::Silent);
    vec![
        quiet("quiet-words.rtf", "The words DDEAUTO cmd.exe \"/k calc\" and \\{DDE x y\\} in plain text"),
        quiet("quiet-hyperlink.rtf", &field("HYPERLINK \"http://example.org/\"")),
        quiet("quiet-fields.rtf", &[field("TOC \\\\o \"1-3\""), field("PAGE"), field("SEQ Figure")].concat()),
        quiet("quiet-addend.rtf", &field("ADDENTRY DDE")),
        quiet("quiet-template.rtf", "{\\*\\template C:\\\\Program Files\\\\Normal.dot}x"),
        quiet("quiet-merge-none.rtf", "{\\*\\mailmerge\\mmdatatypefile}x"),
        quiet("quiet-picture.rtf", "{\\pict\\wmetafile8 4444454155544f20636d64}"),
    ]
}
