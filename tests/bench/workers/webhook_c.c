/* Webhooks in C: a body's file, the secret, and how often. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mindee.h"

static mindee_bytes body;
static mindee_str secret;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Verifies and reads; gives the value of one field, or -1 where the signature is wrong. */
static double unwrap(mindee_str signature) {
    mindee_header header = {mindee_c("X-Signature"), signature};
    mindee_delivery *delivery = NULL;
    mindee_error *error = mindee_webhook_unwrap(body, &header, 1, &secret, 1, NULL, &delivery);
    mindee_str pointer = mindee_c("/inference/result/fields/total_amount/value");
    double value = -1;
    if (error == NULL) {
        mindee_value_number(mindee_value_at(mindee_delivery_value(delivery), pointer), &value);
    } else if (mindee_error_category(error) != MINDEE_CATEGORY_WEBHOOK) {
        fprintf(stderr, "%.*s\n", MINDEE_SHOW(mindee_error_text(error)));
        exit(1);
    }
    mindee_error_free(&error);
    mindee_delivery_free(&delivery);
    return value;
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* OpenSSL as the system has it: the platform's own HMAC. */
static const void *(*sha256)(void);
static unsigned char *(*hmac)(const void *, const void *, int, const unsigned char *, size_t,
                              unsigned char *, unsigned int *);

static bool find_openssl(void) {
    void *library = dlopen("libcrypto.so.3", RTLD_NOW);
    if (library == NULL) return false;
    *(void **)&sha256 = dlsym(library, "EVP_sha256");
    *(void **)&hmac = dlsym(library, "HMAC");
    return sha256 != NULL && hmac != NULL;
}

static double right, wrong_one;
static mindee_text *signature;

static void read_it(void) { right = unwrap(mindee_text_str(signature)); }

static void refuse(void) {
    char wrong[65];
    memset(wrong, '0', 64);
    wrong[64] = '\0';
    wrong_one = unwrap(mindee_c(wrong));
}

static void bare(void) {
    unsigned char out[32];
    hmac(sha256(), secret.data, (int)secret.length, body.data, body.length, out, NULL);
}

static double taken(void (*call)(void)) {
    double begun = now();
    call();
    return now() - begun;
}

static double median(double *times, int count) {
    qsort(times, (size_t)count, sizeof(double), by_size);
    return times[count / 2];
}

int main(int argument_count, char **arguments) {
    static char content[20000000];
    static double reads[10000], refusals[10000], hashes[10000];
    int count, pairs, n;
    FILE *file;
    if (argument_count != 4 || (file = fopen(arguments[1], "rb")) == NULL) return 2;
    body = mindee_view(content, fread(content, 1, sizeof content, file));
    fclose(file);
    secret = mindee_c(arguments[2]);
    count = atoi(arguments[3]);
    pairs = count < 25 ? 25 : count;
    if (pairs > 10000 || !find_openssl()) return 2;
    if (mindee_webhook_sign(body, secret, &signature) != NULL) return 1;
    for (n = 0; n < count; n++) reads[n] = taken(read_it);
    for (n = 0; n < pairs; n++) {
        /* Together, so that what disturbs one disturbs the other, and each of them first in turn. */
        if (n % 2 == 0) hashes[n] = taken(bare);
        refusals[n] = taken(refuse);
        if (n % 2 != 0) hashes[n] = taken(bare);
    }
    printf("{\"read\": %.3f, \"refuse\": %.3f, \"bare\": %.3f, \"value\": %g}\n", median(reads, count),
           median(refusals, pairs), median(hashes, pairs), right);
    mindee_text_free(&signature);
    return wrong_one == -1 ? 0 : 1;
}
