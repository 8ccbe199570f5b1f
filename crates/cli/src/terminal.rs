use crate::args::Colour;
use ddefend_report::escape;
use std::io::{self, IsTerminal, Write};

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
        Colour::Auto => io::stdout().is_terminal() && std::env::var("TERM").is_ok_and(|terminal| terminal != "dumb"),
    }
}

/// Whether the results could be written; if not, says why.
pub(crate) fn written(outcome: io::Result<()>) -> bool {
    match outcome {
        Ok(()) => true,
        // Somebody closed the pipe: what they wanted, they have.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => true,
        Err(error) => {
            eprintln!("ddefend: cannot write the results: {error}");
            false
        }
    }
}

/// Writes at once where somebody watches, else when the buffer is full.
pub(crate) fn show(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    if io::stdout().is_terminal() { out.flush() } else { Ok(()) }
}

/// Says on standard error what is wrong; what it quotes reaches no terminal unescaped, its lines stay lines.
pub(crate) fn complain(message: &str) {
    let lines: Vec<String> = message.lines().map(escape::terminal).collect();
    eprintln!("ddefend: {}", lines.join("\n"));
}
