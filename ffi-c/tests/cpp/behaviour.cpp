// What C++ adds to the C interface: ownership, exceptions, outcomes, ranges.
#include <fstream>

#include "case.hpp"

static void a_failed_call_throws_its_error() {
    const mindee::Client client;
    try {
        client.extraction().run("no-such-file.pdf", quick());
    } catch (const mindee::Error &error) {
        const mindee::Error copy = error;
        CHECK(copy.category() == mindee::Category::usage);
        CHECK(copy.code() == "source.not_found");
        CHECK(std::string_view(copy.what()).find(copy.hint()) != std::string_view::npos);
        CHECK(copy.payload().front() == '{' && copy.payload().back() == '}');
        CHECK(!copy.job_id() && !copy.resume_token() && !copy.http_status() && !copy.body());
        return;
    }
    CHECK(!"nothing was thrown");
}

static void the_twin_without_exceptions_returns_the_error() {
    const auto client = mindee::Client::try_make();
    CHECK(client.ok());
    const auto outcome = client.value().extraction().try_run("no-such-file.pdf", quick());
    CHECK(!outcome && outcome.get() == nullptr);
    CHECK(outcome.error()->code() == "source.not_found");
    const auto refused = mindee::Client::try_make({{"base_url", "http://example.com"}});
    CHECK(refused.error()->code() == "base_url.insecure");
}

static void wrong_text_is_told_by_the_call_that_uses_it() {
    const mindee::Client client;
    const auto source = client.ocr().try_run(mindee::Source::path("\xFF.pdf"), {});
    CHECK(source.error()->code() == "source.path_not_utf8");
    const auto options = client.ocr().try_run(document(), {{"alias", "\xFF"}});
    CHECK(options.error()->code() == "text.not_utf8");
    const auto made = mindee::Client::try_make({{"proxy", "\xFF"}});
    CHECK(made.error()->code() == "text.not_utf8");
}

static void a_result_is_read_by_name_by_index_and_by_pointer() {
    const mindee::Client client;
    const auto result = client.extraction().run(document(), quick());
    const auto fields = result.fields();
    std::size_t count = 0;
    for (const auto field : fields) {
        CHECK(field.kind() == mindee::Kind::object);
        ++count;
    }
    CHECK(count == fields.size() && count > 0);
    CHECK(fields[std::string(fields.key(0))].json() == fields[0].json());
    CHECK(fields["no"]["such"][7]["field"].missing());
    CHECK(result.at("/inference/file/name").text() == "invoice.pdf");
    CHECK(result.at("/inference/file/page_count").integer() >= 1);
    CHECK(!result.at("/inference/file/name").integer());
    CHECK(result.bytes().find("\"inference\"") != std::string_view::npos);
}

static void moved_bytes_are_sent_and_copied_nowhere() {
    const mindee::Client client;
    std::ifstream file(document(), std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto copied = mindee::Source::bytes(content, "copied.pdf");
    const auto moved = mindee::Source::moved(std::move(content), "moved.pdf");
    const auto name = [&](const mindee::Source &source) {
        const auto result = client.extraction().run(source, quick());
        return std::string(*result.at("/inference/file/name").text());
    };
    CHECK(name(copied) == "copied.pdf");
    CHECK(name(moved) == "moved.pdf");
}

static void a_job_is_taken_up_again_by_its_token() {
    std::string token;
    {
        const mindee::Client client;
        const auto job = client.extraction().enqueue(document(), quick());
        CHECK(job.status() == "Processing" && job.id().size() == 36);
        token = job.resume_token();
    }
    const mindee::Client client;
    const auto job = client.jobs().wait(token, {{"first_poll", "0.02"}});
    CHECK(job.status() == "Processed");
    CHECK(client.jobs().get(token).at("/job/id").text() == job.id());
    const auto result = client.jobs().result(token);
    const auto again = client.extraction().result(job.id());
    CHECK(result.bytes() == again.bytes());
}

static void pages_of_models_are_iterated() {
    const mindee::Client client;
    std::size_t pages = 0, models = 0;
    for (const auto &page : client.models().search({{"per_page", "2"}})) {
        ++pages;
        models += page.at("/models").size();
    }
    CHECK(models >= 5 && pages >= 3);
    auto search = client.models().search({{"page", "many"}});
    CHECK(search.try_next().error()->category() == mindee::Category::usage);
}

int main(int count, char **arguments) {
    return run_case({CASE(a_failed_call_throws_its_error),
                     CASE(the_twin_without_exceptions_returns_the_error),
                     CASE(wrong_text_is_told_by_the_call_that_uses_it),
                     CASE(a_result_is_read_by_name_by_index_and_by_pointer),
                     CASE(moved_bytes_are_sent_and_copied_nowhere),
                     CASE(a_job_is_taken_up_again_by_its_token), CASE(pages_of_models_are_iterated)},
                    count, arguments);
}
