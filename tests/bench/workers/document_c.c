/* Files made ready in C: the task, a file, how often, and a file to write or -. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "mindee.h"

typedef mindee_error *(*operation)(const mindee_source *, const mindee_options *,
                                   mindee_documents **);

static operation wanted;
static mindee_source *source;
static mindee_options *options;

static void must(mindee_error *error) {
    if (error == NULL) return;
    fprintf(stderr, "%.*s\n", MINDEE_SHOW(mindee_error_text(error)));
    exit(1);
}

static void set(const char *name, const char *value) {
    must(mindee_options_set(options, mindee_c(name), mindee_c(value)));
}

/* `inspect`, `keep`, or `shrink:<width>:<height>:fast|no`. */
static void choose(char *task) {
    const char *name = strtok(task, ":");
    if (strcmp(name, "keep") == 0) {
        wanted = mindee_document_keep_pages;
        set("pages", "0,-2,-1");
    } else if (strcmp(name, "shrink") == 0) {
        wanted = mindee_document_shrink;
        set("max_width", strtok(NULL, ":"));
        strtok(NULL, ":");
        set("fast", strcmp(strtok(NULL, ":"), "fast") == 0 ? "true" : "false");
    } else {
        wanted = mindee_document_inspect;
    }
}

int main(int argument_count, char **arguments) {
    mindee_documents *made = NULL;
    mindee_document document = {0};
    long start, peak;
    int count;
    if (argument_count != 5) return 2;
    must(mindee_options_new(&options));
    choose(arguments[1]);
    must(mindee_source_path(mindee_c(arguments[2]), &source));
    forget_peak();
    start = status("VmRSS");
    must(wanted(source, options, &made));
    peak = status("VmHWM");
    printf("{\"times\": [");
    for (count = atoi(arguments[3]); count > 0; count--) {
        double begun;
        mindee_documents_free(&made);
        begun = wall();
        must(wanted(source, options, &made));
        printf("%.6f%s", wall() - begun, count > 1 ? ", " : "");
    }
    if (mindee_documents_count(made) > 0) document = mindee_documents_at(made, 0);
    if (strcmp(arguments[4], "-") != 0) {
        FILE *file = fopen(arguments[4], "wb");
        if (file == NULL) return 2;
        fwrite(document.content.data, 1, document.content.length, file);
        fclose(file);
    }
    printf("], \"start_kib\": %ld, \"peak_kib\": %ld, \"bytes\": %zu}\n", start, peak,
           document.content.length);
    mindee_documents_free(&made);
    mindee_source_free(&source);
    mindee_options_free(&options);
    return 0;
}
