//! Hashes as Sysmon writes them: `SHA1=..,MD5=..,SHA256=..,IMPHASH=..` with upper-case digits.

/// Sysmon's names with the index of the input that holds them: MD5, SHA-1, SHA-256, import hash.
const ORDER: [(&str, usize); 4] = [("SHA1", 1), ("MD5", 0), ("SHA256", 2), ("IMPHASH", 3)];

pub(super) fn join(inputs: [Option<&str>; 4]) -> Option<String> {
    let parts: Vec<String> = ORDER
        .iter()
        .filter_map(|(name, index)| Some((name, inputs.get(*index).copied().flatten()?)))
        .filter(|(_, digits)| super::said(digits))
        .map(|(name, digits)| format!("{name}={}", digits.to_ascii_uppercase()))
        .collect();
    (!parts.is_empty()).then(|| parts.join(","))
}

pub(super) fn split(value: &str, inputs: usize) -> Option<Vec<Option<String>>> {
    let mut native = vec![None; inputs.min(ORDER.len())];
    for part in value.split(',') {
        let (name, digits) = part.split_once('=')?;
        let (_, index) = ORDER.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))?;
        *native.get_mut(*index)? = Some(digits.to_ascii_lowercase());
    }
    Some(native)
}
