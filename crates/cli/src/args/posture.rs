use super::RunArgs;
use clap::{Subcommand, ValueEnum};
use ddefend_model::Level;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Posture {
    #[command(subcommand)]
    pub(crate) verb: PostureVerb,
}

const EXAMPLES: &str = "\
Examples:
  ddefend posture audit collected/                     hives of KAPE or Velociraptor, several hosts at once
  ddefend posture audit NTUSER.DAT SOFTWARE SYSTEM     hives by name, with their logs beside them
  ddefend posture audit --format html case/ > page.html
  ddefend posture audit gpo-backup/                    what a group policy would do
  ddefend posture audit case/ --what-if change.reg     what a change would do
  ddefend posture diff monday.json friday/             who changed what, when
  ddefend posture diff HOST1/ baseline.PolicyRules     a host and a baseline
  ddefend posture diff --fleet collected/              who is not like the others
  ddefend posture harden case/ --profile balanced      what would be written, and what that closes
  ddefend posture harden case/ --out change/           as .reg, group policy, PowerShell, Intune, Ansible, with undo";

#[derive(Debug, Subcommand)]
pub(crate) enum PostureVerb {
    /// Read hives, exports, policies and dumps; say for every user, application and version what holds and why.
    Audit(PostureAudit),
    /// Compare two dates, two hosts, a host with a baseline, or a fleet with itself.
    Diff(PostureDiff),
    /// Write the change that closes what an audit finds open, with its undo and its side effects. Applies nothing.
    Harden(PostureHarden),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes:
  0  nothing is worse at or above --fail-on  3  as 0, but some inputs could not be fully read
  1  something is worse                      2  usage                          4  internal")]
pub(crate) struct PostureDiff {
    /// What was before, and what is now: folders, hives, exports, policies, or an audit saved as json or jsonl.
    #[arg(required = true, num_args = 1..)]
    pub(crate) paths: Vec<PathBuf>,
    /// Compare each host and user of all paths with most of them, instead of two sides.
    #[arg(long)]
    pub(crate) fleet: bool,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::difference_names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Exit with 1 where something is worse at or above this level: info, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", default_value = "medium")]
    pub(crate) fail_on: Level,
    /// Exit with 0 whatever differs.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) inputs: PostureInputs,
    /// Everything that differs, also what protects as much as before.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) limits: PostureLimits,
}

/// A part of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// HKEY_LOCAL_MACHINE.
    Machine,
    /// HKEY_CURRENT_USER.
    User,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes:
  0  nothing at or above --fail-on           3  as 0, but some inputs could not be fully read
  1  a setting that does not protect, was applied wrongly, or a way in that is not closed,
     at or above --fail-on                   2  usage                          4  internal")]
pub(crate) struct PostureAudit {
    /// Hives, exports, policies, dumps, folders with collected files (with all below), or - for standard input.
    #[arg(required_unless_present = "files_from")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read further paths from a file, one a line; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::posture_names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Exit with 1 where something is at or above this level: info, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", default_value = "medium")]
    pub(crate) fail_on: Level,
    /// Exit with 0 whatever was found.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) inputs: PostureInputs,
    /// Merge this over what was read, as if it had been imported: .reg, registry.pol, LGPO text, preferences; may be
    /// given several times. HKEY_CURRENT_USER in it is every user's, with USER=FILE that user's alone.
    #[arg(long, value_name = "[USER=]FILE")]
    pub(crate) what_if: Vec<PathBuf>,
    /// Every check with all its evidence, also those in order.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) limits: PostureLimits,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes:
  0  the change was written                  3  as 0, but some inputs could not be fully read
  1  the change would not close everything that the profile is to close; it says what
  2  usage                                   4  what was written does not read back")]
pub(crate) struct PostureHarden {
    /// Hives, exports, policies, dumps, folders with collected files (with all below), or - for standard input.
    #[arg(required_unless_present = "files_from")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read further paths from a file, one a line; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// What to aim at: strict closes DDE and its neighbours, balanced keeps DDE servers that run already, audit-only
    /// only lets Defender report.
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: String,
    /// A DDE server that has to go on working (with balanced); may be given several times.
    #[arg(long, value_name = "SERVER")]
    pub(crate) keep: Vec<String>,
    /// Write for these versions of Office, with commas between; those that the audit meets by default.
    #[arg(long, value_name = "VERSIONS", value_delimiter = ',')]
    pub(crate) versions: Vec<String>,
    /// Only for these users; may be given several times. The machine's part comes with them, unless --part says which.
    #[arg(long = "only", value_name = "USER")]
    pub(crate) only: Vec<String>,
    /// Write only the machine's part, or only the users'. What it comes to is judged with both.
    #[arg(id = "half", long = "part", value_enum, value_name = "PART")]
    pub(crate) half: Option<Part>,
    /// Take away hardening that nothing reads (wrong path, misspelt name), too.
    #[arg(long)]
    pub(crate) clean: bool,
    /// What to print: text and json tell what would change; reg, powershell, lgpo, pol, gpp, intune and ansible are the
    /// change itself, where it is one file.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ["text", "json"].into_iter().chain(ddefend_posture::harden::FORMATS.iter().map(|it| it.name)).collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Print the way back instead of the change.
    #[arg(long)]
    pub(crate) undo: bool,
    /// Write every format with its undo, and a README.txt, into this folder instead.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["format", "undo"])]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite files in the folder of --out.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) inputs: PostureInputs,
    /// Also what is in order, why each value is written, and every check that comes out otherwise.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) limits: PostureLimits,
}

/// What inputs do not say of themselves.
#[derive(Debug, clap::Args)]
pub(crate) struct PostureInputs {
    /// Whose the inputs are that do not say it.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The host's name, where the inputs do not say it.
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    /// Read every input as this, whatever its content shows.
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub(crate) input_format: Option<ddefend_registry::Format>,
    /// The part of the registry that a policy file is for, where its path does not say it.
    #[arg(long = "as", value_enum, value_name = "PART")]
    pub(crate) part: Option<Part>,
    /// The name of standard input.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub(crate) name: String,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits per input; one that is hit is reported")]
pub(crate) struct PostureLimits {
    /// Mebibytes of an input that are read [default: 512].
    #[arg(long, value_name = "MIB")]
    pub(crate) max_size: Option<u64>,
    /// Seconds [default: 60].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) max_time: Option<u64>,
}

fn format(name: &str) -> Result<ddefend_registry::Format, String> {
    let known = || ddefend_registry::formats().map(ddefend_registry::Format::as_str).collect::<Vec<_>>().join(", ");
    ddefend_registry::formats()
        .find(|format| format.as_str() == name)
        .ok_or_else(|| format!("there is no such format; there are {}", known()))
}
