//! Word fields: what each way of writing and hiding one yields.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::arithmetic_side_effects, missing_docs)]

use ddefend_grammar::field::{Built, Field, Instruction, Keyword, Piece, Story, StoryBuilder, evaluate, examine};
use ddefend_model::{Trigger, trick};
use proptest::prelude::*;

/// `{` begins a field, `|` separates, `}` ends; `¦` stands for a bar.
fn story(code: &str) -> Story {
    built(code).story
}

fn built(code: &str) -> Built {
    let mut builder = StoryBuilder::new(256);
    let mut mark = 0;
    for c in code.chars() {
        match c {
            '{' => {
                builder.begin(mark);
                mark += 1;
            }
            '|' => builder.separator(),
            '}' => builder.end(),
            '¦' => builder.text("|"),
            c => builder.text(c.encode_utf8(&mut [0; 4])),
        }
    }
    builder.finish()
}

fn run(code: &str) -> Vec<Instruction> {
    evaluate(&story(code), 256)
}

fn one(code: &str) -> Instruction {
    let mut found = run(code);
    assert_eq!(found.len(), 1, "{code}: {found:?}");
    found.remove(0)
}

fn arguments(code: &str) -> Vec<String> {
    one(code).arguments
}

#[test]
fn plain_instructions() {
    let auto = one(r#"{ DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc.exe" "for security reasons" |!Unexpected}"#);
    assert_eq!(auto.keyword, Keyword::DdeAuto);
    assert_eq!(auto.trigger, Trigger::Open);
    assert_eq!(auto.arguments, [r"c:\windows\system32\cmd.exe", "/k calc.exe", "for security reasons"]);
    assert_eq!(auto.shown.as_deref(), Some("!Unexpected"));
    assert_eq!(auto.effective, None);
    assert_eq!(auto.tricks, Vec::<&str>::new());
    let dde = one(r#"{DDE cmd "/c calc" x \* MERGEFORMAT \a}"#);
    assert_eq!((dde.keyword, dde.trigger), (Keyword::Dde, Trigger::Open));
    assert_eq!(dde.arguments, ["cmd", "/c calc", "x"]);
    assert_eq!(dde.switches, [r"\* MERGEFORMAT", r"\a"]);
    assert_eq!(one(r#"{DDE cmd "/c calc" x}"#).trigger, Trigger::Update);
}

#[test]
fn ordinary_fields_are_silent() {
    for code in [
        "{PAGE|3}",
        r#"{TOC \o "1-3" \h|{HYPERLINK \l "_Toc1"|One {PAGEREF _Toc1|1}}}"#,
        r#"{HYPERLINK "http://example.com/DDEAUTO cmd"|DDEAUTO cmd}"#,
        "{MERGEFIELD DDE}",
        "{DATE \\@ \"d MMMM yyyy\"}",
        "{DDEAUTOMATIC x}",
        "{=1+1}",
        "{}",
        "{|}",
        "text DDEAUTO cmd",
        r#"{QUOTE "DDEAUTO cmd calc"|DDEAUTO cmd calc}"#,
        r#"{IF 1=1 "DDEAUTO cmd" "x"}"#,
    ] {
        assert_eq!(run(code), [], "{code}");
    }
}

#[test]
fn separators_and_quotes() {
    assert_eq!(arguments("{DDEAUTO\"cmd\"\"/c calc\"}"), ["cmd", "/c calc"]);
    assert_eq!(arguments("{\u{a0}DDEAUTO\tcmd\u{3000}\"/c calc\"}"), ["cmd", "/c calc"]);
    assert_eq!(arguments("{DDEAUTO\rcmd\n\"/c calc\"}"), ["cmd", "/c calc"]);
    assert_eq!(arguments("{DDEAUTO “cmd” „/c calc“ ”x”}"), ["cmd", "/c calc", "x"]);
    assert_eq!(arguments(r#"{DDEAUTO "c:\\a\"b\\" c:\d}"#), ["c:\\a\"b\\", "c:\\d"]);
    assert_eq!(arguments(r"{DDEAUTO \\\\server\\share\\x.exe topic}"), [r"\\server\share\x.exe", "topic"]);
    assert!(one("{DDEAUTO\tcmd x}").tricks.contains(&trick::ODD_SEPARATORS));
    assert!(one("{DDEAUTO\"cmd\" x}").tricks.contains(&trick::ODD_SEPARATORS));
    assert!(one("{DDEAUTO\rcmd x}").tricks.contains(&trick::SPLIT_PARAGRAPHS));
    assert!(one("{DDEAUTO                    cmd x}").tricks.contains(&trick::ODD_SEPARATORS));
}

#[test]
fn keywords_in_disguise() {
    let mixed = one("{dDeAuTo cmd x}");
    assert_eq!((mixed.keyword, mixed.tricks), (Keyword::DdeAuto, vec![trick::MIXED_CASE]));
    assert!(one("{\"DDE\" cmd x}").tricks.contains(&trick::QUOTED_KEYWORD));
    let split = one("{ \"Dd\" \"E\" cmd x}");
    assert_eq!((split.keyword, split.arguments), (Keyword::Dde, vec!["cmd".to_owned(), "x".to_owned()]));
    assert_eq!(one("{ \"D\" \"DE\" \"AUTO\" cmd x}").keyword, Keyword::DdeAuto);
    let codes = one("{ {QUOTE 68 68 69 65 85 84 79} cmd \"/c calc\"}");
    assert_eq!(codes.keyword, Keyword::DdeAuto);
    assert_eq!(codes.effective.as_deref(), Some(" DDEAUTO cmd \"/c calc\""));
    assert_eq!(codes.tricks, [trick::QUOTE_CODES, trick::NESTED_FIELD]);
    assert_eq!(arguments("{D{QUOTE \"DE\"}AUTO cmd x}"), ["cmd", "x"]);
    assert_eq!(arguments("{{QUOTE \"DDE cmd\"} x}"), ["cmd", "x"]);
}

#[test]
fn values_of_nested_fields() {
    let code = r#"{SET c "{QUOTE 67 58 0x5c 109.exe}"}{SET d "/c calc"}{DDE {REF c} "{D}" "a"}"#;
    let found = one(code);
    assert_eq!(found.arguments, [r"C:\109.exe", "/c calc", "a"]);
    assert_eq!(found.raw, r#"DDE {REF c} "{D}" "a""#);
    assert_eq!(found.effective.as_deref(), Some(r#"DDE C:\109.exe "/c calc" "a""#));
    for trick in [trick::SET_REF, trick::QUOTE_CODES, trick::NESTED_FIELD] {
        assert!(found.tricks.contains(&trick), "{trick}");
    }
    // A name used before it is defined, and one that only the document's own bookmarks define.
    assert_eq!(arguments(r#"{DDE {REF c} x}{SET C "cmd"}"#), ["cmd", "x"]);
    let mut story = story("{DDE {REF bm} {DOCPROPERTY Title} {TITLE}}");
    story.names = vec![("BM".into(), "cmd".into()), ("docproperty title".into(), "/c calc".into())];
    assert_eq!(evaluate(&story, 9)[0].arguments, ["cmd", "/c calc", "/c calc"]);
    // An unknown reference falls back to what the document shows for it.
    assert_eq!(arguments("{DDE {REF nowhere|cmd} {MERGEFIELD m|x}}"), ["cmd", "x"]);
    assert_eq!(arguments("{DDE {QUOTE \"c\" \"m\" 100} x}"), ["cmd", "x"]);
    assert_eq!(arguments("{DDE {QUOTE {QUOTE {QUOTE 99}} \"md\"} x}"), ["cmd", "x"]);
}

#[test]
fn conditions() {
    let inside = one(r#"{IF 1=1 "{DDEAUTO cmd "/c calc"}" "no"}"#);
    assert_eq!(inside.tricks, [trick::NESTED_FIELD, trick::CONDITIONAL_FIELD]);
    assert_eq!(arguments(r#"{DDE {IF 1 <> 1 "calc" "cmd"} x}"#), ["cmd", "x"]);
    assert_eq!(arguments(r#"{DDE {IF "abc" = "a*" "cmd" "calc"} x}"#), ["cmd", "x"]);
    assert_eq!(arguments(r#"{DDE {IF {COMPARE 2 >= 10} = 0 "cmd" "calc"} x}"#), ["cmd", "x"]);
    let both = run(r#"{DDE {IF {MERGEFIELD m}="x" "cmd" "mshta"} x}"#);
    assert_eq!(both.iter().map(|i| i.arguments[0].as_str()).collect::<Vec<_>>(), ["cmd", "mshta"]);
    assert!(both.iter().all(|i| i.tricks.contains(&trick::CONDITIONAL_FIELD)));
}

#[test]
fn structure() {
    let unclosed = one("{AUTHOR {DDEAUTO cmd x}");
    assert!(unclosed.tricks.contains(&trick::UNCLOSED_FIELD));
    assert!(one("{DDEAUTO cmd x").tricks.contains(&trick::UNCLOSED_FIELD));
    let result = one("{PAGE|{DDE cmd x|1}}");
    assert_eq!((result.tricks, result.mark), (vec![trick::FIELD_IN_RESULT], 1));
    assert_eq!(run("}|}{DDE cmd x}}}").len(), 1);
    let deep = format!("{}{{DDEAUTO cmd x}}", "{AUTHOR ".repeat(1000));
    let deep = built(&deep);
    assert!(deep.too_deep);
    assert_eq!(evaluate(&deep.story, 256).len(), 1);
}

#[test]
fn flags_and_stored_types() {
    let field = |code: &str, change: fn(&mut Field)| {
        let mut story = story(code);
        let Some(Piece::Field(field)) = story.pieces.first_mut() else { panic!("no field") };
        change(field);
        evaluate(&story, 9)
    };
    assert_eq!(field("{DDE cmd x}", |f| f.dirty = true)[0].trigger, Trigger::Open);
    assert_eq!(field("{DDEAUTO cmd x}", |f| f.locked = true)[0].trigger, Trigger::Never);
    assert_eq!(field("{DDEAUTO cmd x}", |f| f.stored_type = Some(0x2e))[0].tricks, Vec::<&str>::new());
    let hidden = field("{DDEAUTO cmd x}", |f| f.stored_type = Some(0x21));
    assert_eq!(hidden[0].tricks, [trick::FIELD_TYPE_MISMATCH]);
    let typed = field("{QUOTE cmd \"/c calc\"}", |f| f.stored_type = Some(0x2e));
    assert_eq!((typed[0].keyword, typed[0].trigger), (Keyword::DdeAuto, Trigger::Open));
    assert_eq!(typed[0].arguments, ["cmd", "/c calc"]);
    assert_eq!(field("{\"c:\\\\cmd.exe\" x}", |f| f.stored_type = Some(0x2d))[0].arguments, ["c:\\cmd.exe", "x"]);
    assert_eq!(field("{}", |f| f.stored_type = Some(0x2d)).len(), 1);
    assert_eq!(field("{PAGE}", |f| f.stored_type = Some(0x21)), []);
}

#[test]
fn other_loaders() {
    let link = one(r#"{LINK Excel.Sheet.8 "C:\\a.xls" Sheet1!R1C1 \a \f 5 \h}"#);
    assert_eq!((link.keyword, link.trigger), (Keyword::Link, Trigger::Open));
    assert_eq!(link.arguments, ["Excel.Sheet.8", "C:\\a.xls", "Sheet1!R1C1"]);
    assert_eq!(link.switches, ["\\a", "\\f 5", "\\h"]);
    assert_eq!(one(r#"{INCLUDETEXT "http://x/y.docx" \c xml}"#).arguments, ["http://x/y.docx"]);
    assert_eq!(one(r#"{INCLUDEPICTURE "http://x/y.png" \d}"#).trigger, Trigger::Open);
    let database = one(r#"{DATABASE \d "C:\\x.mdb" \c "DSN=y" \s "SELECT 1"}"#);
    assert_eq!(database.switches, ["\\d C:\\x.mdb", "\\c DSN=y", "\\s SELECT 1"]);
}

#[test]
fn hostile_growth_is_bounded() {
    let mut code = String::from("{SET a0 \"xxxxxxxxxxxxxxxx\"}");
    for i in 0..200 {
        code += &format!("{{SET a{} \"{{REF a{i}}}{{REF a{i}}}\"}}", i + 1);
    }
    code += "{DDE cmd {REF a200}}";
    let found = examine(&story(&code), 256);
    assert!(found.cut);
    assert_eq!(found.instructions.len(), 1);
    let many = "{SET a \"{REF a}x\"}{DDE {REF a} x}".repeat(50_000);
    assert_eq!(run(&many).len(), 50_000);
    let wide = format!("{{AUTHOR {}", "{DDE cmd x}".repeat(100_000));
    assert_eq!(run(&wide).len(), 100_000);
}

proptest! {
    #[test]
    fn never_panics(code in r#"([{}|"\\ =<>*]|DDEAUTO |DDE |cmd|QUOTE |SET a |REF a|IF |68 |0x44 |\t|é|“){0,80}"#, nesting in 0_u32..20) {
        let built = built(&code);
        let found = examine(&built.story, nesting);
        let fields = code.matches('{').count();
        prop_assert!(found.instructions.len() <= 2 * fields);
    }

    #[test]
    fn text_without_fields_is_silent(code in r#"([}|"\\ =]|DDEAUTO |cmd|é){0,40}"#) {
        prop_assert_eq!(run(&code), vec![]);
    }

    #[test]
    fn quoted_arguments_come_back(service in "[ -~é€]{0,30}", topic in "[ -~]{0,30}") {
        let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut builder = StoryBuilder::new(4);
        builder.begin(7);
        builder.text(&format!("DDE \"{}\" \"{}\"", escape(&service), escape(&topic)));
        builder.end();
        let found = evaluate(&builder.finish().story, 4);
        prop_assert_eq!(&found[0].arguments, &[service, topic]);
        prop_assert_eq!(found[0].mark, 7);
    }
}
