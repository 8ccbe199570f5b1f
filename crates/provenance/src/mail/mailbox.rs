//! Address lists (RFC 5322 3.4 and its obsolete forms), read as leniently as mail programs do.

use ddefend_container::header_text;
use ddefend_model::provenance::Mailbox;

/// Mailboxes of one field that are kept.
const MOST: usize = 500;
/// Characters of a field that are looked at.
const LONGEST: usize = 64 << 10;

/// Reads a list. Groups are opened, comments are names where nothing else is.
#[must_use]
pub fn mailboxes(text: &str) -> Vec<Mailbox> {
    let mut found = Vec::new();
    let mut item = Item::default();
    let (mut depth, mut quoted, mut angle) = (0_u32, false, false);
    let mut chars = text.chars().take(LONGEST);
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted || depth > 0 => {
                let escaped = chars.next().unwrap_or(c);
                item.push(escaped, depth, angle);
            }
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => {
                depth = depth.saturating_add(1);
                if depth > 1 {
                    item.comment.push(c);
                }
            }
            ')' if !quoted && depth > 0 => {
                depth = depth.saturating_sub(1);
                if depth > 0 {
                    item.comment.push(c);
                }
            }
            '<' if !quoted && depth == 0 => {
                angle = true;
                item.bracketed = true;
                item.address.clear();
            }
            '>' if !quoted && depth == 0 => angle = false,
            ',' | ';' if !quoted && depth == 0 && !angle => std::mem::take(&mut item).finish(&mut found),
            // A group's name; a colon behind an `@` is none.
            ':' if !quoted && depth == 0 && !angle && !item.phrase.contains('@') => item = Item::default(),
            _ => item.push(c, depth, angle),
        }
        if found.len() >= MOST {
            return found;
        }
    }
    item.finish(&mut found);
    found
}

/// A mailbox that is being read.
#[derive(Default)]
struct Item {
    phrase: String,
    comment: String,
    address: String,
    bracketed: bool,
}

impl Item {
    fn push(&mut self, c: char, depth: u32, angle: bool) {
        match (depth, angle) {
            (1.., _) => self.comment.push(c),
            (0, true) => self.address.push(c),
            (0, false) => self.phrase.push(c),
        }
    }

    fn finish(self, found: &mut Vec<Mailbox>) {
        let phrase = header_text(self.phrase.trim()).trim().to_owned();
        let comment = header_text(self.comment.trim()).trim().to_owned();
        let (name, address) = if self.bracketed {
            // A route before the address (RFC 5322 4.4) is no part of it.
            let address = self.address.trim();
            let address =
                if address.starts_with('@') { address.rsplit_once(':').map_or(address, |(_, a)| a) } else { address };
            (if phrase.is_empty() { comment } else { phrase }, address.trim().to_owned())
        } else {
            // `Name user@host` without brackets: the word with the `@` is the address.
            match phrase.split_whitespace().find(|word| word.contains('@')) {
                Some(word) if phrase.contains(char::is_whitespace) => {
                    (phrase.replace(word, "").trim().to_owned(), word.to_owned())
                }
                Some(_) => (comment, phrase),
                None => (phrase, String::new()),
            }
        };
        if !name.is_empty() || !address.is_empty() {
            found.push(Mailbox { name, address });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mailboxes;

    #[test]
    fn lists() {
        for (text, wanted) in [
            ("a@b.example", vec![("", "a@b.example")]),
            ("Anna <a@b.example>, \"B, C\" <c@d.example>", vec![("Anna", "a@b.example"), ("B, C", "c@d.example")]),
            ("a@b.example (Anna (A.))", vec![("Anna (A.)", "a@b.example")]),
            ("=?utf-8?Q?Andr=C3=A9?= <a@b.example>", vec![("Andr\u{e9}", "a@b.example")]),
            ("Team: a@b.example, C <c@d.example>;", vec![("", "a@b.example"), ("C", "c@d.example")]),
            ("<@x,@y:a@b.example>", vec![("", "a@b.example")]),
            ("undisclosed-recipients:;", vec![]),
            ("\"ceo@corp.example\" <x@evil.example>", vec![("ceo@corp.example", "x@evil.example")]),
            ("Anna a@b.example", vec![("Anna", "a@b.example")]),
            ("Anna", vec![("Anna", "")]),
            ("\"open <a@b.example>", vec![("open", "<a@b.example>")]),
            ("<>", vec![]),
            ("", vec![]),
        ] {
            let seen = mailboxes(text);
            let seen: Vec<(&str, &str)> = seen.iter().map(|m| (m.name.as_str(), m.address.as_str())).collect();
            assert_eq!(seen, wanted, "{text}");
        }
        assert_eq!(mailboxes(&"a@b.example,".repeat(9_000)).len(), 500);
    }
}
