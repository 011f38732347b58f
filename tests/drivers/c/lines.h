/* The line protocol: fields between tabs, each percent-encoded. */
#ifndef LINES_H
#define LINES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mindee.h"

enum { FIELDS = 6 };

struct line {
    char *memory;
    size_t room;
    mindee_str fields[FIELDS];
    size_t count;
};

static inline int hex_digit(char digit) {
    const char *digits = "0123456789ABCDEF0123456789abcdef";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit);
    return found == NULL ? 0 : (int)((found - digits) % 16);
}

/* Decodes in place and returns the new length. */
static inline size_t decode_percent(char *text, size_t length) {
    size_t from, to = 0;
    for (from = 0; from < length; from++) {
        if (text[from] == '%' && from + 2 < length) {
            text[to++] = (char)(hex_digit(text[from + 1]) * 16 + hex_digit(text[from + 2]));
            from += 2;
        } else {
            text[to++] = text[from];
        }
    }
    return to;
}

static inline bool read_raw_line(struct line *line) {
    size_t length = 0;
    int byte;
    while ((byte = getchar()) != EOF && byte != '\n') {
        if (length + 1 >= line->room) {
            line->room = line->room * 2 + 256;
            line->memory = (char *)realloc(line->memory, line->room);
            if (line->memory == NULL) abort();
        }
        line->memory[length++] = (char)byte;
    }
    if (length > 0) line->memory[length] = '\0';
    return length > 0;
}

/* Reads a line; false at the end of the input. */
static inline bool read_line(struct line *line) {
    char *field;
    memset(line->fields, 0, sizeof line->fields);
    line->count = 0;
    if (!read_raw_line(line)) return false;
    for (field = line->memory; field != NULL && line->count < FIELDS;) {
        char *end = strchr(field, '\t');
        size_t length = end == NULL ? strlen(field) : (size_t)(end - field);
        line->fields[line->count].data = field;
        line->fields[line->count++].length = decode_percent(field, length);
        field = end == NULL ? NULL : end + 1;
    }
    return true;
}

static inline bool is(mindee_str text, const char *word) {
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

static inline void say(const char *word) { fputs(word, stdout); }

static inline void say_field(mindee_str text) {
    const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    size_t at;
    putchar('\t');
    for (at = 0; at < text.length; at++) {
        char byte = text.data[at];
        if (byte != '\0' && strchr(plain, byte) != NULL) {
            putchar(byte);
        } else {
            printf("%%%02X", (unsigned)(unsigned char)byte);
        }
    }
}

static inline void say_bytes(mindee_bytes bytes) {
    mindee_str text = {(const char *)bytes.data, bytes.length};
    say_field(text);
}

static inline FILE *open_file(mindee_str path) {
    FILE *file;
    char *name = (char *)calloc(path.length + 1, 1);
    if (name == NULL) abort();
    memcpy(name, path.data, path.length);
    file = fopen(name, "rb");
    free(name);
    return file;
}

/* A whole file; the caller frees `*memory`. */
static inline mindee_bytes read_file(mindee_str path, char **memory) {
    size_t length = 0;
    long size;
    FILE *file = open_file(path);
    *memory = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0) {
        rewind(file);
        *memory = (char *)malloc((size_t)size);
        if (*memory == NULL) abort();
        length = fread(*memory, 1, (size_t)size, file);
    }
    if (file != NULL) fclose(file);
    return mindee_view(*memory, length);
}

#endif
