//! The files under `content/rules`, embedded by `build.rs`: path under `content/` and text.

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
