use super::{Problems, table};
use ddefend_triage::HistoryCount;

/// Daily counts: columns `metric`, `scope`, `name`, `day`, `count`.
pub(super) fn read(text: &str, source: &str, counts: &mut Vec<HistoryCount>) -> Problems {
    let mut problems = Problems::default();
    for (line, row) in table::rows(text) {
        let day = row.get(&["day"]);
        match row.get(&["count"]).parse() {
            Ok(count) if is_day(day) => counts.push(HistoryCount {
                metric: row.get(&["metric"]).to_owned(),
                scope: row.get(&["scope"]).to_owned(),
                name: row.get(&["name"]).to_owned(),
                day: day.to_owned(),
                count,
                source: source.to_owned(),
            }),
            Ok(_) => problems.add(line, "the day is not of the form 2026-03-01"),
            Err(error) => problems.add(line, error),
        }
    }
    problems
}

fn is_day(day: &str) -> bool {
    day.len() == 10 && ddefend_event::Time::parse(&format!("{day}T00:00:00Z")).is_some()
}
