#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]
use super::*;
use proptest::prelude::*;

const ORDER: [&str; 4] = ["none", "image", "partial", "exact"];

fn condition(text: &str) -> Condition {
    Condition::try_from(text.to_owned()).unwrap()
}

fn answer(question: &str, answer: Held, detail: &str, hosts: u64) -> Answer {
    let values = BTreeMap::from([("hosts".to_owned(), hosts)]);
    Answer { question: question.to_owned(), answer, detail: detail.to_owned(), values, ..Answer::default() }
}

fn orders() -> BTreeMap<String, Vec<String>> {
    let order: Vec<String> = ORDER.iter().map(|word| (*word).to_owned()).collect();
    (0..4).map(|number| (format!("Q{number}"), order.clone())).collect()
}

fn ask(text: &str, answers: &[Answer]) -> Held {
    let orders = orders();
    condition(text).holds(&Standing { answers, orders: &orders, severity: 45.0, coverage: 0.3, confidence: 0.5 })
}

#[test]
fn rules_of_the_facts_read_as_they_are_written() {
    let answers = [
        answer("Q0", Held::Yes, "launch", 0),
        answer("Q1", Held::Unknown, "", 9),
        answer("Q2", Held::No, "partial", 3),
        answer("Q3", Held::Yes, "exact", 3),
    ];
    for (text, held) in [
        ("Q0.yes and (Q1.yes or Q3 >= partial)", Held::Yes),
        ("Q0.yes and Q1.yes", Held::Unknown),
        ("Q0.no and Q1.yes", Held::No),
        ("Q0.yes or Q1.yes", Held::Yes),
        ("not Q1.yes", Held::Unknown),
        ("Q1.unknown", Held::Yes),
        ("not Q0.unknown", Held::Yes),
        ("Q0.launch", Held::Yes),
        ("Q1.launch", Held::Unknown),
        ("Q3.hosts >= 3", Held::Yes),
        ("Q1.hosts >= 3", Held::Unknown),
        ("coverage < 0.4 and severity >= 30", Held::Yes),
        ("Q2 < exact", Held::Yes),
        ("Q2 == partial", Held::Yes),
        ("Q9.yes", Held::Unknown),
    ] {
        assert_eq!(ask(text, &answers), held, "{text}");
    }
}

#[test]
fn mistakes_are_told_with_their_column() {
    for (text, said) in [
        ("Q0.yes and", "column 11: expected a question, a number or '(', found the end"),
        ("Q0.yes Q1.no", "column 8: expected 'and', 'or' or the end, found 'Q1'"),
        ("(Q0.yes", "column 8: expected ')', found the end"),
        ("covrage < 0.4", "did you mean 'coverage'?"),
        ("Q0 and Q1.yes", "column 4: expected '.' with an answer, or a comparison"),
        ("Q0.yes & Q1.no", "column 8: '&' does not belong into a condition"),
        ("severity >= partial", "a word can only be compared with a question"),
        ("Q0 >= 3", "a question can only be compared with one of its details"),
        ("1.2.3 < severity", "'1.2.3' does not belong"),
        ("", "column 1: expected a question"),
    ] {
        let error = Condition::try_from(text.to_owned()).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
    let deep = format!("{}Q0.yes{}", "(".repeat(40), ")".repeat(40));
    assert!(matches!(Condition::try_from(deep), Err(ConditionError::TooDeep(_))));
    assert!(matches!(Condition::try_from("not ".repeat(400)), Err(ConditionError::TooLong(_))));
}

/// A condition as a test makes it, with its text and its value by another way: -1, 0 and 1 with least, most and minus.
#[derive(Clone, Debug)]
enum Made {
    Is(usize, &'static str),
    Rank(usize, usize),
    Hosts(usize, u64),
    Not(Box<Made>),
    Both(Box<Made>, Box<Made>),
    Either(Box<Made>, Box<Made>),
}

impl Made {
    fn text(&self) -> String {
        match self {
            Self::Is(question, word) => format!("Q{question}.{word}"),
            Self::Rank(question, rank) => format!("Q{question} >= {}", ORDER[*rank]),
            Self::Hosts(question, hosts) => format!("Q{question}.hosts < {hosts}"),
            Self::Not(part) => format!("not ({})", part.text()),
            Self::Both(left, right) => format!("({}) and ({})", left.text(), right.text()),
            Self::Either(left, right) => format!("({}) or ({})", left.text(), right.text()),
        }
    }

    fn value(&self, answers: &[Answer]) -> i8 {
        let truth = |known: bool, holds: bool| match (known, holds) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => -1,
        };
        match self {
            Self::Is(question, word) => {
                let answer = &answers[*question];
                let known = answer.answer != Held::Unknown || *word == "unknown" || answer.detail == *word;
                truth(known, answer.answer.as_str() == *word || answer.detail == *word)
            }
            Self::Rank(question, rank) => {
                let at = ORDER.iter().position(|word| *word == answers[*question].detail);
                truth(answers[*question].answer != Held::Unknown && at.is_some(), at >= Some(*rank))
            }
            Self::Hosts(question, hosts) => {
                let answer = &answers[*question];
                truth(answer.answer != Held::Unknown, answer.values["hosts"] < *hosts)
            }
            Self::Not(part) => -part.value(answers),
            Self::Both(left, right) => left.value(answers).min(right.value(answers)),
            Self::Either(left, right) => left.value(answers).max(right.value(answers)),
        }
    }
}

fn made() -> impl Strategy<Value = Made> {
    let words = prop::sample::select(vec!["yes", "no", "unknown", "partial", "exact", "launch"]);
    let leaf = prop_oneof![
        (0..4_usize, words).prop_map(|(question, word)| Made::Is(question, word)),
        (0..4_usize, 0..4_usize).prop_map(|(question, rank)| Made::Rank(question, rank)),
        (0..4_usize, 0..5_u64).prop_map(|(question, hosts)| Made::Hosts(question, hosts)),
    ];
    leaf.prop_recursive(5, 40, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Made::Not(Box::new(part))),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Made::Both(Box::new(left), Box::new(right))),
            (inner.clone(), inner).prop_map(|(left, right)| Made::Either(Box::new(left), Box::new(right))),
        ]
    })
}

fn given() -> impl Strategy<Value = Vec<Answer>> {
    let held = prop::sample::select(vec![Held::Yes, Held::No, Held::Unknown]);
    let detail = prop::sample::select(vec!["", "none", "image", "partial", "exact", "launch"]);
    prop::collection::vec((held, detail, 0..5_u64), 4).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        numbered.map(|(number, (held, detail, hosts))| answer(&format!("Q{number}"), held, detail, hosts)).collect()
    })
}

proptest! {
    #[test]
    fn any_condition_is_what_a_plain_evaluator_says(made in made(), answers in given()) {
        let text = made.text();
        prop_assume!(text.len() <= 900);
        if let Ok(read) = Condition::try_from(text.clone()) {
            let orders = orders();
            let held = read.holds(&Standing { answers: &answers, orders: &orders, severity: 0.0, coverage: 0.0, confidence: 0.0 });
            let value = match held { Held::Yes => 1, Held::No => -1, Held::Unknown => 0 };
            prop_assert_eq!(value, made.value(&answers), "{}", text);
        } else {
            prop_assert!(text.matches('(').count() > 10, "{}", text);
        }
    }

    #[test]
    fn an_answer_that_becomes_known_never_changes_what_was_decided(made in made(), answers in given(), other in given()) {
        // Kleene's logic is monotone; asking for unknown itself is not, so it is left out.
        let text = made.text();
        prop_assume!(text.len() <= 900 && !text.contains("unknown"));
        if let Ok(read) = Condition::try_from(text) {
            let orders = orders();
            let mut known = answers.clone();
            for (at, answer) in known.iter_mut().enumerate() {
                if answer.answer == Held::Unknown && answer.detail.is_empty() {
                    *answer = other[at].clone();
                }
            }
            let ask = |answers: &[Answer]| read.holds(&Standing { answers, orders: &orders, severity: 0.0, coverage: 0.0, confidence: 0.0 });
            let before = ask(&answers);
            prop_assert!(before == Held::Unknown || before == ask(&known));
        }
    }

    #[test]
    fn no_text_breaks_the_parser(text in "[Qa-z0-9 .()<>=!-]{0,80}|\\PC{0,60}") {
        let _ = Condition::try_from(text);
    }
}
