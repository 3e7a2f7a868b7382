#include "lookahead.h"

#include <math.h>

#include "store_plan.h"

static const double bin_h = 0.25;
enum { BINS_PER_DAY = 96, WINDOW_BINS = 33 * BINS_PER_DAY };

static const double mw = 1e6, mwh = 3.6e9;
static const double most_usd_per_mwh = 1e5; /* of load that no price lets run: its worth has no end */

struct wm_lookahead {
    const struct wm_storage *storage;
    const struct wm_outlook_row *outlook;
    size_t n_bins, next, end; /* where the next window begins, and where this one ends */
    double *planned_w;        /* [n_bins] */
    double *peak_usd_per_mw;  /* [n_bins], of the window at hand */
    struct wm_store_interval *intervals; /* of the window, in the plan's units */
    double *power, *content;             /* likewise, its plan */
    struct wm_store_case plan;
    uint32_t charge_ids[WM_STORE_CHARGES];
};

struct wm_lookahead *wm_lookahead_new(struct wm_arena *arena, const struct wm_storage *storage,
                                      const struct wm_outlook_row *outlook, size_t n_bins)
{
    struct wm_lookahead *const a = WM_NEW(arena, struct wm_lookahead);
    const size_t n = n_bins < WINDOW_BINS ? n_bins : WINDOW_BINS;
    *a = (struct wm_lookahead){.storage = storage, .outlook = outlook, .n_bins = n_bins};
    a->planned_w = WM_NEW_ARRAY(arena, double, n_bins);
    a->peak_usd_per_mw = WM_NEW_ARRAY(arena, double, n_bins);
    a->intervals = WM_NEW_ARRAY(arena, struct wm_store_interval, n);
    a->power = WM_NEW_ARRAY(arena, double, n);
    a->content = WM_NEW_ARRAY(arena, double, n);
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

/*
 * Part of a month that a window plans, of what is left of it from an interval on: a kW more of demand that
 * today asks for serves the days to come as well, so that today answers for its share of the charge.
 */
static double planned_frac(const struct wm_lookahead *a, size_t bin)
{
    const size_t month_end = end_of(a, bin, true);
    const size_t planned = month_end < a->end ? month_end : a->end;
    return (double)(planned - bin) / (double)(month_end - bin);
}

/* Bit of a charge, new when the window has not met it; none when there are too many. */
static uint64_t charge_bit(struct wm_lookahead *a, size_t bin, const struct wm_meter_charge *charge)
{
    struct wm_store_case *const p = &a->plan;
    size_t k = 0;
    while (k < p->n_charges && a->charge_ids[k] != charge->id)
        k++;
    if (k == WM_STORE_CHARGES)
        return 0;
    if (k == p->n_charges) {
        p->n_charges++;
        a->charge_ids[k] = charge->id;
        p->floor[k] = charge->floor_w / mw;
        p->usd_per_mw[k] = charge->usd_per_w * mw * planned_frac(a, bin);
    }
    return (uint64_t)1 << k;
}

static void set_interval(struct wm_lookahead *a, size_t bin, struct wm_store_interval *to,
                         const struct wm_meter *meter)
{
    const struct wm_outlook_row *const x = &a->outlook[bin];
    struct wm_meter_charge charges[WM_METER_CHARGES];
    const size_t n = wm_meter_charges(meter, x->at_us, &x->around, x->contract_w, charges);
    *to = (struct wm_store_interval){.load = x->load_w / mw,
                                     .cut = x->cut_w / mw,
                                     .free = x->free_w / mw,
                                     .engine = x->engine_w / mw,
                                     .allowed = x->allowed_w / mw,
                                     .usd_per_mwh = x->usd_per_mwh,
                                     .peak_usd_per_mw = a->peak_usd_per_mw[bin],
                                     .engine_usd_per_mwh = x->engine_usd_per_mwh,
                                     .cut_usd_per_mwh = fmin(x->cut_usd_per_mwh, most_usd_per_mwh)};
    for (size_t k = 0; k < n; k++)
        to->charges |= charge_bit(a, bin, &charges[k]);
}

/* The battery after the days of a plan, at a mean content and so many cycles. */
static double top_j(const struct wm_onsite *onsite, double days, double soc_days, double cycles)
{
    const struct wm_storage *const new = &onsite->site->storage;
    const struct wm_wear *const w = &onsite->wear;
    const double past_days = w->time_s / 86400.0;
    const double soc = (w->soc_s / 86400.0 + soc_days) / (past_days + days);
    const double fade = wm_storage_fade_frac(new, past_days + days, soc, w->cycles + cycles);
    struct wm_storage then = onsite->storage;
    then.energy_j = fmin(then.energy_j, new->energy_j *(1.0 - fade));
    return wm_storage_top_j(&then);
}

/*
 * Bounds of the contents: a battery fades by its days, content and cycles. Before there is a plan by the most it can
 * have done, kept full, a cycle a day; then along the plan.
 */
static void bound(struct wm_lookahead *a, size_t n, const struct wm_onsite *onsite, bool is_planned)
{
    const struct wm_storage *const new = &onsite->site->storage;
    const double now_mwh = onsite->stored_j / mwh, full_mwh = new->energy_j / mwh;
    const double floor_mwh = fmin(wm_storage_floor_j(&onsite->storage) / mwh, now_mwh);
    const double full = new->max_soc_frac, one_way = a->plan.eta;
    double soc_days = 0.0, cycles = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double days = (double)(i + 1) / BINS_PER_DAY;
        const double soc = is_planned ? a->content[i] / full_mwh : full;
        const double given = is_planned ? fmax(0.0, -a->power[i]) * bin_h / one_way : 0.0;
        soc_days += soc / BINS_PER_DAY;
        cycles += is_planned ? given / full_mwh : 1.0 / BINS_PER_DAY;
        a->intervals[i].low = floor_mwh;
        a->intervals[i].high = fmax(floor_mwh, top_j(onsite, days, soc_days, cycles) / mwh);
    }
}

/* What a MWh less in the battery at the window's end costs: buying it again at the window's mean price. */
static double missing_usd_per_mwh(const struct wm_lookahead *a)
{
    double usd = 0.0, energy = 0.0;
    for (size_t i = 0; i < a->plan.n; i++) {
        usd += a->intervals[i].usd_per_mwh * a->intervals[i].load;
        energy += a->intervals[i].load;
    }
    return energy > 0.0 ? fmax(0.0, usd / energy) / a->plan.eta : 0.0;
}

/* Plans [from, to): by the most that the battery can fade, then by what that plan makes it fade. */
static void plan(struct wm_lookahead *a, size_t from, size_t to, const struct wm_onsite *onsite,
                 const struct wm_meter *meter)
{
    const struct wm_storage *const s = &onsite->storage;
    const bool fades = s->calendar_fade > 0.0 || s->cycle_fade > 0.0;
    a->plan = (struct wm_store_case){
        .intervals = a->intervals,
        .n = to - from,
        .h = bin_h,
        .power = s->power_w / mw,
        .eta = sqrt(s->round_trip_frac),
        .wear_usd_per_mwh = s->wear_usd_per_mwh,
        .start = onsite->stored_j / mwh,
        .end = fmin(onsite->account.stored_first_j, wm_storage_top_j(s)) / mwh};
    for (size_t i = from; i < to; i++)
        set_interval(a, i, &a->intervals[i - from], meter);
    a->plan.end_usd_per_mwh = missing_usd_per_mwh(a);
    bound(a, to - from, onsite, false);
    double demand[WM_STORE_CHARGES];
    for (size_t k = 0; k < a->plan.n_charges; k++)
        demand[k] = (double)NAN;
    bool is_planned = !isnan(wm_store_plan(&a->plan, demand, a->power, a->content));
    if (is_planned && fades) {
        bound(a, to - from, onsite, true);
        is_planned = !isnan(wm_store_plan(&a->plan, demand, a->power, a->content));
    }
    for (size_t i = from; i < to; i++)
        a->planned_w[i] = is_planned ? -mw * a->power[i - from] : 0.0;
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
        plan(ahead, bin, end, onsite, meter);
    }
    return ahead->planned_w[bin];
}
