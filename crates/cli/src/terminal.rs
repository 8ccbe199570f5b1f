use crate::args::Colour;
use std::io::IsTerminal;

/// Columns of text output: the option, COLUMNS, the terminal's, or 100.
pub(crate) fn width(asked: Option<usize>) -> usize {
    let from_environment = || std::env::var("COLUMNS").ok()?.parse().ok();
    let from_terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    asked.or_else(from_environment).or_else(from_terminal).unwrap_or(100)
}

/// Whether standard output gets colour: the option, NO_COLOR (no-color.org), CLICOLOR_FORCE, TERM=dumb, a terminal.
pub(crate) fn colour(asked: Colour) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match asked {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if set("NO_COLOR") => false,
        Colour::Auto if set("CLICOLOR_FORCE") => true,
        Colour::Auto => {
            std::io::stdout().is_terminal() && std::env::var("TERM").is_ok_and(|terminal| terminal != "dumb")
        }
    }
}
