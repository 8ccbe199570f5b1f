//! The table beside the tests: what each row should say, written down apart from the content.

use ddefend_registry::{Data, Root};

/// One row of the reference table.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    /// One, empty, where the key has none.
    pub(crate) versions: Vec<&'static str>,
    pub(crate) layer: &'static str,
    key: &'static str,
    pub(crate) value: &'static str,
    kind: &'static str,
    secure: Vec<&'static str>,
    insecure: Vec<&'static str>,
    /// Outcome where nothing is set, with Click-to-Run and with Windows Installer.
    pub(crate) absent: [&'static str; 2],
}

pub(crate) fn rows() -> Vec<Row> {
    let lines = include_str!("rows.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.map(Row::new).collect()
}

impl Row {
    fn new(line: &'static str) -> Self {
        let fields: Vec<&'static str> = line.split('\t').collect();
        let [id, versions, layer, key, value, kind, secure, insecure, c2r, msi] =
            fields.as_slice().try_into().unwrap_or_else(|_| panic!("ten fields: {line}"));
        let several = |field: &'static str, cut: char| match field {
            "-" => Vec::new(),
            field => field.split(cut).collect(),
        };
        let mut versions = several(versions, ',');
        if versions.is_empty() {
            versions.push("");
        }
        let value = if value == "-" { "" } else { value };
        let (secure, insecure) = (several(secure, '|'), several(insecure, '|'));
        Self { id, versions, layer, key, value, kind, secure, insecure, absent: [c2r, msi] }
    }

    pub(crate) fn root(&self) -> Root {
        match self.key.split('\\').next() {
            Some("HKCU") => Root::User,
            Some("HKLM") => Root::Machine,
            _ => Root::Files,
        }
    }

    pub(crate) fn key(&self, version: &str) -> String {
        let (_, key) = self.key.split_once('\\').unwrap_or_default();
        key.replace("<ver>", version)
    }

    /// Several keys or names may stand at this place, so no key can stand in the place of the value.
    pub(crate) fn many(&self) -> bool {
        self.value.is_empty() || self.value.contains('\\') || self.key.contains("Location7")
    }

    pub(crate) fn of_file(&self) -> bool {
        self.kind == "file"
    }

    fn data(&self, word: &str) -> Data {
        if self.kind == "text" { Data::Sz(word.into()) } else { Data::Dword(word.parse().unwrap_or_default()) }
    }

    /// The data of that number among those that protect; none where nothing does.
    pub(crate) fn secure(&self, number: usize) -> Option<Data> {
        Some(self.data(self.secure.get(number % self.secure.len().max(1))?))
    }

    /// The data of that number among those that do not.
    pub(crate) fn insecure(&self, number: usize) -> Option<Data> {
        Some(self.data(self.insecure.get(number % self.insecure.len().max(1))?))
    }

    /// How many data protect, and how many do not.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.secure.len(), self.insecure.len())
    }

    /// Data of a type that is not read here; none where every type is.
    pub(crate) fn mistyped(&self) -> Option<Data> {
        match self.kind {
            "dword" => Some(Data::Sz(self.secure.first().or(self.insecure.first())?.to_string())),
            "text" if self.id != "ASR-EXCL" => Some(Data::Dword(1)),
            _ => None,
        }
    }
}
