/* A store's columns in memory, for statistics. */
#ifndef WM_SWEEP_SAMPLE_H
#define WM_SWEEP_SAMPLE_H

#include "wattmill/export.h"
#include "wattmill/stats.h"

struct wm_sample {
    size_t n;        /* points that ended well, in order of index */
    uint64_t n_bad;  /* that did not */
    uint64_t *index; /* [n] */
    double *values;  /* [n][n_metrics]; NAN: absent */
    size_t n_metrics;
    double *axis;           /* [n][n_axes] numbers; NAN: a text */
    const char **axis_text; /* [n][n_axes]; NULL: a number */
    size_t n_axes;
    const char **params; /* [n] */
    size_t capacity;
};

/** Column of a metric in the store; false with E103. */
bool wm_sample_metric(struct wm_arena *arena, const struct wm_store *store, const char *key,
                      size_t *column, struct wm_diags *diags);
/** Reads the metrics `columns` [n_columns] of all points, and their axes. */
enum wm_status wm_sample_load(struct wm_arena *arena, struct wm_store *store, const size_t *columns,
                              size_t n_columns, struct wm_sample *out, struct wm_diags *diags);
/** One metric of all points, those that did not end well too, with NAN: for what shows gaps. */
enum wm_status wm_sample_load_whole(struct wm_arena *arena, struct wm_store *store, size_t column,
                                    struct wm_sample *out, struct wm_diags *diags);
/** One metric of all points; WM_USAGE with E103 when the store does not have it. */
enum wm_status wm_sample_load_metric(struct wm_arena *arena, struct wm_store *store,
                                     const char *metric, struct wm_sample *out,
                                     struct wm_diags *diags);
/** Finite values of metric `m`, sorted; their number in `n`. */
double *wm_sample_sorted(struct wm_arena *arena, const struct wm_sample *sample, size_t m,
                         size_t *n);

/** One axis as groups of points: its values, or tenths of the points where it is continuous. */
struct wm_axis_groups {
    const char **labels; /* [n_groups] */
    double *x;           /* [n_groups] value, or mean of the tenth; NAN: a text */
    size_t *group;       /* [n] of each point */
    size_t n_groups;
};
struct wm_axis_groups wm_sample_groups(struct wm_arena *arena, const struct wm_sample *sample,
                                       size_t axis);

/** Values of metric `m` in group `k`, sorted; their number in `n`. */
double *wm_group_values(struct wm_arena *arena, const struct wm_sample *sample, size_t m,
                        const struct wm_axis_groups *groups, size_t k, size_t *n);

/** Of saltelli the rows A and B, which are independent; of other designs all points stay. */
void wm_sample_independent(struct wm_sample *sample, const struct wm_store_about *about);

/** What the points say of an axis; EXACT: levels of a design that has no noise. */
enum wm_effect_verdict {
    WM_EFFECT_EXACT,
    WM_EFFECT_SURE,
    WM_EFFECT_NO_LINE, /* there, but up and down: the change from end to end is within noise */
    WM_EFFECT_NOISE
};
/** A bar of a tornado: where the metric goes when the axis is low and high. */
struct wm_tornado_bar {
    const char *axis;
    const char *low_label, *high_label;
    double low, high;               /* the metric there */
    double change_low, change_high; /* 95 % interval of high - low; of EXACT: unset */
    double rank;                    /* Spearman's correlation; NAN: none */
    enum wm_effect_verdict verdict;
};
struct wm_tornado {
    struct wm_tornado_bar *bars; /* by swing, largest first */
    size_t n;                    /* 0: a sampled design with fewer points than the axes need */
    double centre;               /* the base point's value, or the mean */
    double r2; /* of a sampled design: share of the variance that the lines explain */
};
enum wm_status wm_tornado_of(struct wm_arena *arena, struct wm_store *store, const char *metric,
                             struct wm_tornado *out, struct wm_diags *diags);
/** Bars [n_axes] of a sample by regression; false when it has too few points. */
bool wm_effect_bars(struct wm_arena *arena, const struct wm_sample *sample, const char **axes,
                    struct wm_tornado_bar *bars, double *r2);

/** A number of at most 3 digits, large ones with a prefix (15.7M), for labels. */
const char *wm_label_number(struct wm_arena *arena, double value);
/** A number of at most 5 digits for a table, of `n_digits` elsewhere; "" when not finite. */
const char *wm_table_number(struct wm_arena *arena, double value);
const char *wm_rounded_number(struct wm_arena *arena, double value, int n_digits);

#endif
