//! Whether each arm of a check can be the one that counts.

use super::{Arm, Check, Match};

/// What is wrong with the arms of a check, one sentence each.
pub(super) fn problems(check: &Check) -> Vec<String> {
    let mut problems = Vec::new();
    if check.arms.is_empty() {
        problems.push(format!("{} has no arm", check.id));
    }
    for (at, arm) in check.arms.iter().enumerate() {
        let earlier = check.arms.get(..at).unwrap_or_default();
        if arm.means.trim().is_empty() {
            problems.push(format!("{}: an arm has no words", check.id));
        }
        if let Some(what) = shadowed(&arm.is, earlier) {
            problems.push(format!("{}: an earlier arm takes {what}", check.id));
        }
    }
    problems
}

/// What of an arm never reaches it.
fn shadowed(is: &Match, earlier: &[Arm]) -> Option<String> {
    if earlier.iter().any(|arm| empty(&arm.is)) {
        return Some("everything".to_owned());
    }
    let taken = |number: u64| earlier.iter().any(|arm| takes(&arm.is, number));
    if let Some(number) = is.number.iter().find(|number| taken(**number)) {
        return Some(number.to_string());
    }
    if is.number.is_empty() && numeric(is) {
        let bits = is.bits.unwrap_or(0);
        let from = is.from.unwrap_or(0);
        let mut tried = (from..from.saturating_add(64)).map(|number| number | bits);
        if tried.all(|number| !takes(is, number) || taken(number)) {
            return Some("every number of it".to_owned());
        }
    }
    let twice = |of: fn(&Match) -> &Vec<String>| {
        let known =
            |text: &String| earlier.iter().any(|arm| of(&arm.is).iter().any(|it| it.eq_ignore_ascii_case(text)));
        of(is).iter().find(|text| known(text)).cloned()
    };
    twice(|it| &it.text).or_else(|| twice(|it| &it.like)).or_else(|| twice(|it| &it.name))
}

/// Whether a match fits everything.
pub(super) fn empty(is: &Match) -> bool {
    !numeric(is) && is.text.is_empty() && is.like.is_empty() && is.all_of.is_empty() && is.name.is_empty() && !is.empty
}

fn numeric(is: &Match) -> bool {
    !is.number.is_empty() || is.from.is_some() || is.bits.is_some() || is.clear.is_some()
}

/// Whether a match that is only about numbers fits one.
fn takes(is: &Match, number: u64) -> bool {
    numeric(is)
        && is.text.is_empty()
        && is.like.is_empty()
        && is.all_of.is_empty()
        && is.name.is_empty()
        && (is.number.is_empty() || is.number.contains(&number))
        && is.from.is_none_or(|from| number >= from)
        && is.bits.is_none_or(|bits| number & bits == bits)
        && is.clear.is_none_or(|bits| number & bits == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ddefend_model::posture::Verdict;

    fn arm(is: Match) -> Arm {
        Arm { is, verdict: Verdict::Secure, means: "x".into(), level: None }
    }

    fn number(number: u64) -> Match {
        Match { number: vec![number], ..Match::default() }
    }

    #[test]
    fn finds_what_an_earlier_arm_takes() {
        let from_one = Match { from: Some(1), ..Match::default() };
        assert_eq!(shadowed(&number(2), &[arm(from_one.clone())]), Some("2".into()));
        assert_eq!(shadowed(&number(0), &[arm(from_one.clone())]), None);
        assert_eq!(shadowed(&number(0), &[arm(Match::default())]), Some("everything".into()));
        let clear = Match { clear: Some(0x40), ..Match::default() };
        let bits = Match { bits: Some(0x40), ..Match::default() };
        assert_eq!(shadowed(&clear, &[arm(bits.clone())]), None);
        assert_eq!(shadowed(&bits, &[arm(from_one)]), Some("every number of it".into()));
        let like = |text: &str| Match { like: vec![text.into()], ..Match::default() };
        assert_eq!(shadowed(&like("*\\temp"), &[arm(like("*\\TEMP"))]), Some("*\\temp".into()));
    }
}
