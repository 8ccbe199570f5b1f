//! `content/convert`: schemas as targets of conversions.

use crate::ContentError;
use crate::files::CONVERT;
use crate::pack::parse;
use ddefend_convert::{Profile, Profiles};

pub(crate) fn load() -> Result<Profiles, ContentError> {
    let profiles: Vec<Profile> = CONVERT.iter().map(|file| parse(*file)).collect::<Result<_, _>>()?;
    Ok(Profiles::new(profiles))
}
