//! `Zone.Identifier` (the stream that Windows' attachment manager and browsers write; URLZONE of urlmon.h).

use ddefend_container::text;
use ddefend_model::provenance::Mark;

/// Bytes of a mark that are looked at; real ones have a few hundred.
const LONGEST: usize = 16 << 10;
/// Longest value that is kept, characters.
const VALUE: usize = 2_048;
/// Oddities that are told.
const ODD: usize = 16;

const KEYS: [&str; 6] =
    ["ZoneId", "ReferrerUrl", "HostUrl", "HostIpAddress", "AppZoneId", "LastWriterPackageFamilyName"];

/// Reads the text of a mark. None where it holds neither the section `[ZoneTransfer]` nor a `ZoneId`.
///
/// The first value of a key counts, as it does for `GetPrivateProfileString`; what else is there is told in `odd`.
#[must_use]
pub fn zone_identifier(bytes: &[u8], form: &str, of: &str, source: &str) -> Option<Mark> {
    let cut = bytes.len() > LONGEST;
    let text = text::decode(bytes.get(..LONGEST).unwrap_or(bytes)).text;
    let text = if text.contains(['\n', '\r']) { text.into_owned() } else { unfold(&text) };
    let mut mark = Mark { form: form.to_owned(), of: of.to_owned(), source: source.to_owned(), ..Mark::default() };
    let mut reading = Reading::default();
    for line in text.split(['\n', '\r']) {
        reading.line(line.trim_matches(['\0', ' ', '\t', '\u{feff}']), &mut mark);
    }
    if !reading.section && reading.zones.is_empty() {
        return None;
    }
    if cut {
        mark.odd.push(format!("it has {} bytes; the first {LONGEST} were read", bytes.len()));
    }
    reading.judge(&mut mark);
    mark.odd.truncate(ODD);
    Some(mark)
}

/// Text whose line ends were lost (some event exports put blanks there) with one line a key again.
fn unfold(text: &str) -> String {
    let mut out = text.replace("[ZoneTransfer]", "[ZoneTransfer]\n");
    for key in KEYS {
        out = out.replace(&format!(" {key}="), &format!("\n{key}="));
    }
    out
}

#[derive(Default)]
struct Reading {
    section: bool,
    inside: bool,
    outside: bool,
    zones: Vec<String>,
    seen: Vec<&'static str>,
    repeated: Vec<&'static str>,
    unknown: u32,
}

impl Reading {
    fn line(&mut self, line: &str, mark: &mut Mark) {
        if let Some(section) = line.strip_prefix('[') {
            self.inside = section.trim_end_matches(']').trim().eq_ignore_ascii_case("ZoneTransfer");
            self.section |= self.inside;
            return;
        }
        let Some((key, value)) = line.split_once('=') else {
            self.unknown = self.unknown.saturating_add(u32::from(!line.is_empty() && !line.starts_with(';')));
            return;
        };
        let Some(key) = KEYS.iter().find(|known| known.eq_ignore_ascii_case(key.trim())) else { return };
        self.outside |= !self.inside;
        let value: String = value.trim().chars().take(VALUE).collect();
        if *key == "ZoneId" {
            self.zones.push(value);
            return;
        }
        let slot = match *key {
            "ReferrerUrl" => &mut mark.referrer_url,
            "HostUrl" => &mut mark.host_url,
            "HostIpAddress" => &mut mark.host_ip,
            "AppZoneId" => &mut mark.app_zone,
            _ => &mut mark.writer,
        };
        if self.seen.contains(key) {
            if *slot != value && !self.repeated.contains(key) {
                self.repeated.push(key);
            }
        } else {
            self.seen.push(key);
            *slot = value;
        }
    }

    /// Takes the zone and tells what is odd.
    fn judge(&self, mark: &mut Mark) {
        match self.zones.first() {
            None => mark.odd.push("it names no zone".to_owned()),
            Some(first) => match first.parse::<u8>() {
                Ok(zone @ 0..=4) => mark.zone = Some(zone),
                _ => mark.odd.push(format!("zone '{}' does not exist", first.escape_default())),
            },
        }
        if let Some(other) = self.zones.iter().skip(1).find(|zone| Some(*zone) != self.zones.first()) {
            let first = self.zones.first().map(|zone| zone.escape_default().to_string()).unwrap_or_default();
            mark.odd.push(format!("two zones: {first} and {}; the first counts", other.escape_default()));
        }
        for key in &self.repeated {
            mark.odd.push(format!("{key} stands there twice with two values; the first counts"));
        }
        if !self.section {
            mark.odd.push("the section [ZoneTransfer] is missing; Windows does not see this mark".to_owned());
        } else if self.outside {
            mark.odd.push("some of its keys stand outside the section [ZoneTransfer]".to_owned());
        }
        if self.unknown > 0 {
            mark.odd.push(format!("{} lines are neither sections nor keys", self.unknown));
        }
        let address = [("HostUrl", &mark.host_url), ("ReferrerUrl", &mark.referrer_url)];
        if let (Some(zone @ (0 | 1)), Some((key, _))) = (mark.zone, address.iter().find(|(_, url)| is_internet(url))) {
            let name = if zone == 0 { "the local machine" } else { "the intranet" };
            mark.odd.push(format!("zone {zone} ({name}), but {key} is an address of the internet: likely forged"));
        }
        let ip = mark.host_ip.trim_matches(['[', ']']);
        if !ip.is_empty() && ip.parse::<core::net::IpAddr>().is_err() {
            mark.odd.push("HostIpAddress is no address".to_owned());
        }
        if !mark.app_zone.is_empty() && !matches!(mark.app_zone.parse::<u8>(), Ok(0..=4)) {
            mark.odd.push("AppZoneId is no zone".to_owned());
        }
    }
}

/// True for addresses that no intranet has: a host name with a dot that is not in a reserved private domain, or a public
/// address.
fn is_internet(url: &str) -> bool {
    let folded = url.to_ascii_lowercase();
    if folded.starts_with("about:internet") {
        return true;
    }
    let Some((scheme, rest)) = folded.split_once("://") else { return false };
    if !matches!(scheme, "http" | "https" | "ftp" | "ftps") {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(six) = authority.strip_prefix('[') {
        let address = six.split(']').next().unwrap_or_default();
        return address.parse().is_ok_and(|address| !crate::address::is_private(address));
    }
    let host = authority.split(':').next().unwrap_or_default().trim_end_matches('.');
    match host.parse::<core::net::IpAddr>() {
        Ok(address) => !crate::address::is_private(address),
        Err(_) => {
            let private = [".local", ".lan", ".corp", ".home", ".internal", ".intranet", ".localdomain", ".private"];
            host.contains('.') && !private.iter().any(|end| host.ends_with(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::zone_identifier;

    fn read(text: &str) -> Option<ddefend_model::provenance::Mark> {
        zone_identifier(text.as_bytes(), "stream", "a.docx", "a.docx:Zone.Identifier")
    }

    #[test]
    fn a_mark_in_every_encoding() {
        let text = "[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://a.example/x\r\nHostUrl=https://b.example/y?z=1\r\n\
                    HostIpAddress=192.0.2.7\r\nAppZoneId=4\r\nLastWriterPackageFamilyName=Microsoft.MicrosoftEdge_8wekyb3d8bbwe\r\n";
        let plain = read(text).unwrap();
        assert_eq!(plain.zone, Some(3));
        assert_eq!(plain.host_url, "https://b.example/y?z=1");
        assert_eq!(plain.referrer_url, "https://a.example/x");
        assert_eq!((plain.host_ip.as_str(), plain.app_zone.as_str()), ("192.0.2.7", "4"));
        assert_eq!(plain.writer, "Microsoft.MicrosoftEdge_8wekyb3d8bbwe");
        assert!(plain.odd.is_empty(), "{:?}", plain.odd);
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend(text.as_bytes());
        let mut wide = vec![0xff, 0xfe];
        wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let without: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [marked, wide, without, text.replace("\r\n", "\n").into_bytes(), text.to_lowercase().into_bytes()]
        {
            let mark = zone_identifier(&bytes, "stream", "a.docx", "a.docx:Zone.Identifier").unwrap();
            assert_eq!((mark.zone, mark.host_url.as_str(), mark.odd.len()), (Some(3), "https://b.example/y?z=1", 0));
        }
    }

    #[test]
    fn oddities() {
        for (text, zone, odd) in [
            ("[ZoneTransfer]\nZoneId=3\nZoneId=0", Some(3), "two zones"),
            ("[ZoneTransfer]\nZoneId=9", None, "does not exist"),
            ("[ZoneTransfer]\nZoneId=-1", None, "does not exist"),
            ("[ZoneTransfer]\nZoneId=three", None, "does not exist"),
            ("[ZoneTransfer]\n", None, "names no zone"),
            ("ZoneId=3", Some(3), "missing"),
            ("[ZoneTransfer]\nZoneId=0\nHostUrl=https://evil.example/x", Some(0), "forged"),
            ("[ZoneTransfer]\nZoneId=1\nHostUrl=http://203.0.114.9/x", Some(1), "forged"),
            ("[ZoneTransfer]\nZoneId=3\nHostIpAddress=x.y", Some(3), "no address"),
            ("[ZoneTransfer]\nZoneId=3\nHostUrl=a\nHostUrl=b", Some(3), "twice"),
            ("[ZoneTransfer]\nZoneId=3\nAppZoneId=x", Some(3), "AppZoneId"),
            ("[ZoneTransfer]\nZoneId=3\nhello", Some(3), "neither"),
            ("[x]\nHostUrl=a\n[ZoneTransfer]\nZoneId=3", Some(3), "outside"),
        ] {
            let mark = read(text).unwrap();
            assert_eq!(mark.zone, zone, "{text}");
            assert!(mark.odd.iter().any(|line| line.contains(odd)), "{text}: {:?}", mark.odd);
        }
        for fine in [
            "[ZoneTransfer]\nZoneId=1\nHostUrl=https://sharepoint/x",
            "[ZoneTransfer]\nZoneId=0\nHostUrl=http://10.1.2.3/x",
            "[ZoneTransfer]\nZoneId=3\nHostUrl=about:internet",
            "[ZoneTransfer]\nZoneId=2\nHostUrl=https://trusted.example/",
        ] {
            assert!(read(fine).unwrap().odd.is_empty(), "{fine}");
        }
        assert!(read("garbage").is_none() && read("").is_none() && read("[Other]\nHostUrl=x").is_none());
        assert!(read(&"[ZoneTransfer]\nZoneId=3\n;x".repeat(4_000)).unwrap().odd.iter().any(|o| o.contains("bytes")));
    }
}
