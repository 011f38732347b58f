/* Threads that share handles, and calls that another thread ends. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "case.h"

enum { THREADS = 8, ROUNDS = 3, TRIES = 5 };

static mindee_client *client;
static mindee_source *source;
static mindee_options *options;
static mindee_cancel *cancel;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void rest(double seconds) {
    struct timespec time;
    time.tv_sec = (time_t)seconds;
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    nanosleep(&time, NULL);
}

static void *run_some(void *unused) {
    int round;
    (void)unused;
    for (round = 0; round < ROUNDS; round++) {
        mindee_result *result = NULL;
        CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
        mindee_result_free(&result);
    }
    return NULL;
}

static void threads_share_one_client_one_source_and_one_set_of_options(void) {
    pthread_t threads[THREADS];
    size_t at;
    for (at = 0; at < THREADS; at++)
        CHECK(pthread_create(&threads[at], NULL, run_some, NULL) == 0);
    for (at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
}

static void *run_until_cancelled(void *unused) {
    mindee_result *result = NULL;
    (void)unused;
    return mindee_run(client, MINDEE_EXTRACTION, source, options, cancel, &result);
}

static double ended_after(void) {
    pthread_t thread;
    void *error;
    double start, took;
    CHECK(pthread_create(&thread, NULL, run_until_cancelled, NULL) == 0);
    rest(0.5);
    start = now();
    CHECK_FINE(mindee_cancel_cancel(cancel));
    pthread_join(thread, &error);
    took = now() - start;
    CHECK(mindee_error_category((mindee_error *)error) == MINDEE_CATEGORY_CANCELLED);
    /* The document was taken: the error tells how to go on. */
    CHECK(mindee_error_resume_token((mindee_error *)error).data != NULL);
    CHECK(mindee_error_maybe_billed((mindee_error *)error));
    mindee_error_free((mindee_error **)&error);
    mindee_cancel_free(&cancel);
    CHECK_FINE(mindee_cancel_new(&cancel));
    return took;
}

/* Several tries: a machine that is busy elsewhere may take its time once, not each time. */
static void another_thread_ends_a_call_within_100_ms(void) {
    double fastest = 60;
    int tries;
    for (tries = 0; tries < TRIES; tries++) {
        double took = ended_after();
        CHECK(took < 2);
        fastest = took < fastest ? took : fastest;
    }
    CHECK(fastest < 0.1);
}

static void a_switch_thrown_before_ends_a_call_before_anything_is_sent(void) {
    mindee_result *result = NULL;
    mindee_error *error;
    double start = now();
    CHECK_FINE(mindee_cancel_cancel(cancel));
    error = mindee_run(client, MINDEE_EXTRACTION, source, options, cancel, &result);
    CHECK(now() - start < 2);
    CHECK(mindee_error_category(error) == MINDEE_CATEGORY_CANCELLED);
    CHECK(!mindee_error_maybe_billed(error));
    mindee_error_free(&error);
}

static int released;

static void release(void *context) {
    CHECK(context == &released);
    released++;
}

static void lent_bytes_are_released_once_and_not_before_the_call_has_ended(void) {
    static char content[1 << 16];
    mindee_source *lent = NULL;
    mindee_result *result = NULL;
    FILE *file = fopen(getenv("DOCUMENT"), "rb");
    size_t length;
    int tries;
    CHECK(file != NULL);
    length = fread(content, 1, sizeof content, file);
    fclose(file);
    CHECK_FINE(mindee_source_lent(mindee_view(content, length), mindee_c("lent.pdf"), release,
                                  &released, &lent));
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, lent, options, NULL, &result));
    CHECK(released == 0);
    CHECK(same(mindee_value_text(mindee_value_at(mindee_result_value(result),
                                                 mindee_c("/inference/file/name"))),
               "lent.pdf"));
    mindee_source_free(&lent);
    /* A connection may hold its last piece for a moment. */
    for (tries = 0; released == 0 && tries < 100; tries++) rest(0.02);
    CHECK(released == 1);
    mindee_result_free(&result);
}

static void lent_bytes_are_released_if_no_source_is_made_of_them(void) {
    mindee_source *lent = NULL;
    CHECK_CODE(mindee_source_lent(mindee_view("a", 1), MINDEE_NONE, release, &released, NULL),
               "handle.null");
    CHECK(released == 1);
    CHECK_CODE(mindee_source_lent(mindee_view("a", 1), mindee_c("\xFF"), release, &released, &lent),
               "text.not_utf8");
    CHECK(released == 2);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(threads_share_one_client_one_source_and_one_set_of_options),
        CASE(another_thread_ends_a_call_within_100_ms),
        CASE(a_switch_thrown_before_ends_a_call_before_anything_is_sent),
        CASE(lent_bytes_are_released_once_and_not_before_the_call_has_ended),
        CASE(lent_bytes_are_released_if_no_source_is_made_of_them),
    };
    int status;
    if (count < 2) return RUN(cases);
    client = new_client();
    source = new_source();
    options = new_options();
    CHECK_FINE(mindee_cancel_new(&cancel));
    status = RUN(cases);
    mindee_cancel_free(&cancel);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
    return status;
}
