/*
 * Price deck: list prices of tokens by kind, with their date, and whether they are still asked.
 *
 * Left out: dearer tiers for long contexts, the price of writing a cache, prices by hour; what is sold
 * at another speed is another deck, or a tier of the workload (price.speed_tiers).
 */
#ifndef WATTMILL_DECK_H
#define WATTMILL_DECK_H

#include "wattmill/catalog_head.h"

struct wm_deck {
    struct wm_catalog_head head;
    double input_usd_per_mtok;  /* computed input */
    double cached_usd_per_mtok; /* input found in the prefix cache */
    double output_usd_per_mtok; /* reasoning included */
    int64_t ended_us;           /* from then on nobody sells at it; far ahead: still sold */
};

extern const struct wm_field wm_deck_fields[];

/** List value of tokens [USD]; linear, cannot fail. */
double wm_deck_revenue_usd(const struct wm_deck *deck, double input_tok, double cached_tok,
                           double output_tok);

#endif
