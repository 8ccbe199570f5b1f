//! Which observables are indicators. An indicator is blocked and searched for by machines, so nothing may be one that an
//! organisation lives on: system programs, bare file names, local addresses, its own names. Those stay observables.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ddefend_model::case::{Case, Node, NodeKind, Observable, Verdict};
use ddefend_model::{Finding, IndicatorKind, Level};

/// Folders of a drive's root that the system and installed programs own.
const SYSTEM: [&str; 10] = [
    "windows",
    "winnt",
    "program files",
    "program files (x86)",
    "%windir%",
    "%systemroot%",
    "%programfiles%",
    "%programfiles(x86)%",
    "%programw6432%",
    "%comspec%",
];
/// Ends of names that no public name server knows (RFC 6761, RFC 6762, RFC 8375) or that networks use inside.
const LOCAL: [&str; 9] = ["localhost", "local", "localdomain", "lan", "internal", "intranet", "corp", "home", "arpa"];

/// True where the observable may be searched for and blocked.
pub(super) fn is_indicator(case: &Case, one: &Observable) -> bool {
    if is_benign(case) {
        return false;
    }
    let reached = one.known || matches!(one.role.as_str(), "field command" | "contacted");
    match one.kind {
        IndicatorKind::Hash => {
            matches!(one.value.len(), 32 | 40 | 64 | 128) && one.value.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        IndicatorKind::Ip | IndicatorKind::Host => reached && is_outside(case, &one.value),
        IndicatorKind::Url => reached && host_of_url(&one.value).is_some_and(|host| is_outside(case, host)),
        IndicatorKind::Unc => reached && host_of_share(&one.value).is_some_and(|host| is_outside(case, host)),
        IndicatorKind::File => (reached || one.role == "dropped") && is_own_place(&one.value),
    }
}

/// The sender's address where the mail belongs to what happened and does not claim to come from the organisation itself.
pub(super) fn sender<'n>(case: &Case, node: &'n Node) -> Option<&'n str> {
    let from =
        node.attributes.get("from").map(String::as_str).filter(|_| node.kind == NodeKind::Mail && node.on_path)?;
    let (user, domain) = from.rsplit_once('@')?;
    let plain = |one: char| one.is_ascii_graphic() && !"<>\"\\,;:@()[]".contains(one);
    (!is_benign(case) && !user.is_empty() && user.chars().all(plain) && is_outside(case, domain)).then_some(from)
}

/// The finding's command where it says more than the name of a program.
pub(super) fn command<'f>(case: &Case, finding: &'f Finding) -> Option<&'f str> {
    let command = finding.command.as_deref().filter(|_| finding.level >= Level::Medium && !is_benign(case))?;
    let program = command.trim().trim_matches('"').to_ascii_lowercase();
    let bare = program.split_whitespace().count() < 2
        || ([".exe", ".com"].iter().any(|end| program.ends_with(end))
            && program.matches(".exe").count() < 2
            && is_system(&program));
    (!bare).then_some(command)
}

fn is_benign(case: &Case) -> bool {
    matches!(case.decision.verdict, Verdict::BenignTp | Verdict::Fp)
}

/// True for a public address, or a name that is neither local nor the organisation's.
fn is_outside(case: &Case, value: &str) -> bool {
    let own = |node: &Node| node.kind == NodeKind::Host && node.attributes.values().any(|known| known == value);
    if case.nodes.iter().any(own) {
        return false;
    }
    match value.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => is_public(address),
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => is_public(address),
            None => is_public_v6(address),
        },
        Err(_) => is_public_name(case, value),
    }
}

/// IANA's special-purpose ranges (RFC 6890) that stand for machines of the network itself.
fn is_public(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let shared = first == 100 && (64..128).contains(&second);
    let local = address.is_private() || address.is_loopback() || address.is_link_local() || shared;
    !(local || first == 0 || first >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let local = address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback();
    !(local || address.is_unspecified() || address.is_multicast())
}

fn is_public_name(case: &Case, value: &str) -> bool {
    let name = value.trim_end_matches('.').to_ascii_lowercase();
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let last = name.rsplit('.').next().unwrap_or_default();
    let sound = name.contains('.') && name.split('.').all(word) && last.bytes().any(|byte| byte.is_ascii_alphabetic());
    let below = |domain: &str| name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    // The domain of a host of the case: what stands behind its name, where that is a domain at all.
    let own = |node: &Node| {
        let host = node.label.to_ascii_lowercase();
        let domain = host.split_once('.').map_or("", |(_, domain)| domain);
        name == host || (domain.contains('.') && below(domain))
    };
    sound && !LOCAL.contains(&last) && !case.nodes.iter().any(|node| node.kind == NodeKind::Host && own(node))
}

/// The host of `scheme://user@host:port/path`; none for `about:`, `file:///` and other local ones.
fn host_of_url(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => host.split(':').next()?,
    };
    Some(host).filter(|host| !host.is_empty())
}

/// The host of `\\host@SSL@443\share`.
fn host_of_share(share: &str) -> Option<&str> {
    let rest = share.trim_start_matches(['\\', '/']);
    (share.len() > rest.len()).then(|| rest.split(['\\', '/', '@']).next()).flatten()
}

/// True for a path with a folder that is neither the system's nor that of installed programs.
fn is_own_place(path: &str) -> bool {
    path.trim_matches('"').contains(['\\', '/']) && !is_system(path)
}

/// True below the folders of the system, also where steps upwards or device names lead there.
fn is_system(path: &str) -> bool {
    let lower = path.trim().trim_matches('"').to_ascii_lowercase();
    let mut parts: Vec<&str> = Vec::new();
    let mut climbs = false;
    for part in lower.split(['\\', '/']).map(str::trim) {
        let skipped = matches!(part, "" | "." | "?" | "??" | "device" | "%systemdrive%" | "%homedrive%")
            || part.ends_with(':')
            || part.starts_with("harddiskvolume");
        if part == ".." {
            climbs = true;
            parts.pop();
        } else if !skipped || !parts.is_empty() {
            parts.push(part);
        }
    }
    let system = |part: &&str| SYSTEM.contains(part) || part.starts_with("progra~");
    // Who climbs may mean any place on the way.
    if climbs { parts.iter().any(system) } else { parts.first().is_some_and(system) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_organisation_lives_on_is_no_indicator() {
        let mut host = Node {
            id: "host:1".to_owned(),
            kind: NodeKind::Host,
            label: "ws-017.corp.example".to_owned(),
            time: String::new(),
            host: String::new(),
            user: String::new(),
            attributes: std::collections::BTreeMap::new(),
            level: None,
            on_path: true,
            evidence: Vec::new(),
        };
        host.attributes.insert("ip".to_owned(), "198.51.100.7".to_owned());
        let mut case = Case { nodes: vec![host], ..Case::default() };
        let holds = |case: &Case, kind, value: &str, role: &str| {
            let one = Observable { kind, value: value.to_owned(), role: role.to_owned(), known: false };
            is_indicator(case, &one)
        };
        use IndicatorKind::{File, Hash, Host, Ip, Unc, Url};
        let bad = [
            (File, r"C:\Users\alice\AppData\Local\Temp\a.exe", "dropped"),
            (File, r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\a.exe", "dropped"),
            (Url, "https://cdn.bad.example/a", "field command"),
            (Url, "http://[2001:db8::9]:8080/a", "contacted"),
            (Host, "cdn.bad.example", "contacted"),
            (Ip, "203.0.113.9", "contacted"),
            (Unc, r"\\files.bad.example@SSL\share\a.exe", "field command"),
            (Hash, "d41d8cd98f00b204e9800998ecf8427e", "document"),
        ];
        let good = [
            (File, r"C:\Windows\System32\cmd.exe", "field command"),
            (File, r"c:\\windows\\system32\\cmd.exe", "field command"),
            (File, r"\Device\HarddiskVolume3\Windows\System32\a.dll", "dropped"),
            (File, r"C:\Programs\Microsoft\Office\MSWord.exe\..\..\..\..\windows\system32\cmd.exe", "field command"),
            (File, r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE", "field command"),
            (File, "%windir%/system32/calc.exe", "field command"),
            (File, "cmd.exe", "field command"),
            (File, "Invoice.docx", "document"),
            (Url, "about:internet", "field command"),
            (Url, "file:///C:/a.docx", "field command"),
            (Url, "http://localhost/a", "field command"),
            (Url, "https://intranet.corp.example/a", "contacted"),
            (Url, "https://mail.example/attachment", "fetched from"),
            (Host, "ws-017", "contacted"),
            (Host, "dc-01.corp.example", "contacted"),
            (Host, "7.100.51.198.in-addr.arpa", "contacted"),
            (Host, "mail.example", "sender"),
            (Ip, "10.0.0.8", "contacted"),
            (Ip, "192.168.1.1", "contacted"),
            (Ip, "127.0.0.1", "contacted"),
            (Ip, "::ffff:10.0.0.8", "contacted"),
            (Ip, "fe80::1", "contacted"),
            (Ip, "198.51.100.7", "contacted"),
            (Unc, r"\\fs01\share\a.exe", "field command"),
            (Unc, r"\\?\C:\a.exe", "field command"),
            (Hash, "no digest", "document"),
        ];
        for (kind, value, role) in bad {
            assert!(holds(&case, kind, value, role), "{value}");
        }
        for (kind, value, role) in good {
            assert!(!holds(&case, kind, value, role), "{value}");
        }
        case.decision.verdict = Verdict::Fp;
        assert!(!holds(&case, Ip, "203.0.113.9", "contacted"));
    }
}
