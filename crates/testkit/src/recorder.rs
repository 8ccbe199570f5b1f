//! A sink that writes down what a reader hands to it, for tests of one reader alone.

use crate::collect::secrets;
use ddefend_container::{Format, Part, Secrets, Sink};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Diagnostic, Link, NotInspected, PartPath};

/// Everything that a reader handed over. Children are kept, not walked.
#[derive(Debug)]
pub struct Recorder {
    budget: Budget,
    secrets: Secrets,
    path: PartPath,
    /// Path and bytes of nested parts.
    pub children: Vec<(PartPath, Vec<u8>)>,
    /// Links.
    pub links: Vec<Link>,
    /// Diagnostics.
    pub diagnostics: Vec<Diagnostic>,
    /// Facts.
    pub facts: Vec<String>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::with_limits(Limits::default())
    }
}

impl Recorder {
    /// A recorder with chosen limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            budget: Budget::new(limits, Stop::default()),
            secrets: secrets(),
            path: PartPath::root("test"),
            children: Vec::new(),
            links: Vec::new(),
            diagnostics: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Codes of all diagnostics.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.code.as_ref()).collect()
    }
}

impl Sink for Recorder {
    fn budget(&self) -> &Budget {
        &self.budget
    }

    fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    fn path(&self) -> &PartPath {
        &self.path
    }

    fn child(&mut self, part: Part<'_>) {
        self.children.push((part.path.clone(), part.bytes.to_vec()));
    }

    fn within(&mut self, step: &str, _tricks: &[&'static str], work: &mut dyn FnMut(&mut dyn Sink)) {
        let inner = self.path.join(step);
        let outer = std::mem::replace(&mut self.path, inner);
        work(self);
        self.path = outer;
    }

    fn link(&mut self, link: Link) {
        self.links.push(link);
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn detected(&mut self, _format: &'static Format) {}

    fn fact(&mut self, text: String) {
        self.facts.push(text);
    }

    fn not_inspected(&mut self, _entry: NotInspected) {}
}
