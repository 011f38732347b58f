/* Webhooks in C: a body's file, the secret, and how often. */
#define _GNU_SOURCE
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

static double median(mindee_str signature, int count, double *value) {
    double *times = malloc(sizeof(double) * (size_t)count), middle;
    int n;
    if (times == NULL) exit(1);
    for (n = 0; n < count; n++) {
        double begun = now();
        *value = unwrap(signature);
        times[n] = now() - begun;
    }
    qsort(times, (size_t)count, sizeof(double), by_size);
    middle = times[count / 2];
    free(times);
    return middle;
}

int main(int argument_count, char **arguments) {
    static char content[20000000];
    char wrong[65];
    double read, refuse, value, none;
    mindee_text *signature = NULL;
    FILE *file;
    if (argument_count != 4 || (file = fopen(arguments[1], "rb")) == NULL) return 2;
    body = mindee_view(content, fread(content, 1, sizeof content, file));
    fclose(file);
    secret = mindee_c(arguments[2]);
    memset(wrong, '0', 64);
    wrong[64] = '\0';
    if (mindee_webhook_sign(body, secret, &signature) != NULL) return 1;
    read = median(mindee_text_str(signature), atoi(arguments[3]), &value);
    refuse = median(mindee_c(wrong), atoi(arguments[3]), &none);
    printf("{\"read\": %.3f, \"refuse\": %.3f, \"value\": %g}\n", read, refuse, value);
    mindee_text_free(&signature);
    return none == -1 ? 0 : 1;
}
