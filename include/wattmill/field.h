/*
 * Descriptor tables: one row per parameter gives its key, unit, range, default and meaning.
 *
 * Reading, checking, the JSON Schema, docs/parameters.md, `explain`, `--set` and sweep axes are all
 * derived from the rows; nothing is written twice. A table is an array of rows ended by
 * WM_FIELD_END; rows are built by typed macros, so that a member of another type does not compile.
 * min, max and default stand in the row's unit; the struct holds SI.
 *
 *     kind     member type                     JSON
 *     REAL     double                          number, or text with a unit, "150 MW" (quantity.h); NAN
 *                                              default = absent, see wm_is_set
 *     INT      int64_t                         number without fraction
 *     FLAG     bool                            true / false
 *     CHOICE   enum (values 0..n-1)            one of the words in `choices`
 *     COUNT    int64_t                         whole number >= 0, or a word (stored as -1 - its index)
 *     TEXT     const char *                    string
 *     TIME     int64_t, us since 1970 UTC      "2027-07-12" or RFC 3339: "2027-07-12T15:00-05:00"
 *     REALS    double[n]                       array of n numbers
 *     REF      const struct wm_X *             name of a catalogue entry (`catalog` says which kind)
 *     REFS     struct wm_list of pointers      name, or array of different names, of catalogue entries
 *     PRESET   struct wm_X inline              {"type": entry name, key: override, ...} or the name
 *     GROUP    struct inline                   object
 *     FILE     const struct wm_X *             path of a data file, relative to the JSON file; loaded
 *     ZONE     const struct wm_zone *          name of a time zone or an offset; NULL when absent
 *     LIST     struct wm_list                  array of objects
 *     JSON     const struct wm_json *          any value, kept as parsed; NULL when absent
 */
#ifndef WATTMILL_FIELD_H
#define WATTMILL_FIELD_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wattmill/unit.h"

enum wm_field_kind {
    WM_KIND_END,
    WM_KIND_REAL,
    WM_KIND_INT,
    WM_KIND_FLAG,
    WM_KIND_CHOICE,
    WM_KIND_COUNT,
    WM_KIND_TEXT,
    WM_KIND_TIME,
    WM_KIND_REALS,
    WM_KIND_REF,
    WM_KIND_REFS,
    WM_KIND_PRESET,
    WM_KIND_GROUP,
    WM_KIND_LIST,
    WM_KIND_FILE,
    WM_KIND_ZONE,
    WM_KIND_JSON,
};

/** The member of a LIST row: `n` items of the row's item size, in the scenario's arena. */
struct wm_list {
    const void *items;
    size_t n;
};

/** What a catalogue is called and how its entries are read; rows in catalog.def. */
enum wm_catalog_kind {
#define WM_CATALOG(id, section, type, summary) WM_CATALOG_##id,
#include "wattmill/catalog.def"
#undef WM_CATALOG
    WM_N_CATALOGS,
    WM_CATALOG_NONE = WM_N_CATALOGS
};

struct wm_arena;
struct wm_diags;

/** Loads a data file into the arena; NULL after reporting what is wrong with it. */
typedef const void *wm_file_load_fn(struct wm_arena *arena, const char *path,
                                    struct wm_diags *diags);

struct wm_field {
    enum wm_field_kind kind;
    const char *key;
    size_t offset, size; /* of the member; LIST: size of struct wm_list */
    enum wm_unit unit;
    double min, max;
    double def;                    /* default; NAN = none (REAL: stays unset; others: required) */
    const char *def_text;          /* default of CHOICE, TEXT, TIME, REF, PRESET; NULL = required */
    const char *const *choices;    /* CHOICE: words, ended by NULL */
    const struct wm_field *fields; /* GROUP, LIST, PRESET: rows of the nested struct */
    size_t item_size;              /* LIST, REALS: bytes of one item */
    enum wm_catalog_kind catalog;  /* REF, PRESET */
    wm_file_load_fn *load;         /* FILE, ZONE */
    bool required;
    const char *doc;
    /* what a planner's value usually is, in the row's unit; both 0: not known. Others are warned of (W910) */
    double usual_min, usual_max;
};

/* Compile-time check that a member has the type its row needs, as an addend of value 0. */
#define WM_TYPED(struct_tag, member, type) \
    (0 * sizeof(char[_Generic(((struct struct_tag *)0)->member, type : 1, default : -1)]))
#define WM_ROW(struct_tag, member, k, name, ...)                                                  \
    {                                                                                             \
        .kind = (k), .key = (name), .offset = offsetof(struct struct_tag, member),                \
        .size = sizeof(((struct struct_tag *)0)->member), .catalog = WM_CATALOG_NONE, __VA_ARGS__ \
    }

/** A number with a default; name is the JSON key when it differs from the member. */
#define WM_REAL_AS(tag, member, name, u, lo, hi, d, ...)                                       \
    WM_ROW(tag, member, WM_KIND_REAL, name, .unit = (u), .min = (lo), .max = (hi), .def = (d), \
           .item_size = WM_TYPED(tag, member, double), .doc = __VA_ARGS__)
#define WM_REAL(tag, member, u, lo, hi, d, ...) \
    WM_REAL_AS(tag, member, #member, u, lo, hi, d, __VA_ARGS__)
/** Behind the text of a number's row: the range in which values usually lie, 0 apart. */
#define WM_USUAL(lo, hi) .usual_min = (lo), .usual_max = (hi)
/** A number that must be given. */
#define WM_REAL_REQ(tag, member, name, u, lo, hi, ...)                                       \
    WM_ROW(tag, member, WM_KIND_REAL, name, .unit = (u), .min = (lo), .max = (hi),           \
           .def = (double)NAN, .required = true, .item_size = WM_TYPED(tag, member, double), \
           .doc = __VA_ARGS__)
#define WM_INT(tag, member, lo, hi, d, text)                                        \
    WM_ROW(tag, member, WM_KIND_INT, #member, .min = (lo), .max = (hi), .def = (d), \
           .item_size = WM_TYPED(tag, member, int64_t), .doc = text)
#define WM_INT_REQ(tag, member, lo, hi, text)                                               \
    WM_ROW(tag, member, WM_KIND_INT, #member, .min = (lo), .max = (hi), .def = (double)NAN, \
           .required = true, .item_size = WM_TYPED(tag, member, int64_t), .doc = text)
#define WM_FLAG(tag, member, d, text)                                  \
    WM_ROW(tag, member, WM_KIND_FLAG, #member, .def = (d) ? 1.0 : 0.0, \
           .item_size = WM_TYPED(tag, member, bool), .doc = text)
/** An enum; `words` is NULL-ended and in the order of the enum's values from 0. */
#define WM_CHOICE(tag, member, words, d, text)                                        \
    WM_ROW(tag, member, WM_KIND_CHOICE, #member, .choices = (words), .def_text = (d), \
           .required = (d) == NULL, .doc = text)
/** A whole number or a word: the word of index i is stored as -1 - i. */
#define WM_COUNT(tag, member, words, lo, hi, d, text)                                         \
    WM_ROW(tag, member, WM_KIND_COUNT, #member, .choices = (words), .min = (lo), .max = (hi), \
           .def_text = (d), .item_size = WM_TYPED(tag, member, int64_t), .doc = text)
#define WM_TEXT(tag, member, d, text)                           \
    WM_ROW(tag, member, WM_KIND_TEXT, #member, .def_text = (d), \
           .item_size = WM_TYPED(tag, member, const char *), .doc = text)
#define WM_TEXT_REQ(tag, member, text)                           \
    WM_ROW(tag, member, WM_KIND_TEXT, #member, .required = true, \
           .item_size = WM_TYPED(tag, member, const char *), .doc = text)
#define WM_TIME_AS(tag, member, name, d, text)                                        \
    WM_ROW(tag, member, WM_KIND_TIME, name, .def_text = (d), .required = (d) == NULL, \
           .item_size = WM_TYPED(tag, member, int64_t), .doc = text)
#define WM_REALS(tag, member, u, lo, hi, text)                                         \
    WM_ROW(tag, member, WM_KIND_REALS, #member, .unit = (u), .min = (lo), .max = (hi), \
           .required = true, .item_size = sizeof(double), .doc = text)
/** A catalogue entry; `d` names the default, "" is none (NULL), NULL makes the key required. */
#define WM_REF(tag, member, kind_id, type, d, text)                                               \
    {                                                                                             \
        .kind = WM_KIND_REF, .key = #member, .offset = offsetof(struct tag, member),              \
        .size = sizeof(((struct tag *)0)->member), .def_text = (d), .required = (d) == NULL,      \
        .catalog = WM_CATALOG_##kind_id, .item_size = WM_TYPED(tag, member, const struct type *), \
        .doc = text                                                                               \
    }
/** An optional reference: NULL when the key is absent. */
#define WM_REF_OPT(tag, member, kind_id, type, text) WM_REF(tag, member, kind_id, type, "", text)
/** One or several catalogue entries, in a struct wm_list of pointers to them. */
#define WM_REFS(tag, member, name, kind_id, text)                                        \
    {                                                                                    \
        .kind = WM_KIND_REFS, .key = (name), .offset = offsetof(struct tag, member),     \
        .size = sizeof(((struct tag *)0)->member), .required = true,                     \
        .catalog = WM_CATALOG_##kind_id,                                                 \
        .item_size = sizeof(void *) + WM_TYPED(tag, member, struct wm_list), .doc = text \
    }
/** A catalogue entry copied in place; `d` names the default entry or is NULL (required). */
#define WM_PRESET(tag, member, kind_id, rows, d, text)                                       \
    {                                                                                        \
        .kind = WM_KIND_PRESET, .key = #member, .offset = offsetof(struct tag, member),      \
        .size = sizeof(((struct tag *)0)->member), .def_text = (d), .required = (d) == NULL, \
        .catalog = WM_CATALOG_##kind_id, .fields = (rows), .doc = text                       \
    }
/** A data file, NULL when not given. */
#define WM_FILE_AS(tag, member, name, loader, type, text)                     \
    WM_ROW(tag, member, WM_KIND_FILE, name, .def_text = "", .load = (loader), \
           .item_size = WM_TYPED(tag, member, const struct type *), .doc = text)
/** A time zone, NULL when not given. */
#define WM_ZONE(tag, member, text)                                                        \
    WM_ROW(tag, member, WM_KIND_ZONE, #member, .def_text = "", .load = wm_zone_file_load, \
           .item_size = WM_TYPED(tag, member, const struct wm_zone *), .doc = text)
#define WM_GROUP(tag, member, rows, text) \
    WM_ROW(tag, member, WM_KIND_GROUP, #member, .fields = (rows), .doc = text)
#define WM_LIST(tag, member, item_tag, rows, text)                                       \
    WM_ROW(tag, member, WM_KIND_LIST, #member, .fields = (rows),                         \
           .item_size = sizeof(struct item_tag) + WM_TYPED(tag, member, struct wm_list), \
           .doc = text)
#define WM_JSON(tag, member, text)             \
    WM_ROW(tag, member, WM_KIND_JSON, #member, \
           .item_size = WM_TYPED(tag, member, const struct wm_json *), .doc = text)
#define WM_FIELD_END        \
    {                       \
        .kind = WM_KIND_END \
    }

struct wm_digest;
/**
 * Adds the values that a table's rows give to the struct at `base`: numbers, flags, choices, times and
 * what groups, presets and lists hold of them, with their keys; byte order and -0 play no part. Texts
 * are left out: they explain and do not act.
 * @pre  no row refers to a catalogue entry, a file or JSON
 */
void wm_fields_digest(struct wm_digest *digest, const struct wm_field *rows, const void *base);

/** Whether an optional number was given (unset numbers are NAN). */
static inline bool wm_is_set(double value)
{
    return !isnan(value);
}

#endif
