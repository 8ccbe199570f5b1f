//! Paths of files, devices and pipes.

/// Folder and name. Defender's FolderPath holds the name already in most tables and not in some records, so the name is
/// added only where the folder does not end with it; `\name` where there is no folder.
pub(super) fn join(folder: Option<&str>, name: Option<&str>) -> Option<String> {
    match (folder, name) {
        (None, None) => None,
        (Some(folder), None) => Some(folder.to_owned()),
        (None, Some(name)) => Some(format!("\\{name}")),
        (Some(folder), Some(name)) if last(folder).eq_ignore_ascii_case(name) => Some(folder.to_owned()),
        (Some(folder), Some(name)) => Some(format!("{}\\{name}", folder.trim_end_matches('\\'))),
    }
}

/// The path whole, and its name.
pub(super) fn split(path: &str) -> Option<Vec<Option<String>>> {
    match path.strip_prefix('\\') {
        Some(name) if !name.is_empty() && !name.contains('\\') => Some(vec![None, Some(name.to_owned())]),
        _ => Some(vec![Some(path.to_owned()), name(path)]),
    }
}

/// The last part of a path, where it has one.
pub(super) fn name(path: &str) -> Option<String> {
    let name = last(path);
    (!name.is_empty()).then(|| name.to_owned())
}

pub(super) fn last(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or_default()
}

/// The rest of a text behind a prefix, compared without ASCII case.
pub(super) fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = (text.get(..prefix.len())?, text.get(prefix.len()..)?);
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The filtering platform writes device paths (`\device\harddiskvolume2\windows\...`, Microsoft Learn, "5156(S)"). Which
/// letter a volume has, the record does not say. The system's volume is by far the usual one, and rules compare beginnings with
/// `C:\` mostly to leave ordinary programs out: so a hard disk's volume counts as `C:`. Other devices (`\Device\CdRom0`,
/// which is where a mounted image stands) stay as they are, and network paths get their two backslashes back.
pub(super) fn drive(path: &str) -> String {
    if let Some(rest) = strip(path, DISK) {
        let behind = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        if behind.len() < rest.len() && behind.starts_with('\\') {
            return format!("C:{behind}");
        }
    }
    strip(path, MUP).map_or_else(|| path.to_owned(), |rest| format!("\\\\{rest}"))
}

const DISK: &str = "\\device\\harddiskvolume";
const MUP: &str = "\\device\\mup\\";

/// The device path of one under `C:` or of a network path; others stay as they are.
pub(super) fn device(path: &str) -> String {
    match (strip(path, "C:\\"), path.strip_prefix("\\\\")) {
        (Some(rest), _) => format!("{DISK}2\\{rest}"),
        (None, Some(rest)) => format!("{MUP}{rest}"),
        (None, None) => path.to_owned(),
    }
}

const PIPES: &str = "\\Device\\NamedPipe";

/// Sysmon's name of a pipe (`\x`; events 17 and 18) from its device path.
pub(super) fn pipe(path: &str) -> String {
    strip(path, PIPES).filter(|rest| rest.starts_with('\\')).unwrap_or(path).to_owned()
}

pub(super) fn pipe_device(name: &str) -> String {
    if name.starts_with('\\') { format!("{PIPES}{name}") } else { name.to_owned() }
}

/// The first path in Defender Antivirus' list of resources: `file:_C:\x; containerfile:_C:\y` (events 1116 and 1117).
pub(super) fn threat(list: &str) -> String {
    let first = list.split(';').next().unwrap_or(list).trim();
    first.split_once(":_").map_or(first, |(_, path)| path).to_owned()
}
