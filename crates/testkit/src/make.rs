//! Builders of container formats that several areas need.

pub mod archive;
pub mod cfb;
pub mod disk;
pub mod doc;
mod lock;
pub mod opc;
pub mod zip;
