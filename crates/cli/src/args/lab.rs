use super::{ListFormat, RunArgs};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ddefend lab list                                     what there is
  ddefend lab new word-ddeauto case                    one scenario, to look at and to triage
  ddefend triage --organisation case/organisation.toml case/evidence
  ddefend lab new my-scenario.yml case                 a scenario of your own (docs/how-to/add-a-scenario.md)
  ddefend lab export --all out --form winlogbeat       telemetry to validate another system with
  ddefend lab check                                    every scenario through ddefend: expected, found, missed, extra
  ddefend lab export word-ddeauto out --rebase 2026-11-20T08:00:00Z

Everything that is written is synthetic and says so; documents run whoami, calc or an echo and nothing else.")]
pub(crate) struct Lab {
    #[command(subcommand)]
    pub(crate) verb: LabVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LabVerb {
    /// Write a scenario: evidence, the same telemetry in every form, hives before and after, what must be found.
    New(LabNew),
    /// List scenarios.
    List(LabList),
    /// Write telemetry of scenarios with the expected detections, to validate another system.
    Export(LabExport),
    /// Run scenarios through ddefend: expected against found, in both directions. Exit code 1 where anything differs.
    Check(LabCheck),
}

#[derive(Debug, clap::Args)]
pub(crate) struct LabNew {
    /// Id of a scenario (`ddefend lab list`), or a scenario file that ends in .yml.
    pub(crate) scenario: String,
    /// Folder to write; it must not exist, or be empty.
    pub(crate) folder: PathBuf,
    /// Replace a folder that is not empty.
    #[arg(long)]
    pub(crate) force: bool,
    /// Let it begin at another moment (RFC 3339); all its times move along.
    #[arg(long, value_name = "TIME")]
    pub(crate) rebase: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LabList {
    /// Output format.
    #[arg(long, short, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,
    /// Only this group: true-positive, blocked, benign, missing-data, adversarial, seed, atomic.
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LabExport {
    /// Id of a scenario or a scenario file, then the folder; with --all the folder alone.
    #[arg(required = true, num_args = 1..=2, value_name = "SCENARIO|FOLDER")]
    pub(crate) names: Vec<PathBuf>,
    /// Every shipped scenario.
    #[arg(long)]
    pub(crate) all: bool,
    /// Form of the telemetry; may be given several times, each of: evtx, winxml, winlogbeat, ecs, sysmon-json, defender,
    /// splunk, defender-csv, evtx-json, evtxecmd-csv, mordor, nxlog, wazuh [default: the first seven].
    #[arg(long, value_name = "FORM", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_lab::FORMS.map(|(name, ..)| name)), hide_possible_values = true)]
    pub(crate) form: Vec<String>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    pub(crate) force: bool,
    /// Let scenarios begin at another moment (RFC 3339); all their times move along.
    #[arg(long, value_name = "TIME")]
    pub(crate) rebase: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LabCheck {
    /// Ids of scenarios, or scenario files that end in .yml [default: every shipped one].
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::matrix_names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Forms of the telemetry that are hunted through as well.
    #[arg(long, default_value = "all", value_parser = ["all", "evtx"])]
    pub(crate) forms: String,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}
