//! Tests of text: what the documentation says of terms, and that the compiled test is the naive one.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so")]

use ddefend_functions::Context;
use ddefend_functions::text::{Compiled, Unfit, terms, test};
use ddefend_rule::ir::query::TextOp;
use proptest::prelude::*;

const OPS: [TextOp; 11] = [
    TextOp::Equals,
    TextOp::Contains,
    TextOp::StartsWith,
    TextOp::EndsWith,
    TextOp::Has,
    TextOp::HasPrefix,
    TextOp::HasSuffix,
    TextOp::Like,
    TextOp::Regex,
    TextOp::RegexWhole,
    TextOp::Cidr,
];

/// Asks both ways; they must agree.
fn ask(op: TextOp, cased: bool, value: &str, pattern: &str) -> bool {
    let naive = test(op, cased, value, pattern, &Context::default());
    let compiled = Compiled::new(op, cased, false, &[pattern]).expect("the pattern compiles").holds(value);
    let listed = Compiled::new(op, cased, false, &[pattern, "@@@@@@"]);
    assert_eq!(naive, compiled, "{op:?} {value:?} {pattern:?}");
    if let Ok(listed) = listed {
        assert_eq!(naive, listed.holds(value), "{op:?} {value:?} {pattern:?} in a list");
    }
    naive
}

#[test]
fn terms_are_maximal_runs_of_letters_and_digits() {
    let text = "Kusto: ad67d136-c1db-4f9f-88ef-d94f3b6b0b5a;KustoExplorerQueryRun";
    let found: Vec<&str> = terms(text).collect();
    assert_eq!(found, ["Kusto", "ad67d136", "c1db", "4f9f", "88ef", "d94f3b6b0b5a", "KustoExplorerQueryRun"]);
}

#[test]
fn has_is_a_test_of_terms() {
    for (value, pattern, expected) in [
        ("North America", "america", true),
        ("North America", "amer", false),
        ("Kusto: ad67d136;KustoExplorerQueryRun", "Explorer", false),
        ("Kusto: ad67d136;KustoExplorerQueryRun", "kusto", true),
        // Patterns of several terms stand there with their own separators.
        (r"c:\windows\system32\cmd.exe /c calc", "cmd.exe", true),
        ("mycmd.exe", "cmd.exe", false),
        ("cmd.exec", "cmd.exe", false),
        ("cmd-exe", "cmd.exe", false),
        // An end that is no letter or digit has no border.
        ("powershell -enc abc", "-enc", true),
        ("powershell-enc abc", "-enc", true),
        ("powershell -encoded abc", "-enc", false),
        ("x iex(new)", "iex(", true),
        ("iex(iex", "iex(", true),
        ("fiex(new)", "iex(", false),
        ("a  b", " ", true),
        ("ab", " ", false),
        // A later place may have the borders that the first has not.
        ("xcalc calc", "calc", true),
        ("aa a", "a", true),
        ("net_user", "net", true),
        ("straße", "stra", false),
        ("ЖЖ calc", "calc", true),
        ("Жcalc", "calc", false),
        ("", "a", false),
        ("a", "", true),
    ] {
        assert_eq!(ask(TextOp::Has, false, value, pattern), expected, "{value:?} has {pattern:?}");
    }
    assert!(!ask(TextOp::Has, true, "North America", "america"));
    assert!(ask(TextOp::Has, true, "North America", "America"));
}

#[test]
fn prefixes_and_suffixes_of_terms() {
    for (op, value, pattern, expected) in [
        (TextOp::HasPrefix, "North America", "ame", true),
        (TextOp::HasPrefix, "North America", "mer", false),
        (TextOp::HasSuffix, "North America", "ica", true),
        (TextOp::HasSuffix, "North America", "americ", false),
        (TextOp::HasPrefix, "run winword.exe", "winword.ex", true),
        (TextOp::HasSuffix, "run winword.exe", "word.exe", true),
    ] {
        assert_eq!(ask(op, false, value, pattern), expected, "{op:?} {value:?} {pattern:?}");
    }
}

#[test]
fn the_other_tests() {
    for (op, cased, value, pattern, expected) in [
        (TextOp::Equals, false, "aBc", "ABC", true),
        (TextOp::Equals, true, "abc", "ABC", false),
        (TextOp::Equals, false, "\u{212A}elvin", "kelvin", true),
        (TextOp::Contains, false, "FabriKam", "BRik", true),
        (TextOp::Contains, true, "FabriKam", "BRik", false),
        (TextOp::StartsWith, false, "Fabrikam", "fab", true),
        (TextOp::EndsWith, false, "Fabrikam", "Kam", true),
        (TextOp::EndsWith, true, "Fabrikam", "Kam", false),
        (TextOp::Like, false, r"C:\Windows\cmd.exe", r"*\CMD.exe", true),
        (TextOp::Like, true, r"C:\Windows\cmd.exe", r"*\CMD.exe", false),
        (TextOp::Like, false, "abc", "a?c", true),
        (TextOp::Like, false, "ac", "a?c", false),
        (TextOp::Like, false, "a*c", r"a\*c", true),
        (TextOp::Like, false, "abc", r"a\*c", false),
        (TextOp::Like, false, "", "*", true),
        (TextOp::Like, false, r"C:\a\b.exe", r"C:\\*\\*", true),
        (TextOp::Like, false, r"C:\a", r"C:\\?", true),
        (TextOp::Like, false, "mississippi", "m*iss*p?", true),
        (TextOp::Regex, true, "a1b", "[0-9]", true),
        (TextOp::Regex, false, "ABC", "b", true),
        (TextOp::RegexWhole, true, "abc", "a|ab|abc", true),
        (TextOp::RegexWhole, true, "abcd", "a|ab|abc", false),
        (TextOp::Cidr, false, "10.1.2.3", "10.0.0.0/8", true),
        (TextOp::Cidr, false, "192.0.2.1", "192.0.2.0/25", true),
        (TextOp::Cidr, false, "192.0.2.129", "192.0.2.0/25", false),
        (TextOp::Cidr, false, "2001:db8::1", "2001:db8::/32", true),
        (TextOp::Cidr, false, "::a00:1", "10.0.0.0/8", false),
        (TextOp::Cidr, false, "203.0.113.9", "0.0.0.0/0", true),
    ] {
        assert_eq!(ask(op, cased, value, pattern), expected, "{op:?} {value:?} {pattern:?}");
    }
}

#[test]
fn lists() {
    let hold =
        |op, all, patterns: &[&str], value| Compiled::new(op, false, all, patterns).expect("compiles").holds(value);
    assert!(hold(TextOp::Has, true, &["cmd", "CALC", "cmd"], "cmd /c calc"));
    assert!(!hold(TextOp::Has, true, &["cmd", "alc"], "cmd /c calc"));
    assert!(hold(TextOp::Has, false, &["xyz", "calc"], "cmd /c calc"));
    assert!(!hold(TextOp::Has, false, &[], "cmd /c calc"));
    assert!(hold(TextOp::Has, true, &[], "cmd /c calc"));
    assert!(hold(TextOp::Equals, true, &["A", "a"], "a"));
    assert!(!hold(TextOp::Equals, true, &["a", "b"], "a"));
}

#[test]
fn what_does_not_compile_is_told() {
    assert!(matches!(Compiled::new(TextOp::Regex, true, false, &["a", "("]), Err(Unfit::Regex(1, _))));
    assert!(matches!(Compiled::new(TextOp::RegexWhole, true, false, &["a)|(b"]), Err(Unfit::Regex(0, _))));
    assert!(matches!(Compiled::new(TextOp::Regex, true, false, &["(?:a{999}){999}"]), Err(Unfit::Regex(0, _))));
    assert_eq!(Compiled::new(TextOp::Cidr, true, false, &["10.0.0.0/33"]).expect_err("no network"), Unfit::Network(0));
    assert!(!test(TextOp::Regex, true, "(", "(", &Context::default()));
    assert!(!test(TextOp::RegexWhole, true, "a", "a)|(b", &Context::default()));
}

/// Terms by another way: the runs of the value and of the pattern, side by side.
fn by_runs(value: &str, pattern: &str) -> bool {
    terms(value).any(|term| term.to_lowercase() == pattern.to_lowercase())
}

proptest! {
    #[test]
    fn compiled_is_naive(
        op in prop::sample::select(&OPS[..]),
        cased in any::<bool>(),
        all in any::<bool>(),
        value in "[aAbB ._\\*?K\u{212A}éÉ1/]{0,12}",
        patterns in prop::collection::vec("[aAbB ._\\*?K\u{212A}éÉ1/]{0,3}", 0..5),
    ) {
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let context = Context::default();
        let ask = |pattern: &&str| test(op, cased, &value, pattern, &context);
        let naive = if all { patterns.iter().all(ask) } else { patterns.iter().any(ask) };
        if let Ok(compiled) = Compiled::new(op, cased, all, &patterns) {
            prop_assert_eq!(compiled.holds(&value), naive);
        }
    }

    #[test]
    fn has_of_one_term_is_being_a_term(value in "[ab. ]{0,10}", pattern in "[ab]{1,3}") {
        prop_assert_eq!(test(TextOp::Has, false, &value, &pattern, &Context::default()), by_runs(&value, &pattern));
    }

    #[test]
    fn any_text_is_fine(op in prop::sample::select(&OPS[..]), cased in any::<bool>(), value in any::<String>(), pattern in any::<String>()) {
        let _ = test(op, cased, &value, &pattern, &Context::default());
        if let Ok(compiled) = Compiled::new(op, cased, false, &[&pattern, "a"]) {
            let _ = compiled.holds(&value);
        }
    }
}
