//! One table of options: key, type, default, environment name and meaning.
//!
//! There are two ways in, text (C, the environment) and JSON (Python, Node), and one way
//! through: [`OptionValue`]. What is given in the call wins over the environment, and that over
//! the default. Absent stays absent: an option that was not given is not on the wire.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Error, code};
use crate::secret::ApiKey;
use crate::value::{DataSchema, Ids, JsonObject, OptionValue, Pages};

/// One row of the table of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// The key in every language (Node spells it in camel case).
    pub key: &'static str,
    /// Where it is given.
    pub scope: Scope,
    /// The type: `text`, `boolean`, `seconds`, `count`, `number`, `path`, `ids`, `pages` or `json`.
    pub kind: &'static str,
    /// What holds where it is not given; `None` where the server or nothing decides.
    pub default: Option<&'static str>,
    /// The environment variable that gives it.
    pub environment: Option<&'static str>,
    /// Whether the extraction product alone takes it.
    pub extraction_only: bool,
    /// What it does.
    pub doc: &'static str,
}

/// Where an option is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// At the making of a client.
    Client,
    /// At a call.
    Call,
    /// At the making ready of a local file.
    Document,
}

impl Scope {
    /// The name that documents use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Call => "call",
            Self::Document => "document",
        }
    }
}

macro_rules! options {
    (
        $(#[$meta:meta])* $name:ident ($scope:ident) {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty
                $(, default $default:literal)? $(, environment $environment:literal)?
                $(, only $only:ident)?;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: Option<$type>,)+
        }

        impl $name {
            /// The rows of the table that belong here.
            pub const SPEC: &'static [OptionSpec] = &[$(OptionSpec {
                key: stringify!($field),
                scope: Scope::$scope,
                kind: <$type as OptionValue>::KIND,
                default: options!(@first $($default)?),
                environment: options!(@first $($environment)?),
                extraction_only: options!(@only $($only)?),
                doc: concat!($($doc),+).trim_ascii(),
            }),+];

            /// An empty set: nothing is given.
            pub fn new() -> Self {
                Self::default()
            }

            /// Gives one option as text.
            pub fn set(&mut self, key: &str, text: &str) -> Result<(), Error> {
                match key {
                    $(stringify!($field) => {
                        self.$field = Some(read(key, OptionValue::from_text(text))?);
                    })+
                    _ => return Err(unknown(key, Self::SPEC.iter().map(|spec| spec.key))),
                }
                Ok(())
            }

            /// Gives one option as a JSON value; null is the same as not giving it.
            pub fn set_json(&mut self, key: &str, value: &Value) -> Result<(), Error> {
                match key {
                    $(stringify!($field) => if !value.is_null() {
                        self.$field = Some(read(key, OptionValue::from_json(value))?);
                    })+
                    _ => return Err(unknown(key, Self::SPEC.iter().map(|spec| spec.key))),
                }
                Ok(())
            }

            /// The keys that were given, in the table's order.
            #[allow(dead_code, reason = "one table is not asked")]
            pub(crate) fn given(&self) -> Vec<&'static str> {
                let mut keys = Vec::new();
                $(if self.$field.is_some() { keys.push(stringify!($field)); })+
                keys
            }

            $($(#[doc = $doc])+
            pub fn $field(mut self, value: impl Into<$type>) -> Self {
                self.$field = Some(value.into());
                self
            })+
        }
    };
    (@first) => { None };
    (@first $text:literal) => { Some($text) };
    (@only) => { false };
    (@only extraction) => { true };
}

options! {
    /// Options of a [`Client`](crate::Client), given once.
    ClientOptions (Client) {
        /// Mindee API key (V2), bare.
        api_key: ApiKey, environment "MINDEE_V2_API_KEY";
        /// Address of the API, without `/v2`. Plain http is accepted for loopback alone.
        base_url: String, default "https://api-v2.mindee.net", environment "MINDEE_V2_BASE_URL";
        /// Longest silence on a connection: no byte moved in either direction.
        request_timeout: Duration, default "120", environment "MINDEE_REQUEST_TIMEOUT";
        /// Longest time to connect, TLS included.
        connect_timeout: Duration, default "10";
        /// Proxy for every request, with its credentials if any. Without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY count.
        proxy: String;
        /// PEM file with certificate authorities to trust beside the system's.
        ca_file: PathBuf;
        /// Routes to use: `products`, or the older `inferences` (extraction alone).
        routes: String, default "products";
        /// Uploads per minute that this client lets through; Mindee's limit for the whole organization is 200.
        posts_per_minute: u32, default "200";
        /// Questions and fetches per minute that this client lets through; Mindee's limit for the whole organization is 1200.
        gets_per_minute: u32, default "1200";
        /// SQLite file that records each document, its job and its result, so that nothing is lost with the process. Off unless given.
        ledger: PathBuf;
    }
}

options! {
    /// Options of a call. Those that Mindee defines are sent only where they are given, so the
    /// model's own settings hold for the rest (Mindee: OpenAPI 2.0.0, `ExtractionEnqueueForm`).
    Params (Call) {
        /// The model's id, a UUID. Required for `run` and `enqueue`.
        model_id: String;
        /// Your own name for the document, echoed in job, result and webhook. Not unique.
        alias: String;
        /// Webhooks of the model to call with the result.
        webhook_ids: Ids;
        /// File name for Mindee to note instead of the source's own.
        filename: String;
        /// Whether to look at a local document before it is sent: to `warn` of what Mindee may refuse or be slow with, to `refuse` what Mindee would, or to `mend` it where that can be done. Not looked at unless given.
        preflight: String;
        /// Whether the result holds the full text.
        raw_text: bool, only extraction;
        /// Whether each field holds its places on the page.
        polygon: bool, only extraction;
        /// Whether each field holds a confidence.
        confidence: bool, only extraction;
        /// Whether the model's RAG documents are used.
        rag: bool, only extraction;
        /// Text that helps to read the document.
        text_context: String, only extraction;
        /// Data schema for this call: `{"replace": {"fields": [...]}}`.
        data_schema: DataSchema, only extraction;
        /// Longest time for the whole call: upload, wait and fetch. Mindee works up to 590 seconds on a document.
        deadline: Duration, default "600";
        /// How often a request that is safe to repeat is repeated. A wait goes on until its deadline.
        retries: u32, default "2";
        /// Time from the upload to the first question. Given, or `poll_interval` given, the schedule is fixed; else it is learned for each model, and 3 seconds until then.
        first_poll: Duration;
        /// Time between later questions; 1 second where the schedule is fixed or not learned yet.
        poll_interval: Duration;
    }
}

options! {
    /// Options of the operations on local files (`document.*`).
    Preparation (Document) {
        /// Pages, from 0; -1 is the last one. To keep them, in this order; or to remove them.
        pages: Pages;
        /// A document with fewer pages than this is left as it is.
        on_min_pages: u64, default "0";
        /// Largest width of a picture, in pixels.
        max_width: u32;
        /// Largest height of a picture, in pixels.
        max_height: u32;
        /// Largest size of a picture in millions of pixels; 4 where no other size is given.
        megapixels: f64;
        /// Largest size of the new file, in bytes.
        max_bytes: u64;
        /// Quality of JPEG, from 1 to 100.
        quality: u32, default "85";
        /// Resolution of scanned pages and of pictures made of pages, in dots per inch.
        dpi: u32, default "200";
        /// Whether large JPEG files are decoded at a smaller size: quicker, and a little less sharp.
        fast: bool, default "false";
        /// A split or crop result, as Mindee gives it.
        result: JsonObject;
        /// Largest picture that is decoded, in pixels.
        limit_pixels: u64, default "200000000";
        /// Most pages that a document may have.
        limit_pages: u64, default "20000";
        /// Most objects of a PDF that are looked at.
        limit_objects: u64, default "2000000";
        /// Most bytes that compressed parts of a file may grow to, all together.
        limit_inflated: u64, default "1000000000";
        /// How deep objects and page trees may be nested.
        limit_nesting: u64, default "64";
        /// Longest time that is spent on a file.
        limit_time: Duration, default "60";
    }
}

/// Every option, clients' first.
pub fn table() -> impl Iterator<Item = &'static OptionSpec> {
    let tables = ClientOptions::SPEC.iter().chain(Params::SPEC);
    tables.chain(Preparation::SPEC)
}

impl ClientOptions {
    /// Reads a JSON object of options, as Python and Node send it.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let mut options = Self::new();
        for (key, value) in &object(json)? {
            options.set_json(key, value)?;
        }
        Ok(options)
    }

    /// Fills what was not given with the table's defaults, which stand nowhere else.
    pub(crate) fn with_defaults(mut self) -> Result<Self, Error> {
        let given = self.given();
        for spec in Self::SPEC.iter().filter(|spec| !given.contains(&spec.key)) {
            if let Some(default) = spec.default {
                self.set(spec.key, default)?;
            }
        }
        Ok(self)
    }

    /// Fills what was not given from the environment.
    pub(crate) fn with_environment(mut self) -> Result<Self, Error> {
        let given = self.given();
        for spec in Self::SPEC.iter().filter(|spec| !given.contains(&spec.key)) {
            let Some(name) = spec.environment else {
                continue;
            };
            let Ok(text) = std::env::var(name) else {
                continue;
            };
            if !text.trim().is_empty() {
                self.set(spec.key, &text).map_err(|e| {
                    Error::new(
                        code::OPTION_INVALID,
                        format!("{name} in the environment: {}", e.message()),
                    )
                })?;
            }
        }
        Ok(self)
    }
}

/// The members of a JSON object; the parser's text is not repeated, since it may quote a secret.
pub(crate) fn object(json: &str) -> Result<serde_json::Map<String, Value>, Error> {
    match serde_json::from_str(json) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Error::new(
            code::OPTION_INVALID,
            "The options are not a JSON object",
        )),
    }
}

fn read<T>(key: &str, value: Result<T, Error>) -> Result<T, Error> {
    value.map_err(|e| match e.code() {
        // A value's own complaint lacks the key's name; an API key's error says enough.
        "option.invalid" => Error::new(
            code::OPTION_INVALID,
            format!("Option `{key}` {}", e.message()),
        ),
        _ => e,
    })
}

/// The error for a name that is not in a list, with the nearest name that is.
pub(crate) fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let asked = key.to_ascii_lowercase();
    let distance = |name: &str| {
        let begun = asked.len() >= 3 && (name.starts_with(&asked) || asked.starts_with(name));
        if begun {
            1
        } else {
            strsim::damerau_levenshtein(&asked, name)
        }
    };
    let nearest = known
        .map(|name| (distance(name), name))
        .min()
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3));
    let shown: String = key.chars().take(60).collect();
    Error::new(
        code::OPTION_UNKNOWN,
        match nearest {
            Some((_, name)) => format!("There is no option `{shown}`; did you mean `{name}`?"),
            None => format!("There is no option `{shown}`"),
        },
    )
}
