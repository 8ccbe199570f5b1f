use ddefend_container::Secrets;
use std::collections::BTreeMap;

/// What reading mails rests on: never taken from the evidence itself.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Our own authserv-ids (RFC 8601): only their results are trusted.
    pub authserv_ids: Vec<String>,
    /// Host names (or ends of them, with a leading dot) of our own mail servers: hops of theirs are not forged.
    pub internal_hosts: Vec<String>,
    /// DKIM public key records by `selector._domainkey.domain`: there is no network access to fetch them.
    pub dkim_keys: BTreeMap<String, String>,
    /// Passwords that archives and documents are tried with.
    pub secrets: Secrets,
}

impl Settings {
    /// True for one of our own mail servers.
    #[must_use]
    pub fn is_internal_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        !host.is_empty()
            && self.internal_hosts.iter().any(|own| {
                let own = own.trim_end_matches('.').to_ascii_lowercase();
                !own.is_empty() && (host == own || (own.starts_with('.') && host.ends_with(&own)))
            })
    }

    /// True for one of our own authserv-ids.
    #[must_use]
    pub fn is_own_authserv_id(&self, id: &str) -> bool {
        !id.is_empty() && self.authserv_ids.iter().any(|own| own.eq_ignore_ascii_case(id))
    }

    /// True for a server that writes our lines of trace: one of ours, or one named by an authserv-id of ours.
    #[must_use]
    pub fn is_own_server(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.is_internal_host(&host)
            || self.authserv_ids.iter().any(|id| {
                let id = id.to_ascii_lowercase();
                !id.is_empty() && (host == id || host.strip_suffix(&id).is_some_and(|head| head.ends_with('.')))
            })
    }
}
