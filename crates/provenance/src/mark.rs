//! Marks of the web in the forms in which they reach us: as a stream's text, as a file beside the one that they are on,
//! in a Sysmon event, and as the attribute that macOS keeps.

mod side;
mod zone;

use ddefend_model::provenance::Mark;

pub use side::{marked_file, side_file};
pub use zone::zone_identifier;

/// The mark in a Sysmon event 15 (`FileCreateStreamHash`): `target` is its `TargetFilename`, `contents` its `Contents`
/// (schema 4.30 and later, which writes text of small streams there). None where it is about another stream or holds no
/// mark.
#[must_use]
pub fn sysmon_15(target: &str, contents: &str, source: &str) -> Option<Mark> {
    let (of, stream) = side::split_stream(target)?;
    if !stream.eq_ignore_ascii_case("Zone.Identifier") {
        return None;
    }
    zone_identifier(contents.as_bytes(), "sysmon-15", of, source)
}

/// macOS's `com.apple.quarantine` attribute: `flags;time;agent;id`, flags and time in hexadecimal. It says that a program
/// fetched the file, not from which zone. None where the text is no such thing.
#[must_use]
pub fn quarantine(text: &str, of: &str, source: &str) -> Option<Mark> {
    let text = text.trim_matches(['\0', ' ', '\r', '\n', '\t']);
    let mut fields = text.splitn(4, ';');
    let (flags, time, agent) = (fields.next()?, fields.next()?, fields.next()?);
    let is_hex = |text: &str, most: usize| {
        !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if !is_hex(flags, 4) || !(time.is_empty() || is_hex(time, 16)) || agent.len() > 256 {
        return None;
    }
    let mut odd = Vec::new();
    if time.is_empty() {
        odd.push("it does not say when the file was fetched".to_owned());
    }
    if agent.is_empty() {
        odd.push("it does not say which program fetched the file".to_owned());
    }
    Some(Mark {
        form: "quarantine".to_owned(),
        of: of.to_owned(),
        writer: agent.to_owned(),
        source: source.to_owned(),
        odd,
        ..Mark::default()
    })
}

#[cfg(test)]
mod tests {
    use super::{quarantine, sysmon_15};

    #[test]
    fn an_event_and_an_attribute() {
        let contents =
            "[ZoneTransfer]  ZoneId=3  ReferrerUrl=https://mail.example/  HostUrl=https://mail.example/a b.docx ";
        let mark =
            sysmon_15(r"C:\Users\a\Downloads\a b.docx:Zone.Identifier", contents, "sysmon.evtx record 7").unwrap();
        assert_eq!(mark.of, r"C:\Users\a\Downloads\a b.docx");
        assert_eq!((mark.zone, mark.host_url.as_str()), (Some(3), "https://mail.example/a b.docx"));
        assert!(sysmon_15(r"C:\a.docx", contents, "").is_none());
        assert!(sysmon_15(r"C:\a.docx:other", contents, "").is_none());
        assert!(sysmon_15(r"C:\a.docx:Zone.Identifier", "-", "").is_none());
        let mark = quarantine("0083;5f2b1c3d;Safari;4C0E\n", "a.docx", "x").unwrap();
        assert_eq!((mark.writer.as_str(), mark.zone), ("Safari", None));
        assert!(quarantine("hello; world; x", "", "").is_none());
    }
}
