//! `Authentication-Results` and `ARC-Authentication-Results` (RFC 8601, RFC 8617), and Microsoft's form without an
//! authserv-id.

use crate::address::domain_of;
use ddefend_model::provenance::{AuthenticationResults, Method};

/// Methods of one field that are kept.
const MOST: usize = 64;

/// Reads a field's value; `trusted` stays false. `line` is its line.
#[must_use]
pub fn authentication_results(value: &str, line: u32) -> AuthenticationResults {
    let mut results = AuthenticationResults { line, ..AuthenticationResults::default() };
    for (index, tokens) in segments(value).into_iter().enumerate() {
        let mut tokens = tokens.as_slice();
        // `i=1;` of ARC stands before the authserv-id.
        if let [Token::Word(name), Token::Equals, Token::Word(_)] = tokens
            && name == "i"
        {
            continue;
        }
        let is_result = matches!(tokens, [Token::Word(_), Token::Equals, ..]);
        if results.authserv_id.is_empty()
            && results.methods.is_empty()
            && !is_result
            && index < 2
            && let Some((Token::Word(id), rest)) = tokens.split_first()
        {
            results.authserv_id.clone_from(id);
            // Some write the first result behind the id without a semicolon.
            tokens = match rest {
                [Token::Word(version), rest @ ..] if version.bytes().all(|byte| byte.is_ascii_digit()) => rest,
                rest => rest,
            };
        }
        if let Some(method) = method(tokens)
            && results.methods.len() < MOST
        {
            results.methods.push(method);
        }
    }
    results
}

/// `method[/version] = result` with its properties.
fn method(tokens: &[Token]) -> Option<Method> {
    let [Token::Word(name), Token::Equals, Token::Word(result), rest @ ..] = tokens else { return None };
    let name = name.split('/').next().unwrap_or(name).to_ascii_lowercase();
    let mut properties = Vec::new();
    for window in rest.windows(3) {
        if let [Token::Word(property), Token::Equals, Token::Word(value)] = window {
            properties.push((property.to_ascii_lowercase(), value.as_str()));
        }
    }
    let get = |wanted: &str| properties.iter().find(|(property, _)| property == wanted).map(|(_, value)| *value);
    let about = match name.as_str() {
        "spf" | "sender-id" => get("smtp.mailfrom").or(get("smtp.mail")).or(get("smtp.helo")),
        "dkim" | "dkim-adsp" => get("header.d").or(get("header.i")).or(get("header.from")),
        "dmarc" => get("header.from").or(get("policy.from")).or(get("from")),
        "arc" => get("header.oldest-pass").map(|_| ""),
        _ => properties.iter().find(|(key, _)| key.starts_with("header.") || key.starts_with("smtp.")).map(|(_, v)| *v),
    };
    let about = about.unwrap_or_default().trim_matches(['<', '>']);
    let domain = if about.contains('@') { domain_of(about) } else { about.trim_end_matches('.') };
    Some(Method { method: name, result: result.to_ascii_lowercase(), domain: domain.to_ascii_lowercase() })
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Equals,
}

/// The tokens between semicolons, comments left out, quoted strings as one word.
fn segments(value: &str) -> Vec<Vec<Token>> {
    let mut out = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut depth = 0_u32;
    let mut chars = value.chars();
    let flush = |word: &mut Option<String>, out: &mut Vec<Vec<Token>>| {
        if let (Some(word), Some(last)) = (word.take(), out.last_mut()) {
            last.push(Token::Word(word));
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\\' if depth > 0 => {
                chars.next();
            }
            '(' => {
                flush(&mut word, &mut out);
                depth = depth.saturating_add(1);
            }
            ')' if depth > 0 => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '"' => {
                let text = word.get_or_insert_default();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => text.extend(chars.next()),
                        other => text.push(other),
                    }
                }
            }
            ';' => {
                flush(&mut word, &mut out);
                if out.len() > MOST {
                    return out;
                }
                out.push(Vec::new());
            }
            // The first sign of equality in a word separates; base64 in a value may end in more of them.
            '=' if out.last().and_then(|tokens| tokens.last()) != Some(&Token::Equals) => {
                flush(&mut word, &mut out);
                if let Some(last) = out.last_mut() {
                    last.push(Token::Equals);
                }
            }
            c if c.is_whitespace() => flush(&mut word, &mut out),
            other => word.get_or_insert_default().push(other),
        }
    }
    flush(&mut word, &mut out);
    out.retain(|tokens| !tokens.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::authentication_results;

    fn read(value: &str) -> (String, Vec<(String, String, String)>) {
        let results = authentication_results(value, 1);
        let methods = results.methods.into_iter().map(|m| (m.method, m.result, m.domain)).collect();
        (results.authserv_id, methods)
    }

    fn rows(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        rows.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect()
    }

    #[test]
    fn examples_of_rfc_8601() {
        for (value, id, methods) in [
            ("example.org 1; none", "example.org", vec![]),
            ("example.com; spf=pass smtp.mailfrom=example.net", "example.com", vec![("spf", "pass", "example.net")]),
            (
                "example.com; auth=pass (cram-md5) smtp.auth=sender@example.net;\tspf=pass smtp.mailfrom=example.net",
                "example.com",
                vec![("auth", "pass", "example.net"), ("spf", "pass", "example.net")],
            ),
            (
                "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail \
                 policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
                "foo.example.net",
                vec![],
            ),
            (
                "example.com; dkim=pass reason=\"good; \\\"signature\\\"\" header.i=@mail-router.example.net; \
                 dkim=fail (bad signature) header.d=newyork.example.com",
                "example.com",
                vec![("dkim", "pass", "mail-router.example.net"), ("dkim", "fail", "newyork.example.com")],
            ),
        ] {
            let (seen, found) = read(value);
            assert_eq!(seen, id, "{value}");
            if !value.starts_with("foo") {
                assert_eq!(found, rows(&methods), "{value}");
            }
        }
    }

    #[test]
    fn gmail_microsoft_and_arc() {
        let gmail = "mx.google.com; dkim=pass header.i=@corp.example header.s=s1 header.b=\"Ab/c==\"; spf=pass \
                     (google.com: domain of a@corp.example designates 192.0.2.1 as permitted sender) \
                     smtp.mailfrom=a@corp.example; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=corp.example";
        let (id, found) = read(gmail);
        assert_eq!(id, "mx.google.com");
        assert_eq!(
            found,
            rows(&[
                ("dkim", "pass", "corp.example"),
                ("spf", "pass", "corp.example"),
                ("dmarc", "pass", "corp.example")
            ])
        );
        let microsoft = "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=evil.example; dkim=none (message not signed) \
                         header.d=none;dmarc=fail action=quarantine header.from=corp.example;compauth=fail reason=000";
        let (id, found) = read(microsoft);
        assert_eq!((id.as_str(), found.len()), ("", 4));
        assert_eq!(found[0], ("spf".into(), "fail".into(), "evil.example".into()));
        assert_eq!(found[3], ("compauth".into(), "fail".into(), String::new()));
        let (id, found) = read("i=1; mx.example; arc=none; spf=pass smtp.mailfrom=a@b.example");
        assert_eq!((id.as_str(), found.len()), ("mx.example", 2));
        for hostile in ["", ";;;;", "=;=;=", "\"", "(((((", "a=b=c=d", "x; y; z=", &"a;".repeat(10_000)] {
            let (_, found) = read(hostile);
            assert!(found.len() <= 64);
        }
    }
}
