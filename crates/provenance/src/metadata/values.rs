//! Names and values in a fixed order.

use ddefend_container::Sink;
use ddefend_container::xml::{Event, Source, Xml};
use ddefend_model::provenance::Metadata;

/// Every name in the order in which it is listed; names that are not here (`custom:...`) follow in the order of their
/// finding.
const ORDER: [&str; 27] = [
    "title",
    "subject",
    "creator",
    "last_modified_by",
    "created",
    "modified",
    "printed",
    "revision",
    "edit_minutes",
    "language",
    "keywords",
    "comments",
    "category",
    "template",
    "attached_template",
    "company",
    "manager",
    "application",
    "app_version",
    "generator",
    "code_page",
    "rsid",
    "rsid_count",
    "printer",
    "zip_times",
    "signature",
    "signer",
];
/// Values of one document.
const MOST: usize = 120;
/// Characters of one value.
const LONGEST: usize = 1_024;

/// Values that are being collected.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<(String, String)>);

impl Values {
    /// Adds a value; empty ones and those that were there already are left out.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if value.is_empty() || self.0.len() >= MOST {
            return;
        }
        let pair = (name.chars().take(256).collect(), value.chars().take(LONGEST).collect());
        if !self.0.contains(&pair) {
            self.0.push(pair);
        }
    }

    /// Adds a time: in the usual form where it can be read, as it stands otherwise.
    pub(super) fn add_time(&mut self, name: &str, value: &str) {
        let time = ddefend_event::Time::parse(value.trim());
        self.add(name, &time.map_or_else(|| value.to_owned(), |time| time.to_string()));
    }

    /// True where nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of a part.
    pub(super) fn finish(mut self, part: &str) -> Metadata {
        let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        self.0.sort_by_key(|(name, _)| place(name));
        Metadata { part: part.to_owned(), values: self.0 }
    }
}

/// Elements that are looked at in one part.
const ELEMENTS: u32 = 20_000;

/// Hands each element with its direct text and its attributes (local names) to `take`, in the order of their ends.
pub(super) fn elements(bytes: &[u8], sink: &mut dyn Sink, take: &mut dyn FnMut(&Seen)) {
    let source = Source::new(bytes, sink);
    let mut xml = Xml::new(&source);
    let mut open: Vec<Seen> = Vec::new();
    let mut count = 0_u32;
    while let Some(event) = xml.next(sink) {
        match event {
            Event::Start(element) => {
                count = count.saturating_add(1);
                if count > ELEMENTS {
                    return;
                }
                let attributes = element.attributes().take(32).map(|it| (it.local, it.value)).collect();
                let parent = open.last().map(|seen| seen.name.clone()).unwrap_or_default();
                open.push(Seen { name: element.local().to_owned(), parent, text: String::new(), attributes });
            }
            Event::Text { text, .. } => {
                if let Some(seen) = open.last_mut()
                    && seen.text.len() < 64 << 10
                {
                    seen.text.push_str(&text);
                }
            }
            Event::End(name) => {
                if let Some(seen) = open.pop_if(|seen| seen.name == name) {
                    take(&seen);
                }
            }
            _ => {}
        }
    }
}

/// An element that ended.
#[derive(Debug)]
pub(super) struct Seen {
    /// Local name.
    pub(super) name: String,
    /// Local name of the element around it.
    pub(super) parent: String,
    /// Its direct text.
    pub(super) text: String,
    attributes: Vec<(String, String)>,
}

impl Seen {
    /// An attribute by its local name.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(local, _)| local == name).map_or("", |(_, value)| value.as_str())
    }
}
