use super::{World, full_name};
use crate::LabError;

/// Resolves placeholders as seen from a host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill<'w> {
    pub(crate) world: &'w World,
    pub(crate) host: usize,
}

impl Fill<'_> {
    /// A text with its placeholders resolved. A brace that no letter follows, and one without its end, stands for itself.
    ///
    /// # Errors
    /// Where a placeholder is not known, or names what there is not.
    pub(crate) fn text(&self, text: &str) -> Result<String, LabError> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(before);
            if let Some(behind) = behind.strip_prefix('{') {
                out.push('{');
                rest = behind;
                continue;
            }
            let word = behind
                .find(|letter: char| !letter.is_ascii_lowercase() && letter != '6' && letter != '2' && letter != '5');
            let named = word.filter(|length| *length > 0).and_then(|length| behind.split_at_checked(length));
            let found = match named {
                Some((name, tail)) if tail.starts_with('}') => Some((name, "", tail.get(1..))),
                Some((name, tail)) if tail.starts_with(':') => {
                    tail.get(1..).and_then(|tail| tail.split_once('}')).map(|(of, tail)| (name, of, Some(tail)))
                }
                _ => None,
            };
            let Some((name, of, Some(tail))) = found else {
                out.push('{');
                rest = behind;
                continue;
            };
            out.push_str(&self.value(name, of)?);
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, name: &str, of: &str) -> Result<String, LabError> {
        let host = self.world.hosts.get(self.host).cloned().unwrap_or_default();
        let profile = format!("C:\\Users\\{}", host.user);
        Ok(match (name, of) {
            ("user", "") => host.user,
            ("domain", "") => "LAB".to_owned(),
            ("sid", "") => host.sid,
            ("ip", "") => host.ip,
            ("host", "") => full_name(&host),
            ("short", "") => host.name,
            ("profile", "") => profile,
            ("temp", "") => format!("{profile}\\AppData\\Local\\Temp"),
            ("downloads", "") => format!("{profile}\\Downloads"),
            ("outlook", "") => {
                format!("{profile}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\7KQ2LAB1")
            }
            ("office", "") => super::programs::office(&host.office),
            ("dkim", "") => crate::dkim::key_record(),
            ("esc", "") => "\u{1b}".to_owned(),
            ("guid" | "pid" | "image", id) if !id.is_empty() => {
                let process = self.world.find(id).ok_or_else(|| LabError(format!("there is no process '{id}'")))?;
                match name {
                    "guid" => process.guid.clone(),
                    "pid" => process.pid.to_string(),
                    _ => process.image.clone(),
                }
            }
            (_, path) if !path.is_empty() => return self.of_file(name, path),
            _ => return Err(LabError(format!("'{{{name}}}' is no placeholder; a brace is written twice"))),
        })
    }

    fn of_file(&self, name: &str, path: &str) -> Result<String, LabError> {
        let file = self.world.files.get(path).ok_or_else(|| LabError(format!("there is no file '{path}'")))?;
        let link = || file.made.link.clone().ok_or_else(|| LabError(format!("'{path}' has no link")));
        Ok(match name {
            "file" => file.windows.clone(),
            "name" => file.name.clone(),
            "size" => file.made.bytes.len().to_string(),
            "sha256" => file.sha256.clone(),
            "command" => link()?.command,
            "program" => link()?.program,
            "field" => {
                let link = link()?;
                if link.item == "A0" { format!("={}", link.formula()) } else { link.field() }
            }
            _ => return Err(LabError(format!("'{{{name}:...}}' is no placeholder"))),
        })
    }
}
