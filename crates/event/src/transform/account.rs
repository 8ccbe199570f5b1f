//! Accounts as Sysmon writes them: `DOMAIN\name`.

use super::said;

/// Service accounts ([MS-DTYP] 2.4.2.4) as Sysmon names them on an English system; Security events name the first one by
/// the computer (`WORKGROUP\HOST$`).
const SERVICES: &[(&str, &str)] = &[
    ("S-1-5-18", "NT AUTHORITY\\SYSTEM"),
    ("S-1-5-19", "NT AUTHORITY\\LOCAL SERVICE"),
    ("S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE"),
];

pub(super) fn join(domain: Option<&str>, name: Option<&str>) -> Option<String> {
    let name = name.filter(|name| said(name))?;
    match domain.filter(|domain| said(domain)) {
        Some(domain) if !name.contains('\\') => Some(format!("{domain}\\{name}")),
        _ => Some(name.to_owned()),
    }
}

pub(super) fn by_sid(sid: Option<&str>, domain: Option<&str>, name: Option<&str>) -> Option<String> {
    let service = SERVICES.iter().find(|(known, _)| Some(*known) == sid);
    service.map_or_else(|| join(domain, name), |(_, account)| Some((*account).to_owned()))
}

pub(super) fn token(
    target_domain: Option<&str>,
    target: Option<&str>,
    sid: Option<&str>,
    domain: Option<&str>,
    name: Option<&str>,
) -> Option<String> {
    join(target_domain, target).or_else(|| by_sid(sid, domain, name))
}

/// Domain and name.
pub(super) fn split(account: &str) -> Option<(Option<String>, Option<String>)> {
    match account.split_once('\\') {
        Some((domain, name)) => Some((Some(domain.to_owned()), Some(name.to_owned()))),
        None => Some((None, Some(account.to_owned()))),
    }
}

/// SID, domain and name. Accounts that are no service get no SID: the record does not say which it was.
pub(super) fn split_sid(account: &str) -> Option<Vec<Option<String>>> {
    let sid = SERVICES.iter().find(|(_, known)| known.eq_ignore_ascii_case(account)).map(|(sid, _)| (*sid).to_owned());
    let (domain, name) = split(account)?;
    Some(vec![sid, domain, name])
}

/// Target domain and name as `-`, then the subject.
pub(super) fn split_token(account: &str) -> Option<Vec<Option<String>>> {
    let nothing = [Some("-".to_owned()), Some("-".to_owned())];
    Some(nothing.into_iter().chain(split_sid(account)?).collect())
}
