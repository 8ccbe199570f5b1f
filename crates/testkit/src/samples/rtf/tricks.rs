//! What hides a field in RTF.

use super::{COMMAND, EXPECTED, document, field, sample};
use crate::samples::{Expect, Sample};
use ddefend_model::trick;

pub(super) fn samples() -> Vec<Sample> {
    let mut samples = escapes();
    samples.extend(headers());
    samples.extend(places());
    samples.extend(nesting());
    samples
}

fn with_keyword(keyword: &str) -> String {
    field(&format!("{keyword} {COMMAND}"))
}

fn escapes() -> Vec<Sample> {
    let of = |name, keyword: &str| sample(trick::RTF_ESCAPES, name, &with_keyword(keyword), EXPECTED);
    let upr = format!("{{\\upr{{HYPERLINK x}}{{\\*\\ud{{DDEAUTO {COMMAND}}}}}}}");
    vec![
        sample(trick::SPLIT_RUNS, "rtf-split-runs.rtf", &with_keyword("{\\b D}{\\i D}{EAU}{\\fs2 TO}"), EXPECTED),
        sample(trick::MIXED_CASE, "rtf-mixed-case.rtf", &with_keyword("dDeAuTo"), EXPECTED),
        of("rtf-hex.rtf", "\\'44\\'44\\'45\\'41UTO"),
        of("rtf-unicode.rtf", "\\u68 ?\\u68 ?E\\u65?UTO"),
        of("rtf-unicode-none.rtf", "{\\uc0\\u68 \\u68 }EAUTO"),
        of("rtf-unicode-three.rtf", "{\\uc3\\u68 xyz\\u68 \\'41\\b zEAUTO}"),
        of("rtf-symbol-font.rtf", "\\u-4028 ?\\u-4028 ?EAUTO"),
        of("rtf-junk-words.rtf", "D\\junk D\\zzz9 EA\\b UT\\b0 O"),
        of("rtf-junk-group.rtf", "DD{\\*\\junk HYPERLINK x}EAUTO"),
        of("rtf-bin.rtf", "DD{\\*\\junk\\bin6 }}}\\{{}EAUTO"),
        of("rtf-line-ends.rtf", "D\r\nD\nE\rAUTO"),
        of("rtf-hyphen.rtf", "DD\\-EAUTO"),
        sample(trick::RTF_ESCAPES, "rtf-upr.rtf", &field(&upr), EXPECTED),
        sample(
            trick::ODD_SEPARATORS,
            "rtf-separators.rtf",
            &field("DDEAUTO\\~\\tab\"cmd.exe\"\\line \"/c calc\""),
            Expect::Dde("cmd.exe", "/c calc"),
        ),
        sample(
            trick::QUOTED_KEYWORD,
            "rtf-quoted.rtf",
            &with_keyword("\"DDE{AUTO\"}"),
            Expect::Dde(r"c:\windows\system32\cmd.exe", "/k calc.exe"),
        ),
        Sample {
            row: trick::NUL_BYTES,
            name: "rtf-nul.rtf",
            bytes: document(&with_keyword("D\0D\0E\0AUTO")),
            expect: EXPECTED,
        },
    ]
}

fn headers() -> Vec<Sample> {
    let body = with_keyword("DDEAUTO");
    let of = |name, head: &[u8]| {
        let bytes = [head, b"\\ansi ", body.as_bytes(), b"}"].concat();
        Sample { row: trick::RTF_HEADER, name, bytes, expect: EXPECTED }
    };
    vec![
        of("rtf-header-rtx.rtf", b"{\\rtx1"),
        of("rtf-header-short.rtf", b"{\\rt"),
        of("rtf-header-no-version.rtf", b"{\\rtf"),
        of("rtf-header-blanks.rtf", b" \t\r\n{\\rtf1"),
        of("rtf-header-bom.rtf", b"\xef\xbb\xbf{\\rtf1"),
        of("rtf-header-inner-line.rtf", b"{\r\n\\rtf1"),
        of("rtf-header-junk.rtf", b"junk before {\\rtf1"),
    ]
}

fn places() -> Vec<Sample> {
    let inside = |name, open: &str| {
        let body = format!("{{{open} {}}}text", with_keyword("DDEAUTO"));
        sample(trick::OTHER_STORY, name, &body, EXPECTED)
    };
    vec![
        inside("rtf-header-story.rtf", "\\header"),
        inside("rtf-footer-story.rtf", "\\footerf"),
        inside("rtf-footnote.rtf", "\\footnote"),
        inside("rtf-annotation.rtf", "\\*\\annotation"),
        inside("rtf-text-box.rtf", "\\shp{\\*\\shpinst{\\shptxt"),
        sample(trick::HIDDEN_CONTENT, "rtf-hidden.rtf", &format!("{{\\v {}}}", with_keyword("DDEAUTO")), EXPECTED),
        sample(
            trick::HIDDEN_CONTENT,
            "rtf-deleted.rtf",
            &format!("{{\\deleted {}}}", with_keyword("DDEAUTO")),
            EXPECTED,
        ),
        sample(
            trick::HIDDEN_CONTENT,
            "rtf-ignored-group.rtf",
            &format!("{{\\*\\junk {}}}", with_keyword("DDEAUTO")),
            EXPECTED,
        ),
        sample(
            trick::DIRTY_FIELD,
            "rtf-dirty.rtf",
            &with_keyword("DDE").replace("\\field", "\\field\\flddirty\\fldpriv"),
            EXPECTED,
        ),
        sample(
            "R1",
            "rtf-second-instruction.rtf",
            &format!("{{\\field{{\\*\\fldinst HYPERLINK}}{{\\*\\fldinst DDEAUTO {COMMAND}}}{{\\fldrslt x}}}}"),
            EXPECTED,
        ),
        sample(
            "R1",
            "rtf-two-fields-one-group.rtf",
            &format!("{{\\field{{\\*\\fldinst PAGE}}{{\\fldrslt 1}}\\field{{\\*\\fldinst DDEAUTO {COMMAND}}}}}"),
            EXPECTED,
        ),
        sample("R1", "rtf-no-field-group.rtf", &format!("{{\\fldinst DDEAUTO {COMMAND}}}"), EXPECTED),
        sample("R1", "rtf-locked.rtf", &with_keyword("DDE").replace("\\field", "\\field\\fldlock"), EXPECTED),
    ]
}

fn nesting() -> Vec<Sample> {
    let codes = "QUOTE 99 109 100 46 101 120 101";
    let set = field(&format!("SET c \"{}\"", field("QUOTE \"cmd\"")));
    let unclosed = "{\\field{\\*\\fldinst AUTHOR }{\\fldrslt ";
    vec![
        sample(
            trick::QUOTE_CODES,
            "rtf-quote.rtf",
            &field(&format!("DDEAUTO \"{}\" \"/c calc\"", field(codes))),
            Expect::Dde("cmd.exe", "/c calc"),
        ),
        sample(
            trick::SET_REF,
            "rtf-set-ref.rtf",
            &format!("{set}{}", field(&format!("DDE {} \"/c calc\"", field("REF c")))),
            Expect::Dde("cmd", "/c calc"),
        ),
        sample(
            trick::CONDITIONAL_FIELD,
            "rtf-if.rtf",
            &field(&format!("IF 1 = 1 \"{}\"", with_keyword("DDEAUTO"))),
            EXPECTED,
        ),
        sample(
            trick::FIELD_IN_RESULT,
            "rtf-in-result.rtf",
            &format!("{{\\field{{\\*\\fldinst HYPERLINK \"x\"}}{{\\fldrslt {}}}}}", with_keyword("DDEAUTO")),
            EXPECTED,
        ),
        sample(trick::UNCLOSED_FIELD, "rtf-unclosed.rtf", &format!("{unclosed}{}", with_keyword("DDEAUTO")), EXPECTED),
        Sample {
            row: trick::UNCLOSED_FIELD,
            name: "rtf-cut-off.rtf",
            bytes: format!("{{\\rtf1 {{\\field{{\\*\\fldinst DDEAUTO {COMMAND}").into_bytes(),
            expect: EXPECTED,
        },
        sample(
            trick::NESTED_FIELD,
            "rtf-nested-keyword.rtf",
            &field(&format!("{} cmd \"/c calc\"", field("QUOTE 68 68 69"))),
            Expect::Dde("cmd", "/c calc"),
        ),
        sample(
            trick::SET_REF,
            "rtf-bookmark.rtf",
            &format!(
                "{{\\*\\bkmkstart c}}cmd{{\\*\\bkmkend c}}{}",
                field(&format!("DDEAUTO {} \"/c calc\"", field("REF c")))
            ),
            Expect::Dde("cmd", "/c calc"),
        ),
        sample(
            trick::SET_REF,
            "rtf-variable.rtf",
            &format!(
                "{{\\*\\docvar {{c}}{{cmd}}}}{}",
                field(&format!("DDEAUTO {} \"/c calc\"", field("DOCVARIABLE c")))
            ),
            Expect::Dde("cmd", "/c calc"),
        ),
        sample(
            trick::SPLIT_PARAGRAPHS,
            "rtf-paragraphs.rtf",
            &field("DDEAUTO \\par c:\\\\\\\\windows\\\\\\\\system32\\\\\\\\cmd.exe \\par \"/k calc.exe\""),
            EXPECTED,
        ),
    ]
}
