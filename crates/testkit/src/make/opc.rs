//! OPC packages from parts and relationships.

use super::zip::{Item, Zip};

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

/// A package to write.
///
/// ```
/// use ddefend_testkit::make::opc::{Opc, DOCX};
/// let bytes = Opc::new()
///     .part("word/document.xml", DOCX, "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"/>")
///     .relate("", "officeDocument", "word/document.xml")
///     .build();
/// assert!(bytes.starts_with(b"PK"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Opc {
    parts: Vec<(String, String, Vec<u8>)>,
    relations: Vec<(String, String, String, bool)>,
    defaults: Vec<(String, String)>,
    overrides: Vec<(String, String)>,
    strict: bool,
}

/// Content type of a Word main part.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
/// Content type of an Excel main part.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
/// Content type of a PowerPoint main part.
pub const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml";

impl Opc {
    /// An empty package.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Relationship types of the Strict namespace.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Adds a part: name without leading `/`, content type (none where empty), content.
    #[must_use]
    pub fn part(mut self, name: &str, content_type: &str, data: impl Into<Vec<u8>>) -> Self {
        self.parts.push((name.to_owned(), content_type.to_owned(), data.into()));
        self
    }

    /// Adds a relationship from the part `source` (the package where empty) of the kind `kind` (a last segment, or a
    /// whole URI) to a target as it is to be written. Ids count up per source: `rId1`, `rId2`, ...
    #[must_use]
    pub fn relate(mut self, source: &str, kind: &str, target: &str) -> Self {
        self.relations.push((source.to_owned(), kind.to_owned(), target.to_owned(), false));
        self
    }

    /// Adds a relationship with `TargetMode="External"`.
    #[must_use]
    pub fn relate_external(mut self, source: &str, kind: &str, target: &str) -> Self {
        self.relations.push((source.to_owned(), kind.to_owned(), target.to_owned(), true));
        self
    }

    /// Adds a `Default` claim.
    #[must_use]
    pub fn default_type(mut self, extension: &str, content_type: &str) -> Self {
        self.defaults.push((extension.to_owned(), content_type.to_owned()));
        self
    }

    /// Adds an `Override` claim beside those of the parts.
    #[must_use]
    pub fn override_type(mut self, name: &str, content_type: &str) -> Self {
        self.overrides.push((name.to_owned(), content_type.to_owned()));
        self
    }

    /// The items of the archive: change them to lie.
    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        let mut items = vec![Item::new("[Content_Types].xml", self.content_types())];
        let mut sources: Vec<&String> = Vec::new();
        for (source, ..) in &self.relations {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        for source in sources {
            let (folder, file) = source.rsplit_once('/').unwrap_or(("", source));
            let slash = if folder.is_empty() { "" } else { "/" };
            items.push(Item::new(&format!("{folder}{slash}_rels/{file}.rels"), self.relationships(source)));
        }
        items.extend(self.parts.iter().map(|(name, _, data)| Item::new(name, data.clone())));
        items
    }

    /// The bytes of an honest archive.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        Zip { items: self.items(), ..Zip::default() }.build()
    }

    /// `[Content_Types].xml`.
    #[must_use]
    pub fn content_types(&self) -> String {
        let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Types \
            xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
            <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
            <Default Extension=\"xml\" ContentType=\"application/xml\"/>"
            .to_owned();
        for (extension, content_type) in &self.defaults {
            xml += &format!("<Default Extension=\"{extension}\" ContentType=\"{content_type}\"/>");
        }
        let own = self.parts.iter().filter(|(_, content_type, _)| !content_type.is_empty());
        let own = own.map(|(name, content_type, _)| (name, content_type));
        for (name, content_type) in own.chain(self.overrides.iter().map(|(name, content_type)| (name, content_type))) {
            xml +=
                &format!("<Override PartName=\"/{}\" ContentType=\"{content_type}\"/>", name.trim_start_matches('/'));
        }
        xml + "</Types>"
    }

    /// The relationships part of one source.
    #[must_use]
    pub fn relationships(&self, source: &str) -> String {
        let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships \
            xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
            .to_owned();
        let base = if self.strict { "http://purl.oclc.org/ooxml/officeDocument/relationships/" } else { OFFICE };
        let own = self.relations.iter().filter(|(from, ..)| from == source);
        for (number, (_, kind, target, external)) in own.enumerate() {
            let kind = if kind.contains(':') { kind.clone() } else { format!("{base}{kind}") };
            let target = target.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
            let mode = if *external { " TargetMode=\"External\"" } else { "" };
            xml += &format!("<Relationship Id=\"rId{}\" Type=\"{kind}\" Target=\"{target}\"{mode}/>", number + 1);
        }
        xml + "</Relationships>"
    }
}
