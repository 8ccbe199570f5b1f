use super::{Loaded, list, load, safe, words};
use crate::Outcome;
use crate::args::RulesExplain;
use crate::terminal;
use ddefend_content::{Content, Techniques};
use ddefend_event::{Class, FieldSource, LogSource, Mapping};
use ddefend_hunt::Wording;
use ddefend_report::explanation::{Section, layout};
use ddefend_rule::ir::{Correlation, Feed, Meta, Rule};

pub(super) fn run(args: &RulesExplain, content: &Content) -> Result<(String, Outcome), String> {
    let loaded = load(&args.files, content)?;
    let told = |error: ddefend_content::ContentError| error.to_string();
    let known = Known {
        mapping: content.mapping().map_err(told)?,
        techniques: content.techniques().map_err(told)?,
        wording: content.wording().map_err(told)?,
    };
    let is = |meta: &Meta| meta.id.eq_ignore_ascii_case(&args.id) || meta.name.as_deref() == Some(&*args.id);
    let set = &loaded.set;
    let (meta, what) = if let Some(rule) = set.rules.iter().find(|rule| is(&rule.meta)) {
        (&rule.meta, vec![("Looks at", known.looks_at(rule)), ("Asks", words::detection(&rule.detection))])
    } else if let Some(correlation) = set.correlations.iter().find(|it| is(&it.meta)) {
        (&correlation.meta, vec![("Joins", joins(correlation, &loaded))])
    } else if let Some(filter) = loaded.filters.iter().find(|it| is(&it.meta)) {
        (&filter.meta, vec![("Takes matches away from", filter.rules.join("\n"))])
    } else {
        return Err(format!("there is no rule with the id or name '{}'; `ddefend rules list` lists all", args.id));
    };
    let used_by = used_by(meta, &loaded);
    let custom = |key: &str| meta.custom.get(key).cloned().unwrap_or_default();
    let attack = known.attack(meta);
    let (positives, references) = (meta.false_positives.join("\n"), meta.references.join("\n"));
    let (tuning, analytic) = (custom("tuning"), custom("analytic"));
    let what: Vec<(&str, String)> = what.into_iter().map(|(heading, text)| (heading, safe(&text))).collect();
    let [description, positives, tuning, used_by, attack, analytic, references] =
        [&meta.description, &positives, &tuning, &used_by, &attack, &analytic, &references].map(|text| safe(text));
    let mut sections = vec![Section::new("What", &description)];
    sections.extend(what.iter().map(|(heading, text)| Section::new(heading, text)));
    sections.extend([
        Section::new("Known false positives", &positives),
        Section::new("Tuning", &tuning),
        Section::new("Used by", &used_by),
        Section::new("ATT&CK", &attack),
        Section::new("Follows", &analytic),
        Section::new("References", &references),
    ]);
    let level = meta.level.map_or("filter".to_owned(), |level| level.to_string());
    let name = meta.name.as_deref().map(|name| format!("{name}, ")).unwrap_or_default();
    let heading = format!("{} ({level}; {name}{})", meta.title, meta.id);
    Ok((layout(&safe(&heading), &sections, terminal::width(None), terminal::colour(args.color)), Outcome::Clean))
}

struct Known {
    mapping: Mapping,
    techniques: Techniques,
    wording: Wording,
}

impl Known {
    /// A line for each kind of record, with where the rule's fields stand in it.
    fn looks_at(&self, rule: &Rule) -> String {
        let mut lines = vec![format!("log source: {}", list::source(&rule.source))];
        let classes = if rule.source.category.is_some() { self.mapping.classes_for(&rule.source) } else { Vec::new() };
        if classes.is_empty() {
            let places = self.mapping.places(&rule.source);
            lines.push(format!("channels: {}", places.join(", ")));
        }
        let fields = words::fields(&rule.detection);
        for class in classes {
            lines.push(self.class(class, &rule.source, fields.iter().map(String::as_str)));
        }
        lines.join("\n")
    }

    fn class<'f>(&self, class: &Class, source: &LogSource, fields: impl Iterator<Item = &'f str>) -> String {
        let mut parts = Vec::new();
        let mut missing = Vec::new();
        let sources = self.mapping.fields(class);
        for field in fields {
            if [&*self.wording.ancestor_image, &*self.wording.ancestor_command].contains(&field) {
                continue;
            }
            let known = class.known.is_empty() || class.known.iter().any(|it| it.eq_ignore_ascii_case(field));
            match sources.get(field) {
                Some(FieldSource::Native(name)) => parts.push(format!("{field} = {name}")),
                Some(made) => {
                    let names: Vec<&str> = made.natives().collect();
                    parts.push(format!("{field} from {}", names.join(" and ")));
                }
                None if known && class.dialect == ddefend_event::Dialect::Windows => {}
                None => missing.push(field.to_owned()),
            }
        }
        let events: Vec<_> = class.event_id.iter().map(ToString::to_string).collect();
        let events = if events.is_empty() { class.action.join(", ") } else { format!("event {}", events.join(", ")) };
        let mut line = format!("{}: {} {events}", class.id, class.channel.join(" or "));
        if !parts.is_empty() {
            line.push_str(&format!("; {}", parts.join(", ")));
        }
        if !missing.is_empty() {
            line.push_str(&format!("; not there: {}", missing.join(", ")));
        }
        let _ = source;
        line
    }

    fn attack(&self, meta: &Meta) -> String {
        let name = |id: &String| match self.techniques.current(id) {
            Some((current, name)) if current == id => format!("{id} {name}"),
            Some((current, name)) => format!("{id}, now {current} {name}"),
            None => id.clone(),
        };
        let mut lines: Vec<String> = meta.techniques.iter().map(name).collect();
        for (key, heading) in [("detection-strategy", "detection strategy"), ("analytic-id", "analytic")] {
            lines.extend(meta.custom.get(key).map(|id| format!("{heading} {id}")));
        }
        lines.join("\n")
    }
}

fn joins(correlation: &Correlation, loaded: &Loaded) -> String {
    let set = &loaded.set;
    let name = |meta: &Meta| format!("{} ({})", meta.title, meta.name.as_deref().unwrap_or(&meta.id));
    let mut lines: Vec<String> = correlation
        .members
        .iter()
        .filter_map(|member| match member.feed {
            Feed::Rule(index) => set.rules.get(index).map(|rule| name(&rule.meta)),
            Feed::Correlation(index) => set.correlations.get(index).map(|it| name(&it.meta)),
        })
        .collect();
    lines.push(format!("kind: {:?}; within {} seconds", correlation.kind, correlation.timespan));
    if !correlation.group_by.is_empty() {
        let fields: Vec<&str> = correlation.group_by.iter().map(|field| &**field).collect();
        lines.push(format!("with the same {}", fields.join(" and ")));
    }
    lines.join("\n")
}

/// Correlations that the rule feeds, and filters that take matches away from it.
fn used_by(meta: &Meta, loaded: &Loaded) -> String {
    let set = &loaded.set;
    let feeds = |feed: &Feed| match *feed {
        Feed::Rule(index) => set.rules.get(index).is_some_and(|rule| rule.meta.id == meta.id),
        Feed::Correlation(index) => set.correlations.get(index).is_some_and(|it| it.meta.id == meta.id),
    };
    let fed = set.correlations.iter().filter(|it| it.members.iter().any(|member| feeds(&member.feed)));
    let mut lines: Vec<String> =
        fed.map(|it| format!("correlation {}", it.meta.name.as_deref().unwrap_or(&it.meta.id))).collect();
    let named = |rule: &String| *rule == meta.id || Some(rule) == meta.name.as_ref();
    let filters = loaded.filters.iter().filter(|it| it.rules.iter().any(named));
    lines.extend(filters.map(|it| {
        let name = it.meta.name.as_deref().unwrap_or(&it.meta.id);
        let default = it.meta.custom.get("default").map(|state| format!(", {state} by default")).unwrap_or_default();
        format!("filter {name}{default}")
    }));
    lines.join("\n")
}
