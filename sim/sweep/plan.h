/*
 * What the files of this room share: a study after reading, and the expansion of one point.
 *
 * study file -> axes with targets in the base scenario's tree -> choice per axis -> values -> tree
 * -> scenario.
 */
#ifndef WM_SWEEP_PLAN_H
#define WM_SWEEP_PLAN_H

#include "wattmill/case.h"
#include "wattmill/numeric.h"
#include "wattmill/study.h"

enum wm_dist {
    WM_DIST_NONE,
    WM_DIST_PERT,
    WM_DIST_TRIANGULAR,
    WM_DIST_UNIFORM,
    WM_DIST_NORMAL,
    WM_DIST_LOGNORMAL,
    WM_DIST_BETA,
    WM_DIST_DISCRETE
};

enum wm_spacing { WM_SPACING_LIN, WM_SPACING_LOG };

/** The object of a sweep given as a range. */
struct wm_range_params {
    double from, to, step;
    int64_t n;
    enum wm_spacing scale;
};

/** An axis as it stands in the file. */
struct wm_axis_params {
    const char *path, *name, *source;
    const struct wm_json *sweep, *cases, *base, *values, *weights;
    enum wm_dist dist;
    double low, mode, high, lambda, mean, sd, median, log_sd, alpha, beta;
    int64_t n;
};

struct wm_study_params {
    int64_t schema_version;
    const char *schema, *name, *base, *notes;
    enum wm_design design;
    int64_t n, seed;
    struct wm_list axes; /* of struct wm_axis_params */
    const struct wm_json *corr, *points, *metrics;
    bool yearly;
};

extern const struct wm_field wm_axis_fields[];
extern const struct wm_field wm_range_fields[];

/** One place of the scenario that an axis sets. */
struct wm_axis_target {
    const char *path;           /* as written */
    const char *indexed;        /* list elements by index */
    struct wm_place place;      /* of the axis in its file */
    const struct wm_json *base; /* value in the base scenario, defaults included; NULL: none */
    bool whole;                 /* the row takes whole numbers only */
};

/** One of the cases of an axis that sets several places together. */
struct wm_case {
    const char *label;
    const struct wm_json **values; /* [n_targets]; NULL: the base's */
};

struct wm_axis {
    const char *name;
    struct wm_place place;
    const struct wm_json **values; /* [n_levels] of a list; NULL otherwise */
    const struct wm_case *cases;   /* [n_levels]; NULL otherwise */
    bool is_range, is_dist;
    size_t n_levels; /* 0: continuous, any u */
    struct wm_range_params range;
    struct wm_axis_params params; /* of a distribution */
    double *cumulative;           /* DISCRETE: upper ends of the shares, [n_levels] */
    struct wm_axis_target *targets;
    size_t n_targets;
    const struct wm_json *base; /* what one-at-a-time keeps it at; NULL: the target's base */
};

struct wm_study {
    const char *path, *base_path; /* of the study, of its scenario */
    struct wm_study_params params;
    struct wm_axis *axes;
    size_t n_axes;
    const uint32_t *strata; /* of a correlated Latin hypercube, [n_axes][n]; NULL: none listed */
    double *factor; /* Cholesky factor of the correlations, [n_axes * n_axes]; NULL: independent */
    struct wm_json *tree;             /* base scenario, axis targets present */
    const struct wm_catalog *catalog; /* NULL: an axis reaches into the catalogue */
    const struct wm_catalog *builtin; /* then: the compiled-in entries, read once; else NULL */
    int64_t seed;
    bool sets_seed; /* an axis sets the seed itself */
    uint64_t n_points;
    const struct wm_case_type *type; /* what a point runs */
    struct wm_figures figures;       /* its keys; ids of the store's metrics are their indices */
    bool *keeps;                     /* [figures.n] that go to the store */
    char key[WM_HASH_HEX_BYTES];  /* what makes it this study: name, base, design, axes, version */
    char hash[WM_HASH_HEX_BYTES]; /* and the values of the axes, n, correlations */
    char scenario_hash[WM_HASH_HEX_BYTES];
    const char *study_text, *base_text;
};

/** What an axis takes at a point: a level, its base value, or the value at probability u. */
struct wm_choice {
    enum { WM_CHOOSE_LEVEL, WM_CHOOSE_BASE, WM_CHOOSE_U } how;
    size_t level;
    double u; /* in (0, 1) */
};

/** Reads the axis of an object {"sweep": ...} or {"dist": ...}; false after diagnostics. */
bool wm_axis_compile(struct wm_arena *arena, const struct wm_axis_params *params,
                     const struct wm_place *place, enum wm_design design, struct wm_axis *out,
                     struct wm_diags *diags);
/** Quantile of the axis' distribution; prob in (0, 1). @pre is_dist and not DISCRETE */
double wm_axis_quantile(const struct wm_axis *axis, double prob);
/**
 * Value for target `target` of the axis.
 * @param out  type and content are set, shallowly; numbers have no text yet
 * @return false when the target keeps the base's value
 */
bool wm_axis_value(const struct wm_axis *axis, const struct wm_choice *choice, size_t target,
                   struct wm_json *out);
/** Index of the level of a choice; n_levels when it has none. */
size_t wm_axis_level(const struct wm_axis *axis, const struct wm_choice *choice);

/** Points of the study's design; 0 with E501 when axes and design do not fit. */
uint64_t wm_design_count(const struct wm_study *study, const struct wm_place *place,
                         struct wm_diags *diags);

/** Walks the points of a design; one per thread. */
struct wm_cursor {
    const struct wm_study *study;
    struct wm_quasi quasi;
    double *u, *z; /* [2 * n_axes] work */
    double *shift; /* [2 * n_axes] random shift of the quasi-random points */
    bool has_quasi;
};
bool wm_cursor_open(struct wm_arena *arena, const struct wm_study *study, struct wm_cursor *out);
void wm_cursor_close(struct wm_cursor *cursor);
/** Choices [n_axes] and seed of point `index`. */
void wm_cursor_at(struct wm_cursor *cursor, uint64_t index, struct wm_choice *choices,
                  int64_t *seed);

struct wm_retype; /* an object whose `type` an axis sets */

/** One thread's copy of the tree, into which points are written. */
struct wm_expander {
    const struct wm_study *study;
    struct wm_cursor cursor;
    struct wm_json *tree;
    struct wm_json ***nodes;    /* [axis][target] in tree */
    struct wm_retype **retypes; /* [n_retypes] */
    size_t n_retypes;
    struct wm_json *seed;  /* NULL: the case draws nothing */
    struct wm_files files; /* once read */
    struct wm_choice *choices;
    unsigned char prefix[WM_DIGEST_BYTES];
};
bool wm_expander_open(struct wm_arena *arena, const struct wm_study *study,
                      struct wm_expander *out);
void wm_expander_close(struct wm_expander *expander);
/** Writes point `index` into the tree; params and hash of `out` are set, texts in `arena`. */
void wm_expander_at(struct wm_expander *expander, struct wm_arena *arena, uint64_t index,
                    struct wm_point *out);
/** The tree of the last point as a document; as wm_document_tree_read(). */
enum wm_status wm_expander_read(struct wm_expander *expander, struct wm_arena *arena,
                                struct wm_loaded *out, struct wm_diags *diags);

/** Finds the objects whose `type` axes set. @pre nodes are found */
void wm_retypes_open(struct wm_arena *arena, struct wm_expander *expander);
/** Takes from them what the base sets for another type than the point's, or gives it back. */
void wm_retypes_apply(struct wm_expander *expander);

/** Copies what `value` says onto `node`, which keeps its place in the tree and its key. */
void wm_node_set(struct wm_json *node, const struct wm_json *value);

#endif
