//! Only what is wanted is told, and limits end a reading with a word.

mod common;

use common::{Kept, utf16};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Diagnostic, code};
use ddefend_registry::{About, Coverage, Entry, Fact, Format, Input, Interest, Root, Sink, read};

const BODY: &str = "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\k]\n\"a\"=dword:1\n";

fn many(count: usize) -> String {
    let values: String = (0..count).map(|at| format!("\"v{at}\"=dword:1\n")).collect();
    format!("{BODY}{values}")
}

fn run(text: &str, interest: &Interest, budget: &Budget, sink: &mut dyn Sink) -> About {
    let input = Input { name: "", bytes: text.as_bytes(), logs: &[] };
    read(&input, None, interest, budget, sink).unwrap_or_else(|told| unreachable!("{told:?}"))
}

#[test]
fn only_wanted_keys_are_told() {
    let mut interest = Interest::default();
    interest.add(&Root::User, r"Software\k\deep");
    let budget = Budget::new(Limits::default(), Stop::default());
    let mut kept = Kept::default();
    let text = format!(
        "{BODY}[HKEY_USERS\\S-1-5-21-1\\SOFTWARE\\K\\Deep]\n\"b\"=dword:2\n[-HKEY_CURRENT_USER\\Software]\n\
         [-HKEY_CURRENT_USER\\Control Panel]\n[-HKEY_CURRENT_USER\\Software\\k\\deep\\below]\n"
    );
    run(&text, &interest, &budget, &mut kept);
    let users = Root::Users("S-1-5-21-1".into());
    let told: Vec<_> = kept.entries.iter().map(|entry| (entry.root.clone(), entry.key.as_str())).collect();
    // The key that holds the wanted one is taken away, and the wanted one with it.
    assert_eq!(told, [(users.clone(), "SOFTWARE\\K\\Deep"), (users, "SOFTWARE\\K\\Deep"), (Root::User, "Software")]);
    assert_eq!(kept.entries.last().map(|entry| &entry.fact), Some(&Fact::KeyRemoved));
}

/// Takes so many facts and no more.
struct Few(usize);

impl Sink for Few {
    fn entry(&mut self, _: Entry) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }

    fn diagnostic(&mut self, _: Diagnostic) {}
}

#[test]
fn whoever_wants_no_more_gets_no_more() {
    let budget = Budget::new(Limits::default(), Stop::default());
    let mut few = Few(3);
    let about = run(&many(100), &Interest::everything(), &budget, &mut few);
    assert_eq!(few.0, 0);
    // What was not read may say anything.
    assert_eq!(about.coverage, Coverage::Changes);
}

#[test]
fn the_time_ends_a_reading() {
    let stop = Stop::default();
    stop.raise();
    let budget = Budget::new(Limits::default(), stop);
    let mut kept = Kept::default();
    let about = run(&many(5_000), &Interest::everything(), &budget, &mut kept);
    assert_eq!(kept.diagnostics[0].code, code::LIMIT_TIME);
    assert!(kept.entries.len() < 5_000);
    assert_eq!(about.coverage, Coverage::Changes);
}

#[test]
fn diagnostics_beyond_the_limit_are_counted() {
    let limits = Limits { diagnostics: 3, ..Limits::default() };
    let budget = Budget::new(limits, Stop::default());
    let mut kept = Kept::default();
    run(&format!("{BODY}{}", "junk\n".repeat(100)), &Interest::everything(), &budget, &mut kept);
    assert_eq!(kept.diagnostics.len(), 4);
    assert_eq!(kept.diagnostics[3].code, code::LIMIT_RESULTS);
    assert!(kept.diagnostics[3].message.starts_with("97 more"), "{}", kept.diagnostics[3].message);
}

#[test]
fn decoded_text_counts_against_the_budget() {
    let limits = Limits { part_size: 60, ..Limits::default() };
    let row = r#"{"key":"HKEY_CURRENT_USER\\k","name":"a","type":"REG_DWORD","data":"2"}"#;
    let wide = utf16(&row.repeat(10));
    for bytes in [row.repeat(10).into_bytes(), wide] {
        let budget = Budget::new(limits.clone(), Stop::default());
        let mut kept = Kept::default();
        let input = Input { name: "", bytes: &bytes, logs: &[] };
        let about = read(&input, Some(Format::Json), &Interest::everything(), &budget, &mut kept);
        assert!(about.is_ok());
        assert!(kept.codes().iter().any(|(id, _)| id == code::LIMIT_PART_SIZE), "{:?}", kept.diagnostics);
    }
}
