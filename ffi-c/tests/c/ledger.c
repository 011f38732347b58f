/* The ledger: documents that outlive the process, and what the calls wait for. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

static mindee_client *new_client_with_ledger(void) {
    mindee_client *client = NULL;
    mindee_options *options = NULL;
    CHECK_FINE(mindee_options_new(&options));
    CHECK_FINE(mindee_options_set(options, mindee_c("ledger"), mindee_c(getenv("LEDGER"))));
    CHECK_FINE(mindee_client_new(options, &client));
    mindee_options_free(&options);
    return client;
}

static void run_once(mindee_client *client) {
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_result *result = NULL;
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
    mindee_result_free(&result);
    mindee_options_free(&options);
    mindee_source_free(&source);
}

/* How many documents the ledger has in a state. */
static size_t count_of(mindee_client *client, const char *state) {
    mindee_result *rows = NULL;
    const mindee_value *list;
    size_t at, found = 0;
    CHECK_FINE(mindee_ledger_pending(client, &rows));
    list = mindee_result_value(rows);
    CHECK(mindee_value_kind(list) == MINDEE_LIST);
    for (at = 0; at < mindee_value_count(list); at++) {
        const mindee_value *row = mindee_value_item(list, at);
        found += same(mindee_value_text(mindee_value_member(row, mindee_c("state"))), state);
    }
    mindee_result_free(&rows);
    return found;
}

static void what_was_read_is_listed_collected_and_forgotten(void) {
    mindee_client *client = new_client_with_ledger();
    mindee_options *options = NULL;
    mindee_result *rows = NULL;
    const mindee_value *first;
    int64_t key = 0;
    size_t forgotten = 9;
    bool more = true;
    run_once(client);
    run_once(client);
    CHECK(count_of(client, "done") == 2);
    CHECK_FINE(mindee_ledger_resume(client, NULL, NULL, &rows));
    CHECK(mindee_value_count(mindee_result_value(rows)) == 2);
    mindee_result_free(&rows);
    CHECK_FINE(mindee_options_new(&options));
    CHECK_FINE(mindee_options_set(options, mindee_c("most"), mindee_c("1")));
    CHECK_FINE(mindee_ledger_collect(client, options, &rows));
    CHECK(mindee_value_count(mindee_result_value(rows)) == 1);
    first = mindee_value_item(mindee_result_value(rows), 0);
    CHECK(mindee_value_integer(mindee_value_member(first, mindee_c("key")), &key));
    CHECK(mindee_value_at(first, mindee_c("/result/inference")) != NULL);
    CHECK_FINE(mindee_result_next(rows, options, &more));
    CHECK(!more);
    mindee_result_free(&rows);
    CHECK_FINE(mindee_ledger_forget(client, &key, 1, &forgotten));
    CHECK(forgotten == 1 && count_of(client, "done") == 1);
    CHECK_FINE(mindee_ledger_forget(client, NULL, 0, &forgotten));
    CHECK(forgotten == 0);
    mindee_options_free(&options);
    mindee_client_free(&client);
}

static void without_a_ledger_each_function_says_so(void) {
    mindee_client *client = new_client();
    mindee_result *rows = NULL;
    size_t forgotten = 9;
    int64_t key = 1;
    CHECK_CODE(mindee_ledger_pending(client, &rows), "option.missing");
    CHECK_CODE(mindee_ledger_resume(client, NULL, NULL, &rows), "option.missing");
    CHECK_CODE(mindee_ledger_collect(client, NULL, &rows), "option.missing");
    CHECK_CODE(mindee_ledger_forget(client, &key, 1, &forgotten), "option.missing");
    CHECK(rows == NULL && forgotten == 0);
    CHECK_CODE(mindee_ledger_pending(NULL, &rows), "handle.null");
    CHECK_CODE(mindee_ledger_forget(client, &key, 1, NULL), "handle.null");
    mindee_client_free(&client);
}

static void a_ledger_that_cannot_be_opened_stops_the_client(void) {
    mindee_client *client = NULL;
    mindee_options *options = NULL;
    CHECK_FINE(mindee_options_new(&options));
    CHECK_FINE(mindee_options_set(options, mindee_c("ledger"), mindee_c("no/such/folder/l.sqlite")));
    CHECK_CODE(mindee_client_new(options, &client), "ledger.broken");
    mindee_options_free(&options);
}

static void a_forked_child_and_its_parent_share_the_ledger(void) {
    mindee_client *client = new_client_with_ledger();
    pid_t child;
    int status = -1;
    run_once(client);
    child = fork();
    CHECK(child >= 0);
    run_once(client);
    if (child == 0) {
        mindee_client_free(&client);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(count_of(client, "done") == 3);
    mindee_client_free(&client);
}

static mindee_cancel *cancel;

static void *cancel_soon(void *unused) {
    struct timespec moment = {0, 300 * 1000 * 1000};
    nanosleep(&moment, NULL);
    CHECK_FINE(mindee_cancel_cancel(cancel));
    return unused;
}

static void a_switch_ends_a_resume_and_the_document_keeps_its_job(void) {
    mindee_client *client = new_client_with_ledger();
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_result *rows = NULL;
    mindee_job *job = NULL;
    pthread_t thread;
    time_t start = time(NULL);
    CHECK_FINE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job));
    CHECK_FINE(mindee_cancel_new(&cancel));
    CHECK(pthread_create(&thread, NULL, cancel_soon, NULL) == 0);
    CHECK_FINE(mindee_ledger_resume(client, NULL, cancel, &rows));
    CHECK(time(NULL) - start < 5);
    pthread_join(thread, NULL);
    CHECK(same(mindee_value_text(mindee_value_at(mindee_result_value(rows), mindee_c("/0/state"))),
               "taken"));
    CHECK(mindee_value_text(mindee_value_at(mindee_result_value(rows), mindee_c("/0/resume_token")))
              .data != NULL);
    mindee_cancel_free(&cancel);
    mindee_result_free(&rows);
    mindee_job_free(&job);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
}

static void the_status_tells_what_the_calls_wait_for(void) {
    mindee_client *client = new_client();
    mindee_result *status = NULL;
    int64_t waits = -1;
    CHECK_CODE(mindee_status(NULL, &status), "handle.null");
    CHECK_FINE(mindee_status(client, &status));
    CHECK(mindee_value_integer(mindee_value_member(mindee_result_value(status),
                                                   mindee_c("jobs_waited_for")),
                               &waits));
    CHECK(waits == 0);
    mindee_result_free(&status);
    mindee_client_free(&client);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(what_was_read_is_listed_collected_and_forgotten),
        CASE(without_a_ledger_each_function_says_so),
        CASE(a_ledger_that_cannot_be_opened_stops_the_client),
        CASE(a_forked_child_and_its_parent_share_the_ledger),
        CASE(a_switch_ends_a_resume_and_the_document_keeps_its_job),
        CASE(the_status_tells_what_the_calls_wait_for),
    };
    return RUN(cases);
}
