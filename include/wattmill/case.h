/*
 * Case: what can be run. A document (form.h) of any case is loaded, run, printed and written in one way;
 * its figures are rows with unit and meaning, its result holds inputs with origins, the document itself
 * and a stamp, and is a document too: run again it gives the same bytes.
 *
 * Reading is the form's business; here stands what is done with its parameters.
 */
#ifndef WATTMILL_CASE_H
#define WATTMILL_CASE_H

#include "wattmill/form.h"
#include "wattmill/frontier.h"
#include "wattmill/grid.h"
#include "wattmill/output.h"
#include "wattmill/run_options.h"

/** One figure of a result, in its unit ("1": none); NAN: not computed. */
struct wm_figure {
    const char *key, *unit, *doc;
    double value;
};
struct wm_figures {
    const struct wm_figure *items;
    size_t n;
};

struct wm_case_options {
    struct wm_run_options run;
    struct wm_folder *folder; /* for rows written while it runs; NULL: none */
    bool requests;            /* of a replay, with `folder`: requests.csv */
};

/** A document that was run. */
struct wm_case_run {
    const struct wm_case_type *type;
    const struct wm_loaded *loaded;
    const void *outcome; /* the case's own; NULL: it came to none */
    struct wm_figures figures;
    struct wm_stamp stamp;
    struct wm_arena *arena;
    struct wm_diags *diags;
};

struct wm_case_type {
    const struct wm_form *form;
    const char *result; /* name of its file in a folder: "replay.json" */
    /* All figures in their order, the same ones always; `outcome` NULL: without values. */
    struct wm_figures (*figures)(struct wm_arena *arena, const void *outcome);
    /* @return WM_OK, WM_FAILED with an outcome; WM_INFEASIBLE (E301) with one or without; WM_INTERRUPTED */
    enum wm_status (*run)(struct wm_arena *arena, const void *params,
                          const struct wm_case_options *options, const void **outcome,
                          struct wm_diags *diags);
    void (*json)(FILE *file, const struct wm_case_run *run);
    /* `show` names a part of what is printed; NULL: the usual one. */
    void (*print)(FILE *file, const struct wm_case_run *run, enum wm_format format,
                  const char *show);
    /* Files of a folder beside the result; false with a diagnostic. */
    bool (*put)(struct wm_folder *folder, const struct wm_case_run *run);
};

#define WM_FORM(id) extern const struct wm_case_type wm_case_##id;
#include "wattmill/forms.def"
#undef WM_FORM

/** The case of a form. */
const struct wm_case_type *wm_case_of(const struct wm_form *form);
/** Runs a loaded document. @return as the case's `run` */
enum wm_status wm_case_run(struct wm_arena *arena, const struct wm_loaded *loaded,
                           const struct wm_case_options *options, struct wm_case_run *out,
                           struct wm_diags *diags);
/** The figure of that key, or NULL. */
const struct wm_figure *wm_figure_find(const struct wm_figures *figures, const char *key);
/** Figures that were computed, as key, value, unit, meaning. */
void wm_figures_print(FILE *file, struct wm_arena *arena, const struct wm_figures *figures,
                      enum wm_format format);
/** The result, metrics.csv and what the case adds; false with a diagnostic. */
bool wm_case_put(struct wm_folder *folder, const struct wm_case_run *run);
/** Names of assertions that are no figures of the case: E103, WM_USAGE. */
enum wm_status wm_case_check_names(struct wm_arena *arena, const struct wm_case_type *type,
                                   const struct wm_assertion *assertions, size_t n,
                                   struct wm_diags *diags);
/** WM_FAILED with E303 unless all hold. @pre wm_case_check_names() */
enum wm_status wm_case_assert(const struct wm_case_run *run, const struct wm_assertion *assertions,
                              size_t n, struct wm_diags *diags);

/** Site terms of an accelerator, as a form says. */
struct wm_frontier_site wm_terms_of(const struct wm_terms_form *terms,
                                    const struct wm_accelerator *accelerator);

#endif
