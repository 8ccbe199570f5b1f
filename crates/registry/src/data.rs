use std::fmt;

/// The data of a registry value, by type (winnt.h, `REG_*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// `REG_NONE` (0).
    None(Vec<u8>),
    /// `REG_SZ` (1).
    Sz(String),
    /// `REG_EXPAND_SZ` (2).
    ExpandSz(String),
    /// `REG_BINARY` (3).
    Binary(Vec<u8>),
    /// `REG_DWORD` (4).
    Dword(u32),
    /// `REG_DWORD_BIG_ENDIAN` (5).
    DwordBe(u32),
    /// `REG_LINK` (6).
    Link(String),
    /// `REG_MULTI_SZ` (7).
    MultiSz(Vec<String>),
    /// `REG_QWORD` (11).
    Qword(u64),
    /// Any other type, or data that does not fit its type (a DWORD of three bytes): type and bytes as they stand.
    Other {
        /// The type's number.
        kind: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

impl Data {
    /// Reads data as a hive or a policy file holds it: strings in UTF-16LE with or without a final NUL, numbers little
    /// endian. What does not fit its type becomes [`Data::Other`].
    #[must_use]
    pub fn from_raw(kind: u32, bytes: &[u8]) -> Self {
        let other = || Self::Other { kind, bytes: bytes.to_vec() };
        match kind {
            0 => Self::None(bytes.to_vec()),
            1 => Self::Sz(text(bytes)),
            2 => Self::ExpandSz(text(bytes)),
            3 => Self::Binary(bytes.to_vec()),
            4 => <[u8; 4]>::try_from(bytes).map_or_else(|_| other(), |bytes| Self::Dword(u32::from_le_bytes(bytes))),
            5 => <[u8; 4]>::try_from(bytes).map_or_else(|_| other(), |bytes| Self::DwordBe(u32::from_be_bytes(bytes))),
            6 => Self::Link(text(bytes)),
            7 => Self::MultiSz(texts(bytes)),
            11 => <[u8; 8]>::try_from(bytes).map_or_else(|_| other(), |bytes| Self::Qword(u64::from_le_bytes(bytes))),
            _ => other(),
        }
    }

    /// The bytes that a hive or a policy file holds for it; strings end with a NUL.
    #[must_use]
    pub fn to_raw(&self) -> Vec<u8> {
        match self {
            Self::None(bytes) | Self::Binary(bytes) | Self::Other { bytes, .. } => bytes.clone(),
            Self::Sz(text) | Self::ExpandSz(text) | Self::Link(text) => utf16(text),
            Self::Dword(number) => number.to_le_bytes().to_vec(),
            Self::DwordBe(number) => number.to_be_bytes().to_vec(),
            Self::MultiSz(texts) => {
                let mut bytes: Vec<u8> = texts.iter().flat_map(|text| utf16(text)).collect();
                bytes.extend([0, 0]);
                bytes
            }
            Self::Qword(number) => number.to_le_bytes().to_vec(),
        }
    }

    /// The type's number.
    #[must_use]
    pub fn kind(&self) -> u32 {
        match self {
            Self::None(_) => 0,
            Self::Sz(_) => 1,
            Self::ExpandSz(_) => 2,
            Self::Binary(_) => 3,
            Self::Dword(_) => 4,
            Self::DwordBe(_) => 5,
            Self::Link(_) => 6,
            Self::MultiSz(_) => 7,
            Self::Qword(_) => 11,
            Self::Other { kind, .. } => *kind,
        }
    }

    /// The type's name as `reg query` prints it; other types as `REG_0x<number>`.
    #[must_use]
    pub fn kind_name(&self) -> String {
        match self.kind() {
            0 => "REG_NONE".into(),
            1 => "REG_SZ".into(),
            2 => "REG_EXPAND_SZ".into(),
            3 => "REG_BINARY".into(),
            4 => "REG_DWORD".into(),
            5 => "REG_DWORD_BIG_ENDIAN".into(),
            6 => "REG_LINK".into(),
            7 => "REG_MULTI_SZ".into(),
            8 => "REG_RESOURCE_LIST".into(),
            9 => "REG_FULL_RESOURCE_DESCRIPTOR".into(),
            10 => "REG_RESOURCE_REQUIREMENTS_LIST".into(),
            11 => "REG_QWORD".into(),
            other => format!("REG_{other:#x}"),
        }
    }

    /// Whether both say the same: a number or text as it is, whatever type a dump wrote it with.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let number = |data: &Self| data.number().map_or_else(|| data.text()?.trim().parse().ok(), Some);
        self == other
            || number(self).is_some_and(|own: u64| number(other) == Some(own))
            || self.text().is_some_and(|own| other.text() == Some(own))
    }

    /// The number, of numeric types only: a text "1" is none (that is a fault of its own).
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Dword(number) | Self::DwordBe(number) => Some(u64::from(*number)),
            Self::Qword(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, of text types only.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Sz(text) | Self::ExpandSz(text) | Self::Link(text) => Some(text),
            _ => None,
        }
    }
}

/// Numbers in decimal, texts as they are, lists with ` | ` between, bytes in hexadecimal (64 at most, then `...`).
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sz(text) | Self::ExpandSz(text) | Self::Link(text) => f.write_str(text),
            Self::Dword(number) | Self::DwordBe(number) => write!(f, "{number}"),
            Self::Qword(number) => write!(f, "{number}"),
            Self::MultiSz(texts) => f.write_str(&texts.join(" | ")),
            Self::None(bytes) | Self::Binary(bytes) | Self::Other { bytes, .. } => {
                for byte in bytes.iter().take(64) {
                    write!(f, "{byte:02x}")?;
                }
                if bytes.len() > 64 { f.write_str("...") } else { Ok(()) }
            }
        }
    }
}

fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(u16::from_le_bytes).collect()
}

fn text(bytes: &[u8]) -> String {
    let units = units(bytes);
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(units.get(..end).unwrap_or_default())
}

fn texts(bytes: &[u8]) -> Vec<String> {
    let units = units(bytes);
    let parts = units.split(|unit| *unit == 0).filter(|part| !part.is_empty());
    parts.map(String::from_utf16_lossy).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}
