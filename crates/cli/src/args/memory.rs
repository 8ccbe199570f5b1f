use super::RunArgs;
use ddefend_model::Level;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Memory {
    /// Dumps and images, or folders: of those, files that show what they are or are called like an image.
    #[arg(required_unless_present = "files_from")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read further paths from a file, one a line; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::memory_names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Exit with 1 where a hit or module is at or above this level: info, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", default_value = "medium")]
    pub(crate) fail_on: Level,
    /// Exit with 0 whatever was found.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// A command line to look for, compared without case, quotes, carets and extra blanks; may be given several times.
    #[arg(long, value_name = "TEXT")]
    pub(crate) command: Vec<String>,
    /// Look for the commands of all findings that scan wrote as json or jsonl; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) commands_from: Vec<PathBuf>,
    /// What your organisation says of itself, as for triage: its SuspiciousDLLList replaces the shipped one.
    #[arg(long, value_name = "FILE")]
    pub(crate) organisation: Option<PathBuf>,
    /// List every module, those that belong too.
    #[arg(long)]
    pub(crate) all_modules: bool,
    /// Read minidumps as raw memory too: for damaged ones.
    #[arg(long)]
    pub(crate) raw: bool,
    /// List info hits, all modules that were told and notes in full.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Hits that are listed; further ones are counted [default: 500].
    #[arg(long, value_name = "N", help_heading = "Limits per image; one that is hit is reported")]
    pub(crate) max_hits: Option<usize>,
    /// Seconds [default: 1800].
    #[arg(long, value_name = "SECONDS", help_heading = "Limits per image; one that is hit is reported")]
    pub(crate) max_time: Option<u64>,
}

const EXAMPLES: &str = "\
Examples:
  ddefend memory winword.dmp                          what is in Word's memory
  ddefend memory --commands-from findings.json dumps/ is the command of the document in it
  ddefend memory --command 'cmd.exe /c calc' mem.raw  a whole machine's memory
  ddefend memory --all-modules -v excel.dmp           every module, every hit

Exit codes:
  0  nothing at or above --fail-on           3  nothing found, some images could not be fully read
  1  hits or modules at or above --fail-on   4  internal
  2  usage";
