use crate::Data;
use ddefend_event::Time;
use ddefend_model::Diagnostic;

/// The key of a value that was found in free cells and whose key is not known ([`Origin::Deleted`]).
pub const UNKNOWN_KEY: &str = "?";

/// Which part of the registry a key stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// `HKEY_LOCAL_MACHINE`; keys begin with `SOFTWARE\` or `SYSTEM\`. `HKEY_CLASSES_ROOT` of an export or a dump is
    /// `SOFTWARE\Classes` here: it is a merged view, and what is written to it goes here unless the user's half holds it.
    Machine,
    /// `HKEY_CURRENT_USER` of whoever the input belongs to; keys begin with `Software\`. `HKEY_CLASSES_ROOT` of a user's
    /// hive is `Software\Classes` here.
    User,
    /// `HKEY_USERS\<name>`: a security identifier, `.DEFAULT`, or the name that a hive was loaded under.
    Users(String),
    /// No registry: a file on the host, the key is its path. Made by the engine where a collected tree holds a file that
    /// a check looks for.
    Files,
}

/// One fact about the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The part of the registry.
    pub root: Root,
    /// The key below it, as written, without a backslash at either end. `CurrentControlSet` is what `Select\Current` says.
    pub key: String,
    /// What is said of it.
    pub fact: Fact,
    /// When the key was last written, where the input knows.
    pub written: Option<Time>,
    /// Where it stands.
    pub place: Place,
    /// How it came to be read.
    pub origin: Origin,
}

/// What is said of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It exists.
    Key,
    /// It has a value; the name of the default value is empty.
    Value {
        /// The name, as written.
        name: String,
        /// The data.
        data: Data,
    },
    /// A value is taken away: `"name"=-` in .reg, `**del.name` in a policy file ("explicitly not configured").
    ValueRemoved {
        /// The name.
        name: String,
    },
    /// All values are taken away (`**delvals.`).
    ValuesRemoved,
    /// The key is taken away with all below it: `[-key]`, `**deletekeys`.
    KeyRemoved,
}

/// Where in the input something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Not known.
    #[default]
    Unknown,
    /// Byte offset in the file.
    Offset(u64),
    /// Line, counted from 1.
    Line(u64),
}

/// How something came to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// It stands in the input.
    Written,
    /// It stands in a transaction log and would be lost without it.
    Log,
    /// It was found in cells that are free: it was there once.
    Deleted,
}

/// What silence of an input means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// What is not in it below these keys does not exist: a hive (its mount point), an export (its keys).
    Whole(Vec<(Root, String)>),
    /// It says what is set and taken away; of the rest it says nothing: policies, .reg files made to be merged.
    Changes,
}

/// What kind of statement an input makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// The registry as it was.
    State,
    /// What a policy will write on the machines that it is for.
    Policy,
}

/// What an input says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Format.
    pub format: Format,
    /// What silence means.
    pub coverage: Coverage,
    /// What kind of statement.
    pub intent: Intent,
    /// Whose it is: a security identifier or user name, where the input says so.
    pub user: Option<String>,
    /// The computer, where the input says so.
    pub host: Option<String>,
    /// The group policy's or baseline's name, where it is one.
    pub policy: Option<String>,
}

/// Every format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A hive (regf), with its transaction logs.
    Hive,
    /// `Windows Registry Editor Version 5.00` or `REGEDIT4`.
    Reg,
    /// `registry.pol` ([MS-GPREG]).
    Pol,
    /// Text of LGPO.exe.
    Lgpo,
    /// Policy Analyzer's `.PolicyRules`.
    PolicyRules,
    /// `gpreport.xml` of a group policy backup.
    GpReport,
    /// `gpresult /x`: what was applied.
    GpResult,
    /// `Registry.xml` of group policy preferences.
    Gpp,
    /// Output of `reg query`.
    RegQuery,
    /// JSON of PowerShell, osquery or Velociraptor.
    Json,
    /// CSV of PowerShell, osquery, Velociraptor or RECmd.
    Csv,
    /// `Get-MpPreference | ConvertTo-Json`.
    MpPreference,
}

impl Format {
    /// The word used in every output and for `--input-format`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hive => "hive",
            Self::Reg => "reg",
            Self::Pol => "pol",
            Self::Lgpo => "lgpo",
            Self::PolicyRules => "policyrules",
            Self::GpReport => "gpreport",
            Self::GpResult => "gpresult",
            Self::Gpp => "gpp",
            Self::RegQuery => "reg-query",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::MpPreference => "mppreference",
        }
    }
}

/// Takes what a reader finds, in the order of the input.
pub trait Sink {
    /// One fact. False ends the reading (a limit was hit).
    fn entry(&mut self, entry: Entry) -> bool;

    /// Something that could not be read, or is worth knowing.
    fn diagnostic(&mut self, diagnostic: Diagnostic);
}
