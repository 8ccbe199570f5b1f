//! Hives from keys and values.

mod layout;
mod logs;
mod nodes;
mod space;

use crate::Tree;
use crate::write::Unwritable;
use space::Head;

/// Which hive is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiveMount {
    /// `NTUSER.DAT`: all of [`Root::User`](crate::Root::User).
    User,
    /// `UsrClass.dat`: `Software\Classes` of the user.
    Classes,
    /// `SOFTWARE` of the machine.
    Software,
    /// `SYSTEM` of the machine; `CurrentControlSet` becomes `ControlSet001`.
    System,
}

/// What a hive says of itself.
#[derive(Clone, Copy, Debug)]
pub struct HiveFile<'a> {
    /// Which hive.
    pub mount: HiveMount,
    /// The name of the profile's folder; of no meaning in hives of the machine.
    pub user: &'a str,
}

/// Formats of transaction logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Entries with hashes, since Windows 8.1.
    New,
    /// One list of pages, up to Windows 8.
    Old,
}

/// A hive whose last changes stand only in its logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirtyHive {
    /// The file.
    pub primary: Vec<u8>,
    /// `LOG1` and `LOG2`.
    pub logs: Vec<Vec<u8>>,
}

/// The sequence number of hives that are written here.
const SEQUENCE: u32 = 7;

impl HiveFile<'_> {
    fn root_name(&self) -> String {
        if self.mount == HiveMount::Classes { "S-1-5-21-0-0-0-1001_Classes".into() } else { "ROOT".into() }
    }

    fn path(&self) -> String {
        match self.mount {
            HiveMount::User => format!(r"\??\C:\Users\{}\ntuser.dat", self.user),
            HiveMount::Classes => {
                format!(r"\??\C:\Users\{}\AppData\Local\Microsoft\Windows\UsrClass.dat", self.user)
            }
            HiveMount::Software => r"\SystemRoot\System32\Config\SOFTWARE".into(),
            HiveMount::System => r"\SystemRoot\System32\Config\SYSTEM".into(),
        }
    }
}

/// A hive with the keys of a tree that belong into it; other keys are left out. Clean: no log is needed.
///
/// # Errors
/// Where a name is longer than a hive can hold.
pub fn hive(tree: &Tree, file: &HiveFile<'_>) -> Result<Vec<u8>, Unwritable> {
    hive_with_deleted(tree, &Tree::default(), file)
}

/// The same with the keys and values of another tree in free cells, as if they had been deleted.
///
/// # Errors
/// Where a name is longer than a hive can hold.
pub fn hive_with_deleted(tree: &Tree, deleted: &Tree, file: &HiveFile<'_>) -> Result<Vec<u8>, Unwritable> {
    let (bins, root) = layout::layout(&nodes::nodes(tree, deleted, file)?);
    let path = file.path();
    Ok(logs::file(&head(root, &path, SEQUENCE), &bins))
}

/// A hive in the first of some states with logs that lead to the last one: of the new format one entry for each further
/// state, the later half of them in the second log; of the old format one log.
///
/// # Errors
/// Where a name is longer than a hive can hold, or there is no state.
pub fn dirty_hive(states: &[Tree], file: &HiveFile<'_>, format: LogFormat) -> Result<DirtyHive, Unwritable> {
    let path = file.path();
    let laid: Vec<(Vec<u8>, u32)> = states
        .iter()
        .map(|state| nodes::nodes(state, &Tree::default(), file).map(|nodes| layout::layout(&nodes)))
        .collect::<Result<_, _>>()?;
    let (Some((first, root)), Some((last, _))) = (laid.first(), laid.last()) else {
        return Err(Unwritable { key: String::new(), why: "there is no state to write" });
    };
    let now = head(*root, &path, SEQUENCE);
    let primary = logs::file(&Head { primary: SEQUENCE.saturating_add(1), ..now }, first);
    let logs = match format {
        LogFormat::Old => vec![logs::old(&now, first, last), Vec::new()],
        LogFormat::New => {
            let steps = laid.iter().zip(laid.iter().skip(1)).zip(SEQUENCE..);
            let mut entries: Vec<Vec<u8>> =
                steps.map(|(((before, _), (after, _)), sequence)| logs::entry(sequence, before, after)).collect();
            let second = entries.split_off(entries.len().div_ceil(2));
            let next = SEQUENCE.saturating_add(space::number(entries.len()));
            vec![logs::new(&now, &entries), logs::new(&Head { primary: next, ..now }, &second)]
        }
    };
    Ok(DirtyHive { primary, logs })
}

fn head(root: u32, name: &str, sequence: u32) -> Head<'_> {
    Head { primary: sequence, secondary: sequence, written: 0, kind: 0, root, bins: 0, name }
}
