//! Which rules no record that was read could have made fire, and why: no such log, no such event id, or a field that such
//! records never have.

use ddefend_event::{FieldSource, Key, LogSource, Mapping, native};
use ddefend_model::Unreachable;
use ddefend_rule::ir::{Expr, Piece, Predicate, Rule, Test};
use std::collections::BTreeSet;

/// Rules that could not have fired on records of these kinds. `deferred` are fields that the run adds itself. A rule is only
/// told of where that is certain: what the mapping does not know counts as there.
#[must_use]
pub fn unreachable(rules: &[Rule], keys: &BTreeSet<Key>, mapping: &Mapping, deferred: &[&str]) -> Vec<Unreachable> {
    let keys: Vec<Key> = keys.iter().cloned().collect();
    let why = |rule: &Rule| Asking { rule, mapping, deferred }.why(&keys);
    let told =
        |rule: &Rule| Some(Unreachable { id: rule.meta.id.clone(), title: rule.meta.title.clone(), why: why(rule)? });
    rules.iter().filter_map(told).collect()
}

struct Asking<'a> {
    rule: &'a Rule,
    mapping: &'a Mapping,
    deferred: &'a [&'a str],
}

/// What a kind of record lacks.
enum Lack {
    Field(Box<str>),
    Event,
}

impl Asking<'_> {
    fn why(&self, keys: &[Key]) -> Option<String> {
        let source = &self.rule.source;
        let mut first = None;
        let mut covered = false;
        for key in keys.iter().filter(|key| self.mapping.covers(key, source)) {
            covered = true;
            let mut lack = None;
            if self.can(&self.rule.detection, key, &mut lack) {
                return None;
            }
            first = first.or(lack);
        }
        if !covered {
            let places = self.mapping.places(source);
            let needs = if places.is_empty() { String::new() } else { format!(": it is in {}", places.join(", ")) };
            return Some(format!("no record of {} was read{needs}", words(source)));
        }
        Some(match first {
            Some(Lack::Field(field)) => format!("the field {field} is never in the records that were read"),
            _ => "no record with an event id that it asks for was read".to_owned(),
        })
    }

    /// False where the detection cannot hold of such records.
    fn can(&self, expr: &Expr, key: &Key, lack: &mut Option<Lack>) -> bool {
        match expr {
            Expr::And(parts) => parts.iter().all(|part| self.can(part, key, lack)),
            // An empty one is never true, whatever was read: that is no lack of records.
            Expr::Or(parts) => parts.is_empty() || parts.iter().any(|part| self.can(part, key, lack)),
            Expr::AtLeast(count, parts) => {
                let possible = parts.iter().filter(|part| self.can(part, key, lack)).count();
                possible >= usize::try_from(*count).unwrap_or(usize::MAX)
            }
            Expr::Not(_) => true,
            Expr::Is(predicate) => self.may(predicate, key, lack),
        }
    }

    fn may(&self, Predicate { field, test }: &Predicate, key: &Key, lack: &mut Option<Lack>) -> bool {
        let Some(field) = field else { return true };
        let absent_will_do = matches!(test, Test::Null | Test::Exists(false));
        if absent_will_do || self.deferred.iter().any(|deferred| deferred.eq_ignore_ascii_case(field)) {
            return true;
        }
        if self.mapping.has(key, &self.rule.source, field) == Some(false) {
            lack.get_or_insert_with(|| Lack::Field(field.clone()));
            return false;
        }
        if self.other_event(field, test, key) {
            lack.get_or_insert(Lack::Event);
            return false;
        }
        true
    }

    /// True where the test asks for another event id than the kind's.
    fn other_event(&self, field: &str, test: &Test, key: &Key) -> bool {
        let Test::Text { pattern, .. } = test else { return false };
        let [Piece::Literal(wanted)] = pattern.pieces.as_slice() else { return false };
        let place = self.mapping.resolve(key, &self.rule.source, field);
        let is_id = matches!(place, FieldSource::Native(name) if name.eq_ignore_ascii_case(native::EVENT_ID));
        is_id && key.event_id != 0 && wanted.parse() != Ok(key.event_id)
    }
}

/// `product windows, category registry_set`.
fn words(source: &LogSource) -> String {
    let parts = [("product", &source.product), ("category", &source.category), ("service", &source.service)];
    let part = |(name, value): (&str, &Option<Box<str>>)| value.as_ref().map(|value| format!("{name} {value}"));
    parts.into_iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ddefend_event::{Dialect, Tables};
    use ddefend_rule::ir::{Meta, TextPattern};

    const TABLES: &str = r#"
        service.security = ["Security"]
        service.dns-server = ["DNS Server"]
        [[class]]
        id = "security-4688"
        dialect = "windows"
        channel = ["Security"]
        event_id = [4688]
        category = ["process_creation"]
        known = ["NewProcessName"]
        fields.Image = "NewProcessName"
    "#;

    fn is(field: &str, text: &str) -> Expr {
        let test = Test::Text { pattern: TextPattern { pieces: vec![Piece::Literal(text.into())] }, cased: false };
        Expr::Is(Predicate { field: Some(field.into()), test })
    }

    fn why(category: Option<&str>, service: Option<&str>, detection: Expr) -> Option<String> {
        let mapping = Mapping::new(vec![toml::from_str::<Tables>(TABLES).ok()?]).ok()?;
        let key = |event_id| Key {
            dialect: Dialect::Windows,
            channel: "Security".into(),
            provider: "".into(),
            event_id,
            action: "".into(),
        };
        let source = LogSource {
            category: category.map(Into::into),
            product: Some("windows".into()),
            service: service.map(Into::into),
        };
        let rule = Rule { meta: Meta::default(), source, detection, shown: true };
        let keys = BTreeSet::from([key(4688), key(4624)]);
        unreachable(&[rule], &keys, &mapping, &["AncestorImage"]).pop().map(|told| told.why)
    }

    #[test]
    fn only_what_is_certain_is_told() {
        let create = Some("process_creation");
        assert_eq!(why(create, None, is("Image", "x")), None);
        assert_eq!(why(create, None, is("AncestorImage", "x")), None);
        assert_eq!(why(create, None, Expr::Or(vec![is("Company", "x"), is("Image", "x")])), None);
        assert_eq!(why(create, None, Expr::Not(Box::new(is("Company", "x")))), None);
        assert_eq!(why(None, Some("security"), is("EventID", "4624")), None);
        assert_eq!(why(None, Some("security"), is("Whatever", "x")), None);
        let lacking = why(create, None, Expr::And(vec![is("Image", "x"), is("Company", "x")]));
        assert_eq!(lacking.as_deref(), Some("the field Company is never in the records that were read"));
        let lacking = why(create, None, Expr::AtLeast(2, vec![is("Image", "x"), is("Company", "x")]));
        assert_eq!(lacking.as_deref(), Some("the field Company is never in the records that were read"));
        let other = why(None, Some("security"), is("EventID", "4625"));
        assert_eq!(other.as_deref(), Some("no record with an event id that it asks for was read"));
        let none = why(Some("image_load"), None, is("Image", "x"));
        assert_eq!(none.as_deref(), Some("no record of product windows, category image_load was read"));
        let none = why(None, Some("dns-server"), is("Image", "x"));
        let text = "no record of product windows, service dns-server was read: it is in DNS Server";
        assert_eq!(none.as_deref(), Some(text));
    }
}
