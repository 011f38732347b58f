/* Text and options in, versions and errors out. */
#include "case.h"

static mindee_str raw(const char *text, size_t length) {
    mindee_str view = {text, length};
    return view;
}

static void text_that_is_not_utf8_is_an_error(void) {
    mindee_options *options = new_options();
    mindee_source *source = NULL;
    CHECK_CODE(mindee_options_set(options, mindee_c("alias"), mindee_c("\xFF")), "text.not_utf8");
    CHECK_CODE(mindee_options_set(options, mindee_c("\xC3"), mindee_c("a")), "text.not_utf8");
    CHECK_CODE(mindee_source_url(mindee_c("https://\xFF"), &source), "text.not_utf8");
    CHECK(source == NULL);
    mindee_options_free(&options);
}

static void text_with_a_nul_is_an_error(void) {
    mindee_options *options = new_options();
    mindee_source *source = NULL;
    CHECK_CODE(mindee_options_set(options, mindee_c("alias"), raw("a\0b", 3)), "text.not_utf8");
    CHECK_CODE(mindee_source_path(raw("a\0b", 3), &source), "text.not_utf8");
    mindee_options_free(&options);
}

static void a_path_that_is_not_utf8_is_an_error_of_its_own(void) {
    mindee_source *source = NULL;
    CHECK_CODE(mindee_source_path(mindee_c("/tmp/\xFF.pdf"), &source), "source.path_not_utf8");
    CHECK_CODE(mindee_source_text(mindee_c("/tmp/\xFF.pdf"), &source), "source.path_not_utf8");
}

static void text_need_not_end_with_a_nul(void) {
    mindee_options *options = new_options();
    mindee_client *client = new_client();
    mindee_source *source = new_source();
    mindee_job *job = NULL;
    const char *alias = "order-77 and more";
    CHECK_FINE(mindee_options_set(options, raw("aliasing", 5), raw(alias, 8)));
    CHECK_FINE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job));
    CHECK(same(mindee_value_text(mindee_value_at(mindee_job_value(job), mindee_c("/job/alias"))),
               "order-77"));
    mindee_job_free(&job);
    mindee_source_free(&source);
    mindee_client_free(&client);
    mindee_options_free(&options);
}

static void a_null_value_takes_an_option_back(void) {
    mindee_options *options = new_options();
    mindee_client *client = NULL;
    CHECK_FINE(mindee_options_set(options, mindee_c("model_id"), MINDEE_NONE));
    CHECK_FINE(mindee_options_set(options, mindee_c("first_poll"), MINDEE_NONE));
    CHECK_FINE(mindee_options_set(options, mindee_c("poll_interval"), MINDEE_NONE));
    CHECK_FINE(mindee_options_set(options, mindee_c("routes"), mindee_c("nowhere")));
    CHECK_CODE(mindee_client_new(options, &client), "option.invalid");
    CHECK_FINE(mindee_options_set(options, mindee_c("routes"), MINDEE_NONE));
    CHECK_FINE(mindee_client_new(options, &client));
    mindee_client_free(&client);
    mindee_options_free(&options);
}

static void an_unknown_option_is_told_with_the_nearest_name(void) {
    mindee_options *options = new_options();
    mindee_client *client = new_client();
    mindee_source *source = new_source();
    mindee_job *job = NULL;
    mindee_error *error;
    CHECK_FINE(mindee_options_set(options, mindee_c("raw_txt"), mindee_c("true")));
    error = mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job);
    CHECK(mindee_error_category(error) == MINDEE_CATEGORY_USAGE);
    CHECK(same(mindee_error_code(error), "option.unknown"));
    CHECK(holds(mindee_error_message(error), "`raw_text`"));
    CHECK(holds(mindee_error_text(error), "[option.unknown]"));
    CHECK(holds(mindee_error_payload(error), "\"code\":\"option.unknown\""));
    CHECK(mindee_error_hint(error).length > 0);
    CHECK(!mindee_error_retryable(error) && !mindee_error_maybe_billed(error));
    CHECK(mindee_error_job_id(error).data == NULL && mindee_error_http_status(error) == 0);
    mindee_error_free(&error);
    mindee_source_free(&source);
    mindee_client_free(&client);
    mindee_options_free(&options);
}

static void an_error_never_shows_the_key(void) {
    const char *keys[] = {"canary-0123456789 space", "Bearer canary-0123456789",
                          "canary-0123456789\n\xC3\xA9", "canary-0123456789"};
    size_t at;
    for (at = 0; at < sizeof keys / sizeof keys[0]; at++) {
        mindee_options *options = NULL;
        mindee_client *client = NULL;
        mindee_job *job = NULL;
        mindee_error *error;
        CHECK_FINE(mindee_options_new(&options));
        CHECK_FINE(mindee_options_set(options, mindee_c("api_key"), mindee_c(keys[at])));
        error = mindee_client_new(options, &client);
        if (error == NULL) error = mindee_job_get(client, mindee_c("a"), NULL, NULL, &job);
        CHECK(error != NULL);
        CHECK(!holds(mindee_error_payload(error), "canary"));
        CHECK(!holds(mindee_error_text(error), "canary"));
        mindee_error_free(&error);
        mindee_client_free(&client);
        mindee_options_free(&options);
    }
}

static void the_library_is_the_one_that_the_header_belongs_to(void) {
    char version[32];
    CHECK(same(mindee_version(), MINDEE_VERSION));
    CHECK(mindee_abi_version() == MINDEE_ABI_VERSION);
    sprintf(version, "%d.%d.%d", MINDEE_VERSION_MAJOR, MINDEE_VERSION_MINOR, MINDEE_VERSION_PATCH);
    CHECK(same(mindee_version(), version));
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(text_that_is_not_utf8_is_an_error),
        CASE(text_with_a_nul_is_an_error),
        CASE(a_path_that_is_not_utf8_is_an_error_of_its_own),
        CASE(text_need_not_end_with_a_nul),
        CASE(a_null_value_takes_an_option_back),
        CASE(an_unknown_option_is_told_with_the_nearest_name),
        CASE(an_error_never_shows_the_key),
        CASE(the_library_is_the_one_that_the_header_belongs_to),
    };
    return RUN(cases);
}
