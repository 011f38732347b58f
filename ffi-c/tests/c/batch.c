/* Reads every document that is given: batch <model id> <ledger> <path>...
 *
 * Start it again after whatever has ended it: what the ledger holds is not sent twice. At the end it
 * prints each document's alias and state. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "case.h"

enum { THREADS = 8 };

static mindee_client *client;
static mindee_result *known;
static const char *model_id;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char **next_path;

static bool is_known(const char *path) {
    const mindee_value *rows = mindee_result_value(known);
    size_t at;
    for (at = 0; at < mindee_value_count(rows); at++) {
        const mindee_value *alias =
            mindee_value_member(mindee_value_item(rows, at), mindee_c("alias"));
        if (same(mindee_value_text(alias), path)) return true;
    }
    return false;
}

static mindee_options *quick_options(void) {
    mindee_options *options = NULL;
    CHECK_FINE(mindee_options_new(&options));
    CHECK_FINE(mindee_options_set(options, mindee_c("first_poll"), mindee_c("0.05")));
    CHECK_FINE(mindee_options_set(options, mindee_c("poll_interval"), mindee_c("0.05")));
    return options;
}

static void read_document(const char *path) {
    mindee_source *source = NULL;
    mindee_options *options = quick_options();
    mindee_result *result = NULL;
    CHECK_FINE(mindee_options_set(options, mindee_c("model_id"), mindee_c(model_id)));
    CHECK_FINE(mindee_options_set(options, mindee_c("alias"), mindee_c(path)));
    CHECK_FINE(mindee_source_path(mindee_c(path), &source));
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
    mindee_result_free(&result);
    mindee_source_free(&source);
    mindee_options_free(&options);
}

static void *work(void *unused) {
    for (;;) {
        const char *path;
        pthread_mutex_lock(&lock);
        path = *next_path == NULL ? NULL : *next_path++;
        pthread_mutex_unlock(&lock);
        if (path == NULL) return unused;
        if (!is_known(path)) read_document(path);
    }
}

static void print_states(void) {
    mindee_result *rows = NULL;
    size_t at;
    CHECK_FINE(mindee_ledger_pending(client, &rows));
    for (at = 0; at < mindee_value_count(mindee_result_value(rows)); at++) {
        const mindee_value *row = mindee_value_item(mindee_result_value(rows), at);
        mindee_str alias = mindee_value_text(mindee_value_member(row, mindee_c("alias")));
        mindee_str state = mindee_value_text(mindee_value_member(row, mindee_c("state")));
        printf("%.*s\t%.*s\n", MINDEE_SHOW(alias), MINDEE_SHOW(state));
    }
    mindee_result_free(&rows);
}

int main(int count, char **arguments) {
    mindee_options *options = quick_options();
    pthread_t threads[THREADS];
    size_t at;
    if (count < 3) return 2;
    model_id = arguments[1];
    next_path = arguments + 3;
    CHECK_FINE(mindee_options_set(options, mindee_c("ledger"), mindee_c(arguments[2])));
    CHECK_FINE(mindee_options_set(options, mindee_c("first_poll"), MINDEE_NONE));
    CHECK_FINE(mindee_options_set(options, mindee_c("poll_interval"), MINDEE_NONE));
    CHECK_FINE(mindee_client_new(options, &client));
    mindee_options_free(&options);
    options = quick_options();
    CHECK_FINE(mindee_ledger_resume(client, options, NULL, &known));
    for (at = 0; at < THREADS; at++) CHECK(pthread_create(&threads[at], NULL, work, NULL) == 0);
    for (at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
    print_states();
    mindee_result_free(&known);
    mindee_options_free(&options);
    mindee_client_free(&client);
    return 0;
}
