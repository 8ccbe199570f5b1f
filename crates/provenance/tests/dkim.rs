//! Signatures: the standard's own examples, a round trip with a key of this test, and what breaks them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ddefend_provenance::header::Headers;
use ddefend_provenance::{Settings, dkim, mail};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// RFC 8463 appendix A.3.
const EXAMPLE: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r
 d=football.example.com; i=@football.example.com;\r
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r
 subject : date : message-id : from : subject : date;\r
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r
 d=football.example.com; i=@football.example.com;\r
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r
 date : message-id : from : subject : date;\r
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r
From: Joe SixPack <joe@football.example.com>\r
To: Suzie Q <suzie@shopping.example.net>\r
Subject: Is dinner ready?\r
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r
Message-ID: <20030712040037.46341.5F8J@football.example.com>\r
\r
Hi.\r
\r
We lost the game.  Are you hungry yet?\r
\r
Joe.\r
";

fn example_keys() -> BTreeMap<String, String> {
    let pairs = [
        (
            "brisbane._domainkey.football.example.com",
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        ),
        (
            "test._domainkey.football.example.com",
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
        ),
    ];
    pairs.into_iter().map(|(name, record)| (name.to_owned(), record.to_owned())).collect()
}

fn results(mail: &str, keys: &BTreeMap<String, String>) -> Vec<(String, String, Vec<String>)> {
    let headers = Headers::parse(mail.as_bytes());
    let checked = dkim::check(&headers, keys);
    checked.into_iter().map(|checked| (checked.dkim.result, checked.dkim.why, checked.odd)).collect()
}

#[test]
fn examples_of_rfc_8463() {
    let seen = results(EXAMPLE, &example_keys());
    let words: Vec<&str> = seen.iter().map(|(result, ..)| result.as_str()).collect();
    assert_eq!(words, ["pass", "pass"], "{seen:?}");
    // Line ends of a copy on a Unix machine.
    let seen = results(&EXAMPLE.replace("\r\n", "\n"), &example_keys());
    assert!(seen.iter().all(|(result, ..)| result == "pass"), "{seen:?}");
    let settings = Settings { dkim_keys: example_keys(), ..Settings::default() };
    let mail = mail::read(EXAMPLE.as_bytes(), &settings);
    assert_eq!(mail.authentication, ddefend_model::provenance::Authentication::Pass);
    assert!(mail.aligned, "{:?}", mail.reasons);
}

#[test]
fn what_breaks_them() {
    for (from, to, wanted, why) in [
        ("lost the game", "won the game", "fail", "body was changed"),
        ("dinner ready", "lunch ready", "fail", "headers were changed"),
        ("a=ed25519-sha256", "a=rsa-sha256", "bad", "another kind"),
        ("a=ed25519-sha256", "a=rsa-sha1", "bad", "rsa-sha1"),
        ("v=1; a=ed25519", "v=2; a=ed25519", "bad", "version"),
        ("s=brisbane", "s=sydney", "no key", "the body's hash fits"),
        ("i=@football", "i=@cricket", "bad", "inside"),
        ("q=dns/txt; s=brisbane", "d=x; s=brisbane", "bad", "twice"),
        ("c=relaxed/relaxed;\r\n d=foot", "c=loose;\r\n d=foot", "bad", "canonicalisation"),
        ("b=/gCr", "b=0gCr", "fail", "headers were changed"),
        ("q=dns/txt; s=brisbane", "l=9999; s=brisbane", "fail", "l= signs"),
        ("bh=2jUSO", "xh=2jUSO", "bad", "bh= is missing"),
    ] {
        let seen = results(&EXAMPLE.replacen(from, to, 1), &example_keys());
        assert_eq!(seen[0].0, wanted, "{from}: {seen:?}");
        assert!(seen[0].1.contains(why), "{from}: {seen:?}");
    }
    let seen = results(&EXAMPLE.replacen("from : ", "to : ", 2), &example_keys());
    assert_eq!((seen[0].0.as_str(), seen[0].1.as_str()), ("bad", "h= does not sign From"));
    // A second From above the signed one.
    let seen = results(&EXAMPLE.replacen("From: ", "From: evil@evil.example\r\nFrom: ", 1), &example_keys());
    assert_eq!(seen[0].0, "fail", "the signature covers From twice: {seen:?}");
    for (record, wanted) in [
        ("v=DKIM1; k=ed25519; p=", "revoked"),
        ("v=DKIM2; p=x", "version"),
        ("k=ed25519; h=sha1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "SHA-256"),
        ("k=ed25519; s=web; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "not for mail"),
        ("k=ed25519; p=AAAA", "32 bytes"),
        ("k=rsa; p=AAAA", "DER"),
        ("k=rsa; p=MAYCAQECAQE=", "bits"),
        ("k=other; p=AAAA", "not known"),
        ("nothing", "no p="),
    ] {
        let keys = BTreeMap::from([("brisbane._domainkey.football.example.com".to_owned(), record.to_owned())]);
        let seen = results(EXAMPLE, &keys);
        assert_eq!(seen[0].0, "bad", "{record}: {seen:?}");
        assert!(seen[0].1.contains(wanted), "{record}: {seen:?}");
    }
}

/// Signs with a key of this test.
fn sign(mail: &str, tags: &str) -> (String, BTreeMap<String, String>) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let headers = Headers::parse(mail.as_bytes());
    let body =
        if tags.contains("/simple") { dkim::simple_body(headers.body) } else { dkim::relaxed_body(headers.body) };
    let length = dkim::Tags::parse(tags).get("l").map_or(body.len(), |length| length.parse().unwrap());
    let hash = STANDARD.encode(Sha256::digest(&body[..length]));
    let template =
        format!("v=1; a=ed25519-sha256; d=corp.example; s=s1; h=from:to:subject:date; bh={hash}; {tags}; b=");
    let digest = dkim::digest_to_sign(mail.as_bytes(), &template).unwrap();
    let signature = STANDARD.encode(key.sign(&digest).to_bytes());
    let record = format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key.verifying_key().to_bytes()));
    let keys = BTreeMap::from([("s1._domainkey.corp.example".to_owned(), record)]);
    (format!("{}: {template}{signature}\r\n{mail}", dkim::FIELD), keys)
}

const MAIL: &str = "From: a@corp.example\r\nTo: b@corp.example\r\nSubject:  Two  blanks \r\n and a fold\r\nDate: Sat, 21 Nov 2026 22:00:00 +0000\r\n\r\nA body\r\nwith  blanks \r\n\r\n\r\n";

#[test]
fn round_trip_in_every_canonical_form() {
    for canon in ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"] {
        let (mail, keys) = sign(MAIL, &format!("c={canon}"));
        assert_eq!(results(&mail, &keys)[0].0, "pass", "{canon}");
        // What relaxed forgives, simple does not.
        let folded = mail.replace("Two  blanks", "Two blanks");
        let wanted = if canon.starts_with("relaxed") { "pass" } else { "fail" };
        assert_eq!(results(&folded, &keys)[0].0, wanted, "{canon}");
        let body = mail.replace("with  blanks \r\n", "with blanks\r\n");
        let wanted = if canon.ends_with("relaxed") { "pass" } else { "fail" };
        assert_eq!(results(&body, &keys)[0].0, wanted, "{canon}");
    }
}

#[test]
fn lengths_and_ends() {
    let (mail, keys) = sign(MAIL, "c=relaxed/relaxed; l=6");
    let appended = format!("{mail}An attachment that nobody signed\r\n");
    let seen = results(&appended, &keys);
    assert_eq!(seen[0].0, "pass");
    assert!(seen[0].2[0].contains("not signed"), "{seen:?}");
    let (mail, keys) = sign(MAIL, "c=relaxed/relaxed; x=1700000000");
    assert!(results(&mail, &keys)[0].1.contains("expired"));
    let (mail, keys) = sign(MAIL, "c=relaxed/relaxed; x=1900000000");
    assert_eq!(results(&mail, &keys)[0].0, "pass");
    // A second Subject above one that is signed once.
    let (mail, keys) = sign(MAIL, "c=relaxed/relaxed");
    let seen = results(&format!("Subject: pay now\r\n{mail}"), &keys);
    assert_eq!(seen[0].0, "pass");
    assert!(seen[0].2.iter().any(|odd| odd.contains("2 fields subject")), "{seen:?}");
    let many = mail.split_once("\r\n").unwrap().0.to_owned() + "\r\n";
    assert_eq!(results(&(many.repeat(30) + MAIL), &keys).len(), 10);
}
