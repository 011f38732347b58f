/* Reads an invoice: invoice <path or URL> <model id>
 *
 * The API key is taken from MINDEE_V2_API_KEY. */
#include <stdio.h>

#include "mindee.h"

static void show(const mindee_value *fields, const char *name) {
    const mindee_value *field = mindee_value_member(fields, mindee_c(name));
    const mindee_value *value = mindee_value_member(field, mindee_c("value"));
    mindee_text *text = NULL;
    if (mindee_value_kind(value) == MINDEE_TEXT) {
        printf("%s: %.*s\n", name, MINDEE_SHOW(mindee_value_text(value)));
    } else if (value != NULL && mindee_value_json(value, &text) == NULL) {
        printf("%s: %.*s\n", name, MINDEE_SHOW(mindee_text_str(text)));
    }
    mindee_text_free(&text);
}

static mindee_error *read_invoice(const char *document, const char *model_id) {
    mindee_client *client = NULL;
    mindee_source *source = NULL;
    mindee_options *options = NULL;
    mindee_result *result = NULL;
    mindee_error *error = mindee_client_new(NULL, &client);
    if (error == NULL) error = mindee_source_text(mindee_c(document), &source);
    if (error == NULL) error = mindee_options_new(&options);
    if (error == NULL) error = mindee_options_set(options, mindee_c("model_id"), mindee_c(model_id));
    if (error == NULL) error = mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result);
    if (error == NULL) {
        const mindee_value *answer = mindee_result_value(result);
        const mindee_value *fields =
            mindee_value_at(answer, mindee_c("/inference/result/fields"));
        const mindee_value *items = mindee_value_at(fields, mindee_c("/line_items/items"));
        const mindee_value *first =
            mindee_value_at(items, mindee_c("/0/fields/description/value"));
        show(fields, "supplier_name");
        show(fields, "invoice_number");
        show(fields, "date");
        show(fields, "currency");
        show(fields, "total_amount");
        printf("line_items: %zu\n", mindee_value_count(items));
        printf("line_item_1: %.*s\n", MINDEE_SHOW(mindee_value_text(first)));
    }
    mindee_result_free(&result);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
    return error;
}

int main(int count, char **arguments) {
    mindee_error *error;
    if (count != 3) {
        fprintf(stderr, "usage: %s <path or URL> <model id>\n", arguments[0]);
        return 2;
    }
    error = read_invoice(arguments[1], arguments[2]);
    if (error != NULL) {
        fprintf(stderr, "%.*s\n", MINDEE_SHOW(mindee_error_text(error)));
        mindee_error_free(&error);
        return 1;
    }
    return 0;
}
