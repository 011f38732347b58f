/* Reading an answer: the sandbox gives a result that holds every kind of value. */
#include "case.h"

static mindee_result *result;

static const mindee_value *field(const char *name) {
    const mindee_value *fields =
        mindee_value_at(mindee_result_value(result), mindee_c("/inference/result/fields"));
    return mindee_value_member(fields, mindee_c(name));
}

static const mindee_value *value_of(const char *name) {
    return mindee_value_member(field(name), mindee_c("value"));
}

static void missing_and_null_are_told_apart(void) {
    CHECK(mindee_value_kind(value_of("nothing")) == MINDEE_NULL);
    CHECK(mindee_value_kind(value_of("no such field")) == MINDEE_MISSING);
    CHECK(mindee_value_text(value_of("nothing")).data == NULL);
}

static void empty_text_is_not_missing_text(void) {
    mindee_str text = mindee_value_text(value_of("empty"));
    CHECK(mindee_value_kind(value_of("empty")) == MINDEE_TEXT);
    CHECK(text.data != NULL && text.length == 0);
}

static void an_integer_stays_an_integer(void) {
    int64_t integer = 0;
    CHECK(mindee_value_kind(value_of("large")) == MINDEE_INTEGER);
    CHECK(mindee_value_integer(value_of("large"), &integer));
    CHECK(integer == INT64_C(9007199254740993));
}

static void a_number_with_a_fraction_is_no_integer(void) {
    int64_t integer = 5;
    double number = 0;
    CHECK(mindee_value_kind(value_of("half")) == MINDEE_NUMBER);
    CHECK(mindee_value_number(value_of("half"), &number) && number > 0.49 && number < 0.51);
    CHECK(!mindee_value_integer(value_of("half"), &integer) && integer == 0);
}

static void a_boolean_is_read(void) {
    bool boolean = false;
    CHECK(mindee_value_kind(value_of("yes")) == MINDEE_BOOLEAN);
    CHECK(mindee_value_boolean(value_of("yes"), &boolean) && boolean);
}

static void text_may_hold_a_nul(void) {
    mindee_str text = mindee_value_text(value_of("nul"));
    CHECK(text.length == 3 && memcmp(text.data, "a\0b", 3) == 0);
}

static void fields_are_read_by_name_by_index_and_by_pointer(void) {
    const mindee_value *items = mindee_value_member(field("list"), mindee_c("items"));
    const mindee_value *fields =
        mindee_value_at(mindee_result_value(result), mindee_c("/inference/result/fields"));
    CHECK(mindee_value_kind(items) == MINDEE_LIST && mindee_value_count(items) == 2);
    CHECK(mindee_value_item(items, 1) == mindee_value_at(items, mindee_c("/1")));
    CHECK(mindee_value_item(items, 2) == NULL);
    CHECK(same(mindee_value_key(fields, 0), "nothing"));
    CHECK(mindee_value_item(fields, 0) == field("nothing"));
    CHECK(mindee_value_key(items, 0).data == NULL);
}

static void a_name_with_special_characters_is_read_by_name(void) {
    CHECK(same(mindee_value_text(value_of("a/b~c")), "found"));
    CHECK(value_of("a/b~c") ==
          mindee_value_at(mindee_result_value(result),
                          mindee_c("/inference/result/fields/a~1b~0c/value")));
}

static void any_value_is_given_as_json(void) {
    mindee_text *text = NULL;
    CHECK_FINE(mindee_value_json(field("half"), &text));
    CHECK(same(mindee_text_str(text), "{\"value\":0.5}"));
    mindee_text_free(&text);
    CHECK_CODE(mindee_value_json(NULL, &text), "handle.null");
}

static void the_bytes_are_those_of_the_answer(void) {
    mindee_bytes bytes = mindee_result_bytes(result);
    mindee_str text = {(const char *)bytes.data, bytes.length};
    CHECK(holds(text, "\"unknown_to_this_version\"  :  true"));
}

int main(int count, char **arguments) {
    const test_case cases[] = {
        CASE(missing_and_null_are_told_apart),
        CASE(empty_text_is_not_missing_text),
        CASE(an_integer_stays_an_integer),
        CASE(a_number_with_a_fraction_is_no_integer),
        CASE(a_boolean_is_read),
        CASE(text_may_hold_a_nul),
        CASE(fields_are_read_by_name_by_index_and_by_pointer),
        CASE(a_name_with_special_characters_is_read_by_name),
        CASE(any_value_is_given_as_json),
        CASE(the_bytes_are_those_of_the_answer),
    };
    mindee_client *client;
    mindee_source *source;
    mindee_options *options;
    int status;
    if (count < 2) return RUN(cases);
    client = new_client();
    source = new_source();
    options = new_options();
    CHECK_FINE(mindee_run(client, MINDEE_EXTRACTION, source, options, NULL, &result));
    status = RUN(cases);
    mindee_result_free(&result);
    mindee_options_free(&options);
    mindee_source_free(&source);
    mindee_client_free(&client);
    return status;
}
