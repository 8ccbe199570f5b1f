//! What a path says of the input at it: which host, whose, and whether it is one at all. Layouts of KAPE
//! (`HOST/C/Users/NAME/NTUSER.DAT`) and Velociraptor (`uploads/auto/C%3A/Users/...`, `uploads/ntfs/%5C%5C.%5CC%3A/...`),
//! of group policy backups, and plain folders.

use std::path::{Component, Path};

/// Folders at the top of a Windows volume, by which a folder `C` is known for one.
const TOP: [&str; 6] =
    ["users", "windows", "documents and settings", "programdata", "program files", "program files (x86)"];
/// Folders of profiles.
const PROFILES: [&str; 2] = ["users", "documents and settings"];
/// Below a profile: where its class hive can stand.
const BELOW: [&str; 2] = ["appdata", "local settings"];

/// What a path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// The folder that holds everything of the host (or of the group policy backup).
    pub(super) folder: String,
    /// What stands there.
    pub(super) part: Part,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A file in a collected tree: not an input, its path on the host may still say something.
    Inside(String),
    /// Something of the machine.
    Machine,
    /// Something of the user with that profile folder.
    User(String),
    /// A policy of the host itself, for all its users or the one with that security identifier.
    LocalPolicy(Option<String>),
    /// A part of a group policy (a backup, or a folder of SYSVOL).
    Policy,
    /// Nothing is known: the content decides.
    Loose,
}

/// Names are compared without regard to case.
pub(super) fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// The user in whose profile's own folder a path on a host is; none where it stands deeper or elsewhere.
pub(super) fn profile_of(on_host: &str) -> Option<String> {
    let parts: Vec<&str> = on_host.split('\\').collect();
    let [_, profiles, user, _] = parts.as_slice() else { return None };
    PROFILES.contains(&fold(&decode(profiles)).as_str()).then(|| decode(user))
}

/// Whether a file has the name of a hive, an export or a policy.
pub(super) fn looks_like_input(path: &str) -> bool {
    let name = fold(file_name(path));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    hive_of_user(&name).is_some() || matches!(ending, "reg" | "pol" | "policyrules")
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Works out what a path says that was found below `root`, or that is `root`. Where everything above `root` only says
/// that the investigator's own disk is one of Windows as well, what is below it counts.
pub(super) fn place_below(path: &Path, root: &Path) -> Placed {
    let whole = place(path);
    if path != root && !is_below_profile(root) {
        return whole;
    }
    let below = path.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty());
    let (below, above) = match below {
        Some(below) => (below, root),
        None => (Path::new(path.file_name().unwrap_or_default()), path.parent().unwrap_or(Path::new(""))),
    };
    match (&whole.part, place(below)) {
        (Part::Inside(_), Placed { folder, part }) if !matches!(part, Part::Inside(_)) => {
            Placed { folder: above.join(folder).to_string_lossy().into_owned(), part }
        }
        _ => whole,
    }
}

/// Whether a folder lies deeper in a volume than a profile: whoever names it means what is in it, not the volume.
fn is_below_profile(root: &Path) -> bool {
    let Part::Inside(on_host) = place(root).part else { return false };
    let parts: Vec<String> = on_host.split('\\').skip(1).map(fold).collect();
    parts.len() > 2 && parts.first().is_some_and(|first| PROFILES.contains(&first.as_str()))
}

/// Works out what a path says.
fn place(path: &Path) -> Placed {
    let parts: Vec<String> = path.components().filter_map(name).collect();
    let prefix = matches!(path.components().next(), Some(Component::Prefix(_)));
    let folded = parts.iter().enumerate().map(|(at, part)| match prefix && at == 0 {
        true => String::new(),
        false => fold(&decode(part)),
    });
    let folded: Vec<String> = folded.collect();
    if let Some((top, drive)) = top(&folded) {
        let folder = join(path, &parts, above(&folded, top - usize::from(drive.is_some())));
        let inside = folded.get(top..).unwrap_or_default();
        let folder = match shadow(folded.get(top.wrapping_sub(1)).map_or("", String::as_str)) {
            Some(copy) => format!("{folder} (shadow copy {copy})"),
            None => folder,
        };
        let part = in_tree(inside, parts.get(top..).unwrap_or_default()).unwrap_or_else(|| {
            let drive = drive.unwrap_or('c').to_ascii_uppercase();
            Part::Inside(format!("{drive}:\\{}", parts.get(top..).unwrap_or_default().join("\\")))
        });
        return Placed { folder, part };
    }
    if let Some(folder) = policy(&folded) {
        return Placed { folder: join(path, &parts, folder), part: Part::Policy };
    }
    Placed { folder: join(path, &parts, parts.len().saturating_sub(1)), part: Part::Loose }
}

/// A folder as [`Placed::folder`] writes it.
pub(super) fn folder_name(folder: &Path) -> String {
    let parts: Vec<String> = folder.components().filter_map(name).collect();
    join(folder, &parts, parts.len())
}

fn name(component: Component<'_>) -> Option<String> {
    match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        Component::ParentDir => Some("..".to_owned()),
        Component::Prefix(prefix) => Some(prefix.as_os_str().to_string_lossy().into_owned()),
        Component::RootDir | Component::CurDir => None,
    }
}

fn join(path: &Path, parts: &[String], count: usize) -> String {
    let joined = parts.get(..count).unwrap_or_default().join("/");
    if path.is_absolute() && !joined.contains(':') { format!("/{joined}") } else { joined }
}

/// Takes off the percent signs that Velociraptor writes for characters no file name may hold.
fn decode(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *byte == b'%').and_then(|two| std::str::from_utf8(two).ok());
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where the tree of a host begins: the index of the first folder on the volume, and the volume's letter, where the
/// folder before it names a volume.
fn top(folded: &[String]) -> Option<(usize, Option<char>)> {
    let known = |at: usize| folded.get(at).is_some_and(|part| TOP.contains(&part.as_str()));
    let volumes = (0..folded.len().saturating_sub(1)).rev();
    for at in volumes {
        let Some((letter, certain)) = folded.get(at).and_then(|part| volume(part)) else { continue };
        if certain || known(at + 1) {
            return Some((at + 1, Some(letter)));
        }
    }
    (0..folded.len()).rev().find(|at| anchors(folded.get(*at..).unwrap_or_default())).map(|at| (at, None))
}

/// A volume's letter, and whether a folder of that name can be nothing else: `c`, `c:`, `\\.\c:`, a shadow copy.
fn volume(part: &str) -> Option<(char, bool)> {
    if shadow(part).is_some() {
        return Some(('c', true));
    }
    let device = part.strip_prefix(r"\\.\").or_else(|| part.strip_prefix(r"\\?\"));
    let letter = device.unwrap_or(part);
    let mut chars = letter.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(letter), colon, None) if letter.is_ascii_alphabetic() && matches!(colon, None | Some(':')) => {
            Some((letter, colon.is_some()))
        }
        _ => None,
    }
}

/// The number of a volume shadow copy.
fn shadow(part: &str) -> Option<&str> {
    let (_, number) = part.rsplit_once("harddiskvolumeshadowcopy")?;
    Some(number.trim_matches('\\'))
}

/// Whether these are the path of a profile's or the system's hive, without a volume before them.
fn anchors(parts: &[String]) -> bool {
    let part = |at: usize| parts.get(at).map_or("", String::as_str);
    let profile = PROFILES.contains(&part(0))
        && (BELOW.contains(&part(2)) || (parts.len() == 3 && hive_of_user(part(2)).is_some()));
    profile || (part(0) == "windows" && part(1) == "system32" && parts.len() > 3)
}

/// How many folders stand above a host's volumes: what collectors put between is theirs.
fn above(folded: &[String], count: usize) -> usize {
    let is = |at: usize, name: &str| folded.get(at).is_some_and(|part| part == name);
    match count {
        2.. if is(count - 2, "uploads") => count - 2,
        1.. if is(count - 1, "uploads") => count - 1,
        _ => count,
    }
}

/// Which hive of a user has that name, if any.
fn hive_of_user(name: &str) -> Option<&str> {
    let (stem, ending) = name.split_once('.')?;
    let known =
        matches!(stem, "ntuser" | "usrclass") && matches!(ending, "dat" | "man" | "reg" | "json" | "csv" | "txt");
    known.then_some(stem)
}

fn in_tree(folded: &[String], parts: &[String]) -> Option<Part> {
    let part = |at: usize| folded.get(at).map_or("", String::as_str);
    let last = folded.last()?;
    if PROFILES.contains(&part(0)) && folded.len() > 2 {
        let direct = folded.len() == 3;
        let class = BELOW.contains(&part(2)) && last.starts_with("usrclass.");
        let user = || parts.get(1).map(|name| Part::User(decode(name)));
        return hive_of_user(last).filter(|_| direct || class).and_then(|_| user());
    }
    if part(0) == "windows" && part(1) == "system32" && part(2) == "config" && folded.len() == 4 {
        return match last.as_str() {
            "software" | "system" | "software.reg" | "system.reg" => Some(Part::Machine),
            "default" | "default.reg" => Some(Part::User(".DEFAULT".to_owned())),
            _ => None,
        };
    }
    if part(0) == "windows" && part(1) == "serviceprofiles" && folded.len() == 4 && hive_of_user(last).is_some() {
        return parts.get(2).map(|name| Part::User(name.clone()));
    }
    let policies = |it: &String| it.starts_with("grouppolicy") || it.starts_with("group policy");
    if folded.iter().any(policies) && matches!(last.as_str(), "registry.pol" | "registry.xml") {
        let sid = folded.iter().position(|part| part.starts_with("s-1-5-21-"));
        return Some(Part::LocalPolicy(sid.and_then(|at| parts.get(at)).cloned()));
    }
    None
}

/// How many folders lead to the group policy that the file belongs to.
fn policy(folded: &[String]) -> Option<usize> {
    if let Some(at) = folded.iter().rposition(|part| part == "domainsysvol") {
        return Some(at);
    }
    let last = folded.last()?;
    let beside = matches!(last.as_str(), "registry.pol" | "registry.xml");
    let half = folded.iter().rposition(|part| part == "machine" || part == "user").filter(|_| beside);
    let depth = folded.len().saturating_sub(half?);
    half.filter(|_| depth == 2 || depth == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, folder: &str, part: Part) {
        assert_eq!(place(Path::new(path)), Placed { folder: folder.to_owned(), part }, "{path}");
    }

    #[test]
    fn layouts_of_collectors() {
        let alice = || Part::User("alice".to_owned());
        check("case/HOST1/C/Users/alice/NTUSER.DAT", "case/HOST1", alice());
        check(r"case/H/C/Users/alice/AppData/Local/Microsoft/Windows/UsrClass.dat", "case/H", alice());
        check("/c/H.1/uploads/auto/C%3A/Users/alice/NTUSER.DAT", "/c/H.1", alice());
        check("H/uploads/ntfs/%5C%5C.%5CC%3A/Users/alice/ntuser.dat", "H", alice());
        check("H/uploads/ntfs/%5C%5C.%5CC%3A/Windows/System32/config/SOFTWARE", "H", Part::Machine);
        check("C/Windows/System32/config/SYSTEM", "", Part::Machine);
        check("HOST/Windows/System32/config/DEFAULT", "HOST", Part::User(".DEFAULT".to_owned()));
        check("Users/bob/NTUSER.DAT", "", Part::User("bob".to_owned()));
        let shadow =
            "H/uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy3/Users/alice/NTUSER.DAT";
        check(shadow, "H (shadow copy 3)", alice());
    }

    #[test]
    fn what_lies_about_in_a_tree_is_no_input() {
        let inside = |path: &str| Part::Inside(path.to_owned());
        check("H/C/Users/alice/Desktop/tweak.reg", "H", inside(r"C:\Users\alice\Desktop\tweak.reg"));
        check("H/C/Users/alice/Documents/NTUSER.DAT", "H", inside(r"C:\Users\alice\Documents\NTUSER.DAT"));
        check("H/C/Windows/System32/config/SAM", "H", inside(r"C:\Windows\System32\config\SAM"));
        check("H/C/Users/alice/NTUSER.DAT.LOG1", "H", inside(r"C:\Users\alice\NTUSER.DAT.LOG1"));
        let local = "H/C/Windows/System32/GroupPolicyUsers/S-1-5-21-1-2-3-1001/User/registry.pol";
        check(local, "H", Part::LocalPolicy(Some("S-1-5-21-1-2-3-1001".to_owned())));
    }

    #[test]
    fn an_investigators_own_disk_is_no_evidence() {
        let part = |path: &str, root: &str| place_below(Path::new(path), Path::new(root)).part;
        assert_eq!(part("/mnt/c/Users/me/cases/H1/hkcu.reg", "/mnt/c/Users/me/cases"), Part::Loose);
        assert_eq!(part("/mnt/c/Users/me/cases/H1/hkcu.reg", "/mnt/c/Users/me/cases/H1/hkcu.reg"), Part::Loose);
        let tweak = "H/C/Users/alice/Desktop/tweak.reg";
        for root in ["H", "H/C", "H/C/Users", "H/C/Users/alice"] {
            assert!(matches!(part(tweak, root), Part::Inside(_)), "{root}");
        }
        assert_eq!(part("H/C/Users/alice/NTUSER.DAT", "H/C/Users/alice"), Part::User("alice".to_owned()));
    }

    #[test]
    fn policies_and_loose_files() {
        check("gpo/{A}/DomainSysvol/GPO/User/registry.pol", "gpo/{A}", Part::Policy);
        check("Policies/{A}/Machine/registry.pol", "Policies/{A}", Part::Policy);
        check("P/{A}/User/Preferences/Registry/Registry.xml", "P/{A}", Part::Policy);
        check("dump/hkcu.reg", "dump", Part::Loose);
        check("/Users/analyst/cases/H1/hkcu.reg", "/Users/analyst/cases/H1", Part::Loose);
        check("hkcu.reg", "", Part::Loose);
    }
}
