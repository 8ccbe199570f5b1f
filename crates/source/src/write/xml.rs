use super::{data, system};
use ddefend_event::{Event, Value, native};
use std::fmt::Write as _;

/// One `Event` element on one line, unless values have line feeds.
pub(super) fn event(event: &Event) -> String {
    let mut out = String::from("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>");
    let mut element = |name: &str, attributes: &[(&str, &str)], text: Option<String>| {
        let mut tag = String::new();
        for (attribute, native) in attributes {
            if let Some(value) = system(event, native) {
                _ = write!(tag, " {attribute}='{}'", escaped(&value));
            }
        }
        match text {
            Some(text) => _ = write!(out, "<{name}{tag}>{}</{name}>", escaped(&text)),
            None => _ = write!(out, "<{name}{tag}/>"),
        }
    };
    element("Provider", &[("Name", native::PROVIDER), ("Guid", "Provider_Guid")], None);
    element("EventID", &[("Qualifiers", "EventID_Qualifiers")], system(event, native::EVENT_ID));
    for name in ["Version", native::LEVEL, native::TASK, native::OPCODE, native::KEYWORDS] {
        if let Some(text) = system(event, name) {
            element(name, &[], Some(text));
        }
    }
    element("TimeCreated", &[("SystemTime", native::TIME)], None);
    element(native::RECORD, &[], system(event, native::RECORD));
    let correlation =
        [("ActivityID", "Correlation_ActivityID"), ("RelatedActivityID", "Correlation_RelatedActivityID")];
    element("Correlation", &correlation, None);
    element("Execution", &[("ProcessID", "Execution_ProcessID"), ("ThreadID", "Execution_ThreadID")], None);
    element(native::CHANNEL, &[], system(event, native::CHANNEL));
    element(native::COMPUTER, &[], system(event, native::COMPUTER));
    element("Security", &[("UserID", native::USER_ID)], None);
    out.push_str("</System><EventData>");
    for (name, value) in data(event) {
        out.push_str("<Data");
        if &**name != native::DATA {
            _ = write!(out, " Name='{}'", escaped(name));
        }
        match value {
            Value::Null => out.push_str("/>"),
            value => _ = write!(out, ">{}</Data>", escaped(&value.cell().to_text())),
        }
    }
    out.push_str("</EventData></Event>");
    out
}

/// Markup and control characters as references.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            control if control < ' ' && control != '\n' && control != '\t' => {
                _ = write!(out, "&#{};", u32::from(control))
            }
            other => out.push(other),
        }
    }
    out
}
