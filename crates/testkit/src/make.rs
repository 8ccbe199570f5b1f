//! Builders of container formats that several areas need.

pub mod archive;
pub mod cfb;
pub mod crypto;
mod lock;
pub mod ole;
pub mod opc;
pub mod ppt;
pub mod zip;
