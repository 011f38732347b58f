/* Readers: whole, once, released after their last read, and never in the way of a call's end. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "case.h"

enum { TRIES = 5, BEGIN = 2 * 1000 * 1000, LARGE = 95 * 1000 * 1000 };

static mindee_client *client;
static mindee_options *options;

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

/* A document that is made while it is read. */
typedef struct tape {
    size_t length, given;
    /* What is returned at its end. */
    int64_t end;
    /* Whether its end is waited for. */
    bool stalls;
    pthread_mutex_t mutex;
    bool reading, go_on;
    int released;
} tape;

static void begin(tape *of, size_t length, int64_t end) {
    memset(of, 0, sizeof *of);
    of->length = length;
    of->end = end;
    CHECK(pthread_mutex_init(&of->mutex, NULL) == 0);
}

static bool look(tape *of, const bool *flag) {
    bool value;
    pthread_mutex_lock(&of->mutex);
    value = *flag;
    pthread_mutex_unlock(&of->mutex);
    return value;
}

static void set(tape *of, bool *flag, bool value) {
    pthread_mutex_lock(&of->mutex);
    *flag = value;
    pthread_mutex_unlock(&of->mutex);
}

static int64_t read_tape(void *context, uint8_t *buffer, size_t capacity) {
    static const char head[] = "%PDF-1.4\n";
    tape *of = context;
    size_t left = of->length - of->given, length = left < capacity ? left : capacity;
    CHECK(!look(of, &of->reading));
    set(of, &of->reading, true);
    while (length == 0 && of->stalls && !look(of, &of->go_on)) rest(0.005);
    memset(buffer, '\n', length);
    if (of->given == 0 && length >= sizeof head) memcpy(buffer, head, sizeof head - 1);
    of->given += length;
    set(of, &of->reading, false);
    return length > 0 ? (int64_t)length : of->end;
}

static void release_tape(void *context) {
    tape *of = context;
    CHECK(!look(of, &of->reading));
    pthread_mutex_lock(&of->mutex);
    of->released++;
    pthread_mutex_unlock(&of->mutex);
}

static int released(tape *of) {
    int count;
    pthread_mutex_lock(&of->mutex);
    count = of->released;
    pthread_mutex_unlock(&of->mutex);
    return count;
}

static void await_release(tape *of) {
    int tries;
    for (tries = 0; released(of) == 0 && tries < 1000; tries++) rest(0.005);
    CHECK(released(of) == 1);
}

static mindee_source *source_of(tape *of, uint64_t length) {
    mindee_source *source = NULL;
    CHECK_FINE(mindee_source_reader(read_tape, release_tape, of, length, mindee_c("tape.pdf"),
                                    &source));
    CHECK(of->given == 0);
    return source;
}

static int64_t read_file(void *context, uint8_t *buffer, size_t capacity) {
    size_t length = fread(buffer, 1, capacity, context);
    return ferror((FILE *)context) ? -1 : (int64_t)length;
}

static void close_file(void *context) { fclose(context); }

static void send(mindee_source *source) {
    mindee_result *result = NULL;
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
    mindee_result_free(&result);
    mindee_source_free(&source);
}

/* The test that starts this compares what has arrived. */
static void a_reader_arrives_whole(void) {
    const char *path = getenv("DOCUMENT");
    uint64_t length = 0;
    int times;
    send(new_source());
    for (times = 0; times < 2; times++) {
        mindee_source *source = NULL;
        FILE *file = fopen(path, "rb");
        CHECK(file != NULL);
        CHECK_FINE(mindee_source_reader(read_file, close_file, file, length, MINDEE_NONE, &source));
        send(source);
        file = fopen(path, "rb");
        CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
        length = (uint64_t)ftell(file);
        fclose(file);
    }
}

static void a_reader_can_be_sent_once(void) {
    tape of;
    mindee_source *source;
    mindee_job *job = NULL;
    begin(&of, BEGIN, 0);
    source = source_of(&of, 0);
    CHECK_FINE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job));
    CHECK(of.given == BEGIN);
    await_release(&of);
    mindee_job_free(&job);
    CHECK_CODE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job),
               "source.spent");
    CHECK(job == NULL && released(&of) == 1);
    mindee_source_free(&source);
}

static void a_reader_that_fails_is_told_with_its_number(void) {
    size_t lengths[2] = {0, BEGIN};
    size_t at;
    for (at = 0; at < 2; at++) {
        tape of;
        mindee_source *source;
        mindee_job *job = NULL;
        mindee_error *error;
        begin(&of, lengths[at], -5);
        source = source_of(&of, 0);
        error = mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job);
        CHECK(same(mindee_error_code(error), "source.unreadable"));
        CHECK(mindee_error_category(error) == MINDEE_CATEGORY_USAGE);
        CHECK(holds(mindee_error_payload(error), "the reader gave -5"));
        CHECK(!mindee_error_maybe_billed(error));
        mindee_error_free(&error);
        mindee_source_free(&source);
        await_release(&of);
    }
}

static void check_refused(size_t length, int64_t end, uint64_t told, const char *code) {
    tape of;
    mindee_source *source;
    mindee_job *job = NULL;
    begin(&of, length, end);
    source = source_of(&of, told);
    CHECK_CODE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job), code);
    mindee_source_free(&source);
    await_release(&of);
}

static void what_cannot_be_sent_is_told(void) {
    check_refused(0, 0, 0, "source.empty");
    /* Too short for its head. */
    check_refused(5, 0, 0, "source.type_refused");
    check_refused(BEGIN, 0, BEGIN + 1, "source.unreadable");
    check_refused(BEGIN, 0, 100000001, "source.too_large");
    /* More than there is room for. */
    check_refused(0, INT64_MAX, 0, "source.unreadable");
}

static void a_context_is_released_if_nothing_is_read(void) {
    tape of;
    mindee_source *source = NULL;
    begin(&of, BEGIN, 0);
    source = source_of(&of, 0);
    CHECK(released(&of) == 0);
    mindee_source_free(&source);
    CHECK(released(&of) == 1);
    CHECK_CODE(mindee_source_reader(NULL, release_tape, &of, 0, MINDEE_NONE, &source),
               "handle.null");
    CHECK_CODE(mindee_source_reader(read_tape, release_tape, &of, 0, MINDEE_NONE, NULL),
               "handle.null");
    CHECK_CODE(mindee_source_reader(read_tape, release_tape, &of, 0, mindee_c("\xFF"), &source),
               "text.not_utf8");
    CHECK(released(&of) == 4 && source == NULL && of.given == 0);
}

static void a_deadline_does_not_wait_for_a_reader_that_stalls(void) {
    size_t lengths[2] = {0, BEGIN};
    const char *codes[2] = {"timeout.deadline", "outcome.unknown"};
    size_t at;
    CHECK_FINE(mindee_options_set(options, mindee_c("deadline"), mindee_c("0.5")));
    for (at = 0; at < 2; at++) {
        tape of;
        double start = now();
        mindee_source *source;
        mindee_job *job = NULL;
        begin(&of, lengths[at], 0);
        of.stalls = true;
        source = source_of(&of, 0);
        CHECK_CODE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job),
                   codes[at]);
        CHECK(now() - start < 5);
        mindee_source_free(&source);
        /* It is still being read. */
        CHECK(released(&of) == 0);
        set(&of, &of.go_on, true);
        await_release(&of);
    }
}

typedef struct call {
    mindee_source *source;
    mindee_cancel *cancel;
    mindee_error *error;
    double ended;
} call;

static void *run_call(void *context) {
    call *of = context;
    mindee_result *result = NULL;
    of->error = mindee_run(client, MINDEE_EXTRACTION, of->source, options, of->cancel, &result);
    of->ended = now();
    return NULL;
}

/* Several tries: a machine that is busy elsewhere may take its time once, not each time. */
static void a_switch_ends_a_reader_that_stalls_within_100_ms(void) {
    double fastest = 60;
    int tries;
    for (tries = 0; tries < TRIES; tries++) {
        tape of;
        call one = {0};
        pthread_t thread;
        double start;
        begin(&of, BEGIN, 0);
        of.stalls = true;
        one.source = source_of(&of, 0);
        CHECK_FINE(mindee_cancel_new(&one.cancel));
        CHECK(pthread_create(&thread, NULL, run_call, &one) == 0);
        rest(0.4);
        start = now();
        CHECK_FINE(mindee_cancel_cancel(one.cancel));
        pthread_join(thread, NULL);
        CHECK(mindee_error_category(one.error) == MINDEE_CATEGORY_OUTCOME_UNKNOWN);
        fastest = one.ended - start < fastest ? one.ended - start : fastest;
        mindee_error_free(&one.error);
        mindee_cancel_free(&one.cancel);
        mindee_source_free(&one.source);
        set(&of, &of.go_on, true);
        await_release(&of);
    }
    CHECK(fastest < 0.1);
}

static long told_by_the_system(const char *name) {
    char line[256];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0) value = atol(line + strlen(name) + 1);
    fclose(file);
    CHECK(value >= 0);
    return value;
}

static void a_reader_of_95_mb_takes_no_memory(void) {
    tape of;
    long before = told_by_the_system("VmRSS");
    mindee_source *source;
    begin(&of, LARGE, 0);
    source = source_of(&of, 0);
    send(source);
    CHECK(of.given == LARGE);
    CHECK(told_by_the_system("VmHWM") - before < 20000);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(a_reader_arrives_whole),
        CASE(a_reader_can_be_sent_once),
        CASE(a_reader_that_fails_is_told_with_its_number),
        CASE(what_cannot_be_sent_is_told),
        CASE(a_context_is_released_if_nothing_is_read),
        CASE(a_deadline_does_not_wait_for_a_reader_that_stalls),
        CASE(a_switch_ends_a_reader_that_stalls_within_100_ms),
        CASE(a_reader_of_95_mb_takes_no_memory),
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
