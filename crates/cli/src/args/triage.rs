use super::RunArgs;
use ddefend_model::Level;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes:
  0  the case is closed or open below --fail-on   3  as 0, but some of the evidence could not be fully read
  1  the case is to be escalated, its verdict is an attack (run, stopped or delivered: whatever --fail-on says), or its
     level is at or above --fail-on
  2  usage                                        4  internal, or the outputs could not be written")]
pub(crate) struct Triage {
    /// What was collected: files, folders (with all below), archives.
    #[arg(required_unless_present = "files_from")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read further paths from a file, one a line; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// What the organisation says of itself (TOML): its domains, feeds, changes, hosts. Never read from the evidence.
    #[arg(long, value_name = "FILE", help_heading = "Judgement")]
    pub(crate) organisation: Option<PathBuf>,
    /// A playbook of your own instead of the built-in one.
    #[arg(long, value_name = "FILE", help_heading = "Judgement")]
    pub(crate) playbook: Option<PathBuf>,
    /// The point in time that the case is judged at (RFC 3339, or a date) [default: the latest time in the evidence].
    #[arg(long, value_name = "TIME", help_heading = "Judgement")]
    pub(crate) as_of: Option<String>,
    /// Sigma rules: a file or a folder (with all below); may be given several times. They join the built-in ones.
    #[arg(long, short, value_name = "PATH", help_heading = "Judgement")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the built-in rules out.
    #[arg(long, help_heading = "Judgement")]
    pub(crate) no_builtin: bool,
    /// A password to try after the usual ones; may be given several times.
    #[arg(long, short, value_name = "PASSWORD")]
    pub(crate) password: Vec<String>,
    /// A file of the evidence that is a memory image whatever it looks like; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) memory: Vec<PathBuf>,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::case_names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Write the case in every output into this folder (case.html, case.json, case.md, case.stix.json ...).
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    pub(crate) out: Option<PathBuf>,
    /// Write the case into this file, in the output that its ending names (.html, .json, .md, .stix.json ...); may be
    /// given several times.
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub(crate) report: Vec<PathBuf>,
    /// Replace files of --out and --report that are there already.
    #[arg(long, help_heading = "Files")]
    pub(crate) force: bool,
    /// Exit with 1 where the case is at or above this level, escalated or not; an attack always does.
    #[arg(long, value_name = "LEVEL", default_value = "medium")]
    pub(crate) fail_on: Level,
    /// Exit with 0 whatever the case comes to.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Everything, nothing folded, for text.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}
