//! The files under `content/rules` and `content/posture`, embedded by `build.rs`: path under `content/` and text.

include!(concat!(env!("OUT_DIR"), "/files.rs"));
