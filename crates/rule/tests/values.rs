//! Values and modifiers, with the specification's examples.

#![allow(clippy::unwrap_used, dead_code, missing_docs, unreachable_pub)]

mod common;

use common::{item, load_with, rule, show_or_problem};
use ddefend_rule::front::sigma::Options;

fn check(table: &[(&str, &str)]) {
    for (line, expected) in table {
        assert_eq!(item(line), *expected, "{line}");
    }
}

#[test]
fn wildcards_and_backslashes() {
    // Specification, "Escaping": one or two backslashes are one; before a wildcard they count.
    check(&[
        (r"F: 'C:\Windows'", r"F=C:\\Windows"),
        (r"F: 'C:\\Windows'", r"F=C:\\Windows"),
        (r"F: '\*'", r"F=\*"),
        (r"F: '\\*'", r"F=\\*"),
        (r"F: '\\\*'", r"F=\\\*"),
        (r"F: '\\\\*'", r"F=\\\\*"),
        (r"F: '\\\\server'", r"F=\\\\server"),
        (r"F: 'a\?b?c'", r"F=a\?b?c"),
        (r"F: 'a**b'", r"F=a*b"),
        (r"F: 'end\'", r"F=end\\"),
        (r"F|endswith: '\cmd.exe'", r"F=*\\cmd.exe"),
        (r"F|contains: '*'", r"F=*"),
    ]);
}

#[test]
fn shapes() {
    check(&[
        ("F|contains: x", "F=*x*"),
        ("F|startswith: x", "F=x*"),
        ("F|endswith: x", "F=*x"),
        ("F|contains|cased: X", "F==*X*"),
        ("F|cased: X", "F==X"),
        ("F: [a, b]", "(F=a | F=b)"),
        ("F|contains|all: [a, b]", "(F=*a* & F=*b*)"),
        ("F|all|contains: [a, b]", "(F=*a* & F=*b*)"),
        ("F|neq: a", "!F=a"),
        ("F|neq: [a, b]", "!(F=a | F=b)"),
        ("F|contains|neq: a", "!F=*a*"),
    ]);
}

#[test]
fn values_that_are_no_text() {
    check(&[
        ("F: 4688", "F#4688"),
        ("F: -1", "F#-1"),
        ("F: 1.5", "F#1.5"),
        ("F: 0x40", "F#64"),
        ("F: '0x40'", "F=0x40"),
        ("F|contains: 32", "F=*32*"),
        ("F: 9232379236109516800", "F=9232379236109516800"),
        ("F: true", "F=true"),
        ("F: null", "F null"),
        ("F:", "F null"),
        ("F: ''", "F="),
        ("F: [null, '', a]", "(F null | F= | F=a)"),
        ("F|exists: true", "F exists true"),
        ("F|exists: false", "F exists false"),
        ("F|exists: maybe", "7:9 rule.value"),
        ("F|gt: 5", "F>5"),
        ("F|gte: '5'", "F>=5"),
        ("F|lt: 0x10", "F<16"),
        ("F|lte: 1.5", "F<=1.5"),
        ("F|gt: five", "7:9 rule.value"),
        ("F: []", "7:9 rule.value"),
        ("F: {a: b}", "7:9 rule.value"),
    ]);
}

#[test]
fn encodings() {
    // Specification, "base64offset": `/bin/bash` is one of three.
    check(&[
        ("F|base64: foo", "F=Zm9v"),
        ("F|base64|contains: 'ping google.com'", "F=*cGluZyBnb29nbGUuY29t*"),
        ("F|base64offset|contains: /bin/bash", "(F=*L2Jpbi9iYXNo* | F=*9iaW4vYmFza* | F=*vYmluL2Jhc2*)"),
        ("F|base64offset: foobar", "(F=Zm9vYmFy | F=Zvb2Jhc | F=mb29iYX)"),
        ("F|wide|base64: foo", "F=ZgBvAG8A"),
        ("F|utf16le|base64: foo", "F=ZgBvAG8A"),
        ("F|utf16be|base64: foo", "F=AGYAbwBv"),
        ("F|utf16|base64: foo", "F=//5mAG8AbwA="),
        ("F|wide|base64offset|contains: ping", "(F=*cABpAG4AZw* | F=*AAaQBuAGcA* | F=*wAGkAbgBnA*)"),
        ("F|wide: ab", "F=a\0b\0"),
        ("F|base64: 'a*'", "7:9 rule.value"),
        ("F|re|base64: a", "7:9 rule.modifier"),
    ]);
}

#[test]
fn windash() {
    check(&[
        ("F|windash: ' -f'", "(F= -f | F= /f | F= \u{2013}f | F= \u{2014}f | F= \u{2015}f)"),
        ("F|windash|contains: '/f'", "(F=*-f* | F=*/f* | F=*\u{2013}f* | F=*\u{2014}f* | F=*\u{2015}f*)"),
        ("F|contains|windash: 'a-b'", "F=*a-b*"),
        ("F|contains|windash: '- '", "F=*- *"),
    ]);
    assert_eq!(item("F|windash: '-a -b'").matches(" | ").count(), 24, "each dash in five ways");
    assert_eq!(item("F|windash: '-a -b -c -d -e -f -g'"), "7:9 rule.limit");
}

#[test]
fn networks() {
    check(&[
        ("F|cidr: 10.0.0.0/8", "F in 10.0.0.0/8"),
        ("F|cidr: [127.0.0.0/8, '::1/128', 'fe80::/10']", "(F in 127.0.0.0/8 | F in ::1/128 | F in fe80::/10)"),
        ("F|cidr: 10.0.0.1", "F in 10.0.0.1/32"),
        ("F|cidr: 10.0.0.0/33", "7:9 rule.value"),
        ("F|cidr: 10.*", "7:9 rule.value"),
    ]);
}

#[test]
fn regular_expressions() {
    check(&[
        ("F|re: 'a.*b'", "F~/a.*b/"),
        ("F|re|i: 'a'", "F~/a/i"),
        ("F|re|i|m|s: 'a'", "F~/a/ims"),
        (r"F|re: 'a\/b\-c\_d'", r"F~/a\/b\-c\_d/"),
        (r"F|re: 'a{b}'", r"F~/a\{b\}/"),
        (r"F|re: 'a{2,3}b{,2}'", r"F~/a{2,3}b\{,2\}/"),
        (r"F|re: '[[a]'", r"F~/[\[a]/"),
        (r"F|re: '[]a]'", r"F~/[\]a]/"),
        (r"F|re: '[[:alpha:]_]'", r"F~/[[:alpha:]_]/"),
        (r"F|re: '\<a\>'", r"F~/<a>/"),
        (r"F|re: '[a&&b]'", r"F~/[a\&\&b]/"),
        (r"F|re: '\x{41}\p{Lu}'", r"F~/\x{41}\p{Lu}/"),
        (r"F|re|startswith: a", "F~/^(?:a)/"),
        (r"F|re: 'a(?=b)'", "7:9 rule.regex"),
        (r"F|re: '(?<!a)b'", "7:9 rule.regex"),
        (r"F|re: '(a)\1'", "7:9 rule.regex"),
        (r"F|re: '(a'", "7:9 rule.regex"),
        (r"F|re: '(\w{1000}){1000}'", "7:9 rule.regex"),
        ("F|i: a", "7:9 rule.modifier"),
    ]);
}

#[test]
fn fields_and_times() {
    check(&[
        ("F|fieldref: G", "F is G"),
        ("F|fieldref|endswith: G", "F ends with G"),
        ("F|fieldref|contains|cased: G", "F contains cased G"),
        ("F|fieldref|startswith|neq: G", "!F begins with G"),
        ("F|hour: 5", "F Hour 5"),
        ("F|hour|gte: 22", "(F Hour 22 | F Hour 23)"),
        ("F|week: [1, 2]", "(F Week 1 | F Week 2)"),
        ("F|minute: x", "7:9 rule.value"),
        ("F|hour|re: x", "7:9 rule.modifier"),
        ("F|nosuch: x", "7:9 rule.modifier"),
        ("F|not: x", "7:9 rule.modifier"),
    ]);
}

#[test]
fn placeholders() {
    let mut options = Options::default();
    options.placeholders.insert("admins".to_owned(), vec!["root".to_owned(), "adm_*".to_owned()]);
    options.placeholders.insert("side".to_owned(), vec!["x".to_owned(), "y".to_owned()]);
    let shown = |line: &str| {
        show_or_problem(&load_with(&rule(&format!("    selection:\n        {line}"), "selection"), &options))
    };
    assert_eq!(shown("F|expand: '%admins%'"), "(F=root | F=adm_*)");
    assert_eq!(shown("F|expand|contains: 'a%side%b'"), "(F=*axb* | F=*ayb*)");
    assert_eq!(shown("F|contains|expand: 'a%side%%side%'"), "(F=*axx* | F=*axy* | F=*ayx* | F=*ayy*)");
    assert_eq!(shown(r"F|expand: '\%side\%'"), "F=%side%");
    assert_eq!(shown("F|expand: '100%'"), "F=100%");
    assert_eq!(shown("F: '%side%'"), "F=%side%", "only with `expand`");
    let set = load_with(&rule("    selection:\n        A: b\n        F|expand: '%nobody%'", "selection"), &options);
    let problem = set.problems.first().unwrap();
    assert!(problem.warning && problem.message.contains("%nobody%"));
    assert_eq!((problem.line, problem.code), (8, "rule.placeholder"));
    assert_eq!(common::show(&set.rules.first().unwrap().detection), "()", "loaded, and never true");
}

#[test]
fn too_many_patterns() {
    let mut options = Options::default();
    options.placeholders.insert("p".to_owned(), (0..100).map(|number| number.to_string()).collect());
    let set = load_with(&rule("    selection:\n        F|expand: '%p%%p%'", "selection"), &options);
    assert_eq!(set.problems.first().unwrap().code, "rule.limit");
}
