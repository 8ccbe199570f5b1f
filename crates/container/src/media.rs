//! Formats that carry no links: pictures, fonts, sound, film, programs. They are named, and not read any further.

use crate::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_model::NotInspected;

/// A magic number: offset and bytes.
type Magic = (usize, &'static [u8]);

/// Pictures.
pub static IMAGE: Reader = Reader {
    format: Format {
        id: "image",
        title: "picture",
        extensions: &[
            "png", "jpg", "jpeg", "jfif", "gif", "bmp", "dib", "emf", "wmf", "tif", "tiff", "ico", "cur", "webp",
            "jp2", "pcx", "psd", "wdp", "jxr", "heic",
        ],
    },
    sniff: |probe| claim(probe, IMAGES),
    read: skip,
};

/// Fonts.
pub static FONT: Reader = Reader {
    format: Format { id: "font", title: "font", extensions: &["ttf", "otf", "ttc", "woff", "woff2", "fntdata"] },
    sniff: |probe| claim(probe, FONTS),
    read: skip,
};

/// Sound and film.
pub static SOUND: Reader = Reader {
    format: Format {
        id: "media",
        title: "sound or film",
        extensions: &[
            "mp3", "mp4", "m4a", "m4v", "mov", "wav", "avi", "wma", "wmv", "asf", "ogg", "flac", "mid", "midi", "mpg",
            "mpeg", "webm", "mkv", "aif", "aiff",
        ],
    },
    sniff: |probe| claim(probe, SOUNDS),
    read: skip,
};

/// Programs.
pub static PROGRAM: Reader = Reader {
    format: Format {
        id: "pe",
        title: "program",
        extensions: &["exe", "dll", "scr", "cpl", "ocx", "sys", "com", "so", "elf", "class"],
    },
    sniff: sniff_program,
    read: skip,
};

const IMAGES: &[Magic] = &[
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"II\xbc\x01"),
    (0, b"\xd7\xcd\xc6\x9a"),
    (0, b"\0\0\x01\0\x01\0"),
    (0, b"\0\0\x02\0\x01\0"),
    (0, b"\0\0\0\x0cjP  "),
    (0, b"8BPS"),
    (40, b" EMF"),
    (8, b"WEBP"),
    // Windows metafile without a placeable header: type, header size, version.
    (0, b"\x01\0\x09\0\0\x03"),
    (0, b"\x02\0\x09\0\0\x03"),
];

const FONTS: &[Magic] =
    &[(0, b"\0\x01\0\0\0"), (0, b"OTTO"), (0, b"ttcf"), (0, b"wOFF"), (0, b"wOF2"), (34, b"LP\0\0")];

const SOUNDS: &[Magic] = &[
    (0, b"ID3"),
    (0, b"OggS"),
    (0, b"fLaC"),
    (0, b"MThd"),
    (0, b"\x1a\x45\xdf\xa3"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    (4, b"ftyp"),
    (8, b"WAVE"),
    (8, b"AVI "),
    (8, b"AIFF"),
];

fn claim(probe: &Probe<'_>, list: &[Magic]) -> Claim {
    if matches(probe.bytes(), list) || (std::ptr::eq(list, IMAGES) && is_bitmap(probe.bytes())) {
        Claim::Magic
    } else {
        Claim::No
    }
}

fn matches(bytes: &[u8], list: &[Magic]) -> bool {
    list.iter().any(|(at, magic)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
}

/// `BM`, and a header size that exists: two letters alone are too little.
fn is_bitmap(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM") && matches!(bytes.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

fn sniff_program(probe: &Probe<'_>) -> Claim {
    if is_program(probe.bytes()) { Claim::Magic } else { Claim::No }
}

/// `MZ` with a pointer to `PE` (or an old DOS program's plausible header), ELF, Mach-O, Java class.
fn is_program(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\x7fELF") || bytes.starts_with(b"\xca\xfe\xba\xbe") || bytes.starts_with(b"\xcf\xfa\xed\xfe")
    {
        return true;
    }
    bytes.starts_with(b"MZ") && bytes.len() >= 64 && bytes.iter().take(64).any(|byte| *byte == 0)
}

/// What leaf format a head shows, in words; none where it may be anything else. Sixty-four bytes are enough.
#[must_use]
pub fn leaf(head: &[u8]) -> Option<&'static str> {
    if matches(head, IMAGES) || is_bitmap(head) {
        Some("a picture")
    } else if matches(head, FONTS) {
        Some("a font")
    } else if matches(head, SOUNDS) {
        Some("sound or film")
    } else {
        None
    }
}

fn skip(part: &Part<'_>, sink: &mut dyn Sink) {
    sink.not_inspected(NotInspected { part: part.path.clone(), reason: "a format that carries no links".to_owned() });
}
