/* Signals are the program's: the library neither takes them nor causes a deadly one. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

enum { ROUNDS = 150, LARGE = 4 * 1000 * 1000 };

static void signals_are_left_to_the_threads_of_the_program(void) {
    mindee_client *client = new_client();
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_result *result = NULL;
    sigset_t signals, pending;
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
    /* No thread of the program takes it, and one of the library would end all by it. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    CHECK(pthread_sigmask(SIG_BLOCK, &signals, NULL) == 0);
    CHECK(kill(getpid(), SIGUSR1) == 0);
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1));
    mindee_result_free(&result);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
}

/* Reads what comes within some milliseconds, and closes in the middle of the upload. */
static void *hang_up(void *listener) {
    static char buffer[1 << 20];
    struct timespec start, now;
    for (;;) {
        int connection = accept(*(int *)listener, NULL, NULL);
        if (connection < 0) return NULL;
        fcntl(connection, F_SETFL, O_NONBLOCK);
        clock_gettime(CLOCK_MONOTONIC, &start);
        do {
            while (recv(connection, buffer, sizeof buffer, 0) > 0) continue;
            clock_gettime(CLOCK_MONOTONIC, &now);
        } while ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec < 3000000);
        close(connection);
    }
}

static int listen_somewhere(char *address) {
    struct sockaddr_in place;
    socklen_t length = sizeof place;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    memset(&place, 0, sizeof place);
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(listener, (struct sockaddr *)&place, sizeof place) == 0);
    CHECK(listen(listener, 16) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&place, &length) == 0);
    sprintf(address, "http://127.0.0.1:%d", ntohs(place.sin_port));
    return listener;
}

static void a_server_that_hangs_up_does_not_end_the_program(void) {
    static char content[LARGE] = "%PDF-1.4\n";
    char address[64];
    static int listener;
    int round;
    pthread_t server;
    mindee_client *client = NULL;
    mindee_source *source = NULL;
    mindee_options *options = NULL, *call = new_options();
    listener = listen_somewhere(address);
    CHECK(pthread_create(&server, NULL, hang_up, &listener) == 0);
    CHECK_FINE(mindee_options_new(&options));
    CHECK_FINE(mindee_options_set(options, mindee_c("base_url"), mindee_c(address)));
    CHECK_FINE(mindee_client_new(options, &client));
    CHECK_FINE(mindee_options_set(call, mindee_c("retries"), mindee_c("0")));
    CHECK_FINE(mindee_source_lent(mindee_view(content, sizeof content), MINDEE_NONE, NULL, NULL,
                                  &source));
    for (round = 0; round < ROUNDS; round++) {
        mindee_job *job = NULL;
        mindee_error *error = mindee_enqueue(client, MINDEE_OCR, source, call, NULL, &job);
        mindee_category category = mindee_error_category(error);
        CHECK(category == MINDEE_CATEGORY_OUTCOME_UNKNOWN || category == MINDEE_CATEGORY_NETWORK);
        mindee_error_free(&error);
    }
    mindee_source_free(&source);
    mindee_options_free(&options);
    mindee_options_free(&call);
    mindee_client_free(&client);
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(signals_are_left_to_the_threads_of_the_program),
        CASE(a_server_that_hangs_up_does_not_end_the_program),
    };
    return RUN(cases);
}
