//! DKIM signatures (RFC 6376, RFC 8463), checked without a network: keys are given by whoever runs us.
//!
//! Own code over `num-bigint` and `ed25519-dalek`; why is told in docs/adr/0009-mail-authentication.md.

mod canon;
mod key;
mod rsa;
mod tags;

use crate::header::{Field, Headers};
use canon::Canon;
use ddefend_container::base64;
use ddefend_model::provenance::Dkim;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub use canon::{relaxed_body, relaxed_field, simple_body};
pub use tags::Tags;

/// Signatures of one mail that are checked; each hashes the body once.
const MOST: usize = 10;
/// Names that `h=` may list.
const MOST_FIELDS: usize = 512;

/// The field's name.
pub const FIELD: &str = "DKIM-Signature";

/// A signature that was checked, and what is odd about it though it may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What is reported.
    pub dkim: Dkim,
    /// What is odd: a body that is only signed in part, a `From` that a second field may hide.
    pub odd: Vec<String>,
}

/// Checks every signature of a mail, in header order, with key records by `selector._domainkey.domain`.
#[must_use]
pub fn check(headers: &Headers<'_>, keys: &BTreeMap<String, String>) -> Vec<Checked> {
    let date = headers.get("date").and_then(|field| crate::clock::mail_time(&field.text()));
    let fields: Vec<&Field<'_>> = headers.all(FIELD).collect();
    let mut checked: Vec<Checked> =
        fields.iter().take(MOST).map(|field| check_one(headers, field, keys, date)).collect();
    if fields.len() > MOST
        && let Some(last) = checked.last_mut()
    {
        last.odd.push(format!("{} DKIM signatures; the first {MOST} were checked", fields.len()));
    }
    checked
}

/// What is wrong with a signature: the word for the result, and why.
type Verdict = (&'static str, String);

fn check_one(
    headers: &Headers<'_>,
    field: &Field<'_>,
    keys: &BTreeMap<String, String>,
    date: Option<ddefend_event::Time>,
) -> Checked {
    let tags = Tags::parse(&field.text());
    let text = |tag: &str| tags.get(tag).unwrap_or_default().to_owned();
    let mut checked = Checked {
        dkim: Dkim {
            domain: text("d").to_ascii_lowercase(),
            selector: text("s").to_ascii_lowercase(),
            algorithm: text("a").to_ascii_lowercase(),
            ..Dkim::default()
        },
        odd: Vec::new(),
    };
    let (result, why) = judge(headers, field, &tags, keys, date, &mut checked).unwrap_or_else(|verdict| verdict);
    result.clone_into(&mut checked.dkim.result);
    checked.dkim.why = why;
    checked
}

fn judge(
    headers: &Headers<'_>,
    field: &Field<'_>,
    tags: &Tags,
    keys: &BTreeMap<String, String>,
    date: Option<ddefend_event::Time>,
    checked: &mut Checked,
) -> Result<Verdict, Verdict> {
    let signature = Signature::read(tags).map_err(|why| ("bad", why))?;
    tell_odd(headers, &signature, &mut checked.odd);
    let body = signature.canon_body.body(headers.body);
    let signed = match signature.length {
        Some(length) => {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length > body.len() {
                return Err(("fail", format!("l= signs {length} bytes, the body has {}", body.len())));
            }
            if length < body.len() {
                let rest = body.len().saturating_sub(length);
                checked
                    .odd
                    .push(format!("the last {rest} bytes of the body are not signed (l= of {})", signature.domain));
            }
            body.get(..length).unwrap_or(&body)
        }
        None => &body,
    };
    let body_fits = Sha256::digest(signed).as_slice() == signature.body_hash;
    let name = format!("{}._domainkey.{}", signature.selector, signature.domain);
    let Some(record) = keys.iter().find(|(key, _)| key.trim_end_matches('.').eq_ignore_ascii_case(&name)) else {
        let body = if body_fits { "the body's hash fits" } else { "the body's hash does not fit" };
        return Ok(("no key", format!("no key record was given for {name}; {body}")));
    };
    let key = key::Key::read(record.1, &signature.domain, &signature.identity).map_err(|why| ("bad", why))?;
    if key.is_testing {
        checked.odd.push(format!("{} says that it only tests DKIM (t=y)", signature.domain));
    }
    if !body_fits {
        return Err(("fail", "the body was changed: its hash does not fit".to_owned()));
    }
    let digest: [u8; 32] = Sha256::digest(to_sign(headers, field, &signature.fields, signature.canon_header)).into();
    let holds = key.verify(signature.is_ed25519, &digest, &signature.value).map_err(|why| ("bad", why))?;
    if !holds {
        return Err(("fail", "signed headers were changed, or another key signed".to_owned()));
    }
    // Whether it was expired is asked of the mail's own date: a case is read the same at any time.
    if let (Some(until), Some(date)) = (signature.expires, date)
        && date.ticks.div_euclid(ddefend_event::Time::SECOND) > until
    {
        return Err(("fail", "it was expired (x=) when the mail says that it was written".to_owned()));
    }
    Ok(("pass", "body and headers are as they were signed".to_owned()))
}

/// A signature's tags, checked as far as RFC 6376 3.5 and 6.1.1 ask.
#[derive(Debug)]
struct Signature {
    domain: String,
    selector: String,
    identity: String,
    is_ed25519: bool,
    canon_header: Canon,
    canon_body: Canon,
    fields: Vec<String>,
    length: Option<u64>,
    body_hash: Vec<u8>,
    value: Vec<u8>,
    expires: Option<i64>,
}

impl Signature {
    fn read(tags: &Tags) -> Result<Self, String> {
        if let Some(tag) = tags.repeated() {
            return Err(format!("tag {}= stands there twice", tag.escape_default()));
        }
        let need = |tag: &str| tags.get(tag).filter(|value| !value.is_empty()).ok_or(format!("tag {tag}= is missing"));
        if need("v")? != "1" {
            return Err("its version is not 1".to_owned());
        }
        let is_ed25519 = match need("a")?.to_ascii_lowercase().as_str() {
            "rsa-sha256" => false,
            "ed25519-sha256" => true,
            "rsa-sha1" => return Err("rsa-sha1 is not to be trusted any more (RFC 8301)".to_owned()),
            other => return Err(format!("algorithm '{}' is not known", other.escape_default())),
        };
        let canon = tags.get("c").unwrap_or("simple/simple").to_ascii_lowercase();
        let (header, body) = canon.split_once('/').unwrap_or((&canon, "simple"));
        let known = |word: &str| Canon::named(word).ok_or("its canonicalisation is not known".to_owned());
        let domain = need("d")?.trim_end_matches('.').to_ascii_lowercase();
        let identity = tags.get("i").map_or_else(|| format!("@{domain}"), str::to_ascii_lowercase);
        let inside = crate::address::domain_of(&identity);
        if inside != domain && !inside.ends_with(&format!(".{domain}")) {
            return Err("i= is not inside d=".to_owned());
        }
        let fields: Vec<String> = need("h")?.split(':').map(|name| name.trim().to_ascii_lowercase()).collect();
        if fields.len() > MOST_FIELDS {
            return Err(format!("h= names more than {MOST_FIELDS} fields"));
        }
        if !fields.iter().any(|name| name == "from") {
            return Err("h= does not sign From".to_owned());
        }
        let number =
            |tag: &str| tags.get(tag).map(|value| value.parse::<u64>().map_err(|_| format!("{tag}= is no number")));
        Ok(Self {
            selector: need("s")?.to_ascii_lowercase(),
            is_ed25519,
            canon_header: known(header)?,
            canon_body: known(body)?,
            length: number("l").transpose()?,
            body_hash: base64(need("bh")?.as_bytes()),
            value: base64(need("b")?.as_bytes()),
            expires: number("x").transpose()?.and_then(|value| i64::try_from(value).ok()),
            domain,
            identity,
            fields,
        })
    }
}

/// What makes a signature that holds worth less than it seems.
fn tell_odd(headers: &Headers<'_>, signature: &Signature, odd: &mut Vec<String>) {
    for name in ["from", "subject", "to", "date"] {
        let signed = signature.fields.iter().filter(|field| *field == name).count();
        let there = headers.all(name).count();
        if signed > 0 && there > signed && there > 1 {
            odd.push(format!("{there} fields {name}, of which the signature of {} covers {signed}", signature.domain));
        }
    }
}

/// The bytes that a signature is over (RFC 6376 3.7): the named fields, last ones of a name first, and the signature
/// field itself with an empty `b=`.
fn to_sign(headers: &Headers<'_>, field: &Field<'_>, names: &[String], canon: Canon) -> Vec<u8> {
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_name: BTreeMap<String, Vec<&Field<'_>>> = BTreeMap::new();
    for field in &headers.fields {
        by_name.entry(field.name().to_ascii_lowercase()).or_default().push(field);
    }
    let mut out = Vec::new();
    for name in names {
        let count = used.entry(name).or_default();
        let Some(fields) = by_name.get(name) else { continue };
        let at = fields.len().checked_sub(count.saturating_add(1));
        if let Some(field) = at.and_then(|at| fields.get(at)) {
            out.extend(canon.field(field.raw_name, field.raw_value));
            out.extend_from_slice(b"\r\n");
        }
        *count = count.saturating_add(1);
    }
    out.extend(canon.field(field.raw_name, &tags::without_signature(field.raw_value)));
    out
}

/// For those who sign: the SHA-256 over headers and an unfinished signature field with an empty `b=`, that a key signs.
/// Canonicalisation and fields are those that the template names; none where it is no signature.
#[must_use]
pub fn digest_to_sign(mail: &[u8], template: &str) -> Option<[u8; 32]> {
    let headers = Headers::parse(mail);
    let raw = format!(" {template}");
    let field = Field { raw_name: FIELD.as_bytes(), raw_value: raw.as_bytes(), line: 0 };
    let tags = Tags::parse(template);
    let names: Vec<String> = tags.get("h")?.split(':').map(|name| name.trim().to_ascii_lowercase()).collect();
    let canon = Canon::named(tags.get("c")?.split('/').next()?)?;
    Some(Sha256::digest(to_sign(&headers, &field, &names, canon)).into())
}
