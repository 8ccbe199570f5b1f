use ddefend_guard::{Budget, decode::Stopped};
use ddefend_model::{Diagnostic, Link, Location, NotInspected, PartPath};
use std::borrow::Cow;

/// A format that an artifact or part can have.
#[derive(Debug, PartialEq, Eq)]
pub struct Format {
    /// Short stable id (`docx`, `xls`, `rtf`, `zip`).
    pub id: &'static str,
    /// Its name in words.
    pub title: &'static str,
    /// Extensions, lower case, that do not contradict it.
    pub extensions: &'static [&'static str],
}

/// A piece of an artifact that is about to be read: borrowed bytes and what its parent claims about them.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Where it stands.
    pub path: PartPath,
    /// Its bytes, decoded.
    pub bytes: &'a [u8],
    /// File name that its parent or the caller gives it, for the extension only; never used to decide the type.
    pub name: Option<Cow<'a, str>>,
    /// Media type that its parent declares; never trusted alone.
    pub declared: Option<Cow<'a, str>>,
    /// Hiding tricks seen on the way here (ids of [`ddefend_model::trick`]); every link below carries them.
    pub tricks: Vec<&'static str>,
}

impl<'a> Part<'a> {
    /// A part below `parent`, its step also its name.
    #[must_use]
    pub fn below(parent: &PartPath, step: &'a str, bytes: &'a [u8]) -> Self {
        Self { path: parent.join(step), bytes, name: Some(Cow::Borrowed(step)), declared: None, tricks: Vec::new() }
    }

    /// The extension of its name in lower case, without the dot.
    #[must_use]
    pub fn extension(&self) -> Option<String> {
        let name = self.name.as_deref()?;
        let base = name.rsplit(['/', '\\', '!']).next()?;
        let (_, extension) = base.rsplit_once('.')?;
        (!extension.is_empty() && extension.len() <= 8).then(|| extension.to_ascii_lowercase())
    }
}

/// Passwords to try, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// Passwords that Office tries by itself (`VelvetSweatshop`); data from content/.
    pub office_defaults: Vec<String>,
    /// Passwords in common use for sample archives (`infected`); data from content/.
    pub archive_defaults: Vec<String>,
    /// The user's own list; tried for documents and archives after the defaults.
    pub user: Vec<String>,
}

impl Secrets {
    /// Passwords for an Office document.
    pub fn for_office(&self) -> impl Iterator<Item = &str> {
        self.office_defaults.iter().chain(&self.user).map(String::as_str)
    }

    /// Passwords for an archive.
    pub fn for_archive(&self) -> impl Iterator<Item = &str> {
        self.archive_defaults.iter().chain(&self.user).map(String::as_str)
    }
}

/// What a reader talks to. The walker implements it; so does the test kit.
pub trait Sink {
    /// What may still be spent.
    fn budget(&self) -> &Budget;

    /// Passwords to try.
    fn secrets(&self) -> &Secrets;

    /// The path of the part that is being read.
    fn path(&self) -> &PartPath;

    /// Reads a nested part at once, with every reader that claims it; returns when it and all below it are done.
    fn child(&mut self, part: Part<'_>);

    /// Works one step deeper in the same part: `work` sees a sink whose path has `step` joined, and every link found in
    /// it carries `tricks`. For storages of a compound file, which are no parts of their own.
    fn within(&mut self, step: &str, tricks: &[&'static str], work: &mut dyn FnMut(&mut dyn Sink));

    /// Reports a link.
    fn link(&mut self, link: Link);

    /// Reports something that could not be read, or a note.
    fn diagnostic(&mut self, diagnostic: Diagnostic);

    /// Names the format of the part that is being read more exactly than the reader's own (`zip` is `docx`).
    fn detected(&mut self, format: &'static Format);

    /// A fact about the artifact for the report ("decrypted with the default password VelvetSweatshop").
    fn fact(&mut self, text: String);

    /// Names a part that was not read and why, where that is no gap (pictures, fonts).
    fn not_inspected(&mut self, entry: NotInspected);

    /// Reports a diagnostic about the part that is being read.
    fn report(&mut self, code: &'static str, location: Location, message: String) {
        let part = self.path().clone();
        self.diagnostic(Diagnostic::new(code, part, location, message));
    }

    /// Reports why a decoder stopped early, where it did. `what` names the part or stream.
    fn report_stop(&mut self, stopped: Option<Stopped>, what: &str) {
        if let Some(stopped) = stopped {
            self.report(stopped.code(), Location::default(), format!("{what}: {stopped}; its head was read"));
        }
    }
}
