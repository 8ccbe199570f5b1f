//! Where a target points.

/// Where a target points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: empty.
    None,
    /// A path relative to the document, or a bare name.
    Relative,
    /// A path on a local drive, `file:` URLs of one included.
    Local,
    /// A UNC path, WebDAV included.
    Unc,
    /// `http`, `https` or `ftp`, monikers around such included.
    Http,
    /// A script moniker or script URL (`script:`, `javascript:`, `vbscript:`).
    Script,
    /// `mailto:`.
    Mail,
    /// Another URL scheme (`ms-msdt:`, `search-ms:`, `onenote:`).
    Scheme,
}

impl Place {
    /// The tag that stands for it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::None => "place:none",
            Self::Relative => "place:relative",
            Self::Local => "place:local",
            Self::Unc => "place:unc",
            Self::Http => "place:http",
            Self::Script => "place:script",
            Self::Mail => "place:mail",
            Self::Scheme => "place:scheme",
        }
    }

    /// True where opening it leaves the machine.
    #[must_use]
    pub fn is_remote(self) -> bool {
        matches!(self, Self::Unc | Self::Http | Self::Script)
    }
}

/// Where a target points, and the host where it names one.
#[must_use]
pub fn place_of(target: &str) -> (Place, Option<&str>) {
    let target = target.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'' || c == '\0');
    if target.is_empty() {
        return (Place::None, None);
    }
    if let Some(rest) = strip_double_slash(target) {
        return unc(rest);
    }
    let Some((scheme, rest)) = scheme_of(target) else { return (Place::Relative, None) };
    match scheme.to_ascii_lowercase().as_str() {
        one if one.len() == 1 => (Place::Local, None),
        "http" | "https" | "ftp" | "ftps" => (Place::Http, host_of(rest)),
        "file" => file(rest),
        "script" | "scriptlet" | "javascript" | "vbscript" | "jscript" => (Place::Script, behind(rest)),
        "mailto" => (Place::Mail, None),
        "mhtml" | "wsdl" | "soap" | "url" | "ms-its" | "its" | "view-source" | "feed" | "webcal" => {
            match place_of(rest) {
                (Place::Relative | Place::None, _) => (Place::Scheme, None),
                found => found,
            }
        }
        _ => (Place::Scheme, behind(rest)),
    }
}

fn strip_double_slash(text: &str) -> Option<&str> {
    text.strip_prefix(r"\\").or_else(|| text.strip_prefix("//")).or_else(|| text.strip_prefix(r"\/"))
}

fn unc(rest: &str) -> (Place, Option<&str>) {
    // \\?\C:\x and \\.\device are local, \\?\UNC\host\share is not.
    if let Some(device) = rest.strip_prefix(['?', '.']).filter(|device| device.starts_with(['\\', '/'])) {
        let device = device.trim_start_matches(['\\', '/']);
        return match device.get(..4) {
            Some(unc) if unc.eq_ignore_ascii_case(r"unc\") => (Place::Unc, host_of(device.get(4..).unwrap_or(""))),
            _ => (Place::Local, None),
        };
    }
    (Place::Unc, host_of(rest))
}

fn file(rest: &str) -> (Place, Option<&str>) {
    let path = rest.trim_start_matches(['/', '\\']);
    let slashes = rest.len() - path.len();
    let drive =
        path.get(1..2).is_some_and(|c| c == ":" || c == "|") && path.starts_with(|c: char| c.is_ascii_alphabetic());
    let localhost = path.get(..10).is_some_and(|host| host.eq_ignore_ascii_case("localhost/"));
    match slashes {
        _ if drive || localhost => (Place::Local, None),
        0 if path.is_empty() => (Place::None, None),
        0 => (Place::Relative, None),
        2 | 4.. if !path.is_empty() => (Place::Unc, host_of(path)),
        _ => (Place::Local, None),
    }
}

fn behind(rest: &str) -> Option<&str> {
    match place_of(rest.trim_start_matches('?')) {
        (Place::Http | Place::Unc, host) => host,
        _ => None,
    }
}

/// The scheme and what follows the colon; a drive letter counts as a scheme of one letter.
fn scheme_of(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(fits)).then_some((scheme, rest))
}

/// The host of what follows a scheme or two slashes, without user, port and WebDAV marks.
pub(crate) fn host_of(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(['/', '\\']);
    let end = rest.find(['/', '\\', '?', '#', ' ', '"', '\'']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let marked = authority.to_ascii_lowercase();
    let host = match marked.find("@ssl").or_else(|| marked.find("@80")).filter(|at| *at > 0) {
        Some(at) => authority.get(..at)?,
        None => authority.rsplit('@').next()?,
    };
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None => host.split([':', '@']).next()?,
    };
    (!host.is_empty()).then_some(host)
}
