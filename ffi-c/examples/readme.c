/* The lines that the README shows. */
#include <stdio.h>

#include "mindee.h"

int main(void) {
    mindee_client *client = NULL;
    mindee_source *source = NULL;
    mindee_options *options = NULL;
    mindee_result *result = NULL;
    double total;
    mindee_str model_id = mindee_c("6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71");
    mindee_str pointer = mindee_c("/inference/result/fields/total_amount/value");
    mindee_error *error = mindee_client_new(NULL, &client);
    if (!error) error = mindee_source_path(mindee_c("invoice.pdf"), &source);
    if (!error) error = mindee_options_new(&options);
    if (!error) error = mindee_options_set(options, mindee_c("model_id"), model_id);
    if (!error) error = mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result);
    if (error) fprintf(stderr, "%.*s\n", MINDEE_SHOW(mindee_error_text(error)));
    if (mindee_value_number(mindee_value_at(mindee_result_value(result), pointer), &total))
        printf("%.2f\n", total);

    mindee_error_free(&error);
    mindee_result_free(&result);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
    return 0;
}
