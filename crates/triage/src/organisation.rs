use core::net::IpAddr;
use ddefend_event::Time;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Systems that the playbook's commands know ids of.
const SYSTEMS: [&str; 7] = ["mde", "crowdstrike", "sentinelone", "elastic", "carbonblack", "cortex", "velociraptor"];

/// What an organisation says of itself (`--organisation FILE`, TOML). Never read from the evidence: whoever attacks may
/// have written that.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Organisation {
    /// Mail domains of its own.
    pub internal_domains: Vec<String>,
    /// Domains that look-alikes are measured against: its own, partners, banks.
    pub protected_domains: Vec<String>,
    /// authserv-ids whose `Authentication-Results` are trusted.
    pub authserv_ids: Vec<String>,
    /// Its own mail servers: host names, or ends of them with a leading dot.
    pub internal_hosts: Vec<String>,
    /// Address ranges of its own in CIDR form.
    pub internal_networks: Vec<String>,
    /// DKIM public key records by `selector._domainkey.domain`.
    pub dkim_keys: BTreeMap<String, String>,
    /// Known data feeds.
    pub feed: Vec<Feed>,
    /// Changes with a ticket.
    pub change: Vec<Change>,
    /// Hosts, with their ids in other systems.
    pub asset: Vec<Asset>,
    /// The mutable elements of ATT&CK's analytic AN1393, under its names.
    pub mutable: Mutable,
    /// Children of Office that are known there, beside the shipped list: name of the child with the family of false
    /// positives that it belongs to (`vsto`, `erp`, `dev-tests`, `dms`) and the parent's or child's folder.
    pub benign_child: Vec<BenignChild>,
}

/// A known data feed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Feed {
    /// DDE service, without case.
    pub service: String,
    /// Topic pattern (`*`); empty: any.
    pub topic: String,
    /// Who answers for it; a case is closed on it only where this is set.
    pub owner: String,
}

/// A change with a ticket.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// Ticket id.
    pub ticket: String,
    /// Registry path pattern (`*`), compared without case.
    pub key: String,
    /// Host pattern; empty: any.
    pub host: String,
    /// RFC 3339; empty: open.
    pub from: String,
    /// RFC 3339; empty: open.
    pub until: String,
}

/// A host.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asset {
    /// Name, short or full.
    pub host: String,
    /// What it is for.
    pub role: String,
    /// Ids in other systems: `mde`, `crowdstrike`, `sentinelone`, `elastic`, `carbonblack`, `cortex`, `velociraptor`.
    pub ids: BTreeMap<String, String>,
}

/// The mutable elements of AN1393.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(non_snake_case, reason = "ATT&CK's own names")]
pub struct Mutable {
    /// How long an effect may come behind its cause: `10m`.
    pub TimeWindow: Option<String>,
    /// Programs that Office starts of itself.
    pub AllowedParentChildPairs: Option<Vec<String>>,
    /// Modules that Office has no use for.
    pub SuspiciousDLLList: Option<Vec<String>>,
}

/// A known child of Office.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BenignChild {
    /// Pattern (`*`) of the child's command line or path, without case.
    pub child: String,
    /// Pattern of the parent's command line or path; empty: any.
    pub parent: String,
    /// Reason code: `vsto`, `erp`, `dev-tests`, `dms`.
    pub family: String,
}

impl Organisation {
    /// Whether every value makes sense.
    ///
    /// # Errors
    /// The first that does not, in words: field, value, and what would do.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |field: String, value: &str, wanted: &str| Err(format!("{field}: `{value}` is no {wanted}"));
        if let Some(network) = self.internal_networks.iter().find(|network| cidr(network).is_none()) {
            return wrong("internal_networks".to_owned(), network, "address range; `10.0.0.0/8` is one");
        }
        if let Some(window) = self.mutable.TimeWindow.as_ref().filter(|window| duration(window).is_none()) {
            return wrong("mutable.TimeWindow".to_owned(), window, "time span; `10m`, `90s` and `1h` are");
        }
        for change in &self.change {
            for (field, value) in [("from", &change.from), ("until", &change.until)] {
                if !value.is_empty() && Time::parse(value).is_none() {
                    let field = format!("change.{field} of {}", change.ticket);
                    return wrong(field, value, "time; `2026-03-01T00:00:00Z` is one");
                }
            }
        }
        for asset in &self.asset {
            if let Some(id) = asset.ids.keys().find(|id| !SYSTEMS.contains(&id.as_str())) {
                let wanted = format!("system that ids are known of; {} are", SYSTEMS.join(", "));
                return wrong(format!("asset.ids of {}", asset.host), id, &wanted);
            }
        }
        Ok(())
    }
}

/// `10m`, `90s`, `1h` in ticks; a number alone counts minutes.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let seconds: i64 = match unit.trim() {
        "s" => 1,
        "m" | "min" | "" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(seconds)?.checked_mul(Time::SECOND)
}

/// A range of addresses: network and length of its prefix (RFC 4632); one address alone is a range as well.
pub(crate) fn cidr(text: &str) -> Option<(IpAddr, u32)> {
    let (network, length) = text.trim().split_once('/').unwrap_or((text.trim(), ""));
    let network: IpAddr = network.trim().parse().ok()?;
    let most = if network.is_ipv4() { 32 } else { 128 };
    let length = if length.is_empty() { most } else { length.trim().parse().ok()? };
    (length <= most).then_some((network, length))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_that_make_no_sense_are_told_with_their_field() {
        for (text, field, value) in [
            ("internal_networks = ['10.0.0.0/99']", "internal_networks", "10.0.0.0/99"),
            ("[mutable]\nTimeWindow = '10 parsecs'", "mutable.TimeWindow", "10 parsecs"),
            ("[[change]]\nticket = 'C1'\nfrom = 'yesterday'", "change.from of C1", "yesterday"),
            ("[[change]]\nticket = 'C1'\nuntil = 'soon'", "change.until of C1", "soon"),
            ("[[asset]]\nhost = 'ws1'\nids = { mda = '1' }", "asset.ids of ws1", "mda"),
        ] {
            let organisation: Organisation = toml::from_str(text).unwrap();
            let error = organisation.check().unwrap_err();
            assert!(error.starts_with(&format!("{field}: `{value}` is no ")), "{error}");
        }
        let fine = "internal_networks = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']\n[mutable]\nTimeWindow = '10m'\n\
                    [[change]]\nfrom = '2026-03-01T00:00:00Z'\n[[asset]]\nids = { mde = '1' }\n";
        assert_eq!(toml::from_str::<Organisation>(fine).unwrap().check(), Ok(()));
    }
}
