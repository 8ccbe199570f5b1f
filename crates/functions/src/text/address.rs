use core::net::IpAddr;

/// A network of addresses: `10.0.0.0/8`, `2001:db8::/32`; an address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: u128,
    mask: u128,
    four: bool,
}

/// An address as a number, and whether it is of version 4.
fn number(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(four) => (u128::from(u32::from(four)), true),
        IpAddr::V6(six) => (u128::from(six), false),
    }
}

impl Network {
    /// Reads it; none where it is no network.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        let (address, four) = number(address.parse().ok()?);
        let bits: u32 = if four { 32 } else { 128 };
        let free = bits.checked_sub(prefix.unwrap_or(bits))?;
        let mask = u128::MAX.checked_shl(free).unwrap_or(0);
        Some(Self { address: address & mask, mask, four })
    }

    /// True where the text is an address of that network. Versions 4 and 6 are kept apart.
    #[must_use]
    pub fn holds(&self, address: &str) -> bool {
        address.trim().parse().is_ok_and(|address| {
            let (address, four) = number(address);
            four == self.four && address & self.mask == self.address
        })
    }
}
