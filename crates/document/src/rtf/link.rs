//! Where things stand, and what counts as reached over the network.

/// Where a field stands, bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) offset: usize,
    pub(super) length: usize,
}

/// True for a URL or a UNC path: something that is reached over the network.
pub(super) fn is_remote(target: &str) -> bool {
    let target = target.trim_matches(['"', ' ']);
    target.contains("://") || target.starts_with("\\\\") || target.starts_with("//") || target.contains("!http")
}
