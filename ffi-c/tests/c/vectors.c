/* Plays the rows of tests/vectors/webhook.json, told by lines as the drivers are told theirs:
 * body, header, secret, largest and unsigned, then `go`; or `sign <body> <secret>`. */
#include "../../../tests/drivers/c/lines.h"

enum { MANY = 8 };

struct row {
    char *body;
    size_t length;
    mindee_header headers[MANY];
    mindee_str secrets[MANY];
    size_t header_count, secret_count;
    mindee_options *options;
    bool is_unsigned;
};

static mindee_str copied(mindee_str text) {
    char *copy = (char *)calloc(text.length + 1, 1);
    mindee_str kept;
    if (copy == NULL) abort();
    if (text.length > 0) memcpy(copy, text.data, text.length);
    kept.data = copy;
    kept.length = text.length;
    return kept;
}

static mindee_error *take(struct row *row, const mindee_str *fields) {
    if (is(fields[0], "body")) {
        row->length = fields[1].length;
        row->body = (char *)copied(fields[1]).data;
    }
    if (is(fields[0], "header") && row->header_count < MANY) {
        row->headers[row->header_count].name = copied(fields[1]);
        row->headers[row->header_count++].value = copied(fields[2]);
    }
    if (is(fields[0], "secret") && row->secret_count < MANY)
        row->secrets[row->secret_count++] = copied(fields[1]);
    if (is(fields[0], "unsigned")) row->is_unsigned = true;
    if (is(fields[0], "largest")) return mindee_options_set(row->options, fields[0], fields[1]);
    return NULL;
}

static void say_delivery(const mindee_delivery *delivery) {
    size_t secret;
    bool was_signed = mindee_delivery_secret(delivery, &secret);
    bool failed = mindee_delivery_kind(delivery) == MINDEE_PAYLOAD_FAILURE;
    printf("delivery\t%s", failed ? "failure" : "result");
    say_field(mindee_delivery_inference_id(delivery));
    if (was_signed) printf("\t%zu", secret);
    if (!was_signed) printf("\tnone");
    say_bytes(mindee_delivery_bytes(delivery));
    say("\n");
}

static mindee_error *play(const struct row *row) {
    mindee_bytes body = mindee_view(row->body, row->length);
    mindee_delivery *delivery = NULL;
    mindee_error *error =
        row->is_unsigned
            ? mindee_webhook_unwrap_unsigned(body, row->options, &delivery)
            : mindee_webhook_unwrap(body, row->headers, row->header_count, row->secrets,
                                    row->secret_count, row->options, &delivery);
    if (error == NULL) say_delivery(delivery);
    mindee_delivery_free(&delivery);
    return error;
}

static void clear(struct row *row) {
    mindee_options_free(&row->options);
    free(row->body);
    while (row->header_count > 0) {
        free((char *)row->headers[--row->header_count].name.data);
        free((char *)row->headers[row->header_count].value.data);
    }
    while (row->secret_count > 0) free((char *)row->secrets[--row->secret_count].data);
    memset(row, 0, sizeof *row);
}

static mindee_error *sign(const mindee_str *fields) {
    mindee_text *signature = NULL;
    mindee_bytes body = mindee_view(fields[1].data, fields[1].length);
    mindee_error *error = mindee_webhook_sign(body, fields[2], &signature);
    if (error == NULL) {
        say("signature");
        say_field(mindee_text_str(signature));
        say("\n");
    }
    mindee_text_free(&signature);
    return error;
}

int main(void) {
    static struct row row;
    struct line line = {0};
    while (read_line(&line)) {
        mindee_error *error = NULL;
        if (row.options == NULL) error = mindee_options_new(&row.options);
        if (error == NULL && is(line.fields[0], "sign")) {
            error = sign(line.fields);
        } else if (error == NULL && is(line.fields[0], "go")) {
            error = play(&row);
            clear(&row);
        } else if (error == NULL) {
            error = take(&row, line.fields);
        }
        if (error != NULL) {
            say("error");
            say_field(mindee_error_code(error));
            printf("\t%s\n", mindee_error_body(error).data != NULL ? "kept" : "none");
            mindee_error_free(&error);
        }
    }
    clear(&row);
    free(line.memory);
    return 0;
}
