#include "wattmill/frontier.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "wattmill/plan_check.h"
#include "wattmill/require.h"
#include "wattmill/unit.h"

static const double mean_residual = 0.5; /* of the pass or iteration that runs when one arrives */

struct wm_frontier_site
wm_frontier_site_of(const struct wm_accelerator *a, const struct wm_climate *climate,
                    const struct wm_power_chain *chain, const struct wm_cooling *cooling,
                    const struct wm_ledger_params *ledger, double power_usd_per_mwh)
{
    enum { MONTHS = 12, HOURS = 24 };
    const double it_w = a->rack_nameplate_w / (double)a->rack_gpus * (1.0 + a->other_it_frac);
    const double hall_w = 1e8; /* losses are shares of the design power: any size does */
    const struct wm_facility facility = wm_facility_size(chain, cooling, hall_w, a->liquid_frac);
    double site_w = 0.0;
    for (int month = 0; month < MONTHS; month++)
        for (int hour = 0; hour < HOURS; hour++) {
            const double year_h = WM_H_PER_YEAR * (month + 0.5) / MONTHS;
            const double day_h = floor(year_h / HOURS) * HOURS + hour + 0.5;
            const struct wm_weather weather = wm_climate_hour(climate, day_h, 0.0, 0.0);
            site_w += wm_facility_eval(&facility, &weather, hall_w).site_w / (MONTHS * HOURS);
        }
    const struct wm_ledger_basis basis = {.it_design_w = it_w,
                                          .it_capex_usd = a->it_capex_usd_per_gpu,
                                          .n_gpus = 1.0,
                                          .years = 1.0,
                                          .discount_rate_frac = ledger->discount_rate_frac};
    const struct wm_ledger book = wm_ledger_book(ledger, &basis);
    return (struct wm_frontier_site){
        .pue = site_w / hall_w,
        .usd_per_gpu_hour = book.opex_usd[WM_OPEX_E] / WM_H_PER_YEAR,
        .power_usd_per_mwh = power_usd_per_mwh,
    };
}

/* Reading prompts apart from decoding: what a prompt token costs, and how long a pass takes. */
struct prefill {
    double gpu_s_per_tok; /* accelerators times seconds */
    double pass_s, board_w;
};

enum { PASSES_MAX = 64 };
struct passes {
    size_t n;
    struct prefill item[PASSES_MAX];
};

struct search {
    const struct wm_serving_case *c;
    const struct wm_frontier_site *site;
    struct wm_frontier *f;
    struct passes passes;
    double context_tok, new_tok;
};

/* A pass of a group with `tok` new tokens, whole prompts. */
static struct wm_step prefill_pass(const struct search *s, const struct wm_step_model *m,
                                   double tok)
{
    const struct wm_load load =
        wm_load_prefill(tok / s->new_tok, s->new_tok, s->c->input_tok - s->new_tok, true);
    return wm_step_eval(m, &load);
}

/* Time to a first token that is decoded elsewhere, without the step that makes it. */
static double first_token_s(const struct wm_serving_case *c, double pass_s)
{
    return c->engine->prompt_overhead_s + (1.0 + mean_residual) * pass_s +
           wm_llm_kv_bytes(c->llm, c->engine->kv_bytes, c->input_tok) /
               wm_case_transfer_bytes_per_s(c);
}

/* Keeps passes in rising order of what a token costs, each shorter than those before. */
static void keep_pass(struct passes *list, struct prefill pass)
{
    size_t at = 0;
    while (at < list->n && list->item[at].gpu_s_per_tok <= pass.gpu_s_per_tok)
        at++;
    if (at > 0 && list->item[at - 1].pass_s <= pass.pass_s)
        return;
    size_t next = at;
    while (next < list->n && list->item[next].pass_s >= pass.pass_s)
        next++;
    const size_t n_after = list->n - next;
    if (at + 1 + n_after > PASSES_MAX)
        return;
    memmove(&list->item[at + 1], &list->item[next], n_after * sizeof *list->item);
    list->item[at] = pass;
    list->n = at + 1 + n_after;
}

/* Passes of a group: the fullest, and halves of it down to a prompt on each stage. */
static void list_passes(struct search *s, const struct wm_group *group)
{
    const struct wm_serving_case *const c = s->c;
    const struct wm_step_model m = wm_prefill_step_model(c, group, 1.0);
    const double gpus = wm_group_gpus(group);
    const double least = s->new_tok * group->pipeline;
    const double prompts = (double)c->engine->max_batch_per_gpu * gpus;
    double tok =
        fmin(c->engine->prefill_chunk_tok * group->data * group->pipeline, prompts * s->new_tok);
    for (tok = fmax(tok, least);; tok = fmax(least, 0.5 * tok)) {
        const struct wm_step pass = prefill_pass(s, &m, tok);
        const double first_s = first_token_s(c, pass.time_s);
        s->f->shortest_ttft_s = fmin(s->f->shortest_ttft_s, first_s);
        keep_pass(&s->passes,
                  (struct prefill){pass.time_s * gpus / tok, pass.time_s, pass.board_w});
        if (tok <= least || c->ttft_slo_s <= 0.0)
            return;
    }
}

/* Ways to read prompts, from the cheapest to the shortest; without a target the cheapest alone. */
static void list_prefill(struct search *s)
{
    struct wm_serving_groups groups;
    wm_prefill_groups(s->c, &groups);
    for (size_t i = 0; i < groups.n; i++)
        list_passes(s, &groups.group[i]);
    if (s->c->ttft_slo_s <= 0.0 && s->passes.n > 1)
        s->passes.n = 1;
}

/* The cheapest that leaves time for the step which makes the token, or the shortest; NULL: none. */
static const struct prefill *prefill_within(const struct search *s, double step_s)
{
    const struct passes *const list = &s->passes;
    for (size_t i = 0; i < list->n; i++)
        if (step_s + first_token_s(s->c, list->item[i].pass_s) <= s->c->ttft_slo_s)
            return &list->item[i];
    return list->n > 0 ? &list->item[list->n - 1] : NULL;
}

/* Adds what accelerators of a kind draw in all and cost, per accelerator of the replica. */
static void add_kind(const struct wm_accelerator *a, const struct wm_frontier_site *site,
                     double gpus, double board_w, struct wm_frontier_point *p, double *site_w,
                     double *usd_per_s)
{
    const double share = gpus / p->gpus;
    const double it_w = (board_w / p->gpus + share * a->host_busy_w) * (1.0 + a->other_it_frac);
    p->board_w += board_w / p->gpus;
    p->it_w += it_w;
    *site_w += it_w * site->pue;
    *usd_per_s += share * site->usd_per_gpu_hour / WM_S_PER_H +
                  it_w * site->pue / WM_J_PER_MWH * site->power_usd_per_mwh;
}

/* Fills in rates, power and cost per token once the replica's flows are known. */
static void price(const struct search *s, double rate, double decode_board_w,
                  double prefill_board_w, struct wm_frontier_point *p)
{
    const struct wm_serving_case *const c = s->c;
    double site_w = 0.0, usd_per_s = 0.0;
    p->out_tok_per_s_per_gpu = rate / p->gpus;
    if (c->prefill_accelerator == NULL) {
        add_kind(c->accelerator, &s->site[0], p->gpus, decode_board_w + prefill_board_w, p,
                 &site_w, &usd_per_s);
    } else {
        add_kind(c->accelerator, &s->site[0], p->gpus - p->prefill_gpus, decode_board_w, p,
                 &site_w, &usd_per_s);
        add_kind(c->prefill_accelerator, &s->site[1], p->prefill_gpus, prefill_board_w, p, &site_w,
                 &usd_per_s);
    }
    p->j_per_out_tok = site_w / p->out_tok_per_s_per_gpu;
    p->out_tok_per_s_per_mw_utility = WM_W_PER_MW / p->j_per_out_tok;
    p->usd_per_mtok_out = usd_per_s / p->out_tok_per_s_per_gpu * 1e6;
}

static bool meets(const struct wm_serving_case *c, const struct wm_frontier_point *p)
{
    return (c->tok_per_s_per_user_slo <= 0.0 ||
            p->tok_per_s_per_user >= c->tok_per_s_per_user_slo) &&
           (c->ttft_slo_s <= 0.0 || p->ttft_s <= c->ttft_slo_s);
}

/* Decoding apart: prefill accelerators in proportion, busy as the engine allows. */
static bool point_apart(const struct search *s, const struct wm_step_model *m,
                        struct wm_frontier_point *p)
{
    const struct wm_serving_case *const c = s->c;
    const struct wm_load load = wm_load_decode(p->batch, s->context_tok);
    const struct wm_step step = wm_step_eval(m, &load);
    const struct prefill *const prefill = prefill_within(s, step.time_s);
    if (s->new_tok > 0.0 && prefill == NULL)
        return false;
    const double decode_gpus = wm_group_gpus(&m->group), busy = c->engine->prefill_max_util_frac;
    p->tpot_s = step.time_s / wm_step_gain(m);
    const double rate = p->batch / p->tpot_s;
    p->ttft_s = step.time_s + first_token_s(c, s->new_tok > 0.0 ? prefill->pass_s : 0.0);
    const double decode_w = decode_gpus * step.board_w;
    double prefill_w = 0.0;
    if (s->new_tok > 0.0) {
        p->prefill_gpus = rate * s->new_tok / c->output_tok * prefill->gpu_s_per_tok / busy;
        const double rest_w = wm_board_rest_w(wm_prefill_accelerator(c));
        prefill_w = p->prefill_gpus * (busy * prefill->board_w + (1.0 - busy) * rest_w);
    }
    p->gpus = decode_gpus + p->prefill_gpus;
    price(s, rate, decode_w, prefill_w, p);
    return true;
}

/* One group for all: chunks of prompts ride along; none when prompts cannot keep up. */
static bool point_together(const struct search *s, const struct wm_step_model *m,
                           struct wm_frontier_point *p)
{
    const struct wm_serving_case *const c = s->c;
    const struct wm_mix mix =
        wm_mix_eval(m, p->batch, s->context_tok, s->new_tok, c->input_tok - s->new_tok,
                    c->output_tok, c->engine->prefill_chunk_tok);
    if (mix.mixed_share_frac > 1.0)
        return false;
    p->gpus = wm_group_gpus(&m->group);
    p->tpot_s = mix.tpot_s;
    p->ttft_s = c->engine->prompt_overhead_s + mean_residual * mix.step_s +
                fmax(mix.chunks, 1.0) * fmax(mix.chunk_step_s, mix.decode.time_s);
    price(s, p->batch / mix.tpot_s, p->gpus * (mix.decode_j + mix.prefill_j) / mix.step_s, 0.0, p);
    return true;
}

static void try_batch(struct search *s, const struct wm_step_model *m, enum wm_serving_mode mode,
                      double batch)
{
    struct wm_frontier *const f = s->f;
    struct wm_frontier_point p = {.group = m->group, .mode = mode, .batch = batch};
    if (!(mode == WM_DISAGGREGATED ? point_apart(s, m, &p) : point_together(s, m, &p)))
        return;
    p.tok_per_s_per_user = 1.0 / p.tpot_s;
    p.meets_slo = meets(s->c, &p);
    f->fastest_tok_per_s_per_user = fmax(f->fastest_tok_per_s_per_user, p.tok_per_s_per_user);
    f->shortest_ttft_s = fmin(f->shortest_ttft_s, p.ttft_s);
    f->points[f->n_points++] = p;
}

/* A batch that is the same in all stages: an iteration is as long as its largest micro-batch, so that one more
   sequence in some of them costs what one more in each does. Fewer than stages are alone in theirs. */
static double even_batch(double batch, double stages)
{
    return batch <= stages ? batch : stages * ceil(batch / stages);
}

/* Whole batches from 1, each a few per cent above the last, and the limit itself; in larger steps in stages, of
   which there are several to each shape, and in the way that is not the engine's. The same batches whatever the
   limit: more memory only adds some. */
static void try_group(struct search *s, const struct wm_group *group, enum wm_serving_mode mode,
                      double batch_limit)
{
    if (!wm_case_serves(s->c, mode))
        return;
    const struct wm_step_model m = wm_serving_step_model(s->c, group, 1.0);
    const bool few =
        group->pipeline > 1.0 || (s->c->ways == WM_WAYS_BOTH && mode != s->c->engine->mode);
    const double stages = group->pipeline, ratio = few ? 1.06 : 1.03;
    const double limit = batch_limit < stages ? floor(batch_limit) : stages * floor(batch_limit / stages);
    const int most = few ? WM_FRONTIER_BATCHES / 2 : WM_FRONTIER_BATCHES;
    int n = 1;
    double batch = 1.0;
    for (double ideal = 1.0; batch < limit && n < most; n++) {
        try_batch(s, &m, mode, batch);
        while (round(ideal) <= batch)
            ideal *= ratio;
        batch = even_batch(round(ideal), stages);
    }
    if (limit >= 1.0)
        try_batch(s, &m, mode, limit);
}

static bool beats(const struct wm_frontier_point *q, const struct wm_frontier_point *p)
{
    const double faster = q->tok_per_s_per_user - p->tok_per_s_per_user;
    const double more = q->out_tok_per_s_per_mw_utility - p->out_tok_per_s_per_mw_utility;
    return faster >= 0.0 && more >= 0.0 && (faster > 0.0 || more > 0.0);
}

/* Speeds in bands of equal width in their logarithm; of each and all faster ones the most output of a megawatt. */
enum { BANDS = 512 };
struct bands {
    double slowest, per_log;
    double most[BANDS + 1];
};

static int band_of(const struct bands *b, const struct wm_frontier_point *p)
{
    const double at = log(p->tok_per_s_per_user / b->slowest) * b->per_log;
    return (int)fmin(BANDS - 1, fmax(0.0, at));
}

static void fill_bands(const struct wm_frontier *f, struct bands *b)
{
    double slowest = DBL_MAX;
    for (size_t i = 0; i < f->n_points; i++)
        slowest = fmin(slowest, f->points[i].tok_per_s_per_user);
    const double span = log(f->fastest_tok_per_s_per_user / slowest);
    *b = (struct bands){.slowest = slowest, .per_log = span > 0.0 ? BANDS / span : 0.0};
    for (size_t i = 0; i < f->n_points; i++) {
        double *const most = &b->most[band_of(b, &f->points[i])];
        *most = fmax(*most, f->points[i].out_tok_per_s_per_mw_utility);
    }
    for (int i = BANDS - 1; i >= 0; i--)
        b->most[i] = fmax(b->most[i], b->most[i + 1]);
}

/* A point that one of a faster band beats is soon found; few are left to compare with all. */
static void mark_front(struct wm_frontier *f)
{
    struct bands bands;
    if (f->n_points == 0)
        return;
    fill_bands(f, &bands);
    for (size_t i = 0; i < f->n_points; i++) {
        struct wm_frontier_point *const p = &f->points[i];
        const double faster = bands.most[band_of(&bands, p) + 1];
        p->is_pareto = p->out_tok_per_s_per_mw_utility > faster;
        for (size_t k = 0; k < f->n_points && p->is_pareto; k++)
            p->is_pareto = !beats(&f->points[k], p);
    }
}

static void choose_best(const struct wm_serving_case *c, struct wm_frontier *f)
{
    const bool is_slow = f->fastest_tok_per_s_per_user < c->tok_per_s_per_user_slo;
    f->fault = f->n_groups == 0 ? WM_PLAN_MEMORY
               : f->n_points > 0 && is_slow
                   ? WM_PLAN_SPEED
                   : WM_PLAN_TTFT; /* or no prompt is read in time at all */
    for (size_t i = 0; i < f->n_points; i++) {
        const struct wm_frontier_point *const p = &f->points[i];
        if (!p->meets_slo)
            continue;
        if (f->fault != WM_PLAN_OK ||
            p->out_tok_per_s_per_mw_utility > f->points[f->best].out_tok_per_s_per_mw_utility)
            f->best = i;
        f->fault = WM_PLAN_OK;
    }
}

void wm_frontier_eval(const struct wm_serving_case *c, const struct wm_frontier_site *site,
                      struct wm_frontier *f)
{
    WM_REQUIRE(c->input_tok > 0.0 && c->output_tok > 0.0 && c->max_gpus >= 1.0);
    *f = (struct wm_frontier){.points = f->points, .shortest_ttft_s = DBL_MAX};
    if (wm_compute_precision(c->accelerator, c->precision) == WM_N_PRECISIONS) {
        f->fault = WM_PLAN_NO_UNIT;
        return;
    }
    if (!wm_context_is_possible(c->llm, c->input_tok, c->output_tok)) {
        f->fault = WM_PLAN_CONTEXT;
        return;
    }
    f->fault = wm_prefill_fault(c);
    if (f->fault != WM_PLAN_OK)
        return;
    struct search s = {.c = c, .site = site, .f = f};
    s.new_tok = c->input_tok * (1.0 - c->cached_frac);
    s.context_tok = c->input_tok + 0.5 * c->output_tok * (1.0 + c->output_scv);
    if (wm_case_serves(c, WM_DISAGGREGATED) && s.new_tok > 0.0)
        list_prefill(&s);
    if (c->prefill_accelerator != NULL && s.new_tok > 0.0 && s.passes.n == 0) {
        f->fault = WM_PLAN_PREFILL_MEMORY;
        return;
    }
    struct wm_serving_groups groups;
    wm_serving_groups(c, s.context_tok, &groups);
    f->n_groups = groups.n;
    f->least_weight_bytes_per_gpu = groups.least_weight_bytes;
    for (size_t i = 0; i < groups.n; i++) {
        try_group(&s, &groups.group[i], WM_DISAGGREGATED, groups.batch_limit[i]);
        try_group(&s, &groups.group[i], WM_AGGREGATED, groups.batch_limit[i]);
    }
    mark_front(f);
    choose_best(c, f);
}

/* Pareto points by falling speed; insertion, for the list is almost sorted. */
static size_t sort_front(const struct wm_frontier *f, size_t *list)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_points; i++) {
        if (!f->points[i].is_pareto)
            continue;
        size_t k = n++;
        for (; k > 0 && f->points[list[k - 1]].tok_per_s_per_user < f->points[i].tok_per_s_per_user;
             k--)
            list[k] = list[k - 1];
        list[k] = i;
    }
    return n;
}

size_t wm_frontier_front(const struct wm_frontier *f, size_t few, size_t *list)
{
    const size_t n = sort_front(f, list);
    if (few < 2 || n <= few)
        return n;
    const double fast = log(f->points[list[0]].tok_per_s_per_user);
    const double slow = log(f->points[list[n - 1]].tok_per_s_per_user);
    if (slow >= fast)
        return n;
    size_t kept = 0;
    double due = fast; /* the next mark, falling */
    for (size_t i = 0; i < n; i++) {
        const bool is_best = f->fault == WM_PLAN_OK && list[i] == f->best;
        const bool is_due = log(f->points[list[i]].tok_per_s_per_user) <= due || i + 1 == n;
        while (is_due && due >= log(f->points[list[i]].tok_per_s_per_user))
            due -= (fast - slow) / (double)(few - 1) * (1.0 - 1e-9);
        if (is_due || is_best)
            list[kept++] = list[i];
    }
    return kept;
}
