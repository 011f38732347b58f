// Streams and functions as documents.
#include <fstream>
#include <sstream>

#include "case.hpp"

static std::string content() {
    std::ifstream file(document(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The test that starts this compares what has arrived.
static void a_reader_arrives_whole() {
    const mindee::Client client;
    const auto name = [&](const mindee::Source &source) {
        const auto result = client.extraction().run(source, quick());
        return std::string(*result.at("/inference/file/name").text());
    };
    name(document());
    std::ifstream file(document(), std::ios::binary);
    CHECK(name(mindee::Source::stream(std::move(file), "file.pdf")) == "file.pdf");
    const std::string all = content();
    std::size_t at = 0;
    const auto read = [&](char *buffer, std::size_t capacity) {
        const std::size_t length = all.copy(buffer, std::min<std::size_t>(capacity, 1000), at);
        at += length;
        return length;
    };
    CHECK(name(mindee::Source::reader(read, "made.pdf", all.size())) == "made.pdf");
    std::istringstream text(all);
    text.exceptions(std::ios::failbit | std::ios::badbit);
    CHECK(name(mindee::Source::stream(std::move(text))) == "document.pdf");
}

static void a_stream_can_be_sent_once() {
    const mindee::Client client;
    const auto source = mindee::Source::stream(std::istringstream(content()));
    client.extraction().enqueue(source, quick());
    const auto outcome = client.extraction().try_enqueue(source, quick());
    CHECK(outcome.error()->code() == "source.spent");
    CHECK(outcome.error()->cause() == nullptr);
}

struct Torn {
    int place;
};

static void what_a_function_throws_is_the_cause_of_the_error() {
    const mindee::Client client;
    const auto source = mindee::Source::reader(
        [](char *, std::size_t) -> std::size_t { throw Torn{7}; });
    const auto outcome = client.extraction().try_run(source, quick());
    CHECK(outcome.error()->code() == "source.unreadable");
    try {
        std::rethrow_exception(outcome.error()->cause());
    } catch (const Torn &torn) {
        CHECK(torn.place == 7);
        return;
    }
    CHECK(!"nothing was thrown");
}

static void a_stream_that_is_not_open_is_told() {
    const mindee::Client client;
    try {
        client.extraction().run(mindee::Source::stream(std::ifstream("no-such-file.pdf")), quick());
    } catch (const mindee::Error &error) {
        CHECK(error.code() == "source.unreadable" && error.cause() != nullptr);
        return;
    }
    CHECK(!"nothing was thrown");
}

static void what_a_function_holds_is_let_go_of() {
    const auto held = std::make_shared<int>(0);
    mindee::Source::reader([held](char *, std::size_t) -> std::size_t { return 0; });
    CHECK(held.use_count() == 1);
    const auto refused = mindee::Source::reader(
        [held](char *, std::size_t) -> std::size_t { return 0; }, "\xFF.pdf");
    CHECK(refused.error()->code() == "text.not_utf8");
    CHECK(held.use_count() == 1);
}

int main(int count, char **arguments) {
    return run_case({CASE(a_reader_arrives_whole), CASE(a_stream_can_be_sent_once),
                     CASE(what_a_function_throws_is_the_cause_of_the_error),
                     CASE(a_stream_that_is_not_open_is_told),
                     CASE(what_a_function_holds_is_let_go_of)},
                    count, arguments);
}
