#include "wattmill/deck.h"

// clang-format off
const struct wm_field wm_deck_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_deck),
    WM_TIME_AS(wm_deck, ended_us, "ended", "2200-01-01", "from then on it was sold no more, UTC; left out: it still is"),
    WM_REAL_REQ(wm_deck, input_usd_per_mtok,  "input_usd_per_mtok",  WM_UNIT_USD_PER_MTOK, 0.0, 1e6, "computed input tokens", WM_USUAL(1e-4, 1000.0)),
    WM_REAL_REQ(wm_deck, cached_usd_per_mtok, "cached_usd_per_mtok", WM_UNIT_USD_PER_MTOK, 0.0, 1e6, "input tokens found in the prefix cache", WM_USUAL(1e-4, 1000.0)),
    WM_REAL_REQ(wm_deck, output_usd_per_mtok, "output_usd_per_mtok", WM_UNIT_USD_PER_MTOK, 0.0, 1e6, "output tokens, reasoning included", WM_USUAL(1e-4, 1000.0)),
    WM_FIELD_END,
};
// clang-format on

double wm_deck_revenue_usd(const struct wm_deck *deck, double input_tok, double cached_tok,
                           double output_tok)
{
    return (input_tok * deck->input_usd_per_mtok + cached_tok * deck->cached_usd_per_mtok +
            output_tok * deck->output_usd_per_mtok) /
           WM_TOK_PER_MTOK;
}
