use super::RunArgs;
use super::hunt::HuntLimits;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Query {
    /// The query's file (unless -e gives its text), then logs, folders (with all below), or - for standard input.
    #[arg(required = true, value_name = "QUERYFILE|LOGS")]
    pub(crate) paths: Vec<PathBuf>,
    /// The query itself.
    #[arg(long, short, value_name = "TEXT", requires = "lang")]
    pub(crate) expression: Option<String>,
    /// Its language; by the ending of the query's file otherwise.
    #[arg(long, short, value_name = "LANGUAGE", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_language::LANGUAGES.iter().map(|(name, ..)| *name).filter(|name| *name != "sigma").collect::<Vec<_>>()))]
    pub(crate) lang: Option<String>,
    /// Tables of this schema only: xdr, log-analytics, asim, cim, splunk, ecs, car, sigma; may be given several times
    /// [default: the first of the language's in which the query makes sense].
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) tables: Vec<String>,
    /// What the query takes for now (RFC 3339, or a date) [default: the time of the newest record].
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// Rows for a table or a lookup, from a file with comma-separated values or JSON lines.
    #[arg(long = "table", value_name = "NAME=FILE")]
    pub(crate) given: Vec<String>,
    /// Rows for what the query would fetch from elsewhere (`externaldata`, `inputlookup`), by the address as written.
    #[arg(long, value_name = "LOCATION=FILE")]
    pub(crate) external: Vec<String>,
    /// Macros of SPL: a file or a folder (`macros.conf`, or a YAML file each); may be given several times.
    #[arg(long, value_name = "PATH")]
    pub(crate) macros: Vec<PathBuf>,
    /// Output format.
    #[arg(long, short, default_value = "text", value_parser = clap::builder::PossibleValuesParser::new(
        ddefend_report::row_names().collect::<Vec<_>>()))]
    pub(crate) format: String,
    /// Exit with 1 where there are so many rows or more; rows are no findings otherwise.
    #[arg(long, value_name = "ROWS")]
    pub(crate) fail_on: Option<u64>,
    /// Read every log as this schema, whatever its content shows; see `ddefend hunt --list-schemas`.
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) schema: Option<String>,
    /// Look for event records in slack and raw bytes as well.
    #[arg(long)]
    pub(crate) carve: bool,
    /// The name of standard input.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub(crate) name: String,
    /// Rows that the query may hold at once [default: 10000000].
    #[arg(long, value_name = "N", help_heading = "Limits of the query")]
    pub(crate) limit_rows: Option<usize>,
    /// Mebibytes that the query may hold at once [default: 1024].
    #[arg(long, value_name = "MIB", help_heading = "Limits of the query")]
    pub(crate) limit_memory: Option<usize>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) limits: HuntLimits,
}
