/* Reading a study, shared by the files that do it: study_load.c calls, the others are its steps. */
#ifndef WM_SWEEP_STUDY_LOAD_H
#define WM_SWEEP_STUDY_LOAD_H

#include "plan.h"

struct wm_study_load {
    struct wm_arena *arena;
    struct wm_diags *diags;
    struct wm_study *study;
    const struct wm_json *root; /* of the study file */
    const char *over;           /* scenario in place of the base that the file names; NULL: that */
    size_t capacity;            /* of study->axes, which grows */
    struct wm_origins origins;  /* of the base scenario, for defaults */
    struct wm_files files;      /* data files that some value names */
};

/** Adds E501; always false. */
bool wm_load_fail(struct wm_study_load *l, const struct wm_place *place, const char *path,
                  const char *text);

/* Each is false after diagnostics. */

/** Numbers with units on the axis become numbers in the unit of its place at `path`, "": of its cases alone. */
bool wm_load_axis_units(struct wm_study_load *l, struct wm_json *axis, const char *path);
/** The same on every axis and point of the study file. */
bool wm_load_study_units(struct wm_study_load *l, struct wm_json *root);
/** The study file's own axes; of `list`, one axis whose cases are the points. */
bool wm_load_own_axes(struct wm_study_load *l);
/** Axes that stand in the tree at `node`; their central or first value takes their place. */
bool wm_load_inline_axes(struct wm_study_load *l, struct wm_json *node, const char *path);
/** Default of an absent key, as the base scenario was read; NULL when it has none. */
const struct wm_json *wm_load_default(struct wm_study_load *l, const char *indexed);
/** Finds the axis' places in the tree, remembers what stood there, fills what is empty. */
bool wm_load_targets(struct wm_study_load *l, struct wm_axis *axis);
/** What an axis leaves open must be filled by the base scenario. */
bool wm_load_check_bases(struct wm_study_load *l, const struct wm_axis *axis);
/** Points of a grid or one at a time differ: no axis has a value twice. */
bool wm_load_check_twice(struct wm_study_load *l, const struct wm_axis *axis);
/** No place is set twice, by axes `i` and `j`. */
bool wm_load_check_apart(struct wm_study_load *l, size_t i, size_t j);
/** Every value of every axis through the scenario's tables. */
bool wm_load_try_axes(struct wm_study_load *l);
/** Correlations into the factor of the copula. */
bool wm_load_corr(struct wm_study_load *l);
/** Whether an object with the member `word` ("sweep", "dist") stands anywhere in the tree. */
bool wm_load_has_inline_axis(const struct wm_json *node, const char *word);
/** wm_study_load() whose base is the scenario at `base`, whatever the file names; NULL: what it names. */
enum wm_status wm_study_load_over(struct wm_arena *arena, const char *path, const char *base,
                                  const struct wm_override *sets, size_t n_sets,
                                  const struct wm_study **out, struct wm_diags *diags);
/** Which metrics go to the store. */
bool wm_load_metrics(struct wm_study_load *l);
/** Whether `path` is `outer` or lies inside it. */
bool wm_path_is_inside(const char *path, const char *outer);

#endif
