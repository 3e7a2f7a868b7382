#include "wattmill/power_chain.h"

#include <math.h>

#include "wattmill/require.h"
#include "wattmill/numeric.h"

static const char *const redundancy_words[] = {"n", "n_plus_1", "two_n", NULL};

// clang-format off
static const struct wm_field stage_fields[] = {
    WM_REAL(wm_stage, fixed_frac,  WM_UNIT_FRAC, 0.0, 0.2,  0.0, "loss at no load over the rating"),
    WM_REAL(wm_stage, linear_frac, WM_UNIT_FRAC, 0.0, 0.2,  0.0, "loss proportional to load"),
    WM_REAL(wm_stage, square_frac, WM_UNIT_FRAC, 0.0, 0.2,  0.0, "loss proportional to load squared, at full load"),
    WM_REAL(wm_stage, rating_frac, WM_UNIT_FRAC, 0.01, 10.0, 1.0, "rating over the IT design power"),
    WM_FIELD_END,
};
const struct wm_field wm_power_chain_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_power_chain),
    WM_GROUP(wm_power_chain, board,       stage_fields, "converters on the boards; empty where accelerators are quoted at the rack's input"),
    WM_GROUP(wm_power_chain, shelf,       stage_fields, "rack power shelf; likewise"),
    WM_REAL(wm_power_chain, shelf_other_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "power behind the shelf but not the boards over the IT design power"),
    WM_GROUP(wm_power_chain, busway,      stage_fields, "busway and low-voltage wiring"),
    WM_GROUP(wm_power_chain, ups,         stage_fields, "uninterruptible power supply"),
    WM_GROUP(wm_power_chain, transformer, stage_fields, "medium to low voltage"),
    WM_GROUP(wm_power_chain, substation,  stage_fields, "high to medium voltage, at the meter"),
    WM_GROUP(wm_power_chain, mechanical,  stage_fields, "transformer of the cooling plant"),
    WM_CHOICE(wm_power_chain, ups_redundancy, redundancy_words, "n", "n: modules share the load; n_plus_1; two_n: two full paths"),
    WM_INT(wm_power_chain, ups_modules, 1, 1000, 4, "modules that carry the load, for n_plus_1"),
    WM_REAL(wm_power_chain, room_heat_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.9, "share of busway and UPS loss that lands in the cooled room"),
    WM_REAL(wm_power_chain, house_frac, WM_UNIT_FRAC, 0.0, 0.1, 0.005, "lights, offices and controls over the IT design power"),
    WM_FIELD_END,
};
// clang-format on

double wm_stage_loss_w(const struct wm_stage *stage, double rating_w, double out_w)
{
    WM_REQUIRE(rating_w > 0.0 && out_w >= 0.0);
    const double x = out_w / rating_w;
    return rating_w * (stage->fixed_frac + stage->linear_frac * x + stage->square_frac * x * x);
}

double wm_chain_rack_loss_w(const struct wm_power_chain *chain, double it_design_w, double dc_w)
{
    const struct wm_power_chain *c = chain;
    const double other_w = wm_smaller(dc_w, c->shelf_other_frac * it_design_w);
    const double board_w =
        wm_stage_loss_w(&c->board, it_design_w * c->board.rating_frac, dc_w - other_w);
    return board_w + wm_stage_loss_w(&c->shelf, it_design_w * c->shelf.rating_frac, dc_w + board_w);
}

double wm_ups_loss_w(const struct wm_power_chain *chain, double it_design_w, double out_w)
{
    const double rating_w = it_design_w * chain->ups.rating_frac;
    const double n = (double)chain->ups_modules;
    switch (chain->ups_redundancy) {
    case WM_REDUNDANCY_N_PLUS_1: /* one more module of rating / n, load spread over all */
        return wm_stage_loss_w(&chain->ups, rating_w * (n + 1.0) / n, out_w);
    case WM_REDUNDANCY_2N:
        return 2.0 * wm_stage_loss_w(&chain->ups, rating_w, 0.5 * out_w);
    case WM_REDUNDANCY_N:
        break;
    }
    return wm_stage_loss_w(&chain->ups, rating_w, out_w);
}

struct wm_chain_loss wm_chain_it_loss(const struct wm_power_chain *chain, double it_design_w,
                                      double it_w)
{
    struct wm_chain_loss l = {0};
    l.loss_w[WM_STAGE_BUSWAY] =
        wm_stage_loss_w(&chain->busway, it_design_w * chain->busway.rating_frac, it_w);
    double out_w = it_w + l.loss_w[WM_STAGE_BUSWAY];
    l.loss_w[WM_STAGE_UPS] = wm_ups_loss_w(chain, it_design_w, out_w);
    out_w += l.loss_w[WM_STAGE_UPS];
    l.loss_w[WM_STAGE_TRANSFORMER] =
        wm_stage_loss_w(&chain->transformer, it_design_w * chain->transformer.rating_frac, out_w);
    l.total_w = out_w - it_w + l.loss_w[WM_STAGE_TRANSFORMER];
    return l;
}

struct wm_chain_loss wm_chain_loss(const struct wm_power_chain *chain, double it_design_w,
                                   double it_w, double mechanical_w, double house_w)
{
    struct wm_chain_loss l = wm_chain_it_loss(chain, it_design_w, it_w);
    l.loss_w[WM_STAGE_MECHANICAL] = wm_stage_loss_w(
        &chain->mechanical, it_design_w * chain->mechanical.rating_frac, mechanical_w);
    const double below_w =
        it_w + l.total_w + mechanical_w + house_w + l.loss_w[WM_STAGE_MECHANICAL];
    l.loss_w[WM_STAGE_SUBSTATION] =
        wm_stage_loss_w(&chain->substation, it_design_w * chain->substation.rating_frac, below_w);
    l.total_w += l.loss_w[WM_STAGE_MECHANICAL] + l.loss_w[WM_STAGE_SUBSTATION];
    return l;
}
