//! Files from recipes. What a link runs comes from a fixed list ([`link`]), never from a scenario's text.

mod link;
mod rtf;
mod sheet;
mod summary;
mod word;

pub use link::{Link, of_command, of_feed};

use crate::make::{cfb::Cfb, iso::iso, zip::zip};
use crate::scenario::{DocumentOptions, FileSpec, Lure, Recipe, Trick};
use ddefend_event::Time;
use sha2::{Digest, Sha512};

/// A file that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its link, where it has one.
    pub link: Option<Link>,
}

/// Words that stand in a document, and its metadata.
#[derive(Clone, Debug)]
struct Page<'s> {
    options: &'s DocumentOptions,
    created: Time,
    link: Option<Link>,
}

/// Makes a file. `inner` is the file inside, with its name.
#[must_use]
pub fn make(file: &FileSpec, created: Time, inner: Option<(&str, &Made)>) -> Made {
    let options = &file.options;
    let sheet = matches!(file.recipe, Recipe::Csv | Recipe::Slk | Recipe::Xlsx);
    let link = match (options.command, options.feed) {
        (Some(command), _) => Some(of_command(command, sheet)),
        (None, Some(feed)) => Some(of_feed(feed, sheet)),
        (None, None) => None,
    };
    let page = Page { options, created, link };
    let held = inner.map(|(name, made)| (name, made.bytes.as_slice()));
    let (name, bytes) = held.unwrap_or(("empty.txt", &[]));
    let bytes = match file.recipe {
        Recipe::Docx => word::docx(&page, held),
        Recipe::DocxEncrypted => encrypted(&word::docx(&page, None)),
        Recipe::Doc => word::doc(&page),
        Recipe::Rtf => rtf::fields(&page),
        Recipe::RtfEquation => rtf::equation(&page),
        Recipe::RtfPackage => rtf::package(&page, name, bytes),
        Recipe::Csv => sheet::csv(&page),
        Recipe::Slk => sheet::slk(&page),
        Recipe::Xlsx => sheet::xlsx(&page, held),
        Recipe::Zip => zip(&[(name.to_owned(), bytes.to_vec())]),
        Recipe::Iso => iso(name, bytes, true),
        Recipe::Text => lines(options).join("\r\n").into_bytes(),
    };
    let link = page.link.clone().filter(|_| file.recipe != Recipe::Text);
    let inherited = || inner.and_then(|(_, made)| made.link.clone());
    Made { bytes, link: link.or_else(inherited) }
}

/// What the reader sees, by paragraphs.
fn lines(options: &DocumentOptions) -> Vec<&'static str> {
    let mut lines = match options.lure {
        Lure::Plain => vec!["Minutes of the meeting", "The schedule was agreed. Next meeting on Friday."],
        Lure::Protected => vec![
            "This document is protected",
            "Click Enable Editing, then answer Yes to both questions to see its content.",
        ],
        Lure::Invoice => vec!["Invoice 2026-0302", "Please update the links of this document to see the total amount."],
        Lure::Letter => vec!["Dear customer", "Please find below the address that we have on file."],
        Lure::Prices => vec!["Item", "Price", "EURUSD", "1.08", "Copper", "9312.50"],
        Lure::TestPlan => vec!["Test plan: interoperability", "Step 4 starts a helper through an automation server."],
        Lure::Markup => vec![
            "<script>alert('lab')</script><img src=x onerror=alert(1)>",
            "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7} \u{202e}txt.exe {{7*7}} ${jndi:lab} %n%s",
        ],
    };
    if options.trick == Trick::Markup {
        lines.push("<script>alert('lab')</script>\u{1b}[2J\"'`</td>");
    }
    lines
}

/// A package that nobody has the password of: a header of agile encryption ([MS-OFFCRYPTO] 2.3.4.10) whose verifiers are
/// made up, and made-up bytes of the package's length.
fn encrypted(package: &[u8]) -> Vec<u8> {
    let made_up = |what: &str, length: usize| -> Vec<u8> {
        let mut out = Vec::new();
        let mut round = 0_u32;
        while out.len() < length {
            out.extend(Sha512::digest([what.as_bytes(), &round.to_le_bytes(), package].concat()));
            round = round.wrapping_add(1);
        }
        out.truncate(length);
        out
    };
    let text =
        |what: &str, length| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, made_up(what, length));
    let suite = format!(
        "saltSize=\"16\" blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" cipherAlgorithm=\"AES\" \
         cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\" saltValue=\"{}\"",
        text("salt", 16)
    );
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><encryption \
         xmlns=\"http://schemas.microsoft.com/office/2006/encryption\" \
         xmlns:p=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\"><keyData {suite}/><keyEncryptors>\
         <keyEncryptor uri=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\"><p:encryptedKey \
         spinCount=\"1000\" {suite} encryptedVerifierHashInput=\"{}\" encryptedVerifierHashValue=\"{}\" \
         encryptedKeyValue=\"{}\"/></keyEncryptor></keyEncryptors></encryption>",
        text("input", 16),
        text("value", 64),
        text("key", 32)
    );
    let info = [&[4, 0, 4, 0, 0x40, 0, 0, 0], xml.as_bytes()].concat();
    let length = package.len().next_multiple_of(16);
    let size = u64::try_from(package.len()).unwrap_or_default().to_le_bytes();
    let stored = [&size[..], &made_up("package", length)].concat();
    Cfb::new().stream("EncryptionInfo", &info).stream("EncryptedPackage", &stored).bytes()
}
