//! HTML that a mail program wrapped in RTF (MS-OXRTFEX): `\fromhtml1` and `{\*\htmltag ...}` groups.

use super::flow::{Event, Flow};
use super::letters::{Letters, symbol_text, word_text};
use ddefend_guard::Budget;

/// What was unwrapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrapped {
    /// The HTML.
    pub html: String,
    /// True where a limit cut it.
    pub cut: bool,
}

/// Where text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// The HTML: markup inside `\*\htmltag`, text elsewhere.
    Html,
    /// Nowhere: a destination of RTF alone.
    Nowhere,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    to: To,
    /// Between `\htmlrtf` and `\htmlrtf0`: for readers of RTF only.
    rtf_only: bool,
    /// Nothing but `\*` stood in it so far.
    fresh: bool,
}

const DEEPEST: usize = 4_096;

/// Rebuilds the HTML of a document that was wrapped (it says `\fromhtml` near its start); none for other RTF.
/// Groups deeper than a mail program writes lose their own state, never their text.
#[must_use]
pub fn wrapped_html(data: &[u8], offset: usize, budget: &Budget) -> Option<Wrapped> {
    memchr::memmem::find(data.get(offset..)?, b"\\fromhtml")?;
    let mut flow = Flow::new(data, offset);
    let mut state = State { now: Group { to: To::Html, rtf_only: false, fresh: false }, ..State::default() };
    let mut is_wrapped = false;
    let mut count = 0_u32;
    let mut cut = false;
    while let Some((_, event)) = flow.next() {
        count = count.wrapping_add(1);
        if count.is_multiple_of(4096) && budget.check_time().is_err()
            || state.letters.len() as u64 > budget.part_allowance()
        {
            cut = true;
            break;
        }
        if let Event::Word { name: b"fromhtml", .. } = event {
            is_wrapped = true;
        }
        state.take(event, &flow);
    }
    is_wrapped.then(|| Wrapped { html: state.letters.take(), cut })
}

#[derive(Default)]
struct State {
    letters: Letters,
    now: Group,
    groups: Vec<Group>,
    deeper: usize,
}

impl Default for Group {
    fn default() -> Self {
        Self { to: To::Html, rtf_only: false, fresh: false }
    }
}

impl State {
    fn take(&mut self, event: Event<'_>, flow: &Flow<'_>) {
        let fresh = std::mem::take(&mut self.now.fresh);
        match event {
            Event::Open => {
                if self.groups.len() < DEEPEST {
                    self.groups.push(self.now);
                } else {
                    self.deeper = self.deeper.saturating_add(1);
                }
                self.now.fresh = true;
            }
            Event::Close => {
                if self.deeper > 0 {
                    self.deeper = self.deeper.saturating_sub(1);
                } else if let Some(group) = self.groups.pop() {
                    self.now = group;
                }
            }
            Event::Word { name, parameter, starred } => self.word(name, parameter, starred, fresh),
            _ if self.now.rtf_only || self.now.to == To::Nowhere => {}
            Event::Text(bytes) => self.letters.bytes(bytes, flow.encoding()),
            Event::Byte(byte) => self.letters.bytes(&[byte], flow.encoding()),
            Event::Unit(unit) => self.letters.unit(unit),
            Event::Symbol(b'~') => self.letters.text("&nbsp;"),
            Event::Symbol(b'_') => self.letters.text("&shy;"),
            Event::Symbol(symbol) => self.letters.text(symbol_text(symbol).unwrap_or_default()),
            Event::BadByte | Event::Binary(_) => {}
        }
    }

    fn word(&mut self, name: &[u8], parameter: Option<i32>, starred: bool, fresh: bool) {
        match name {
            b"htmlrtf" => self.now.rtf_only = parameter != Some(0),
            b"htmltag" => self.now.to = To::Html,
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pntext" | b"pict" if fresh => {
                self.now.to = To::Nowhere;
            }
            _ if starred => self.now.to = To::Nowhere,
            _ if self.now.rtf_only || self.now.to == To::Nowhere => {}
            _ => match word_text(name) {
                Some("\r") => self.letters.text("\r\n"),
                Some(text) => self.letters.text(text),
                None => {}
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::wrapped_html;
    use ddefend_guard::{Budget, Limits, Stop};

    fn html(rtf: &[u8]) -> Option<String> {
        let budget = Budget::new(Limits::default(), Stop::default());
        wrapped_html(rtf, 0, &budget).map(|wrapped| wrapped.html)
    }

    #[test]
    fn markup_text_and_what_is_for_rtf_only() {
        let rtf = br"{\rtf1\ansi\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\htmltag18 <html>}{\*\htmltag84 <p>}\htmlrtf {\b \htmlrtf0 a\{b {\*\htmltag92 </p>}\htmlrtf gone}\htmlrtf0 {\*\mhtmltag3 no}}";
        assert_eq!(html(rtf).as_deref(), Some("<html><p>a{b </p>"));
        assert_eq!(html(br"{\rtf1\ansi plain}"), None);
    }
}
