/* Local files made ready: no client is needed. */
#include "case.h"

static mindee_source *the_invoice(void) {
    mindee_source *source = NULL;
    CHECK_FINE(mindee_source_path(mindee_c(getenv("DOCUMENT")), &source));
    return source;
}

static mindee_options *pages(const char *given) {
    mindee_options *options = NULL;
    CHECK_FINE(mindee_options_new(&options));
    CHECK_FINE(mindee_options_set(options, mindee_c("pages"), mindee_c(given)));
    return options;
}

static int64_t count_of(const mindee_documents *documents) {
    int64_t count = -1;
    const mindee_value *value = mindee_documents_value(documents);
    CHECK(mindee_value_integer(mindee_value_at(value, mindee_c("/pages")), &count));
    return count;
}

static void a_file_is_told_without_being_decoded(void) {
    mindee_source *source = the_invoice();
    mindee_documents *found = NULL;
    CHECK_FINE(mindee_document_inspect(source, NULL, &found));
    CHECK(count_of(found) == 1);
    CHECK(mindee_documents_count(found) == 0);
    CHECK(mindee_documents_at(found, 0).content.data == NULL);
    mindee_documents_free(&found);
    CHECK(found == NULL);
    CHECK_FINE(mindee_document_preflight(source, NULL, &found));
    bool passes = false;
    const mindee_value *value = mindee_documents_value(found);
    CHECK(mindee_value_boolean(mindee_value_at(value, mindee_c("/passes")), &passes) && passes);
    mindee_documents_free(&found);
    mindee_source_free(&source);
}

static void a_made_file_outlives_what_it_was_made_of(void) {
    mindee_source *source = the_invoice(), *made = NULL;
    mindee_options *twice = pages("0,-1");
    mindee_documents *kept = NULL, *found = NULL;
    CHECK_FINE(mindee_document_keep_pages(source, twice, &kept));
    CHECK(mindee_documents_count(kept) == 1);
    CHECK(same(mindee_documents_at(kept, 0).filename, "invoice.pdf"));
    CHECK(same(mindee_documents_at(kept, 0).media_type, "application/pdf"));
    CHECK(memcmp(mindee_documents_at(kept, 0).content.data, "%PDF-", 5) == 0);
    CHECK_FINE(mindee_documents_source(kept, 0, &made));
    mindee_source_free(&source);
    mindee_documents_free(&kept);
    CHECK_FINE(mindee_document_inspect(made, NULL, &found));
    CHECK(count_of(found) == 2);
    mindee_documents_free(&found);
    mindee_source_free(&made);
    mindee_options_free(&twice);
}

static void what_cannot_be_done_is_told(void) {
    mindee_source *source = the_invoice(), *made = NULL;
    mindee_options *beyond = pages("7"), *first = pages("0");
    mindee_documents *none = NULL;
    CHECK_CODE(mindee_document_keep_pages(source, beyond, &none), "document.page_out_of_range");
    CHECK_CODE(mindee_document_remove_pages(source, first, &none), "document.no_pages_left");
    CHECK_CODE(mindee_document_keep_pages(source, NULL, &none), "option.missing");
    CHECK_CODE(mindee_document_shrink(source, first, &none), "option.unknown");
    CHECK_CODE(mindee_document_cut(source, NULL, &none), "option.missing");
    CHECK_CODE(mindee_document_repair(NULL, NULL, &none), "handle.null");
    CHECK_CODE(mindee_documents_source(NULL, 0, &made), "handle.null");
    CHECK(none == NULL && made == NULL);
    mindee_options_free(&first);
    mindee_options_free(&beyond);
    mindee_source_free(&source);
}

static void a_sound_file_is_not_touched(void) {
    mindee_source *source = the_invoice();
    mindee_documents *repaired = NULL, *shrunk = NULL;
    bool smaller = true;
    CHECK_FINE(mindee_document_repair(source, NULL, &repaired));
    CHECK(mindee_value_count(mindee_value_at(mindee_documents_value(repaired),
                                             mindee_c("/mended"))) == 0);
    CHECK_FINE(mindee_document_shrink(source, NULL, &shrunk));
    CHECK(mindee_value_boolean(mindee_value_at(mindee_documents_value(shrunk), mindee_c("/smaller")),
                               &smaller));
    CHECK(mindee_documents_at(shrunk, 0).content.length <=
          mindee_documents_at(repaired, 0).content.length);
    mindee_documents_free(&shrunk);
    mindee_documents_free(&repaired);
    mindee_source_free(&source);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(a_file_is_told_without_being_decoded),
        CASE(a_made_file_outlives_what_it_was_made_of),
        CASE(what_cannot_be_done_is_told),
        CASE(a_sound_file_is_not_touched),
    };
    return RUN(cases);
}
