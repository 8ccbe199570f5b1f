//! What a record says where its template is lost. Windows gives the values of `System` the same numbers in every template
//! that it makes, so their types tell them; the record's own data has no such order.
use super::names::Role;
use super::slots::Slot;
use ddefend_event::native;

/// Values of `System` by number: type, name, role. Type 0: the value may be absent, and its own type is not compared.
const SYSTEM: [(u8, &str, Option<Role>); 17] = [
    (0x04, native::LEVEL, None),
    (0x04, native::OPCODE, None),
    (0x06, native::TASK, None),
    (0x06, native::EVENT_ID, Some(Role::EventId)),
    (0, "EventID_Qualifiers", None),
    (0x15, native::KEYWORDS, None),
    (0x11, native::TIME, Some(Role::Time)),
    (0, "Correlation_ActivityID", None),
    (0x08, "Execution_ProcessID", None),
    (0x08, "Execution_ThreadID", None),
    (0x0a, native::RECORD, None),
    (0x04, "Version", None),
    (0, native::USER_ID, None),
    (0, "Correlation_RelatedActivityID", None),
    (0, native::PROVIDER, Some(Role::Provider)),
    (0, "Provider_Guid", None),
    (0, native::CHANNEL, Some(Role::Channel)),
];

/// The name and role of each value of a record, where its types are those of `System`; else none of any.
pub(super) fn names(slots: &[Slot]) -> impl Fn(usize) -> Option<(&'static str, Option<Role>)> + use<> {
    let fits = slots.len() > SYSTEM.len()
        && SYSTEM.iter().zip(slots).all(|((kind, ..), slot)| *kind == 0 || *kind == slot.kind);
    move |index| SYSTEM.get(index).filter(|_| fits).map(|(_, name, role)| (*name, *role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_tell_system() {
        let kinds = [4, 4, 6, 6, 0, 0x15, 0x11, 0, 8, 8, 0x0a, 4, 0x13, 0, 1, 0x0f, 1, 0x21];
        let slots: Vec<Slot> = kinds.iter().map(|kind| Slot { start: 0, size: 0, kind: *kind }).collect();
        assert_eq!(names(&slots)(3), Some((native::EVENT_ID, Some(Role::EventId))));
        assert_eq!(names(&slots)(17), None);
        assert_eq!(names(slots.get(..17).unwrap_or_default())(3), None, "the record's data belongs to it");
        let other: Vec<Slot> = slots.iter().rev().copied().collect();
        assert_eq!(names(&other)(3), None);
    }
}
