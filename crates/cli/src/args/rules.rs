use super::Colour;
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) verb: RulesVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesVerb {
    /// Try rules on their samples: X.samples.yml beside X.yml, or the info.yml of SigmaHQ's regression data.
    Test(RulesTest),
    /// Tell what is wrong with rules and queries: what cannot be read, cannot hold, or does not exist in the schema.
    Check(RulesCheck),
    /// Write rules in the languages of SIEMs: KQL, SPL, EQL, ES|QL, kuery, Lucene, SQL, CAR, Sigma.
    Convert(RulesConvert),
    /// List rules with level, techniques and log source.
    List(RulesList),
    /// Explain a rule: what it looks at in which logs, what else it fires on, how to tune it.
    Explain(RulesExplain),
    /// Count whole corpora (Sigma, Elastic, Splunk, Kusto, CAR) and write a site: techniques, events, rules, neighbours.
    Catalog(RulesCatalog),
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RulesTest {
    /// Files or folders (with all below) of rules and samples; the built-in ones where none is given.
    pub(crate) paths: Vec<PathBuf>,
    /// Only in this family of records: sysmon, security, defender, ecs, windows.
    #[arg(long, value_name = "FAMILY")]
    pub(crate) schema: Option<String>,
    /// Values for `%placeholder%`: a file with lines `name = value`, one value a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) placeholders: Option<PathBuf>,
    /// List every rule, those that pass too.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RulesCheck {
    /// Rules and queries: files, or folders (with all below) whose files end in a language's way (.yml, .kql, .spl ...).
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The language of all files; by their ending otherwise.
    #[arg(long, short, value_name = "LANGUAGE", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_language::LANGUAGES.iter().map(|(name, ..)| *name).collect::<Vec<_>>()))]
    pub(crate) lang: Option<String>,
    /// The schema that queries are meant for: xdr, log-analytics, asim, cim, splunk, ecs, car
    /// [default: any that has their tables; what others lack is told].
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) tables: Option<String>,
    /// Macros of SPL: a file or a folder; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub(crate) macros: Vec<PathBuf>,
    /// Output format.
    #[arg(long, short, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,
    /// When to colour; `always` wins over NO_COLOR.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Colour,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RulesConvert {
    /// Files or folders of Sigma rules; files in other languages by their ending (.kql, .spl, .eql ...).
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Targets: sigma, kql-xdr, kql-sentinel, kql-asim, splunk, splunk-cim, eql, esql, kuery, lucene, sql, car, or all.
    #[arg(long, short, value_name = "TARGET", value_delimiter = ',', required = true)]
    pub(crate) to: Vec<String>,
    /// The language of the files, where their ending does not say it.
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// Output format.
    #[arg(long, short, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,
    /// Print conversions as well that are not proved to fire on the same events.
    #[arg(long)]
    pub(crate) allow_unproven: bool,
    /// Write a file per conversion into this folder as well.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RuleFiles {
    /// Sigma rules: a file or a folder (with all below); may be given several times. They join the built-in ones.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the built-in rules out.
    #[arg(long)]
    pub(crate) no_builtin: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RulesList {
    /// Output format.
    #[arg(long, short, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,
    /// Only rules with this tag (`attack.t1559.002`); may be given several times.
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    #[command(flatten)]
    pub(crate) files: RuleFiles,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RulesExplain {
    /// Id or name of a rule, correlation or filter.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) files: RuleFiles,
    /// When to colour; `always` wins over NO_COLOR.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Colour,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RulesCatalog {
    /// Folders (with all below) or files of rules in any form: Sigma, Elastic's TOML, Splunk's and Microsoft's YAML, MITRE's
    /// analytics, JSON lines, bare queries.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Folder for the site: pages that need no server and no script, JSON beside each, ATT&CK Navigator layers.
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Replace the folder where it is not empty.
    #[arg(long)]
    pub(crate) force: bool,
}
