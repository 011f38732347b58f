/* What a process may do: fork, and exit with work pending. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

static mindee_client *client;
static mindee_source *source;
static mindee_options *options;

static void run_once(void) {
    mindee_result *result = NULL;
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
    CHECK(mindee_result_bytes(result).length > 100);
    mindee_result_free(&result);
}

static void make_handles(void) {
    client = new_client();
    source = new_source();
    options = new_options();
}

static void free_handles(void) {
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
}

static void a_forked_child_goes_on_with_the_client_and_so_does_its_parent(void) {
    pid_t child;
    int status = -1;
    make_handles();
    run_once();
    child = fork();
    CHECK(child >= 0);
    run_once();
    if (child == 0) {
        free_handles();
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    run_once();
    free_handles();
}

static void *wait_for_ever(void *unused) {
    mindee_result *result = NULL;
    mindee_error *error;
    (void)unused;
    error = mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result);
    fprintf(stderr, "the call ended: %.*s\n", MINDEE_SHOW(mindee_error_text(error)));
    return NULL;
}

static void exit_with_work_pending_is_silent(void) {
    struct timespec moment = {0, 300 * 1000 * 1000};
    pthread_t thread;
    make_handles();
    CHECK(pthread_create(&thread, NULL, wait_for_ever, NULL) == 0);
    nanosleep(&moment, NULL);
    exit(0);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(a_forked_child_goes_on_with_the_client_and_so_does_its_parent),
        CASE(exit_with_work_pending_is_silent),
    };
    return RUN(cases);
}
