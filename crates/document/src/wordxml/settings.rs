//! Document settings that make fields fire, load something or hold text for fields: `w:settings` and `w:webSettings`
//! (ISO 29500-1 17.15), `w:docPr` of Word 2003 XML.

use super::story::is_true;
use ddefend_container::Sink;
use ddefend_container::xml::{Element, Event, Source, Xml};
use ddefend_model::{Link, LinkKind, Location, PartPath, Trigger};

/// What settings say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Fields update at open (17.15.1.90).
    pub(crate) update_fields: bool,
    /// Document variables: name and value.
    pub(crate) variables: Vec<(String, String)>,
    /// The mail merge, where there is one.
    pub(crate) merge: Option<MailMerge>,
    /// Attached template and frame sources that are named in the settings themselves (Word 2003 XML).
    pub(crate) loaders: Vec<(LinkKind, String, Location)>,
}

/// A mail merge, 17.14.20.
#[derive(Clone, Debug, Default)]
pub(crate) struct MailMerge {
    location: Location,
    data_type: String,
    connect: Option<String>,
    query: Option<String>,
    /// Relationship id of the data source, or (Word 2003 XML) its path.
    pub(crate) source: Option<String>,
}

/// How many variables are kept.
const VARIABLES: usize = 1000;

impl Settings {
    /// Reads one part into what is known so far.
    pub(crate) fn read(&mut self, source: &Source<'_>, sink: &mut dyn Sink) {
        let mut xml = Xml::new(source);
        while let Some(event) = xml.next(sink) {
            if let Event::Start(element) = event {
                self.element(&element, xml.open_elements());
            }
        }
    }

    /// Takes notice of one element. `open` are the names of the open elements, its own included.
    pub(crate) fn element(&mut self, element: &Element<'_>, open: &[&str]) {
        let value = || element.attribute("val");
        let inside = |name: &str| open.contains(&name);
        match element.local() {
            "updateFields" => self.update_fields |= value().is_none_or(|value| is_true(&value)),
            "docVar" if self.variables.len() < VARIABLES => {
                if let (Some(name), Some(value)) = (element.attribute("name"), value()) {
                    self.variables.push((name, value));
                }
            }
            "mailMerge" => {
                let location = place(element, "w:mailMerge");
                self.merge.get_or_insert_with(|| MailMerge { location, ..MailMerge::default() });
            }
            "attachedTemplate" => self.loader(LinkKind::RemoteTemplate, value(), place(element, "w:attachedTemplate")),
            "sourceFileName" if inside("frame") => {
                self.loader(LinkKind::RemoteFrame, value(), place(element, "w:sourceFileName"));
            }
            local if inside("mailMerge") => {
                let Some(merge) = self.merge.as_mut() else { return };
                match local {
                    "dataType" => merge.data_type = value().unwrap_or_default(),
                    "connectString" => merge.connect = value(),
                    "query" => merge.query = value(),
                    "dataSource" => merge.source = element.attribute("id").or_else(value),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn loader(&mut self, kind: LinkKind, target: Option<String>, location: Location) {
        if let Some(target) = target.filter(|target| !target.trim().is_empty()) {
            self.loaders.push((kind, target, location));
        }
    }

    /// The mail merge as a link where its data come through DDE. ECMA-376-4 2.18.59: `spreadsheet`, `database` and
    /// `query` are connected through the DDE system; Word starts the application that serves the file.
    pub(crate) fn merge_link(
        &self,
        carrier: &'static str,
        part: &PartPath,
        resolve: impl Fn(&str) -> Option<String>,
    ) -> Option<Link> {
        let merge = self.merge.as_ref()?;
        let service = match merge.data_type.trim().to_ascii_lowercase().as_str() {
            "spreadsheet" => "Excel",
            "database" => "MSAccess",
            "query" => "MSQuery",
            _ => return None,
        };
        let mut link = Link::new(LinkKind::MailMerge, carrier, part.clone(), merge.location.clone());
        link.service = Some(service.to_owned());
        link.topic.clone_from(&merge.connect);
        link.item.clone_from(&merge.query);
        link.target = merge.source.as_deref().and_then(resolve);
        link.trigger = Trigger::Open;
        link.raw = [Some(&merge.data_type), merge.connect.as_ref(), merge.query.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        Some(link)
    }

    /// Loaders that the settings name themselves, as links.
    pub(crate) fn loader_links(&self, carrier: &'static str, part: &PartPath) -> Vec<Link> {
        let link = |(kind, target, location): &(LinkKind, String, Location)| {
            let mut link = Link::new(*kind, carrier, part.clone(), location.clone());
            link.raw.clone_from(target);
            link.target = Some(target.clone());
            link.trigger = Trigger::Open;
            link
        };
        self.loaders.iter().map(link).collect()
    }
}

fn place(element: &Element<'_>, holder: &'static str) -> Location {
    Location { offset: Some(element.offset), ..Location::default() }.held_by(holder)
}
