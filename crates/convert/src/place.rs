//! Where records of a log source stand in a target: tables, what tells them apart, and fields.

use crate::profile::{OwnClass, Profile, ServiceColumns};
use ddefend_event::{Class, FieldSource, Key, LogSource, Mapping};

/// One kind of records of a target.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) id: String,
    pub(crate) table: String,
    /// What such records are known by.
    pub(crate) filter: Vec<(String, Vec<String>)>,
    fields: Fields<'a>,
}

#[derive(Clone, Debug)]
enum Fields<'a> {
    Mapped { mapping: &'a Mapping, key: Key, source: LogSource },
    Own(&'a OwnClass),
    Service(&'a ServiceColumns),
    Sigma,
}

/// Ids of the kinds of records that a rule with that log source looks at in the target: what [`crate::row`] takes.
#[must_use]
pub fn place_ids(profile: &Profile, mapping: &Mapping, source: &LogSource) -> Vec<String> {
    places(profile, mapping, source).into_iter().map(|place| place.id).collect()
}

pub(crate) fn places<'a>(profile: &'a Profile, mapping: &'a Mapping, source: &LogSource) -> Vec<Place<'a>> {
    if source.product.as_deref().is_some_and(|product| !product.eq_ignore_ascii_case("windows")) {
        return Vec::new();
    }
    if profile.sigma {
        return source.category.as_deref().map(sigma_place).into_iter().collect();
    }
    let Some(category) = source.category.as_deref() else {
        return source.service.as_deref().map(|name| services(profile, mapping, name)).unwrap_or_default();
    };
    let serves = |class: &&OwnClass| class.category.iter().any(|known| known.eq_ignore_ascii_case(category));
    let own = profile.class.iter().filter(serves).filter(|_| source.service.is_none());
    let mut places: Vec<Place> = own.map(own_place).collect();
    let of_mapping = |class: &&Class| Some(class.dialect) == profile.dialect && profile.uses(&class.id);
    for class in mapping.classes_for(source).into_iter().filter(of_mapping) {
        places.push(mapped(profile, mapping, class, source));
    }
    places
}

/// The kind of records with that id, as a rule by one of its categories sees it.
pub(crate) fn place_of_id<'a>(profile: &'a Profile, mapping: &'a Mapping, id: &str) -> Option<Place<'a>> {
    if let Some(table) = id.strip_prefix(SIGMA).filter(|_| profile.sigma) {
        return Some(sigma_place(table));
    }
    if let Some(own) = profile.class.iter().find(|class| class.id == id) {
        return Some(own_place(own));
    }
    if let Some(channel) = id.strip_prefix(SERVICE) {
        return profile.service.as_ref().and_then(|service| service_place(service, channel));
    }
    let class = mapping.class_of_id(id).filter(|class| Some(class.dialect) == profile.dialect)?;
    let source =
        LogSource { category: class.category.first().map(|name| name.as_str().into()), ..LogSource::default() };
    Some(mapped(profile, mapping, class, &source))
}

const SERVICE: &str = "channel:";
const SIGMA: &str = "sigma:";

fn sigma_place(table: &str) -> Place<'static> {
    let name = table.replace('-', "_");
    Place { id: format!("{SIGMA}{table}"), table: name, filter: Vec::new(), fields: Fields::Sigma }
}

fn own_place(class: &OwnClass) -> Place<'_> {
    let filter = class.filter.iter().map(|(column, values)| (column.clone(), values.clone())).collect();
    Place { id: class.id.clone(), table: class.table.clone(), filter, fields: Fields::Own(class) }
}

fn mapped<'a>(profile: &Profile, mapping: &'a Mapping, class: &Class, source: &LogSource) -> Place<'a> {
    let channel = class.channel.first().cloned().unwrap_or_default();
    let key = Key {
        dialect: class.dialect,
        channel: channel.as_str().into(),
        provider: class.provider.as_deref().unwrap_or_default().into(),
        event_id: class.event_id.first().copied().unwrap_or_default(),
        action: class.action.first().map(String::as_str).unwrap_or_default().into(),
    };
    let table = profile.table.get(&class.id).or_else(|| profile.table.get("*")).unwrap_or(&channel).clone();
    let own = profile.filter.get(channel.as_str()).map(|columns| columns.iter()).into_iter().flatten();
    let mut filter: Vec<(String, Vec<String>)> = own.map(|(column, values)| (column.clone(), values.clone())).collect();
    match profile.filter.get(&class.id) {
        Some(own) => filter.extend(own.iter().map(|(column, values)| (column.clone(), values.clone()))),
        None => {
            if let Some(column) = profile.event_id.as_ref().filter(|_| !class.event_id.is_empty()) {
                filter.push((column.clone(), class.event_id.iter().map(ToString::to_string).collect()));
            }
            if let Some(column) = profile.action.as_ref().filter(|_| !class.action.is_empty()) {
                filter.push((column.clone(), class.action.clone()));
            }
        }
    }
    for when in mapping.conditions(&key, source) {
        filter.push((when.native.to_string(), when.values.iter().map(ToString::to_string).collect()));
    }
    let fields = Fields::Mapped { mapping, key, source: source.clone() };
    Place { id: class.id.clone(), table, filter, fields }
}

fn services<'a>(profile: &'a Profile, mapping: &Mapping, name: &str) -> Vec<Place<'a>> {
    let Some(service) = profile.service.as_ref() else { return Vec::new() };
    mapping.service_names(name).iter().filter_map(|channel| service_place(service, channel)).collect()
}

fn service_place<'a>(service: &'a ServiceColumns, channel: &str) -> Option<Place<'a>> {
    let table = service.table.get(channel).or_else(|| service.table.get("*"))?;
    let spelled = service.spelled.as_deref().unwrap_or("{}").replace("{}", channel);
    let filter = service.channel.iter().map(|column| (column.clone(), vec![spelled.clone()])).collect();
    Some(Place { id: format!("{SERVICE}{channel}"), table: table.clone(), filter, fields: Fields::Service(service) })
}

/// Names beside a record's data.
const HEAD: &[&str] = &[
    "EventID",
    "Channel",
    "Provider_Name",
    "Computer",
    "ComputerName",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "UserID",
    "Version",
    "EventRecordID",
];

impl Place<'_> {
    /// Values of a field that stands nowhere because every such record has one of them.
    pub(crate) fn known(&self, field: &str) -> Option<&[String]> {
        let Fields::Own(class) = &self.fields else { return None };
        let found = class.known.iter().find(|(name, _)| name.eq_ignore_ascii_case(field));
        found.map(|(_, values)| values.as_slice())
    }

    /// Where a Sigma field stands, in the target's columns; the reason where it stands nowhere.
    pub(crate) fn field(&self, profile: &Profile, field: &str) -> Result<FieldSource, String> {
        let nowhere = || format!("{} has no column for it", self.table);
        match &self.fields {
            Fields::Sigma => Ok(FieldSource::Native(field.into())),
            Fields::Own(class) => {
                let found = class.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(field));
                found.map(|(_, text)| text.into()).ok_or_else(nowhere)
            }
            Fields::Service(service) => {
                let named = service.column.iter().find(|(name, _)| name.eq_ignore_ascii_case(field));
                match named {
                    Some((_, column)) => Ok(FieldSource::Native(column.as_str().into())),
                    None if HEAD.iter().any(|name| name.eq_ignore_ascii_case(field)) => Err(nowhere()),
                    None => Ok(FieldSource::Native(service.field.replace("{}", field).into())),
                }
            }
            Fields::Mapped { mapping, key, source } => {
                if mapping.has(key, source, field) != Some(true) {
                    return Err(nowhere());
                }
                let found = match mapping.resolve(key, source, field) {
                    FieldSource::Native(name) => profile.column_of(&name).map(|name| FieldSource::Native(name.into())),
                    FieldSource::Made(transform, names) => {
                        let columns = names.iter().map(|name| profile.column_of(name).unwrap_or_default().into());
                        Some(FieldSource::Made(transform, columns.collect()))
                    }
                    FieldSource::Chained(_) => None,
                };
                found.ok_or_else(nowhere)
            }
        }
    }
}
