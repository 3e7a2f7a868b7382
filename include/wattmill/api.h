/*
 * The stable face of the library, for C11 and C++17 and for whatever can call C.
 *
 * A model is a document (a scenario, or another case: a replay, a training run, a frontier) with changes on top; running it gives a result, of which figures are
 * asked by key. Handles are opaque, texts are UTF-8 and belong to the handle they came from, nothing is global:
 * models may be used on any threads, each by one at a time. The library never prints, exits or reads the
 * environment. Numbers are in the unit that goes with the key, as docs/metrics.md and docs/parameters.md say.
 *
 * Every function that can fail returns what the command would exit with: WATTMILL_OK, or another of the words
 * below; wattmill_message() then says what is wrong, all mistakes at once, each with place, path, value and rule.
 * A version of the same WATTMILL_API_MAJOR keeps every function and its meaning; figures may be added.
 *
 * The other headers of this folder are the library's inside: they serve static linking and change with any version.
 */
#ifndef WATTMILL_API_H
#define WATTMILL_API_H

#include <stdbool.h>
#include <stddef.h>

#define WATTMILL_API_MAJOR 1
#define WATTMILL_API_MINOR 1

#if defined(__GNUC__)
#define WATTMILL_API __attribute__((visibility("default")))
#else
#define WATTMILL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum wattmill_status {
    WATTMILL_OK = 0,
    WATTMILL_FAILED = 1,     /* a balance does not close; the result is there */
    WATTMILL_USAGE = 2,      /* a path, a key or an argument that is none */
    WATTMILL_INVALID = 3,    /* the document has mistakes */
    WATTMILL_INFEASIBLE = 4, /* nothing fits; the message says which constraint */
    WATTMILL_IO = 5,         /* a file cannot be read, or no memory is left */
    WATTMILL_INTERNAL = 70,
    WATTMILL_CANCELLED = 130
};

struct wattmill_model;
struct wattmill_result;

/** Version of the library, "1.2.3". */
WATTMILL_API const char *wattmill_version(void);
/** Version of this interface as compiled in: major * 1000 + minor. */
WATTMILL_API int wattmill_api_version(void);

/**
 * Reads the document at `path`, with all it extends. `*model` is set whatever is returned but when not even it
 * fits into memory (NULL then); close it.
 */
WATTMILL_API int wattmill_open(const char *path, struct wattmill_model **model);
/** The same from text; files that it names lie in `dir` (NULL: the working folder). */
WATTMILL_API int wattmill_open_text(const char *json, const char *dir,
                                    struct wattmill_model **model);
WATTMILL_API void wattmill_close(struct wattmill_model *model);

/**
 * Changes a value: `path` is dotted, elements of lists by index or name ("fleet.main.count"); `value` is JSON, else
 * taken as a text. Kept until the model is closed; the last one of a path holds. Checked when the model is.
 */
WATTMILL_API int wattmill_set(struct wattmill_model *model, const char *path, const char *value);
/** The same for a number. */
WATTMILL_API int wattmill_set_number(struct wattmill_model *model, const char *path, double value);
/** Adds the entries of a catalogue file. */
WATTMILL_API int wattmill_add_catalog(struct wattmill_model *model, const char *path);

/** What the document is: "site", "replay", "train" or "frontier"; "" when that could not be read. */
WATTMILL_API const char *wattmill_case(const struct wattmill_model *model);
/** Validates the document with its changes. */
WATTMILL_API int wattmill_check(struct wattmill_model *model);
/** Every input after defaults as JSON: path, value, unit, origin. NULL when the document is invalid. */
WATTMILL_API const char *wattmill_inputs_json(struct wattmill_model *model);

/** Called with the share done, 0 to 1, now and then while a model runs; false cancels the run. */
typedef bool wattmill_progress_fn(void *context, double done_frac);
WATTMILL_API void wattmill_on_progress(struct wattmill_model *model, wattmill_progress_fn *fn,
                                       void *context);
/** Runs the document with its changes; `*result` is set with WATTMILL_OK and WATTMILL_FAILED, else NULL. Free it. */
WATTMILL_API int wattmill_run(struct wattmill_model *model, struct wattmill_result **result);

/** Messages of the last call that opened, checked or ran the model: mistakes and warnings, in their order. */
WATTMILL_API size_t wattmill_n_messages(const struct wattmill_model *model);
/** The line a person reads, or NULL. */
WATTMILL_API const char *wattmill_message(const struct wattmill_model *model, size_t i);
/** "E204" or "W901", or NULL; those that begin with W are warnings. */
WATTMILL_API const char *wattmill_message_code(const struct wattmill_model *model, size_t i);

/** A figure by its key (docs/metrics.md), in the unit of wattmill_metric_unit(). @return false when there is none */
WATTMILL_API bool wattmill_metric(const struct wattmill_result *result, const char *key,
                                  double *value);
/** Keys of this result's figures in their order, `i` from 0; NULL after the last. */
WATTMILL_API const char *wattmill_result_key(const struct wattmill_result *result, size_t i);
/** Unit of one of them ("1": none), or NULL. */
WATTMILL_API const char *wattmill_result_unit(const struct wattmill_result *result,
                                              const char *key);
/** What one of them means, or NULL. */
WATTMILL_API const char *wattmill_result_doc(const struct wattmill_result *result, const char *key);
/** Keys of all figures of a site in their order, `i` from 0; NULL after the last. */
WATTMILL_API const char *wattmill_metric_key(size_t i);
/** Unit of a figure of a site ("USD", "" for none), or NULL for a key that is none. */
WATTMILL_API const char *wattmill_metric_unit(const char *key);
/** What a figure means, or NULL. */
WATTMILL_API const char *wattmill_metric_doc(const char *key);
/**
 * A column of the 15-minute series ("site_mw", "shadow_price_usd_per_mwh": those of series.csv, and "time_s", seconds
 * since 1970 in UTC): copies up to `n` values.
 * @return how many rows there are; 0 for a name that is none
 */
WATTMILL_API size_t wattmill_series(const struct wattmill_result *result, const char *name,
                                    double *values, size_t n);
/** The whole result as `run --format json` prints it. NULL when no memory is left. */
WATTMILL_API const char *wattmill_result_json(struct wattmill_result *result);
WATTMILL_API void wattmill_result_free(struct wattmill_result *result);

/** JSON Schema of a scenario; free the text. NULL when no memory is left. */
WATTMILL_API char *wattmill_schema(void);
/** The same of a document of that case; NULL also for a case that is none. */
WATTMILL_API char *wattmill_schema_of(const char *case_name);
/** What a key, figure or code means, as `explain` prints it; free the text. NULL for a word that is none. */
WATTMILL_API char *wattmill_explain(const char *word);
WATTMILL_API void wattmill_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
