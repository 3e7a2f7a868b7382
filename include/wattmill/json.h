/*
 * JSON: a strict reader that remembers where everything stood, and a streaming writer.
 *
 * The reader takes RFC 8259 and nothing more: no comments, trailing commas, `01`, `1.`, NaN, raw
 * control characters, bad UTF-8, lone surrogates, byte-order mark or text after the value; nesting
 * ends at WM_JSON_MAX_DEPTH and numbers must fit a double. Every value and key keeps its line and
 * column, so that later checks can point at it. A duplicate key is reported with both places.
 *
 * The writer prints numbers as the shortest decimal that reads back to the same double, whatever
 * the C locale, so equal results are equal bytes.
 */
#ifndef WATTMILL_JSON_H
#define WATTMILL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "wattmill/arena.h"
#include "wattmill/diag.h"
#include "wattmill/status.h"

#define WM_JSON_MAX_DEPTH 64

enum wm_json_type {
    WM_JSON_NULL,
    WM_JSON_BOOL,
    WM_JSON_NUMBER,
    WM_JSON_STRING,
    WM_JSON_ARRAY,
    WM_JSON_OBJECT
};

/** One value; members of objects and elements of arrays are chained by `next`. */
struct wm_json {
    enum wm_json_type type;
    bool flag;        /* BOOL */
    double number;    /* NUMBER, finite */
    const char *text; /* STRING: decoded; NUMBER: shortest decimal */
    const char *key;  /* of a member of an object, else NULL */
    struct wm_place place, key_place;
    struct wm_json *child, *last, *next; /* first and last child; the following sibling */
    size_t n_children;
};

/**
 * Parses the whole of `text`.
 *
 * @param file  shown in places; copied
 * @param out   the tree, or NULL when the text is not JSON
 * @return WM_OK; WM_INVALID with E201 (first syntax error) or E203 (all duplicate keys; the tree is
 *         set then and keeps the first of each); WM_NO_MEMORY
 */
enum wm_status wm_json_parse(struct wm_arena *arena, const char *text, size_t n_bytes,
                             const char *file, struct wm_json **out, struct wm_diags *diags);

/** Member of an object, or NULL; also NULL when `object` is NULL or no object. */
struct wm_json *wm_json_find(const struct wm_json *object, const char *key);
/** Element `i` of an array or member `i` of an object, or NULL. */
struct wm_json *wm_json_at(const struct wm_json *parent, size_t i);
/** A fresh value without children; strings are not copied. */
struct wm_json *wm_json_new(struct wm_arena *arena, enum wm_json_type type,
                            const struct wm_place *place);
/** Appends `child` (in no other list) to an array or, with its key set, to an object. */
void wm_json_append(struct wm_json *parent, struct wm_json *child);
/** Deep copy, places included. */
struct wm_json *wm_json_copy(struct wm_arena *arena, const struct wm_json *from);
/**
 * `over` laid on `base` in a new tree: objects merge by key; a list is replaced, but an element whose
 * `name` is that of an element of the base starts from it; everything else is replaced. Places stay
 * those of the file a value came from.
 */
struct wm_json *wm_json_merge(struct wm_arena *arena, const struct wm_json *base,
                              const struct wm_json *over);
/** "a number", "an object", ... for messages. */
const char *wm_json_type_text(enum wm_json_type type);
/** The value as one line of JSON text, in `arena`. */
const char *wm_json_to_text(struct wm_arena *arena, const struct wm_json *value);

/**
 * Shortest decimal that strtod() reads back as `value`, with a point whatever the locale; 0 for -0,
 * "null" for NAN and the infinities, which JSON does not have.
 */
const char *wm_json_number_text(double value, char buf[32]);

/** A writer onto a stream or into memory; init one, write one value, finish. */
struct wm_json_writer {
    FILE *file; /* NULL: into memory */
    struct wm_arena *arena;
    char *bytes; /* memory: text so far, 0-ended */
    size_t n_bytes, capacity;
    int depth;
    bool pretty;                        /* 2-space indent, one member a line */
    bool after_key;                     /* a key was written, its value is due */
    bool filled[WM_JSON_MAX_DEPTH + 1]; /* per level: something was written */
    bool in_array[WM_JSON_MAX_DEPTH + 1];
};

/** Onto a stream, pretty. Write errors are found with ferror() at the end. */
struct wm_json_writer wm_json_writer_to_file(FILE *file);
/** Into memory of the arena; the text is `bytes`, `n_bytes`. */
struct wm_json_writer wm_json_writer_to_memory(struct wm_arena *arena, bool pretty);

void wm_json_object_begin(struct wm_json_writer *w);
void wm_json_object_end(struct wm_json_writer *w);
void wm_json_array_begin(struct wm_json_writer *w);
void wm_json_array_end(struct wm_json_writer *w);
/** The key of the value written next. */
void wm_json_key(struct wm_json_writer *w, const char *key);
/** A string; control characters are escaped, UTF-8 passes as it is. NULL becomes null. */
void wm_json_string(struct wm_json_writer *w, const char *text);
void wm_json_number(struct wm_json_writer *w, double value);
void wm_json_integer(struct wm_json_writer *w, int64_t value);
void wm_json_bool(struct wm_json_writer *w, bool value);
void wm_json_null(struct wm_json_writer *w);
/** An array of numbers on one line. */
void wm_json_reals(struct wm_json_writer *w, const double *values, size_t n);
/** Text that is JSON already (such as an origin's value), unchecked. */
void wm_json_raw(struct wm_json_writer *w, const char *json_text);
/** A parsed tree. */
void wm_json_write(struct wm_json_writer *w, const struct wm_json *value);
/** A key and its value in one call. */
void wm_json_member_string(struct wm_json_writer *w, const char *key, const char *text);
void wm_json_member_number(struct wm_json_writer *w, const char *key, double value);
void wm_json_member_integer(struct wm_json_writer *w, const char *key, int64_t value);
void wm_json_member_bool(struct wm_json_writer *w, const char *key, bool value);
/** Ends the text with a newline when pretty. @pre every object and array was ended */
void wm_json_finish(struct wm_json_writer *w);

#endif
