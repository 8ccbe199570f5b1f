//! Writers of the formats that scenarios need, plain and deterministic. Test kits bend them further.

pub mod cfb;
pub mod doc;
pub mod iso;
pub mod msg;
pub mod ole;
pub mod opc;
pub mod zip;
