/* The C worker: a task, how many, how many at once, its subject and the model. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"
#include "mindee.h"

static const char *task, *subject;
static mindee_client *client;
static mindee_options *options;
static atomic_int left, errors;

static void check(mindee_error *error) {
    if (error == NULL) return;
    fprintf(stderr, "%.*s\n", MINDEE_SHOW(mindee_error_text(error)));
    mindee_error_free(&error);
    atomic_fetch_add(&errors, 1);
}

static void must(mindee_error *error) {
    check(error);
    if (atomic_load(&errors) != 0) exit(1);
}

static void call(void) {
    mindee_source *source = NULL;
    mindee_job *job = NULL;
    mindee_result *result = NULL;
    if (strcmp(task, "get") == 0) {
        check(mindee_job_get(client, mindee_c(subject), NULL, NULL, &job));
    } else {
        must(mindee_source_path(mindee_c(subject), &source));
        if (strcmp(task, "batch") == 0) {
            check(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
        } else {
            check(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job));
        }
    }
    mindee_result_free(&result);
    mindee_job_free(&job);
    mindee_source_free(&source);
}

static void *some(void *unused) {
    while (atomic_fetch_sub(&left, 1) > 0) call();
    return unused;
}

static void calls(int count, int at_once) {
    pthread_t threads[256];
    int n;
    atomic_store(&left, count);
    for (n = 0; n < at_once; n++) pthread_create(&threads[n], NULL, some, NULL);
    for (n = 0; n < at_once; n++) pthread_join(threads[n], NULL);
}

static double cpu(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argument_count, char **arguments) {
    mindee_options *of_client = NULL;
    double wall_before, cpu_before;
    int count, at_once;
    long start;
    if (argument_count != 6) return 2;
    task = arguments[1];
    count = atoi(arguments[2]);
    at_once = atoi(arguments[3]);
    subject = arguments[4];
    must(mindee_options_new(&of_client));
    must(mindee_options_set(of_client, mindee_c("posts_per_minute"), mindee_c("1000000")));
    must(mindee_options_set(of_client, mindee_c("gets_per_minute"), mindee_c("1000000")));
    must(mindee_client_new(of_client, &client));
    must(mindee_options_new(&options));
    must(mindee_options_set(options, mindee_c("model_id"), mindee_c(arguments[5])));
    if (strcmp(task, "get") == 0 || strcmp(task, "enqueue") == 0) calls(2 * at_once + 20, at_once);
    forget_peak();
    start = status("VmRSS");
    cpu_before = cpu();
    wall_before = wall();
    calls(count, at_once);
    printf("{\"wall\": %.6f, \"cpu\": %.6f, \"start_kib\": %ld, \"peak_kib\": %ld, \"errors\": %d}\n",
           wall() - wall_before, cpu() - cpu_before, start, status("VmHWM"), atomic_load(&errors));
    fflush(stdout);
    _exit(0);
}
