//! The table of routes.

use crate::product::Product;
use crate::rule::On;

/// What a method and a path ask for. Ids are as the path has them, unchecked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route<'a> {
    Enqueue {
        product: Product,
        old: bool,
    },
    Job {
        id: &'a str,
    },
    Result {
        product: Product,
        id: &'a str,
    },
    Models,
    RagSearch,
    RagUpload,
    RagGet {
        id: &'a str,
    },
    RagUpdate {
        id: &'a str,
    },
    RagDelete {
        id: &'a str,
    },
    /// A known path with a method that it does not take.
    WrongMethod,
    Unknown,
}

impl<'a> Route<'a> {
    pub(crate) fn find(method: &str, path: &'a str) -> Self {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let Some(("v2", parts)) = parts.split_first().map(|(first, rest)| (*first, rest)) else {
            return Self::Unknown;
        };
        match (method, parts) {
            ("POST", ["inferences", "enqueue"]) => Self::Enqueue {
                product: Product::Extraction,
                old: true,
            },
            ("GET", ["inferences", id]) => Self::Result {
                product: Product::Extraction,
                id,
            },
            ("GET", ["jobs", id]) => Self::Job { id },
            ("GET", ["search", "models"]) => Self::Models,
            ("GET", ["search", "rag-documents"]) => Self::RagSearch,
            ("POST", ["products", "extraction", "rag-documents"]) => Self::RagUpload,
            ("GET", ["products", "extraction", "rag-documents", id]) => Self::RagGet { id },
            ("PATCH", ["products", "extraction", "rag-documents", id]) => Self::RagUpdate { id },
            ("DELETE", ["products", "extraction", "rag-documents", id]) => Self::RagDelete { id },
            ("POST", ["products", slug, "enqueue"]) => match Product::from_slug(slug) {
                Some(product) => Self::Enqueue {
                    product,
                    old: false,
                },
                None => Self::Unknown,
            },
            ("GET", ["products", slug, "results", id]) => match Product::from_slug(slug) {
                Some(product) => Self::Result { product, id },
                None => Self::Unknown,
            },
            (
                _,
                ["inferences" | "jobs", _]
                | ["search", "models" | "rag-documents"]
                | ["products", _, "enqueue"]
                | ["products", _, "results", _]
                | ["products", "extraction", "rag-documents"]
                | ["products", "extraction", "rag-documents", _],
            ) => Self::WrongMethod,
            _ => Self::Unknown,
        }
    }

    /// The name that `seen` gives the route.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enqueue { .. } => "enqueue",
            Self::Job { .. } => "job",
            Self::Result { .. } => "result",
            Self::Models => "models",
            Self::RagSearch
            | Self::RagUpload
            | Self::RagGet { .. }
            | Self::RagUpdate { .. }
            | Self::RagDelete { .. } => "rag",
            Self::WrongMethod | Self::Unknown => "unknown",
        }
    }

    pub(crate) fn on(self) -> Option<On> {
        match self.name() {
            "enqueue" => Some(On::Enqueue),
            "job" => Some(On::Job),
            "result" => Some(On::Result),
            "models" => Some(On::Models),
            "rag" => Some(On::Rag),
            _ => None,
        }
    }

    /// The id of a job or inference in the path.
    pub(crate) fn job_id(self) -> Option<&'a str> {
        match self {
            Self::Job { id } | Self::Result { id, .. } => Some(id),
            _ => None,
        }
    }
}
