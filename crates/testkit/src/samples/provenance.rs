//! Marks, mail headers, signatures, property sets and trust records as bytes.

use super::{Entry, Sample};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_provenance::header::Headers;
use ddefend_provenance::{Settings, dkim, mail, mark, property_set, read, trust};
use std::collections::BTreeMap;

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// What meets bytes that say where something came from.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "zone-identifier", run: zone, seed: |_| false },
    Entry { name: "mail-headers", run: headers, seed: |name| name.ends_with(".eml") || name.contains("mail") },
    Entry { name: "authentication-results", run: results, seed: |_| false },
    Entry { name: "dkim", run: signature, seed: |_| false },
    Entry { name: "property-set", run: properties, seed: |_| false },
    Entry { name: "trust-record", run: record, seed: |_| false },
    Entry { name: "provenance", run: whole, seed: |_| true },
];

const MARK: &[u8] = b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://a.example/x\r\nHostUrl=https://b.example/y\r\nHostIpAddress=192.0.2.7\r\n";

/// A mail with everything that is read of one.
pub const MAIL: &[u8] = b"Return-Path: <a@corp.example>\r\n\
Authentication-Results: mx.corp.example (x \\) y) 1; dkim=pass reason=\"a; b\" header.d=corp.example header.b=Ab/=;\r\n\tspf=softfail smtp.mailfrom=a@corp.example\r\n\
Received: from out.corp.example (out.corp.example [192.0.2.1]) by mx.corp.example (Postfix) with ESMTPS id 4\r\n\tfor <b@corp.example>; Sat, 21 Nov 2026 22:00:00 +0000 (UTC)\r\n\
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=corp.example; s=s1; l=3; x=1900000000; h=from:to:subject;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8\r\n\
From: =?utf-8?Q?Ann=C3=A9?= \"B, <c@d.example>\" (x (y)) <a@corp.example>\r\nTo: Team: b@corp.example, C <c@corp.example>;\r\n\
Reply-To: x@evil.example\r\nSubject: =?utf-8?B?aGk=?= there\r\nDate: Sat, 21 Nov 2026 22:00:00 +0000\r\nMessage-ID: <1@corp.example>\r\n\r\nbody \r\n\r\n";

/// Writes damage over something sound: four bytes each say where and what.
fn over(sound: &[u8], damage: &[u8]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for change in damage.chunks_exact(4).take(12) {
        let place = usize::from(change[0]) << 8 | usize::from(change[1]);
        let at = place % bytes.len().max(1);
        match change[2] % 4 {
            0 => bytes.insert(at, change[3]),
            1 => drop(bytes.drain(at..(at + usize::from(change[3]) % 40).min(bytes.len()))),
            2 => bytes[at] = b"\"();=<>,:@\\\r\n \0\xff"[usize::from(change[3]) % 16],
            _ => bytes[at] = change[3],
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

fn both(sound: &[u8], bytes: &[u8], look: &dyn Fn(&[u8])) {
    look(bytes);
    look(&over(sound, bytes));
}

fn zone(bytes: &[u8]) {
    both(MARK, bytes, &|bytes| {
        let _ = mark::zone_identifier(bytes, "stream", "a", "b");
        let text = String::from_utf8_lossy(bytes);
        let _ = mark::side_file(&text, bytes, "");
        let _ = mark::sysmon_15(&text, &text, "");
        let _ = mark::quarantine(&text, "", "");
    });
}

fn settings() -> Settings {
    Settings {
        authserv_ids: vec!["mx.corp.example".into()],
        internal_hosts: vec![".corp.example".into()],
        dkim_keys: keys(
            "k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
        ),
        ..Settings::default()
    }
}

fn keys(record: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("s1._domainkey.corp.example".to_owned(), record.to_owned())])
}

fn headers(bytes: &[u8]) {
    both(MAIL, bytes, &|bytes| {
        let _ = mail::read(bytes, &settings());
        let _ = mail::read_without_body(bytes, &settings());
    });
}

fn results(bytes: &[u8]) {
    const SOUND: &[u8] = b"i=1; mx.corp.example (a (b)) 1; dkim=pass (x) reason=\"a;\\\"b\" header.i=@corp.example; spf = fail smtp.mailfrom=<a@corp.example>";
    both(SOUND, bytes, &|bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = mail::authentication_results(&text, 1);
        let _ = mail::received(&text, 1);
        let _ = mail::mailboxes(&text);
    });
}

/// The bytes as a signed mail, as a key record, and as its key.
fn signature(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = dkim::check(&Headers::parse(MAIL), &keys(&text));
    let sound = b"v=DKIM1; k=ed25519; t=y:s; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let record = String::from_utf8_lossy(&over(sound, bytes)).into_owned();
    let _ = dkim::check(&Headers::parse(MAIL), &keys(&record));
    both(MAIL, bytes, &|bytes| {
        let _ = dkim::check(&Headers::parse(bytes), &settings().dkim_keys);
    });
    let _ = dkim::digest_to_sign(bytes, &text);
}

fn properties(bytes: &[u8]) {
    let mut set = vec![0xfe, 0xff];
    set.resize(24, 0);
    set.extend([1, 0, 0, 0]);
    set.extend([0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 8, 0, 0x2b, 0x27, 0xb3, 0xd9, 48, 0, 0, 0]);
    let _ = property_set("x", bytes);
    let _ = property_set("x", &[set, bytes.to_vec()].concat());
    let rtf = [b"{\\rtf1\\ansicpg932{\\info{\\title ".as_slice(), bytes].concat();
    whole(&rtf);
}

fn record(bytes: &[u8]) {
    let key = r"Software\Microsoft\Office\16.0\Word\Security\Trusted Documents\TrustRecords";
    let text = String::from_utf8_lossy(bytes);
    let _ = trust::trust_record(&text, bytes, key, "", "", "");
    let _ = trust::trust_record(&text, bytes, &text, "", "", "");
    let _ = trust::document_path(&text, r"C:\Users\a");
}

fn whole(bytes: &[u8]) {
    let budget = Budget::new(Limits::default(), Stop::default());
    let _ = read("sample", bytes, &budget, &settings());
}
