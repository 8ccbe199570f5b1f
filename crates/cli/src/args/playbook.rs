use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Playbook {
    #[command(subcommand)]
    pub(crate) verb: PlaybookVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlaybookVerb {
    /// Print the built-in playbook: what `triage` asks, how it decides, what it tells to do. A copy is where to begin your own.
    Show,
    /// Tell what is wrong with a playbook, with line and field.
    Check {
        /// The playbook (YAML).
        file: PathBuf,
    },
    /// Print a playbook in another form.
    Export {
        /// The playbook (YAML); the built-in one by default.
        file: Option<PathBuf>,
        /// The form.
        #[arg(long, short, value_enum, default_value = "cacao")]
        format: PlaybookFormat,
    },
}

/// Form of an exported playbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlaybookFormat {
    /// CACAO 2.0, JSON.
    Cacao,
}
