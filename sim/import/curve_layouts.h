/*
 * Results of serving benchmarks: where each layout keeps what a point needs. A layout is a row: how it is known,
 * and for each quantity its paths and the factor to our unit. Paths are those of values.h.
 */
#ifndef WM_IMPORT_CURVE_LAYOUTS_H
#define WM_IMPORT_CURVE_LAYOUTS_H

#include "values.h"

enum wm_curve_quantity {
    WM_CURVE_USERS,    /* requests under way: the limit, or what was held */
    WM_CURVE_MEASURED, /* requests under way, as measured */
    WM_CURVE_REQUESTS, /* asked for a second; NAN or infinite: as fast as the limit lets them */
    WM_CURVE_OUT,      /* output tokens a second, of all accelerators */
    WM_CURVE_OUT_EACH, /* the same of one accelerator */
    WM_CURVE_TPOT,     /* between output tokens after the first [s] */
    WM_CURVE_TTFT,     /* to the first [s] */
    WM_CURVE_TPOT_P99,
    WM_CURVE_TTFT_P99,
    WM_CURVE_INPUT,     /* tokens of a prompt, mean */
    WM_CURVE_OUTPUT,    /* tokens of an answer, mean */
    WM_CURVE_INPUT_SUM, /* of all requests */
    WM_CURVE_OUTPUT_SUM,
    WM_CURVE_COMPLETED, /* requests */
    WM_CURVE_FAILED,
    WM_CURVE_DURATION, /* [s] */
    WM_CURVE_POWER,    /* board power of an accelerator, mean [W] */
    WM_CURVE_GPUS,
    WM_CURVE_TENSOR,
    WM_CURVE_STAGES,
    WM_CURVE_EXPERT,
    WM_CURVE_PREFILL_GPUS,
    WM_CURVE_DECODE_GPUS,
    WM_CURVE_N_QUANTITIES
};

struct wm_curve_layout {
    const char *name;
    const char *marks[3]; /* paths that are there; up to the first NULL */
    const char *engine, *model, *precision, *hardware, *date, *drafts, *data_attention;
    bool has_units; /* times say their unit beside them */
    bool is_drawn;  /* lengths are drawn from 0.8 to 1 of the nominal ones, which the file states */
    struct {
        const char *paths; /* NULL: the layout has none */
        double factor;     /* ours = theirs x this; 0 is 1 */
    } of[WM_CURVE_N_QUANTITIES];
};

/** The layout of a point, or NULL. */
const struct wm_curve_layout *wm_curve_layout_of(const struct wm_json *point);
/** In our unit; NAN when the file has none, or with a mistake for a unit of time that is none. */
double wm_curve_value(struct wm_importer *im, const struct wm_curve_layout *layout,
                      const struct wm_json *point, enum wm_curve_quantity quantity);
/** "vLLM, SGLang, ..." */
const char *wm_curve_layout_names(struct wm_arena *arena);

#endif
