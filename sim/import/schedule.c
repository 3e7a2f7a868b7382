#include "schedule.h"

#include <string.h>

enum { DAY = 0xffffff };

static unsigned hours_of(const struct wm_schedule *s, int kind, int month, int period)
{
    unsigned mask = 0;
    for (int h = 0; h < 24; h++)
        mask |= (s->at[kind][month][h] == period ? 1U : 0U) << h;
    return mask;
}

/* Spans of a set of `n` in a ring, [from, end). */
static size_t runs(unsigned mask, int n, int out[][2])
{
    size_t k = 0;
    if (mask == (1U << n) - 1U) {
        out[0][0] = 0;
        out[0][1] = n;
        return 1;
    }
    for (int i = 0; i < n; i++) {
        if (!(mask >> i & 1U) || mask >> (i + n - 1) % n & 1U)
            continue;
        int end = i;
        while (mask >> end % n & 1U)
            end++;
        out[k][0] = i;
        out[k++][1] = end > n ? end - n : end;
    }
    return k;
}

size_t wm_schedule_spans(unsigned months, int spans[12][2])
{
    const size_t n = runs(months, 12, spans);
    for (size_t i = 0; i < n; i++)
        spans[i][0]++;
    return n;
}

struct gather {
    struct wm_schedule_hours *items;
    size_t n;
};

static void add(struct gather *g, struct wm_schedule_hours h)
{
    for (size_t i = 0; i < g->n; i++) {
        struct wm_schedule_hours *const o = &g->items[i];
        if (o->period == h.period && o->days == h.days && o->from_h == h.from_h &&
            o->to_h == h.to_h) {
            o->months |= h.months;
            return;
        }
    }
    if (g->n < WM_SCHEDULE_HOURS)
        g->items[g->n++] = h;
}

static size_t add_runs(struct gather *g, unsigned mask, struct wm_schedule_hours h)
{
    int spans[24][2];
    const size_t n = runs(mask, 24, spans);
    for (size_t i = 0; i < n && g != NULL; i++) {
        h.from_h = spans[i][0];
        h.to_h = spans[i][1];
        add(g, h);
    }
    return n;
}

size_t wm_schedule_split(const struct wm_schedule *s, int period,
                         struct wm_schedule_hours out[WM_SCHEDULE_HOURS])
{
    struct gather g = {out, 0};
    for (int m = 0; m < 12; m++) {
        struct wm_schedule_hours h = {.period = period, .months = 1U << m};
        const unsigned week = hours_of(s, 0, m, period), end = hours_of(s, 1, m, period);
        const size_t together = add_runs(NULL, week & end, h) + add_runs(NULL, week & ~end, h) +
                                add_runs(NULL, end & ~week, h);
        const bool is_apart =
            week != end && add_runs(NULL, week, h) + add_runs(NULL, end, h) <= together;
        h.days = WM_DAY_ALL;
        add_runs(&g, is_apart ? 0 : week & end, h);
        h.days = WM_DAY_WEEKDAY;
        add_runs(&g, is_apart ? week : week & ~end, h);
        h.days = WM_DAY_WEEKEND;
        add_runs(&g, is_apart ? end : end & ~week, h);
    }
    return g.n;
}

size_t wm_schedule_in_month(const struct wm_schedule_hours *hours, size_t n, int m)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += hours[i].months >> m & 1U;
    return k;
}

/* Hours [from, to) of a ring of 24. */
static unsigned span_mask(int from, int to)
{
    unsigned mask = 0;
    for (int h = from; h < (to > from ? to : to + 24); h++)
        mask |= 1U << h % 24;
    return mask;
}

/* One rectangle that is `own` plus only hours of `done`. */
static bool fits(const unsigned own[2], const unsigned done[2], struct wm_schedule_hours *h)
{
    static const enum wm_day_kind kinds[] = {WM_DAY_ALL, WM_DAY_WEEKDAY, WM_DAY_WEEKEND};
    for (int k = 0; k < 3; k++)
        for (int from = 0; from < 24; from++)
            for (int length = 24; length > 0; length--) {
                const int to = length == 24 ? 24 : (from + length) % 24;
                const unsigned span = length == 24 ? DAY : span_mask(from, to);
                const unsigned r[2] = {kinds[k] != WM_DAY_WEEKEND ? span : 0,
                                       kinds[k] != WM_DAY_WEEKDAY ? span : 0};
                if ((length == 24 && from > 0) || ((own[0] & ~r[0]) | (own[1] & ~r[1])) != 0 ||
                    ((r[0] & ~(own[0] | done[0])) | (r[1] & ~(own[1] | done[1]))) != 0)
                    continue;
                h->days = kinds[k];
                h->from_h = from;
                h->to_h = to;
                return true;
            }
    return false;
}

/* The next period of a month that can go; of those wanted first. */
static bool peel_next(const struct wm_schedule *s, struct wm_schedule_hours *h, int n_periods,
                      const bool *wanted, bool *is_out, unsigned done[2])
{
    const int m = h->period; /* the month on entry */
    for (int turn = 0; turn < 2; turn++)
        for (int p = 0; p < n_periods; p++) {
            const unsigned own[2] = {hours_of(s, 0, m, p), hours_of(s, 1, m, p)};
            if (is_out[p] || wanted[p] != (turn == 0) || (own[0] | own[1]) == 0 ||
                !fits(own, done, h))
                continue;
            h->period = p;
            is_out[p] = true;
            done[0] |= own[0];
            done[1] |= own[1];
            return true;
        }
    return false;
}

static bool is_left(const struct wm_schedule *s, int m, const bool *wanted, const bool *is_out,
                    int n_periods)
{
    for (int p = 0; p < n_periods; p++)
        if (wanted[p] && !is_out[p] && (hours_of(s, 0, m, p) | hours_of(s, 1, m, p)) != 0)
            return true;
    return false;
}

size_t wm_schedule_peel(const struct wm_schedule *s, const bool *wanted, int n_periods,
                        struct wm_schedule_hours out[WM_SCHEDULE_HOURS])
{
    size_t n = 0;
    unsigned seen = 0;
    for (int m = 0; m < 12; m++) {
        unsigned months = 0, done[2] = {0, 0};
        bool is_out[64] = {false};
        if (seen >> m & 1U)
            continue;
        for (int o = m; o < 12; o++)
            if (memcmp(s->at[0][m], s->at[0][o], sizeof s->at[0][m]) == 0 &&
                memcmp(s->at[1][m], s->at[1][o], sizeof s->at[1][m]) == 0)
                months |= 1U << o;
        seen |= months;
        while (is_left(s, m, wanted, is_out, n_periods)) {
            struct wm_schedule_hours h = {.period = m, .months = months};
            if (n == WM_SCHEDULE_HOURS || !peel_next(s, &h, n_periods, wanted, is_out, done))
                return 0;
            out[n++] = h;
        }
    }
    return n;
}
