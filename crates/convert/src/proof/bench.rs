//! Everything that a proof needs beside the rule and its conversion.

use super::{Bases, Proof, RowSide, SideError, Trial, prove};
use crate::convert::Converted;
use crate::profile::Profiles;
use crate::target::Target;
use ddefend_event::{Mapping, Table, TableSet};
use ddefend_language::{Language, Options};
use ddefend_query::Tables;
use ddefend_rule::front::sigma;
use ddefend_rule::ir::Rule;
use std::sync::Arc;

/// Content that conversions are proved with.
#[derive(Clone, Copy, Debug)]
pub struct Bench<'c> {
    /// The targets' schemas.
    pub profiles: &'c Profiles,
    /// Sigma's fields in records of logs.
    pub mapping: &'c Mapping,
    /// Tables by schema.
    pub tables: &'c TableSet,
    /// What events are made of.
    pub bases: &'c Bases,
}

/// The tables of one schema.
struct In<'t>(&'t TableSet, &'t str);

impl Tables for In<'_> {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        self.0.table(self.1, name)
    }
}

impl Bench<'_> {
    /// Events of the rule, for all targets.
    #[must_use]
    pub fn trial(&self, rule: &Rule) -> Trial {
        Trial::of(rule, self.mapping, self.bases)
    }

    /// Reads the conversion back, runs it over the events of the rule's trial and compares.
    #[must_use]
    pub fn proof(&self, target: &Target, done: &Converted, trial: &Trial) -> Proof {
        if target.language == Language::Sigma {
            return self.again(done, trial);
        }
        let Some(profile) = self.profiles.get(target.name) else {
            return prove(trial, &Err(SideError("there is no profile".to_owned())));
        };
        let (tables, options) = (In(self.tables, &profile.schema), Options::default());
        let (text, places) = (&done.text, &done.places);
        prove(trial, &RowSide::read(target.language, text, &options, places, profile, self.mapping, &tables))
    }

    /// Sigma is read back as a rule, which judges the same records.
    fn again(&self, done: &Converted, trial: &Trial) -> Proof {
        let set = sigma::read(&[("converted".to_owned(), done.text.clone())], &sigma::Options::default());
        match set.rules.as_slice() {
            [rule] => trial.against(rule, self.mapping),
            _ => Proof::nothing("it is not read back as one rule"),
        }
    }
}
