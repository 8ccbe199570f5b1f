//! Builders of container formats that several areas need.

pub mod biff;
pub mod biff_lock;
pub mod archive;
pub mod cfb;
mod lock;
pub mod opc;
pub mod xlsb;
pub mod zip;
