//! Is there more of it than usual?

use super::found::{Found, some_of};
use super::series::{DAY, Metric, counts, history, told_today};
use super::view::{View, number};
use crate::playbook::Question;
use ddefend_event::Time;
use ddefend_hunt::baseline::{Increase, increase, predictive};
use ddefend_model::case::Evidence;
use std::collections::BTreeMap;

/// Fewest days before anything is said.
const FEWEST: usize = 7;
/// Weeks of history from which on the same weekdays are compared as well.
const WEEKS: usize = 4;

/// One series against today.
struct Compared {
    metric: Metric,
    host: Option<String>,
    days: usize,
    total: u64,
    today: u64,
    found: Increase,
    clear: bool,
    weak: bool,
}

/// Q2: every metric for each host and for the organisation.
pub(super) fn baseline(view: &View<'_>, question: &Question) -> Found {
    let Some(today) = today(view) else {
        return Found::unknown("", "the incident has no date", vec!["a date of the incident (--as-of)".to_owned()]);
    };
    let window = number(question, "window", 30.0) as i64;
    let mut compared = Vec::new();
    for metric in Metric::ALL {
        let own = counts(view, question, metric, today);
        let scopes = view.hosts().into_iter().map(Some).chain([None]);
        for host in scopes {
            let days = history(view, metric, host.as_deref(), today, window, &own);
            let of_case: u64 = own
                .iter()
                .filter(|((name, day), _)| {
                    *day == today && host.as_ref().is_none_or(|host| super::view::same_host(name, host))
                })
                .map(|(_, count)| *count)
                .sum();
            let now = of_case.max(told_today(view, metric, host.as_deref(), today));
            compared.push(compare(metric, host, &days, now, today));
        }
    }
    compared.retain(|series| series.days >= FEWEST);
    if compared.is_empty() {
        let gaps = vec![
            "daily counts of at least seven days before (history file), or logs that reach back as far".to_owned(),
        ];
        return Found::unknown("", "the history is shorter than seven days", gaps);
    }
    let evidence = compared.iter().map(told).collect::<Vec<_>>();
    let clear: Vec<&Compared> = compared.iter().filter(|series| series.clear).collect();
    if !clear.is_empty() {
        let org = clear.iter().any(|series| series.host.is_none());
        let said: Vec<String> = clear.iter().map(|series| words(series)).collect();
        let detail = if org { "org" } else { "host" };
        return Found::yes(detail, 0.9, some_of(&said, 3)).with(evidence).value("increased", clear.len());
    }
    let weak: Vec<&Compared> = compared.iter().filter(|series| series.weak).collect();
    if !weak.is_empty() {
        let said: Vec<String> = weak.iter().map(|series| words(series)).collect();
        return Found::no("weak", 0.5, format!("a weak rise at most: {}", some_of(&said, 2)))
            .with(evidence)
            .value("increased", 0);
    }
    let days = compared.iter().map(|series| series.days).max().unwrap_or(0);
    Found::no("usual", 0.8, format!("against {days} days before nothing rose")).with(evidence).value("increased", 0)
}

/// The beginning of the incident's day.
fn today(view: &View<'_>) -> Option<i64> {
    let given = view.settings.as_of.as_deref().and_then(Time::parse);
    let latest = || view.evidence.facts.iter().filter_map(|fact| fact.time).max_by_key(|time| time.ticks);
    let day = view.linked.begin.or(given).or_else(latest)?.ticks;
    Some(day.div_euclid(DAY).saturating_mul(DAY))
}

fn compare(metric: Metric, host: Option<String>, days: &BTreeMap<i64, u64>, now: u64, today: i64) -> Compared {
    let series: Vec<u64> = days.values().copied().collect();
    let found = increase(&series, now);
    let weekday = |day: i64| day.div_euclid(DAY).rem_euclid(7);
    let same: Vec<u64> =
        days.iter().filter(|(day, _)| weekday(**day) == weekday(today)).map(|(_, count)| *count).collect();
    // What is usual for that weekday is no rise, whatever the other days hold.
    let sum: u64 = same.iter().sum();
    let weekly = same.len() < WEEKS || sum == 0 || predictive(same.len() as u64, sum, now) < 0.05;
    let clear = found.is_clear(now) && weekly;
    let weak = found.is_weak() && weekly && now > 0;
    Compared { metric, host, days: series.len(), total: series.iter().sum(), today: now, found, clear, weak }
}

fn scope(series: &Compared) -> String {
    series.host.as_ref().map_or_else(|| "the organisation".to_owned(), |host| host.clone())
}

fn words(series: &Compared) -> String {
    let first = if series.found.first_seen { ", never seen before" } else { "" };
    format!(
        "{} on {}: {} today against {} in {} days{first}",
        series.metric.in_words(),
        scope(series),
        series.today,
        series.total,
        series.days
    )
}

fn told(series: &Compared) -> Evidence {
    let chance = series.found.p_value.map_or_else(String::new, |p| format!("; chance {p:.5}"));
    let spread = if series.found.overdispersed { "; the days vary much" } else { "" };
    Evidence {
        kind: "baseline".to_owned(),
        source: "daily counts".to_owned(),
        place: format!("{}, {}", series.metric.name(), scope(series)),
        host: series.host.clone().unwrap_or_default(),
        text: format!("{}{chance}{spread}.", words(series)),
        ..Evidence::default()
    }
}
