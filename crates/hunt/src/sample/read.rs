use ddefend_event::Dialect;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// Samples of one rule: what stands in `X.samples.yml` beside `X.yml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Families of records in which the rule is claimed to work: what the ids of mapping classes begin with (`sysmon`,
    /// `security`, `defender`, `ecs`), or `windows` for other records of Windows.
    pub schemas: Vec<String>,
    /// Samples that the rule must fire on, then those that it must stay silent on.
    pub samples: Vec<Sample>,
}

/// One sample: a record, or several in the order of their times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What it shows.
    pub name: String,
    /// True where the rule must fire on it.
    pub fires: bool,
    /// Families that it is for, where not all that the rule claims.
    pub schemas: Option<Vec<String>>,
    /// Its records.
    pub records: Vec<SampleRecord>,
}

/// A record of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRecord {
    /// What kind it is.
    pub stands: Stands,
    /// Seconds after the first moment of the sample.
    pub at: i64,
    /// Fields with their values: Sigma's names where the kind is a category, native ones else.
    pub fields: Vec<(String, Vec<String>)>,
}

/// How a sample says what kind a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// A Sigma category; the family chooses the class.
    Category(String),
    /// A class of the mappings.
    Class(String),
    /// A kind that no class describes.
    Raw(RawKind),
}

/// A kind of record that no class of the mappings describes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawKind {
    /// Whose names.
    #[serde(default = "windows")]
    pub dialect: Dialect,
    /// Channel, or table.
    pub channel: String,
    /// Provider.
    #[serde(default)]
    pub provider: String,
    /// Event id.
    #[serde(default)]
    pub event_id: u32,
    /// Action.
    #[serde(default)]
    pub action: String,
}

const fn windows() -> Dialect {
    Dialect::Windows
}

/// Why samples cannot be read or made into records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleError(pub String);

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SampleError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    schemas: Vec<String>,
    #[serde(default)]
    fires: Vec<Entry>,
    #[serde(default)]
    silent: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    schemas: Option<Vec<String>>,
    sequence: Option<Vec<Row>>,
    category: Option<String>,
    class: Option<String>,
    record: Option<RawKind>,
    fields: Option<BTreeMap<String, Values>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    category: Option<String>,
    class: Option<String>,
    record: Option<RawKind>,
    #[serde(default)]
    at: i64,
    fields: BTreeMap<String, Values>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(Scalar),
    Many(Vec<Scalar>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Bool(bool),
    Int(i64),
    Text(String),
}

impl Scalar {
    fn text(self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Text(value) => value,
        }
    }
}

impl Samples {
    /// Reads a file of samples.
    ///
    /// # Errors
    /// Where it is no YAML or does not have the shape; the message says where.
    pub fn read(text: &str) -> Result<Self, SampleError> {
        let file: File = yaml_serde::from_str(text).map_err(|error| SampleError(error.to_string()))?;
        let fires = file.fires.into_iter().map(|entry| entry.sample(true));
        let samples = fires.chain(file.silent.into_iter().map(|entry| entry.sample(false)));
        Ok(Self { schemas: file.schemas, samples: samples.collect::<Result<_, _>>()? })
    }
}

impl Entry {
    fn sample(self, fires: bool) -> Result<Sample, SampleError> {
        let Self { name, schemas, sequence, category, class, record, fields } = self;
        let rows = match (sequence, fields) {
            (Some(rows), None) => rows,
            (None, Some(fields)) => vec![Row { category, class, record, at: 0, fields }],
            _ => return Err(SampleError(format!("'{name}' needs either fields or a sequence"))),
        };
        let records = rows.into_iter().map(|row| row.record(&name)).collect::<Result<Vec<_>, _>>()?;
        Ok(Sample { name, fires, schemas, records })
    }
}

impl Row {
    fn record(self, name: &str) -> Result<SampleRecord, SampleError> {
        let stands = match (self.category, self.class, self.record) {
            (Some(category), None, None) => Stands::Category(category),
            (None, Some(class), None) => Stands::Class(class),
            (None, None, Some(raw)) => Stands::Raw(raw),
            _ => return Err(SampleError(format!("a record of '{name}' needs one of category, class and record"))),
        };
        let values = |values| match values {
            Values::One(one) => vec![one.text()],
            Values::Many(many) => many.into_iter().map(Scalar::text).collect(),
        };
        let fields = self.fields.into_iter().map(|(field, given)| (field, values(given))).collect();
        Ok(SampleRecord { stands, at: self.at, fields })
    }
}

/// What SigmaHQ's `regression_data` says in an `info.yml`: rules, and logs beside it on which they must fire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regression {
    /// Ids of rules.
    pub rules: Vec<String>,
    /// Names of logs; only the last part counts.
    pub logs: Vec<String>,
}

#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    rule_metadata: Vec<InfoRule>,
    #[serde(default)]
    regression_tests_info: Vec<InfoTest>,
}

#[derive(Deserialize)]
struct InfoRule {
    id: String,
}

#[derive(Deserialize)]
struct InfoTest {
    path: String,
}

impl Regression {
    /// Reads an `info.yml`.
    ///
    /// # Errors
    /// Where it is no YAML or does not have the shape.
    pub fn read(text: &str) -> Result<Self, SampleError> {
        let info: Info = yaml_serde::from_str(text).map_err(|error| SampleError(error.to_string()))?;
        Ok(Self {
            rules: info.rule_metadata.into_iter().map(|rule| rule.id).collect(),
            logs: info.regression_tests_info.into_iter().map(|test| test.path).collect(),
        })
    }
}
