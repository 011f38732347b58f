/* A program of cases: `program <case>` runs one; without a name it lists them. */
#ifndef CASE_H
#define CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mindee.h"

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case;

#define CASE(name) {#name, name}

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!(condition)) {                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
            exit(1);                                                                   \
        }                                                                              \
    } while (0)

#define CHECK_FINE(call)                                                               \
    do {                                                                               \
        mindee_error *fault = (call);                                                  \
        if (fault != NULL) {                                                           \
            fprintf(stderr, "%s:%d: %.*s\n", __FILE__, __LINE__,                       \
                    MINDEE_SHOW(mindee_error_payload(fault)));                         \
            exit(1);                                                                   \
        }                                                                              \
    } while (0)

/* Checks the code of an error and frees it. */
#define CHECK_CODE(call, expected)                                                     \
    do {                                                                               \
        mindee_error *given = (call);                                                  \
        mindee_str its_code = mindee_error_code(given);                                \
        if (!same(its_code, expected)) {                                               \
            fprintf(stderr, "%s:%d: the code is %.*s, not %s\n", __FILE__, __LINE__,   \
                    MINDEE_SHOW(its_code), expected);                                  \
            exit(1);                                                                   \
        }                                                                              \
        mindee_error_free(&given);                                                     \
        CHECK(given == NULL);                                                          \
    } while (0)

static inline bool same(mindee_str text, const char *expected) {
    return text.data != NULL && text.length == strlen(expected) &&
           memcmp(text.data, expected, text.length) == 0;
}

static inline bool holds(mindee_str text, const char *part) {
    size_t length = strlen(part), at;
    for (at = 0; at + length <= text.length; at++)
        if (memcmp(text.data + at, part, length) == 0) return true;
    return false;
}

static inline mindee_client *new_client(void) {
    mindee_client *client = NULL;
    CHECK_FINE(mindee_client_new(NULL, &client));
    return client;
}

/* The model comes from the test that starts the program; polls are quick. */
static inline mindee_options *new_options(void) {
    mindee_options *options = NULL;
    CHECK_FINE(mindee_options_new(&options));
    CHECK_FINE(mindee_options_set(options, mindee_c("model_id"), mindee_c(getenv("MODEL"))));
    CHECK_FINE(mindee_options_set(options, mindee_c("first_poll"), mindee_c("0.02")));
    CHECK_FINE(mindee_options_set(options, mindee_c("poll_interval"), mindee_c("0.02")));
    return options;
}

static inline mindee_source *new_source(void) {
    mindee_source *source = NULL;
    CHECK_FINE(mindee_source_text(mindee_c(getenv("DOCUMENT")), &source));
    return source;
}

static inline int run_case(const test_case *cases, size_t count, int arguments, char **values) {
    size_t at;
    for (at = 0; at < count; at++) {
        if (arguments < 2) puts(cases[at].name);
        if (arguments == 2 && strcmp(values[1], cases[at].name) == 0) {
            cases[at].run();
            return 0;
        }
    }
    return arguments < 2 ? 0 : 2;
}

#define RUN(cases) run_case(cases, sizeof(cases) / sizeof((cases)[0]), count, arguments)

#endif
