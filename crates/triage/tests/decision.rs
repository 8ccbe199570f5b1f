//! What answers come to: every rule of the shipped playbook, its caps, and that nothing bad is ever closed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod common;

use common::{answer, settings};
use ddefend_model::case::{Answer, Held, Outcome, Verdict};
use ddefend_triage::decide::decide;
use ddefend_triage::{Linked, Settings};
use proptest::prelude::*;

type Given<'t> = (&'t str, Held, &'t str, &'t [(&'t str, u64)]);

/// Answers as given; what is not given is unknown.
fn answers(settings: &Settings, given: &[Given<'_>]) -> Vec<Answer> {
    let of = |question: &str| given.iter().find(|(id, ..)| *id == question).copied();
    let questions = settings.playbook.questions.iter();
    questions
        .map(|question| match of(&question.id) {
            Some((id, held, detail, values)) => answer(settings, id, held, detail, values),
            None => answer(settings, &question.id, Held::Unknown, "", &[]),
        })
        .collect()
}

#[test]
fn each_rule_decides_as_the_facts_say() {
    use Held::{No, Yes};
    let settings = settings();
    let launch: Given<'_> = ("Q0", Yes, "launch", &[]);
    let rows: Vec<(Vec<Given<'_>>, &str, Outcome, Verdict)> = vec![
        (vec![launch, ("Q3", Yes, "interpreter", &[])], "E1", Outcome::Escalate, Verdict::TpExec),
        (vec![launch, ("Q7", Yes, "partial", &[])], "E1", Outcome::Escalate, Verdict::TpExec),
        (vec![launch, ("Q7", No, "image", &[])], "E7", Outcome::Escalate, Verdict::TpDelivery),
        (vec![launch, ("Q10", Yes, "known", &[])], "E2", Outcome::Escalate, Verdict::TpDelivery),
        (vec![launch, ("Q4", Yes, "verdict", &[])], "E3", Outcome::Escalate, Verdict::TpDelivery),
        (vec![("Q5", Yes, "unexplained", &[])], "E4", Outcome::Escalate, Verdict::Undetermined),
        (vec![("Q5", Yes, "explained", &[])], "", Outcome::Open, Verdict::Undetermined),
        (vec![("Q3", Yes, "eqnedt32", &[])], "E5", Outcome::Escalate, Verdict::TpExec),
        (vec![("Q11", Yes, "hosts", &[("hosts", 3), ("further", 2)])], "E6", Outcome::Escalate, Verdict::Undetermined),
        (vec![("Q11", Yes, "hosts", &[("hosts", 2), ("further", 1)])], "", Outcome::Open, Verdict::Undetermined),
        (vec![("Q3", Yes, "interpreter", &[])], "E7", Outcome::Escalate, Verdict::Undetermined),
        (
            vec![launch, ("Q3", No, "none", &[]), ("Q12", Yes, "asr", &[]), ("Q4", Yes, "mail-folder", &[])],
            "E3",
            Outcome::Escalate,
            Verdict::TpBlocked,
        ),
        (
            vec![("Q0", No, "allowlisted", &[("owners", 1)]), ("Q3", No, "none", &[]), ("Q5", No, "none", &[])],
            "C1",
            Outcome::Close,
            Verdict::BenignTp,
        ),
        (
            vec![("Q0", No, "allowlisted", &[("owners", 0)]), ("Q3", No, "none", &[]), ("Q5", No, "none", &[])],
            "",
            Outcome::Open,
            Verdict::Undetermined,
        ),
        (
            vec![("Q0", No, "allowlisted", &[("owners", 1)]), ("Q3", No, "none", &[])],
            "",
            Outcome::Open,
            Verdict::Undetermined,
        ),
        (vec![("Q0", No, "none", &[]), ("Q3", No, "benign", &[])], "C2", Outcome::Close, Verdict::Fp),
        (vec![("Q0", No, "none", &[]), ("Q3", No, "other", &[])], "", Outcome::Open, Verdict::Undetermined),
        (
            vec![("Q0", No, "none", &[]), ("Q3", No, "benign", &[]), ("Q5", Yes, "unexplained", &[])],
            "E4",
            Outcome::Escalate,
            Verdict::Undetermined,
        ),
        (
            vec![("Q0", No, "none", &[]), ("Q3", No, "benign", &[]), ("Q10", Yes, "known", &[])],
            "",
            Outcome::Open,
            Verdict::Undetermined,
        ),
        (vec![], "", Outcome::Open, Verdict::Undetermined),
    ];
    for (given, rule, outcome, verdict) in rows {
        let decision = decide(&answers(&settings, &given), &Linked::default(), &settings);
        assert_eq!(
            (decision.rule.as_str(), decision.outcome, decision.verdict),
            (rule, outcome, verdict),
            "{given:?}: {decision:?}"
        );
        assert_eq!(decision.escalate, outcome == Outcome::Escalate);
        assert_eq!(decision.rules.len(), 9);
        assert!(!decision.why.is_empty());
    }
}

#[test]
fn a_stopped_child_stays_medium_and_sums_are_bounded() {
    let settings = settings();
    // 30 for the child, 15 taken for the barrier: not below 30.
    let given = [("Q3", Held::Yes, "interpreter", &[] as &[_]), ("Q12", Held::Yes, "ended", &[])];
    let mut all = answers(&settings, &given);
    all.iter_mut().filter(|answer| answer.answer == Held::Unknown).for_each(|answer| answer.points = 0);
    assert_eq!(decide(&all, &Linked::default(), &settings).severity, 30);
    all.iter_mut().for_each(|answer| answer.points = 90);
    assert_eq!(decide(&all, &Linked::default(), &settings).severity, 100);
    all.iter_mut().for_each(|answer| answer.points = -90);
    assert_eq!(decide(&all, &Linked::default(), &settings).severity, 0);
}

#[test]
fn coverage_and_confidence_follow_their_formulas() {
    let settings = settings();
    let nothing = decide(&answers(&settings, &[]), &Linked::default(), &settings);
    assert_eq!((nothing.coverage, nothing.confidence), (0.0, 0.0));
    let total: i32 = settings.playbook.questions.iter().map(|question| question.weight()).sum();
    let one = decide(&answers(&settings, &[("Q3", Held::No, "none", &[])]), &Linked::default(), &settings);
    let share = 40.0 / f64::from(total);
    assert!((one.coverage - (share * 100.0).round() / 100.0).abs() < 1e-9);
    assert!((one.confidence - (share * 0.9 * 100.0).round() / 100.0).abs() < 1e-9);
}

fn any_answers() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    prop::collection::vec((0..3_usize, 0..12_usize, any::<bool>()), 14)
}

fn made(settings: &Settings, picks: &[(usize, usize, bool)]) -> Vec<Answer> {
    let picked = settings.playbook.questions.iter().zip(picks);
    picked
        .map(|(question, (held, detail, more))| {
            let held = [Held::Yes, Held::No, Held::Unknown][*held];
            let primitive = question.compute.primitive().unwrap();
            let detail = primitive.details.get(*detail).copied().filter(|_| held != Held::Unknown).unwrap_or("");
            let values: Vec<(&str, u64)> =
                primitive.values.iter().map(|value| (*value, if *more { 3 } else { 0 })).collect();
            answer(settings, &question.id, held, detail, &values)
        })
        .collect()
}

proptest! {
    #[test]
    fn nothing_bad_is_ever_closed(picks in any_answers()) {
        let settings = settings_once();
        let all = made(settings, &picks);
        let decision = decide(&all, &Linked::default(), settings);
        let yes = |id: &str| all.iter().any(|answer| answer.question == id && answer.answer == Held::Yes);
        let unexplained = all.iter().any(|answer| answer.question == "Q5" && answer.answer == Held::Yes && answer.detail == "unexplained");
        if ["Q0", "Q3", "Q7", "Q10"].into_iter().any(yes) || unexplained {
            prop_assert!(decision.outcome != Outcome::Close, "{:?}", decision);
        }
        if decision.outcome == Outcome::Close {
            prop_assert!(all.iter().any(|answer| answer.question == "Q0" && answer.answer == Held::No));
            prop_assert!(!decision.verdict.as_str().starts_with("tp_"));
        }
    }

    #[test]
    fn what_becomes_unknown_never_lowers_the_severity_of_a_yes(picks in any_answers(), which in 0..14_usize) {
        let settings = settings_once();
        let all = made(settings, &picks);
        let mut fewer = all.clone();
        let question = fewer[which].question.clone();
        fewer[which] = answer(settings, &question, Held::Unknown, "", &[]);
        // What was counted stays counted: floors rest on it.
        fewer[which].values = all[which].values.clone();
        prop_assert!(fewer[which].points >= 0);
        if all[which].points <= 0 {
            // A favourable answer that is lost makes the case no milder.
            let before = decide(&all, &Linked::default(), settings).severity;
            prop_assert!(decide(&fewer, &Linked::default(), settings).severity >= before);
        }
    }
}

fn settings_once() -> &'static Settings {
    static SETTINGS: std::sync::OnceLock<Settings> = std::sync::OnceLock::new();
    SETTINGS.get_or_init(settings)
}

#[test]
fn what_was_kept_from_starting_is_an_attempt_even_without_a_document() {
    let settings = settings();
    let blocked: Given<'_> = ("Q12", Held::Yes, "asr", &[("stopped", 1), ("children", 1)]);
    let decision = decide(&answers(&settings, &[blocked]), &Linked::default(), &settings);
    assert_eq!(decision.verdict, Verdict::TpBlocked);
    assert!(decision.severity >= 30 && decision.outcome != Outcome::Close, "{decision:?}");
    let mut alarmed = answers(&settings, &[]);
    alarmed.iter_mut().filter(|one| one.question == "Q3").for_each(|one| {
        one.values.insert("alarms".to_owned(), 1);
    });
    let decision = decide(&alarmed, &Linked::default(), &settings);
    assert!(decision.severity >= 30 && decision.outcome != Outcome::Close, "{decision:?}");
}

#[test]
fn all_rules_that_hold_are_told_and_the_most_urgent_says_whom() {
    let settings = settings();
    let given: [Given<'_>; 4] = [
        ("Q0", Held::Yes, "launch", &[]),
        ("Q3", Held::Yes, "eqnedt32", &[]),
        ("Q7", Held::No, "image", &[]),
        ("Q11", Held::Yes, "hosts", &[("hosts", 4), ("further", 3)]),
    ];
    let decision = decide(&answers(&settings, &given), &Linked::default(), &settings);
    assert_eq!((decision.rule.as_str(), decision.to.as_str()), ("E1", "major incident"));
    assert!(
        decision.why.contains("E5") && decision.why.contains("E6") && !decision.why.contains("Q7"),
        "{}",
        decision.why
    );
}
