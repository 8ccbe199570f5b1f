mod hunt;
mod lab;
mod memory;
mod playbook;
mod posture;
mod query;
mod rules;
mod run;
mod triage;

pub(crate) use hunt::{Hunt as HuntArgs, HuntLimits};
pub(crate) use lab::{Lab as LabArgs, LabCheck, LabExport, LabList, LabNew, LabVerb};
pub(crate) use memory::Memory;
pub(crate) use playbook::{Playbook as PlaybookArgs, PlaybookFormat, PlaybookVerb};
pub(crate) use posture::{
    Part, Posture, PostureAudit, PostureDiff, PostureHarden, PostureInputs, PostureLimits, PostureVerb,
};
pub(crate) use query::Query as QueryArgs;
pub(crate) use rules::{
    ListFormat, RuleFiles, Rules, RulesCatalog, RulesCheck, RulesConvert, RulesExplain, RulesList, RulesTest, RulesVerb,
};
pub(crate) use run::RunArgs;
pub(crate) use triage::Triage as TriageArgs;

use clap::{Parser, Subcommand, ValueEnum};
use ddefend_model::Level;
use std::path::PathBuf;

/// Finds, explains and hunts Dynamic Data Exchange abuse (MITRE ATT&CK T1559.002) in documents, mails, archives and logs.
#[derive(Debug, Parser)]
#[command(name = "ddefend", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  ddefend scan invoice.docx                       one file, for people
  ddefend scan mail/ downloads/                   folders, with all below
  ddefend scan --format jsonl in/ > out.jsonl     one JSON object a line, for programs
  ddefend scan --format html in/ > report.html    one self-contained page
  ddefend scan --password S3cret order.xls        one more password to try
  curl -s URL | ddefend scan - --name a.csv       standard input under a name
  ddefend hunt logs/                              event logs: what happened, DDE first
  ddefend hunt --rules sigma/rules logs.zip       with a folder of Sigma rules as well
  ddefend query office.kql logs/                  a query of your SIEM over local logs
  ddefend triage CASE/                            everything that was collected: what happened, escalate or close
  ddefend memory winword.dmp                      what is in Word's memory
  ddefend posture audit collected/                hives of all users: is it closed, who closed it
  ddefend rules test my-rules/                    rules on their samples
  ddefend rules explain excel_dde_allowed         what a rule looks at, in which logs
  ddefend explain dde.launch                      what a finding means

Exit codes:
  0  nothing at or above --fail-on           3  nothing found, some inputs could not be fully read
  1  findings at or above --fail-on          4  internal
  2  usage";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Take files apart and report what in them starts a program or loads another document.
    Scan(Box<Scan>),
    /// From collected evidence to a decision: documents, mails, logs, hives, dumps, a mail journal become one case.
    Triage(Box<TriageArgs>),
    /// Write labelled scenarios of DDE incidents: inert files, telemetry in every form, what must be found in them.
    Lab(LabArgs),
    /// Look through logs of any Windows kind with Sigma rules, the built-in DDE rules first.
    Hunt(Box<HuntArgs>),
    /// Run a query in the language of a SIEM over local logs: Kusto, SPL, EQL, ES|QL, kuery, Lucene, SQL, CAR.
    Query(Box<QueryArgs>),
    /// Tell from hives, exports and policies whether machines are closed to DDE, and what decides that.
    Posture(Box<Posture>),
    /// Look into process dumps and memory images: modules that do not belong, DDE instructions, command lines.
    Memory(Box<Memory>),
    /// Test, list and explain the rules that `hunt` uses, or a folder of your own.
    Rules(Rules),
    /// Show, check and export what `triage` judges by.
    Playbook(PlaybookArgs),
    /// Explain a finding, a hiding trick or a diagnostic by its id.
    Explain(Explain),
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Scan {
    /// Files, folders (with all below), or - for standard input.
    #[arg(required_unless_present = "files_from")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read further paths from a file, one a line; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Exit with 1 where a finding is at or above this level: info, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", default_value = "low")]
    pub(crate) fail_on: Level,
    /// Exit with 0 whatever was found.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// A password to try after the usual ones; may be given several times.
    #[arg(long, short, value_name = "PASSWORD")]
    pub(crate) password: Vec<String>,
    /// A file with passwords to try, one a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The name of standard input, for its extension.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub(crate) name: String,
    /// List info findings and diagnostics in full.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits per file; one that is hit is reported")]
pub(crate) struct LimitArgs {
    /// Mebibytes of a file that are read [default: 128].
    #[arg(long, value_name = "MIB")]
    pub(crate) max_size: Option<u64>,
    /// Mebibytes of one unpacked part [default: 64].
    #[arg(long, value_name = "MIB")]
    pub(crate) max_part: Option<u64>,
    /// Mebibytes of all unpacked parts together [default: 512].
    #[arg(long, value_name = "MIB")]
    pub(crate) max_total: Option<u64>,
    /// Unpacked bytes per packed byte [default: 1000].
    #[arg(long, value_name = "N")]
    pub(crate) max_ratio: Option<u64>,
    /// Parts [default: 10000].
    #[arg(long, value_name = "N")]
    pub(crate) max_parts: Option<u64>,
    /// Nesting of parts [default: 16].
    #[arg(long, value_name = "N")]
    pub(crate) max_depth: Option<u32>,
    /// Seconds [default: 60].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) max_time: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Finding, trick or diagnostic id, as every output names it.
    #[arg(required_unless_present = "list")]
    pub(crate) id: Option<String>,
    /// List every id.
    #[arg(long)]
    pub(crate) list: bool,
    /// When to colour; `always` wins over NO_COLOR.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Colour,
}
