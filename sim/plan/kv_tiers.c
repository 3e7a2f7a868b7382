#include "kv_tiers.h"

#include <math.h>

bool wm_kv_tiers_any(const struct wm_fleet *fleet)
{
    bool any = false;
    for (int i = 0; i < WM_KV_TIERS; i++)
        any = any || wm_kv_tier_at(&fleet->kv_tiers, i)->bytes_per_gpu > 0.0;
    return any;
}

/* Accelerators of a replica that read prompts. */
static double reading_gpus(const struct wm_serving_plan *plan)
{
    return plan->prefill_gpus > 0.0 ? plan->prefill_gpus : plan->decode_gpus;
}

/* What a replica has to do at its capacity. */
struct reading {
    double gpu_s_per_tok, j_per_tok; /* of a prompt token that is read */
    double in_tok_per_s;             /* that were not there before: of prompts and answers */
};

static struct reading reading_of(const struct wm_serving_plan *plan)
{
    const struct wm_serving_case *const c = &plan->c;
    const struct wm_serving_point p = wm_serving_at_batch(plan, plan->capacity_batch, 1.0);
    const double requests_per_s = p.out_tok_per_s / c->output_tok;
    const double new_tok_per_s = requests_per_s * c->input_tok * (1.0 - c->cached_frac);
    return (struct reading){.gpu_s_per_tok = p.prefill_busy_gpus / new_tok_per_s,
                            .j_per_tok = p.prefill_w / new_tok_per_s,
                            .in_tok_per_s = new_tok_per_s + p.out_tok_per_s};
}

void wm_kv_tiers_find(const struct wm_fleet *fleet, const struct wm_serving_plan *plan,
                      struct wm_class *class)
{
    const struct wm_service_choice *const s = &class->workload->serving;
    const struct wm_workload_class *const shape = class->workload->class;
    const struct wm_serving_case *const c = &plan->c;
    const double more = wm_is_set(s->reuse_frac) ? s->reuse_frac - shape->cached_frac : 0.0;
    const double bytes_per_tok = wm_llm_kv_bytes_per_tok(c->llm, c->engine->kv_bytes);
    const double gpus = reading_gpus(plan);
    if (!(more > 0.0) || c->cached_frac >= 1.0)
        return;
    const struct reading reads = reading_of(plan);
    double held_tok = 0.0, found = 0.0, spared = 0.0;
    for (int i = 0; i < WM_KV_TIERS; i++) {
        const struct wm_kv_tier *const t = wm_kv_tier_at(&fleet->kv_tiers, i);
        held_tok += gpus * t->bytes_per_gpu / bytes_per_tok;
        const double up_to = more * -expm1(-held_tok / reads.in_tok_per_s / s->reuse_s);
        const double here = up_to - found;
        const double cost = fmax(bytes_per_tok / t->bytes_per_s / reads.gpu_s_per_tok,
                                 bytes_per_tok * t->j_per_byte / reads.j_per_tok);
        found = up_to;
        if (!(cost < 1.0) || !(here > 0.0))
            continue;
        class->loaded_frac[i] = here;
        spared += here * (1.0 - cost);
    }
    class->found_frac = fmin(shape->cached_frac + spared, 1.0 - 1.0 / shape->input_tok);
}

struct wm_serving_plan wm_kv_tiers_same_replica(const struct wm_serving_plan *without,
                                                const struct wm_serving_case *c)
{
    struct wm_serving_plan same = *without;
    same.c = *c;
    same.capacity_batch = wm_serving_capacity_batch(&same, 1.0);
    same.capacity_out_tok_per_s = wm_serving_capacity(&same, 1.0);
    return same;
}

double wm_kv_tiers_usd(const struct wm_site_plan *plan, size_t pool)
{
    const struct wm_pool *const p = &plan->pools[pool];
    double gpus = 0.0, usd_per_gpu = 0.0;
    for (int i = 0; i < WM_KV_TIERS; i++) {
        const struct wm_kv_tier *const t = wm_kv_tier_at(&p->fleet->kv_tiers, i);
        usd_per_gpu += t->bytes_per_gpu * t->usd_per_byte;
    }
    for (size_t i = 0; i < p->n_partitions && usd_per_gpu > 0.0; i++) {
        const struct wm_partition *const q = &plan->partitions[p->first_partition + i];
        if (wm_partition_serves(q) && p->prefill != NULL)
            gpus += (double)p->mixed.kinds[WM_PREFILLS].n_gpus;
        else if (wm_partition_serves(q) && q->gpus_per_replica > 0)
            gpus += (double)q->n_gpus * reading_gpus(&q->plan) / (double)q->gpus_per_replica;
    }
    return gpus * usd_per_gpu;
}
