//! OPC packages (ECMA-376 part 2) from parts and relationships, in a stored archive.

use super::zip::zip;
use std::collections::BTreeMap;

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// A package to write.
#[derive(Clone, Debug, Default)]
pub struct Package {
    parts: Vec<(String, String, Vec<u8>)>,
    relations: BTreeMap<String, Vec<(String, String)>>,
}

impl Package {
    /// Adds a part: name, content type, content.
    #[must_use]
    pub fn part(mut self, name: &str, kind: &str, data: impl Into<Vec<u8>>) -> Self {
        self.parts.push((name.to_owned(), kind.to_owned(), data.into()));
        self
    }

    /// Adds a relationship from a part (empty: the package), by the last step of its kind or the whole URI. Ids count up
    /// for each source from `rId1`.
    #[must_use]
    pub fn relate(mut self, source: &str, kind: &str, target: &str) -> Self {
        let kind = if kind.contains(':') { kind.to_owned() } else { format!("{OFFICE}{kind}") };
        self.relations.entry(source.to_owned()).or_default().push((kind, target.to_owned()));
        self
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut types = format!(
            "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
             ContentType=\"application/xml\"/>"
        );
        for (name, kind, _) in &self.parts {
            types += &format!("<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>");
        }
        let mut members = vec![("[Content_Types].xml".to_owned(), (types + "</Types>").into_bytes())];
        for (source, relations) in &self.relations {
            let (folder, file) = source
                .rsplit_once('/')
                .map_or((String::new(), source.as_str()), |(folder, file)| (format!("{folder}/"), file));
            let mut text =
                format!("{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
            for (number, (kind, target)) in (1..).zip(relations) {
                text += &format!("<Relationship Id=\"rId{number}\" Type=\"{kind}\" Target=\"{target}\"/>");
            }
            members.push((format!("{folder}_rels/{file}.rels"), (text + "</Relationships>").into_bytes()));
        }
        members.extend(self.parts.iter().map(|(name, _, data)| (name.clone(), data.clone())));
        zip(&members)
    }
}

/// Text as XML text or attribute value; characters that XML cannot hold are left out.
#[must_use]
pub fn escape(text: &str) -> String {
    let held = |letter: &char| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r');
    let text: String = text.chars().filter(held).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
