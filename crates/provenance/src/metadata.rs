//! What documents say of themselves: names, times, templates, programs. Nobody vouches for any of it.

mod certificate;
mod odf;
mod oleps;
mod package;
mod rtf;
mod times;
mod values;

pub(crate) use odf::open_document;
pub(crate) use oleps::compound;
pub use oleps::property_set;
pub(crate) use package::package;
pub(crate) use rtf::rtf;
pub(crate) use times::{EntryTimes, entry_times};
