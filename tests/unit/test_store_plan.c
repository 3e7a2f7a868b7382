/* The plan of a battery against the whole linear programme of which it is the answer. */
#include <math.h>
#include <string.h>

#include "../../sim/site/store_plan.h"
#include "suite.h"
#include "wattmill/numeric.h"
#include "wattmill/rng.h"

enum { N = 72, N_COLUMNS = 7 * N + WM_STORE_CHARGES, N_ROWS = 6 * N, N_CASES = 40 };

struct programme {
    struct wm_lp_entry entries[24 * N];
    double row_low[N_ROWS], low[N_COLUMNS], high[N_COLUMNS], cost[N_COLUMNS], x[N_COLUMNS];
    int n_rows, n_columns, n_entries;
};

static int column(struct programme *p, double low, double high, double cost)
{
    p->low[p->n_columns] = low;
    p->high[p->n_columns] = high;
    p->cost[p->n_columns] = cost;
    return p->n_columns++;
}

static int row(struct programme *p, double low)
{
    p->row_low[p->n_rows] = low;
    return p->n_rows++;
}

static void put(struct programme *p, int i, int j, double value)
{
    if (j >= 0)
        p->entries[p->n_entries++] = (struct wm_lp_entry){i, j, value};
}

/* row = value, as two */
static void equal(struct programme *p, double value, const int *columns, const double *values, int n)
{
    for (int sign = 1; sign >= -1; sign -= 2) {
        const int i = row(p, sign * value);
        for (int k = 0; k < n; k++)
            put(p, i, columns[k], sign * values[k]);
    }
}

/* Least cost by the header's equations, all at once. */
static double whole_usd(const struct wm_store_case *c)
{
    static struct programme p;
    memset(&p, 0, sizeof p);
    int demand[WM_STORE_CHARGES], last = column(&p, c->start, c->start, 0.0);
    for (size_t k = 0; k < c->n_charges; k++)
        demand[k] = column(&p, c->floor[k], (double)INFINITY, c->usd_per_mw[k]);
    for (size_t i = 0; i < c->n; i++) {
        const struct wm_store_interval *const t = &c->intervals[i];
        const int g = column(&p, 0.0, fmax(t->allowed, t->load), c->h * t->usd_per_mwh + t->peak_usd_per_mw);
        const int f = column(&p, 0.0, t->free, 0.0);
        const int e = column(&p, 0.0, t->engine, c->h * t->engine_usd_per_mwh);
        const int u = column(&p, 0.0, t->cut, -c->h * t->cut_usd_per_mwh);
        const int up = column(&p, 0.0, c->power, 0.0);
        const int down = column(&p, 0.0, c->power, c->h * c->wear_usd_per_mwh);
        const int content = column(&p, t->low, t->high, 0.0);
        equal(&p, t->load, (int[]){g, f, e, down, up, u}, (double[]){1, 1, 1, 1, -1, -1}, 6);
        equal(&p, 0.0, (int[]){content, last, up, down},
              (double[]){1, -1, -c->h * c->eta, c->h / c->eta}, 4);
        for (size_t k = 0; k < c->n_charges; k++)
            if ((t->charges >> k & 1) != 0) {
                const int i_row = row(&p, 0.0);
                put(&p, i_row, demand[k], 1.0);
                put(&p, i_row, g, -1.0);
            }
        last = content;
    }
    const int missing = column(&p, 0.0, (double)INFINITY, c->end_usd_per_mwh), end = row(&p, c->end);
    put(&p, end, last, 1.0);
    put(&p, end, missing, 1.0);
    const struct wm_lp_bounded lp = {.n_rows = p.n_rows,
                                     .n_columns = p.n_columns,
                                     .n_entries = p.n_entries,
                                     .row_low = p.row_low,
                                     .low = p.low,
                                     .high = p.high,
                                     .cost = p.cost,
                                     .entries = p.entries};
    ck_assert(wm_lp_minimise(&lp, p.x));
    double usd = 0.0;
    for (int j = 0; j < p.n_columns; j++)
        usd += p.cost[j] * p.x[j];
    return usd;
}

/* What carries a load, cheapest first; `grid` is what the meter gives of it. */
static double carried_usd(const struct wm_store_case *c, const struct wm_store_interval *t,
                          double carried, double *grid)
{
    const double width[] = {t->free, t->engine, t->cut, fmax(t->allowed, t->load)};
    const double usd[] = {0.0, t->engine_usd_per_mwh, t->cut_usd_per_mwh,
                          t->usd_per_mwh + t->peak_usd_per_mw / c->h};
    double sum = -t->cut * t->cut_usd_per_mwh;
    bool used[4] = {false};
    *grid = 0.0;
    for (int round = 0; round < 4; round++) {
        int k = -1;
        for (int i = 0; i < 4; i++)
            if (!used[i] && (k < 0 || usd[i] < usd[k]))
                k = i;
        const double part = fmin(carried, width[k]);
        used[k] = true;
        *grid += k == 3 ? part : 0.0;
        sum += part * usd[k];
        carried -= part;
    }
    ck_assert_double_le(carried, 1e-9);
    return c->h * sum;
}

/* What a plan costs as it stands, its bounds kept; cheapest sources may pass a demand that dearer ones spare. */
static double plan_usd(const struct wm_store_case *c, const double *power, const double *content)
{
    double usd = 0.0, last = c->start, peak[WM_STORE_CHARGES];
    for (size_t k = 0; k < c->n_charges; k++)
        peak[k] = c->floor[k];
    for (size_t i = 0; i < c->n; i++) {
        const struct wm_store_interval *const t = &c->intervals[i];
        const double gain = power[i] > 0.0 ? power[i] * c->eta : power[i] / c->eta;
        double grid = 0.0;
        ck_assert_double_eq_tol(content[i], last + c->h * gain, 1e-9);
        ck_assert(content[i] >= t->low - 1e-9 && content[i] <= t->high + 1e-9);
        ck_assert_double_le(fabs(power[i]), c->power + 1e-9);
        usd += carried_usd(c, t, t->load + t->cut + power[i], &grid) +
               c->h * fmax(0.0, -power[i]) * c->wear_usd_per_mwh;
        for (size_t k = 0; k < c->n_charges; k++)
            if ((t->charges >> k & 1) != 0)
                peak[k] = fmax(peak[k], grid);
        last = content[i];
    }
    for (size_t k = 0; k < c->n_charges; k++)
        usd += c->usd_per_mw[k] * peak[k];
    return usd + c->end_usd_per_mwh * fmax(0.0, c->end - last);
}

static struct wm_store_case drawn(struct wm_rng *rng, struct wm_store_interval *t, bool more)
{
    struct wm_store_case c = {.intervals = t,
                              .n = N,
                              .h = 0.25,
                              .power = 1.0 + 9.0 * wm_rng_uniform(rng),
                              .eta = 0.9 + 0.1 * wm_rng_uniform(rng),
                              .wear_usd_per_mwh = 0.01,
                              .end_usd_per_mwh = 40.0,
                              .n_charges = (size_t)(4.0 * wm_rng_uniform(rng))};
    const double full = 2.0 + 30.0 * wm_rng_uniform(rng);
    c.start = c.end = full * (0.3 + 0.6 * wm_rng_uniform(rng));
    for (size_t k = 0; k < c.n_charges; k++) {
        c.usd_per_mw[k] = 400.0 * wm_rng_uniform(rng);
        c.floor[k] = 25.0 * wm_rng_uniform(rng);
    }
    for (size_t i = 0; i < N; i++) {
        t[i] = (struct wm_store_interval){.load = 20.0 + 15.0 * wm_rng_uniform(rng),
                                          .usd_per_mwh = 90.0 * wm_rng_uniform(rng),
                                          .allowed = 45.0,
                                          .low = 0.2 * full,
                                          .high = full * (1.0 - 1e-4 * (double)i),
                                          .charges = (uint64_t)(16.0 * wm_rng_uniform(rng)) &
                                                     (((uint64_t)1 << c.n_charges) - 1)};
        if (!more)
            continue;
        t[i].free = i % 24 > 8 && i % 24 < 16 ? 40.0 * wm_rng_uniform(rng) : 0.0;
        t[i].engine = 5.0;
        t[i].engine_usd_per_mwh = 60.0;
        t[i].allowed = i % 17 == 0 ? t[i].load : 45.0;
        t[i].cut = i % 17 == 0 ? 6.0 : 0.0;
        t[i].cut_usd_per_mwh = 300.0;
        t[i].peak_usd_per_mw = i == 40 ? 700.0 : 0.0;
    }
    return c;
}

START_TEST(a_plan_costs_what_the_whole_programme_does)
{
    struct wm_rng rng = wm_rng_stream(20270601, "store plan", 0);
    struct wm_store_interval t[N];
    double power[N], content[N];
    for (int i = 0; i < N_CASES; i++) {
        const struct wm_store_case c = drawn(&rng, t, i % 2 == 1);
        double demand[WM_STORE_CHARGES] = {NAN, NAN, NAN, NAN};
        const double told = wm_store_plan(&c, demand, power, content), least = whole_usd(&c);
        const double usd = plan_usd(&c, power, content);
        ck_assert_double_eq_tol(told, least, 1e-7 * fabs(least));
        if (i % 2 == 0) /* else dearer sources may spare a demand, which plan_usd() does not let them */
            ck_assert_double_eq_tol(usd, told, 1e-7 * fabs(least));
        ck_assert_double_ge(usd, least - 1e-7 * fabs(least));
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_plan_costs_what_the_whole_programme_does};
    return RUN_TESTS("store plan", tests);
}
