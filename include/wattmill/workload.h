/*
 * Workload class: how long requests are, how much of a prompt is found in the prefix cache, and how
 * demand moves over the week.
 *
 * Left out: links between the length of a prompt and of its answer, sessions that wait for an answer
 * before they ask again, images and other inputs that are not tokens.
 */
#ifndef WATTMILL_WORKLOAD_H
#define WATTMILL_WORKLOAD_H

#include "wattmill/catalog.h"

#define WM_HOURS_PER_WEEK 168

/** Demand by hour of the week from Monday 00:00 UTC, relative to the mean. */
struct wm_shape {
    struct wm_catalog_head head;
    double hourly[WM_HOURS_PER_WEEK];
};

struct wm_workload_class {
    struct wm_catalog_head head;
    double input_tok, output_tok; /* means per request, input with its cached part */
    double output_scv;            /* squared coefficient of variation of the output length */
    double cached_frac;           /* of input tokens, found in the prefix cache */
};

extern const struct wm_field wm_shape_fields[];
extern const struct wm_field wm_workload_fields[];

#endif
