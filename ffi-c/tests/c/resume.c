/* Without a word: uploads the document and prints its token. With a token: prints the result's
 * file name. */
#include "case.h"

static void upload(mindee_client *client) {
    mindee_source *source = new_source();
    mindee_options *options = new_options();
    mindee_job *job = NULL;
    CHECK_FINE(mindee_enqueue(client, MINDEE_EXTRACTION, source, options, NULL, &job));
    printf("%.*s\n", MINDEE_SHOW(mindee_job_resume_token(job)));
    mindee_job_free(&job);
    mindee_options_free(&options);
    mindee_source_free(&source);
}

static void take_up(mindee_client *client, const char *token) {
    mindee_result *result = NULL;
    CHECK_FINE(mindee_job_result(client, mindee_c(token), NULL, NULL, &result));
    printf("%.*s\n", MINDEE_SHOW(mindee_value_text(mindee_value_at(
                         mindee_result_value(result), mindee_c("/inference/file/name")))));
    mindee_result_free(&result);
}

int main(int count, char **arguments) {
    mindee_client *client = new_client();
    if (count < 2) upload(client);
    if (count == 2) take_up(client, arguments[1]);
    mindee_client_free(&client);
    return 0;
}
