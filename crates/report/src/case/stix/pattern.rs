//! Indicator patterns (STIX 2.1, part 9).

use ddefend_model::IndicatorKind;
use ddefend_model::case::Observable;

/// A string of a pattern: only backslash and apostrophe are escaped.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// What finds an observable again; none for what is no address or digest at all.
pub(super) fn of(one: &Observable) -> Option<String> {
    let value = quoted(&one.value);
    let address = one.value.parse::<core::net::IpAddr>().is_ok();
    let digest = one.value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if (one.kind == IndicatorKind::Ip && !address) || (one.kind == IndicatorKind::Hash && !digest) {
        return None;
    }
    Some(match one.kind {
        IndicatorKind::Url => format!("[url:value = {value}]"),
        IndicatorKind::Host => format!("[domain-name:value = {value}]"),
        IndicatorKind::Ip if one.value.contains(':') => format!("[ipv6-addr:value = {value}]"),
        IndicatorKind::Ip => format!("[ipv4-addr:value = {value}]"),
        IndicatorKind::Hash => format!("[file:hashes.{} = {value}]", algorithm(&one.value)),
        IndicatorKind::File | IndicatorKind::Unc => match one.value.rsplit_once('\\') {
            Some((folder, name)) if !name.is_empty() => {
                format!("[file:name = {} AND file:parent_directory_ref.path = {}]", quoted(name), quoted(folder))
            }
            _ => format!("[file:name = {value}]"),
        },
    })
}

/// What finds a process by the command of a link.
pub(super) fn command(command: &str) -> String {
    format!("[process:command_line = {}]", quoted(command))
}

/// What finds a mail by its sender.
pub(super) fn sender(address: &str) -> String {
    format!("[email-message:from_ref.value = {}]", quoted(address))
}

/// The digest's name in patterns, by its length.
pub(super) fn algorithm(digest: &str) -> &'static str {
    match digest.len() {
        32 => "MD5",
        40 => "'SHA-1'",
        128 => "'SHA-512'",
        _ => "'SHA-256'",
    }
}
