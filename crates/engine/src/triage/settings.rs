use ddefend_container::Secrets;
use ddefend_content::{Content, ContentError};
use ddefend_event::Mapping;
use ddefend_guard::Limits;
use ddefend_hunt::Wording;
use ddefend_posture::Catalog;
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma;
use ddefend_triage::Playbook;
use ddefend_triage::playbook::PlaybookError;
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// The playbook that is used where nobody names one.
pub const PLAYBOOK: &str = "t1559.002-dde";

/// What a triage works with: made once, used for as many cases as wanted.
#[derive(Debug)]
pub struct TriageSettings<'c> {
    /// Shipped content.
    pub content: &'c Content,
    /// Rules that logs are hunted through with.
    pub rules: RuleSet,
    /// Where fields stand in records.
    pub mapping: Arc<Mapping>,
    /// How detections are put into words.
    pub wording: Wording,
    /// Lists of `memory`.
    pub memory_lists: ddefend_memory::Lists,
    /// Checks of `posture`.
    pub catalog: Catalog,
    /// Playbook, lists, organisation, point in time.
    pub judge: ddefend_triage::Settings,
    /// Passwords to try.
    pub secrets: Secrets,
    /// Limits per document.
    pub limits: Limits,
    /// Limits per hive.
    pub hive_limits: Limits,
    /// Worker threads, at least one.
    pub threads: usize,
    /// Files that are memory images whatever they look like.
    pub memory: Vec<PathBuf>,
}

/// Why a triage cannot begin.
#[derive(Debug, Error)]
pub enum TriageError {
    /// The shipped content is damaged.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The shipped playbook is damaged.
    #[error(transparent)]
    Playbook(#[from] PlaybookError),
}

impl<'c> TriageSettings<'c> {
    /// The shipped rules, lists and playbook; nothing of an organisation.
    ///
    /// # Errors
    /// Where the shipped content is damaged; the tests hold that it is not.
    pub fn new(content: &'c Content) -> Result<Self, TriageError> {
        let options = sigma::Options { placeholders: content.placeholders()?, disabled_filters: Vec::new() };
        let passwords = content.passwords();
        let usual = Limits::default();
        Ok(Self {
            content,
            rules: sigma::read(&content.rules(), &options),
            mapping: Arc::new(content.mapping()?),
            wording: content.wording()?,
            memory_lists: content.memory_lists()?,
            catalog: content.posture()?,
            judge: ddefend_triage::Settings {
                playbook: Playbook::read(content.playbook_text(PLAYBOOK).unwrap_or_default())?,
                lists: content.triage_lists()?,
                knowledge: Some(std::sync::Arc::new(content.knowledge().clone())),
                content: content.version(),
                ..ddefend_triage::Settings::default()
            },
            secrets: Secrets {
                office_defaults: passwords.office_defaults.clone(),
                archive_defaults: passwords.archive_defaults.clone(),
                user: Vec::new(),
            },
            hive_limits: Limits { artifact_size: 512 << 20, ..usual.clone() },
            limits: usual,
            threads: 1,
            memory: Vec::new(),
        })
    }
}
