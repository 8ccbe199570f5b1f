use ddefend_model::Level;
use serde::Deserialize;

/// `content/memory.toml`: which modules do not belong, which command lines are of interest, how bad hits are. The two
/// lists that other parts of the content own are filled in by whoever loads it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Names of Office programs, lower case (`content/triage.toml`).
    #[serde(default)]
    pub office: Vec<String>,
    /// Ends of paths of modules that Office has no use for: `SuspiciousDLLList`, the organisation's or the shipped one.
    #[serde(default)]
    pub suspicious_modules: Vec<String>,
    /// How bad such a module is.
    pub suspicious_level: Level,
    /// What is said of it.
    pub suspicious_why: String,
    /// How bad a module with the name of a library of Windows from another folder is.
    pub stand_in_level: Level,
    /// What is said of it.
    pub stand_in_why: String,
    /// Names of libraries of Windows, lower case.
    pub stand_in_names: Vec<String>,
    /// Patterns of the folders of Windows.
    pub windows_folders: Vec<String>,
    /// Where modules come from.
    pub place: Vec<ModulePlace>,
    /// Programs whose command lines are looked for.
    pub commands: CommandWords,
    /// How bad a command line is.
    pub command: Vec<CommandLevel>,
    /// Levels of the other kinds of hits.
    pub hits: HitLevels,
}

/// A kind of folder that modules come from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModulePlace {
    /// Patterns of paths.
    pub paths: Vec<String>,
    /// Patterns of paths that are not meant.
    #[serde(default)]
    pub not: Vec<String>,
    /// How bad.
    pub level: Level,
    /// What is said.
    pub why: String,
}

/// Words of command lines.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandWords {
    /// Programs, lower case, without extension.
    pub programs: Vec<String>,
    /// Parts of arguments, lower case, one of which has to follow.
    pub arguments: Vec<String>,
}

/// How bad a command line with certain tags is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandLevel {
    /// Tags, one of which has to be there; none: always.
    pub any: Vec<String>,
    /// How bad.
    pub level: Level,
}

/// Levels of hits that are not judged by what they would run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HitLevels {
    /// A command of the case.
    pub case_level: Level,
    /// An address near another hit.
    pub url_level: Level,
    /// A keyword alone.
    pub keyword_level: Level,
    /// An instruction to an unknown server without anything that shows that it is one.
    pub loose_level: Level,
}

/// A command of the case that is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseCommand {
    /// Whose it is: a finding's id and place, for [`ddefend_model::memory::MemoryHit::of`].
    pub of: String,
    /// The command line.
    pub text: String,
}

/// Most of what is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hits that are listed; further ones are counted.
    pub hits: usize,
    /// Modules that are read of a dump.
    pub modules: usize,
    /// Memory ranges that are read of a dump.
    pub ranges: usize,
    /// Characters of a text that are looked at on each side of where it was found.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hits: 500, modules: 8_192, ranges: 1 << 18, text: 4_096 }
    }
}

/// True where `text` has the pattern, without case; `*` stands for any text, `?` for one character. Linear in the
/// length of both for each `*`.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut p, mut t) = (0_usize, 0_usize);
    let mut again: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), text.get(t)) {
            (Some('*'), _) => {
                again = Some((p, t));
                p = p.saturating_add(1);
            }
            (Some(want), Some(have)) if *want == '?' || want == have => {
                p = p.saturating_add(1);
                t = t.saturating_add(1);
            }
            _ => match &mut again {
                Some((star, from)) => {
                    *from = from.saturating_add(1);
                    (p, t) = (star.saturating_add(1), *from);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|c| *c == '*')
}
