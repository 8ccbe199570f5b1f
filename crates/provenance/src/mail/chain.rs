//! The way that a mail took: hops held against each other, and where it came in.

use super::received::{Trace, trace};
use crate::Settings;
use crate::address::{is_private, same_organisation};
use crate::header::Headers;
use core::net::IpAddr;
use ddefend_event::Time;
use ddefend_model::provenance::Hop;

/// How far a later hop may be behind an earlier one: clocks differ.
const SKEW: i64 = 5 * 60 * Time::SECOND;
/// Hops that are kept.
const MOST: usize = 100;

/// The way of a mail.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// Oldest first.
    pub(super) hops: Vec<Hop>,
    /// Address from which it came to our servers (or, where we know none of them, to the last hop that names a public
    /// one); empty where no hop names any.
    pub(super) external_ip: String,
    /// Lines above this are ours or those of our own servers; what stands from it on, anybody may have written.
    pub(super) border: u32,
    /// Time of the oldest hop.
    pub(super) first_time: Option<Time>,
    /// True where there are more hops than are kept.
    pub(super) cut: bool,
}

/// Reads all hops of a mail and checks them.
pub(super) fn chain(headers: &Headers<'_>, settings: &Settings) -> Chain {
    let fields: Vec<_> = headers.all("received").collect();
    let mut traces: Vec<Trace> = fields.iter().take(MOST).map(|field| trace(&field.text(), field.line)).collect();
    let border = border(&traces, settings);
    // Newest first up to here.
    for trace in &mut traces {
        if trace.hop.line >= border && settings.is_own_server(&trace.hop.by) {
            let text = format!(
                "says that our own {} took it, and stands below where mail comes in: likely forged",
                trace.hop.by
            );
            trace.hop.odd.push(text);
        }
    }
    let external_ip = external_ip(&traces, border).unwrap_or_default();
    traces.reverse();
    check(&mut traces);
    Chain {
        first_time: traces.iter().find_map(|trace| trace.time),
        hops: traces.into_iter().map(|trace| trace.hop).collect(),
        external_ip,
        border,
        cut: fields.len() > MOST,
    }
}

/// The line of the first `Received` that was not written by a server of ours. One of ours that took the mail from
/// somebody else is the last of ours: whatever stands below it was in what that somebody sent.
fn border(newest_first: &[Trace], settings: &Settings) -> u32 {
    let mut came_in = false;
    for trace in newest_first {
        let qmail_note = trace.hop.by.is_empty() && trace.hop.from.is_empty();
        if came_in || (!settings.is_own_server(&trace.hop.by) && !qmail_note) {
            return trace.hop.line;
        }
        came_in = !qmail_note && is_from_outside(trace, settings);
    }
    u32::MAX
}

/// True where the sender of a hop is none of our servers.
fn is_from_outside(trace: &Trace, settings: &Settings) -> bool {
    if trace.hop.from.is_empty() && trace.hop.ip.is_empty() {
        return false;
    }
    match trace.hop.ip.parse::<IpAddr>() {
        // A name can be claimed; a private address cannot be had from outside.
        Ok(address) if is_private(address) => false,
        _ => !trace.names.iter().any(|name| settings.is_own_server(name)),
    }
}

fn external_ip(newest_first: &[Trace], border: u32) -> Option<String> {
    let public = |trace: &&Trace| trace.hop.ip.parse::<IpAddr>().is_ok_and(|address| !is_private(address));
    let ours = newest_first.iter().take_while(|trace| trace.hop.line < border);
    // The last of ours is the one that took it from outside.
    let at_border = ours.filter(public).last();
    at_border.or_else(|| newest_first.iter().find(public)).map(|trace| trace.hop.ip.clone())
}

/// Holds each hop against the one before it, oldest first.
fn check(oldest_first: &mut [Trace]) {
    let mut before: Option<(String, Option<Time>)> = None;
    for trace in oldest_first {
        if trace.time.is_none() {
            trace.hop.odd.push("it has no time".to_owned());
        }
        let earlier = before.as_ref().and_then(|(_, time)| *time);
        if let (Some(time), Some(earlier)) = (trace.time, earlier)
            && earlier.ticks.saturating_sub(time.ticks) > SKEW
        {
            let minutes = earlier.ticks.saturating_sub(time.ticks).div_euclid(60 * Time::SECOND);
            trace.hop.odd.push(format!("its time is {minutes} minutes before that of the hop before it"));
        }
        if let Some((by, _)) = &before
            && !by.is_empty()
            && !trace.names.is_empty()
            && !trace.names.iter().any(|name| agree(by, name))
        {
            let text = format!("it took the mail from {}, the hop before it was taken by {by}", trace.hop.from);
            trace.hop.odd.push(text);
        }
        before = Some((trace.hop.by.to_ascii_lowercase(), trace.time.or(earlier)));
    }
}

/// True where two host names may be one host: equal, of one organisation, or one of them has no domain (servers call
/// themselves by names that only their own network knows). Addresses are no names.
fn agree(by: &str, from: &str) -> bool {
    let single = |name: &str| !name.contains('.') || name.ends_with(".local") || name.ends_with(".localdomain");
    let is_address = |name: &str| name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    by == from || single(by) || single(from) || is_address(by) || is_address(from) || same_organisation(by, from)
}

#[cfg(test)]
mod tests {
    use super::chain;
    use crate::Settings;
    use crate::header::Headers;

    fn ours() -> Settings {
        Settings {
            internal_hosts: vec![".corp.example".into()],
            authserv_ids: vec!["corp.example".into()],
            ..Settings::default()
        }
    }

    const HONEST: &str = "Received: from mx1.corp.example (mx1.corp.example [10.0.0.5]) by mbx.corp.example with ESMTP; Sat, 21 Nov 2026 22:00:09 +0000\n\
        Received: from out.sender.example (out.sender.example [192.0.2.1]) by mx1.corp.example with ESMTPS; Sat, 21 Nov 2026 22:00:05 +0000\n\
        Received: from pc (pc.sender.example [10.9.9.9]) by out.sender.example with ESMTPSA; Sat, 21 Nov 2026 22:00:01 +0000\n\n";

    #[test]
    fn an_honest_way() {
        let chain = chain(&Headers::parse(HONEST.as_bytes()), &ours());
        assert_eq!((chain.external_ip.as_str(), chain.border, chain.hops.len()), ("192.0.2.1", 3, 3));
        assert_eq!(chain.hops[0].by, "out.sender.example");
        assert!(chain.hops.iter().all(|hop| hop.odd.is_empty()), "{:?}", chain.hops);
    }

    #[test]
    fn forged_hops_do_not_move_the_border() {
        let text = HONEST.replace("\n\n", "\nReceived: from friend.corp.example (friend [10.0.0.9]) by mx1.corp.example; Sat, 21 Nov 2026 23:00:00 +0000\n\n");
        let chain = chain(&Headers::parse(text.as_bytes()), &ours());
        assert_eq!((chain.external_ip.as_str(), chain.border), ("192.0.2.1", 3));
        assert!(chain.hops[0].odd.iter().any(|odd| odd.contains("forged")));
        assert!(chain.hops[1].odd.iter().any(|odd| odd.contains("59 minutes before")), "{:?}", chain.hops);
        // The very next line below the border hop, by one of ours, is not ours either.
        let text = "Received: from out.evil.example ([203.0.113.9]) by mx1.corp.example; Sat, 21 Nov 2026 22:00:05 +0000\n\
            Received: from mx0.corp.example ([10.0.0.4]) by mx1.corp.example; Sat, 21 Nov 2026 22:00:01 +0000\n\n";
        let chain = super::chain(&Headers::parse(text.as_bytes()), &ours());
        assert_eq!((chain.external_ip.as_str(), chain.border), ("203.0.113.9", 2));
        assert_eq!(chain.hops[0].odd.len(), 1);
    }

    #[test]
    fn gaps_and_missing_parts() {
        let text = "Received: from a.evil.example by b.third.example; Sat, 21 Nov 2026 22:00:05 +0000\n\
            Received: from x.y.example by c.other.example\n\n";
        let chain = chain(&Headers::parse(text.as_bytes()), &Settings::default());
        assert_eq!((chain.border, chain.external_ip.as_str()), (1, ""));
        assert_eq!(chain.hops[0].odd, ["it has no time"]);
        assert!(chain.hops[1].odd[0].contains("c.other.example"));
        assert_eq!(super::chain(&Headers::parse(b"A: b\n\n"), &ours()).border, u32::MAX);
    }
}
