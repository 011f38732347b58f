/* Webhooks beside the vectors: what a delivery holds, what an error hides, and waits that end. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "case.h"

static const char *secret = "canary-secret";

/* Signs a body as Mindee does; the text is what holds the header's value. */
static mindee_header signature_of(const char *body, mindee_text **text) {
    mindee_header header;
    CHECK_FINE(mindee_webhook_sign(mindee_view(body, strlen(body)), mindee_c(secret), text));
    header.name = mindee_c("x-signature");
    header.value = mindee_text_str(*text);
    return header;
}

static void a_result_and_a_failure_are_told_apart_and_read(void) {
    const char *result = "{\"inference\":{\"id\":\"a\",\"result\":{\"fields\":{\"n\":{\"value\":7}}}}}";
    const char *failure = "{\"inference_id\":\"b\",\"error\":{\"status\":500,\"code\":\"500-012\"}}";
    mindee_delivery *delivery = NULL;
    int64_t number = 0;
    CHECK_FINE(mindee_webhook_unwrap_unsigned(mindee_view(result, strlen(result)), NULL, &delivery));
    CHECK(mindee_delivery_kind(delivery) == MINDEE_PAYLOAD_RESULT);
    CHECK(same(mindee_delivery_inference_id(delivery), "a"));
    CHECK(mindee_value_integer(mindee_value_at(mindee_delivery_value(delivery),
                                               mindee_c("/inference/result/fields/n/value")),
                               &number));
    CHECK(number == 7 && mindee_delivery_bytes(delivery).length == strlen(result));
    mindee_delivery_free(&delivery);
    CHECK_FINE(
        mindee_webhook_unwrap_unsigned(mindee_view(failure, strlen(failure)), NULL, &delivery));
    CHECK(mindee_delivery_kind(delivery) == MINDEE_PAYLOAD_FAILURE);
    CHECK(same(mindee_value_text(mindee_value_at(mindee_delivery_value(delivery),
                                                 mindee_c("/error/code"))),
               "500-012"));
    CHECK(!mindee_delivery_first(delivery) && mindee_delivery_waits(delivery) == 0);
    mindee_delivery_free(&delivery);
    CHECK(delivery == NULL);
    mindee_delivery_free(&delivery);
    mindee_delivery_free(NULL);
}

static void neither_secret_nor_signature_nor_body_is_in_an_error(void) {
    const char *body = "{\"document\":\"canary\"}";
    char signature[65] = "";
    mindee_text *text = NULL;
    mindee_header header = signature_of("other", &text);
    mindee_str key = mindee_c(secret);
    mindee_delivery *delivery = NULL;
    mindee_error *error = mindee_webhook_unwrap(mindee_view(body, strlen(body)), &header, 1, &key,
                                                1, NULL, &delivery);
    CHECK(same(mindee_error_code(error), "webhook.signature_mismatch"));
    CHECK(mindee_error_category(error) == MINDEE_CATEGORY_WEBHOOK);
    CHECK(!holds(mindee_error_payload(error), "canary"));
    CHECK(!holds(mindee_error_text(error), "canary"));
    CHECK(header.value.length == sizeof signature - 1);
    memcpy(signature, header.value.data, sizeof signature - 1);
    CHECK(!holds(mindee_error_payload(error), signature));
    mindee_error_free(&error);
    mindee_text_free(&text);
}

static void a_header_of_any_bytes_does_not_stop_the_reading_of_the_others(void) {
    const char *body = "{\"inference_id\":\"a\"}";
    mindee_text *text = NULL;
    mindee_header headers[2];
    mindee_str keys[2];
    mindee_delivery *delivery = NULL;
    size_t which = 0;
    headers[0].name = mindee_c("X-Odd");
    headers[0].value = mindee_c("\xFF");
    headers[1] = signature_of(body, &text);
    keys[0] = mindee_c("an older one");
    keys[1] = mindee_c(secret);
    CHECK_FINE(mindee_webhook_unwrap(mindee_view(body, strlen(body)), headers, 2, keys, 2, NULL,
                                     &delivery));
    CHECK(mindee_delivery_secret(delivery, &which) && which == 1);
    mindee_delivery_free(&delivery);
    mindee_text_free(&text);
}

static void what_is_missing_is_told_by_name(void) {
    const char *body = "{}";
    mindee_bytes bytes = mindee_view(body, 2);
    mindee_header header = {{0}, {0}};
    mindee_str key = mindee_c(secret), none = MINDEE_NONE;
    mindee_delivery *delivery = NULL;
    mindee_text *text = NULL;
    CHECK_CODE(mindee_webhook_unwrap(bytes, NULL, 0, &key, 1, NULL, &delivery),
               "webhook.signature_missing");
    CHECK_CODE(mindee_webhook_unwrap(bytes, &header, 1, NULL, 0, NULL, &delivery),
               "webhook.secret_missing");
    CHECK_CODE(mindee_webhook_unwrap(bytes, &header, 1, &none, 1, NULL, &delivery),
               "webhook.secret_missing");
    CHECK_CODE(mindee_webhook_sign(bytes, none, &text), "webhook.secret_missing");
    CHECK_CODE(mindee_webhook_unwrap(bytes, &header, 1, &key, 1, NULL, NULL), "handle.null");
    CHECK_CODE(mindee_webhook_unwrap_unsigned(bytes, NULL, NULL), "handle.null");
    CHECK_CODE(mindee_webhook_sign(bytes, key, NULL), "handle.null");
    CHECK_CODE(mindee_job_deliver(NULL, bytes, &header, 1, &key, 1, NULL, &delivery),
               "handle.null");
    CHECK(mindee_delivery_kind(NULL) == MINDEE_PAYLOAD_NONE && delivery == NULL);
}

static mindee_client *client;
static char job_id[64];

static void *wait_for_the_job(void *unused) {
    mindee_result *result = NULL;
    (void)unused;
    CHECK_FINE(mindee_job_result(client, mindee_c(job_id), NULL, NULL, &result));
    return result;
}

static void a_delivery_ends_the_wait_for_its_job(void) {
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_job *job = NULL;
    mindee_text *text = NULL;
    mindee_delivery *delivery = NULL;
    mindee_header header;
    mindee_str key = mindee_c(secret);
    struct timespec moment = {0, 10 * 1000 * 1000};
    char body[256];
    pthread_t thread;
    void *result;
    size_t waits = 0;
    client = new_client();
    CHECK_FINE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job));
    CHECK(mindee_job_id(job).length < sizeof job_id);
    memcpy(job_id, mindee_job_id(job).data, mindee_job_id(job).length);
    sprintf(body, "{\"inference\":{\"id\":\"%s\",\"result\":{\"fields\":{}}}}", job_id);
    header = signature_of(body, &text);
    CHECK(pthread_create(&thread, NULL, wait_for_the_job, NULL) == 0);
    /* Until the other thread waits there is nothing to end. */
    while (waits == 0) {
        CHECK_FINE(mindee_job_deliver(client, mindee_view(body, strlen(body)), &header, 1, &key, 1,
                                      NULL, &delivery));
        waits = mindee_delivery_waits(delivery);
        mindee_delivery_free(&delivery);
        nanosleep(&moment, NULL);
    }
    pthread_join(thread, &result);
    CHECK(waits == 1);
    CHECK(mindee_result_bytes((mindee_result *)result).length == strlen(body));
    /* It has been heard of before. */
    CHECK_FINE(mindee_job_deliver(client, mindee_view(body, strlen(body)), &header, 1, &key, 1, NULL,
                                  &delivery));
    CHECK(!mindee_delivery_first(delivery));
    mindee_delivery_free(&delivery);
    mindee_result_free((mindee_result **)&result);
    mindee_text_free(&text);
    mindee_job_free(&job);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(a_result_and_a_failure_are_told_apart_and_read),
        CASE(neither_secret_nor_signature_nor_body_is_in_an_error),
        CASE(a_header_of_any_bytes_does_not_stop_the_reading_of_the_others),
        CASE(what_is_missing_is_told_by_name),
        CASE(a_delivery_ends_the_wait_for_its_job),
    };
    return RUN(cases);
}
