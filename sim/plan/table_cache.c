#include "table_cache.h"

#include <math.h>
#include <string.h>

#include "model_id.h"
#include "wattmill/field.h"

/* What a plan holds beside its case; in one piece for the cache. */
struct plan_record {
    double fault, mode;
    double prefill_gpus, prefill_group_gpus, decode_gpus;
    struct wm_group decode_group, prefill_group;
    double prefill_pass_tok, batch_limit, capacity_batch, capacity_out_tok_per_s, context_tok;
};

/* A new member of either struct must be added here too: to the key, or to the record. */
_Static_assert(sizeof(struct wm_serving_case) ==
                   5 * sizeof(void *) + 2 * sizeof(double) + 11 * sizeof(double) +
                       sizeof(struct wm_prompts) + sizeof(struct wm_draft),
               "struct wm_serving_case has a member that add_case() does not know");
_Static_assert(sizeof(struct wm_serving_plan) ==
                   sizeof(struct wm_serving_case) + sizeof(struct plan_record) -
                       2 * (sizeof(double) - sizeof(enum wm_plan_fault)),
               "struct wm_serving_plan has a member that struct plan_record does not know");

/* What plans and tables read of an accelerator. The rest is not there, so that no table can hang on it. */
static struct wm_accelerator serving_part(const struct wm_accelerator *whole)
{
    const double unset = (double)NAN;
    struct wm_accelerator a = *whole;
    a.training = (struct wm_training_rates){unset, unset, unset, unset, unset, unset, unset};
    a.power.idle_w = unset;
    a.year = a.rack_gpus = 0;
    a.rack_nameplate_w = a.max_q_frac = a.other_it_frac = a.liquid_frac = a.max_coolant_c = unset;
    a.rent_usd_per_gpu_h = a.it_capex_usd_per_gpu = unset;
    a.failures_per_gpu_year = a.repair_s = unset;
    a.fit = (struct wm_accelerator_fit){0, 0};
    return a;
}

/* The accelerators of a case, without the rest. */
struct parts {
    struct wm_accelerator decode, prefill;
};

static void take_parts(struct wm_serving_case *c, struct parts *parts)
{
    parts->decode = serving_part(c->accelerator);
    c->accelerator = &parts->decode;
    if (c->prefill_accelerator == NULL)
        return;
    parts->prefill = serving_part(c->prefill_accelerator);
    c->prefill_accelerator = &parts->prefill;
}

static void add_case(struct wm_digest *d, const struct wm_serving_case *c)
{
    const double values[] = {(double)c->precision, c->input_tok,
                             c->cached_frac,       c->output_tok,
                             c->output_scv,        c->max_gpus,
                             c->draft.tok,         c->draft.accept_frac,
                             c->ttft_slo_s,        c->tok_per_s_per_user_slo,
                             (double)c->is_alone,  c->cap_frac,
                             (double)c->ways,      c->prefill_weight,
                             c->prefill_max_gpus,  c->prefill_cap_frac};
    wm_digest_add_text(d, WM_MODEL_ID);
    wm_fields_digest(d, wm_accelerator_fields, c->accelerator);
    if (c->prefill_accelerator != NULL)
        wm_fields_digest(d, wm_accelerator_fields, c->prefill_accelerator);
    wm_fields_digest(d, wm_llm_fields, c->llm);
    wm_fields_digest(d, wm_engine_fields, c->engine);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        wm_digest_add_real(d, values[i]);
    for (size_t i = 0; i < c->prompts.n; i++) {
        wm_digest_add_real(d, c->prompts.at[i].share);
        wm_digest_add_real(d, c->prompts.at[i].ratio);
        wm_digest_add_real(d, c->prompts.at[i].patience);
    }
}

static struct plan_record record_of(const struct wm_serving_plan *p)
{
    return (struct plan_record){.fault = (double)p->fault,
                                .mode = (double)p->mode,
                                .prefill_gpus = p->prefill_gpus,
                                .prefill_group_gpus = p->prefill_group_gpus,
                                .decode_gpus = p->decode_gpus,
                                .decode_group = p->decode_group,
                                .prefill_group = p->prefill_group,
                                .prefill_pass_tok = p->prefill_pass_tok,
                                .batch_limit = p->batch_limit,
                                .capacity_batch = p->capacity_batch,
                                .capacity_out_tok_per_s = p->capacity_out_tok_per_s,
                                .context_tok = p->context_tok};
}

static struct wm_serving_plan plan_of(const struct wm_serving_case *c, const struct plan_record *r)
{
    return (struct wm_serving_plan){.c = *c,
                                    .fault = (enum wm_plan_fault)r->fault,
                                    .mode = (enum wm_serving_mode)r->mode,
                                    .prefill_gpus = r->prefill_gpus,
                                    .prefill_group_gpus = r->prefill_group_gpus,
                                    .decode_gpus = r->decode_gpus,
                                    .decode_group = r->decode_group,
                                    .prefill_group = r->prefill_group,
                                    .prefill_pass_tok = r->prefill_pass_tok,
                                    .batch_limit = r->batch_limit,
                                    .capacity_batch = r->capacity_batch,
                                    .capacity_out_tok_per_s = r->capacity_out_tok_per_s,
                                    .context_tok = r->context_tok};
}

/* Measured curves are read off, which takes less than a look into the cache. */
static bool is_kept(const struct wm_table_source *source, const struct wm_serving_case *c)
{
    return source->cache != NULL && c->curve == NULL;
}

struct wm_serving_plan wm_table_plan(const struct wm_table_source *source,
                                     const struct wm_serving_case *c)
{
    unsigned char key[WM_DIGEST_BYTES];
    struct plan_record record;
    if (!is_kept(source, c))
        return wm_serving_plan(c);
    struct parts parts;
    struct wm_serving_case own = *c;
    take_parts(&own, &parts);
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    wm_digest_add_text(d, "plan");
    add_case(d, &own);
    wm_digest_close(d, key);
    if (wm_cache_get(source->cache, key, &record, sizeof record))
        return plan_of(c, &record);
    const struct wm_serving_plan plan = wm_serving_plan(&own);
    record = record_of(&plan);
    wm_cache_put(source->cache, key, &record, sizeof record);
    return plan_of(c, &record);
}

static void surface_key(const struct wm_serving_plan *plan, double top_clock_frac,
                        unsigned char key[WM_DIGEST_BYTES])
{
    const struct plan_record record = record_of(plan);
    double values[sizeof record / sizeof(double)];
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    wm_digest_add_text(d, "surface");
    add_case(d, &plan->c);
    memcpy(values, &record, sizeof record);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        wm_digest_add_real(d, values[i]);
    wm_digest_add_real(d, top_clock_frac);
    wm_digest_close(d, key);
}

/* What takes time of a surface; the envelope is found in it again, from any `off`. */
static const size_t n_row_bytes = offsetof(struct wm_surface, off);

const struct wm_surface *wm_table_surface(const struct wm_table_source *source,
                                          struct wm_arena *arena,
                                          const struct wm_serving_plan *plan, double top_clock_frac,
                                          double off_frac)
{
    unsigned char key[WM_DIGEST_BYTES];
    struct wm_surface *const s = WM_NEW(arena, struct wm_surface);
    const bool kept = is_kept(source, &plan->c);
    struct parts parts;
    struct wm_serving_plan own = *plan;
    if (kept) {
        take_parts(&own.c, &parts);
        own.c.max_gpus = (double)NAN; /* the plan is chosen */
        surface_key(&own, top_clock_frac, key);
    }
    if (!kept || !wm_cache_get(source->cache, key, s, n_row_bytes)) {
        wm_surface_fill(s, &own, top_clock_frac, source->n_threads);
        if (kept)
            wm_cache_put(source->cache, key, s, n_row_bytes);
    }
    wm_surface_build_hull(arena, s, off_frac);
    return s;
}
