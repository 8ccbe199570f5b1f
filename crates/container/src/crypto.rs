//! Office encryption (MS-OFFCRYPTO): the packages that Excel opens by itself with a default password, and the stream
//! ciphers of the binary formats.
//!
//! For a binary carrier: [`stream::StreamKey::unlock`] takes the encryption header (`FILEPASS` data behind its type, or
//! the head of a Word table stream), tries every password and reports; [`xor::XorKey::unlock`] does so for the XOR
//! methods. Where a default password opened it, [`Unlocked::tricks`] goes to every link.

mod aes;
mod agile;
mod hash;
mod package;
mod standard;
pub mod stream;
pub mod xor;

use crate::Sink;
use ddefend_guard::Exceeded;
use ddefend_model::{Location, code, trick};

pub(crate) use package::READER as PACKAGE;

/// A key that passed its verifier, and the password that gave it.
#[derive(Clone, Debug)]
pub struct Unlocked<K> {
    /// The key.
    pub key: K,
    /// The password.
    pub password: String,
    /// True where Office itself tries this password, so that no prompt is shown.
    pub default: bool,
}

impl<K> Unlocked<K> {
    /// The hiding trick that this is, or nothing.
    #[must_use]
    pub fn tricks(&self) -> &'static [&'static str] {
        if self.default { &[trick::DEFAULT_PASSWORD] } else { &[] }
    }
}

/// Why no key came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Locked {
    /// No password fits.
    Password,
    /// The header's words contradict the format or name a method that is not known: what is wrong.
    Method(String),
    /// A limit was hit.
    Limit(Exceeded),
}

impl From<Exceeded> for Locked {
    fn from(exceeded: Exceeded) -> Self {
        Self::Limit(exceeded)
    }
}

/// Tries every password on `open`, which gives a key, nothing where the password is wrong, or an error that ends the
/// search. Tells how it went.
pub(crate) fn try_passwords<K>(
    sink: &mut dyn Sink,
    method: &str,
    mut open: impl FnMut(&str, &mut dyn Sink) -> Result<Option<K>, Locked>,
) -> Option<Unlocked<K>> {
    let defaults = sink.secrets().office_defaults.len();
    let passwords: Vec<String> = sink.secrets().for_office().map(str::to_owned).collect();
    let mut why = Locked::Password;
    for (index, password) in passwords.into_iter().enumerate() {
        match open(&password, sink) {
            Ok(Some(key)) => {
                let unlocked = Unlocked { key, password, default: index < defaults };
                tell_unlocked(sink, method, &unlocked);
                return Some(unlocked);
            }
            Ok(None) => {}
            Err(locked) => {
                why = locked;
                break;
            }
        }
    }
    tell_locked(sink, method, why);
    None
}

fn tell_unlocked<K>(sink: &mut dyn Sink, method: &str, unlocked: &Unlocked<K>) {
    let words = if unlocked.default { "the default password" } else { "the given password" };
    let message = format!("decrypted ({method}) with {words} {:?}", unlocked.password);
    sink.fact(message.clone());
    sink.report(code::NOTE_PASSWORD, Location::default(), message);
}

fn tell_locked(sink: &mut dyn Sink, method: &str, why: Locked) {
    let (code, message) = match why {
        Locked::Password => {
            let tried = sink.secrets().for_office().count();
            (code::UNREADABLE_ENCRYPTED, format!("encrypted ({method}); none of {tried} passwords opens it"))
        }
        Locked::Method(what) => (code::UNREADABLE_ENCRYPTED, format!("encrypted ({method}); {what}")),
        Locked::Limit(exceeded) => (exceeded.code, format!("encrypted ({method}); {exceeded}")),
    };
    sink.report(code, Location::default(), message);
}

/// A password as UTF-16LE without terminator, at most 255 units (MS-OFFCRYPTO 2.3.4.7, 2.3.4.11, 2.3.5.2, 2.3.6.2).
fn utf16(password: &str) -> Vec<u8> {
    password.encode_utf16().take(255).flat_map(u16::to_le_bytes).collect()
}
