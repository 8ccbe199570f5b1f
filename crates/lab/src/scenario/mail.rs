use serde::Deserialize;

/// A mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSpec {
    /// Path below `evidence/`.
    pub path: String,
    /// What it is written as.
    pub format: MailFormat,
    /// Path on the host, where processes name it; empty: `{downloads}\NAME`.
    pub windows: String,
    /// False: it was never collected; its journal entries may be.
    pub collected: Option<bool>,
    /// When it was sent.
    pub at: String,
    /// Without angle brackets; empty: made from `path`.
    pub message_id: String,
    /// `Name <local@domain>` or `local@domain`.
    pub from: String,
    /// The same.
    pub reply_to: String,
    /// The same.
    pub sender: String,
    /// Envelope sender; empty: that of `from`.
    pub return_path: String,
    /// The same, several.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// `path` of files in `files`. In a msg, an embedded OLE object where `embedded` is set.
    pub attachments: Vec<String>,
    /// msg: attachments are embedded OLE objects of the text, not files.
    pub embedded: bool,
    /// Hops, newest first as headers stand; default: one from the sender's server to `mx.corp.example`.
    pub received: Option<Vec<HopSpec>>,
    /// `Authentication-Results`.
    pub authentication_results: Vec<AuthenticationSpec>,
    /// DKIM signature.
    pub dkim: DkimState,
    /// `d=` of the signature; empty: domain of `from`.
    pub dkim_domain: String,
}

/// What a mail is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailFormat {
    /// RFC 5322.
    #[default]
    Eml,
    /// Outlook's.
    Msg,
}

/// A hop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HopSpec {
    /// Name that the sender gave.
    pub from: String,
    /// Its address.
    pub ip: String,
    /// Receiver.
    pub by: String,
    /// `ESMTPS`; the default.
    pub with: String,
    /// When.
    pub at: String,
}

/// An `Authentication-Results` header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthenticationSpec {
    /// Who says so.
    pub authserv_id: String,
    /// `spf=pass smtp.mailfrom=partner.example; dkim=pass header.d=partner.example; dmarc=pass header.from=partner.example`.
    pub results: String,
    /// How many `Received` headers stand above it: 0 is above all of them.
    pub position: usize,
}

/// State of the DKIM signature. The organisation's `dkim_keys` has the key under `lab._domainkey.DOMAIN`: placeholder `{dkim}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DkimState {
    /// No signature.
    #[default]
    None,
    /// One that holds.
    Valid,
    /// One of another body.
    Broken,
}

/// A line of the gateway's journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalSpec {
    /// `path` of the mail that it is about: sender, recipients, subject, id, time and attachments are taken from it where
    /// they are not given here.
    pub mail: String,
    /// When.
    pub at: String,
    /// Message id.
    pub message_id: String,
    /// Sender.
    pub from: String,
    /// Recipients.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// `path` of files.
    pub attachments: Vec<String>,
    /// `delivered` (the default), `quarantined` or `rejected`.
    pub action: String,
    /// `clean` (the default), `phishing`, `malware`, `reported` ...
    pub verdict: String,
    /// URLs.
    pub urls: Vec<String>,
    /// Copies of the line, one a day backwards, for sender history.
    pub days: u32,
}
