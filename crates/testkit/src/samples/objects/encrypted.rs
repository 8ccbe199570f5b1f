//! Encrypted packages: row X17.

use super::{DDE, dde_docx, dde_xlsx, docx, sample};
use crate::make::crypto;
use crate::samples::{Expect, Sample};

pub(super) fn samples() -> Vec<Sample> {
    let excel = "VelvetSweatshop";
    let point = "/01Hannes Ruescher/01";
    let plain = docx("<w:r><w:t>DDE</w:t></w:r>");
    vec![
        sample("X17", "x17-standard.xlsx", DDE, crypto::standard(&dde_xlsx(), excel)),
        sample("X17", "x17-agile.xlsx", DDE, crypto::agile(&dde_xlsx(), excel, 1000)),
        sample("X17", "x17-agile-powerpoint.docx", DDE, crypto::agile(&dde_docx(), point, 1000)),
        sample("default-password", "default-password.docx", DDE, crypto::agile(&dde_docx(), excel, 1000)),
        sample("X17", "near-encrypted-plain.docx", Expect::Silent, crypto::standard(&plain, excel)),
    ]
}
