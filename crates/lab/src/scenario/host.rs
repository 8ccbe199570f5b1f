use serde::Deserialize;

/// A computer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Host {
    /// Short name (`ws-042`); records carry `NAME.lab.example`.
    pub name: String,
    /// Address.
    pub ip: String,
    /// Who works there; accounts are `LAB\user`.
    pub user: String,
    /// The user's SID.
    pub sid: String,
    /// Logon session of the user, hexadecimal.
    pub logon: String,
    /// Version of Office in the registry and in its folder (`16.0`).
    pub office: String,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            name: "ws-042".to_owned(),
            ip: "10.20.30.42".to_owned(),
            user: "m.weber".to_owned(),
            sid: "S-1-5-21-1004336348-1177238915-682003330-1142".to_owned(),
            logon: "0x5a3f21".to_owned(),
            office: "16.0".to_owned(),
        }
    }
}
