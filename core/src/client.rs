//! The client, as Rust sees it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value;
use tokio::time::Instant;

use crate::address::Address;
use crate::engine::{Engine, Settings};
use crate::error::{Error, code};
use crate::finding::foreseen;
use crate::job::{Job, ResumeToken};
use crate::lenient::read_json;
use crate::limits::Limits;
use crate::models::{Model, ModelPage};
use crate::ops;
use crate::options::{ClientOptions, Params};
use crate::product::{
    AnyResult, ClassificationResult, CropResult, ExtractionResult, Inference, OcrResult, Product,
    ProductResult, SplitResult, unreadable,
};
use crate::source::Source;
use crate::transport::{self, Transport};
use crate::wait::Ended;
use crate::webhook::{Delivered, Delivery};

/// A client of the Mindee V2 API: cheap to clone, safe to share, one pool of connections.
///
/// A document that was taken is never lost: every error after the upload carries the job's id and
/// a resume token. A document is never sent twice unasked: an upload whose fate is unknown is
/// reported as such.
#[derive(Clone)]
pub struct Client(Arc<Engine>);

impl Client {
    /// A client with options; what is not given comes from the environment or the defaults.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let options = options.with_environment()?.with_defaults()?;
        let api_key = options
            .api_key
            .ok_or_else(|| Error::new(code::API_KEY_MISSING, "There is no API key"))?;
        let older_routes = match options.routes.as_deref() {
            None | Some("products") => false,
            Some("inferences") => true,
            Some(_) => {
                let message = "Option `routes` takes `products` or `inferences`";
                return Err(Error::new(code::OPTION_INVALID, message));
            }
        };
        let address = Address::new(&options.base_url.unwrap_or_default())?;
        if api_key.is_of_sandbox() && address.is_of_mindee() {
            let message = "The API key is of a sandbox, and the address is Mindee's";
            return Err(Error::new(code::API_KEY_OF_SANDBOX, message));
        }
        let transport = Transport::new(transport::Settings {
            api_key,
            request_timeout: options.request_timeout.unwrap_or_default(),
            connect_timeout: options.connect_timeout.unwrap_or_default(),
            proxy: options.proxy,
            ca_file: options.ca_file,
        })?;
        let settings = Settings {
            address,
            older_routes,
            posts_per_minute: options.posts_per_minute.unwrap_or_default(),
            gets_per_minute: options.gets_per_minute.unwrap_or_default(),
            ledger: options.ledger,
        };
        let engine = Engine::new(settings, transport);
        engine.store()?;
        Ok(Self(Arc::new(engine)))
    }

    /// A client with everything from the environment: `MINDEE_V2_API_KEY`, `MINDEE_V2_BASE_URL`.
    pub fn from_environment() -> Result<Self, Error> {
        Self::new(ClientOptions::new())
    }

    /// Fields by the model's data schema.
    pub fn extraction(&self) -> ProductClient<ExtractionResult> {
        self.product(Product::Extraction)
    }

    /// Where one document ends and the next begins.
    pub fn split(&self) -> ProductClient<SplitResult> {
        self.product(Product::Split)
    }

    /// Where the documents lie on a picture.
    pub fn crop(&self) -> ProductClient<CropResult> {
        self.product(Product::Crop)
    }

    /// Which kind of document it is.
    pub fn classification(&self) -> ProductClient<ClassificationResult> {
        self.product(Product::Classification)
    }

    /// All words and their places.
    pub fn ocr(&self) -> ProductClient<OcrResult> {
        self.product(Product::Ocr)
    }

    pub(crate) fn product<R: ProductResult>(&self, product: Product) -> ProductClient<R> {
        ProductClient {
            client: self.clone(),
            product,
            result: PhantomData,
        }
    }

    #[cfg(feature = "ledger")]
    pub(crate) fn engine(&self) -> &Engine {
        &self.0
    }

    /// What the calls of this process wait for, as a JSON object: `jobs_waited_for`, the callers
    /// that wait for budget, and the shares of the budgets in force (less than 1 after a 429).
    pub fn status(&self) -> Result<Value, Error> {
        self.0.status()
    }

    /// Jobs, whatever their product.
    pub fn jobs(&self) -> Jobs {
        Jobs {
            client: self.clone(),
        }
    }

    /// The organization's models.
    pub fn models(&self) -> Models {
        Models {
            client: self.clone(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.settings.address.text())
            .finish_non_exhaustive()
    }
}

/// One product of a client.
#[derive(Debug, Clone)]
pub struct ProductClient<R> {
    client: Client,
    product: Product,
    result: PhantomData<fn() -> R>,
}

impl<R: ProductResult> ProductClient<R> {
    /// Uploads a document, waits for its job and fetches the result, under one deadline.
    pub async fn run(
        &self,
        source: impl Into<Source>,
        params: Params,
    ) -> Result<Inference<R>, Error> {
        let limits = Limits::of(&params);
        let job = self
            .client
            .0
            .enqueue(self.product, source.into(), &params, &limits)
            .await?;
        self.finish(job, &limits).await
    }

    /// Waits for a job that has just begun and fetches its result.
    pub(crate) async fn finish(&self, job: Job, limits: &Limits) -> Result<Inference<R>, Error> {
        let engine = &self.client.0;
        let token = job.resume_token();
        let begun = Some(Instant::now());
        let finished = async {
            let model = job.model_id.as_deref();
            let ended = engine.wait(&token, model, begun, limits).await?;
            engine.result_of_ended(ended, &token, limits).await
        };
        match finished.await {
            Ok(inference) => Ok(Inference::with_warnings(inference, job.warnings)),
            Err(error) => Err(foreseen(error, &job.warnings)),
        }
    }

    /// Uploads a document and returns its job at once.
    pub async fn enqueue(&self, source: impl Into<Source>, params: Params) -> Result<Job, Error> {
        self.client
            .0
            .enqueue(self.product, source.into(), &params, &Limits::of(&params))
            .await
    }

    /// Fetches the result of a finished inference.
    pub async fn result(&self, id: &str) -> Result<Inference<R>, Error> {
        self.result_with(id, Params::new()).await
    }

    /// The same with other limits.
    pub async fn result_with(&self, id: &str, params: Params) -> Result<Inference<R>, Error> {
        let inner = &self.client.0;
        let token =
            ResumeToken::of(id, inner.settings.address.text())?.with_product(Some(self.product));
        let path = ops::result_path(self.product, token.job_id(), &inner.settings)?;
        inner.fetch(&path, &token, &Limits::of(&params)).await
    }
}

/// Jobs of a client. Wherever an id is taken, a resume token is taken too.
#[derive(Debug, Clone)]
pub struct Jobs {
    client: Client,
}

impl Jobs {
    /// Asks once for a job.
    pub async fn get(&self, token_or_id: &str) -> Result<Job, Error> {
        self.get_with(token_or_id, Params::new()).await
    }

    /// The same with other limits.
    pub async fn get_with(&self, token_or_id: &str, params: Params) -> Result<Job, Error> {
        let inner = &self.client.0;
        let token = ResumeToken::of(token_or_id, inner.settings.address.text())?;
        inner
            .job(&token, &Limits::of(&params))
            .await
            .map_err(|error| error.with_job(&token))
    }

    /// Waits until a job is processed, and returns it. A failed job is an error.
    pub async fn wait(&self, token_or_id: &str, params: Params) -> Result<Job, Error> {
        let engine = &self.client.0;
        let token = ResumeToken::of(token_or_id, engine.settings.address.text())?;
        let limits = Limits::of(&params);
        match engine.wait(&token, None, None, &limits).await? {
            Ended::Job(job) => Ok(*job),
            Ended::Result(_) => engine
                .job(&token, &limits)
                .await
                .map_err(|e| e.with_job(&token)),
        }
    }

    /// Waits until a job is processed, and fetches its result, whatever the product.
    pub async fn result(
        &self,
        token_or_id: &str,
        params: Params,
    ) -> Result<Inference<AnyResult>, Error> {
        let engine = &self.client.0;
        let token = ResumeToken::of(token_or_id, engine.settings.address.text())?;
        let limits = Limits::of(&params);
        let ended = engine.wait(&token, None, None, &limits).await?;
        engine.result_of_ended(ended, &token, &limits).await
    }

    /// Tells of a webhook's arrival: keeps its bytes in the ledger, where there is one, and ends
    /// the waits for its job, so that poll or push is heard, whichever comes first. Tells whether it
    /// is the first time: by the ledger where there is one, else by the memory of this process.
    pub async fn deliver(&self, delivery: &Delivery) -> Result<Delivered, Error> {
        self.client.0.deliver(delivery).await
    }
}

/// Models of a client's organization.
#[derive(Debug, Clone)]
pub struct Models {
    client: Client,
}

/// What to look for among the models; nothing given finds all.
#[derive(Debug, Clone, Default)]
pub struct ModelQuery {
    /// Part of the name, in any case.
    pub name: Option<String>,
    /// The product.
    pub model_type: Option<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Models to a page, 1 to 100; Mindee's default is 50.
    pub per_page: Option<u32>,
}

impl Models {
    /// One page of the models that match.
    pub async fn search(&self, query: &ModelQuery, params: Params) -> Result<ModelPage, Error> {
        let inner = &self.client.0;
        let number = |value: Option<u32>| value.map(|n| n.to_string());
        let members = [
            ("name", query.name.clone()),
            ("model_type", query.model_type.clone()),
            ("page", number(query.page)),
            ("per_page", number(query.per_page)),
        ];
        let given: Vec<(&str, &str)> = members
            .iter()
            .filter_map(|(key, value)| Some((*key, value.as_deref()?)))
            .collect();
        let answer = inner
            .read("/v2/search/models", &given, &Limits::of(&params))
            .await?;
        let raw = answer.body;
        match read_json::<ModelPage>(&raw) {
            Ok(page) => Ok(ModelPage { raw, ..page }),
            Err(error) => Err(unreadable(raw, &error, "a page of models")),
        }
    }

    /// All models that match, page after page.
    pub async fn all(&self, mut query: ModelQuery) -> Result<Vec<Model>, Error> {
        let mut models = Vec::new();
        loop {
            let page = self.search(&query, Params::new()).await?;
            query.page = page.next_page();
            models.extend(page.models);
            if query.page.is_none() {
                return Ok(models);
            }
        }
    }
}
