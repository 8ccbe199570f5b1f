//! A line of trace: `Received` (RFC 5321 4.4) as Postfix, Exchange, sendmail, Exim, qmail and large providers write it.

use crate::clock::{mail_time, without_comments};
use core::net::IpAddr;
use ddefend_model::provenance::Hop;

/// Characters of a field that are looked at.
const LONGEST: usize = 8 << 10;

/// A hop with what its check needs beside what is reported.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// What is reported.
    pub(super) hop: Hop,
    /// Every host name in the part that tells the sender: its own word, and what its address resolves to.
    pub(super) names: Vec<String>,
    /// Time as read.
    pub(super) time: Option<ddefend_event::Time>,
}

/// Reads a field's value. `line` is its line.
#[must_use]
pub fn received(value: &str, line: u32) -> Hop {
    trace(value, line).hop
}

/// Reads a field's value with all that its check needs.
pub(super) fn trace(value: &str, line: u32) -> Trace {
    let value: String = value.chars().take(LONGEST).collect();
    let (words, date) = split_date(&value);
    let clauses = clauses(words);
    let time = mail_time(date);
    let first = |clause: Option<&str>| {
        let text = without_comments(clause.unwrap_or_default());
        text.split_whitespace().next().unwrap_or_default().trim_matches([';', ',']).to_owned()
    };
    let from = clauses.get(0);
    let mut hop = Hop {
        from: first(from),
        by: first(clauses.get(1)),
        with: without_comments(clauses.get(3).unwrap_or_default()).split_whitespace().collect::<Vec<_>>().join(" "),
        time: time.map(|time| time.to_string()).unwrap_or_default(),
        line,
        ..Hop::default()
    };
    let names = from.map(names).unwrap_or_default();
    hop.ip = from.and_then(address).map(|ip| ip.to_string()).unwrap_or_default();
    Trace { hop, names, time }
}

/// The date stands behind the last semicolon that no comment holds; qmail and others write none.
fn split_date(value: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    let mut last = None;
    for (at, c) in value.char_indices() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => last = Some(at),
            _ => {}
        }
    }
    let last = last.or_else(|| value.rfind(';'));
    last.and_then(|at| value.split_at_checked(at))
        .map_or((value, ""), |(words, date)| (words, date.trim_start_matches(';')))
}

const KEYWORDS: [&str; 6] = ["from", "by", "via", "with", "id", "for"];

/// The text behind each keyword, in the keywords' order.
struct Clauses<'a>([Option<&'a str>; 6]);

impl<'a> Clauses<'a> {
    fn get(&self, keyword: usize) -> Option<&'a str> {
        self.0.get(keyword).copied().flatten()
    }
}

fn clauses(text: &str) -> Clauses<'_> {
    let mut starts: Vec<(usize, usize, usize)> = Vec::new();
    let (mut depth, mut word_at) = (0_u32, None);
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        if depth == 0 && (c.is_whitespace() || c == '(') {
            let word = word_at.take().and_then(|start| text.get(start..at).map(|word| (start, word)));
            if let Some((start, word)) = word
                && let Some(index) = KEYWORDS.iter().position(|keyword| word.eq_ignore_ascii_case(keyword))
                && !starts.iter().any(|(known, ..)| *known == index)
            {
                starts.push((index, start, at));
            }
        }
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 && !c.is_whitespace() && word_at.is_none() => word_at = Some(at),
            _ => {}
        }
    }
    let mut found = [None; 6];
    for (position, (index, _, begin)) in starts.iter().enumerate() {
        let end = starts.get(position.saturating_add(1)).map_or(text.len(), |(_, start, _)| *start);
        if let Some(slot) = found.get_mut(*index) {
            *slot = text.get(*begin..end).map(str::trim);
        }
    }
    Clauses(found)
}

/// Pieces that a host name or address can be.
fn pieces(clause: &str) -> impl Iterator<Item = &str> {
    clause.split(|c: char| c.is_whitespace() || "()[],;<>=".contains(c)).filter(|piece| !piece.is_empty())
}

/// The address that the receiver saw: the last one in the clause, since a sender may call itself by an address, and the
/// receiver's note stands behind that. What is marked as the sender's own word (`helo=`, `HELO`) is passed over.
fn address(clause: &str) -> Option<IpAddr> {
    let mut found = None;
    let mut own_word = false;
    for piece in pieces(clause) {
        if !std::mem::take(&mut own_word) {
            found = as_address(piece).or(found);
        }
        own_word = piece.eq_ignore_ascii_case("helo") || piece.eq_ignore_ascii_case("ehlo");
    }
    found
}

fn as_address(piece: &str) -> Option<IpAddr> {
    let piece = match piece.get(..5) {
        Some(head) if head.eq_ignore_ascii_case("ipv6:") => piece.get(5..)?,
        _ => piece,
    };
    if !piece.contains(['.', ':']) {
        return None;
    }
    let piece = piece.split_once('%').map_or(piece, |(address, _)| address);
    // `192.0.2.1:25` of Exchange.
    piece.parse().ok().or_else(|| piece.rsplit_once(':').and_then(|(address, _)| address.parse::<IpAddr>().ok()))
}

fn names(clause: &str) -> Vec<String> {
    let is_name = |piece: &&str| {
        as_address(piece).is_none()
            && piece.contains('.')
            && !piece.contains(['@', '/'])
            && piece.chars().all(|c| c.is_alphanumeric() || "-._".contains(c))
    };
    let first = pieces(clause).next();
    let mut found: Vec<String> =
        pieces(clause).filter(is_name).chain(first).map(str::to_ascii_lowercase).take(8).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::received;

    #[test]
    fn forms_in_the_wild() {
        for (value, from, ip, by, with, time) in [
            (
                "from mail.sender.example (mail.sender.example [192.0.2.1])\tby mx.corp.example (Postfix) with ESMTPS id 4ABC for <a@corp.example>; Sat, 21 Nov 2026 22:00:00 +0000 (UTC)",
                "mail.sender.example",
                "192.0.2.1",
                "mx.corp.example",
                "ESMTPS",
                "2026-11-21T22:00:00.0000000Z",
            ),
            (
                "from AM0PR01MB1.eurprd01.example (2603:10a6:208:a1::23) by AM0PR01MB2.eurprd01.example (2603:10a6:208:b2::5) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA; a) id 15.20.1.1; Sat, 21 Nov 2026 22:00:00 +0000",
                "AM0PR01MB1.eurprd01.example",
                "2603:10a6:208:a1::23",
                "AM0PR01MB2.eurprd01.example",
                "Microsoft SMTP Server",
                "2026-11-21T22:00:00.0000000Z",
            ),
            (
                "by 2002:a05:6a10:1234:0:0:0:0 with SMTP id ab12csp123; Sat, 21 Nov 2026 14:00:00 -0800 (PST)",
                "",
                "",
                "2002:a05:6a10:1234:0:0:0:0",
                "SMTP",
                "2026-11-21T22:00:00.0000000Z",
            ),
            (
                "from unknown (HELO friend) (203.0.113.5) by 0 with SMTP; 21 Nov 2026 22:00:00 -0000",
                "unknown",
                "203.0.113.5",
                "0",
                "SMTP",
                "2026-11-21T22:00:00.0000000Z",
            ),
            (
                "from [198.51.100.7] (helo=[10.0.0.1]) by mx.corp.example with esmtpsa (Exim 4.94) (envelope-from <x@y.example>) id 1abc; Sat, 21 Nov 2026 22:00:00 +0000",
                "[198.51.100.7]",
                "198.51.100.7",
                "mx.corp.example",
                "esmtpsa",
                "2026-11-21T22:00:00.0000000Z",
            ),
            (
                "(qmail 1234 invoked by uid 89); 21 Nov 2026 22:00:00 -0000",
                "",
                "",
                "",
                "",
                "2026-11-21T22:00:00.0000000Z",
            ),
            (
                "from localhost (localhost [IPv6:::1]) by x (8.14/8.14) with ESMTP id 1",
                "localhost",
                "::1",
                "x",
                "ESMTP",
                "",
            ),
            ("", "", "", "", "", ""),
        ] {
            let hop = received(value, 3);
            let seen = (hop.from.as_str(), hop.ip.as_str(), hop.by.as_str(), hop.with.as_str(), hop.time.as_str());
            assert_eq!(seen, (from, ip, by, with, time), "{value}");
        }
        for hostile in [
            "from",
            "from (((((",
            "by;;;;",
            ")))) from x",
            "from from from by by",
            "from \u{e9}(\u{e9}) by \u{e9};\u{e9}",
        ] {
            let _ = received(hostile, 1);
        }
    }
}
