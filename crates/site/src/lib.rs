//! The catalog as a folder of pages that need no server and no script.
