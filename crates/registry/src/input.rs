/// An input as the engine hands it over.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its path, for formats whose name says what they are (`NTUSER.DAT` that lost its root's name, `Registry.xml`).
    /// Never decides alone.
    pub name: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
    /// Transaction logs of a hive, in no order.
    pub logs: &'a [&'a [u8]],
}
