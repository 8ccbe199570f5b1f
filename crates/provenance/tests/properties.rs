//! Properties that hold for any bytes: nothing is lost, nothing grows, canonical forms stay as they are.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use ddefend_guard::{Budget, Limits, Stop};
use ddefend_provenance::header::Headers;
use ddefend_provenance::{Settings, address, clock, dkim, mail, mark, property_set, read, trust};
use proptest::prelude::*;

fn field_name() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[A-Za-z][A-Za-z0-9-]{0,20}").unwrap()
}

proptest! {
    /// As many fields come out as went in, in their order and with their lines, whatever ends the lines.
    #[test]
    fn headers_are_not_lost(
        fields in prop::collection::vec((field_name(), "[ -~]{0,40}", prop::collection::vec("[ -~]{1,20}", 0..3)), 1..40),
        end in prop::sample::select(vec!["\r\n", "\n", "\r"]),
        body in "[ -~]{0,60}",
    ) {
        let mut text = String::new();
        let mut wanted = Vec::new();
        let mut line = 1;
        for (name, value, folds) in &fields {
            wanted.push((name.as_str(), line));
            text.push_str(&format!("{name}:{value}{end}"));
            for fold in folds {
                text.push_str(&format!("\t{fold}{end}"));
            }
            line += 1 + u32::try_from(folds.len()).unwrap();
        }
        text.push_str(&format!("{end}{body}"));
        let headers = Headers::parse(text.as_bytes());
        let seen: Vec<(&str, u32)> = headers.fields.iter().map(|field| (field.name(), field.line)).collect();
        prop_assert_eq!(seen, wanted);
        prop_assert_eq!(headers.body, body.as_bytes());
    }

    /// What is canonical stays so.
    #[test]
    fn canonical_forms_are_stable(body in prop::collection::vec(prop::sample::select(b" \t\r\nab\x80".to_vec()), 0..200)) {
        // A bare CR at the end of a line would be taken for a part of its end.
        let body: Vec<u8> = body.into_iter().filter(|byte| *byte != b'\r').collect();
        let once = dkim::relaxed_body(&body);
        prop_assert_eq!(dkim::relaxed_body(&once), once.clone());
        prop_assert_eq!(dkim::relaxed_body(&dkim::simple_body(&body)), once);
        let simple = dkim::simple_body(&body);
        prop_assert_eq!(dkim::simple_body(&simple), simple);
        let field = dkim::relaxed_field(b"Name", &body);
        let value = field.strip_prefix(b"name:").unwrap();
        prop_assert_eq!(dkim::relaxed_field(b"name", value), field.clone());
    }

    /// A mail without a trusted result and without keys is never taken for authenticated, whatever its headers say.
    #[test]
    fn nobody_vouches_for_himself(lines in prop::collection::vec(prop::sample::select(vec![
        "Authentication-Results: mx.corp.example; dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example",
        "ARC-Authentication-Results: i=1; mx.corp.example; dmarc=pass header.from=corp.example",
        "Authentication-Results: mx.evil.example; spf=pass smtp.mailfrom=corp.example",
        "Received: from a.corp.example ([10.0.0.1]) by mx.corp.example; Sat, 21 Nov 2026 22:00:00 +0000",
        "Received: from x.evil.example ([203.0.113.1]) by mx.corp.example; Sat, 21 Nov 2026 22:00:00 +0000",
        "Received: from y.evil.example by x.evil.example",
        "From: ceo@corp.example",
        "X: y",
    ]), 0..12)) {
        let settings = Settings {
            authserv_ids: vec!["mx.corp.example".into()],
            internal_hosts: vec![".corp.example".into()],
            ..Settings::default()
        };
        // Our server wrote two lines above what the sender sent: it found nothing good, and took the mail from outside.
        let ours = "Received: from out.evil.example ([203.0.113.9]) by mx.corp.example; Sat, 21 Nov 2026 22:00:05 +0000\n\
                    Authentication-Results: mx.corp.example; spf=fail smtp.mailfrom=evil.example; dmarc=fail header.from=corp.example\n";
        let text = format!("{ours}{}\n\nbody", lines.join("\n"));
        let seen = mail::read(text.as_bytes(), &settings);
        prop_assert_eq!(seen.authentication, ddefend_model::provenance::Authentication::Fail);
        prop_assert_eq!(seen.external_ip.as_str(), "203.0.113.9");
        // Without a line of ours between, a statement of the sender's own counts for nothing below the next hop.
        let below = format!("{ours}Received: from a by b.evil.example\n{}\n\nbody", lines.join("\n"));
        let seen = mail::read(below.as_bytes(), &settings);
        prop_assert_eq!(seen.results.iter().filter(|results| results.trusted).count(), 1);
    }

    /// Any bytes: no panic, and no more comes out than went in.
    #[test]
    fn anything_goes(bytes in prop::collection::vec(any::<u8>(), 0..600), text in "\\PC{0,200}") {
        let _ = mark::zone_identifier(&bytes, "stream", "a", "b");
        let _ = mark::side_file(&text, &bytes, "");
        let _ = mark::quarantine(&text, "", "");
        let _ = mail::read(&bytes, &Settings::default());
        let _ = mail::authentication_results(&text, 1);
        let _ = mail::received(&text, 1);
        prop_assert!(mail::mailboxes(&text).len() <= text.len());
        let _ = clock::mail_time(&text);
        let _ = address::organisation(&text);
        let _ = trust::document_path(&text, &text);
        let _ = property_set("x", &bytes);
        let budget = Budget::new(Limits::default(), Stop::default());
        let _ = read(&text, &bytes, &budget, &Settings::default());
    }
}
