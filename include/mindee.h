// mindee.h: the C interface of mindee-core, a client for the Mindee V2 document API.
//
// Generated from ffi-c/src; `BLESS=1 cargo test -p mindee-ffi --test header` writes it anew.
// This library is independent of Mindee.
//
// The conventions, true of every function:
//
// 1. Errors. A function that can fail returns `mindee_error *`: NULL is success. Anything else is
//    the caller's to look at and to free with `mindee_error_free`. Switch on the category alone.
//    A function that reads cannot fail: where there is nothing to read, it says so by NULL, 0,
//    false or MINDEE_MISSING. No function aborts the program or sets errno.
//
// 2. Ownership. What comes out through a place `T **out` is the caller's; `mindee_x_free` takes the
//    address of that place, frees and sets it to NULL, so that freeing twice is fine. `*out` is set
//    to NULL before anything else happens. What is returned as `const T *`, as `mindee_str` or as
//    `mindee_bytes` is lent, and lives as long as the handle it came from. What is given to a
//    function stays the caller's; text is copied where it is kept. Only what came from here is
//    freed here, and never with `free`.
//
// 3. NULL. A NULL client, switch, set of options to change, or place for an answer gives the
//    error `handle.null`. NULL options, a NULL source, a NULL switch given to a call, and NULL
//    text stand for what is not given; whether it may be left out is told as in any language. A
//    NULL `const mindee_value *` is the value that is missing. A list is given as a pointer to its
//    first item and their number; NULL is an empty list.
//
// 4. Threads. All handles may move between threads and be shared by them, but for
//    `mindee_options_set` and `mindee_result_next`, which need their options to themselves, and for
//    `mindee_x_free`, which needs its handle to itself. The library works on two threads of its
//    own, which leave signals to the program; a forked child may go on with the client that it
//    has, and gets its own two.
//
// 5. Text. UTF-8 as pointer and length, without a NUL in it or at its end; `mindee_c` makes one of
//    a C string, and MINDEE_SHOW prints one. Text that is not UTF-8 or holds a NUL is the error
//    `text.not_utf8`; for paths, `source.path_not_utf8`.

#ifndef MINDEE_H
#define MINDEE_H



#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The version of the library that this header belongs to.
#define MINDEE_VERSION "0.1.0"
#define MINDEE_VERSION_MAJOR 0
#define MINDEE_VERSION_MINOR 1
#define MINDEE_VERSION_PATCH 0

// A value of an answer, lent by the result or job that it came from. NULL is the one that is
// missing.
typedef struct mindee_value mindee_value;


// Grows by one with every change that breaks programs which were compiled before it.
#define MINDEE_ABI_VERSION 1

// What kind of failure it is: the one thing to switch on. The numbers are the same in every
// language and are never reused.
typedef enum {
    // There is no error.
    MINDEE_CATEGORY_NONE = 0,
    // The call is wrong; no byte was sent.
    MINDEE_CATEGORY_USAGE = 1,
    // The API key was not accepted, or has no access.
    MINDEE_CATEGORY_AUTH = 2,
    // Mindee refused the request.
    MINDEE_CATEGORY_REJECTED = 3,
    // Too many requests for the organization's limits.
    MINDEE_CATEGORY_RATE_LIMITED = 4,
    // The document was taken, and its processing failed.
    MINDEE_CATEGORY_JOB_FAILED = 5,
    // The server's answer is an error of its own or cannot be used.
    MINDEE_CATEGORY_SERVER = 6,
    // The server could not be reached, or the connection broke.
    MINDEE_CATEGORY_NETWORK = 7,
    // Time ran out on our side.
    MINDEE_CATEGORY_TIMEOUT = 8,
    // The caller ended the wait.
    MINDEE_CATEGORY_CANCELLED = 9,
    // The upload may have been taken: nobody can tell from here.
    MINDEE_CATEGORY_OUTCOME_UNKNOWN = 10,
    // A webhook delivery is not what it claims to be.
    MINDEE_CATEGORY_WEBHOOK = 11,
    // A defect of this library.
    MINDEE_CATEGORY_INTERNAL = 12,
} mindee_category;

// What Mindee does with a document.
typedef enum {
    // Fields by the model's data schema.
    MINDEE_EXTRACTION = 1,
    // Where one document ends and the next begins.
    MINDEE_SPLIT = 2,
    // Where the documents lie on a picture.
    MINDEE_CROP = 3,
    // Which kind of document it is.
    MINDEE_CLASSIFICATION = 4,
    // All words and their places.
    MINDEE_OCR = 5,
} mindee_product;

// What a value is. Missing and null are not the same: Mindee means something by each.
typedef enum {
    // There is no such value.
    MINDEE_MISSING = 0,
    // The value is there, and it is null.
    MINDEE_NULL = 1,
    // True or false.
    MINDEE_BOOLEAN = 2,
    // A whole number, without a fraction or an exponent.
    MINDEE_INTEGER = 3,
    // Any other number.
    MINDEE_NUMBER = 4,
    // UTF-8 text.
    MINDEE_TEXT = 5,
    // Values by index.
    MINDEE_LIST = 6,
    // Values by key, in Mindee's order.
    MINDEE_OBJECT = 7,
} mindee_kind;

// What a delivery says.
typedef enum {
    // There is no delivery.
    MINDEE_PAYLOAD_NONE = 0,
    // A result, the same as one fetched.
    MINDEE_PAYLOAD_RESULT = 1,
    // An inference that failed; its `/error` is Mindee's problem.
    MINDEE_PAYLOAD_FAILURE = 2,
} mindee_payload;

// A switch that ends calls. Threads may share it.
typedef struct mindee_cancel mindee_cancel;

// A client of the Mindee V2 API: one pool of connections. Threads may share it, and a forked
// child may go on with it.
typedef struct mindee_client mindee_client;

// What a webhook brought. It does not change, and threads may share it.
typedef struct mindee_delivery mindee_delivery;

// What was found in a local file, and the files that were made of it. It does not change, and
// threads may share it.
//
// A library that was built without the feature `documents` has none of its functions.
typedef struct mindee_documents mindee_documents;

// Why a call failed. It does not change, and threads may share it.
typedef struct mindee_error mindee_error;

// One document on its way through Mindee, as it was when it was asked for. It does not change,
// and threads may share it.
typedef struct mindee_job mindee_job;

// Options by key. One thread at a time may set; threads may share one that nobody sets.
typedef struct mindee_options mindee_options;

// What Mindee found, or a list: a page of models, documents of the ledger. It does not change, and threads may share it.
typedef struct mindee_result mindee_result;

// A document to send. It does not change, and threads may share it; what a reader gives can be
// sent once.
//
// Whether it can be sent is checked by the call, before any byte leaves.
typedef struct mindee_source mindee_source;

// Text that was made for the caller. It does not change, and threads may share it.
typedef struct mindee_text mindee_text;

// UTF-8 text as a pointer and a length in bytes; no NUL stands at its end.
//
// Text in is read during the call alone. Text out lives as long as the handle it came from.
// `data` is NULL where there is no text, which is not the same as empty text.
typedef struct {
    // The first byte, or NULL.
    const char *data;
    // The number of bytes.
    size_t length;
} mindee_str;

// Bytes as a pointer and a length.
//
// Bytes out live as long as the handle they came from. `data` is NULL where there are none.
typedef struct {
    // The first byte, or NULL.
    const uint8_t *data;
    // The number of bytes.
    size_t length;
} mindee_bytes;

// Tells the owner of lent bytes, or of a reader's context, that the library is done with them.
//
// It comes exactly once, from any thread, and must not call the library.
typedef void (*mindee_release)(void *context);

// Writes the next bytes of a document to `buffer`, `capacity` at most, and returns their number:
// 0 at the end of the document, a negative number where it cannot be read. The number stands
// among the causes of the call's error, `source.unreadable`.
//
// It may wait as long as it likes: it comes from a thread of the library, never from one that is
// in a call, and from one at a time. It must not throw, and must not call the library.
typedef int64_t (*mindee_read)(void *context, uint8_t *buffer, size_t capacity);

// A header of a request, as it came.
typedef struct {
    // Its name, in any case.
    mindee_str name;
    // Its value.
    mindee_str value;
} mindee_header;

// A file that was made.
typedef struct {
    // Its name; the extension follows the content. NULL where there is no such file.
    mindee_str filename;
    // Its media type, such as `image/jpeg`.
    mindee_str media_type;
    // Its bytes.
    mindee_bytes content;
} mindee_document;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The library's version, such as `0.1.0`; compare it with `MINDEE_VERSION` of the header.
//
// Ownership: the text is the library's own, for ever.
// Threads: any.
mindee_str mindee_version(void);

// The library's ABI number; it must equal `MINDEE_ABI_VERSION` of the header.
//
// Ownership: nothing is handed over.
// Threads: any.
uint32_t mindee_abi_version(void);

// What kind of failure it is.
//
// Ownership: nothing is handed over.
// Threads: any.
mindee_category mindee_error_category(const mindee_error *error);

// The stable code, such as `source.empty`. Codes are many and grow: switch on the category.
//
// Ownership: the text lives as long as `error`.
// Threads: any.
mindee_str mindee_error_code(const mindee_error *error);

// What happened, as a sentence without a full stop.
//
// Ownership: the text lives as long as `error`.
// Threads: any.
mindee_str mindee_error_message(const mindee_error *error);

// What the reader can do about it.
//
// Ownership: the text lives as long as `error`.
// Threads: any.
mindee_str mindee_error_hint(const mindee_error *error);

// Message, hint and code as one line to show.
//
// Ownership: the text lives as long as `error`.
// Threads: any.
mindee_str mindee_error_text(const mindee_error *error);

// The whole error as one JSON object, the same in every language. It holds no secret and no
// document content.
//
// Ownership: the text lives as long as `error`.
// Threads: any.
mindee_str mindee_error_payload(const mindee_error *error);

// The job's id, where the document was taken; otherwise NULL text.
//
// Ownership: the text lives as long as `error`.
// Threads: any.
mindee_str mindee_error_job_id(const mindee_error *error);

// What `mindee_job_result` takes to go on, here or in another process; otherwise NULL text.
//
// Ownership: the text lives as long as `error`.
// Threads: any.
mindee_str mindee_error_resume_token(const mindee_error *error);

// HTTP status of the answer; 0 where there was none.
//
// Ownership: nothing is handed over.
// Threads: any.
uint16_t mindee_error_http_status(const mindee_error *error);

// The bytes of an answer that could not be read; otherwise NULL. Document content: never log it.
//
// Ownership: the bytes live as long as `error`.
// Threads: any.
mindee_bytes mindee_error_body(const mindee_error *error);

// Whether Mindee may have taken the document, and so may bill it.
//
// Ownership: nothing is handed over.
// Threads: any.
bool mindee_error_maybe_billed(const mindee_error *error);

// Whether the same call may succeed later without a change.
//
// Ownership: nothing is handed over.
// Threads: any.
bool mindee_error_retryable(const mindee_error *error);

// Frees an error and nulls its place.
//
// Ownership: takes `*slot`; NULL in either place is fine.
// Threads: any, once at most.
void mindee_error_free(mindee_error **slot);

// Makes an empty set of options: everything is left to the environment and the defaults.
//
// Ownership: `*out` is the caller's, to free with `mindee_options_free`.
// Threads: any.
mindee_error *mindee_options_new(mindee_options **out);

// Gives one option; given again, the later value holds, and a NULL value takes it back.
//
// Keys and values are checked when the options are used: the README has the table of them.
//
// Ownership: `key` and `value` are copied; the copies are wiped when the options are freed.
// Threads: any, one at a time.
mindee_error *mindee_options_set(mindee_options *options, mindee_str key, mindee_str value);

// Frees options and nulls their place. Clients and calls made with them are not touched.
//
// Ownership: takes `*slot`; NULL in either place is fine.
// Threads: any, once at most.
void mindee_options_free(mindee_options **slot);

// A document by its path or its URL: what begins with `http://` or `https://` is a URL.
//
// Ownership: `text` is copied; `*out` is the caller's, to free with `mindee_source_free`.
// Threads: any.
mindee_error *mindee_source_text(mindee_str text, mindee_source **out);

// A file, streamed while it is sent: it is never held in memory.
//
// Ownership: `path` is copied; `*out` is the caller's, to free with `mindee_source_free`.
// Threads: any.
mindee_error *mindee_source_path(mindee_str path, mindee_source **out);

// A public https address that Mindee fetches itself.
//
// Ownership: `url` is copied; `*out` is the caller's, to free with `mindee_source_free`.
// Threads: any.
mindee_error *mindee_source_url(mindee_str url, mindee_source **out);

// Standard base64 text; a `data:` prefix and white space are dropped. `name` may be NULL.
//
// Ownership: `text` and `name` are copied; `*out` is the caller's, to free with
// `mindee_source_free`.
// Threads: any.
mindee_error *mindee_source_base64(mindee_str text, mindee_str name, mindee_source **out);

// Bytes in memory, copied once. `name` is their file name and may be NULL.
//
// Ownership: `bytes` and `name` are copied; `*out` is the caller's, to free with
// `mindee_source_free`.
// Threads: any.
mindee_error *mindee_source_bytes(mindee_bytes bytes, mindee_str name, mindee_source **out);

// Bytes in memory, lent and never copied. `name` is their file name and may be NULL.
//
// Ownership: `bytes` stay the caller's and must not change until `release(context)` is called, when
// the source is freed and every call with it has ended; if this function fails, before it returns.
// `release` may be NULL for bytes that live for ever. `name` is copied; `*out` is the caller's, to
// free with `mindee_source_free`.
// Threads: any.
mindee_error *mindee_source_lent(mindee_bytes bytes,
                                 mindee_str name,
                                 mindee_release release,
                                 void *context,
                                 mindee_source **out);

// A document that `read` gives while it is sent, a few pieces ahead: it is never held in memory.
// Nothing is read before a call asks for it. It can be sent once: a second call is the error
// `source.spent`. A small one is sent again where the server asks for it; with a larger one, the
// call ends with the server's error.
//
// `length` is its number of bytes, 0 where it is not known: no more is read, and less is the error
// `source.unreadable`. `name` is its file name and may be NULL.
//
// Ownership: `context` and all that `read` uses stay the caller's and must live until
// `release(context)` is called. That is after the last `read`: when the document was read or its call
// has ended, which does not wait for a `read` under way; when the source is freed without a call; or,
// if this function fails, before it returns. `release` may be NULL for a context that lives for ever.
// `name` is copied; `*out` is the caller's, to free with `mindee_source_free`.
// Threads: any; `read` comes from threads of the library, `release` from any.
mindee_error *mindee_source_reader(mindee_read read,
                                   mindee_release release,
                                   void *context,
                                   uint64_t length,
                                   mindee_str name,
                                   mindee_source **out);

// Frees a source and nulls its place. A call that was given it goes on.
//
// Ownership: takes `*slot`; NULL in either place is fine.
// Threads: any, once at most, and not while a call with it is being started.
void mindee_source_free(mindee_source **slot);

// Makes a switch that ends nothing yet. One may be given to many calls.
//
// Ownership: `*out` is the caller's, to free with `mindee_cancel_free`.
// Threads: any.
mindee_error *mindee_cancel_new(mindee_cancel **out);

// Ends every call that was or will be given this switch, within 100 ms. Mindee goes on with
// what it has taken: the call's error carries the resume token.
//
// Ownership: `cancel` stays the caller's.
// Threads: any, while other threads wait in a call with the same switch.
mindee_error *mindee_cancel_cancel(const mindee_cancel *cancel);

// Frees a switch and nulls its place. Calls that were given it go on.
//
// Ownership: takes `*slot`; NULL in either place is fine.
// Threads: any, once at most, and not while a call with it is being started.
void mindee_cancel_free(mindee_cancel **slot);

// Makes a client. What `options` do not give comes from the environment, `MINDEE_V2_API_KEY`
// among it, or from the defaults; `options` may be NULL.
//
// Ownership: `options` stay the caller's; `*out` is the caller's, to free with
// `mindee_client_free`.
// Threads: any.
mindee_error *mindee_client_new(const mindee_options *options, mindee_client **out);

// Uploads a document, waits for its job and fetches the result, under one deadline.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_result_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_run(const mindee_client *client,
                         mindee_product product,
                         const mindee_source *source,
                         const mindee_options *options,
                         const mindee_cancel *cancel,
                         mindee_result **out);

// Uploads a document and returns its job at once.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_job_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_enqueue(const mindee_client *client,
                             mindee_product product,
                             const mindee_source *source,
                             const mindee_options *options,
                             const mindee_cancel *cancel,
                             mindee_job **out);

// Fetches the result of a finished inference, by its id, its job's id or a resume token.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_result_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_result_get(const mindee_client *client,
                                mindee_product product,
                                mindee_str id,
                                const mindee_options *options,
                                const mindee_cancel *cancel,
                                mindee_result **out);

// What the calls of this process wait for, as one object: jobs, and budget for requests.
//
// Ownership: `client` stays the caller's. `*out` is the caller's, to free with
// `mindee_result_free`.
// Threads: any. Many threads may call with the same client.
mindee_error *mindee_status(const mindee_client *client, mindee_result **out);

// Frees a client and nulls its place. Calls that are under way in other threads go on.
//
// Ownership: takes `*slot`; NULL in either place is fine. What came from the client lives on.
// Threads: any, once at most, and not while a call with it is being started.
void mindee_client_free(mindee_client **slot);

// Asks once for a job, by its id or resume token.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_job_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_job_get(const mindee_client *client,
                             mindee_str id,
                             const mindee_options *options,
                             const mindee_cancel *cancel,
                             mindee_job **out);

// Waits until a job is processed, and returns it. A failed job is an error.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_job_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_job_wait(const mindee_client *client,
                              mindee_str id,
                              const mindee_options *options,
                              const mindee_cancel *cancel,
                              mindee_job **out);

// Waits until a job is processed, and fetches its result, whatever the product.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_result_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_job_result(const mindee_client *client,
                                mindee_str id,
                                const mindee_options *options,
                                const mindee_cancel *cancel,
                                mindee_result **out);

// The job's id.
//
// Ownership: the text lives as long as `job`.
// Threads: any.
mindee_str mindee_job_id(const mindee_job *job);

// The job's state: `Processing`, `Processed`, `Failed` or a word of a later API version.
//
// Ownership: the text lives as long as `job`.
// Threads: any.
mindee_str mindee_job_status(const mindee_job *job);

// A short printable text that takes the job up again, here or in another process. It holds no
// secret.
//
// Ownership: the text lives as long as `job`.
// Threads: any.
mindee_str mindee_job_resume_token(const mindee_job *job);

// Mindee's answer, byte for byte.
//
// Ownership: the bytes live as long as `job`.
// Threads: any.
mindee_bytes mindee_job_bytes(const mindee_job *job);

// The whole answer, to look values up in.
//
// Ownership: the value lives as long as `job`.
// Threads: any.
const mindee_value *mindee_job_value(const mindee_job *job);

// What the option `preflight` found in the document that was sent, as a list of objects: `code`,
// `severity`, `message` and `hint`, the gravest first; its cost is none of it. NULL where there is
// nothing to know.
//
// Ownership: the value lives as long as `job`.
// Threads: any.
const mindee_value *mindee_job_warnings(const mindee_job *job);

// Frees a job and nulls its place. The job at Mindee is not touched.
//
// Ownership: takes `*slot`, and the texts and values that came from it; NULL is fine.
// Threads: any, once at most.
void mindee_job_free(mindee_job **slot);

// Mindee's answer, byte for byte.
//
// Ownership: the bytes live as long as `result`.
// Threads: any.
mindee_bytes mindee_result_bytes(const mindee_result *result);

// The whole answer, to look values up in.
//
// Ownership: the value lives as long as `result`.
// Threads: any.
const mindee_value *mindee_result_value(const mindee_result *result);

// What the option `preflight` found in the document that was sent, as a list of objects: `code`,
// `severity`, `message` and `hint`, the gravest first; its cost is none of it. NULL where there is
// nothing to know.
//
// Ownership: the value lives as long as `result`.
// Threads: any.
const mindee_value *mindee_result_warnings(const mindee_result *result);

// Sets in `options`, those of the call that gave `result`, what asks for what comes after it: the
// next page of models, or the next results of a ledger. `*more` is false where nothing does.
//
// Ownership: everything given stays the caller's.
// Threads: any, one at a time for the same options.
mindee_error *mindee_result_next(const mindee_result *result, mindee_options *options, bool *more);

// Frees a result and nulls its place.
//
// Ownership: takes `*slot`, and the bytes and values that came from it; NULL is fine.
// Threads: any, once at most.
void mindee_result_free(mindee_result **slot);

// What a value is.
//
// Ownership: nothing is handed over.
// Threads: any.
mindee_kind mindee_value_kind(const mindee_value *value);

// The value at a JSON pointer (RFC 6901) such as `/inference/result/fields/total/value`, seen
// from `value`; NULL where it is missing.
//
// Ownership: `pointer` is read; the value lives as long as the handle that `value` came from.
// Threads: any.
const mindee_value *mindee_value_at(const mindee_value *value, mindee_str pointer);

// The member of an object by its key, as it is: nothing in the key is special. NULL where it is
// missing.
//
// Ownership: `key` is read; the value lives as long as the handle that `value` came from.
// Threads: any.
const mindee_value *mindee_value_member(const mindee_value *value, mindee_str key);

// The item of a list, or the member of an object in Mindee's order, by its index from 0; NULL
// where it is missing.
//
// Ownership: the value lives as long as the handle that `value` came from.
// Threads: any.
const mindee_value *mindee_value_item(const mindee_value *value, size_t index);

// The key of an object's member by its index from 0; NULL text where there is none.
//
// Ownership: the text lives as long as the handle that `value` came from.
// Threads: any.
mindee_str mindee_value_key(const mindee_value *value, size_t index);

// The number of items of a list or members of an object; otherwise 0.
//
// Ownership: nothing is handed over.
// Threads: any.
size_t mindee_value_count(const mindee_value *value);

// The text of a value that is text; otherwise NULL text.
//
// Ownership: the text lives as long as the handle that `value` came from.
// Threads: any.
mindee_str mindee_value_text(const mindee_value *value);

// Whether a value is a whole number of 64 bits with a sign; `*out` is the number, or 0.
//
// Ownership: nothing is handed over.
// Threads: any.
bool mindee_value_integer(const mindee_value *value, int64_t *out);

// Whether a value is a number, whole or not; `*out` is the nearest double, or 0.
//
// Ownership: nothing is handed over.
// Threads: any.
bool mindee_value_number(const mindee_value *value, double *out);

// Whether a value is true or false; `*out` is which, or false.
//
// Ownership: nothing is handed over.
// Threads: any.
bool mindee_value_boolean(const mindee_value *value, bool *out);

// A value as JSON text: what any value can be shown or kept as.
//
// Ownership: `value` stays; `*out` is the caller's, to free with `mindee_text_free`.
// Threads: any.
mindee_error *mindee_value_json(const mindee_value *value, mindee_text **out);

// The text itself.
//
// Ownership: it lives as long as `text`.
// Threads: any.
mindee_str mindee_text_str(const mindee_text *text);

// Frees text and nulls its place.
//
// Ownership: takes `*slot`; NULL in either place is fine.
// Threads: any, once at most.
void mindee_text_free(mindee_text **slot);

// One page of the models that match the options `name`, `model_type`, `page` and `per_page`.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_result_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_models_search(const mindee_client *client,
                                   const mindee_options *options,
                                   const mindee_cancel *cancel,
                                   mindee_result **out);

// Every document of the ledger, as a list of objects: `key`, `state`, `product`, `filename`,
// `alias`, `job_id`, `resume_token`, `error`, `created_at`, `can_be_sent_again`. The states are
// `intended`, `sending`, `unknown`, `taken`, `done` and `failed`.
//
// Ownership: `client` stays the caller's. `*out` is the caller's, to free with
// `mindee_result_free`.
// Threads: any; blocks while the file is read. Many threads may call with the same client.
mindee_error *mindee_ledger_pending(const mindee_client *client, mindee_result **out);

// Sends what was certainly not taken, waits for what has a job, leaves the unknown to you, and
// lists all as `mindee_ledger_pending` does. What comes in the way of a document is in its row.
// The option `older_than`, in seconds, leaves documents alone that were recorded later than that.
//
// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
// the caller's, to free with `mindee_result_free`.
// Threads: any; blocks. Many threads may call with the same handles.
mindee_error *mindee_ledger_resume(const mindee_client *client,
                                   const mindee_options *options,
                                   const mindee_cancel *cancel,
                                   mindee_result **out);

// Results that the ledger holds, oldest first, as a list of objects: `key`, `filename`, `alias`,
// `job_id` and `result`, whose bytes are as they came. The options `after` (a key) and `most`
// ask for a part of them. They are given about a megabyte at a time: `mindee_result_next` tells
// whether others are left.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_result_free`.
// Threads: any; blocks while the file is read. Many threads may call with the same handles.
mindee_error *mindee_ledger_collect(const mindee_client *client,
                                    const mindee_options *options,
                                    mindee_result **out);

// Removes documents whose results are safe with you, by their keys; `*forgotten` is how many there
// were.
//
// Ownership: everything given stays the caller's.
// Threads: any; blocks while the file is written. Many threads may call with the same client.
mindee_error *mindee_ledger_forget(const mindee_client *client,
                                   const int64_t *keys,
                                   size_t key_count,
                                   size_t *forgotten);

// Verifies a webhook's delivery and reads it, without a client. The option `largest` is the
// largest body to read, in bytes.
//
// `body` is the request's, raw: not parsed and written again. `headers` are all of the request's
// or the signature's alone, names in any case. Every secret is tried, so that one can follow
// another. There is no time stamp in the signature: tell repeats by the inference's id.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_delivery_free`.
// Threads: any.
mindee_error *mindee_webhook_unwrap(mindee_bytes body,
                                    const mindee_header *headers,
                                    size_t header_count,
                                    const mindee_str *secrets,
                                    size_t secret_count,
                                    const mindee_options *options,
                                    mindee_delivery **out);

// Reads a delivery whose signature nobody has checked: anybody can have sent it. The option
// `largest` is the largest body to read, in bytes.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_delivery_free`.
// Threads: any.
mindee_error *mindee_webhook_unwrap_unsigned(mindee_bytes body,
                                             const mindee_options *options,
                                             mindee_delivery **out);

// The signature of a body, for tests of your own receiver: the value of `X-Signature`.
//
// Ownership: everything given stays the caller's; `*out` is the caller's, to free with
// `mindee_text_free`.
// Threads: any.
mindee_error *mindee_webhook_sign(mindee_bytes body, mindee_str secret, mindee_text **out);

// Verifies a webhook's delivery, keeps it in the client's ledger where there is one, and ends the
// waits for its job. Body, headers, secrets and the option `largest` are those of
// `mindee_webhook_unwrap`.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_delivery_free`.
// Threads: any; blocks while the ledger is written. Many threads may call with the same client.
mindee_error *mindee_job_deliver(const mindee_client *client,
                                 mindee_bytes body,
                                 const mindee_header *headers,
                                 size_t header_count,
                                 const mindee_str *secrets,
                                 size_t secret_count,
                                 const mindee_options *options,
                                 mindee_delivery **out);

// What a delivery says: a result, or a failure.
//
// Ownership: nothing is handed over.
// Threads: any.
mindee_payload mindee_delivery_kind(const mindee_delivery *delivery);

// The inference's id, the same as the job's: what to tell repeats by.
//
// Ownership: the text lives as long as `delivery`.
// Threads: any.
mindee_str mindee_delivery_inference_id(const mindee_delivery *delivery);

// Whether one of the secrets signed the delivery; `*out` is which, from 0, or 0.
//
// Ownership: nothing is handed over.
// Threads: any.
bool mindee_delivery_secret(const mindee_delivery *delivery, size_t *out);

// Whether `mindee_job_deliver` heard of the inference for the first time; false for what was only
// unwrapped.
//
// Ownership: nothing is handed over.
// Threads: any.
bool mindee_delivery_first(const mindee_delivery *delivery);

// How many waits `mindee_job_deliver` ended with it.
//
// Ownership: nothing is handed over.
// Threads: any.
size_t mindee_delivery_waits(const mindee_delivery *delivery);

// The body, byte for byte.
//
// Ownership: the bytes live as long as `delivery`.
// Threads: any.
mindee_bytes mindee_delivery_bytes(const mindee_delivery *delivery);

// The whole body, to look values up in.
//
// Ownership: the value lives as long as `delivery`.
// Threads: any.
const mindee_value *mindee_delivery_value(const mindee_delivery *delivery);

// Frees a delivery and nulls its place.
//
// Ownership: takes `*slot`, and the texts and values that came from it; NULL is fine.
// Threads: any, once at most.
void mindee_delivery_free(mindee_delivery **slot);

// Tells what a file is, without decoding it: `media_type`, `length`, `pages`, `width`, `height`,
// `orientation`, `animated`, `encrypted`, `text_layer` and `damaged`, in `mindee_documents_value`.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_documents_free`.
// Threads: any; blocks while the file is read.
mindee_error *mindee_document_inspect(const mindee_source *source,
                                      const mindee_options *options,
                                      mindee_documents **out);

// Tells what Mindee will refuse of a file, what will cost and what will be slow: `passes`,
// `inspection`, and `findings` with `code`, `severity`, `message` and `hint`, in
// `mindee_documents_value`.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_documents_free`.
// Threads: any; blocks while the file is read.
mindee_error *mindee_document_preflight(const mindee_source *source,
                                        const mindee_options *options,
                                        mindee_documents **out);

// Keeps the pages of the option `pages`, such as `0,-2,-1`, of a PDF or TIFF, in that order.
//
// Ownership: everything given stays the caller's. `*out` is the caller's, to free with
// `mindee_documents_free`.
// Threads: any; blocks while it works.
mindee_error *mindee_document_keep_pages(const mindee_source *source,
                                         const mindee_options *options,
                                         mindee_documents **out);

// Removes the pages of the option `pages`, such as `0,-1`, of a PDF or TIFF.
//
// Ownership: everything given stays the caller's. `*out` is the caller's, to free with
// `mindee_documents_free`.
// Threads: any; blocks while it works.
mindee_error *mindee_document_remove_pages(const mindee_source *source,
                                           const mindee_options *options,
                                           mindee_documents **out);

// Mends a damaged PDF; `mended` in `mindee_documents_value` lists what. A sound file comes back byte
// for byte.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_documents_free`.
// Threads: any; blocks while it works.
mindee_error *mindee_document_repair(const mindee_source *source,
                                     const mindee_options *options,
                                     mindee_documents **out);

// Makes a picture, or the scanned pages of a PDF, smaller; `smaller` in `mindee_documents_value` is
// false where it could not be, and `note` says why. Options: `max_width`, `max_height`,
// `megapixels`, `max_bytes`, `quality`, `dpi`, `fast`.
//
// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
// to free with `mindee_documents_free`.
// Threads: any; blocks while it works.
mindee_error *mindee_document_shrink(const mindee_source *source,
                                     const mindee_options *options,
                                     mindee_documents **out);

// Cuts a file into what a split or crop result found in it; the option `result` is the result's
// JSON, `quality` and `dpi` say how pictures are made.
//
// Ownership: everything given stays the caller's. `*out` is the caller's, to free with
// `mindee_documents_free`.
// Threads: any; blocks while it works.
mindee_error *mindee_document_cut(const mindee_source *source,
                                  const mindee_options *options,
                                  mindee_documents **out);

// What was found or done.
//
// Ownership: the value lives as long as `documents`.
// Threads: any.
const mindee_value *mindee_documents_value(const mindee_documents *documents);

// How many files were made.
//
// Ownership: `documents` stays the caller's.
// Threads: any.
size_t mindee_documents_count(const mindee_documents *documents);

// A file that was made, from 0.
//
// Ownership: its text and bytes live as long as `documents`.
// Threads: any.
mindee_document mindee_documents_at(const mindee_documents *documents, size_t index);

// A file that was made as a source to send, or to work on further. The bytes are shared, not
// copied.
//
// Ownership: `documents` stays the caller's, and may be freed before the source. `*out` is the
// caller's, to free with `mindee_source_free`.
// Threads: any.
mindee_error *mindee_documents_source(const mindee_documents *documents,
                                      size_t index,
                                      mindee_source **out);

// Frees what was found and made, and nulls its place.
//
// Ownership: takes `*slot`, and what came from it but for sources; NULL is fine.
// Threads: any, once at most.
void mindee_documents_free(mindee_documents **slot);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

// No text: what is not given.
#define MINDEE_NONE (mindee_c(NULL))

// For printf: printf("%.*s\n", MINDEE_SHOW(text));
#define MINDEE_SHOW(text) (int)(text).length, ((text).data == NULL ? "" : (text).data)

// The text of a C string, lent; NULL is no text.
static inline mindee_str mindee_c(const char *text) {
    mindee_str view;
    view.data = text;
    view.length = text == NULL ? 0 : strlen(text);
    return view;
}

// Bytes in memory, lent.
static inline mindee_bytes mindee_view(const void *data, size_t length) {
    mindee_bytes view;
    view.data = (const uint8_t *)data;
    view.length = data == NULL ? 0 : length;
    return view;
}

#endif // MINDEE_H
