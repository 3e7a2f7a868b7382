/*
 * Power chain: what is lost between the meter and the rack inputs.
 *
 * Each stage loses R (a + b x + c x^2) at an output of x R, R the rating of its energised modules:
 * a is paid while energised, c grows with current squared. Stages are evaluated from the rack up to
 * the meter; the mechanical plant hangs on its own transformer below the substation.
 *
 * The rack's input is where IT power ends. Accelerators are quoted there, power shelves included, so
 * the stages behind it, `shelf` (rectifiers) and `board` (converters on the board), are empty unless
 * power is given at the chips' side; `shelf_other_frac` joins between them (switches).
 */
#ifndef WATTMILL_POWER_CHAIN_H
#define WATTMILL_POWER_CHAIN_H

#include "wattmill/catalog_head.h"

struct wm_stage {
    double fixed_frac, linear_frac, square_frac; /* a, b, c */
    double rating_frac;                          /* R over the IT design power */
};

enum wm_redundancy { WM_REDUNDANCY_N, WM_REDUNDANCY_N_PLUS_1, WM_REDUNDANCY_2N };

struct wm_power_chain {
    struct wm_catalog_head head;
    struct wm_stage board, shelf; /* inside the rack */
    double shelf_other_frac;      /* of the IT design power: behind the shelf but not the boards */
    struct wm_stage busway, ups, transformer, substation, mechanical;
    enum wm_redundancy ups_redundancy;
    int64_t ups_modules;   /* n of n+1 */
    double room_heat_frac; /* of busway and UPS losses, which land in the cooled room */
    double house_frac;     /* lights, offices, controls over the IT design power */
};

extern const struct wm_field wm_power_chain_fields[];

enum wm_chain_stage {
    WM_STAGE_BUSWAY,
    WM_STAGE_UPS,
    WM_STAGE_TRANSFORMER,
    WM_STAGE_MECHANICAL,
    WM_STAGE_SUBSTATION,
    WM_N_STAGES
};

struct wm_chain_loss {
    double loss_w[WM_N_STAGES];
    double total_w;
};

/**
 * Loss of one stage [W] at `out_w`, sized for `rating_w`: R (a + b x + c x^2).
 * @return >= 0; cannot fail
 */
double wm_stage_loss_w(const struct wm_stage *stage, double rating_w, double out_w);

/**
 * Loss of shelf and board stages [W], inside the rack, at `dc_w` asked for on their far side,
 * `shelf_other_frac` of the design power included.
 */
double wm_chain_rack_loss_w(const struct wm_power_chain *chain, double it_design_w, double dc_w);

/** UPS loss under its redundancy: n+1 lowers x, 2N pays the fixed loss twice at half the load. */
double wm_ups_loss_w(const struct wm_power_chain *chain, double it_design_w, double out_w);

/** Losses of the IT branch (busway, UPS, transformer) at the rack inputs' power. */
struct wm_chain_loss wm_chain_it_loss(const struct wm_power_chain *chain, double it_design_w,
                                      double it_w);

/** Adds the mechanical branch and the substation for all that hangs below it. */
struct wm_chain_loss wm_chain_loss(const struct wm_power_chain *chain, double it_design_w,
                                   double it_w, double mechanical_w, double house_w);

#endif
