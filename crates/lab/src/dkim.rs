//! DKIM signatures (RFC 6376) with Ed25519 (RFC 8463). The key is made from a text that stands here: it signs nothing that
//! matters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ddefend_event::Time;
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

/// Selector of every signature.
pub const DKIM_SELECTOR: &str = "lab";

fn key() -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest(b"ddefend-lab dkim, synthetic").into())
}

/// The key record that belongs to the signatures, for the organisation's `dkim_keys` under `lab._domainkey.DOMAIN`
/// (placeholder `{dkim}`).
#[must_use]
pub fn dkim_record() -> String {
    format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key().verifying_key().to_bytes()))
}

/// The value of `DKIM-Signature` over headers and body, both relaxed.
pub(crate) fn signature(domain: &str, at: Time, headers: &[(&str, String)], body: &str) -> String {
    let names: Vec<String> = headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    let hash = STANDARD.encode(Sha256::digest(relaxed_body(body)));
    let seconds = at.ticks.div_euclid(Time::SECOND);
    let value = format!(
        "v=1; a=ed25519-sha256; c=relaxed/relaxed; d={domain}; s={DKIM_SELECTOR}; t={seconds}; h={}; bh={hash}; b=",
        names.join(":")
    );
    let mut signed = String::new();
    for (name, text) in headers {
        signed += &format!("{}:{}\r\n", name.to_lowercase(), relaxed(text));
    }
    signed += &format!("dkim-signature:{}", relaxed(&value));
    let signature = key().sign(&Sha256::digest(signed.as_bytes()));
    format!("{value}{}", STANDARD.encode(signature.to_bytes()))
}

/// A field's value with its blanks as one each (3.4.2).
fn relaxed(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// A body with its blanks as one each, none at ends of lines, and no empty lines at its end (3.4.4).
fn relaxed_body(body: &str) -> String {
    let mut out = String::new();
    for line in body.split("\r\n") {
        let mut pending = false;
        for letter in line.chars() {
            match letter {
                ' ' | '\t' => pending = true,
                letter => {
                    if std::mem::take(&mut pending) {
                        out.push(' ');
                    }
                    out.push(letter);
                }
            }
        }
        out += "\r\n";
    }
    let text = out.trim_end_matches("\r\n");
    if text.is_empty() { String::new() } else { format!("{text}\r\n") }
}
