//! A column's value from native values of a record of another schema.

use crate::transform::{Part, Transform};
use std::borrow::Cow;

/// Makes one text of several native values, over one way or another.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain {
    /// Native names that it needs.
    pub inputs: Vec<Box<str>>,
    /// Ways, best first: the first that gives something counts.
    pub links: Vec<Link>,
}

/// One way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// This text.
    Constant(Box<str>),
    /// Native values to a Sigma field's, then its parts.
    Made {
        /// What makes the Sigma field's value; none where the native value is it.
        transform: Option<Transform>,
        /// Indices into [`Chain::inputs`].
        inputs: Vec<usize>,
        /// What is done with it, in order.
        parts: Vec<Part>,
        /// Only where that gives one of these values, whatever their case.
        when: Option<Box<(Link, Vec<Box<str>>)>>,
    },
}

impl Chain {
    /// The index of a native name among the inputs, which get it where they have it not yet.
    pub fn input(&mut self, name: &str) -> usize {
        let known = self.inputs.iter().position(|known| known.eq_ignore_ascii_case(name));
        known.unwrap_or_else(|| {
            self.inputs.push(name.into());
            self.inputs.len().saturating_sub(1)
        })
    }

    /// The value; none where no way gives one. `inputs` are those of [`Chain::inputs`], each absent or as text.
    #[must_use]
    pub fn apply<'a>(&'a self, inputs: &[Option<&'a str>]) -> Option<Cow<'a, str>> {
        self.links.iter().find_map(|link| link.apply(inputs))
    }
}

impl Link {
    fn apply<'a>(&'a self, all: &[Option<&'a str>]) -> Option<Cow<'a, str>> {
        let Self::Made { transform, inputs, parts, when } = self else {
            let Self::Constant(text) = self else { return None };
            return Some(Cow::Borrowed(text));
        };
        if let Some((link, values)) = when.as_deref() {
            let found = link.apply(all)?;
            if !values.iter().any(|value| value.eq_ignore_ascii_case(&found)) {
                return None;
            }
        }
        let input = |index: &usize| all.get(*index).copied().flatten();
        let first = match transform {
            None => Cow::Borrowed(inputs.first().and_then(input).filter(|text| !text.is_empty())?),
            Some(transform) => Cow::Owned(match inputs.as_slice() {
                [one] => transform.apply(&[input(one)])?,
                inputs => transform.apply(&inputs.iter().map(input).collect::<Vec<_>>())?,
            }),
        };
        parts.iter().try_fold(first, |value, part| match value {
            Cow::Borrowed(text) => part.apply(text),
            Cow::Owned(text) => part.apply(&text).map(|made| Cow::Owned(made.into_owned())),
        })
    }
}
