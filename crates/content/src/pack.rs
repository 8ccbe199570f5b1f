//! The files under `content/`, compiled in.

use crate::{ContentError, Passwords};
use ddefend_dde::{BlockerRule, Phrase, PromptRule, Sources, TrickText};
use serde::Deserialize;
use serde::de::DeserializeOwned;

macro_rules! files {
    ($($name:ident = $file:literal),* $(,)?) => {
        $(pub(crate) const $name: (&str, &str) = ($file, include_str!(concat!("../../../content/", $file)));)*
        const ALL: &[(&str, &str)] = &[$($name),*];
    };
}
files! {
    JUDGEMENT = "judgement.toml",
    SERVICES = "services.toml",
    COMMANDS = "commands.toml",
    PROMPTS = "prompts.toml",
    BLOCKERS = "blockers.toml",
    LURES = "lures.toml",
    TRICKS = "tricks.toml",
    PASSWORDS = "passwords.toml",
    FINDINGS = "findings.toml",
    DIAGNOSTICS = "diagnostics.toml",
    FAULTS = "faults.toml",
    HUNT = "hunt.toml",
    TRIAGE = "triage.toml",
    MEMORY = "memory.toml",
    PROOF = "proof.toml",
    LINT = "lint.toml",
    WINDOWS_MAPPING = "mappings/windows.toml",
    PLACEHOLDERS = "rules/placeholders.toml",
    TECHNIQUES = "attack/techniques.toml",
    SPL_MACROS = "spl/macros.conf",
    CATALOG_FIELDS = "catalog/fields.toml",
    CATALOG_LOGS = "catalog/logs.toml",
    CATALOG_SIGNATURES = "catalog/signatures.toml",
    CATALOG_ATTACK = "catalog/attack.tsv",
    SYSMON_MAPPING = "mappings/sysmon.toml",
    SECURITY_MAPPING = "mappings/security.toml",
    OTHERS_MAPPING = "mappings/others.toml",
    DEFENDER_MAPPING = "mappings/defender.toml",
    ECS_MAPPING = "mappings/ecs.toml",
    XDR_SCHEMA = "tables/xdr.toml",
    LOG_ANALYTICS_SCHEMA = "tables/log-analytics.toml",
    ASIM_SCHEMA = "tables/asim.toml",
    CIM_SCHEMA = "tables/cim.toml",
    SPLUNK_SCHEMA = "tables/splunk.toml",
    ECS_SCHEMA = "tables/ecs.toml",
    CAR_SCHEMA = "tables/car.toml",
    SIGMA_SCHEMA = "tables/sigma.toml",
    XDR_TABLES = "tables/xdr.tsv",
    LOG_ANALYTICS_TABLES = "tables/log-analytics.tsv",
    LOG_ANALYTICS_PARSERS = "tables/log-analytics-parsers.txt",
    ASIM_TABLES = "tables/asim.tsv",
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prompts {
    prompt: Vec<PromptRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Blockers {
    blocker: Vec<BlockerRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lures {
    phrases: Vec<Phrase>,
}

#[derive(Deserialize)]
struct Tricks {
    trick: Vec<Short>,
}

#[derive(Deserialize)]
struct Short {
    id: String,
    short: String,
}

pub(crate) fn parse<T: DeserializeOwned>((file, text): (&'static str, &str)) -> Result<T, ContentError> {
    toml::from_str(text).map_err(|source| ContentError::Shape { file, source: Box::new(source) })
}

pub(crate) fn load() -> Result<(Sources, Passwords), ContentError> {
    let tricks: Tricks = parse(TRICKS)?;
    let tricks = tricks.trick.into_iter().map(|trick| TrickText { id: trick.id, short: trick.short }).collect();
    let sources = Sources {
        judgement: parse(JUDGEMENT)?,
        services: parse(SERVICES)?,
        commands: parse(COMMANDS)?,
        prompts: parse::<Prompts>(PROMPTS)?.prompt,
        blockers: parse::<Blockers>(BLOCKERS)?.blocker,
        lures: parse::<Lures>(LURES)?.phrases,
        tricks,
    };
    Ok((sources, parse(PASSWORDS)?))
}

/// FNV-1a over names and texts: not for security, only to tell two versions apart.
pub(crate) fn version() -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = ALL
        .iter()
        .chain(crate::files::FILES)
        .chain(crate::files::POSTURE)
        .chain(crate::files::PLAYBOOKS)
        .chain(crate::files::LAB)
        .flat_map(|(file, text)| file.bytes().chain([0]).chain(text.bytes()).chain([0]));
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{}+{hash:016x}", env!("CARGO_PKG_VERSION"))
}
