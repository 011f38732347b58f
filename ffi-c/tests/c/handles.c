/* Handles: NULL, freeing, and what stays usable for how long. */
#include "case.h"

static void a_null_client_is_an_error(void) {
    mindee_source *source = new_source();
    mindee_result *result = NULL;
    mindee_job *job = NULL;
    CHECK_CODE(mindee_run(NULL, MINDEE_OCR, source, NULL, NULL, &result), "handle.null");
    CHECK_CODE(mindee_enqueue(NULL, MINDEE_OCR, source, NULL, NULL, &job), "handle.null");
    CHECK_CODE(mindee_job_get(NULL, mindee_c("a"), NULL, NULL, &job), "handle.null");
    CHECK_CODE(mindee_job_wait(NULL, mindee_c("a"), NULL, NULL, &job), "handle.null");
    CHECK_CODE(mindee_job_result(NULL, mindee_c("a"), NULL, NULL, &result), "handle.null");
    CHECK_CODE(mindee_models_search(NULL, NULL, NULL, &result), "handle.null");
    CHECK_CODE(mindee_cancel_cancel(NULL), "handle.null");
    CHECK_CODE(mindee_options_set(NULL, mindee_c("a"), mindee_c("b")), "handle.null");
    mindee_source_free(&source);
}

static void a_null_place_for_the_answer_is_an_error(void) {
    mindee_client *client = new_client();
    mindee_source *source = new_source();
    CHECK_CODE(mindee_client_new(NULL, NULL), "handle.null");
    CHECK_CODE(mindee_options_new(NULL), "handle.null");
    CHECK_CODE(mindee_cancel_new(NULL), "handle.null");
    CHECK_CODE(mindee_source_text(mindee_c("a.pdf"), NULL), "handle.null");
    CHECK_CODE(mindee_run(client, MINDEE_OCR, source, NULL, NULL, NULL), "handle.null");
    CHECK_CODE(mindee_result_next(NULL, NULL, NULL), "handle.null");
    mindee_source_free(&source);
    mindee_client_free(&client);
}

static void what_is_null_and_not_a_handle_to_act_on_is_not_given(void) {
    mindee_client *client = new_client();
    mindee_result *result = NULL;
    mindee_options *options = new_options();
    CHECK_CODE(mindee_run(client, MINDEE_EXTRACTION, NULL, options, NULL, &result),
               "source.missing");
    CHECK_CODE(mindee_job_result(client, MINDEE_NONE, NULL, NULL, &result), "option.missing");
    mindee_options_free(&options);
    mindee_client_free(&client);
}

static void freeing_twice_is_fine(void) {
    mindee_client *client = new_client();
    mindee_error *error = mindee_client_new(NULL, NULL);
    mindee_client_free(&client);
    CHECK(client == NULL);
    mindee_client_free(&client);
    mindee_client_free(NULL);
    mindee_error_free(&error);
    CHECK(error == NULL);
    mindee_error_free(&error);
    mindee_error_free(NULL);
    mindee_options_free(NULL);
    mindee_source_free(NULL);
    mindee_cancel_free(NULL);
    mindee_job_free(NULL);
    mindee_result_free(NULL);
    mindee_text_free(NULL);
}

static void the_place_for_the_answer_is_nulled_first(void) {
    mindee_result *result;
    mindee_error *error;
    /* Whatever stood there before, it is neither read nor freed. */
    memset(&result, 0xAB, sizeof result);
    error = mindee_run(NULL, MINDEE_OCR, NULL, NULL, NULL, &result);
    CHECK(error != NULL && result == NULL);
    mindee_error_free(&error);
}

static void reading_from_null_gives_nothing(void) {
    bool boolean = true;
    int64_t integer = 1;
    double number = 1;
    CHECK(mindee_error_category(NULL) == MINDEE_CATEGORY_NONE);
    CHECK(mindee_error_text(NULL).data == NULL);
    CHECK(mindee_error_http_status(NULL) == 0);
    CHECK(mindee_error_body(NULL).data == NULL);
    CHECK(mindee_job_id(NULL).data == NULL);
    CHECK(mindee_result_bytes(NULL).data == NULL);
    CHECK(mindee_result_value(NULL) == NULL);
    CHECK(mindee_value_kind(NULL) == MINDEE_MISSING);
    CHECK(mindee_value_at(NULL, mindee_c("/a")) == NULL);
    CHECK(mindee_value_count(NULL) == 0);
    CHECK(!mindee_value_boolean(NULL, &boolean) && !boolean);
    CHECK(!mindee_value_integer(NULL, &integer) && integer == 0);
    CHECK(!mindee_value_number(NULL, &number) && !(number > 0));
    CHECK(!mindee_value_integer(NULL, NULL));
}

static void a_number_that_is_no_product_is_an_error(void) {
    mindee_client *client = new_client();
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_result *result = NULL;
    CHECK_CODE(mindee_run(client, (mindee_product)0, source, options, NULL, &result),
               "option.invalid");
    CHECK_CODE(mindee_run(client, (mindee_product)99, source, options, NULL, &result),
               "option.invalid");
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
}

static void a_source_may_be_sent_again_and_a_result_outlives_its_client(void) {
    mindee_client *client = new_client();
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_result *first = NULL, *second = NULL;
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &first));
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &second));
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
    CHECK(mindee_result_bytes(first).length > 100);
    CHECK(mindee_value_kind(mindee_result_value(second)) == MINDEE_OBJECT);
    mindee_result_free(&first);
    mindee_result_free(&second);
}

static void a_job_is_taken_up_again_by_its_token(void) {
    mindee_client *client = new_client(), *other = new_client();
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_job *job = NULL, *done = NULL;
    mindee_result *result = NULL;
    CHECK_FINE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job));
    CHECK(same(mindee_job_status(job), "Processing"));
    CHECK_FINE(mindee_job_wait(other, mindee_job_resume_token(job), NULL, NULL, &done));
    CHECK(same(mindee_job_status(done), "Processed"));
    CHECK(mindee_job_id(done).length == 36);
    CHECK(mindee_value_kind(mindee_value_at(mindee_job_value(done), mindee_c("/job/alias"))) !=
          MINDEE_TEXT);
    CHECK_FINE(mindee_job_result(other, mindee_job_resume_token(job), NULL, NULL, &result));
    mindee_result_free(&result);
    CHECK_FINE(mindee_result_get(other, MINDEE_EXTRACTION, mindee_job_id(job), NULL, NULL, &result));
    mindee_result_free(&result);
    mindee_job_free(&done);
    mindee_job_free(&job);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&other);
    mindee_client_free(&client);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(a_null_client_is_an_error),
        CASE(a_null_place_for_the_answer_is_an_error),
        CASE(what_is_null_and_not_a_handle_to_act_on_is_not_given),
        CASE(freeing_twice_is_fine),
        CASE(the_place_for_the_answer_is_nulled_first),
        CASE(reading_from_null_gives_nothing),
        CASE(a_number_that_is_no_product_is_an_error),
        CASE(a_source_may_be_sent_again_and_a_result_outlives_its_client),
        CASE(a_job_is_taken_up_again_by_its_token),
    };
    return RUN(cases);
}
