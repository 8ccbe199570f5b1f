//! The files under `content/rules`, `content/posture`, `content/playbooks` and `content/lab`, embedded by `build.rs`: path under `content/` and text.

include!(concat!(env!("OUT_DIR"), "/files.rs"));
