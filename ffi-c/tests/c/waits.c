/* How calls end: many waits at once, deadlines, and switches in mid-upload. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "case.h"

enum { WAITS = 60, TRIES = 5, LARGE = 16 * 1000 * 1000 };

static mindee_client *client;
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

static void *wait_for(void *job) {
    mindee_result *result = NULL;
    CHECK_FINE(mindee_job_result(client, mindee_job_resume_token((mindee_job *)job), NULL, NULL,
                                 &result));
    CHECK(holds(mindee_value_text(mindee_value_at(mindee_result_value(result),
                                                  mindee_c("/inference/file/name"))),
                "invoice"));
    mindee_result_free(&result);
    return NULL;
}

static void many_waits_at_once_hear_of_their_results(void) {
    mindee_source *source = new_source();
    mindee_job *jobs[WAITS];
    pthread_t threads[WAITS];
    size_t at;
    for (at = 0; at < WAITS; at++) {
        jobs[at] = NULL;
        CHECK_FINE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &jobs[at]));
    }
    for (at = 0; at < WAITS; at++)
        CHECK(pthread_create(&threads[at], NULL, wait_for, jobs[at]) == 0);
    for (at = 0; at < WAITS; at++) {
        pthread_join(threads[at], NULL);
        mindee_job_free(&jobs[at]);
    }
    mindee_source_free(&source);
}

static void a_deadline_ends_a_wait_and_gives_the_token(void) {
    mindee_source *source = new_source();
    mindee_result *result = NULL;
    mindee_error *error;
    double start = now();
    CHECK_FINE(mindee_options_set(options, mindee_c("deadline"), mindee_c("0.5")));
    error = mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result);
    CHECK(now() - start < 5);
    CHECK(same(mindee_error_code(error), "timeout.deadline"));
    CHECK(mindee_error_resume_token(error).data != NULL && mindee_error_maybe_billed(error));
    mindee_error_free(&error);
    mindee_source_free(&source);
}

/* A document that no socket's buffers hold. */
static mindee_source *new_large_source(void) {
    static char content[LARGE] = "%PDF-1.4\n";
    mindee_source *source = NULL;
    CHECK_FINE(mindee_source_lent(mindee_view(content, sizeof content), mindee_c("large.pdf"), NULL,
                                  NULL, &source));
    return source;
}

static void a_deadline_ends_an_upload_that_stalls(void) {
    mindee_source *source = new_large_source();
    mindee_result *result = NULL;
    mindee_error *error;
    double start = now();
    CHECK_FINE(mindee_options_set(options, mindee_c("deadline"), mindee_c("0.5")));
    error = mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result);
    CHECK(now() - start < 5);
    CHECK(mindee_error_category(error) == MINDEE_CATEGORY_OUTCOME_UNKNOWN);
    CHECK(mindee_error_maybe_billed(error) && mindee_error_resume_token(error).data == NULL);
    mindee_error_free(&error);
    mindee_source_free(&source);
}

static void *run_until_cancelled(void *source) {
    mindee_result *result = NULL;
    return mindee_run(client, MINDEE_EXTRACTION, (mindee_source *)source, options, cancel, &result);
}

/* Several tries: a machine that is busy elsewhere may take its time once, not each time. */
static void a_switch_ends_an_upload_that_stalls_within_100_ms(void) {
    double fastest = 60;
    int tries;
    for (tries = 0; tries < TRIES; tries++) {
        mindee_source *source = new_large_source();
        pthread_t thread;
        void *error;
        double start, took;
        CHECK_FINE(mindee_cancel_new(&cancel));
        CHECK(pthread_create(&thread, NULL, run_until_cancelled, source) == 0);
        rest(0.3);
        start = now();
        CHECK_FINE(mindee_cancel_cancel(cancel));
        pthread_join(thread, &error);
        took = now() - start;
        CHECK(took < 2);
        fastest = took < fastest ? took : fastest;
        CHECK(mindee_error_category((mindee_error *)error) == MINDEE_CATEGORY_OUTCOME_UNKNOWN);
        CHECK(mindee_error_maybe_billed((mindee_error *)error));
        mindee_error_free((mindee_error **)&error);
        mindee_cancel_free(&cancel);
        mindee_source_free(&source);
    }
    CHECK(fastest < 0.1);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(many_waits_at_once_hear_of_their_results),
        CASE(a_deadline_ends_a_wait_and_gives_the_token),
        CASE(a_deadline_ends_an_upload_that_stalls),
        CASE(a_switch_ends_an_upload_that_stalls_within_100_ms),
    };
    int status;
    if (count < 2) return RUN(cases);
    client = new_client();
    options = new_options();
    status = RUN(cases);
    mindee_options_free(&options);
    mindee_client_free(&client);
    return status;
}
