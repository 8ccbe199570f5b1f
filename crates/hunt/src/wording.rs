use serde::Deserialize;

/// `content/hunt.toml`: which fields tell of processes, and how detections are put into words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Field that a completed event gets for the images of its ancestors.
    pub ancestor_image: Box<str>,
    /// Field that a completed event gets for the command lines of its ancestors.
    pub ancestor_command: Box<str>,
    /// Fields of a process creation.
    pub process: ProcessFields,
    /// Per category.
    pub kind: Vec<Kind>,
    /// Parents that start processes for somebody else.
    #[serde(default)]
    pub breakaway: Vec<Breakaway>,
}

/// Sigma fields of a process creation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each is the Sigma field for what its name says")]
pub struct ProcessFields {
    pub category: Box<str>,
    pub guid: Box<str>,
    pub pid: Box<str>,
    pub image: Box<str>,
    pub command: Box<str>,
    pub user: Box<str>,
    pub parent_guid: Box<str>,
    pub parent_pid: Box<str>,
    pub parent_image: Box<str>,
    pub parent_command: Box<str>,
    pub parent_user: Box<str>,
    pub started: Box<str>,
}

impl ProcessFields {
    /// The fields in the order in which [`crate::Start::values`] holds them.
    #[must_use]
    pub fn names(&self) -> Vec<Box<str>> {
        let Self { guid, pid, image, command, user, .. } = self;
        let Self { parent_guid, parent_pid, parent_image, parent_command, parent_user, started, .. } = self;
        let own = [guid, pid, image, command, user];
        own.into_iter()
            .chain([parent_guid, parent_pid, parent_image, parent_command, parent_user, started])
            .cloned()
            .collect()
    }
}

/// A Sigma category in words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The category.
    pub category: Box<str>,
    /// Fields that are shown beside a detection.
    #[serde(default)]
    pub context: Vec<Box<str>>,
    /// Sentences, best first; the first whose fields are all there is used.
    #[serde(default)]
    pub text: Vec<Box<str>>,
}

/// A parent that starts processes for somebody else.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakaway {
    /// File name of its image, lower case.
    pub image: Box<str>,
    /// What its command line contains, lower case.
    #[serde(default)]
    pub command: Box<str>,
    /// What to make of it.
    pub note: Box<str>,
}

impl Breakaway {
    pub(crate) fn is(&self, image: &str, command: &str) -> bool {
        file_name(image).eq_ignore_ascii_case(&self.image)
            && (self.command.is_empty() || command.to_ascii_lowercase().contains(&*self.command))
    }
}

/// The last part of a Windows path.
#[must_use]
pub fn file_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// Fills `{Field}` and `{Field:name}`; none where one of the fields is not there.
pub(crate) fn fill(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (field, after) = behind.split_once('}')?;
        out.push_str(before);
        let filled = match field.strip_suffix(":name") {
            Some(field) => value(field).map(|path| file_name(&path).to_owned()),
            None => value(field),
        };
        // Windows writes a dash where it knows nothing.
        out.push_str(&filled.filter(|value| !value.is_empty() && value != "-")?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_is_there_and_nothing_else() {
        let value = |field: &str| (field == "Image").then(|| r"C:\Windows\System32\cmd.exe".to_owned());
        assert_eq!(fill("{Image:name} ran", &value).as_deref(), Some("cmd.exe ran"));
        assert_eq!(fill("{Image} ran {Other}", &value), None);
        assert_eq!(fill("nothing {open", &value), None);
        assert_eq!(fill("{Image} ran", &|_| Some("-".to_owned())), None);
    }
}
