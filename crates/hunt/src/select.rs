//! Which rules of a set are used.

use ddefend_rule::RuleSet;
use ddefend_rule::ir::{Feed, Meta};

/// The rules and correlations that `keep` wants, with those that feed the wanted correlations; the latter are not shown
/// where they are not wanted themselves.
#[must_use]
pub fn select(mut set: RuleSet, keep: &dyn Fn(&Meta) -> bool) -> RuleSet {
    let mut rules: Vec<bool> = set.rules.iter().map(|rule| rule.shown && keep(&rule.meta)).collect();
    for (rule, kept) in set.rules.iter_mut().zip(&rules) {
        rule.shown &= *kept;
    }
    let mut correlations: Vec<bool> = set.correlations.iter().map(|it| it.shown && keep(&it.meta)).collect();
    for (correlation, kept) in set.correlations.iter_mut().zip(&correlations) {
        correlation.shown &= *kept;
    }
    // Correlations may feed each other in chains no longer than their number.
    for _ in 0..set.correlations.len() {
        let mut changed = false;
        for index in 0..set.correlations.len() {
            if !correlations.get(index).copied().unwrap_or_default() {
                continue;
            }
            let members = set.correlations.get(index).map(|it| it.members.as_slice()).unwrap_or_default();
            for member in members {
                let kept = match member.feed {
                    Feed::Rule(rule) => rules.get_mut(rule),
                    Feed::Correlation(other) => correlations.get_mut(other),
                };
                if let Some(kept) = kept.filter(|kept| !**kept) {
                    *kept = true;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let (rule_index, correlation_index) = (numbers(&rules), numbers(&correlations));
    let mut at = 0..;
    set.rules.retain(|_| at.next().is_some_and(|index| rules.get(index).copied().unwrap_or_default()));
    let mut at = 0..;
    set.correlations.retain(|_| at.next().is_some_and(|index| correlations.get(index).copied().unwrap_or_default()));
    for member in set.correlations.iter_mut().flat_map(|it| &mut it.members) {
        match &mut member.feed {
            Feed::Rule(rule) => *rule = rule_index.get(*rule).copied().unwrap_or_default(),
            Feed::Correlation(other) => *other = correlation_index.get(*other).copied().unwrap_or_default(),
        }
    }
    set
}

/// Old index to new index; the new one of what goes has no meaning.
fn numbers(kept: &[bool]) -> Vec<usize> {
    let mut next = 0;
    kept.iter()
        .map(|kept| {
            let number = next;
            next += usize::from(*kept);
            number
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ddefend_event::LogSource;
    use ddefend_model::Level;
    use ddefend_rule::ir::{Compare, Correlation, CorrelationKind, Expr, Member, Rule, Window};

    fn meta(id: &str, level: Level) -> Meta {
        Meta { id: id.to_owned(), level: Some(level), ..Meta::default() }
    }

    fn rule(id: &str, level: Level) -> Rule {
        Rule { meta: meta(id, level), source: LogSource::default(), detection: Expr::And(Vec::new()), shown: true }
    }

    fn correlation(id: &str, feed: Feed) -> Correlation {
        Correlation {
            meta: meta(id, Level::High),
            kind: CorrelationKind::EventCount,
            members: vec![Member { feed, aliases: Vec::new() }],
            group_by: Vec::new(),
            timespan: 60,
            window: Window::Sliding,
            condition: Compare::default(),
            require: None,
            shown: true,
        }
    }

    #[test]
    fn keeps_what_feeds_what_is_kept() {
        let set = RuleSet {
            rules: vec![rule("a", Level::Low), rule("b", Level::High), rule("c", Level::Low)],
            correlations: vec![correlation("d", Feed::Correlation(1)), correlation("e", Feed::Rule(2))],
            problems: Vec::new(),
        };
        let set = select(set, &|meta| meta.level() >= Level::High && meta.id != "e");
        let shown: Vec<_> = set.rules.iter().map(|rule| (rule.meta.id.as_str(), rule.shown)).collect();
        assert_eq!(shown, [("b", true), ("c", false)]);
        let feeds: Vec<_> = set.correlations.iter().flat_map(|it| &it.members).map(|member| member.feed).collect();
        assert_eq!(feeds, [Feed::Correlation(1), Feed::Rule(1)]);
    }
}
