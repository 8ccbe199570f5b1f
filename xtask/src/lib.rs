//! Tools of the project: the invariants as tests ([`tidy`]) and the generated parts of the repository.

pub mod tidy;
