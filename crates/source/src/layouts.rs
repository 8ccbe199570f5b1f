//! The layouts of the schemas: where shippers put what Windows wrote. A record of Windows ends up with Windows' own
//! names whoever shipped it; Defender's and Elastic's own records keep theirs.

mod collectors;
mod defender;
mod tools;
mod windows;

pub(crate) use collectors::{NXLOG, SPLUNK, WAZUH, WINLOGBEAT};
pub(crate) use defender::DEFENDER;
pub(crate) use tools::{EVTXECMD, HAYABUSA, POWERSHELL};
pub(crate) use windows::EVTX_JSON;
