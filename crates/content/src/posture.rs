//! `content/posture`: checks, ways in, applications, builds, profiles, side effects.

use crate::ContentError;
use crate::files::POSTURE;
use crate::pack::parse;
use ddefend_posture::{
    Application, Build, Catalog, Check, Evidence, Intune, Misspelling, Product, Profile, SideEffect, Sources, Way,
};
use serde::Deserialize;

/// A file; each may hold any of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    check: Vec<Check>,
    #[serde(default)]
    way: Vec<Way>,
    #[serde(default)]
    application: Vec<Application>,
    #[serde(default)]
    build: Vec<Build>,
    #[serde(default)]
    profile: Vec<Profile>,
    #[serde(default)]
    side_effect: Vec<SideEffect>,
    #[serde(default)]
    misspelling: Vec<Misspelling>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    product: Vec<Product>,
    #[serde(default)]
    intune: Vec<Intune>,
}

pub(crate) fn load() -> Result<Catalog, ContentError> {
    let mut sources = Sources::default();
    for (name, text) in POSTURE {
        let file: File = parse((name, text))?;
        sources.checks.extend(file.check);
        sources.ways.extend(file.way);
        sources.applications.extend(file.application);
        sources.builds.extend(file.build);
        sources.profiles.extend(file.profile);
        sources.side_effects.extend(file.side_effect);
        sources.misspellings.extend(file.misspelling);
        sources.evidence.extend(file.evidence);
        sources.products.extend(file.product);
        sources.intune.extend(file.intune);
    }
    Catalog::new(sources).map_err(ContentError::Posture)
}
