//! Fields of every vendor under Sigma's names, and values in Sysmon's spelling.

use crate::Literal;
use crate::literal::Kind;
use ddefend_event::{Dialect, FieldText, Mapping, Transform};
use ddefend_rule::ir::{Piece, TextPattern};
use serde::Deserialize;
use std::collections::HashMap;

/// A vendor's names of a field (`content/catalog/fields.toml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// Names; case does not count.
    pub names: Vec<String>,
    /// Sigma's name.
    pub field: String,
    /// What part of it the vendor's field holds.
    #[serde(default)]
    pub part: Part,
    /// Tables, data models or categories where it means that; empty: everywhere.
    #[serde(default)]
    pub tables: Vec<String>,
}

/// What part of a Sigma field another vendor's field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// What stands behind the last `\`: a file's name, a registry value's.
    Name,
    /// A registry key, without the value's name behind it.
    Key,
    /// The data of a registry value, a number in whatever spelling.
    Data,
    /// An MD5 among `Hashes`.
    Md5,
    /// A SHA-1.
    Sha1,
    /// A SHA-256.
    Sha256,
    /// An import hash.
    Imphash,
    /// What a transform makes of it.
    #[serde(skip)]
    Made(Transform),
}

/// Names of all vendors.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Table in lower case (empty: everywhere), native name in lower case.
    known: HashMap<(String, String), (Box<str>, Part)>,
}

/// Fields of Sigma whose values are registry paths.
const PATHS: &[&str] = &["TargetObject", "NewName"];

impl Names {
    /// The aliases, and what the mapping of Defender's tables and of ECS says.
    #[must_use]
    pub fn new(aliases: &[Alias], mapping: &Mapping) -> Self {
        let mut known = HashMap::new();
        for class in mapping.classes().iter().filter(|class| class.dialect != Dialect::Windows) {
            for (field, text) in &class.fields {
                for (native, part) in parts(text) {
                    for table in &class.channel {
                        let key = (table.to_ascii_lowercase(), native.to_ascii_lowercase());
                        known.entry(key).or_insert_with(|| (field.as_str().into(), part));
                        if class.dialect == Dialect::Ecs {
                            let key = (String::new(), native.to_ascii_lowercase());
                            known.entry(key).or_insert_with(|| (field.as_str().into(), part));
                        }
                    }
                }
            }
        }
        for alias in aliases {
            for name in &alias.names {
                let tables = if alias.tables.is_empty() { vec![String::new()] } else { alias.tables.clone() };
                for table in tables {
                    let key = (table.to_ascii_lowercase(), name.to_ascii_lowercase());
                    known.insert(key, (alias.field.as_str().into(), alias.part));
                }
            }
        }
        Self { known }
    }

    /// Sigma's name of a vendor's field in a table, and what part of it that is. Prefixes that only say where a field
    /// stands (`winlog.event_data.`, `Processes.`) do not count.
    #[must_use]
    pub fn field(&self, table: &str, name: &str) -> (Box<str>, Part) {
        let table = table.to_ascii_lowercase();
        let bare = name.strip_prefix("winlog.event_data.").or_else(|| name.strip_prefix("EventData.")).unwrap_or(name);
        for name in [bare, bare.rsplit_once('.').map_or(bare, |(_, last)| last)] {
            let native = name.to_ascii_lowercase();
            let found = self.known.get(&(table.clone(), native.clone()));
            if let Some(found) = found.or_else(|| self.known.get(&(String::new(), native))) {
                return found.clone();
            }
        }
        (bare.into(), Part::Whole)
    }

    /// A test of a vendor's field against a pattern as a literal of Sigma's.
    #[must_use]
    pub fn pattern(&self, table: &str, name: &str, pattern: &TextPattern) -> Literal {
        let (field, part) = self.field(table, name);
        let pattern = whole(part, pattern);
        spelled(Literal::of_pattern(&field, &pattern))
    }

    /// A test that is no pattern.
    #[must_use]
    pub fn other(&self, table: &str, name: &str, kind: Kind, value: &str) -> Literal {
        Literal::new(self.field(table, name).0, kind, value)
    }
}

/// Registry hives as Sysmon abbreviates them. Data stay as a Sigma rule writes them: `DWORD (00000001)` is not Sysmon's
/// spelling, so a rule that asks for it asks for something else.
#[must_use]
pub(crate) fn spelled(mut literal: Literal) -> Literal {
    let text = !matches!(literal.kind, Kind::RegexMatch | Kind::Exists);
    if text
        && PATHS.contains(&&*literal.field)
        && let Some(path) = Transform::RegistryPath.apply(&[Some(&literal.value)])
    {
        literal.value = path.into();
    }
    literal
}

/// Native names of a field of the mapping with what part each is; others than these are left out.
fn parts(text: &FieldText) -> Vec<(&str, Part)> {
    let (from, with) = match text {
        FieldText::Name(name) => return vec![(name, Part::Whole)],
        FieldText::From { from, with } => (from, *with),
    };
    let part = |index: usize| match (with, index) {
        (Transform::FolderAndName | Transform::PathOrName, 0) => Some(Part::Whole),
        (Transform::FolderAndName | Transform::PathOrName, 1) | (Transform::BareName, 0) => Some(Part::Name),
        (Transform::LongRegistryValue, 0) => Some(Part::Key),
        (Transform::LongRegistryValue, 1) => Some(Part::Name),
        (Transform::DeletedRegistryValue, 0 | 1) => Some(Part::Key),
        (Transform::DeletedRegistryValue, 2 | 3) => Some(Part::Name),
        (Transform::DefenderRegistryData | Transform::EcsRegistryData, 0) => Some(Part::Data),
        (Transform::Account, 1) => Some(Part::Name),
        (Transform::Hashes, 0) => Some(Part::Md5),
        (Transform::Hashes, 1) => Some(Part::Sha1),
        (Transform::Hashes, 2) => Some(Part::Sha256),
        (Transform::Hashes, 3) => Some(Part::Imphash),
        (Transform::Same | Transform::First | Transform::RegistryPath | Transform::LongRegistryKey, _) => {
            Some(Part::Whole)
        }
        (made, 0) if made.inputs() == Some(1) => Some(Part::Made(made)),
        _ => None,
    };
    from.iter().enumerate().filter_map(|(index, name)| Some((name.as_str(), part(index)?))).collect()
}

/// The pattern that the whole field must fit where a part of it fits this one.
fn whole(part: Part, pattern: &TextPattern) -> TextPattern {
    let literal = match pattern.pieces.as_slice() {
        [Piece::Literal(text)] => Some(&**text),
        _ => None,
    };
    let text = |text: &str| TextPattern { pieces: vec![Piece::Literal(text.into())] };
    let hash = |name: &str| wrapped(&[Piece::Any, Piece::Literal(name.into())], pattern, &[Piece::Any]);
    match part {
        Part::Whole => pattern.clone(),
        Part::Name => wrapped(&[Piece::Any, Piece::Literal("\\".into())], pattern, &[]),
        Part::Key => wrapped(&[], pattern, &[Piece::Literal("\\".into()), Piece::Any]),
        Part::Data => literal
            .and_then(|value| Transform::EcsRegistryData.apply(&[Some(value), None]))
            .map_or_else(|| pattern.clone(), |data| text(&data)),
        Part::Made(with) => {
            literal.and_then(|value| with.apply(&[Some(value)])).map_or_else(|| pattern.clone(), |made| text(&made))
        }
        Part::Md5 => hash("MD5="),
        Part::Sha1 => hash("SHA1="),
        Part::Sha256 => hash("SHA256="),
        Part::Imphash => hash("IMPHASH="),
    }
}

/// Pieces around a pattern; none where it already is open at that end.
fn wrapped(before: &[Piece], pattern: &TextPattern, behind: &[Piece]) -> TextPattern {
    let mut pieces = Vec::new();
    let open = |end: Option<&Piece>| end == Some(&Piece::Any);
    if !open(pattern.pieces.first()) {
        pieces.extend_from_slice(before);
    }
    let inner = pattern.pieces.iter();
    let behind = if open(pattern.pieces.last()) { &[] } else { behind };
    for piece in inner.chain(behind) {
        match (pieces.last_mut(), piece) {
            (Some(Piece::Literal(last)), Piece::Literal(next)) => *last = format!("{last}{next}").into(),
            (Some(Piece::Any), Piece::Any) => {}
            _ => pieces.push(piece.clone()),
        }
    }
    TextPattern { pieces }
}
