// Local files made ready: no client is needed.
#include <fstream>
#include <iterator>

#include "case.hpp"

static mindee::Source invoice() { return mindee::Source::path(std::getenv("DOCUMENT")); }

static void pages_are_kept_and_sent_on() {
    const auto kept = mindee::document::keep_pages(invoice(), {{"pages", "0,0"}});
    CHECK(kept.size() == 1 && kept.filename() == "invoice.pdf");
    CHECK(kept.media_type() == "application/pdf" && kept.content().substr(0, 5) == "%PDF-");
    const auto found = mindee::document::inspect(kept.source());
    CHECK(found.at("/pages").integer() == 2);
}

static void what_cannot_be_done_is_thrown() {
    try {
        mindee::document::remove_pages(invoice(), {{"pages", "0"}});
    } catch (const mindee::Error &error) {
        CHECK(error.code() == "document.no_pages_left");
        return;
    }
    CHECK(!"nothing was thrown");
}

static void what_is_warned_of_stands_beside_result_and_job() {
    std::ifstream file(document(), std::ios::binary);
    const auto damaged = "junk\n" + std::string(std::istreambuf_iterator<char>(file), {});
    auto asked = quick();
    asked.set("preflight", "warn");
    const mindee::Client client;
    const auto result = client.extraction().run(mindee::Source::bytes(damaged, "a.pdf"), asked);
    CHECK(result.warnings().size() == 1 && result.warnings()[0]["code"].text() == "damaged");
    const auto job = client.extraction().enqueue(mindee::Source::bytes(damaged, "a.pdf"), asked);
    CHECK(job.warnings().size() == 1 && job.warnings()[0]["severity"].text() == "doubtful");
    const auto sound = client.extraction().run(invoice(), asked);
    CHECK(sound.warnings().missing());
}

int main(int count, char **arguments) {
    return run_case({CASE(pages_are_kept_and_sent_on), CASE(what_cannot_be_done_is_thrown),
                     CASE(what_is_warned_of_stands_beside_result_and_job)},
                    count, arguments);
}
