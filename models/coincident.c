#include "wattmill/tariff.h"

/* Index at which the window would be kept, or -1. */
static int place_of(const struct wm_peak_watch *w, const struct wm_peak_window *window)
{
    static const int most[] = {[WM_COINCIDENT_NONE] = 0,
                               [WM_COINCIDENT_4CP] = 4,
                               [WM_COINCIDENT_5CP] = 5,
                               [WM_COINCIDENT_12CP] = 12};
    const bool in_summer = window->month >= 6 && window->month <= 9;
    if (w->rule == WM_COINCIDENT_NONE || (w->rule != WM_COINCIDENT_12CP && !in_summer) ||
        (w->rule == WM_COINCIDENT_5CP && window->is_off_peak_day))
        return -1;
    const int64_t key = w->rule == WM_COINCIDENT_5CP ? window->day : window->month;
    int at = w->n, lowest = 0;
    for (int i = 0; i < w->n; i++) {
        if (w->key[i] == key)
            at = i;
        if (w->stress[i] < w->stress[lowest])
            lowest = i;
    }
    if (at == most[w->rule]) /* a new day against the least of the five */
        at = lowest;
    return at < w->n && window->stress <= w->stress[at] ? -1 : at;
}

bool wm_peak_watch_counts(const struct wm_peak_watch *watch, const struct wm_peak_window *window)
{
    return place_of(watch, window) >= 0;
}

void wm_peak_watch_add(struct wm_peak_watch *watch, const struct wm_peak_window *window)
{
    struct wm_peak_watch *const w = watch;
    const int at = place_of(w, window);
    if (at < 0)
        return;
    w->n = at == w->n ? w->n + 1 : w->n;
    w->key[at] = w->rule == WM_COINCIDENT_5CP ? window->day : window->month;
    w->stress[at] = window->stress;
    w->own_w[at] = window->own_w;
}

double wm_peak_watch_mean_w(const struct wm_peak_watch *watch)
{
    double sum_w = 0.0;
    for (int i = 0; i < watch->n; i++)
        sum_w += watch->own_w[i];
    return watch->n > 0 ? sum_w / watch->n : 0.0;
}
