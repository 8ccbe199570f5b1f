/// An input as the engine hands it over.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its path, for what only the path says: whether a `registry.pol` or a `Registry.xml` is for the machine or for
    /// users, whose hive an `NTUSER.DAT` is. Never decides the format.
    pub name: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
    /// Transaction logs of a hive, in no order.
    pub logs: &'a [&'a [u8]],
}
