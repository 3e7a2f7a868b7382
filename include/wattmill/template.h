/*
 * Template: a first scenario from six answers. Everything else takes the defaults a planner would
 * look up: owner-operated, US large-load tariff, dry coolers, double conversion, one year of 2027.
 */
#ifndef WATTMILL_TEMPLATE_H
#define WATTMILL_TEMPLATE_H

#include <stdio.h>

#include "wattmill/catalog.h"
#include "wattmill/status.h"

/** Names of catalogue entries; NULL takes wm_template_defaults(). */
struct wm_template {
    double limit_mw; /* contract at the meter [MW]; 0 takes the default */
    const char *climate, *accelerator, *llm;
    const char *workload; /* class */
    const char *deck;     /* NULL: the model's own, where the catalogue has one, else mid-band */
};

/** 100 MW, northern-virginia, gb300-nvl72, deepseek-r1, chat. */
struct wm_template wm_template_defaults(void);

/**
 * Writes the scenario as JSON. The speed target is the fastest of 50, 30, 20, 10, 5 and 2 tok/s per
 * user that the accelerator reaches with the model and the class's lengths.
 * @return WM_OK; WM_USAGE with E208 for each name that is no entry; WM_INFEASIBLE with E301 when the
 *         model cannot be served. Write errors are found with ferror()
 */
enum wm_status wm_template_write(FILE *file, struct wm_arena *arena,
                                 const struct wm_template *answers, struct wm_diags *diags);

#endif
