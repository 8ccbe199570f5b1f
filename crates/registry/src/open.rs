use crate::lines::Lines;
use crate::out::Out;
use crate::{About, Format, Input, Interest, Sink};
use crate::{dump, gp_report, gpp, hive, json, lgpo, mp_preference, pol, policy_rules, reg, reg_query, xml};
use ddefend_guard::Budget;
use ddefend_model::{Diagnostic, Location, PartPath, code};
use std::str::FromStr;

const FORMATS: [Format; 12] = [
    Format::Hive,
    Format::Reg,
    Format::Pol,
    Format::Lgpo,
    Format::PolicyRules,
    Format::GpReport,
    Format::GpResult,
    Format::Gpp,
    Format::RegQuery,
    Format::Json,
    Format::Csv,
    Format::MpPreference,
];

/// Bytes that are looked at to tell the format.
const HEAD: usize = 64 << 10;
/// The same of JSON, where one object may be long.
const JSON_HEAD: usize = 1 << 20;

/// The format, by content. The first bytes tell; none where it is no input of this crate.
#[must_use]
pub fn detect(input: &Input<'_>) -> Option<Format> {
    if hive::is(input.bytes) {
        return Some(Format::Hive);
    }
    if pol::is(input.bytes) {
        return Some(Format::Pol);
    }
    let head = head(input.bytes);
    if reg::is(&head) {
        return Some(Format::Reg);
    }
    if let Some(root) = xml::root(&head) {
        return match root {
            "PolicyRules" => Some(Format::PolicyRules),
            "GPO" => Some(Format::GpReport),
            // Of all policies of a domain; other reports have the same root.
            "report" if head.contains("www.microsoft.com/GroupPolicy/") => Some(Format::GpReport),
            "Rsop" => Some(Format::GpResult),
            "RegistrySettings" => Some(Format::Gpp),
            _ => None,
        };
    }
    if lgpo::is(&head) {
        return Some(Format::Lgpo);
    }
    if reg_query::is(&head) {
        return Some(Format::RegQuery);
    }
    if head.trim_start().starts_with(['{', '[']) {
        let bytes = input.bytes.get(..JSON_HEAD).unwrap_or(input.bytes);
        let objects = json::first(bytes, dump::LOOK);
        if objects.first().is_some_and(mp_preference::is) {
            return Some(Format::MpPreference);
        }
        return objects.iter().any(dump::is).then_some(Format::Json);
    }
    dump::is_csv(input.bytes.get(..HEAD).unwrap_or(input.bytes)).then_some(Format::Csv)
}

/// The first lines as text.
fn head(bytes: &[u8]) -> String {
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    let mut text = String::new();
    for line in Lines::new(bytes) {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}

/// Every format, in the order of [`Format`].
pub fn formats() -> impl Iterator<Item = Format> {
    FORMATS.into_iter()
}

/// The word for `--input-format` is none of [`formats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such format of registry data")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        formats().find(|format| format.as_str() == word).ok_or(UnknownFormat)
    }
}

/// Reads an input: facts about wanted keys go to the sink, in the order of the input. A key that is taken away is told
/// where something below it is wanted.
///
/// # Errors
/// A diagnostic where the input is none that is read, or its head is so broken that nothing of it can be.
pub fn read(
    input: &Input<'_>,
    format: Option<Format>,
    interest: &Interest,
    budget: &Budget,
    sink: &mut dyn Sink,
) -> Result<About, Box<Diagnostic>> {
    let unread = |message: &str| {
        let diagnostic =
            Diagnostic::new(code::UNREADABLE_FORMAT, PartPath::default(), Location::default(), message.to_owned());
        Err(Box::new(diagnostic))
    };
    let Some(format) = format.or_else(|| detect(input)) else {
        return unread("no hive, export, policy or dump of the registry");
    };
    let out = Out::new(interest, budget, sink);
    match format {
        Format::Hive => hive::read(input, interest, budget, out.into_sink()),
        Format::Reg => Ok(reg::read(input.bytes, out)),
        Format::Pol => Ok(pol::read(input.name, input.bytes, out)),
        Format::Lgpo => Ok(lgpo::read(input.bytes, out)),
        Format::PolicyRules => Ok(policy_rules::read(input.bytes, out)),
        Format::GpReport => Ok(gp_report::report(input.bytes, out)),
        Format::GpResult => Ok(gp_report::result(input.bytes, out)),
        Format::Gpp => Ok(gpp::read(input.name, input.bytes, out)),
        Format::RegQuery => Ok(reg_query::read(input.bytes, out)),
        Format::Json => Ok(dump::json(input.bytes, out)),
        Format::Csv => Ok(dump::csv(input.bytes, out)),
        Format::MpPreference => Ok(mp_preference::read(input.bytes, out)),
    }
}
