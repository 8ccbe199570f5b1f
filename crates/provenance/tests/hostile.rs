//! Malformed and oversized inputs by hand: each ends, is bounded, and says so where something was left out.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::provenance::Provenance;
use ddefend_model::{Diagnostic, code};
use ddefend_provenance::{Settings, mail, property_set, read};
use std::time::{Duration, Instant};

fn look(name: &str, bytes: &[u8], limits: Limits) -> (Provenance, Vec<Diagnostic>) {
    let budget = Budget::new(limits, Stop::default());
    let started = Instant::now();
    let found = read(name, bytes, &budget, &Settings::default());
    assert!(started.elapsed() < Duration::from_secs(10), "{name}: {:?}", started.elapsed());
    found
}

/// A mail with attachments of one line each.
fn with_attachments(count: usize) -> String {
    let mut text = "From: a@corp.example\nTo: b@corp.example\nMessage-ID: <1@corp.example>\nContent-Type: multipart/mixed; boundary=x\n\n".to_owned();
    for number in 0..count {
        text.push_str(&format!("--x\nContent-Disposition: attachment; filename=a{number}.txt\n\nfile {number}\n"));
    }
    text + "--x--\n"
}

#[test]
fn attachments_are_listed_with_their_digest() {
    let (found, told) = look("a.eml", with_attachments(3).as_bytes(), Limits::default());
    assert!(told.is_empty());
    let names: Vec<(&str, &str, u64)> =
        found.contained.iter().map(|it| (it.part.as_str(), it.name.as_str(), it.size)).collect();
    assert_eq!(
        names,
        [
            ("a.eml!attachment[1]!a0.txt", "a0.txt", 6),
            ("a.eml!attachment[2]!a1.txt", "a1.txt", 6),
            ("a.eml!attachment[3]!a2.txt", "a2.txt", 6),
        ]
    );
    // printf 'file 0\n' | sha256sum
    // `printf 'file 0' | sha256sum`: the line end before a boundary belongs to the boundary (RFC 2046 5.1.1).
    assert_eq!(found.contained[0].sha256, "4da94f7ab13842d92f35deb8983d2edfe02631ff460c4080f4733de155b57fd4");
    let mail = found.mail.unwrap();
    assert_eq!((mail.from[0].address.as_str(), mail.message_id.as_str()), ("a@corp.example", "1@corp.example"));
}

#[test]
fn limits_are_told_once() {
    let limits = Limits { parts: 10, ..Limits::default() };
    let (found, told) = look("a.eml", with_attachments(200).as_bytes(), limits);
    assert!(found.contained.len() >= 9);
    let codes: Vec<&str> = told.iter().map(|it| it.code.as_ref()).collect();
    assert_eq!(codes, [code::LIMIT_PARTS]);
}

#[test]
fn floods() {
    let one = "Received: from a.example by b.example; Sat, 21 Nov 2026 22:00:00 +0000\n";
    let results = "Authentication-Results: mx.example; dkim=pass header.d=a.example\n";
    let signature = "DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=s; h=from; bh=AAAA; b=AAAA\n";
    for (line, count) in
        [(one, 20_000), (results, 20_000), (signature, 20_000), ("From: a@b.example\n", 20_000), ("X: y\n", 300_000)]
    {
        let text = format!("To: a@b.example\n{}\nbody", line.repeat(count));
        let (found, _) = look("a.eml", text.as_bytes(), Limits::default());
        let mail = found.mail.unwrap();
        assert!(
            mail.received.len() <= 100 && mail.results.len() <= 50 && mail.dkim.len() <= 10 && mail.odd.len() <= 200
        );
        assert!(mail.from.len() <= 4_096);
    }
    let wide = format!("To: {}\nFrom: a@b.example\n\n", "x@y.example, ".repeat(100_000));
    assert!(look("a.eml", wide.as_bytes(), Limits::default()).0.mail.unwrap().recipients.len() <= 500);
    for deep in ["(", "\"", "<", "[", "=?utf-8?B?", "\\", ";", "="] {
        let line = deep.repeat(60_000);
        let text = format!(
            "To: {line}\nFrom: {line}\nReceived: {line}\nAuthentication-Results: {line}\nDKIM-Signature: {line}\nDate: {line}\n\n"
        );
        let _ = look("a.eml", text.as_bytes(), Limits::default());
    }
}

#[test]
fn property_sets_that_lie() {
    let mut set = vec![0xfe, 0xff];
    set.resize(24, 0);
    set.extend([2, 0, 0, 0]);
    set.extend([0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 8, 0, 0x2b, 0x27, 0xb3, 0xd9]);
    for offset in [0_u32, 4, 48, 0x7fff_ffff, u32::MAX] {
        let mut bytes = set.clone();
        bytes.extend(offset.to_le_bytes());
        // Size, count, and a property that points anywhere.
        for word in [u32::MAX, u32::MAX, 4, u32::MAX, 4, 8, 0x1e, u32::MAX, 0x1f, u32::MAX] {
            bytes.extend(word.to_le_bytes());
        }
        assert!(property_set("x", &bytes).values.len() <= 120);
    }
}

#[test]
fn marks_among_files() {
    for (name, bytes, zone, of) in [
        ("in/a.docx:Zone.Identifier", &b"[ZoneTransfer]\r\nZoneId=3\r\n"[..], Some(3), "in/a.docx"),
        ("in/a.docx_Zone.Identifier", b"", None, "in/a.docx"),
        ("in/a.docx_Zone.Identifier", b"PK\x03\x04", None, "in/a.docx"),
    ] {
        let (found, _) = look(name, bytes, Limits::default());
        assert_eq!(found.marks.len(), 1, "{name}");
        assert_eq!((found.marks[0].zone, found.marks[0].of.as_str()), (zone, of));
    }
    let (found, _) = look("notes.txt", b"[ZoneTransfer]\nZoneId=3", Limits::default());
    assert_eq!(found, Provenance::default());
}

/// Our server's word against the sender's: a story in headers.
#[test]
fn a_spoofed_mail() {
    let text = "Received: from mx.corp.example ([10.0.0.2]) by mbx.corp.example with ESMTP; Sat, 21 Nov 2026 22:00:09 +0000\n\
        Authentication-Results: mx.corp.example; spf=softfail smtp.mailfrom=evil.example; dkim=none; dmarc=none\n\
        Received: from out.evil.example (out.evil.example [203.0.113.9]) by mx.corp.example with ESMTPS; Sat, 21 Nov 2026 22:00:05 +0000\n\
        Received: from mx.corp.example ([10.0.0.2]) by mx.corp.example with ESMTP; Sat, 21 Nov 2026 22:00:01 +0000\n\
        Authentication-Results: mx.corp.example; spf=pass smtp.mailfrom=corp.example; dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example\n\
        From: \"ceo@corp.example\" <x@evil.example>\nReply-To: pay@third.example\nTo: b@corp.example\nSubject: pay\n\
        Date: Sat, 21 Nov 2026 22:00:00 +0000\nMessage-ID: <1@evil.example>\n\nbody\n";
    let settings = Settings {
        authserv_ids: vec!["mx.corp.example".into()],
        internal_hosts: vec![".corp.example".into()],
        ..Settings::default()
    };
    let mail = mail::read(text.as_bytes(), &settings);
    assert_eq!(mail.authentication, ddefend_model::provenance::Authentication::Suspicious);
    assert!(!mail.aligned);
    assert_eq!(mail.external_ip, "203.0.113.9");
    let trusted: Vec<(u32, bool)> = mail.results.iter().map(|results| (results.line, results.trusted)).collect();
    assert_eq!(trusted, [(2, true), (5, false)]);
    for wanted in ["own authserv-id", "Reply-To is elsewhere", "holds another address (ceo@corp.example)"] {
        assert!(mail.odd.iter().any(|odd| odd.contains(wanted)), "{wanted}: {:#?}", mail.odd);
    }
    assert!(mail.received[0].odd[0].contains("forged"), "{:?}", mail.received);
}
