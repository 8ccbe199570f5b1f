//! Where an artifact came from: marks of the web, mail headers, what a document says of itself, what a user was asked.

use serde::{Deserialize, Serialize};

/// Everything that an artifact's bytes say of where it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Marks of the web on it, from wherever they were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// What its mail headers say; only for mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
    /// What the document says of itself, per part that does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Metadata>,
    /// Files inside: attachments, members of archives, packaged files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contained: Vec<Contained>,
}

/// A mark of the web.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// `stream` (NTFS), `side-file`, `sysmon-15`, `quarantine` (macOS), `archive` ...
    pub form: String,
    /// The file that it is on: a path or name.
    pub of: String,
    /// Zone: 0 local machine, 1 intranet, 2 trusted, 3 internet, 4 restricted; none where it does not say or says nonsense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<u8>,
    /// Page that led to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub referrer_url: String,
    /// Where it was fetched.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host_url: String,
    /// Address of that.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host_ip: String,
    /// Zone of the app container that wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app_zone: String,
    /// Package, application or agent that wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub writer: String,
    /// Input and place that it was read from.
    pub source: String,
    /// What is odd about it: two zones, a zone that does not exist, a local zone with an internet address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
}

/// A name with an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mailbox {
    /// Display name, decoded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// `local@domain`.
    pub address: String,
}

/// What mail headers say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Without angle brackets.
    pub message_id: String,
    /// RFC 3339 with `Z`, from `Date`; empty where there is none.
    pub date: String,
    /// `From`.
    pub from: Vec<Mailbox>,
    /// `Sender`.
    pub sender: Vec<Mailbox>,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// Envelope sender as the last hop noted it.
    pub return_path: String,
    /// `To` and `Cc`.
    pub recipients: Vec<Mailbox>,
    /// Decoded.
    pub subject: String,
    /// The way it took, oldest hop first.
    pub received: Vec<Hop>,
    /// Address from which it came to our servers: the first one of the internet, seen from us. Empty where no hop names
    /// any, which is so for mail that never left the house.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub external_ip: String,
    /// Every Authentication-Results header, in header order.
    pub results: Vec<AuthenticationResults>,
    /// Signatures and whether they hold.
    pub dkim: Vec<Dkim>,
    /// What mail authentication comes to.
    pub authentication: Authentication,
    /// Why, one sentence each.
    pub reasons: Vec<String>,
    /// True where the sender's domain is authenticated by an aligned SPF or DKIM pass.
    pub aligned: bool,
    /// What is odd in the headers: forged or missing hops, times that run backwards, `Reply-To` elsewhere ...
    pub odd: Vec<String>,
}

/// What mail authentication comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Authentication {
    /// A method failed.
    Fail,
    /// A soft failure.
    Suspicious,
    /// Nothing trustworthy says.
    #[default]
    Undetermined,
    /// All that says something says pass.
    Pass,
}

/// A hop of `Received`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Name that the sender of the hop gave.
    pub from: String,
    /// Address that the receiver saw; empty where it does not say.
    pub ip: String,
    /// Receiver.
    pub by: String,
    /// `ESMTPS` and the like.
    pub with: String,
    /// RFC 3339 with `Z`.
    pub time: String,
    /// Header line, from 1.
    pub line: u32,
    /// What is odd: `by` and the next hop's `from` disagree, time runs backwards by more than five minutes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<String>,
}

/// An `Authentication-Results` header (RFC 8601).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationResults {
    /// Who says so.
    pub authserv_id: String,
    /// True where that is ours and the header stands above the first `Received` of somebody else.
    pub trusted: bool,
    /// Header line, from 1.
    pub line: u32,
    /// Method and result: `spf` `pass`, with the domain that it is about.
    pub methods: Vec<Method>,
}

/// One method of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// `spf`, `dkim`, `dmarc`, `arc`, `compauth` ...
    pub method: String,
    /// `pass`, `fail`, `softfail` ...
    pub result: String,
    /// Domain it is about.
    pub domain: String,
}

/// A DKIM signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dkim {
    /// `d=`.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// `a=`.
    pub algorithm: String,
    /// `pass`, `fail`, or `no key` where no key was given (there is no network access); `bad` where it is none.
    pub result: String,
    /// Why.
    pub why: String,
}

/// What a document says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The part.
    pub part: String,
    /// Name with value, in a fixed order: `creator`, `last_modified_by`, `created`, `modified`, `template`, `company`,
    /// `application`, `app_version`, `language`, `title`, `rsid`, `printer`, `signer` ... Times in RFC 3339.
    pub values: Vec<(String, String)>,
}

/// A file inside another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contained {
    /// Part path.
    pub part: String,
    /// File name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// A remembered decision of a user about a document: `Security\Trusted Documents\TrustRecords`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrustRecord {
    /// User or hive.
    pub user: String,
    /// Computer, where known.
    pub host: String,
    /// `Word`, `Excel` ...
    pub application: String,
    /// Office version: `16.0`.
    pub version: String,
    /// The document, as the registry names it (`%USERPROFILE%/Downloads/a.docx`, an address), with `%20` and the like decoded.
    pub document: String,
    /// RFC 3339 with `Z`: when it was trusted, to the minute.
    pub time: String,
    /// RFC 3339 with `Z`: when the document's file was made, which tells it from another of that name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub created: String,
    /// `enabled editing`, `enabled content`, or the flag in hexadecimal.
    pub choice: String,
    /// Input and key.
    pub source: String,
}

/// A line of a mail gateway's journal: one message as delivered to its recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JournalEntry {
    /// RFC 3339.
    pub time: String,
    /// Without angle brackets.
    pub message_id: String,
    /// Sender's address.
    pub from: String,
    /// Recipients' addresses.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// `delivered`, `quarantined`, `rejected`.
    pub action: String,
    /// What the gateway thought: `clean`, `phishing`, `malware`, `reported` ...
    pub verdict: String,
    /// Attachments: name, size, SHA-256.
    pub attachments: Vec<Contained>,
    /// URLs.
    pub urls: Vec<String>,
}
