//! Full paths of keys, in every notation that dumps use, to a root and the key below it.

use crate::Root;

/// What stands before the root in dumps: PowerShell's provider, drives of the registry editor, the kernel's notation.
const LEADS: [&str; 5] =
    ["Microsoft.PowerShell.Core\\Registry::", "Registry::", "Computer\\", "My Computer\\", "\\\\?\\"];

/// The root and the key of a full path; none where it does not begin with a root.
///
/// `HKEY_CLASSES_ROOT` is a merged view of two places; what is written to it goes to the machine's half unless the
/// user's holds the key (learn.microsoft.com, "HKEY_CLASSES_ROOT Key"), so it stands for `SOFTWARE\Classes` of the machine.
pub(crate) fn split(path: &str) -> Option<(Root, String)> {
    let mut path = path.trim();
    for lead in LEADS {
        if let Some(head) = path.get(..lead.len()).filter(|head| head.eq_ignore_ascii_case(lead)) {
            path = path.get(head.len()..).unwrap_or_default();
        }
    }
    let path = path.trim_start_matches('\\');
    let (first, rest) = next(path);
    let first = first.trim_end_matches(':').to_ascii_uppercase();
    match first.as_str() {
        "HKEY_LOCAL_MACHINE" | "HKLM" => Some((Root::Machine, tidy(rest))),
        "HKEY_CURRENT_USER" | "HKCU" => Some((Root::User, tidy(rest))),
        "HKEY_USERS" | "HKU" => Some(users(rest)),
        "HKEY_CLASSES_ROOT" | "HKCR" => Some((Root::Machine, below("SOFTWARE\\Classes", rest))),
        "HKEY_CURRENT_CONFIG" | "HKCC" => {
            Some((Root::Machine, below("SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current", rest)))
        }
        "REGISTRY" => match next(rest) {
            (part, rest) if part.eq_ignore_ascii_case("machine") => Some((Root::Machine, tidy(rest))),
            (part, rest) if part.eq_ignore_ascii_case("user") => Some(users(rest)),
            _ => None,
        },
        _ => None,
    }
}

/// A key without backslashes at its ends.
pub(crate) fn tidy(key: &str) -> String {
    key.trim_matches('\\').to_owned()
}

/// A key below another.
pub(crate) fn below(parent: &str, child: &str) -> String {
    let child = child.trim_matches('\\');
    if parent.is_empty() {
        child.to_owned()
    } else if child.is_empty() {
        parent.to_owned()
    } else {
        format!("{parent}\\{child}")
    }
}

/// `HKEY_USERS\S-1-5-21-..._Classes` is where a user's `Software\Classes` is mounted.
fn users(rest: &str) -> (Root, String) {
    let (name, rest) = next(rest);
    let length = name.len().saturating_sub("_Classes".len());
    match (name.get(..length), name.get(length..)) {
        (Some(user), Some(end)) if end.eq_ignore_ascii_case("_Classes") && !user.is_empty() => {
            (Root::Users(user.to_owned()), below("Software\\Classes", rest))
        }
        _ => (Root::Users(name.to_owned()), tidy(rest)),
    }
}

fn next(path: &str) -> (&str, &str) {
    path.split_once('\\').unwrap_or((path, ""))
}

/// The full path that [`split`] reads back to the same root and key; none for files.
pub(crate) fn full(root: &Root, key: &str) -> Option<String> {
    let root = match root {
        Root::Machine => "HKEY_LOCAL_MACHINE".to_owned(),
        Root::User => "HKEY_CURRENT_USER".to_owned(),
        Root::Users(name) => format!("HKEY_USERS\\{name}"),
        Root::Files => return None,
    };
    Some(below(&root, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_of_a_path() {
        let machine = |key: &str| Some((Root::Machine, key.to_owned()));
        assert_eq!(split(r"HKEY_LOCAL_MACHINE\SOFTWARE\x\"), machine(r"SOFTWARE\x"));
        assert_eq!(split(r"hklm:\SOFTWARE"), machine("SOFTWARE"));
        assert_eq!(split(r"Microsoft.PowerShell.Core\Registry::HKEY_LOCAL_MACHINE\a"), machine("a"));
        assert_eq!(split(r"\REGISTRY\MACHINE\SYSTEM"), machine("SYSTEM"));
        assert_eq!(split(r"HKEY_CLASSES_ROOT\.doc"), machine(r"SOFTWARE\Classes\.doc"));
        assert_eq!(split("HKCU"), Some((Root::User, String::new())));
        assert_eq!(split(r"HKU\S-1-5-18\a"), Some((Root::Users("S-1-5-18".into()), "a".into())));
        let classes = Some((Root::Users("S-1-5-21-1".into()), r"Software\Classes\a".to_owned()));
        assert_eq!(split(r"HKEY_USERS\S-1-5-21-1_Classes\a"), classes);
        assert_eq!(split(r"SOFTWARE\x"), None);
        assert_eq!(split(""), None);
    }
}
