/* Receives webhooks with civetweb: receiver <port>. What a delivery says is on the disk before
 * Mindee hears that it arrived; the work comes after the answer; what never arrives is asked for.
 *
 * MINDEE_WEBHOOK_SECRETS  signing secrets, with commas between them while one replaces another
 * MINDEE_LEDGER           path of the ledger; clients that send documents are given the same one
 * MINDEE_OVERDUE          the seconds after which to ask for what has not arrived; else 300
 * MINDEE_V2_API_KEY       the key
 * WORK                    a folder for what was worked on; else `work`
 *
 * cc receiver.c -o receiver $(pkg-config --cflags --libs mindee) -lcivetweb -lpthread */
#define _DEFAULT_SOURCE
#include <civetweb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mindee.h"

enum { LARGEST = 16000000, SECRETS = 8, PATH = 1024 };

/* A delivery that waits to be worked on. */
struct work {
    mindee_delivery *delivery;
    struct work *next;
};

static mindee_client *client;
static mindee_cancel *ending;
static mindee_str secrets[SECRETS];
static size_t secret_count;
static const char *folder = "work";
static long overdue = 300;
static bool ended;
static struct work *oldest, **newest = &oldest;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* Tells of an error, frees it, and says whether there was none. */
static bool fine(mindee_error *error) {
    bool none = error == NULL;
    if (!none) fprintf(stderr, "%.*s\n", MINDEE_SHOW(mindee_error_text(error)));
    mindee_error_free(&error);
    return none;
}

static bool set(mindee_options *options, const char *key, long long value) {
    char text[24];
    snprintf(text, sizeof text, "%lld", value);
    return fine(mindee_options_set(options, mindee_c(key), mindee_c(text)));
}

/* Writes a new file, and returns when the disk has it. */
static bool keep(int file, const void *data, size_t length) {
    FILE *stream = file < 0 ? NULL : fdopen(file, "wb");
    bool kept = stream != NULL && fwrite(data, 1, length, stream) == length;
    kept = kept && fflush(stream) == 0 && fsync(file) == 0;
    return stream != NULL && fclose(stream) == 0 && kept;
}

/* Whether an inference was worked on: then the file of its result is there. */
static bool is_known(mindee_str id, char path[PATH]) {
    int folder_length = snprintf(path, PATH / 2, "%s/", folder);
    snprintf(path + folder_length, PATH / 2, "%.*s.json", MINDEE_SHOW(id));
    for (char *at = path + folder_length; *at != '\0'; at++) *at = *at == '/' ? '_' : *at;
    return access(path, F_OK) == 0;
}

/* Your work goes here. It is begun again where it did not end, so let it bear that. */
static void work_on(mindee_str id, const void *said, size_t length) {
    char whole[PATH], part[PATH];
    if (is_known(id, whole)) return;
    snprintf(part, PATH, "%s/part-XXXXXX", folder);
    if (keep(mkstemp(part), said, length) && rename(part, whole) == 0) {
        printf("%.*s\n", MINDEE_SHOW(id));
        fflush(stdout);
    }
}

static bool is(mindee_str text, const char *word) {
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

/* Works on what the ledger holds of a document and nobody has worked on, an earlier start's too. */
static void work_on_row(const mindee_value *row) {
    mindee_str id = mindee_value_text(mindee_value_member(row, mindee_c("job_id")));
    mindee_str state = mindee_value_text(mindee_value_member(row, mindee_c("state")));
    const mindee_value *said = NULL;
    mindee_options *options = NULL;
    mindee_result *results = NULL;
    mindee_text *text = NULL;
    char path[PATH];
    int64_t key = 0;
    if (id.data == NULL || is_known(id, path)) return;
    if (is(state, "failed")) {
        said = mindee_value_member(row, mindee_c("error"));
    } else if (is(state, "done") && fine(mindee_options_new(&options))) {
        mindee_value_integer(mindee_value_member(row, mindee_c("key")), &key);
        if (set(options, "after", key - 1) && set(options, "most", 1) &&
            fine(mindee_ledger_collect(client, options, &results)))
            said = mindee_value_at(mindee_result_value(results), mindee_c("/0/result"));
    }
    if (said != NULL && fine(mindee_value_json(said, &text)))
        work_on(id, mindee_text_str(text).data, mindee_text_str(text).length);
    mindee_text_free(&text);
    mindee_result_free(&results);
    mindee_options_free(&options);
}

/* Asks for what is overdue: it has ended by now or will not, so there is no long wait for it. */
static void reconcile(void) {
    mindee_options *options = NULL;
    mindee_result *rows = NULL;
    if (fine(mindee_options_new(&options)) && set(options, "older_than", overdue) &&
        set(options, "deadline", 10) && fine(mindee_ledger_resume(client, options, ending, &rows)))
        for (size_t n = 0; n < mindee_value_count(mindee_result_value(rows)); n++)
            work_on_row(mindee_value_item(mindee_result_value(rows), n));
    mindee_result_free(&rows);
    mindee_options_free(&options);
}

/* Works on deliveries as they come, and asks for the others every so often. */
static void *work(void *unused) {
    struct timespec next = {0, 0};
    pthread_mutex_lock(&lock);
    while (!ended) {
        struct work *one = oldest;
        bool due = one == NULL && pthread_cond_timedwait(&changed, &lock, &next) != 0;
        if (one != NULL && (oldest = one->next) == NULL) newest = &oldest;
        pthread_mutex_unlock(&lock);
        if (one != NULL) {
            mindee_bytes said = mindee_delivery_bytes(one->delivery);
            work_on(mindee_delivery_inference_id(one->delivery), said.data, said.length);
            mindee_delivery_free(&one->delivery);
            free(one);
        }
        if (due) {
            reconcile();
            clock_gettime(CLOCK_REALTIME, &next);
            next.tv_sec += overdue / 10 + 1;
        }
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return unused;
}

/* Takes a delivery over. What finds no room here is found in the ledger. */
static void hand_on(mindee_delivery *delivery) {
    struct work *one = malloc(sizeof *one);
    if (one == NULL) {
        mindee_delivery_free(&delivery);
        return;
    }
    one->delivery = delivery;
    one->next = NULL;
    pthread_mutex_lock(&lock);
    *newest = one;
    newest = &one->next;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static int status_of(const mindee_error *error) {
    mindee_bytes unread = mindee_error_body(error);
    char path[PATH];
    /* The signature is right, and this version cannot read what it is under. */
    if (unread.data != NULL) {
        snprintf(path, PATH, "%s/XXXXXX.unread", folder);
        return keep(mkstemps(path, 7), unread.data, unread.length) ? 200 : 500;
    }
    return mindee_error_category(error) == MINDEE_CATEGORY_WEBHOOK ? 401 : 500;
}

/* Verifies a delivery, writes it to the ledger, and hands the first of its inference on. */
static int take(const struct mg_request_info *request, mindee_bytes body) {
    mindee_header headers[MG_MAX_HEADERS];
    mindee_delivery *delivery = NULL;
    mindee_error *error;
    size_t n, count = (size_t)request->num_headers;
    int status = 200;
    for (n = 0; n < count; n++) {
        headers[n].name = mindee_c(request->http_headers[n].name);
        headers[n].value = mindee_c(request->http_headers[n].value);
    }
    error = mindee_job_deliver(client, body, headers, count, secrets, secret_count, NULL, &delivery);
    if (error != NULL) {
        status = status_of(error);
        fine(error);
    } else if (mindee_delivery_first(delivery)) {
        hand_on(delivery);
    } else {
        mindee_delivery_free(&delivery);
    }
    return status;
}

/* The body as it came, since the signature is over its bytes; NULL where it is too long. */
static char *body_of(struct mg_connection *connection, long long told, size_t *length) {
    /* Where no length is told, a byte more than the limit tells of a body that is too long. */
    size_t room = told < 0 ? LARGEST + 1 : (size_t)told;
    char *body = told > LARGEST ? NULL : malloc(room + 1);
    int got = 1;
    for (*length = 0; body != NULL && got > 0 && *length < room; *length += got > 0 ? (size_t)got : 0)
        got = mg_read(connection, body + *length, room - *length);
    if (*length <= LARGEST) return body;
    free(body);
    return NULL;
}

static int receive(struct mg_connection *connection, void *unused) {
    const struct mg_request_info *request = mg_get_request_info(connection);
    bool post = strcmp(request->request_method, "POST") == 0;
    size_t length = 0;
    char *body = post ? body_of(connection, request->content_length, &length) : NULL;
    int status = body != NULL ? take(request, mindee_view(body, length)) : post ? 413 : 405;
    mg_printf(connection, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status,
              mg_get_response_code_text(connection, status));
    free(body);
    (void)unused;
    return status;
}

/* Reads the environment, and opens the ledger. */
static bool prepare(void) {
    const char *ledger = getenv("MINDEE_LEDGER"), *seconds = getenv("MINDEE_OVERDUE");
    char *secret = getenv("MINDEE_WEBHOOK_SECRETS");
    mindee_options *options = NULL;
    bool opened;
    if (seconds != NULL) overdue = strtol(seconds, NULL, 10);
    if (getenv("WORK") != NULL) folder = getenv("WORK");
    if (ledger == NULL || secret == NULL || strlen(folder) > PATH / 2 - 2) return false;
    mkdir(folder, 0700);
    for (secret = strtok(secret, ","); secret != NULL && secret_count < SECRETS; secret = strtok(NULL, ","))
        secrets[secret_count++] = mindee_c(secret);
    opened = fine(mindee_options_new(&options)) &&
             fine(mindee_options_set(options, mindee_c("ledger"), mindee_c(ledger))) &&
             fine(mindee_client_new(options, &client)) && fine(mindee_cancel_new(&ending));
    mindee_options_free(&options);
    return opened;
}

int main(int count, char **arguments) {
    char address[32];
    const char *settings[] = {"listening_ports", address, "num_threads", "16", NULL};
    struct mg_server_port port;
    struct mg_context *server;
    pthread_t thread;
    sigset_t end;
    int signal;
    if (count != 2 || !prepare()) {
        fprintf(stderr, "usage: MINDEE_WEBHOOK_SECRETS=.. MINDEE_LEDGER=.. %s <port>\n", arguments[0]);
        return 2;
    }
    /* Threads take over what is blocked: the signals that end it are waited for here alone. */
    sigemptyset(&end);
    sigaddset(&end, SIGINT);
    sigaddset(&end, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &end, NULL);
    pthread_create(&thread, NULL, work, NULL);
    mg_init_library(0);
    snprintf(address, sizeof address, "127.0.0.1:%s", arguments[1]);
    server = mg_start(NULL, NULL, settings);
    if (server == NULL || mg_get_server_ports(server, 1, &port) != 1) return 1;
    mg_set_request_handler(server, "/webhooks/mindee", receive, NULL);
    printf("listening on http://127.0.0.1:%d\n", port.port);
    fflush(stdout);

    sigwait(&end, &signal);
    mg_stop(server);
    mg_exit_library();
    mindee_cancel_cancel(ending);
    pthread_mutex_lock(&lock);
    ended = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    mindee_cancel_free(&ending);
    mindee_client_free(&client);
    return 0;
}
