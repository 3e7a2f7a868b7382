/*
 * Template: a first scenario from a few answers, whose money lies inside the evidence. Everything else
 * takes the defaults a planner would look up: the place's tariff and taxes, dry coolers, double
 * conversion, one year of 2027.
 *
 * Prices are list prices that are asked today, 60 % of capacity is sold and 60 % of it paid. The site is
 * run once with that. Where its accelerators earn less than they rent for, slower users and then a fuller
 * site are taken; where they earn more, the price is reduced by a factor, and that is told.
 */
#ifndef WATTMILL_TEMPLATE_H
#define WATTMILL_TEMPLATE_H

#include <stdio.h>

#include "wattmill/catalog.h"
#include "wattmill/status.h"

/** Names of catalogue entries; NULL and 0 take wm_template_defaults(). */
struct wm_template {
    double limit_mw; /* contract at the meter [MW] */
    int64_t years;   /* of the appraisal */
    const char *climate, *ledger, *accelerator, *llm;
    const char *workload; /* class */
    const char *deck;     /* NULL: the model's own, where the catalogue has one, else mid-band */
    const char *existing; /* accelerator that is there already, NULL: nothing */
    double existing_mw;   /* of the contract, that it fills */
};

/** 100 MW, 5 years, northern-virginia, owner-operator, gb300-nvl72, deepseek-r1, chat. */
struct wm_template wm_template_defaults(void);

/** What was chosen. */
struct wm_template_told {
    const char *deck;
    double speed, sold_frac;
    double market_frac; /* on the price; 1: as listed */
    double
        short_frac; /* of the least that is published or rents for, where the site earns less; else 1 */
};

/**
 * Writes the scenario as JSON, with an absolute rate of demand.
 * @return WM_OK; WM_USAGE with E208 for each name that is no entry; WM_INFEASIBLE with E301 when the
 *         model cannot be served. Write errors are found with ferror()
 */
enum wm_status wm_template_write(FILE *file, struct wm_arena *arena,
                                 const struct wm_template *answers, struct wm_template_told *told,
                                 struct wm_diags *diags);

/**
 * Power with its unit: "200", "0.2 GW", "150MW", "500 kW"; [MW], NAN when it is none or not within
 * 0.001 to 100000 MW.
 */
double wm_template_mw(const char *text);

#endif
