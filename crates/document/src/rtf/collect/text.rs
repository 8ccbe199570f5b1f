//! Letters, in whatever form they come, to where they go.

use super::{Collector, To};
use crate::rtf::field::{Between, OpenField};
use ddefend_container::rtf::{Letters, symbol_text};
use ddefend_model::trick;

impl Collector<'_> {
    /// The field that text belongs to, and whether to its result.
    pub(super) fn field(&mut self) -> Option<(&mut OpenField, bool)> {
        let in_result = match self.now.to {
            To::Instruction => false,
            To::Result => true,
            _ => return None,
        };
        self.frames.last_mut()?.fields.last_mut().map(|field| (field, in_result))
    }

    pub(super) fn border(&mut self, between: Between) {
        if let Some((field, false)) = self.field() {
            field.border(between);
        }
    }

    pub(super) fn escape(&mut self) {
        self.border(Between::Ignored);
        if self.now.to == To::ObjectData
            && let Some(object) = self.objects.last_mut()
        {
            object.data.escape();
        }
    }

    /// Where other letters than those of fields go.
    pub(super) fn letters(&mut self) -> Option<&mut Letters> {
        match self.now.to {
            To::ObjectClass => self.objects.last_mut().map(|object| &mut object.class),
            To::Template => Some(&mut self.template),
            To::Merge(slot) => self.merge.as_mut().map(|merge| merge.letters(slot)),
            To::Name(_) => Some(&mut self.names.letters),
            To::File => Some(&mut self.file),
            _ => None,
        }
    }

    /// True where text is shown and a bookmark is open around it.
    pub(super) fn is_bookmarked(&self) -> bool {
        matches!(self.now.to, To::Text | To::Result) && self.names.is_open()
    }

    pub(super) fn text(&mut self, bytes: &[u8]) {
        let encoding = self.flow.encoding();
        if self.is_bookmarked() {
            self.names.text(|letters| letters.bytes(bytes, encoding));
        }
        if let Some((field, in_result)) = self.field() {
            if !in_result {
                let ascii = |byte: Option<&u8>| byte.map(|byte| char::from(*byte));
                field.watch(ascii(bytes.first()), ascii(bytes.last()), bytes.len());
            }
            field.letters(in_result).bytes(bytes, encoding);
        } else if self.now.to == To::ObjectData {
            if let Some(object) = self.objects.last_mut() {
                object.data.text(bytes);
            }
        } else if let Some(letters) = self.letters() {
            letters.bytes(bytes, encoding);
        }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        let encoding = self.flow.encoding();
        if self.now.to == To::ObjectData {
            self.escape();
            return;
        }
        if self.is_bookmarked() {
            self.names.text(|letters| letters.bytes(&[byte], encoding));
        }
        if let Some((field, in_result)) = self.field() {
            if !in_result {
                if byte.is_ascii_alphanumeric() {
                    field.saw(trick::RTF_ESCAPES);
                }
                let c = Some(char::from(byte));
                field.watch(c, c, 1);
            }
            field.letters(in_result).bytes(&[byte], encoding);
        } else if let Some(letters) = self.letters() {
            letters.bytes(&[byte], encoding);
        }
    }

    pub(super) fn unit(&mut self, unit: u16) {
        if self.is_bookmarked() {
            self.names.text(|letters| letters.unit(unit));
        }
        if let Some((field, in_result)) = self.field() {
            if !in_result {
                let c = char::from_u32(u32::from(unit));
                if c.is_some_and(|c| c.is_ascii_alphanumeric()) || (0xf020..=0xf0ff).contains(&unit) {
                    field.saw(trick::RTF_ESCAPES);
                }
                field.watch(c, c, 1);
            }
            field.letters(in_result).unit(unit);
        } else if let Some(letters) = self.letters() {
            letters.unit(unit);
        }
    }

    pub(super) fn symbol(&mut self, symbol: u8) {
        match symbol_text(symbol) {
            Some(text) => self.plain(text),
            None => self.border(Between::Ignored),
        }
    }

    pub(super) fn plain(&mut self, text: &str) {
        if self.is_bookmarked() {
            self.names.text(|letters| letters.text(text));
        }
        if let Some((field, in_result)) = self.field() {
            if !in_result {
                field.watch(text.chars().next(), text.chars().last(), 1);
            }
            field.letters(in_result).text(text);
        } else if let Some(letters) = self.letters() {
            letters.text(text);
        }
    }
}
