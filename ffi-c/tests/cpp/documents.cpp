// Local files made ready: no client is needed.
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

int main(int count, char **arguments) {
    return run_case({CASE(pages_are_kept_and_sent_on), CASE(what_cannot_be_done_is_thrown)}, count,
                    arguments);
}
