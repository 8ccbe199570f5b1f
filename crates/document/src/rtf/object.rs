//! Objects: `\object` with its flags, class and hexadecimal data.

use ddefend_container::Sink;
use ddefend_container::ole::{Origin, object_data};
use ddefend_container::rtf::Letters;
use ddefend_model::{Link, LinkKind, Location, Trigger, trick};

/// An object whose group is open.
#[derive(Debug, Default)]
pub(super) struct OpenObject {
    pub(super) offset: usize,
    pub(super) class: Letters,
    /// `\objlink`, `\objautlink` or `\linkself`.
    pub(super) linked: bool,
    /// `\objupdate` or `\objautlink`: updates before it is shown.
    pub(super) updates: bool,
    pub(super) dead: bool,
    pub(super) other_story: bool,
    pub(super) data: HexData,
}

impl OpenObject {
    pub(super) fn new(offset: usize, dead: bool, other_story: bool) -> Self {
        Self { offset, dead, other_story, ..Self::default() }
    }

    /// Takes a control word of the object group; false where it is none.
    pub(super) fn take_word(&mut self, name: &[u8]) -> bool {
        match name {
            b"objlink" | b"linkself" => self.linked = true,
            b"objautlink" => {
                self.linked = true;
                self.updates = true;
            }
            b"objupdate" => self.updates = true,
            b"objemb" | b"objocx" | b"objhtml" | b"objsub" | b"objpub" | b"objicemb" => {}
            _ => return false,
        }
        true
    }

    /// Hands the object on: its data as a part, or its link where it has no data.
    pub(super) fn finish(mut self, number: usize, end: usize, tricks: &[&'static str], sink: &mut dyn Sink) {
        let class = self.class.take().trim().to_owned();
        let odd = self.data.odd;
        let bytes = self.data.done();
        let place = Location::bytes(self.offset as u64, end.saturating_sub(self.offset) as u64);
        let trigger = match (self.dead, self.updates) {
            (true, _) => Trigger::Never,
            (false, true) => Trigger::Open,
            (false, false) if self.linked => Trigger::Update,
            (false, false) => Trigger::Click,
        };
        if !bytes.is_empty() {
            let mut seen = tricks.to_vec();
            let more =
                [(odd, trick::RTF_ESCAPES), (self.other_story, trick::OTHER_STORY), (self.dead, trick::HIDDEN_CONTENT)];
            seen.extend(more.iter().filter(|(is_so, _)| *is_so).map(|(_, trick)| *trick));
            let class = Some(class.as_str()).filter(|class| !class.is_empty());
            let origin = Origin { carrier: "rtf", location: place.clone().held_by("\\objdata"), trigger };
            let step = format!("object[{number}]");
            sink.within(&step, &seen, &mut |sink| object_data(&bytes, class, &origin, sink));
        }
        if bytes.is_empty() && self.linked && !class.is_empty() {
            let mut link = Link::new(LinkKind::OleLink, "rtf", sink.path().clone(), place.held_by("\\objclass"));
            link.raw.clone_from(&class);
            link.service = Some(class);
            link.trigger = trigger;
            for trick in tricks {
                link.saw(trick);
            }
            sink.link(link);
        }
    }
}

/// Hexadecimal data as Word reads it: everything that is no digit is passed over.
#[derive(Debug, Default)]
pub(super) struct HexData {
    bytes: Vec<u8>,
    nibble: Option<u8>,
    /// The same data read without the rule that `\'` drops a lone digit, once the two differ.
    other: Option<Box<HexData>>,
    /// Something other than digits and blanks stood in it.
    pub(super) odd: bool,
}

impl HexData {
    pub(super) fn text(&mut self, text: &[u8]) {
        for byte in text {
            match char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()) {
                Some(digit) => self.digit(digit),
                None => self.odd |= !byte.is_ascii_whitespace(),
            }
        }
        if let Some(other) = &mut self.other {
            other.text(text);
        }
    }

    fn digit(&mut self, digit: u8) {
        match self.nibble.take() {
            Some(high) => self.bytes.push(high << 4 | digit),
            None => self.nibble = Some(digit),
        }
    }

    /// `\bin` data stands as it is.
    pub(super) fn binary(&mut self, bytes: &[u8]) {
        self.odd = true;
        self.bytes.extend_from_slice(bytes);
        if let Some(other) = &mut self.other {
            other.bytes.extend_from_slice(bytes);
        }
    }

    /// `\'hh` is passed over, and a lone digit before it with it.
    pub(super) fn escape(&mut self) {
        self.odd = true;
        if self.nibble.is_some() {
            if self.other.is_none() {
                let other = HexData { bytes: self.bytes.clone(), nibble: self.nibble, other: None, odd: true };
                self.other = Some(Box::new(other));
            }
            self.nibble = None;
        }
    }

    /// A control word, symbol or inner group stood in it.
    pub(super) fn interrupted(&mut self) {
        self.odd |= !self.bytes.is_empty();
    }

    /// The bytes, of the reading that looks like an OLE 1 object (MS-OLEDS 2.2.4: version, then format id 1 or 2).
    fn done(self) -> Vec<u8> {
        let fits = |bytes: &[u8]| matches!(bytes.get(4..8), Some([1 | 2, 0, 0, 0]));
        match self.other {
            Some(other) if !fits(&self.bytes) && fits(&other.bytes) => other.bytes,
            _ => self.bytes,
        }
    }
}
