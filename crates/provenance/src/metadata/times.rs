//! Times of an archive's entries (APPNOTE 4.4.6, MS-DOS form, local time of whoever packed).

use ddefend_container::zip::Archive;
use ddefend_event::{Time, Zone};

/// First and last time of an archive's entries.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EntryTimes(Option<(Time, Time)>);

/// Reads them. Office writes the first of January 1980 into all of its own.
pub(crate) fn entry_times(archive: &Archive<'_>) -> EntryTimes {
    let mut times = archive.entries().iter().filter_map(|entry| dos_time(entry.modified));
    let Some(first) = times.next() else { return EntryTimes(None) };
    let span = times.fold((first, first), |(low, high), time| (low.min(time), high.max(time)));
    EntryTimes(Some(span))
}

impl EntryTimes {
    /// Tells them where they say something: not where they are all of 1980.
    pub(super) fn tell(&self, take: &mut dyn FnMut(&str)) {
        let Some((first, last)) = self.0 else { return };
        if last.date() == (1980, 1, 1) {
            return;
        }
        let text = if first == last { first.to_string() } else { format!("{first} to {last}") };
        take(&text);
    }
}

/// Date in the upper half, time in the lower.
fn dos_time(stamp: u32) -> Option<Time> {
    let (date, clock) = (stamp >> 16, stamp & 0xffff);
    let (year, month, day) = ((date >> 9).checked_add(1980)?, date >> 5 & 15, date & 31);
    let (hour, minute, second) = (clock >> 11, clock >> 5 & 63, (clock & 31).checked_mul(2)?);
    let time = Time::parse(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))?;
    Some(Time { zone: Zone::Unknown, ..time })
}
