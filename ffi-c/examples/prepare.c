/* Makes a file ready to be sent: prepare <file> <new file>
 *
 * Prints what there is to know about it, makes it smaller, and writes the new file. No API key is
 * needed. */
#include <stdio.h>

#include "mindee.h"

static void show(const mindee_value *findings) {
    size_t index;
    for (index = 0; index < mindee_value_count(findings); index++) {
        const mindee_value *finding = mindee_value_item(findings, index);
        const mindee_value *severity = mindee_value_member(finding, mindee_c("severity"));
        const mindee_value *message = mindee_value_member(finding, mindee_c("message"));
        printf("%.*s: %.*s\n", MINDEE_SHOW(mindee_value_text(severity)),
               MINDEE_SHOW(mindee_value_text(message)));
    }
}

static int written(const char *path, mindee_bytes content) {
    FILE *file = fopen(path, "wb");
    size_t count;
    if (file == NULL) return 0;
    count = fwrite(content.data, 1, content.length, file);
    return fclose(file) == 0 && count == content.length;
}

int main(int count, char **arguments) {
    mindee_source *source = NULL;
    mindee_documents *found = NULL, *made = NULL;
    mindee_error *error;
    int status = 0;
    if (count != 3) {
        fprintf(stderr, "usage: %s <file> <new file>\n", arguments[0]);
        return 2;
    }
    error = mindee_source_path(mindee_c(arguments[1]), &source);
    if (error == NULL) error = mindee_document_preflight(source, NULL, &found);
    if (error == NULL) {
        show(mindee_value_at(mindee_documents_value(found), mindee_c("/findings")));
        error = mindee_document_shrink(source, NULL, &made);
    }
    if (error == NULL) {
        mindee_document file = mindee_documents_at(made, 0);
        printf("%.*s: %zu bytes\n", MINDEE_SHOW(file.filename), file.content.length);
        if (!written(arguments[2], file.content)) {
            fprintf(stderr, "%s cannot be written\n", arguments[2]);
            status = 1;
        }
    } else {
        fprintf(stderr, "%.*s\n", MINDEE_SHOW(mindee_error_text(error)));
        status = 1;
    }
    mindee_error_free(&error);
    mindee_documents_free(&made);
    mindee_documents_free(&found);
    mindee_source_free(&source);
    return status;
}
