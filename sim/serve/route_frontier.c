/* Route frontier: for each workload that serves, the Pareto front on its pool's accelerator at the scenario's site. */
#include <math.h>
#include <string.h>

#include "document.h"
#include "routes.h"
#include "wattmill/frontier.h"
#include "wattmill/scenario.h"

struct frontier_body {
    const struct wm_json *scenario, *set;
    const char *workload;
    double max_gpus;
};

const struct wm_field body_frontier[] = {
    DOCUMENT_ROWS(frontier_body),
    WM_TEXT(frontier_body, workload, "",
            "name of the only one asked for; all that serve by default"),
    WM_REAL(frontier_body, max_gpus, WM_UNIT_NONE, 1.0, 1e5, 1024.0,
            "accelerators of a decoding group at most"),
    WM_FIELD_END,
};

static const struct wm_fleet *pool_of(const struct wm_scenario *s, const struct wm_workload *w)
{
    const struct wm_fleet *const fleet = s->fleet.items;
    for (size_t i = 0; i < s->fleet.n; i++)
        if (w->pool != NULL && strcmp(fleet[i].name, w->pool) == 0)
            return &fleet[i];
    return s->fleet.n > 0 ? &fleet[0] : NULL;
}

/* Energy and demand charge of a constant load, as `wattmill frontier` takes them. */
static double price_at_full_load(const struct wm_tariff *t)
{
    const double kw_months_per_mwh = 1000.0 * 12.0 / WM_H_PER_YEAR;
    return t->energy_usd_per_mwh + t->delivery_usd_per_mwh +
           t->demand_usd_per_kw_month * kw_months_per_mwh;
}

/* A site with weather of its own takes the default climate: PUE alone hangs on it here. */
static struct wm_frontier_site site_of(const struct wm_loaded *l, const struct wm_accelerator *a)
{
    const struct wm_site *const s = &l->scenario->site;
    const struct wm_climate *climate = s->weather.climate;
    if (climate == NULL)
        climate =
            (const void *)wm_catalog_find(l->catalog, WM_CATALOG_climate, "northern-virginia");
    return wm_frontier_site_of(a, climate, &s->power_chain, &s->cooling,
                               &l->scenario->economics.ledger, price_at_full_load(&s->tariff));
}

static struct wm_serving_case case_of(const struct wm_workload *w, const struct wm_accelerator *a,
                                      double max_gpus)
{
    return (struct wm_serving_case){.accelerator = a,
                                    .llm = w->llm,
                                    .engine = w->engine,
                                    .precision = w->precision,
                                    .input_tok = w->class->input_tok,
                                    .cached_frac = w->class->cached_frac,
                                    .output_tok = w->class->output_tok,
                                    .max_gpus = max_gpus,
                                    .draft = {w->serving.draft_tok, w->serving.accept_frac},
                                    .ttft_slo_s = w->slo.ttft_s,
                                    .tok_per_s_per_user_slo = w->slo.tok_per_s_per_user};
}

static void write_point(struct wm_json_writer *w, const struct wm_frontier_point *p, bool is_best)
{
    wm_json_object_begin(w);
    wm_json_member_number(w, "tp", p->group.tensor);
    wm_json_member_number(w, "dp", p->group.data);
    wm_json_member_number(w, "ep", p->group.expert);
    wm_json_member_number(w, "pp", p->group.pipeline);
    wm_json_member_number(w, "batch", p->batch);
    wm_json_member_number(w, "gpus", p->gpus);
    wm_json_member_number(w, "prefill_gpus", p->prefill_gpus);
    wm_json_member_number(w, "tok_per_s_per_user", p->tok_per_s_per_user);
    wm_json_member_number(w, "tpot_s", p->tpot_s);
    wm_json_member_number(w, "ttft_s", p->ttft_s);
    wm_json_member_number(w, "tok_per_s_per_gpu", p->out_tok_per_s_per_gpu);
    wm_json_member_number(w, "tok_per_s_per_mw_utility", p->out_tok_per_s_per_mw_utility);
    wm_json_member_number(w, "j_per_output_tok", p->j_per_out_tok);
    wm_json_member_number(w, "usd_per_mtok_output", p->usd_per_mtok_out);
    wm_json_member_bool(w, "meets_slo", p->meets_slo);
    wm_json_member_bool(w, "best", is_best);
    wm_json_object_end(w);
}

static void write_front(struct wm_json_writer *w, struct wm_arena *arena,
                        const struct wm_frontier *f)
{
    size_t *const list = WM_NEW_ARRAY(arena, size_t, f->n_points + 1);
    const size_t n = wm_frontier_front(f, 0, list);
    bool has_best = false;
    wm_json_key(w, "front");
    wm_json_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        const bool is_best = f->fault == WM_PLAN_OK && list[i] == f->best;
        has_best = has_best || is_best;
        write_point(w, &f->points[list[i]], is_best);
    }
    if (f->fault == WM_PLAN_OK && !has_best) /* the targets may choose one off the front */
        write_point(w, &f->points[f->best], true);
    wm_json_array_end(w);
}

static void write_series(struct wm_json_writer *w, struct call *call, const struct wm_loaded *l,
                         const struct wm_workload *work, double max_gpus)
{
    static const char *const reasons[] = {[WM_PLAN_OK] = "",
                                          [WM_PLAN_NO_UNIT] = "no unit computes that precision",
                                          [WM_PLAN_MEMORY] = "the model does not fit the memory",
                                          [WM_PLAN_SPEED] = "no point is fast enough for a user",
                                          [WM_PLAN_TTFT] = "no point gives the first token in time",
                                          [WM_PLAN_CONTEXT] =
                                              "longer than the model was published for",
                                          [WM_PLAN_PREFILL_UNIT] =
                                              "no unit of the prefill accelerator computes that precision",
                                          [WM_PLAN_PREFILL_MEMORY] =
                                              "the model and a prompt do not fit the prefill accelerator",
                                          [WM_PLAN_PREFILL_MODE] =
                                              "the engine reads prompts where it decodes"};
    const struct wm_accelerator *const a = pool_of(l->scenario, work)->accelerator;
    const struct wm_accelerator *const reads = pool_of(l->scenario, work)->prefill_accelerator;
    struct wm_serving_case c = case_of(work, a, max_gpus);
    c.prefill_accelerator = reads == a ? NULL : reads;
    const struct wm_frontier_site site[2] = {
        site_of(l, a), c.prefill_accelerator != NULL ? site_of(l, reads) : (struct wm_frontier_site){0}};
    struct wm_frontier f = {
        .points = WM_NEW_ARRAY(call->arena, struct wm_frontier_point, WM_FRONTIER_POINTS)};
    wm_frontier_eval(&c, site, &f);
    wm_json_object_begin(w);
    wm_json_member_string(w, "name",
                          wm_arena_printf(call->arena, "%s: %s on %s %s", work->name,
                                          work->llm->head.name, a->head.name,
                                          wm_precision_words[work->precision]));
    wm_json_member_string(w, "workload", work->name);
    wm_json_member_string(w, "accelerator", a->head.name);
    wm_json_member_string(w, "precision", wm_precision_words[work->precision]);
    wm_json_member_number(w, "pue", site[0].pue);
    wm_json_member_number(w, "power_usd_per_mwh", site[0].power_usd_per_mwh);
    wm_json_member_integer(w, "n_points", (int64_t)f.n_points);
    wm_json_member_string(w, "reason", reasons[f.fault]);
    write_front(w, call->arena, &f);
    wm_json_object_end(w);
}

enum wm_status route_frontier(struct call *call, FILE *out)
{
    struct frontier_body body;
    struct document document;
    struct wm_loaded loaded;
    if (!call_read(call, &body) || !document_read(call, body.scenario, body.set, &document))
        return WM_INVALID;
    const enum wm_status status = document_load(call, &document, &loaded);
    if (status != WM_OK)
        return status;
    const struct wm_workload *const all = loaded.scenario->workloads.items;
    struct wm_json_writer w = wm_json_writer_to_file(out);
    size_t n = 0;
    wm_json_object_begin(&w);
    wm_json_key(&w, "series");
    wm_json_array_begin(&w);
    for (size_t i = 0; i < loaded.scenario->workloads.n; i++)
        if (!wm_workload_is_job(&all[i]) && all[i].class != NULL &&
            pool_of(loaded.scenario, &all[i]) != NULL &&
            (body.workload[0] == '\0' || strcmp(body.workload, all[i].name) == 0)) {
            write_series(&w, call, &loaded, &all[i], body.max_gpus);
            n++;
        }
    wm_json_array_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    if (n > 0)
        return WM_OK;
    wm_diag_add(&call->diags, WM_E101, NULL, "workload", "no workload %s serves requests",
                body.workload);
    return WM_USAGE;
}
