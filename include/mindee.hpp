// mindee.hpp: the C++17 interface of mindee-core, a client for the Mindee V2 document API.
//
// Header only, over mindee.h: every object here owns one handle of it and frees it.
//
// A call that fails throws `mindee::Error`; each has a twin `try_...` that throws nothing and
// returns an `Outcome`, either a value or the error. Texts that are returned as
// `std::string_view`, and values, are lent: they live as long as the result or job they came from.
// All objects but `Options` and `Pages` may be shared by threads once they are made.
#ifndef MINDEE_HPP
#define MINDEE_HPP

#include <exception>
#include <functional>
#include <initializer_list>
#include <ios>
#include <istream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mindee.h"

namespace mindee {

namespace detail {

inline mindee_str in(std::string_view text) noexcept {
    return {text.data() == nullptr ? "" : text.data(), text.size()};
}
inline std::string_view out(mindee_str text) noexcept {
    return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.length);
}
inline std::string_view out(mindee_bytes bytes) noexcept {
    return {reinterpret_cast<const char *>(bytes.data), bytes.length};
}
inline std::optional<std::string_view> maybe(mindee_str text) noexcept {
    return text.data == nullptr ? std::nullopt : std::optional(out(text));
}

struct Free {
    void operator()(mindee_cancel *handle) const noexcept { mindee_cancel_free(&handle); }
    void operator()(mindee_client *handle) const noexcept { mindee_client_free(&handle); }
    void operator()(mindee_delivery *handle) const noexcept { mindee_delivery_free(&handle); }
    void operator()(mindee_documents *handle) const noexcept { mindee_documents_free(&handle); }
    void operator()(mindee_error *handle) const noexcept { mindee_error_free(&handle); }
    void operator()(mindee_job *handle) const noexcept { mindee_job_free(&handle); }
    void operator()(mindee_options *handle) const noexcept { mindee_options_free(&handle); }
    void operator()(mindee_result *handle) const noexcept { mindee_result_free(&handle); }
    void operator()(mindee_source *handle) const noexcept { mindee_source_free(&handle); }
    void operator()(mindee_text *handle) const noexcept { mindee_text_free(&handle); }
};

// Shared, so that what holds one can be copied; handles do not change.
template <typename T> using Handle = std::shared_ptr<T>;

template <typename T> Handle<T> own(T *handle) { return Handle<T>(handle, Free{}); }

} // namespace detail

// What kind of failure it is: the one thing to switch on.
enum class Category {
    usage = MINDEE_CATEGORY_USAGE,
    auth = MINDEE_CATEGORY_AUTH,
    rejected = MINDEE_CATEGORY_REJECTED,
    rate_limited = MINDEE_CATEGORY_RATE_LIMITED,
    job_failed = MINDEE_CATEGORY_JOB_FAILED,
    server = MINDEE_CATEGORY_SERVER,
    network = MINDEE_CATEGORY_NETWORK,
    timeout = MINDEE_CATEGORY_TIMEOUT,
    cancelled = MINDEE_CATEGORY_CANCELLED,
    outcome_unknown = MINDEE_CATEGORY_OUTCOME_UNKNOWN,
    webhook = MINDEE_CATEGORY_WEBHOOK,
    internal = MINDEE_CATEGORY_INTERNAL,
};

// Why a call failed. Its texts live as long as it and its copies do.
class Error : public std::exception {
  public:
    explicit Error(mindee_error *error)
        : error_(detail::own(error)),
          text_(std::make_shared<std::string>(detail::out(mindee_error_text(error)))) {}

    // Message, hint and code as one line to show.
    const char *what() const noexcept override { return text_->c_str(); }
    Category category() const noexcept {
        return static_cast<Category>(mindee_error_category(error_.get()));
    }
    // The stable code, such as `source.empty`. Codes are many and grow.
    std::string_view code() const noexcept { return detail::out(mindee_error_code(error_.get())); }
    // What happened.
    std::string_view message() const noexcept {
        return detail::out(mindee_error_message(error_.get()));
    }
    // What the reader can do about it.
    std::string_view hint() const noexcept { return detail::out(mindee_error_hint(error_.get())); }
    // The whole error as one JSON object.
    std::string_view payload() const noexcept {
        return detail::out(mindee_error_payload(error_.get()));
    }
    // The job's id, where the document was taken.
    std::optional<std::string_view> job_id() const noexcept {
        return detail::maybe(mindee_error_job_id(error_.get()));
    }
    // What `client.jobs().result` takes to go on.
    std::optional<std::string_view> resume_token() const noexcept {
        return detail::maybe(mindee_error_resume_token(error_.get()));
    }
    // HTTP status of the answer, where there was one.
    std::optional<int> http_status() const noexcept {
        const int status = mindee_error_http_status(error_.get());
        return status == 0 ? std::nullopt : std::optional(status);
    }
    // The bytes of an answer that could not be read. Document content: never log it.
    std::optional<std::string_view> body() const noexcept {
        const mindee_bytes bytes = mindee_error_body(error_.get());
        return bytes.data == nullptr ? std::nullopt : std::optional(detail::out(bytes));
    }
    // Whether Mindee may have taken the document, and so may bill it.
    bool maybe_billed() const noexcept { return mindee_error_maybe_billed(error_.get()); }
    // Whether the same call may succeed later without a change.
    bool retryable() const noexcept { return mindee_error_retryable(error_.get()); }
    // What the function of a `Source::reader` threw, where that failed the call; otherwise NULL.
    std::exception_ptr cause() const noexcept { return cause_; }
    // The same error with such a cause.
    Error caused_by(std::exception_ptr cause) const {
        Error error = *this;
        error.cause_ = std::move(cause);
        return error;
    }

  private:
    // Shared, since copying an exception must not throw.
    detail::Handle<mindee_error> error_;
    std::shared_ptr<const std::string> text_;
    std::exception_ptr cause_;
};

// What a call came to: a value or an error.
template <typename T> class [[nodiscard]] Outcome {
  public:
    Outcome(T value) : state_(std::move(value)) {}
    Outcome(Error error) : state_(std::move(error)) {}

    bool ok() const noexcept { return std::holds_alternative<T>(state_); }
    explicit operator bool() const noexcept { return ok(); }
    // The error; NULL where there is a value.
    const Error *error() const noexcept { return std::get_if<Error>(&state_); }
    // The value; NULL where there is an error.
    const T *get() const noexcept { return std::get_if<T>(&state_); }
    // The value, or the error thrown.
    T value() && {
        if (const Error *failed = error()) throw *failed;
        return std::get<T>(std::move(state_));
    }
    const T &value() const & {
        if (const Error *failed = error()) throw *failed;
        return *get();
    }

  private:
    std::variant<T, Error> state_;
};

enum class Kind {
    missing = MINDEE_MISSING,
    null = MINDEE_NULL,
    boolean = MINDEE_BOOLEAN,
    integer = MINDEE_INTEGER,
    number = MINDEE_NUMBER,
    text = MINDEE_TEXT,
    list = MINDEE_LIST,
    object = MINDEE_OBJECT,
};

// A value of an answer, lent by its result or job. What is missing is a value too, of the kind
// `missing`, so that a look-up never fails.
class Value {
  public:
    Value(const mindee_value *value = nullptr) noexcept : value_(value) {}

    Kind kind() const noexcept { return static_cast<Kind>(mindee_value_kind(value_)); }
    bool missing() const noexcept { return value_ == nullptr; }
    bool null() const noexcept { return kind() == Kind::null; }

    // By JSON pointer, such as `/inference/result/fields/total/value`.
    Value at(std::string_view pointer) const noexcept {
        return mindee_value_at(value_, detail::in(pointer));
    }
    // The member of an object by its key.
    Value operator[](std::string_view key) const noexcept {
        return mindee_value_member(value_, detail::in(key));
    }
    Value operator[](const char *key) const noexcept { return (*this)[std::string_view(key)]; }
    // The item of a list or the member of an object by its index.
    Value operator[](std::size_t index) const noexcept { return mindee_value_item(value_, index); }
    Value operator[](int index) const noexcept { return (*this)[static_cast<std::size_t>(index)]; }
    // The key of an object's member by its index.
    std::string_view key(std::size_t index) const noexcept {
        return detail::out(mindee_value_key(value_, index));
    }
    std::size_t size() const noexcept { return mindee_value_count(value_); }

    std::optional<std::string_view> text() const noexcept {
        return detail::maybe(mindee_value_text(value_));
    }
    std::optional<std::int64_t> integer() const noexcept {
        std::int64_t integer;
        return mindee_value_integer(value_, &integer) ? std::optional(integer) : std::nullopt;
    }
    std::optional<double> number() const noexcept {
        double number;
        return mindee_value_number(value_, &number) ? std::optional(number) : std::nullopt;
    }
    std::optional<bool> boolean() const noexcept {
        bool boolean;
        return mindee_value_boolean(value_, &boolean) ? std::optional(boolean) : std::nullopt;
    }
    // The value as JSON text; nothing where it is missing.
    std::optional<std::string> json() const {
        mindee_text *text = nullptr;
        const detail::Handle<mindee_error> absent = detail::own(mindee_value_json(value_, &text));
        const detail::Handle<mindee_text> owner = detail::own(text);
        if (absent != nullptr) return std::nullopt;
        return std::string(detail::out(mindee_text_str(text)));
    }

    // Items of a list, or members of an object.
    class Iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Value;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = Value;
        Iterator(const mindee_value *value, std::size_t at) noexcept : value_(value), at_(at) {}
        Value operator*() const noexcept { return mindee_value_item(value_, at_); }
        Iterator &operator++() noexcept { return ++at_, *this; }
        bool operator!=(const Iterator &other) const noexcept { return at_ != other.at_; }
        bool operator==(const Iterator &other) const noexcept { return at_ == other.at_; }

      private:
        const mindee_value *value_;
        std::size_t at_;
    };
    Iterator begin() const noexcept { return {value_, 0}; }
    Iterator end() const noexcept { return {value_, size()}; }

  private:
    const mindee_value *value_;
};

// Options by key, for a client or for a call; the README has the table of them. A key or value
// that is no text is told by the call that uses it.
class Options {
  public:
    Options() {
        mindee_options *options = nullptr;
        note(mindee_options_new(&options));
        options_.reset(options);
    }
    Options(std::initializer_list<std::pair<std::string_view, std::string_view>> given)
        : Options() {
        for (const auto &[key, value] : given) set(key, value);
    }

    Options &set(std::string_view key, std::string_view value) {
        note(mindee_options_set(options_.get(), detail::in(key), detail::in(value)));
        return *this;
    }
    mindee_options *get() const noexcept { return options_.get(); }
    const std::optional<Error> &error() const noexcept { return error_; }

  private:
    void note(mindee_error *error) {
        if (error == nullptr) return;
        Error failed(error);
        if (!error_) error_ = failed;
    }
    std::unique_ptr<mindee_options, detail::Free> options_;
    std::optional<Error> error_;
};

// Writes the next bytes of a document to a buffer, so many at most, and returns their number: 0 at
// the end. What it throws fails the call and is the `cause` of its error.
using Read = std::function<std::size_t(char *buffer, std::size_t capacity)>;

namespace detail {

// What a function threw on a thread of the library.
struct Thrown {
    std::mutex mutex;
    std::exception_ptr exception;
};

struct Reading {
    Read read;
    std::shared_ptr<Thrown> thrown;

    static std::int64_t next(void *context, std::uint8_t *buffer, std::size_t capacity) noexcept {
        auto *reading = static_cast<Reading *>(context);
        try {
            const auto given = reading->read(reinterpret_cast<char *>(buffer), capacity);
            return static_cast<std::int64_t>(given);
        } catch (...) {
            const std::lock_guard<std::mutex> lock(reading->thrown->mutex);
            reading->thrown->exception = std::current_exception();
            return -1;
        }
    }
    static void release(void *context) noexcept { delete static_cast<Reading *>(context); }
};

} // namespace detail

// A document to send; it may be sent many times, but for a reader or stream, which is sent once.
// What is wrong with it is told by the call.
class Source {
  public:
    // A path or a URL.
    Source(std::string_view text) { make(&mindee_source_text, detail::in(text)); }
    Source(const char *text) : Source(std::string_view(text)) {}
    Source(const std::string &text) : Source(std::string_view(text)) {}

    static Source path(std::string_view path) {
        return Source().make(&mindee_source_path, detail::in(path));
    }
    static Source url(std::string_view url) {
        return Source().make(&mindee_source_url, detail::in(url));
    }
    static Source base64(std::string_view text, std::optional<std::string_view> name = {}) {
        return Source().make(&mindee_source_base64, detail::in(text), maybe(name));
    }
    // Bytes in memory, copied once.
    static Source bytes(std::string_view content, std::optional<std::string_view> name = {}) {
        return Source().make(&mindee_source_bytes, view(content), maybe(name));
    }
    // A file that was made here; see `Documents::source`.
    static Source made(const mindee_documents *documents, std::size_t index) {
        return Source().make(&mindee_documents_source, documents, index);
    }
    // Bytes in memory, moved here and not copied: a string or a vector of bytes.
    template <typename Container>
    static Source moved(Container content, std::optional<std::string_view> name = {}) {
        static_assert(sizeof(*content.data()) == 1, "a container of bytes");
        auto *kept = new Container(std::move(content));
        const mindee_bytes bytes = mindee_view(kept->data(), kept->size());
        const mindee_release release = [](void *context) {
            delete static_cast<Container *>(context);
        };
        return Source().make(&mindee_source_lent, bytes, maybe(name), release,
                             static_cast<void *>(kept));
    }
    // A document that a function gives while it is sent: it is never held in memory. `length` is its
    // number of bytes, 0 where it is not known. A thread of the library calls the function, for the
    // last time before the function is destroyed; a call that ends early does not wait for it.
    static Source reader(Read read, std::optional<std::string_view> name = {},
                         std::uint64_t length = 0) {
        Source source;
        source.thrown_ = std::make_shared<detail::Thrown>();
        auto *reading = new detail::Reading{std::move(read), source.thrown_};
        return source.make(&mindee_source_reader, mindee_read{&detail::Reading::next},
                           mindee_release{&detail::Reading::release}, static_cast<void *>(reading),
                           length, maybe(name));
    }
    // The same for a stream, which is moved here: `Source::stream(std::ifstream("a.pdf",
    // std::ios::binary), "a.pdf")`. One that is not to be moved, such as `std::cin`, is read by a
    // function.
    template <typename Stream>
    static Source stream(Stream stream, std::optional<std::string_view> name = {},
                         std::uint64_t length = 0) {
        auto kept = std::make_shared<Stream>(std::move(stream));
        kept->exceptions(std::ios_base::goodbit);
        const Read read = [kept](char *buffer, std::size_t capacity) {
            std::istream &input = *kept;
            input.read(buffer, static_cast<std::streamsize>(capacity));
            if (input.bad() || (input.fail() && !input.eof()))
                throw std::ios_base::failure("the stream cannot be read");
            return static_cast<std::size_t>(input.gcount());
        };
        return reader(read, name, length);
    }

    const mindee_source *get() const noexcept { return source_.get(); }
    const std::optional<Error> &error() const noexcept { return error_; }
    // What the function of a reader threw; NULL where it did not.
    std::exception_ptr thrown() const {
        if (thrown_ == nullptr) return nullptr;
        const std::lock_guard<std::mutex> lock(thrown_->mutex);
        return thrown_->exception;
    }

  private:
    Source() = default;

    template <typename Function, typename... Given>
    Source &make(Function function, Given... given) {
        mindee_source *source = nullptr;
        mindee_error *error = function(given..., &source);
        source_ = detail::own(source);
        if (error != nullptr) error_ = Error(error);
        return *this;
    }
    static mindee_bytes view(std::string_view content) noexcept {
        return mindee_view(content.data(), content.size());
    }
    static mindee_str maybe(std::optional<std::string_view> text) noexcept {
        return text ? detail::in(*text) : mindee_str{};
    }
    detail::Handle<mindee_source> source_;
    std::shared_ptr<detail::Thrown> thrown_;
    std::optional<Error> error_;
};

// A switch that ends calls from another thread, within 100 ms. Copies are the same switch.
class Cancel {
  public:
    Cancel() {
        mindee_cancel *cancel = nullptr;
        if (mindee_error *error = mindee_cancel_new(&cancel)) throw Error(error);
        cancel_ = detail::own(cancel);
    }
    void cancel() const noexcept {
        mindee_error *error = mindee_cancel_cancel(cancel_.get());
        mindee_error_free(&error);
    }
    const mindee_cancel *get() const noexcept { return cancel_.get(); }

  private:
    detail::Handle<mindee_cancel> cancel_;
};

// What Mindee found, or a list: a page of models, documents of the ledger. Copies share it.
class Result {
  public:
    explicit Result(mindee_result *result) : result_(detail::own(result)) {}

    // Mindee's answer, byte for byte.
    std::string_view bytes() const & noexcept { return detail::out(mindee_result_bytes(get())); }
    // The whole answer.
    Value value() const & noexcept { return mindee_result_value(get()); }
    // By JSON pointer.
    Value at(std::string_view pointer) const & noexcept { return value().at(pointer); }
    // The fields of an extraction.
    Value fields() const & noexcept { return at("/inference/result/fields"); }
    // What the option `preflight` found in the document that `run` sent: a list of objects with
    // `code`, `severity`, `message` and `hint`, or nothing.
    Value warnings() const & noexcept { return mindee_result_warnings(get()); }
    const mindee_result *get() const noexcept { return result_.get(); }

    // What is lent would outlive a result that nobody keeps: give the result a name first.
    std::string_view bytes() const && = delete;
    Value value() const && = delete;
    Value at(std::string_view pointer) const && = delete;
    Value fields() const && = delete;
    Value warnings() const && = delete;

  private:
    detail::Handle<mindee_result> result_;
};

// One document on its way through Mindee. Copies share it.
class Job {
  public:
    explicit Job(mindee_job *job) : job_(detail::own(job)) {}

    std::string_view id() const noexcept { return detail::out(mindee_job_id(get())); }
    // `Processing`, `Processed`, `Failed` or a word of a later API version.
    std::string_view status() const noexcept { return detail::out(mindee_job_status(get())); }
    // What takes the job up again, here or in another process. It holds no secret.
    std::string_view resume_token() const noexcept {
        return detail::out(mindee_job_resume_token(get()));
    }
    std::string_view bytes() const noexcept { return detail::out(mindee_job_bytes(get())); }
    Value value() const noexcept { return mindee_job_value(get()); }
    Value at(std::string_view pointer) const noexcept { return value().at(pointer); }
    // As a result's `warnings`.
    Value warnings() const noexcept { return mindee_job_warnings(get()); }
    const mindee_job *get() const noexcept { return job_.get(); }

  private:
    detail::Handle<mindee_job> job_;
};

namespace detail {

using Client = Handle<mindee_client>;

inline const mindee_cancel *switch_of(const Cancel *cancel) noexcept {
    return cancel == nullptr ? nullptr : cancel->get();
}

// Calls a function of mindee.h whose last argument is the place for the answer.
template <typename T, typename Raw, typename Function, typename... Given>
Outcome<T> call(Function function, Given... given) {
    Raw *raw = nullptr;
    mindee_error *error = function(given..., &raw);
    if (error != nullptr) return Error(error);
    return T(raw);
}

} // namespace detail

// Headers of a request: a list of pairs, or any container of pairs such as a map. Names may be in
// any case. The texts are lent: they must live until the call returns.
class Headers {
  public:
    Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
        add(pairs);
    }
    template <typename Pairs, typename = decltype(std::begin(std::declval<const Pairs &>())->second)>
    Headers(const Pairs &pairs) {
        add(pairs);
    }
    const std::vector<mindee_header> &get() const noexcept { return headers_; }

  private:
    template <typename Pairs> void add(const Pairs &pairs) {
        for (const auto &[name, value] : pairs) {
            headers_.push_back({detail::in(name), detail::in(value)});
        }
    }
    std::vector<mindee_header> headers_;
};

// Signing secrets of webhooks: one text, a list, or any container of texts. Each is tried, so that
// one can follow another. The texts are lent: they must live until the call returns.
class Secrets {
  public:
    Secrets(const char *secret) : secrets_{detail::in(secret)} {}
    Secrets(std::string_view secret) : secrets_{detail::in(secret)} {}
    Secrets(const std::string &secret) : secrets_{detail::in(secret)} {}
    Secrets(std::initializer_list<std::string_view> secrets) { add(secrets); }
    template <typename Texts,
              typename = decltype(std::string_view(*std::begin(std::declval<const Texts &>())))>
    Secrets(const Texts &secrets) {
        add(secrets);
    }
    const std::vector<mindee_str> &get() const noexcept { return secrets_; }

  private:
    template <typename Texts> void add(const Texts &secrets) {
        for (const auto &secret : secrets) secrets_.push_back(detail::in(secret));
    }
    std::vector<mindee_str> secrets_;
};

// What a delivery says.
enum class Payload {
    none = MINDEE_PAYLOAD_NONE,
    result = MINDEE_PAYLOAD_RESULT,
    failure = MINDEE_PAYLOAD_FAILURE,
};

// What was found in a local file, and the files that were made of it. Copies share it.
class Documents {
  public:
    explicit Documents(mindee_documents *documents) : documents_(detail::own(documents)) {}

    // What was found or done.
    Value value() const & noexcept { return mindee_documents_value(get()); }
    // By JSON pointer.
    Value at(std::string_view pointer) const & noexcept { return value().at(pointer); }
    // How many files were made.
    std::size_t size() const noexcept { return mindee_documents_count(get()); }
    // The name, media type and bytes of one of them, from 0.
    std::string_view filename(std::size_t index = 0) const & noexcept {
        return detail::out(mindee_documents_at(get(), index).filename);
    }
    std::string_view media_type(std::size_t index = 0) const & noexcept {
        return detail::out(mindee_documents_at(get(), index).media_type);
    }
    std::string_view content(std::size_t index = 0) const & noexcept {
        return detail::out(mindee_documents_at(get(), index).content);
    }
    // One of them as a source to send, or to work on further; its bytes are shared.
    Source source(std::size_t index = 0) const { return Source::made(get(), index); }
    const mindee_documents *get() const noexcept { return documents_.get(); }

    // What is lent would outlive documents that nobody keeps: give them a name first.
    Value value() const && = delete;
    Value at(std::string_view pointer) const && = delete;
    std::string_view filename(std::size_t index = 0) const && = delete;
    std::string_view media_type(std::size_t index = 0) const && = delete;
    std::string_view content(std::size_t index = 0) const && = delete;

  private:
    detail::Handle<mindee_documents> documents_;
};

// Local files made ready before they are sent: no client and no key is needed. The README has the
// options; those that begin with `limit_` say what a hostile file can cost at most.
namespace document {

using Operation = mindee_error *(*)(const mindee_source *, const mindee_options *,
                                    mindee_documents **);

inline Outcome<Documents> try_prepare(Operation operation, const Source &source,
                                      const Options &options) {
    if (source.error()) return *source.error();
    if (options.error()) return *options.error();
    return detail::call<Documents, mindee_documents>(operation, source.get(), options.get());
}

// Tells what a file is, without decoding it.
inline Documents inspect(const Source &source, const Options &options = {}) {
    return try_prepare(&mindee_document_inspect, source, options).value();
}
// Tells what Mindee will refuse of a file, what will cost and what will be slow.
inline Documents preflight(const Source &source, const Options &options = {}) {
    return try_prepare(&mindee_document_preflight, source, options).value();
}
// Keeps the pages of the option `pages`, such as `0,-2,-1`, of a PDF or TIFF, in that order.
inline Documents keep_pages(const Source &source, const Options &options) {
    return try_prepare(&mindee_document_keep_pages, source, options).value();
}
// Removes the pages of the option `pages`, such as `0,-1`, of a PDF or TIFF.
inline Documents remove_pages(const Source &source, const Options &options) {
    return try_prepare(&mindee_document_remove_pages, source, options).value();
}
// Mends a damaged PDF; `/mended` lists what.
inline Documents repair(const Source &source, const Options &options = {}) {
    return try_prepare(&mindee_document_repair, source, options).value();
}
// Makes a picture, or the scanned pages of a PDF, smaller.
inline Documents shrink(const Source &source, const Options &options = {}) {
    return try_prepare(&mindee_document_shrink, source, options).value();
}
// Cuts a file into what a split or crop result, the option `result`, found in it.
inline Documents cut(const Source &source, const Options &options) {
    return try_prepare(&mindee_document_cut, source, options).value();
}

} // namespace document

// What a webhook brought. Copies share it.
class Delivery {
  public:
    explicit Delivery(mindee_delivery *delivery) : delivery_(detail::own(delivery)) {}

    // A result, the same as one fetched, or an inference that failed.
    Payload kind() const noexcept { return static_cast<Payload>(mindee_delivery_kind(get())); }
    // The inference's id, the same as the job's: what to tell repeats by.
    std::string_view inference_id() const & noexcept {
        return detail::out(mindee_delivery_inference_id(get()));
    }
    // Which of the secrets signed it, from 0; nothing where it was taken unsigned.
    std::optional<std::size_t> secret() const noexcept {
        std::size_t index;
        return mindee_delivery_secret(get(), &index) ? std::optional(index) : std::nullopt;
    }
    // Whether `client.jobs().deliver` heard of the inference for the first time.
    bool first() const noexcept { return mindee_delivery_first(get()); }
    // How many waits `client.jobs().deliver` ended with it.
    std::size_t waits() const noexcept { return mindee_delivery_waits(get()); }
    // The body, byte for byte.
    std::string_view bytes() const & noexcept { return detail::out(mindee_delivery_bytes(get())); }
    // The whole body.
    Value value() const & noexcept { return mindee_delivery_value(get()); }
    // By JSON pointer.
    Value at(std::string_view pointer) const & noexcept { return value().at(pointer); }
    // The fields of an extraction; missing in a failure.
    Value fields() const & noexcept { return at("/inference/result/fields"); }
    // Mindee's problem; missing in a result.
    Value problem() const & noexcept {
        return kind() == Payload::failure ? at("/error") : Value();
    }
    const mindee_delivery *get() const noexcept { return delivery_.get(); }

    // What is lent would outlive a delivery that nobody keeps: give it a name first.
    std::string_view inference_id() const && = delete;
    std::string_view bytes() const && = delete;
    Value value() const && = delete;
    Value at(std::string_view pointer) const && = delete;
    Value fields() const && = delete;
    Value problem() const && = delete;

  private:
    detail::Handle<mindee_delivery> delivery_;
};

// Webhooks without a client: is a delivery Mindee's, and what does it say. The option `largest` is
// the largest body to read, in bytes. The body is raw: not parsed and written again.
namespace webhook {

// Verifies a delivery and reads it.
inline Outcome<Delivery> try_unwrap(std::string_view body, const Headers &headers,
                                    const Secrets &secrets, const Options &options = {}) {
    if (options.error()) return *options.error();
    return detail::call<Delivery, mindee_delivery>(
        &mindee_webhook_unwrap, mindee_view(body.data(), body.size()), headers.get().data(),
        headers.get().size(), secrets.get().data(), secrets.get().size(), options.get());
}
inline Delivery unwrap(std::string_view body, const Headers &headers, const Secrets &secrets,
                       const Options &options = {}) {
    return try_unwrap(body, headers, secrets, options).value();
}

// Reads a delivery whose signature nobody has checked: anybody can have sent it.
inline Outcome<Delivery> try_unwrap_unsigned(std::string_view body, const Options &options = {}) {
    if (options.error()) return *options.error();
    return detail::call<Delivery, mindee_delivery>(&mindee_webhook_unwrap_unsigned,
                                                   mindee_view(body.data(), body.size()),
                                                   options.get());
}
inline Delivery unwrap_unsigned(std::string_view body, const Options &options = {}) {
    return try_unwrap_unsigned(body, options).value();
}

// The signature of a body, for tests of your own receiver: the value of `X-Signature`.
inline Outcome<std::string> try_sign(std::string_view body, std::string_view secret) {
    mindee_text *text = nullptr;
    mindee_error *error =
        mindee_webhook_sign(mindee_view(body.data(), body.size()), detail::in(secret), &text);
    const detail::Handle<mindee_text> owner = detail::own(text);
    if (error != nullptr) return Error(error);
    return std::string(detail::out(mindee_text_str(text)));
}
inline std::string sign(std::string_view body, std::string_view secret) {
    return try_sign(body, secret).value();
}

} // namespace webhook

// One product of a client.
class Product {
  public:
    Product(detail::Client client, mindee_product product) noexcept
        : client_(std::move(client)), product_(product) {}

    // Uploads a document, waits for its job and fetches the result, under one deadline.
    Result run(const Source &source, const Options &options, const Cancel *cancel = nullptr) const {
        return try_run(source, options, cancel).value();
    }
    Outcome<Result> try_run(const Source &source, const Options &options,
                            const Cancel *cancel = nullptr) const {
        return send<Result, mindee_result>(&mindee_run, source, options, cancel);
    }
    // Uploads a document and returns its job at once.
    Job enqueue(const Source &source, const Options &options, const Cancel *cancel = nullptr) const {
        return try_enqueue(source, options, cancel).value();
    }
    Outcome<Job> try_enqueue(const Source &source, const Options &options,
                             const Cancel *cancel = nullptr) const {
        return send<Job, mindee_job>(&mindee_enqueue, source, options, cancel);
    }
    // Fetches the result of a finished inference.
    Result result(std::string_view id, const Options &options = {},
                  const Cancel *cancel = nullptr) const {
        return try_result(id, options, cancel).value();
    }
    Outcome<Result> try_result(std::string_view id, const Options &options = {},
                               const Cancel *cancel = nullptr) const {
        if (options.error()) return *options.error();
        return detail::call<Result, mindee_result>(&mindee_result_get, client_.get(), product_,
                                                   detail::in(id), options.get(),
                                                   detail::switch_of(cancel));
    }

  private:
    template <typename T, typename Raw, typename Function>
    Outcome<T> send(Function function, const Source &source, const Options &options,
                    const Cancel *cancel) const {
        if (source.error()) return *source.error();
        if (options.error()) return *options.error();
        auto outcome = detail::call<T, Raw>(function, client_.get(), product_, source.get(),
                                            options.get(), detail::switch_of(cancel));
        const Error *failed = outcome.error();
        if (failed == nullptr || source.thrown() == nullptr) return outcome;
        return failed->caused_by(source.thrown());
    }
    detail::Client client_;
    mindee_product product_;
};

// Jobs of a client. Wherever an id is taken, a resume token is taken too.
class Jobs {
  public:
    explicit Jobs(detail::Client client) noexcept : client_(std::move(client)) {}

    // Asks once for a job.
    Job get(std::string_view id, const Options &options = {}, const Cancel *cancel = nullptr) const {
        return try_get(id, options, cancel).value();
    }
    Outcome<Job> try_get(std::string_view id, const Options &options = {},
                         const Cancel *cancel = nullptr) const {
        return ask<Job, mindee_job>(&mindee_job_get, id, options, cancel);
    }
    // Waits until a job is processed. A failed job is an error.
    Job wait(std::string_view id, const Options &options = {},
             const Cancel *cancel = nullptr) const {
        return try_wait(id, options, cancel).value();
    }
    Outcome<Job> try_wait(std::string_view id, const Options &options = {},
                          const Cancel *cancel = nullptr) const {
        return ask<Job, mindee_job>(&mindee_job_wait, id, options, cancel);
    }
    // Waits until a job is processed, and fetches its result, whatever the product.
    Result result(std::string_view id, const Options &options = {},
                  const Cancel *cancel = nullptr) const {
        return try_result(id, options, cancel).value();
    }
    Outcome<Result> try_result(std::string_view id, const Options &options = {},
                               const Cancel *cancel = nullptr) const {
        return ask<Result, mindee_result>(&mindee_job_result, id, options, cancel);
    }
    // Verifies a webhook's delivery, keeps it in the ledger, and ends the waits for its job; the
    // arguments are those of `webhook::unwrap`.
    Delivery deliver(std::string_view body, const Headers &headers, const Secrets &secrets,
                     const Options &options = {}) const {
        return try_deliver(body, headers, secrets, options).value();
    }
    Outcome<Delivery> try_deliver(std::string_view body, const Headers &headers,
                                  const Secrets &secrets, const Options &options = {}) const {
        if (options.error()) return *options.error();
        return detail::call<Delivery, mindee_delivery>(
            &mindee_job_deliver, client_.get(), mindee_view(body.data(), body.size()),
            headers.get().data(), headers.get().size(), secrets.get().data(),
            secrets.get().size(), options.get());
    }

  private:
    template <typename T, typename Raw, typename Function>
    Outcome<T> ask(Function function, std::string_view id, const Options &options,
                   const Cancel *cancel) const {
        if (options.error()) return *options.error();
        return detail::call<T, Raw>(function, client_.get(), detail::in(id), options.get(),
                                    detail::switch_of(cancel));
    }
    detail::Client client_;
};

// Pages of models, or portions of a ledger's results, each fetched when it is asked for.
class Pages {
  public:
    using Ask = mindee_error *(*)(const mindee_client *, const mindee_options *, mindee_result **);
    Pages(detail::Client client, Options options, Ask ask) noexcept
        : client_(std::move(client)), options_(std::move(options)), ask_(ask) {}

    // The next page; nothing after the last one.
    std::optional<Result> next() { return try_next().value(); }
    Outcome<std::optional<Result>> try_next() {
        using Page = std::optional<Result>;
        if (options_.error()) return *options_.error();
        if (!more_) return Page();
        auto page = detail::call<Result, mindee_result>(ask_, client_.get(), options_.get());
        if (!page) return *page.error();
        mindee_error *error = mindee_result_next(page.get()->get(), options_.get(), &more_);
        if (error != nullptr) return Error(error);
        return Page(*page.get());
    }

    // For a range-based loop over the pages, once.
    class Iterator {
      public:
        explicit Iterator(Pages *pages) : pages_(pages) {
            if (pages_ != nullptr) page_ = pages_->next();
        }
        const Result &operator*() const noexcept { return *page_; }
        Iterator &operator++() { return page_ = pages_->next(), *this; }
        bool operator!=(const Iterator &other) const noexcept {
            return page_.has_value() != other.page_.has_value();
        }

      private:
        Pages *pages_;
        std::optional<Result> page_;
    };
    Iterator begin() { return Iterator(this); }
    Iterator end() { return Iterator(nullptr); }

  private:
    detail::Client client_;
    Options options_;
    Ask ask_;
    bool more_ = true;
};

// Models of a client's organization.
class Models {
  public:
    explicit Models(detail::Client client) noexcept : client_(std::move(client)) {}

    // Pages of the models that match the options `name`, `model_type`, `page` and `per_page`.
    Pages search(Options options = {}) const {
        return Pages(client_, std::move(options),
                     [](const mindee_client *client, const mindee_options *given,
                        mindee_result **page) {
                         return mindee_models_search(client, given, nullptr, page);
                     });
    }

  private:
    detail::Client client_;
};

// The ledger of a client: a durable record of documents, jobs and results in one file. Without the
// client's option `ledger` each call fails.
class Ledger {
  public:
    explicit Ledger(detail::Client client) noexcept : client_(std::move(client)) {}

    // Every document that was not forgotten, as a list of objects with `key`, `state` and more.
    Result pending() const { return try_pending().value(); }
    Outcome<Result> try_pending() const {
        return detail::call<Result, mindee_result>(&mindee_ledger_pending, client_.get());
    }
    // Sends what was certainly not taken, waits for what has a job, leaves the unknown to you, and
    // lists all as `pending` does.
    Result resume(const Options &options = {}, const Cancel *cancel = nullptr) const {
        return try_resume(options, cancel).value();
    }
    Outcome<Result> try_resume(const Options &options = {}, const Cancel *cancel = nullptr) const {
        if (options.error()) return *options.error();
        return detail::call<Result, mindee_result>(&mindee_ledger_resume, client_.get(),
                                                   options.get(), detail::switch_of(cancel));
    }
    // Results that the ledger holds, oldest first, as lists of objects with `key`, `result` and
    // more, each read when it is asked for; the options `after` and `most` ask for a part of them.
    Pages collect(Options options = {}) const {
        return Pages(client_, std::move(options), &mindee_ledger_collect);
    }
    // Removes documents whose results are safe with you, by their keys; gives how many there were.
    std::size_t forget(const std::vector<std::int64_t> &keys) const {
        return try_forget(keys).value();
    }
    Outcome<std::size_t> try_forget(const std::vector<std::int64_t> &keys) const {
        std::size_t forgotten = 0;
        mindee_error *error =
            mindee_ledger_forget(client_.get(), keys.data(), keys.size(), &forgotten);
        if (error != nullptr) return Error(error);
        return forgotten;
    }

  private:
    detail::Client client_;
};

// A client of the Mindee V2 API. Copies share one pool of connections.
class Client {
  public:
    // What the options do not give comes from the environment, `MINDEE_V2_API_KEY` among it.
    explicit Client(const Options &options = {}) : Client(try_make(options).value()) {}
    static Outcome<Client> try_make(const Options &options = {}) {
        if (options.error()) return *options.error();
        return detail::call<Client, mindee_client>(&mindee_client_new, options.get());
    }
    explicit Client(mindee_client *client) : client_(detail::own(client)) {}

    // Fields by the model's data schema.
    Product extraction() const noexcept { return {client_, MINDEE_EXTRACTION}; }
    // Where one document ends and the next begins.
    Product split() const noexcept { return {client_, MINDEE_SPLIT}; }
    // Where the documents lie on a picture.
    Product crop() const noexcept { return {client_, MINDEE_CROP}; }
    // Which kind of document it is.
    Product classification() const noexcept { return {client_, MINDEE_CLASSIFICATION}; }
    // All words and their places.
    Product ocr() const noexcept { return {client_, MINDEE_OCR}; }
    Jobs jobs() const noexcept { return Jobs(client_); }
    Models models() const noexcept { return Models(client_); }
    Ledger ledger() const noexcept { return Ledger(client_); }
    // What the calls of this process wait for: jobs, and budget for requests.
    Result status() const { return try_status().value(); }
    Outcome<Result> try_status() const {
        return detail::call<Result, mindee_result>(&mindee_status, client_.get());
    }

  private:
    detail::Client client_;
};

} // namespace mindee

#endif // MINDEE_HPP
