//! Builders of container formats that several areas need.

pub use ddefend_lab::make::{cfb, doc};

pub mod access;
pub mod archive;
pub mod biff;
pub mod biff_lock;
pub mod crypto;
pub mod disk;
pub mod doc_lock;
mod lock;
pub mod ole;
pub mod opc;
pub mod ppt;
pub mod xlsb;
pub mod zip;
