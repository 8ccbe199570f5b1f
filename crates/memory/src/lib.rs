//! Process dumps (minidump) and raw memory images, streamed: modules that do not belong, command lines, DDE instructions
//! and formula payloads in ASCII and UTF-16, matches against the commands of a case.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
