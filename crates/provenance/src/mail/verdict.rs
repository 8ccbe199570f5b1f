//! What mail authentication comes to.

use crate::address::{domain_of, same_organisation};
use ddefend_model::provenance::{Authentication, Mail};

/// A statement that counts.
struct Said<'a> {
    method: &'a str,
    result: &'a str,
    domain: &'a str,
    who: String,
}

/// Judges a mail whose results, signatures and senders were read: fills `authentication`, `reasons` and `aligned`.
///
/// Only trusted `Authentication-Results` and our own check of signatures count. A signature that we checked counts where
/// nobody trusted says anything of DKIM: a gateway may have changed the body since.
pub(super) fn judge(mail: &mut Mail) {
    let (authentication, aligned, reasons) = verdict(mail);
    mail.authentication = authentication;
    mail.aligned = aligned;
    mail.reasons = reasons;
}

fn verdict(mail: &Mail) -> (Authentication, bool, Vec<String>) {
    let mut said: Vec<Said<'_>> = Vec::new();
    for results in mail.results.iter().filter(|results| results.trusted) {
        let who = format!("{} (line {})", results.authserv_id, results.line);
        let methods = results.methods.iter();
        said.extend(
            methods.filter(|method| matches!(method.method.as_str(), "spf" | "dkim" | "dmarc" | "compauth")).map(
                |method| Said {
                    method: &method.method,
                    result: &method.result,
                    domain: &method.domain,
                    who: who.clone(),
                },
            ),
        );
    }
    if !said.iter().any(|said| said.method == "dkim") {
        said.extend(mail.dkim.iter().map(|dkim| Said {
            method: "dkim",
            result: match dkim.result.as_str() {
                "no key" => "none",
                "bad" => "permerror",
                other => other,
            },
            domain: &dkim.domain,
            who: "our own check of the signature".to_owned(),
        }));
    }
    let aligned = is_aligned(mail, &said);
    let mut worst = None;
    let mut reasons = Vec::new();
    for said in &said {
        let level = level(said.method, said.result);
        worst = worst.max_by_severity(level);
        let about = if said.domain.is_empty() { String::new() } else { format!(" for {}", said.domain) };
        reasons.push(format!("{}={}{about}, says {}", said.method, said.result, said.who));
    }
    // Without a key nothing is said: a sender that signs is not worse off than one that does not.
    let nothing = said.iter().all(|said| said.result == "none" && said.who.starts_with("our own"));
    let authentication = match worst {
        Some(level) if !nothing => level,
        _ => Authentication::Undetermined,
    };
    if said.is_empty() {
        reasons.push("no Authentication-Results of a server of ours, and no signature".to_owned());
    }
    let distrusted = mail.results.iter().filter(|results| !results.trusted).count();
    if distrusted > 0 {
        reasons.push(format!(
            "{distrusted} Authentication-Results were not trusted: not ours, or below where mail comes in"
        ));
    }
    if authentication == Authentication::Pass && !aligned {
        reasons.push("what passed does not stand for the domain in From".to_owned());
    }
    (authentication, aligned, reasons)
}

trait Worst {
    fn max_by_severity(self, other: Authentication) -> Self;
}

impl Worst for Option<Authentication> {
    /// The worse of two; `Fail` is first in the enumeration's order.
    fn max_by_severity(self, other: Authentication) -> Self {
        Some(self.map_or(other, |own| own.min(other)))
    }
}

/// What one result comes to: any fail is one, spf softfail and dkim policy are suspicious, what says nothing leaves it
/// open.
fn level(method: &str, result: &str) -> Authentication {
    match (method, result) {
        (_, "fail" | "hardfail") => Authentication::Fail,
        ("spf", "softfail") | ("dkim", "policy") | ("compauth", "softpass") => Authentication::Suspicious,
        (_, "pass" | "bestguesspass") => Authentication::Pass,
        _ => Authentication::Undetermined,
    }
}

/// True where an SPF, DKIM or DMARC pass stands for the organisation of every address in `From`.
fn is_aligned(mail: &Mail, said: &[Said<'_>]) -> bool {
    let passed = |from: &str| {
        said.iter().any(|said| {
            said.result == "pass"
                && matches!(said.method, "spf" | "dkim" | "dmarc")
                && same_organisation(said.domain, from)
        })
    };
    !mail.from.is_empty() && mail.from.iter().all(|mailbox| passed(domain_of(&mailbox.address)))
}

#[cfg(test)]
mod tests {
    use super::judge;
    use ddefend_model::provenance::{Authentication, AuthenticationResults, Dkim, Mail, Mailbox, Method};

    fn mail(methods: &[(&str, &str, &str)]) -> Mail {
        let methods = methods.iter().map(|(method, result, domain)| Method {
            method: (*method).into(),
            result: (*result).into(),
            domain: (*domain).into(),
        });
        let results = AuthenticationResults {
            authserv_id: "corp.example".into(),
            trusted: true,
            line: 2,
            methods: methods.collect(),
        };
        let from = vec![Mailbox { name: String::new(), address: "a@mail.sender.example".into() }];
        Mail { from, results: vec![results], ..Mail::default() }
    }

    #[test]
    fn the_map() {
        use Authentication::{Fail, Pass, Suspicious, Undetermined};
        for (methods, wanted, aligned) in [
            (
                &[
                    ("spf", "pass", "sender.example"),
                    ("dkim", "pass", "sender.example"),
                    ("dmarc", "pass", "sender.example"),
                ][..],
                Pass,
                true,
            ),
            (&[("spf", "pass", "sender.example"), ("dkim", "fail", "sender.example")], Fail, true),
            (&[("spf", "softfail", "sender.example"), ("dkim", "pass", "other.example")], Suspicious, false),
            (&[("spf", "pass", "bulk.example"), ("dkim", "policy", "x")], Suspicious, false),
            (&[("spf", "none", ""), ("dkim", "pass", "sender.example")], Undetermined, true),
            (&[("spf", "temperror", "")], Undetermined, false),
            (&[("spf", "pass", "bulk.example")], Pass, false),
            (&[("dmarc", "fail", "sender.example"), ("spf", "pass", "evil.example")], Fail, false),
            (&[("iprev", "fail", "x")], Undetermined, false),
            (&[], Undetermined, false),
        ] {
            let mut mail = mail(methods);
            judge(&mut mail);
            assert_eq!((mail.authentication, mail.aligned), (wanted, aligned), "{methods:?}");
            assert!(!mail.reasons.is_empty());
        }
    }

    #[test]
    fn own_check_counts_where_nobody_else_says() {
        let dkim = |result: &str| Dkim { domain: "sender.example".into(), result: result.into(), ..Dkim::default() };
        for (result, wanted) in [
            ("pass", Authentication::Pass),
            ("fail", Authentication::Fail),
            ("no key", Authentication::Undetermined),
            ("bad", Authentication::Undetermined),
        ] {
            let mut seen = mail(&[]);
            seen.dkim = vec![dkim(result)];
            judge(&mut seen);
            assert_eq!(seen.authentication, wanted, "{result}");
            let mut trusted = mail(&[("dkim", "pass", "sender.example")]);
            trusted.dkim = vec![dkim(result)];
            judge(&mut trusted);
            assert_eq!(trusted.authentication, Authentication::Pass);
        }
        let mut spoofed = mail(&[("dmarc", "pass", "sender.example")]);
        spoofed.results[0].trusted = false;
        judge(&mut spoofed);
        assert_eq!((spoofed.authentication, spoofed.aligned), (Authentication::Undetermined, false));
    }
}
