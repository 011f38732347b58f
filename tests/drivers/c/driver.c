/* Plays requests over the C interface; the protocol is in tests/drivers/README.md. */
#include "lines.h"

enum { POINTERS = 64 };

struct request {
    mindee_options *client_options, *options;
    mindee_source *source;
    mindee_error *error;
    char call[32];
    char id[1024];
    mindee_str given_id;
    mindee_product product;
    char *pointers[POINTERS];
    size_t pointer_count;
};

static mindee_product product_of(mindee_str slug) {
    if (is(slug, "extraction")) return MINDEE_EXTRACTION;
    if (is(slug, "split")) return MINDEE_SPLIT;
    if (is(slug, "crop")) return MINDEE_CROP;
    return is(slug, "classification") ? MINDEE_CLASSIFICATION : MINDEE_OCR;
}

static void keep(char *place, size_t room, mindee_str text) {
    size_t length = text.length < room - 1 ? text.length : room - 1;
    memcpy(place, text.data, length);
    place[length] = '\0';
}

static int64_t read_on(void *file, uint8_t *buffer, size_t capacity) {
    size_t length = fread(buffer, 1, capacity, file);
    return ferror((FILE *)file) ? -1 : (int64_t)length;
}

static void close_reader(void *file) { fclose(file); }

static mindee_error *open_source(mindee_str kind, mindee_str value, mindee_str name,
                                 mindee_source **out) {
    mindee_bytes content;
    char *memory;
    if (is(kind, "path")) return mindee_source_path(value, out);
    if (is(kind, "url")) return mindee_source_url(value, out);
    if (is(kind, "base64")) return mindee_source_base64(value, name, out);
    if (is(kind, "text")) return mindee_source_text(value, out);
    if (is(kind, "reader")) {
        FILE *file = open_file(value);
        return mindee_source_reader(read_on, close_reader, file, 0, name, out);
    }
    content = read_file(value, &memory);
    /* Lending takes no copy: the memory is freed when the library has read it. */
    return mindee_source_lent(content, name, free, memory, out);
}

static mindee_error *take(struct request *request, const struct line *line) {
    const mindee_str *fields = line->fields;
    if (is(fields[0], "client"))
        return mindee_options_set(request->client_options, fields[1], fields[2]);
    /* What scenarios give as null is not given. */
    if (is(fields[0], "option"))
        return mindee_options_set(request->options, fields[1],
                                  is(fields[2], "null") ? MINDEE_NONE : fields[2]);
    if (is(fields[0], "source"))
        return open_source(fields[1], fields[2], fields[3], &request->source);
    if (is(fields[0], "call")) keep(request->call, sizeof request->call, fields[1]);
    if (is(fields[0], "product")) request->product = product_of(fields[1]);
    if (is(fields[0], "id")) {
        keep(request->id, sizeof request->id, fields[1]);
        request->given_id = mindee_c(request->id);
    }
    if (is(fields[0], "read") && request->pointer_count < POINTERS) {
        char *pointer = (char *)calloc(fields[1].length + 1, 1);
        if (pointer == NULL) abort();
        keep(pointer, fields[1].length + 1, fields[1]);
        request->pointers[request->pointer_count++] = pointer;
    }
    return NULL;
}

static void say_values(const struct request *request, const mindee_value *root) {
    size_t at;
    for (at = 0; at < request->pointer_count; at++) {
        const mindee_value *value = mindee_value_at(root, mindee_c(request->pointers[at]));
        mindee_text *json = NULL;
        mindee_error *missing = mindee_value_json(value, &json);
        say("value");
        say_field(mindee_c(request->pointers[at]));
        say_field(missing == NULL ? mindee_text_str(json) : mindee_c("missing"));
        say("\n");
        mindee_error_free(&missing);
        mindee_text_free(&json);
    }
}

static mindee_error *say_result(const struct request *request, mindee_error *error,
                                mindee_result *result) {
    if (error == NULL) {
        say("body");
        say_bytes(mindee_result_bytes(result));
        say("\n");
        say_values(request, mindee_result_value(result));
    }
    mindee_result_free(&result);
    return error;
}

static mindee_error *say_job(const struct request *request, mindee_error *error, mindee_job *job) {
    if (error == NULL) {
        say("body");
        say_bytes(mindee_job_bytes(job));
        say("\nabout\tresume_token");
        say_field(mindee_job_resume_token(job));
        say("\n");
        say_values(request, mindee_job_value(job));
    }
    mindee_job_free(&job);
    return error;
}

static mindee_error *search(struct request *request, const mindee_client *client) {
    bool more = true;
    while (more) {
        mindee_result *page = NULL;
        mindee_error *error = mindee_models_search(client, request->options, NULL, &page);
        if (error == NULL) {
            say("body");
            say_bytes(mindee_result_bytes(page));
            say("\n");
            error = mindee_result_next(page, request->options, &more);
            if (error == NULL && !more) say_values(request, mindee_result_value(page));
        }
        mindee_result_free(&page);
        if (error != NULL) return error;
    }
    return NULL;
}

static mindee_error *perform(struct request *r, const mindee_client *client) {
    mindee_result *result = NULL;
    mindee_job *job = NULL;
    mindee_str call = mindee_c(r->call), id = r->given_id;
    mindee_error *error;
    if (is(call, "run")) {
        error = mindee_run(client, r->product, r->source, r->options, NULL, &result);
        return say_result(r, error, result);
    }
    if (is(call, "enqueue")) {
        error = mindee_enqueue(client, r->product, r->source, r->options, NULL, &job);
        return say_job(r, error, job);
    }
    if (is(call, "result")) {
        error = mindee_result_get(client, r->product, id, r->options, NULL, &result);
        return say_result(r, error, result);
    }
    if (is(call, "jobs.get")) {
        error = mindee_job_get(client, id, r->options, NULL, &job);
        return say_job(r, error, job);
    }
    if (is(call, "jobs.wait")) {
        error = mindee_job_wait(client, id, r->options, NULL, &job);
        return say_job(r, error, job);
    }
    if (is(call, "jobs.result")) {
        error = mindee_job_result(client, id, r->options, NULL, &result);
        return say_result(r, error, result);
    }
    return search(r, client);
}

static void play(struct request *request) {
    mindee_client *client = NULL;
    mindee_error *error = request->error;
    if (error == NULL) error = mindee_client_new(request->client_options, &client);
    if (error == NULL) error = perform(request, client);
    if (error != NULL) {
        printf("error");
        say_field(mindee_error_payload(error));
        printf("\t%d\t-\t%d\n", (int)mindee_error_category(error),
               mindee_error_body(error).data != NULL);
    }
    say("done\n");
    fflush(stdout);
    mindee_error_free(&error);
    mindee_client_free(&client);
    mindee_source_free(&request->source);
    mindee_options_free(&request->options);
    mindee_options_free(&request->client_options);
    while (request->pointer_count > 0) free(request->pointers[--request->pointer_count]);
    memset(request, 0, sizeof *request);
}

int main(void) {
    static struct request request;
    struct line line = {0};
    say("ready\tc");
    say_field(mindee_version());
    say("\n");
    fflush(stdout);
    while (read_line(&line)) {
        if (is(line.fields[0], "go")) {
            play(&request);
            continue;
        }
        if (request.options == NULL) request.error = mindee_options_new(&request.options);
        if (request.client_options == NULL)
            request.error = mindee_options_new(&request.client_options);
        if (request.error == NULL) request.error = take(&request, &line);
    }
    free(line.memory);
    return 0;
}
