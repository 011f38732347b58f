//! One function per route: from a request that has been read to an answer.

mod enqueue;
mod jobs;
mod rag;
mod results;
mod search;

use hyper::HeaderMap;
use uuid::Uuid;

use crate::form::Received;
use crate::job::Fate;
use crate::order;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::route::Route;
use crate::world::World;

/// A request whose body has been read.
pub(crate) struct Call<'a> {
    pub(crate) route: Route<'a>,
    /// Scheme and host of the request: the beginning of every address in an answer.
    pub(crate) origin: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) received: &'a Received,
    /// What a rule says about the job that this request makes.
    pub(crate) fate: Option<Fate>,
}

impl Call<'_> {
    /// The last value of a query parameter that is not empty.
    fn query(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .filter(|(key, value)| key == name && !value.is_empty())
            .last()
            .map(|(_, value)| value.into_owned())
    }
}

/// Answers a request to the API.
pub(crate) fn answer(world: &World, call: &Call<'_>) -> Reply {
    try_answer(world, call).unwrap_or_else(Reply::from)
}

fn try_answer(world: &World, call: &Call<'_>) -> Result<Reply, Problem> {
    match call.route {
        Route::Unknown => return Err(Problem::not_found("404-000", "The route")),
        Route::WrongMethod => {
            let detail = "The route does not take this method.";
            return Err(Problem::new(405, "405-000", "Method not allowed", detail));
        }
        _ => world.check_key(call.headers)?,
    }
    match call.route {
        Route::Enqueue { product, old } => enqueue::enqueue(world, call, product, old),
        Route::Job { id } => jobs::get(world, call, path_id(id, "job_id")?),
        Route::Result { product, id } => results::get(world, product, path_id(id, "inference_id")?),
        Route::Models => search::models(world, call),
        Route::RagSearch => search::rag_documents(world, call),
        Route::RagUpload => rag::upload(world, call),
        Route::RagGet { id } => rag::get(world, path_id(id, "rag_document_id")?),
        Route::RagUpdate { id } => rag::update(world, call, path_id(id, "rag_document_id")?),
        Route::RagDelete { id } => rag::delete(world, path_id(id, "rag_document_id")?),
        Route::Unknown | Route::WrongMethod => Err(Problem::not_found("404-000", "The route")),
    }
}

fn path_id(text: &str, name: &str) -> Result<Uuid, Problem> {
    order::uuid(text)
        .ok_or_else(|| Problem::invalid_field(name, format!("{name} must be a valid UUID format")))
}
