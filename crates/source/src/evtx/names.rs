//! Which native name a value has by where it stands in `Event`.
use ddefend_event::native;

/// Where an element stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Context {
    /// Outside everything: `Event` is expected.
    Root,
    /// In `Event`.
    Event,
    /// In `System`.
    System,
    /// In `EventData`, `UserData` or one of their kind.
    Data,
    /// In `RenderingInfo`, which forwarded events carry.
    Rendering,
}

impl Context {
    /// What an element's own children stand in.
    pub(super) fn within(self, element: &str) -> Self {
        match (self, element) {
            (Self::Root, "Event") => Self::Event,
            (Self::Root | Self::Event, "System") => Self::System,
            (Self::Root | Self::Event, "RenderingInfo") => Self::Rendering,
            (Self::Root | Self::Event, _) => Self::Data,
            (known, _) => known,
        }
    }

    /// True where the element holds others by its meaning, so that its being empty says nothing.
    pub(super) fn is_frame(self, element: &str) -> bool {
        match self {
            Self::Root | Self::Event => true,
            Self::System => {
                !matches!(element, "EventID" | "Version" | "Level" | "Task" | "Opcode" | "Keywords" | "Channel")
            }
            Self::Data | Self::Rendering => false,
        }
    }

    /// The name of an element's text.
    pub(super) fn text(self, element: &str) -> String {
        match (self, element) {
            (Self::Rendering, "Message") => element.to_owned(),
            (Self::Rendering, _) => format!("RenderingInfo_{element}"),
            _ => element.to_owned(),
        }
    }

    /// The name of an attribute's value; `text` is the name of its element's text. None for namespaces.
    pub(super) fn attribute(self, element: &str, text: &str, attribute: &str) -> Option<String> {
        match (self, element, attribute) {
            (_, _, "xmlns") => None,
            (_, _, namespace) if namespace.starts_with("xmlns:") => None,
            (Self::System, "TimeCreated", "SystemTime") => Some(native::TIME.to_owned()),
            (Self::System, "Security", "UserID") => Some(native::USER_ID.to_owned()),
            _ => Some(format!("{text}_{attribute}")),
        }
    }
}

/// A value of `System` that says what kind of record it is, and when and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Channel,
    Provider,
    EventId,
    Computer,
    Time,
}

impl Role {
    /// The role of a value by its name.
    pub(super) fn of(context: Context, name: &str) -> Option<Self> {
        if context != Context::System {
            return None;
        }
        match name {
            native::CHANNEL => Some(Self::Channel),
            native::PROVIDER => Some(Self::Provider),
            native::EVENT_ID => Some(Self::EventId),
            native::COMPUTER => Some(Self::Computer),
            native::TIME => Some(Self::Time),
            _ => None,
        }
    }
}
