use super::base::Base;
use super::cells::Cells;
use super::keys::{self, KeyNode};
use super::names::same;
use super::out::{Left, Out};
use super::values;
use crate::{Data, Interest, Root, Spot};
use ddefend_model::code;

/// Where a hive's keys stand in the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// The part of the registry.
    pub(super) root: Root,
    /// The key that the hive's root is, without a backslash at either end.
    pub(super) prefix: &'static str,
    /// Of a SYSTEM hive, the control set that is `CurrentControlSet`.
    pub(super) control_set: Option<String>,
}

/// What kind of hive it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    User,
    Default,
    Classes,
    Software,
    System,
    Other(&'static str),
}

/// Finds out where the hive belongs: by its keys, then by the path that it was loaded from, then by its file's name.
/// None where it is of no interest here, with the kind in words.
pub(super) fn mount(
    cells: &Cells<'_>,
    base: &Base,
    root: &KeyNode<'_>,
    name: &str,
    out: &mut Out<'_>,
) -> Result<Mount, &'static str> {
    let mut left = Left::of(cells);
    let (below, _) = keys::subkeys(cells, root, &mut left, out);
    let below: Vec<String> = below
        .into_iter()
        .take(100_000)
        .filter_map(|offset| KeyNode::at(cells, offset).ok())
        .map(|key| key.name())
        .collect();
    let plain = |root, prefix| Ok(Mount { root, prefix, control_set: None });
    match kind(&below, base, root, name) {
        Kind::User => plain(Root::User, ""),
        Kind::Default => plain(Root::Users(".DEFAULT".into()), ""),
        Kind::Classes => plain(Root::User, r"Software\Classes"),
        Kind::Software => plain(Root::Machine, "SOFTWARE"),
        Kind::System => {
            let control_set = control_set(cells, root, &below, out);
            Ok(Mount { root: Root::Machine, prefix: "SYSTEM", control_set })
        }
        Kind::Other(what) => Err(what),
    }
}

fn kind(below: &[String], base: &Base, root: &KeyNode<'_>, name: &str) -> Kind {
    let has = |wanted: &str| below.iter().any(|key| same(key, wanted));
    let own = root.name();
    let paths = [last(&base.name), last(name)];
    let called = |wanted: &str| paths.iter().any(|path| same(path, wanted));
    let control_sets = below.iter().any(|key| is_control_set(key));
    if control_sets && (has("Select") || has("Setup") || has("MountedDevices")) {
        return Kind::System;
    }
    if has("Software") && !has("Microsoft") {
        return if same(last(&base.name), "DEFAULT") || (base.name.is_empty() && called("DEFAULT")) {
            Kind::Default
        } else {
            Kind::User
        };
    }
    if own.to_ascii_lowercase().ends_with("_classes") || called("usrclass.dat") {
        return Kind::Classes;
    }
    if has("Microsoft")
        && ["Classes", "Wow6432Node", "Policies", "Clients", "RegisteredApplications"].into_iter().any(has)
    {
        return Kind::Software;
    }
    match () {
        () if has("SAM") && below.len() <= 2 => Kind::Other("SAM"),
        () if has("Policy") && (has("Cache") || has("RXACT") || has("SAM")) => Kind::Other("SECURITY"),
        () if called("SYSTEM") => Kind::System,
        () if called("SOFTWARE") => Kind::Software,
        () if called("NTUSER.DAT") || called("NTUSER.MAN") => Kind::User,
        () if called("DEFAULT") => Kind::Default,
        () if has("Local Settings") || below.iter().any(|key| key.starts_with('.')) && has("CLSID") => Kind::Classes,
        () if has("Microsoft") || has("Policies") => Kind::Software,
        () if has("Root") && below.len() <= 2 => Kind::Other("Amcache or a driver database"),
        () => Kind::Other("an unknown kind"),
    }
}

/// The last part of a path, of either slash.
fn last(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or_default()
}

/// The place of the hive's root in an interest.
pub(super) fn spot(mount: &Mount, interest: &Interest) -> Spot {
    let parts = mount.prefix.split('\\').filter(|part| !part.is_empty());
    parts.fold(interest.root(&mount.root), |spot, part| interest.enter(&spot, part))
}

/// What a key is called in the registry, `depth` counted from 1 below the hive's root. None for a control set that is
/// not the current one.
pub(super) fn named(mount: &Mount, name: String, depth: usize) -> Option<String> {
    match &mount.control_set {
        Some(set) if depth == 1 && same(&name, set) => Some("CurrentControlSet".into()),
        Some(_) if depth == 1 && is_control_set(&name) => None,
        _ => Some(name),
    }
}

/// `ControlSet` and three digits.
fn is_control_set(name: &str) -> bool {
    let (head, number) = (name.get(..10).unwrap_or_default(), name.get(10..).unwrap_or_default());
    same(head, "ControlSet") && number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The control set that `Select\Current` names; the first one where it says nothing.
fn control_set(cells: &Cells<'_>, root: &KeyNode<'_>, below: &[String], out: &mut Out<'_>) -> Option<String> {
    let current = match text_or_number(cells, root, &["Select"], "Current", out) {
        Some(Data::Dword(number)) => Some(format!("ControlSet{number:03}")),
        _ => None,
    };
    if let Some(name) = current.filter(|name| below.iter().any(|key| same(key, name))) {
        return Some(name);
    }
    let first = below.iter().filter(|key| is_control_set(key)).min().cloned();
    let told = first.as_deref().unwrap_or("none");
    let message = format!("Select\\Current names no control set of this hive; {told} was taken for the current one");
    out.tell(code::BROKEN_STRUCTURE, root.offset, message);
    first
}

/// One value, by its path below the root of the hive.
fn text_or_number(cells: &Cells<'_>, root: &KeyNode<'_>, path: &[&str], name: &str, out: &mut Out<'_>) -> Option<Data> {
    let mut key = *root;
    for part in path {
        key = keys::child(cells, &key, part, out)?;
    }
    let mut left = Left::of(cells);
    let value = values::values(cells, &key, &mut left, out).0.into_iter().find(|value| same(&value.name(), name))?;
    values::data(cells, &value, &mut left, out)
}

/// Whose hive it is: the profile folder that the hive was loaded from, else the name that the shell noted, else the
/// profile folder that the file stands in, else the security identifier that the root key is called after.
pub(super) fn user(
    cells: &Cells<'_>,
    base: &Base,
    root: &KeyNode<'_>,
    mount: &Mount,
    path: &str,
    out: &mut Out<'_>,
) -> Option<String> {
    if mount.root != Root::User {
        return None;
    }
    let own = root.name();
    let sid = own.get(..own.len().saturating_sub(8)).filter(|_| own.to_ascii_lowercase().ends_with("_classes"));
    let sid = sid.or(Some(own.as_str())).filter(|name| name.starts_with("S-1-5-"));
    if !mount.prefix.is_empty() {
        return profile(path).or_else(|| sid.map(str::to_owned));
    }
    let mut noted = |path: &[&str], name: &str| {
        let data = text_or_number(cells, root, path, name, out)?;
        data.text().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    const EXPLORER: &[&str] = &["Software", "Microsoft", "Windows", "CurrentVersion", "Explorer"];
    folder(&base.name)
        .or_else(|| noted(&["Volatile Environment"], "USERNAME"))
        .or_else(|| noted(EXPLORER, "Logon User Name"))
        .or_else(|| profile(path))
        .or_else(|| sid.map(str::to_owned))
}

/// The profile folder in the path that the file was collected to: what follows `Users` or `Documents and Settings`.
fn profile(path: &str) -> Option<String> {
    let mut parts = path.split(['\\', '/']).rev().skip(1).peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some_and(|above| same(above, "Users") || same(above, "Documents and Settings")) {
            return Some(part.to_owned());
        }
    }
    None
}

/// The folder that `...\NAME\ntuser.dat` stands in. The block keeps only the path's last 31 characters: a folder whose
/// beginning is cut off is none.
fn folder(path: &str) -> Option<String> {
    let (folder, file) = path.rsplit_once('\\')?;
    let (_, name) = folder.rsplit_once('\\')?;
    (same(file, "ntuser.dat") && !name.is_empty()).then(|| name.to_owned())
}

/// The computer, of a SYSTEM hive.
pub(super) fn host(cells: &Cells<'_>, root: &KeyNode<'_>, mount: &Mount, out: &mut Out<'_>) -> Option<String> {
    let set = mount.control_set.as_deref()?;
    let places: [(&[&str], &str); 2] = [
        (&[set, "Control", "ComputerName", "ComputerName"], "ComputerName"),
        (&[set, "Services", "Tcpip", "Parameters"], "Hostname"),
    ];
    places.into_iter().find_map(|(path, name)| {
        let data = text_or_number(cells, root, path, name, out)?;
        data.text().filter(|text| !text.is_empty()).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_control_sets() {
        assert_eq!(folder(r"\??\C:\Users\tony\ntuser.dat").as_deref(), Some("tony"));
        assert_eq!(folder(r"rname.of.a.person\ntuser.dat"), None);
        assert_eq!(folder(r"ntuser.dat"), None);
        let classes = "case/C/Users/alice/AppData/Local/Microsoft/Windows/UsrClass.dat";
        assert_eq!(profile(classes).as_deref(), Some("alice"));
        assert_eq!(profile("hives/UsrClass.dat"), None);
        assert!(is_control_set("controlset001"));
        assert!(!is_control_set("ControlSet01") && !is_control_set("CurrentControlSet"));
    }
}
