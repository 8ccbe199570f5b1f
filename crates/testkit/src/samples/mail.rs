//! Samples of the mail area: Outlook items, TNEF, mails, saved web pages, calendars (rows M1 to M3).

mod build;
mod mails;
mod outlook;
mod quiet;

use super::{Entry, Sample};
use crate::collect;

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    let mut samples = outlook::samples();
    samples.extend(mails::samples());
    samples.extend(quiet::samples());
    samples
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "mail",
        run: |bytes| {
            let _ = collect("sample.eml", bytes);
        },
        seed: |name| [".eml", ".mht", ".ics", ".vcs", ".p7m"].iter().any(|extension| name.ends_with(extension)),
    },
    Entry {
        name: "msg",
        run: |bytes| {
            let _ = collect("sample.msg", bytes);
        },
        seed: |name| name.ends_with(".msg") || name.ends_with(".oft"),
    },
    Entry {
        name: "tnef",
        run: |bytes| {
            let _ = collect("winmail.dat", bytes);
        },
        seed: |name| name.ends_with(".dat"),
    },
    Entry {
        name: "lzfu",
        run: |bytes| {
            let stop = ddefend_guard::Stop::default();
            let budget = ddefend_guard::Budget::new(ddefend_guard::Limits::default(), stop);
            let _ = ddefend_container::lzfu::decompress(bytes, &budget);
        },
        seed: |name| name.ends_with(".lzfu"),
    },
];
