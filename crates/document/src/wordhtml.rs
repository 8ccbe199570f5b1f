//! Word's HTML (Office HTML reference, "Word fields"): fields between `mso-element:field-begin`, `field-separator` and
//! `field-end`, usually inside `<!--[if supportFields]>`, and simple ones in `mso-field-code`. Also in MHT parts, in
//! mail bodies and in HTML that RTF encapsulates.

mod style;
mod tags;

use crate::fields::{self, Carrier};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, text};
use ddefend_grammar::field::StoryBuilder;
use ddefend_model::{Link, LinkKind, Location, Trigger, code, trick};
use style::{FieldStyle, field_style};
use tags::{Tag, Token, Tokens};

/// HTML that may be Word's.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "wordhtml", title: "HTML document", extensions: &["htm", "html", "xhtml", "mht", "mhtml"] },
    sniff,
    read,
};

fn sniff(probe: &Probe<'_>) -> Claim {
    let Some(head) = probe.head() else { return Claim::No };
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if !head.starts_with('<') {
        return Claim::No;
    }
    let head = head.to_ascii_lowercase();
    if !head.contains("<html") && !begins_like_html(&head) {
        return Claim::No;
    }
    let office = ["urn:schemas-microsoft-com:office:word", "mso-", "supportfields", "word.document"];
    if office.iter().any(|mark| head.contains(mark)) { Claim::Structure } else { Claim::Likely }
}

/// True where the first element, behind declarations and comments, is one of HTML.
fn begins_like_html(head: &str) -> bool {
    const NAMES: [&str; 16] = [
        "html", "head", "body", "meta", "title", "style", "link", "p", "div", "span", "table", "font", "center", "h1",
        "o:p", "b",
    ];
    let mut rest = head.trim_start();
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            ">"
        } else {
            break;
        };
        let (inside, behind) = rest.split_once(end).unwrap_or((rest, ""));
        // A fragment may begin with a field, which stands in a comment.
        if ["supportfields", "mso-element"].iter().any(|mark| inside.contains(mark)) {
            return true;
        }
        rest = behind.trim_start();
    }
    let name = rest.strip_prefix('<').unwrap_or_default();
    let end = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(name.len());
    name.get(..end).is_some_and(|name| NAMES.contains(&name))
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let decoded = text::decode(part.bytes);
    if !may_hold_fields(&decoded.text) {
        return;
    }
    let mut reader = HtmlReader {
        builder: StoryBuilder::new(sink.budget().limits().nesting),
        places: Vec::new(),
        paragraph: 0,
        simple: Vec::new(),
        templates: Vec::new(),
    };
    for (number, token) in Tokens::new(&decoded.text).enumerate() {
        if number % 4096 == 0
            && let Err(exceeded) = sink.budget().check_time()
        {
            sink.report(exceeded.code, Location::default(), format!("{exceeded}; the rest was not read"));
            break;
        }
        reader.token(token);
        if reader.places.len() >= FIELDS {
            let message = format!("more than {FIELDS} fields; the rest was not read");
            sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
            break;
        }
    }
    let path = sink.path().clone();
    for (target, location) in std::mem::take(&mut reader.templates) {
        let mut link = Link::new(LinkKind::RemoteTemplate, READER.format.id, path.clone(), location);
        link.raw.clone_from(&target);
        link.target = Some(target);
        link.trigger = Trigger::Open;
        sink.link(link);
    }
    let places = reader.places;
    let place = |mark: u32| {
        let place = usize::try_from(mark).ok().and_then(|mark| places.get(mark)).cloned();
        (path.clone(), place.unwrap_or_default())
    };
    let carrier = Carrier { id: READER.format.id, update_fields: false };
    fields::report(carrier, &reader.builder.finish(), place, sink);
}

/// True where a field property may be there: `field-` in any letter case, or references or escapes that could spell it.
fn may_hold_fields(html: &str) -> bool {
    let bytes = html.as_bytes();
    let spelt = memchr::memchr_iter(b'-', bytes).any(|at| {
        let word = at.checked_sub(5).and_then(|from| bytes.get(from..at));
        word.is_some_and(|word| word.eq_ignore_ascii_case(b"field"))
    });
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    spelt || has(b"AttachedTemplate") || (has(b"mso") && hides_letters(bytes))
}

/// True where a reference or an escape of style sheets may stand for a letter of `field-`, or for a backslash that
/// begins such an escape. Those for quotes, blanks and letters beyond ASCII do not count.
fn hides_letters(bytes: &[u8]) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '\\');
    let mut references = memchr::memchr_iter(b'&', bytes);
    let mut escapes = memchr::memchr_iter(b'\\', bytes);
    references.any(|at| {
        let behind = bytes.get(at.saturating_add(1)..).unwrap_or_default();
        let name =
            behind.get(..tags::name_length(behind)).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default();
        name.starts_with(['#', 'b']) && tags::reference(name).is_some_and(letter)
    }) || escapes.any(|at| {
        let next = bytes.get(at.saturating_add(1)).copied().unwrap_or_default();
        next.is_ascii_hexdigit() || b"ilIL-\\&".contains(&next)
    })
}

/// How many fields are read.
const FIELDS: usize = 200_000;
/// How many simple fields are followed to the end of their element; deeper ones end where they begin.
const SIMPLE: usize = 32;

struct HtmlReader {
    builder: StoryBuilder,
    places: Vec<Location>,
    paragraph: u32,
    /// Open simple fields: element name, open elements of that name inside, fields that were open before.
    simple: Vec<(String, u32, usize)>,
    templates: Vec<(String, Location)>,
}

impl HtmlReader {
    fn token(&mut self, token: Token<'_>) {
        match token {
            Token::Text(text) => {
                if self.builder.depth() > 0 {
                    self.builder.text(&collapse(&tags::resolve(text)));
                }
            }
            Token::Open(tag) => self.open(&tag),
            Token::Close(name) => self.close(name),
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        if tag.name.eq_ignore_ascii_case("p") {
            self.paragraph = self.paragraph.saturating_add(1);
        } else if tag.name.eq_ignore_ascii_case("br") && self.builder.depth() > 0 {
            self.builder.text("\n");
        } else if tag.name.eq_ignore_ascii_case("w:AttachedTemplate")
            && let Some(target) = tag.attribute("href").filter(|target| !target.is_empty())
        {
            self.templates.push((target, self.place(tag, "w:AttachedTemplate")));
        }
        for (_, inside, _) in self.simple.iter_mut().filter(|(name, ..)| name.eq_ignore_ascii_case(tag.name)) {
            *inside = inside.saturating_add(1);
        }
        let style = tag.may_be_styled().then(|| tag.attribute("style")).flatten();
        match style.as_deref().and_then(field_style) {
            Some(FieldStyle::Begin) => self.begin(tag, "mso-element:field-begin"),
            Some(FieldStyle::Separator) => self.builder.separator(),
            Some(FieldStyle::End) => self.builder.end(),
            Some(FieldStyle::Code(code)) => {
                let depth = self.builder.depth();
                self.begin(tag, "mso-field-code");
                if let Some(field) = self.builder.current() {
                    field.tricks.push(trick::SIMPLE_FIELD);
                }
                self.builder.text(&code);
                self.builder.separator();
                if self.simple.len() < SIMPLE {
                    self.simple.push((tag.name.to_owned(), 0, depth));
                } else {
                    self.builder.end();
                }
            }
            None => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("p") && self.builder.depth() > 0 {
            self.builder.text("\r");
        }
        let mut ended = None;
        for (index, (open, inside, _)) in self.simple.iter_mut().enumerate() {
            if !open.eq_ignore_ascii_case(name) {
                continue;
            }
            match inside.checked_sub(1) {
                Some(left) => *inside = left,
                None => ended = ended.or(Some(index)),
            }
        }
        if let Some(index) = ended {
            let depth = self.simple.get(index).map_or(0, |(_, _, depth)| *depth);
            self.simple.truncate(index);
            self.builder.close_to(depth.saturating_add(1));
            if self.builder.depth() > depth {
                self.builder.end();
            }
        }
    }

    fn place(&self, tag: &Tag<'_>, holder: &'static str) -> Location {
        let mut place = Location::paragraph(self.paragraph).held_by(holder);
        place.offset = Some(tag.offset as u64);
        place
    }

    fn begin(&mut self, tag: &Tag<'_>, holder: &'static str) {
        let mark = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(self.place(tag, holder));
        self.builder.begin(mark);
    }
}

/// Blanks and line ends of the source show as one blank.
fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let blank = matches!(c, ' ' | '\t' | '\r' | '\n');
        if !blank {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::may_hold_fields;

    #[test]
    fn what_could_spell_a_field_is_read() {
        let tag = |style: &str| format!("<p>it&#8217;s&nbsp;&quot;&#34;<span style='{style}'>");
        let spelt = [
            "mso-element:field-begin",
            "MSO-ELEMENT:FIELD-BEGIN",
            "mso-element:&#102;ield-begin",
            "mso-element:&#x66ield-begin",
            "mso-element:field&#45;begin",
            "mso-element:\\66 ield-begin",
            "mso-element:f\\ield-begin",
            "mso-element:&#92;66 ield-begin",
            "mso-element:&bsol;66 ield-begin",
        ];
        for style in spelt {
            assert!(may_hold_fields(&tag(style)), "{style}");
        }
        for style in ["mso-bidi-font-size:1pt", "v\\:*;mso-list:l0", "mso-number-format:\"\\@\""] {
            assert!(!may_hold_fields(&tag(style)), "{style}");
        }
    }
}
