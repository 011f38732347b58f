//! A client, and what is done with a document.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use mindee_core::call::{Call, Reply};
use mindee_core::{Client, ClientOptions, Error};

use crate::boundary::{call, guard_free, guard_new, perform};
use crate::cancel::mindee_cancel;
use crate::error::mindee_error;
use crate::handle::{mindee_product, product_name};
use crate::job::mindee_job;
use crate::options::mindee_options;
use crate::result::mindee_result;
use crate::source::mindee_source;
use crate::text::mindee_str;

/// A client of the Mindee V2 API: one pool of connections. Threads may share it, and a forked
/// child may go on with it.
pub struct mindee_client(pub(crate) Client);

/// A call that names a product.
fn about_product(
    operation: &str,
    product: MaybeUninit<mindee_product>,
    id: mindee_str<'_>,
    options: Option<&mindee_options>,
) -> Result<Call, Error> {
    let name = product_name(product);
    call(
        operation,
        &[("product", mindee_str::new(&name)), ("id", id)],
        options,
    )
}

fn send(
    operation: &str,
    client: Option<&mindee_client>,
    product: MaybeUninit<mindee_product>,
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
) -> Result<Reply, Error> {
    let call = about_product(operation, product, mindee_str::NONE, options).map(|mut call| {
        if let Some(source) = source {
            call.set_source(source.to_core());
        }
        call
    });
    perform(client, cancel, call)
}

/// Makes a client. What `options` do not give comes from the environment, `MINDEE_V2_API_KEY`
/// among it, or from the defaults; `options` may be NULL.
///
/// Ownership: `options` stay the caller's; `*out` is the caller's, to free with
/// `mindee_client_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_client_new(
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_client>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let mut given = ClientOptions::new();
        for (key, value) in options.into_iter().flat_map(mindee_options::given) {
            given.set(key, value)?;
        }
        Client::new(given).map(mindee_client)
    })
}

/// Uploads a document, waits for its job and fetches the result, under one deadline.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_result_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_run(
    client: Option<&mindee_client>,
    product: MaybeUninit<mindee_product>,
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        send("run", client, product, source, options, cancel).map(mindee_result)
    })
}

/// Uploads a document and returns its job at once.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_job_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_enqueue(
    client: Option<&mindee_client>,
    product: MaybeUninit<mindee_product>,
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_job>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        send("enqueue", client, product, source, options, cancel).map(mindee_job)
    })
}

/// Fetches the result of a finished inference, by its id, its job's id or a resume token.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_result_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_result_get(
    client: Option<&mindee_client>,
    product: MaybeUninit<mindee_product>,
    id: mindee_str<'_>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let call = about_product("result", product, id, options);
        perform(client, cancel, call).map(mindee_result)
    })
}

/// What the calls of this process wait for, as one object: jobs, and budget for requests.
///
/// Ownership: `client` stays the caller's. `*out` is the caller's, to free with
/// `mindee_result_free`.
/// Threads: any. Many threads may call with the same client.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_status(
    client: Option<&mindee_client>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, None, call("status", &[], None)).map(mindee_result)
    })
}

/// Frees a client and nulls its place. Calls that are under way in other threads go on.
///
/// Ownership: takes `*slot`; NULL in either place is fine. What came from the client lives on.
/// Threads: any, once at most, and not while a call with it is being started.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_client_free(slot: Option<&mut Option<Box<mindee_client>>>) {
    guard_free(slot);
}
