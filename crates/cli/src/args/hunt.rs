use super::RunArgs;
use ddefend_model::Level;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Hunt {
    /// Logs, folders (with all below), or - for standard input.
    #[arg(required_unless_present_any = ["list_schemas", "files_from"])]
    pub(crate) paths: Vec<PathBuf>,
    /// Read further paths from a file, one a line; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// Sigma rules, or queries that only filter one table (.kql, .spl, .eql, .esql, .kuery, .lucene, .sql, .car): a file or a
    /// folder (with all below); may be given several times. They join the built-in ones.
    #[arg(long, short, value_name = "PATH", help_heading = "Rules")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the built-in rules out.
    #[arg(long, help_heading = "Rules")]
    pub(crate) no_builtin: bool,
    /// Only rules at or above this level: info, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", default_value = "info", help_heading = "Rules")]
    pub(crate) min_level: Level,
    /// Only rules with this tag (`attack.execution`, `car.2013-05-002` ...); may be given several times.
    #[arg(long, value_name = "TAG", help_heading = "Rules")]
    pub(crate) tag: Vec<String>,
    /// Only rules for this ATT&CK technique or one below it (`T1559`); may be given several times.
    #[arg(long, value_name = "ID", help_heading = "Rules")]
    pub(crate) technique: Vec<String>,
    /// Switch a filter off, by id or name; may be given several times. All filters are on otherwise.
    #[arg(long, value_name = "NAME", help_heading = "Rules")]
    pub(crate) no_filter: Vec<String>,
    /// Values for `%placeholder%`: a file with lines `name = value`, one value a line.
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(crate) placeholders: Option<PathBuf>,
    /// Pairs of parent and child that are usual here, as --learn wrote them: detections of usual ones are only counted.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Learn such pairs from these logs, which must be of a clean period, and write them to a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) learn: Option<PathBuf>,
    /// Only events at or after this time (RFC 3339, or a date).
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Only events before this time.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Read every log as this schema, whatever its content shows; see --list-schemas.
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) schema: Option<String>,
    /// List the schemas that are read.
    #[arg(long)]
    pub(crate) list_schemas: bool,
    /// Look for event records in slack and raw bytes as well: images of disks and of memory, damaged logs.
    #[arg(long)]
    pub(crate) carve: bool,
    /// Tell each copy of a record that stands in several logs.
    #[arg(long)]
    pub(crate) keep_duplicates: bool,
    /// Keep watching the logs after their end, and new ones in the folders.
    #[arg(long)]
    pub(crate) follow: bool,
    /// With --follow: stop after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "follow")]
    pub(crate) follow_for: Option<f64>,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::hunt_names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Show process trees, for text.
    #[arg(long)]
    pub(crate) tree: bool,
    /// Show a table by time, for text.
    #[arg(long)]
    pub(crate) timeline: bool,
    /// Exit with 1 where a detection is at or above this level: info, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", default_value = "low")]
    pub(crate) level_fail_on: Level,
    /// Exit with 0 whatever was found.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// The name of standard input.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub(crate) name: String,
    /// Every diagnostic, every rule that could not fire.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) limits: HuntLimits,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits per log; one that is hit is reported")]
pub(crate) struct HuntLimits {
    /// Seconds for one log [default: as long as it takes].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) limit_time: Option<u64>,
    /// Gibibytes that a packed log may give [default: 1024].
    #[arg(long, value_name = "GIB")]
    pub(crate) limit_unpacked: Option<u64>,
    /// Unpacked bytes per packed byte, behind the first 256 MiB [default: 250].
    #[arg(long, value_name = "N")]
    pub(crate) limit_ratio: Option<u64>,
    /// Members of an archive [default: 10000].
    #[arg(long, value_name = "N")]
    pub(crate) limit_members: Option<usize>,
}
