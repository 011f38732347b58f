//! The one address that the API key goes to.

use url::{Host, Url};

use crate::error::{Error, code};

/// The API's address: an origin and, in front of `/v2`, the prefix of a relay if there is one.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    base: Url,
    /// Without a trailing slash.
    text: String,
}

impl Address {
    /// Checks a base address: https, or http to this machine alone.
    pub(crate) fn new(text: &str) -> Result<Self, Error> {
        let invalid = |why: &str| Err(Error::new(code::BASE_URL_INVALID, why));
        let Ok(base) = Url::parse(text.trim()) else {
            return invalid("The base address cannot be read");
        };
        if !base.username().is_empty() || base.password().is_some() {
            return invalid("The base address holds a user name or password");
        }
        if base.query().is_some() || base.fragment().is_some() {
            return invalid("The base address holds a query or fragment");
        }
        if base.path().trim_end_matches('/').ends_with("/v2") {
            return invalid("The base address ends with /v2, which is added by this library");
        }
        match (base.scheme(), base.host()) {
            ("https", Some(_)) => {}
            ("http", Some(host)) if is_loopback(&host) => {}
            ("http", Some(_)) => {
                let message = "The base address is plain http to another machine";
                return Err(Error::new(code::BASE_URL_INSECURE, message));
            }
            _ => return invalid("The base address is neither https nor http"),
        }
        let text = base.as_str().trim_end_matches('/').to_owned();
        Ok(Self { base, text })
    }

    /// Whether it is Mindee's own.
    pub(crate) fn is_of_mindee(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        host == "mindee.net" || host.ends_with(".mindee.net")
    }

    /// The base address as text, as it stands in resume tokens.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The full address of a path under `/v2/`.
    pub(crate) fn join(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, Error> {
        let mut url = Url::parse(&format!("{}{path}", self.text)).map_err(|e| {
            Error::new(code::INTERNAL, "An address could not be built").caused_by(&e)
        })?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// The path under `/v2/` of an address that the server named. Its host is of no account: the
    /// path is asked for at our own origin, so that a relay works and nobody else gets the key.
    pub(crate) fn path_named_by_server(&self, named: &str) -> Result<String, Error> {
        let foreign = || {
            Error::new(
                code::FOREIGN_ORIGIN,
                "The server named an address outside of /v2/",
            )
        };
        let url = self.base.join(named).map_err(|_| foreign())?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(foreign());
        }
        let prefix = self.base.path().trim_end_matches('/');
        let path = url.path();
        let path = path
            .strip_prefix(prefix)
            .filter(|rest| rest.starts_with("/v2/"))
            .unwrap_or(path);
        // `Url` has resolved plain dot segments; encoded ones are nobody's honest route.
        let encoded = path.to_ascii_lowercase();
        if !path.starts_with("/v2/")
            || encoded.contains("%2e")
            || encoded.contains("%2f")
            || path.contains('\\')
        {
            return Err(foreign());
        }
        Ok(path.to_owned())
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}
