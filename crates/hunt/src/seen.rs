//! Which matches were told already, so that copies of a record in other logs are counted and not told again.

use ddefend_event::{Event, Time, native};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Matches that are remembered in each of two generations; the older one is forgotten when the newer is full.
const GENERATION: usize = 250_000;

/// Remembers matches. Records are the same where host, channel, event id, record number and second agree.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    young: HashSet<u64>,
    old: HashSet<u64>,
}

impl Seen {
    /// True where the rule was told of another copy of that record.
    pub(crate) fn again(&mut self, rule: u32, event: &Event) -> bool {
        let head = &event.head;
        let number = event.values(native::RECORD).map(|value| value.cell().to_text()).find(|text| !text.is_empty());
        let (Some(number), Some(time)) = (number, head.time) else { return false };
        let mut hash = DefaultHasher::new();
        (rule, head.key.event_id, number, time.ticks.div_euclid(Time::SECOND)).hash(&mut hash);
        head.host.to_ascii_lowercase().hash(&mut hash);
        head.key.channel.to_ascii_lowercase().hash(&mut hash);
        let key = hash.finish();
        if self.old.contains(&key) || !self.young.insert(key) {
            return true;
        }
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        false
    }
}
