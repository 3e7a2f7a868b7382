#include "site.h"

#include <math.h>

#include "../plan/agreement.h"
#include "../plan/job.h"
#include "asked.h"
#include "batch.h"
#include "flow.h"
#include "outages.h"
#include "recall.h"
#include "requests.h"
#include "switching.h"
#include "wattmill/civil.h"
#include "wattmill/engine.h"
#include "years.h"

/* Times inside are microseconds since the start of the horizon. */
static const int64_t bin_us = 15 * 60 * WM_US_PER_S;
static const int64_t hour_us = WM_US_PER_H;
enum { BINS_PER_HOUR = 4, BINS_PER_DAY = 24 * BINS_PER_HOUR, BINS_PER_YEAR = 8760 * BINS_PER_HOUR };

enum kind {
    KIND_CEILING,
    KIND_FLEET,
    KIND_NULL,
    KIND_FAIL, /* this and the next four belong to the outages, in their order */
    KIND_REPAIR,
    KIND_UNIT_FAIL,
    KIND_UNIT_REPAIR,
    KIND_PART
};

struct site {
    const struct wm_scenario *scenario;
    const struct wm_site_plan *plan;
    struct wm_site_result *result;
    struct wm_ceiling_plan ceiling;
    struct wm_environment *environment; /* a twin has the site's */
    bool is_new_around;                 /* since the interval before */
    struct wm_instant instant;
    struct wm_site_flow flow;
    struct wm_board *board;
    struct wm_outages *outages;
    struct wm_switching switching, next_switching; /* the second: room to try */
    struct wm_asked *asked;                        /* a twin has the site's */
    double *offered, *wanted;                      /* [n_classes] */
    bool *is_urgent;                               /* [n_classes] */
    struct wm_lookahead *ahead;                    /* NULL: the battery follows its rules */
    /* a site with a twin remembers its flows for it; the twin asks the site, which is ahead by an interval */
    struct wm_recall *recall;
    const struct site *original;
    double marginal_it_w, marginal_pue; /* of the last hour */
    struct wm_batch_queue *batch;                  /* [n_classes], of which kind batch is used */
    bool has_queue; /* batch work or jobs: what is asked for hangs on what was done */
    int64_t start_us;
    int64_t since;    /* up to here everything is accounted */
    int64_t bin_end;  /* of the billing interval */
    double day_price; /* of energy, mean that forgets with a day */
    bool is_stale;    /* the flow no longer fits the instant */
};

static int64_t ticks(double time_s)
{
    return (int64_t)llround(time_s * (double)WM_US_PER_S);
}

static bool is_batch(const struct site *s, size_t class)
{
    return s->plan->classes[class].workload->kind == WM_WORKLOAD_BATCH;
}

/* Tokens that the job still has to make; (double)INFINITY without an end. */
static double job_left_tok(const struct site *s, size_t class)
{
    const struct wm_class *c = &s->plan->classes[class];
    const struct wm_class_account *a = &s->result->account.classes[class];
    const double gangs = (double)s->plan->partitions[c->partition].n_replicas;
    if (c->workload->training.tokens <= 0.0)
        return (double)INFINITY;
    return fmax(0.0, c->workload->training.tokens * gangs - (a->served_tok - a->lost_tok));
}

/* Demand of the hour, of what is asked for at `now`. */
static void set_demand(struct site *s, int64_t now)
{
    wm_asked_at(s->asked, s->start_us + now, s->offered);
    for (size_t i = 0; i < s->plan->n_classes; i++)
        s->wanted[i] = s->offered[i];
}

/* Batch work asks for what would empty its queue by the end of the billing interval, a job for what
 * would end it by then. */
static void ask_for_work(struct site *s, int64_t now)
{
    const double left_s = (double)(s->bin_end - now) / (double)WM_US_PER_S;
    const double price = s->instant.energy_usd_per_mwh;
    const bool is_dear = price - s->day_price > 1e-6 * fabs(price);
    for (size_t i = 0; i < s->plan->n_classes && s->has_queue; i++) {
        const struct wm_workload *w = s->plan->classes[i].workload;
        if (is_batch(s, i))
            s->wanted[i] =
                is_dear && w->waits_for_price
                    ? wm_batch_due(&s->batch[i], now + ticks(0.25 * w->deadline_s)) / left_s
                    : wm_batch_wanted(&s->batch[i], left_s);
        else if (wm_workload_is_job(w))
            s->wanted[i] = s->offered[i] =
                s->start_us + now < w->training.start_us || !wm_asked_is_on(s->asked, i, s->start_us + now)
                    ? 0.0
                    : fmin(s->plan->classes[i].mean_demand_tok_per_s, job_left_tok(s, i) / left_s);
    }
}

static void commit_switching(struct site *s)
{
    const struct wm_switching was = s->switching;
    s->switching = s->next_switching;
    s->next_switching = was;
}

static void eval_switching(struct site *s)
{
    const struct wm_recalled state = {&s->instant, &s->switching, s->since, &s->next_switching,
                                      &s->flow};
    if (s->original != NULL && wm_recall_find(s->original->recall, &state))
        return;
    wm_switching_eval(s->scenario, s->plan, &s->instant, &s->switching, &s->next_switching,
                      s->since, s->board, &s->flow);
    if (s->recall != NULL)
        wm_recall_add(s->recall, &state);
}

/* The flow of the instant that begins where accounting stands. */
static void renew_flow(struct site *s)
{
    struct wm_onsite *onsite = &s->result->onsite;
    const struct wm_surroundings *around = &s->environment->now;
    const int64_t at_us = s->start_us + s->since;
    s->is_stale = false;
    ask_for_work(s, s->since);
    for (bool again = true; again;) { /* a unit that starts at once changes what is allowed */
        s->instant.support_w = wm_onsite_support_w(onsite, at_us, around);
        eval_switching(s);
        const struct wm_onsite_need need = {
            .site_w = s->flow.power.site_w,
            .requested_w = s->flow.requested_w,
            .allowed_w = s->flow.allowed_w,
            .calm_w = onsite->is_plain
                          ? 0.0
                          : wm_meter_calm_w(&s->result->meter, at_us, around, s->flow.contract_w)};
        again = wm_onsite_dispatch(onsite, at_us, around, &need);
    }
    commit_switching(s);
    s->flow.meter_w = onsite->flow.meter_w;
    if (s->result->requests != NULL)
        wm_site_requests_decide(s->result->requests, &s->flow);
}

static void account_for(struct site *s, double time_s)
{
    struct wm_account *account = &s->result->account;
    struct wm_onsite *onsite = &s->result->onsite;
    if (s->result->requests != NULL) {
        wm_site_requests_measure(s->result->requests, &s->instant, s->since,
                                 s->since + ticks(time_s), &s->flow);
        onsite->flow.meter_w = s->flow.meter_w; /* storage and generation stay as dispatched */
    }
    wm_account_add(account, s->plan, &s->flow, &s->environment->now, time_s);
    account->bin.generation_j += onsite->flow.generation_w * time_s;
    account->bin.storage_j += onsite->flow.storage_w * time_s;
    wm_onsite_advance(onsite, time_s);
    for (size_t i = 0; i < s->plan->n_classes && s->has_queue; i++) {
        if (!is_batch(s, i))
            continue;
        const struct wm_class_flow *cf = &s->flow.classes[i];
        account->classes[i].waiting_tok_s += s->batch[i].waiting_tok * time_s;
        wm_batch_add(&s->batch[i], cf->offered_tok_per_s * time_s, cf->served_tok_per_s * time_s);
    }
}

/* Accounts the time since the last change; a moment without length touches nothing. A full or empty
 * battery, the steps of generators and replicas that are back are events that only this knows of. */
static void settle(struct site *s, int64_t now)
{
    if (s->since < now && wm_outages_mean(s->outages, s->since, now))
        s->is_stale = true;
    while (s->since < now) {
        if (s->is_stale)
            renew_flow(s);
        int64_t until = now;
        const double hold_s = s->result->onsite.flow.hold_s;
        if (hold_s * (double)WM_US_PER_S < (double)(now - s->since)) {
            const int64_t hold = (int64_t)floor(hold_s * (double)WM_US_PER_S);
            until = s->since + (hold > 0 ? hold : 1);
            s->is_stale = true;
        }
        const int64_t back = wm_switching_back_us(&s->switching);
        if (back <= until) {
            until = back;
            s->is_stale = true;
        }
        account_for(s, (double)(until - s->since) / (double)WM_US_PER_S);
        s->since = until;
    }
}

/* Event: the ceiling takes its next step. */
static void on_ceiling(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct site *const s = context;
    (void)actor;
    settle(s, wm_sim_now(sim));
    s->instant.ceiling = &s->ceiling.steps[arg];
    s->is_stale = true;
}

/* What the site could draw changes with the weather and with what is there. */
static void update_potential(struct site *s)
{
    wm_potential_eval(s->plan, &s->plan->design, s->outages->is_there,
                      &s->instant.design_potential);
    wm_potential_eval(s->plan, &s->instant.weather, s->outages->is_there, &s->instant.potential);
}

/* Event: a pool comes online or retires, a workload begins or ends. */
static void on_fleet(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct site *const s = context;
    (void)actor;
    (void)arg;
    settle(s, wm_sim_now(sim));
    wm_outages_set_there(s->outages, s->start_us + wm_sim_now(sim), wm_sim_now(sim));
    update_potential(s);
    set_demand(s, wm_sim_now(sim));
    s->is_stale = true;
}

/* Something is there from one time to another, of which the run may see both. */
static void schedule_span(struct wm_sim *sim, int64_t from, int64_t to, int64_t end)
{
    const int64_t times[] = {from, to};
    for (size_t k = 0; k < 2; k++)
        if (times[k] > 0 && times[k] < end)
            wm_sim_at(sim, times[k], -1, KIND_FLEET, 0, 0);
}

static void schedule_fleet(struct wm_sim *sim, struct site *s, int64_t end)
{
    wm_outages_set_there(s->outages, s->start_us, 0);
    for (size_t i = 0; i < s->plan->n_pools; i++) {
        const struct wm_fleet *f = s->plan->pools[i].fleet;
        schedule_span(sim, f->online_us - s->start_us, f->retire_us - s->start_us, end);
    }
    for (size_t i = 0; i < s->plan->n_classes; i++) {
        const struct wm_workload *w = s->plan->classes[i].workload;
        schedule_span(sim, w->start_us - s->start_us, w->end_us - s->start_us, end);
    }
}

/* A gang loses its work since the last checkpoint. */
static void interrupt(struct site *s, uint32_t group, int64_t now)
{
    const struct wm_partition *p = &s->plan->partitions[s->outages->partition_of[group]];
    const size_t class = p->classes[0];
    struct wm_class_account *a = &s->result->account.classes[class];
    const double gang_tok_per_s = s->flow.classes[class].served_tok_per_s /
                                  fmax(1.0, s->outages->mean[s->outages->partition_of[group]]);
    const double since_s = (double)(now - s->outages->began[group]) / (double)WM_US_PER_S;
    const double lost_s = wm_job_lost_s(&p->lead->training, p->job.checkpoint_s, since_s);
    a->lost_tok += fmin(gang_tok_per_s * lost_s, a->served_tok - a->lost_tok);
    a->n_interruptions += gang_tok_per_s > 0.0 ? 1.0 : 0.0;
}

/* Event: a group fails, of whatever cause. The site's state follows with the next settlement. */
static void on_fail(struct wm_sim *sim, void *context, uint32_t group, uint64_t arg)
{
    struct site *const s = context;
    (void)arg;
    if (s->plan->partitions[s->outages->partition_of[group]].is_job)
        interrupt(s, group, wm_sim_now(sim));
    wm_outages_on_fail(s->outages, sim, group);
}

/* Event: a group works again. */
static void on_repair(struct wm_sim *sim, void *context, uint32_t group, uint64_t arg)
{
    struct site *const s = context;
    (void)arg;
    wm_outages_on_repair(s->outages, sim, group);
}

/* Event: a unit of the plant fails. */
static void on_unit_fail(struct wm_sim *sim, void *context, uint32_t entity, uint64_t arg)
{
    struct site *const s = context;
    (void)arg;
    wm_outages_on_unit_fail(s->outages, sim, entity);
}

/* Event: a unit of the plant works again. */
static void on_unit_repair(struct wm_sim *sim, void *context, uint32_t entity, uint64_t arg)
{
    struct site *const s = context;
    (void)arg;
    wm_outages_on_unit_repair(s->outages, sim, entity);
}

/* Event: a broken part is repaired. */
static void on_part(struct wm_sim *sim, void *context, uint32_t actor, uint64_t part)
{
    struct site *const s = context;
    (void)actor;
    wm_outages_on_part(s->outages, sim, (uint32_t)part);
}

/* Event: nothing happens. */
static void on_null(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    (void)sim;
    (void)context;
    (void)actor;
    (void)arg;
}

/* What the site could draw in the weather of an interval that begins; in the twin's the same is there. */
static void follow_weather(struct site *s)
{
    if (s->original != NULL)
        wm_potential_copy(s->plan, &s->original->instant.potential, &s->instant.potential);
    else
        wm_potential_eval(s->plan, &s->instant.weather, s->outages->is_there,
                          &s->instant.potential);
}

/* Surroundings of the billing interval that begins at `now`; demand changes with the hour. */
static void begin_bin(struct site *s, int64_t now)
{
    const int64_t at_us = s->start_us + now;
    const bool is_new = s->original != NULL ? s->original->is_new_around
                                            : wm_environment_step(s->environment, at_us);
    s->is_new_around = is_new;
    s->is_stale = s->is_stale || is_new;
    s->instant.weather = s->environment->now.weather;
    if (is_new)
        follow_weather(s);
    const double price = s->environment->now.energy_usd_per_mwh;
    s->day_price = now > 0 ? s->day_price + (price - s->day_price) / BINS_PER_DAY : price;
    s->instant.energy_usd_per_mwh = price;
    if (s->ahead)
        s->result->onsite.planned_w = wm_lookahead_power_w(s->ahead, s->result->n_bins,
                                                           &s->result->onsite, &s->result->meter);
    if (now % hour_us != 0)
        return;
    set_demand(s, now);
    s->is_stale = true;
}

/* Mean of the halls' marginal PUE, by their IT power at the hour's end. */
static double marginal_pue(const struct site *s, double it_w)
{
    const size_t n = s->plan->n_halls;
    double sum = 0.0;
    if (n == 1)
        return wm_facility_marginal(&s->plan->halls[0].facility, &s->instant.weather, it_w);
    for (size_t h = 0; h < n; h++) {
        const double share = s->flow.halls[h].power.it_w / s->flow.power.it_w;
        if (share > 0.0)
            sum += share * wm_facility_marginal(&s->plan->halls[h].facility, &s->instant.weather,
                                                share * it_w);
    }
    return sum;
}

/* Whether the site, which is through the hour, ended it like this. */
static bool ended_alike(const struct site *s, double it_w)
{
    const struct site *const o = s->original;
    bool is_same = o != NULL && o->marginal_it_w == it_w && o->flow.power.it_w == s->flow.power.it_w;
    for (size_t h = 0; h < s->plan->n_halls && s->plan->n_halls > 1; h++)
        is_same = is_same && o->flow.halls[h].power.it_w == s->flow.halls[h].power.it_w;
    return is_same;
}

static void end_hour(struct site *s)
{
    struct wm_hour_sum *hour = &s->result->account.hour;
    const double it_w = hour->it_j / hour->time_s;
    if (hour->it_j > 0.0)
        s->result->pue_peak_hour = fmax(s->result->pue_peak_hour, hour->site_j / hour->it_j);
    s->marginal_pue = ended_alike(s, it_w) ? s->original->marginal_pue : marginal_pue(s, it_w);
    s->marginal_it_w = it_w;
    s->result->pue_marginal_sum += s->marginal_pue;
    *hour = (struct wm_hour_sum){0};
}

/* Batch queues at a billing interval's end: what expired is dropped, arrivals join. */
static void end_batch(struct site *s, int64_t begin)
{
    s->is_stale = s->is_stale || s->has_queue;
    for (size_t i = 0; i < s->plan->n_classes && s->has_queue; i++) {
        if (!is_batch(s, i))
            continue;
        const int64_t deadline = begin + ticks(s->plan->classes[i].workload->deadline_s);
        struct wm_class_account *a = &s->result->account.classes[i];
        a->dropped_tok += wm_batch_end_interval(&s->batch[i], begin + bin_us, deadline);
        a->waiting_tok = s->batch[i].waiting_tok;
        s->is_urgent[i] = wm_batch_is_urgent(&s->batch[i], begin + 2 * bin_us);
    }
}

static void add_row(struct site *s, int64_t begin)
{
    const struct wm_site_sum *bin = &s->result->account.bin;
    struct wm_site_result *r = s->result;
    r->series[r->n_series++] = (struct wm_series_row){
        .time_us = s->start_us + begin,
        .dry_bulb_c = s->instant.weather.dry_bulb_c,
        .wet_bulb_c = s->instant.weather.wet_bulb_c,
        .ceiling_w = bin->allowed_ws / bin->time_s,
        .site_w = bin->site_j / bin->time_s,
        .meter_w = bin->meter_j / bin->time_s,
        .generation_w = bin->generation_j / bin->time_s,
        .storage_w = bin->storage_j / bin->time_s,
        .it_w = bin->it_j / bin->time_s,
        .offered_tok_per_s = bin->offered_tok / bin->time_s,
        .served_tok_per_s = bin->served_tok / bin->time_s,
        .clock_frac = bin->clock_s / bin->time_s,
        .energy_usd_per_mwh = s->environment->now.energy_usd_per_mwh,
        .shadow_price_usd_per_mwh = bin->shadow_ws / bin->time_s,
        .contract_w = bin->contract_ws / bin->time_s,
        .market_usd_per_mwh = s->environment->now.system_usd_per_mwh,
        .local_us = wm_civil_to_us(&s->environment->now.local),
    };
}

static void add_outlook(struct site *s, int64_t begin)
{
    const struct wm_site_sum *bin = &s->result->account.bin;
    struct wm_outlook_row *const row = &s->result->outlook[s->result->n_bins];
    *row = (struct wm_outlook_row){.around = s->environment->now,
                                   .at_us = s->start_us + begin,
                                   .usd_per_mwh = wm_agreements_usd_per_mwh(
                                       &s->scenario->site, &s->environment->now,
                                       s->start_us + begin, bin->meter_j / bin->time_s),
                                   .cut_w = s->flow.capped_w + s->flow.shed_w,
                                   .cut_usd_per_mwh = s->flow.shadow_usd_per_mwh,
                                   .allowed_w = bin->allowed_ws / bin->time_s,
                                   .contract_w = s->flow.contract_w};
    wm_outlook_supply(row, &s->result->onsite, bin->site_j / bin->time_s);
}

static void end_bin(struct site *s, int64_t begin)
{
    struct wm_site_sum *bin = &s->result->account.bin;
    struct wm_site_result *r = s->result;
    if (r->outlook)
        add_outlook(s, begin);
    r->bin_w[r->n_bins++] = bin->meter_j / bin->time_s;
    const struct wm_meter_reading reading = {bin->time_s, bin->meter_j, bin->contract_ws};
    wm_meter_add(&r->meter, s->start_us + begin, &s->environment->now, &reading);
    if (!r->onsite.is_plain) {
        wm_onsite_end_bin(&r->onsite, s->start_us + begin + bin_us);
        s->is_stale = true;
    }
    wm_account_end_bin(&r->account, s->plan,
                       r->hall_series ? &r->hall_series[r->n_series * s->plan->n_halls] : NULL);
    if (r->series)
        add_row(s, begin);
    *bin = (struct wm_site_sum){0};
}

static void schedule_ceiling(struct wm_sim *sim, struct site *s, int64_t end)
{
    s->instant.ceiling = &s->ceiling.steps[0];
    for (size_t i = 1; i < s->ceiling.n; i++) {
        const int64_t at = s->ceiling.steps[i].at_us - s->start_us;
        if (at <= 0) /* begun before the horizon */
            s->instant.ceiling = &s->ceiling.steps[i];
        else if (at < end)
            wm_sim_at(sim, at, -1, KIND_CEILING, 0, i);
    }
}

static void schedule_nulls(struct wm_sim *sim, const struct wm_run_options *options, int64_t end)
{
    const uint64_t n = options ? options->n_null_events : 0;
    for (uint64_t i = 0; i < n; i++)
        wm_sim_at(sim, (int64_t)((double)end * ((double)i + 0.37) / (double)n), 0, KIND_NULL, 0, i);
}

static void open_classes(struct site *s, struct wm_arena *arena)
{
    const size_t n = s->plan->n_classes;
    s->offered = WM_NEW_ARRAY(arena, double, n);
    s->wanted = WM_NEW_ARRAY(arena, double, n);
    s->is_urgent = WM_NEW_ARRAY(arena, bool, n);
    s->batch = WM_NEW_ARRAY(arena, struct wm_batch_queue, n);
    s->instant.offered = s->offered;
    s->instant.wanted = s->wanted;
    s->instant.is_urgent = s->is_urgent;
    for (size_t i = 0; i < n; i++) {
        s->is_urgent[i] = !is_batch(s, i);
        s->has_queue =
            s->has_queue || is_batch(s, i) || wm_workload_is_job(s->plan->classes[i].workload);
        if (!is_batch(s, i))
            continue;
        const double bins = s->plan->classes[i].workload->deadline_s * 1e6 / (double)bin_us;
        s->batch[i] = wm_batch_queue_new(arena, (size_t)ceil(bins));
    }
}

/* What the site will see, from a run without its battery. */
static struct wm_lookahead *look_ahead(struct wm_arena *arena, const struct wm_scenario *scenario,
                                       const struct wm_site_plan *plan,
                                       const struct wm_run_options *options, size_t n_bins)
{
    struct wm_scenario *const bare = WM_NEW(arena, struct wm_scenario);
    struct wm_run_options quick = options ? *options : (struct wm_run_options){0};
    struct wm_site_result seen = {.outlook = WM_NEW_ARRAY(arena, struct wm_outlook_row, n_bins)};
    struct wm_diags told = wm_diags_init(arena); /* the run itself says it */
    *bare = *scenario;
    bare->site.storage.power_w = 0.0;
    quick.without_series = true;
    quick.n_null_events = 0;
    quick.progress = NULL;
    wm_site_run(arena, bare, plan, &quick, &seen, NULL, &told);
    return wm_lookahead_new(arena, &scenario->site.storage, seen.outlook, n_bins);
}

/* Once a day whoever waits is told, and may have enough. */
static bool is_cancelled(const struct wm_run_options *options, int64_t n_done, int64_t n_bins)
{
    return options != NULL && options->progress != NULL && n_done % (24 * BINS_PER_HOUR) == 0 &&
           !options->progress(options->progress_context, (double)n_done / (double)n_bins);
}

/* A run that is under way. */
struct course {
    struct site site;
    struct wm_sim *sim;
    const struct wm_run_options *options;
    struct wm_year_result before; /* the year that was closed last */
    int64_t n_bins;
};

static struct wm_sim *open_events(struct wm_arena *arena, struct site *s,
                                  const struct wm_run_options *options, int64_t end)
{
    struct wm_sim *const sim =
        wm_sim_new(arena, (uint32_t)s->ceiling.n + wm_outages_n_timers(s->outages), s);
    wm_sim_handle(sim, KIND_CEILING, on_ceiling);
    wm_sim_handle(sim, KIND_FAIL, on_fail);
    wm_sim_handle(sim, KIND_REPAIR, on_repair);
    wm_sim_handle(sim, KIND_UNIT_FAIL, on_unit_fail);
    wm_sim_handle(sim, KIND_UNIT_REPAIR, on_unit_repair);
    wm_sim_handle(sim, KIND_PART, on_part);
    wm_sim_handle(sim, KIND_FLEET, on_fleet);
    wm_sim_handle(sim, KIND_NULL, on_null);
    schedule_ceiling(sim, s, end);
    wm_outages_start(s->outages, sim, KIND_FAIL);
    schedule_fleet(sim, s, end);
    schedule_nulls(sim, options, end);
    update_potential(s);
    return sim;
}

static void open_result(struct wm_arena *arena, const struct site *s,
                        const struct wm_run_options *options, int64_t n_bins)
{
    struct wm_site_result *const result = s->result;
    const size_t n_years = (size_t)(n_bins / BINS_PER_YEAR) + 1;
    result->n_windows = s->ceiling.n_windows;
    result->price_sets = s->environment->price_sets;
    wm_account_open(arena, s->plan, result->price_sets, &result->account);
    result->bin_w = WM_NEW_ARRAY(arena, double, (size_t)n_bins);
    if (!options || !options->without_series || wm_scenario_settles_by_rows(s->scenario))
        result->series = WM_NEW_ARRAY(arena, struct wm_series_row, (size_t)n_bins);
    if (result->series && s->scenario->site.halls.n > 0)
        result->hall_series =
            WM_NEW_ARRAY(arena, struct wm_hall_power, (size_t)n_bins * s->plan->n_halls);
    result->meter = wm_meter_new(arena, s->environment, s->start_us, s->start_us + n_bins * bin_us);
    result->years = WM_NEW_ARRAY(arena, struct wm_year_result, n_years);
    result->unpriced = WM_NEW_ARRAY(arena, struct wm_unpriced, n_years);
    for (size_t i = 0; i < n_years; i++)
        result->unpriced[i] = wm_unpriced_new(arena, result->price_sets, s->plan->n_classes);
}

/* @param original  a site of the same scenario and plan that each interval goes through first, or NULL */
static struct course *open_course(struct wm_arena *arena, const struct wm_scenario *scenario,
                                  const struct wm_site_plan *plan,
                                  const struct wm_run_options *options, struct course *original,
                                  struct wm_site_result *result, struct wm_diags *diags)
{
    struct course *const c = WM_NEW(arena, struct course);
    struct site *const s = &c->site;
    c->options = options;
    c->n_bins = llround(scenario->horizon.years * WM_H_PER_YEAR * BINS_PER_HOUR);
    const int64_t end = c->n_bins * bin_us;
    *s = (struct site){.scenario = scenario,
                       .plan = plan,
                       .result = result,
                       .outages = wm_outages_new(arena, scenario, plan),
                       .start_us = scenario->horizon.start_us,
                       .is_stale = true};
    if (original != NULL) {
        s->original = &original->site;
        s->environment = original->site.environment;
        original->site.recall = wm_recall_new(arena, plan);
    } else {
        s->environment = WM_NEW(arena, struct wm_environment);
        *s->environment = wm_environment_begin(arena, scenario);
        wm_environment_share(s->environment, arena, options ? options->cache : NULL, scenario);
    }
    s->asked = original != NULL ? original->site.asked : wm_asked_new(arena, scenario, plan);
    open_classes(s, arena);
    s->instant.n_up = s->outages->mean;
    s->instant.weather = plan->design; /* until the first interval says its own */
    s->instant.is_there = s->outages->is_there;
    s->switching = wm_switching_new(arena, plan->n_partitions, scenario->policy.return_s);
    s->next_switching = wm_switching_new(arena, plan->n_partitions, scenario->policy.return_s);
    s->instant.chiller_lost_frac = s->outages->chiller_lost_frac;
    s->instant.design_potential = wm_potential_new(arena, plan);
    s->instant.potential = wm_potential_new(arena, plan);
    s->flow = wm_flow_new(arena, plan);
    s->board = wm_board_new(arena, plan);
    const struct wm_ceiling_span span = {.seed = (uint64_t)scenario->seed,
                                         .start_us = s->start_us,
                                         .end_us = s->start_us + end,
                                         .zone = s->environment->zone,
                                         .ignore_windows = options && options->ignore_windows};
    s->ceiling = wm_ceiling_plan_new(arena, &scenario->site.ceiling, &span, diags);
    result->onsite = wm_onsite_begin(&scenario->site);
    if (result->onsite.storage.power_w > 0.0 && scenario->site.storage.policy == WM_STORAGE_OPTIMAL)
        s->ahead = look_ahead(arena, scenario, plan, options, (size_t)c->n_bins);
    open_result(arena, s, options, c->n_bins);
    c->sim = open_events(arena, s, options, end);
    return c;
}

static void close_year(struct course *c)
{
    struct wm_site_result *const r = c->site.result;
    const struct wm_site_plan *const plan = c->site.plan;
    wm_unpriced_copy(&r->unpriced[r->n_years], &r->account.unpriced, r->price_sets,
                     plan->n_classes);
    r->years[r->n_years++] = wm_year_close(plan, &r->account, &c->before);
}

/* The first half of an interval: what is around the site. */
static void enter_bin(struct course *c, int64_t i)
{
    c->site.bin_end = (i + 1) * bin_us;
    if (c->site.recall != NULL)
        wm_recall_begin(c->site.recall);
    begin_bin(&c->site, i * bin_us);
}

static void go_through_bin(struct course *c, int64_t i)
{
    struct site *const s = &c->site;
    const int64_t begin = i * bin_us, end = s->bin_end;
    wm_sim_run_until(c->sim, end - 1); /* an event on the bin's end belongs to the next */
    settle(s, end);
    end_batch(s, begin);
    end_bin(s, begin);
    if ((i + 1) % BINS_PER_HOUR == 0)
        end_hour(s);
    s->result->is_cancelled = is_cancelled(c->options, i + 1, c->n_bins);
    if (s->result->is_cancelled)
        return;
    if (i + 1 == c->n_bins && s->result->requests != NULL)
        wm_site_requests_close(s->result->requests, &s->result->account);
    if ((i + 1) % BINS_PER_YEAR == 0 || i + 1 == c->n_bins)
        close_year(c);
}

static void close_course(const struct course *c)
{
    struct wm_site_result *const r = c->site.result;
    const struct wm_outages *const o = c->site.outages;
    r->n_events = wm_sim_n_events(c->sim);
    r->n_growths = wm_sim_n_growths(c->sim);
    r->n_failures = o->n_failures;
    r->n_failovers = o->n_failovers;
    r->n_plant_failures = o->n_plant_failures;
    r->plant_out_s = o->plant_out_s;
}

void wm_site_run(struct wm_arena *arena, const struct wm_scenario *scenario,
                 const struct wm_site_plan *plan, const struct wm_run_options *options,
                 struct wm_site_result *result, struct wm_site_result *twin,
                 struct wm_diags *diags)
{
    const struct wm_run_options calm = {
        .ignore_windows = true, .without_series = true, .cache = plan->tables.cache};
    struct course *const course =
        open_course(arena, scenario, plan, options, NULL, result, diags);
    /* the twin of a run at request resolution would be another one */
    const bool has_twin = twin != NULL && result->n_windows > 0 && result->requests == NULL;
    struct course *const other =
        has_twin ? open_course(arena, scenario, plan, &calm, course, twin, diags) : NULL;
    const size_t used_bytes = wm_arena_used_bytes(arena);
    for (int64_t i = 0; i < course->n_bins && !result->is_cancelled; i++) {
        enter_bin(course, i);
        if (other != NULL)
            enter_bin(other, i); /* before the site's events: in the same state of what is there */
        go_through_bin(course, i);
        if (other != NULL)
            go_through_bin(other, i);
    }
    close_course(course);
    if (other != NULL)
        close_course(other);
    result->loop_arena_bytes = wm_arena_used_bytes(arena) - used_bytes;
}
