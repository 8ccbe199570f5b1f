//! Outlook items (MS-OXMSG): properties in streams, recipients and attachments in storages.

use super::cfb::Cfb;

/// An attachment.
#[derive(Clone, Debug)]
pub struct Attached {
    /// File name.
    pub name: String,
    /// Content.
    pub data: Vec<u8>,
    /// True for an OLE object in the text (`PR_ATTACH_METHOD` 6) instead of a file (1).
    pub object: bool,
}

/// A mail.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Subject.
    pub subject: String,
    /// Sender's name and address.
    pub sender: (String, String),
    /// Recipients' names and addresses.
    pub to: Vec<(String, String)>,
    /// Transport headers.
    pub headers: String,
    /// Plain text.
    pub body: String,
    /// Message id with its angle brackets.
    pub message_id: String,
    /// FILETIME of delivery.
    pub delivered: u64,
    /// Attachments.
    pub attachments: Vec<Attached>,
}

impl Message {
    /// The file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let count = |items: usize| u32::try_from(items).unwrap_or(u32::MAX);
        let (recipients, attachments) = (count(self.to.len()), count(self.attachments.len()));
        let texts = [
            (0x001a, "IPM.Note"),
            (0x0037, &*self.subject),
            (0x0c1a, &*self.sender.0),
            (0x0c1e, "SMTP"),
            (0x0c1f, &*self.sender.1),
            (0x0042, &*self.sender.0),
            (0x0065, &*self.sender.1),
            (0x5d01, &*self.sender.1),
            (0x007d, &*self.headers),
            (0x1000, &*self.body),
            (0x1035, &*self.message_id),
        ];
        let mut head = vec![0; 8];
        for number in [recipients, attachments, recipients, attachments, 0, 0] {
            head.extend(number.to_le_bytes());
        }
        head.extend(fixed(0x0e06, 0x0040, self.delivered));
        head.extend(fixed(0x0039, 0x0040, self.delivered));
        // PR_STORE_SUPPORT_MASK: texts are Unicode.
        head.extend(fixed(0x340d, 0x0003, 0x0004_0000));
        let mut cfb = Cfb::new();
        for (id, text) in texts {
            head.extend(sized(id, 0x001f, text));
            cfb = cfb.stream(&stream("", id, "001F"), &wide(text));
        }
        cfb = cfb.stream("__properties_version1.0", &head);
        for name in ["00020102", "00030102", "00040102"] {
            cfb = cfb.stream(&format!("__nameid_version1.0/__substg1.0_{name}"), &[]);
        }
        for (number, (name, address)) in (0_u32..).zip(&self.to) {
            let at = format!("__recip_version1.0_#{number:08X}/");
            let mut properties = vec![0; 8];
            properties.extend(fixed(0x0c15, 0x0003, 1));
            for (id, text) in [(0x3001, &**name), (0x3002, "SMTP"), (0x3003, &**address), (0x39fe, &**address)] {
                properties.extend(sized(id, 0x001f, text));
                cfb = cfb.stream(&stream(&at, id, "001F"), &wide(text));
            }
            cfb = cfb.stream(&format!("{at}__properties_version1.0"), &properties);
        }
        for (number, attached) in (0_u32..).zip(&self.attachments) {
            let at = format!("__attach_version1.0_#{number:08X}/");
            let mut properties = vec![0; 8];
            properties.extend(fixed(0x3705, 0x0003, if attached.object { 6 } else { 1 }));
            properties.extend(fixed(0x0e21, 0x0003, u64::from(number)));
            for (id, text) in [(0x3704, &*attached.name), (0x3707, &*attached.name), (0x3001, &*attached.name)] {
                properties.extend(sized(id, 0x001f, text));
                cfb = cfb.stream(&stream(&at, id, "001F"), &wide(text));
            }
            cfb = if attached.object {
                let inner = format!("{at}__substg1.0_3701000D/");
                cfb.stream(&format!("{inner}\u{1}Ole"), &super::ole::embedded_stream())
                    .stream(&format!("{inner}\u{1}CompObj"), &super::ole::comp_obj("Word.Document.12"))
                    .stream(&format!("{inner}Package"), &attached.data)
            } else {
                properties.extend(length(0x3701, 0x0102, attached.data.len()));
                cfb.stream(&stream(&at, 0x3701, "0102"), &attached.data)
            };
            cfb = cfb.stream(&format!("{at}__properties_version1.0"), &properties);
        }
        cfb.bytes()
    }
}

fn stream(at: &str, id: u16, kind: &str) -> String {
    format!("{at}__substg1.0_{id:04X}{kind}")
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An entry of a fixed size (MS-OXMSG 2.4.2.1): tag, flags (readable, writable), value.
fn fixed(id: u16, kind: u16, value: u64) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &id.to_le_bytes(), &6_u32.to_le_bytes(), &value.to_le_bytes()].concat()
}

/// An entry whose value stands in a stream (2.4.2.2): a text counts its final NUL.
fn sized(id: u16, kind: u16, text: &str) -> Vec<u8> {
    length(id, kind, wide(text).len().saturating_add(2))
}

fn length(id: u16, kind: u16, bytes: usize) -> Vec<u8> {
    fixed(id, kind, u64::try_from(bytes).unwrap_or_default())
}
