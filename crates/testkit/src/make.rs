//! Builders of container formats that several areas need.

pub mod archive;
pub mod cfb;
mod lock;
pub mod opc;
pub mod zip;
