//! Rule languages to the intermediate form. Front ends know the form, never each other.

pub mod car;
pub mod sigma;
