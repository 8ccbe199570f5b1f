use serde::Deserialize;
use std::collections::BTreeMap;

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
