#include "lookahead.h"

#include <math.h>

#include "wattmill/numeric.h"

static const double bin_h = 0.25;
enum { BINS_PER_DAY = 96, WINDOW_BINS = 33 * BINS_PER_DAY };
/* Columns and rows of a block, and of the charges of a window (two months, each with its periods). */
enum {
    BLOCK_COLUMNS = 7,
    BLOCK_ROWS = 2 + WM_METER_CHARGES,
    BLOCK_ENTRIES = 10 + 3 * WM_METER_CHARGES,
    CHARGES = 64
};

static const double load_step_frac = 1e-3;   /* loads that differ by less are one block */
static const double wear_usd_per_mwh = 0.01; /* so that nothing moves for nothing */
static const double mw = 1e6, mwh = 3.6e9;

/* Intervals that the programme treats as one; powers in MW. */
struct block {
    size_t first, n;
    double h, load, cut, allowed, free, engine;
    double usd_per_mwh, peak_usd_per_mw;   /* the second: of coincident peaks in it */
    int meter, charge, discharge, content; /* columns; meter -1: load + charge - discharge */
    int demand[WM_METER_CHARGES];          /* -1: no charge */
};

struct charge {
    struct wm_meter_charge is;
    int column;
};

struct wm_lookahead {
    const struct wm_storage *storage;
    const struct wm_outlook_row *outlook;
    size_t n_bins, next, end; /* where the next window begins, and where this one ends */
    double *planned_w;        /* [n_bins] */
    double *peak_usd_per_mw;  /* [n_bins], of the window at hand */
    struct block *blocks;
    struct charge charges[CHARGES];
    size_t n_blocks, n_charges;
    bool is_solved;
    struct wm_lp_bounded lp;
    double *row_low, *row_high, *low, *high, *cost, *x;
    bool *waits;
    struct wm_lp_entry *entries;
};

struct wm_lookahead *wm_lookahead_new(struct wm_arena *arena, const struct wm_storage *storage,
                                      const struct wm_outlook_row *outlook, size_t n_bins)
{
    struct wm_lookahead *const a = WM_NEW(arena, struct wm_lookahead);
    const size_t n = n_bins < WINDOW_BINS ? n_bins : WINDOW_BINS;
    const size_t columns = BLOCK_COLUMNS * n + CHARGES + 1, rows = BLOCK_ROWS * n + 1;
    *a = (struct wm_lookahead){.storage = storage, .outlook = outlook, .n_bins = n_bins};
    a->planned_w = WM_NEW_ARRAY(arena, double, n_bins);
    a->peak_usd_per_mw = WM_NEW_ARRAY(arena, double, n_bins);
    a->blocks = WM_NEW_ARRAY(arena, struct block, n);
    a->row_low = WM_NEW_ARRAY(arena, double, rows);
    a->row_high = WM_NEW_ARRAY(arena, double, rows);
    a->waits = WM_NEW_ARRAY(arena, bool, rows);
    a->low = WM_NEW_ARRAY(arena, double, columns);
    a->high = WM_NEW_ARRAY(arena, double, columns);
    a->cost = WM_NEW_ARRAY(arena, double, columns);
    a->x = WM_NEW_ARRAY(arena, double, columns);
    a->entries = WM_NEW_ARRAY(arena, struct wm_lp_entry, BLOCK_ENTRIES * n + 2);
    return a;
}

void wm_outlook_supply(struct wm_outlook_row *row, const struct wm_onsite *onsite, double site_w)
{
    double engine_usd = 0.0;
    row->load_w = site_w;
    for (size_t i = 0; i < onsite->n_units; i++) {
        const struct wm_generation *g = &onsite->rows[i];
        const struct wm_generating_unit *u = &onsite->units[i];
        if (g->type->kind == WM_GENERATOR_SOLAR || g->role == WM_ROLE_BASELOAD) {
            row->free_w += u->reach_w;
        } else if (g->role == WM_ROLE_ECONOMIC) {
            row->engine_w += u->reach_w;
            engine_usd += u->reach_w * wm_generator_marginal_usd_per_mwh(g->type);
        } else {
            row->load_w -= onsite->flow.unit_w[i];
        }
    }
    row->engine_usd_per_mwh = row->engine_w > 0.0 ? engine_usd / row->engine_w : 0.0;
}

/* Where the local day or month that holds at `bin` ends. */
static size_t end_of(const struct wm_lookahead *a, size_t bin, bool by_month)
{
    const struct wm_surroundings *now = &a->outlook[bin].around;
    size_t end = bin + 1;
    while (end < a->n_bins && (by_month ? a->outlook[end].around.local.month == now->local.month
                                        : a->outlook[end].around.day == now->day))
        end++;
    return end;
}

static bool same(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* Whether interval `i` goes on with the block that began at `first`. */
static bool goes_on(const struct wm_lookahead *a, size_t first, size_t i)
{
    const struct wm_outlook_row *x = &a->outlook[first], *y = &a->outlook[i];
    return x->around.local.hour == y->around.local.hour && x->around.day == y->around.day &&
           x->around.hours == y->around.hours &&
           same(x->around.energy_usd_per_mwh, y->around.energy_usd_per_mwh) &&
           same(x->allowed_w, y->allowed_w) && (x->cut_w > 0.0) == (y->cut_w > 0.0) &&
           same(a->peak_usd_per_mw[first], a->peak_usd_per_mw[i]) &&
           fabs(x->load_w - y->load_w) <= load_step_frac * x->load_w;
}

static struct block block_of(const struct wm_lookahead *a, size_t first, size_t end)
{
    const struct wm_outlook_row *x = &a->outlook[first];
    const double n = (double)(end - first);
    struct block b = {.first = first,
                      .n = end - first,
                      .h = bin_h * n,
                      .usd_per_mwh = x->around.energy_usd_per_mwh,
                      .peak_usd_per_mw = a->peak_usd_per_mw[first] * n,
                      .allowed = x->allowed_w / mw};
    for (size_t i = first; i < end; i++) {
        const struct wm_outlook_row *y = &a->outlook[i];
        b.load += y->load_w / mw / n;
        b.cut += y->cut_w / mw / n;
        b.free += y->free_w / mw / n;
        b.engine += y->engine_w / mw / n;
    }
    return b;
}

static void cut_blocks(struct wm_lookahead *a, size_t from, size_t to)
{
    a->n_blocks = 0;
    for (size_t first = from; first < to;) {
        size_t end = first + 1;
        while (end < to && goes_on(a, first, end))
            end++;
        a->blocks[a->n_blocks++] = block_of(a, first, end);
        first = end;
    }
}

/* Marks where the system's peaks of the window will be for a line, as far as they beat those before it. */
static void foresee_line(struct wm_lookahead *a, const struct wm_meter *meter, size_t line,
                         size_t from, size_t to)
{
    const struct wm_charge *c = &meter->billing->lines[line].charge;
    const size_t length = (size_t)lround(wm_charge_window_s(c) / 900.0); /* intervals of a peak */
    const size_t year = (size_t)(a->outlook[from].around.local.year - meter->first_year);
    struct wm_peak_watch w = meter->peaks[line * meter->n_years + year];
    for (int k = 0; k < w.n; k++)
        w.own_w[k] = -1.0; /* before the window; inside it: which interval */
    for (size_t i = from; i + length <= to; i += length) {
        const struct wm_surroundings *now = &a->outlook[i].around;
        double stress = 0.0;
        for (size_t k = i; k < i + length; k++)
            stress += a->outlook[k].around.system_stress / (double)length;
        const struct wm_peak_window window = {now->local.month, now->day, now->is_off_peak_day,
                                              stress, (double)i};
        if ((now->hours >> line & 1) != 0)
            wm_peak_watch_add(&w, &window);
    }
    const double years = fmin(1.0, (double)a->n_bins * bin_h / WM_H_PER_YEAR);
    const double usd_per_mw = 1e3 * 12.0 * wm_charge_usd_per_kw(c, 365.0 / 12.0) * years;
    for (int k = 0; k < w.n; k++)
        for (size_t i = 0; w.own_w[k] >= 0.0 && i < length; i++)
            a->peak_usd_per_mw[(size_t)w.own_w[k] + i] += usd_per_mw / w.n / (double)length;
}

static void foresee_peaks(struct wm_lookahead *a, const struct wm_meter *meter, size_t from,
                          size_t to)
{
    for (size_t i = 0; i < meter->billing->n_lines; i++)
        if (meter->billing->lines[i].charge.basis == WM_CHARGE_COINCIDENT)
            foresee_line(a, meter, i, from, to);
}

static int add_column(struct wm_lookahead *a, double low, double high, double cost)
{
    const int j = a->lp.n_columns++;
    a->low[j] = low;
    a->high[j] = high;
    a->cost[j] = cost;
    return j;
}

static int add_row(struct wm_lookahead *a, double low, double high)
{
    const int i = a->lp.n_rows++;
    a->row_low[i] = low;
    a->row_high[i] = high;
    a->waits[i] = false;
    return i;
}

static void put(struct wm_lookahead *a, int row, int column, double value)
{
    if (column >= 0)
        a->entries[a->lp.n_entries++] = (struct wm_lp_entry){row, column, value};
}

/*
 * Part of a month that a window plans, of what is left of it from the block on: a kW more of demand that
 * today asks for serves the days to come as well, so that today answers for its share of the charge.
 */
static double planned_frac(const struct wm_lookahead *a, const struct block *b)
{
    const size_t month_end = end_of(a, b->first, true);
    const size_t planned = month_end < a->end ? month_end : a->end;
    return (double)(planned - b->first) / (double)(month_end - b->first);
}

/* Column of a charge's demand, new when the window has not met it. */
static int demand_column(struct wm_lookahead *a, const struct block *b,
                         const struct wm_meter_charge *charge)
{
    for (size_t k = 0; k < a->n_charges; k++)
        if (a->charges[k].is.id == charge->id)
            return a->charges[k].column;
    if (a->n_charges == CHARGES)
        return -1;
    const int column = add_column(a, charge->floor_w / mw, (double)INFINITY,
                                  charge->usd_per_w * mw * planned_frac(a, b));
    a->charges[a->n_charges++] = (struct charge){*charge, column};
    return column;
}

/* The battery some intervals later, at the most that it can have faded: kept full, a cycle a day. */
static struct wm_storage faded(const struct wm_onsite *onsite, double intervals)
{
    struct wm_storage s = onsite->storage;
    const struct wm_storage *new = &onsite->site->storage;
    const struct wm_wear *w = &onsite->wear;
    const double days = intervals / BINS_PER_DAY, past_days = w->time_s / 86400.0;
    const double soc = (w->soc_s / 86400.0 + days * new->max_soc_frac) / (past_days + days);
    const double fade = wm_storage_fade_frac(new, past_days + days, soc, w->cycles + days);
    s.energy_j = fmin(s.energy_j, new->energy_j *(1.0 - fade));
    return s;
}

/* The meter of a block where more than the battery moves: its column, and the row that balances the site. */
static int add_meter(struct wm_lookahead *a, const struct block *b, const struct wm_outlook_row *x,
                     double most, double usd, int c, int d)
{
    const int g = add_column(a, 0.0, most, usd);
    const int f = b->free > 0.0 ? add_column(a, 0.0, b->free, 0.0) : -1;
    const int engine =
        b->engine > 0.0 ? add_column(a, 0.0, b->engine, b->h * x->engine_usd_per_mwh) : -1;
    const int u = b->cut > 0.0 ? add_column(a, 0.0, b->cut, -b->h * x->cut_usd_per_mwh) : -1;
    const int balance = add_row(a, b->load, b->load);
    put(a, balance, g, 1.0);
    put(a, balance, c, -1.0);
    put(a, balance, d, 1.0);
    put(a, balance, f, 1.0);
    put(a, balance, engine, 1.0);
    put(a, balance, u, -1.0);
    return g;
}

static double meter_of(const struct wm_lookahead *a, const struct block *b)
{
    return b->meter >= 0 ? a->x[b->meter] : b->load + a->x[b->charge] - a->x[b->discharge];
}

/* Rows and columns of a block that follows the content of column `last`, or -1: the present one. */
static void add_block(struct wm_lookahead *a, struct block *b, const struct wm_meter *meter,
                      int last, const struct wm_onsite *onsite)
{
    const struct wm_outlook_row *x = &a->outlook[b->first];
    const struct wm_storage *s = &onsite->storage;
    const double now_mwh = onsite->stored_j / mwh;
    const double power = s->power_w / mw, eta = sqrt(s->round_trip_frac), h = b->h;
    const struct wm_storage then = faded(onsite, (double)(b->first + b->n - a->blocks[0].first));
    const double floor_mwh = fmin(wm_storage_floor_j(s) / mwh, now_mwh);
    const double top_mwh = fmax(floor_mwh, wm_storage_top_j(&then) / mwh);
    /* where nothing else gives or takes, the meter is the load and the battery, and needs no column */
    const bool is_plain = !(b->free > 0.0) && !(b->engine > 0.0) && !(b->cut > 0.0);
    const double most = fmax(b->allowed, b->load), usd = h * b->usd_per_mwh + b->peak_usd_per_mw;
    const int c =
        add_column(a, 0.0, is_plain ? fmin(power, most - b->load) : power, is_plain ? usd : 0.0);
    const int d = add_column(a, 0.0, is_plain ? fmin(power, b->load) : power,
                             h * wear_usd_per_mwh - (is_plain ? usd : 0.0));
    const int e = add_column(a, floor_mwh, top_mwh, 0.0);
    const int g = is_plain ? -1 : add_meter(a, b, x, most, usd, c, d);
    const double first_mwh = last < 0 ? now_mwh : 0.0;
    const int content = add_row(a, first_mwh, first_mwh);
    put(a, content, e, 1.0);
    put(a, content, last, -1.0);
    put(a, content, c, -h * eta);
    put(a, content, d, h / eta);
    struct wm_meter_charge charges[WM_METER_CHARGES];
    const size_t n = wm_meter_charges(meter, x->at_us, &x->around, x->contract_w, charges);
    for (size_t k = 0; k < WM_METER_CHARGES; k++) {
        b->demand[k] = k < n ? demand_column(a, b, &charges[k]) : -1;
        if (b->demand[k] < 0)
            continue;
        const int row = add_row(a, is_plain ? b->load : 0.0, (double)INFINITY);
        put(a, row, b->demand[k], 1.0);
        put(a, row, is_plain ? c : g, -1.0);
        put(a, row, is_plain ? d : -1, 1.0);
        a->waits[row] = true;
    }
    b->meter = g;
    b->charge = c;
    b->discharge = d;
    b->content = e;
}

/* A block's power to its intervals: the battery takes the load's ups and downs, so that the meter is level,
 * and at rest keeps them below the demand that the plan found. */
static void spread(struct wm_lookahead *a, const struct block *b, double gain_mw,
                   const struct wm_storage *s)
{
    const double eta = sqrt(s->round_trip_frac), power = s->power_w / mw;
    const double mean = gain_mw > 0.0 ? -gain_mw / eta : -gain_mw * eta;
    const double least = mean < 0.0 ? -power : 0.0, most = mean > 0.0 ? power : 0.0;
    double demand = (double)INFINITY;
    for (size_t k = 0; a->is_solved && k < WM_METER_CHARGES; k++)
        if (b->demand[k] >= 0)
            demand = fmin(demand, a->x[b->demand[k]]);
    for (size_t i = b->first; i < b->first + b->n; i++) {
        const double above = a->outlook[i].load_w / mw - b->load;
        double given = fmax(least, fmin(most, mean + above));
        if (a->is_solved)
            given += fmax(0.0, meter_of(a, b) + above + mean - given - demand);
        a->planned_w[i] = mw * fmin(power, given);
    }
}

/* What a MWh less in the battery at the window's end costs: buying it again at the window's mean price. */
static double missing_usd_per_mwh(const struct wm_lookahead *a, const struct wm_storage *s)
{
    double usd = 0.0, energy_mwh = 0.0;
    for (size_t i = 0; i < a->n_blocks; i++) {
        usd += a->blocks[i].usd_per_mwh * a->blocks[i].h * a->blocks[i].load;
        energy_mwh += a->blocks[i].h * a->blocks[i].load;
    }
    return energy_mwh > 0.0 ? fmax(0.0, usd / energy_mwh) / sqrt(s->round_trip_frac) : 0.0;
}

static void solve(struct wm_lookahead *a, const struct wm_onsite *onsite,
                  const struct wm_meter *meter)
{
    const struct wm_storage *s = &onsite->storage;
    const double now_mwh = onsite->stored_j / mwh;
    const double end_mwh = fmin(onsite->account.stored_first_j, wm_storage_top_j(s)) / mwh;
    a->lp = (struct wm_lp_bounded){.row_low = a->row_low,
                                   .row_high = a->row_high,
                                   .low = a->low,
                                   .high = a->high,
                                   .cost = a->cost,
                                   .waits = a->waits,
                                   .entries = a->entries};
    a->n_charges = 0;
    int last = -1;
    for (size_t i = 0; i < a->n_blocks; i++) {
        add_block(a, &a->blocks[i], meter, last, onsite);
        last = a->blocks[i].content;
    }
    const int missing = add_column(a, 0.0, (double)INFINITY, missing_usd_per_mwh(a, s));
    const int end = add_row(a, end_mwh, (double)INFINITY);
    put(a, end, last, 1.0);
    put(a, end, missing, 1.0);
    double before_mwh = now_mwh;
    a->is_solved = wm_lp_minimise(&a->lp, a->x);
    for (size_t i = 0; i < a->n_blocks; i++) {
        const double after_mwh = a->is_solved ? a->x[a->blocks[i].content] : before_mwh;
        spread(a, &a->blocks[i], (after_mwh - before_mwh) / a->blocks[i].h, s);
        before_mwh = after_mwh;
    }
}

double wm_lookahead_power_w(struct wm_lookahead *ahead, size_t bin, const struct wm_onsite *onsite,
                            const struct wm_meter *meter)
{
    if (bin == ahead->next) {
        const bool by_month = ahead->storage->foresight == WM_FORESIGHT_MONTH;
        ahead->next = end_of(ahead, bin, by_month);
        size_t end = ahead->next < ahead->n_bins ? end_of(ahead, ahead->next, false) : ahead->next;
        if (end - bin > WINDOW_BINS)
            end = bin + WINDOW_BINS;
        ahead->end = end;
        for (size_t i = bin; i < end; i++)
            ahead->peak_usd_per_mw[i] = 0.0;
        foresee_peaks(ahead, meter, bin, end);
        cut_blocks(ahead, bin, end);
        solve(ahead, onsite, meter);
    }
    return ahead->planned_w[bin];
}
