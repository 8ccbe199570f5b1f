//! Signs the lab's mails with a key that everybody knows, so that what checks signatures has something to check.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ddefend_provenance::dkim::{FIELD, digest_to_sign, relaxed_body};
use ddefend_provenance::header::Headers;
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

/// The selector that [`sign`] writes.
pub const SELECTOR: &str = "lab";

/// No secret: whoever reads this can sign. Nothing outside the lab may trust its record.
const SEED: [u8; 32] = *b"ddefend lab: everybody knows it.";

/// The key record for `lab._domainkey.DOMAIN`, as `--organisation` takes it.
#[must_use]
pub fn key_record() -> String {
    let public = SigningKey::from_bytes(&SEED).verifying_key();
    format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(public.to_bytes()))
}

/// The mail with a `DKIM-Signature` above its headers (ed25519-sha256, relaxed/relaxed, over From, To, Subject, Date and
/// Message-ID). It holds unless `broken`: then it was made for another body. Line ends are those of the mail.
#[must_use]
pub fn sign(mail: &str, domain: &str, broken: bool) -> String {
    let headers = Headers::parse(mail.as_bytes());
    let mut body = relaxed_body(headers.body);
    if broken {
        body.extend_from_slice(b"A line that was taken out since.\r\n");
    }
    let hash = STANDARD.encode(Sha256::digest(&body));
    let template = format!(
        "v=1; a=ed25519-sha256; c=relaxed/relaxed; d={domain}; s={SELECTOR}; \
         h=From:To:Subject:Date:Message-ID; bh={hash}; b="
    );
    let digest = digest_to_sign(mail.as_bytes(), &template).unwrap_or_default();
    let signature = STANDARD.encode(SigningKey::from_bytes(&SEED).sign(&digest).to_bytes());
    let end = if mail.contains("\r\n") { "\r\n" } else { "\n" };
    format!("{FIELD}: {template}{signature}{end}{mail}")
}

#[cfg(test)]
mod tests {
    use super::{SELECTOR, key_record, sign};
    use ddefend_model::provenance::Authentication;
    use ddefend_provenance::{Settings, mail};

    #[test]
    fn holds_and_breaks() {
        let text =
            "From: a@corp.example\nTo: b@corp.example\nSubject: x\nDate: Sat, 21 Nov 2026 22:00:00 +0000\n\nbody\n";
        let key = (format!("{SELECTOR}._domainkey.corp.example"), key_record());
        let settings = Settings { dkim_keys: [key].into(), ..Settings::default() };
        for (text, broken, wanted) in [
            (text.to_owned(), false, Authentication::Pass),
            (text.replace('\n', "\r\n"), false, Authentication::Pass),
            (text.to_owned(), true, Authentication::Fail),
        ] {
            let read = mail::read(sign(&text, "corp.example", broken).as_bytes(), &settings);
            assert_eq!((read.authentication, read.aligned), (wanted, !broken), "{:?}", read.dkim);
        }
    }
}
