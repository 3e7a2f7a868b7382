#include "years.h"

/* Sums of the run so far, in the members of a year. */
static struct wm_year_result sums(const struct wm_site_plan *plan, const struct wm_account *a)
{
    struct wm_year_result y = {.time_s = a->time_s,
                               .revenue_usd = a->payment_usd,
                               .grid_usd = a->payment_usd,
                               .energy_j = a->site_j,
                               .contract_w = a->contract_ws,
                               .ceiling_bound_s = a->bound_s,
                               .called_s = a->called_s};
    for (size_t i = 0; i < plan->n_classes; i++) {
        const struct wm_class_account *c = &a->classes[i];
        if (wm_workload_is_job(plan->classes[i].workload)) {
            y.training_tok += c->served_tok - c->lost_tok;
        } else {
            y.output_tok_offered += c->offered_tok;
            y.output_tok_served += c->served_tok;
        }
    }
    for (size_t i = 0; i < plan->n_partitions; i++) {
        const struct wm_partition *p = &plan->partitions[i];
        y.gpus += (double)p->n_gpus * a->partitions[i].there_s;
        y.gpus_up += (double)p->gpus_per_replica * a->partitions[i].up_replica_s +
                     p->spare_gpus * a->partitions[i].there_s;
    }
    return y;
}

struct wm_year_result wm_year_close(const struct wm_site_plan *plan,
                                    const struct wm_account *account, struct wm_year_result *before)
{
    const struct wm_year_result now = sums(plan, account);
    struct wm_year_result y = {0};
#define LESS(member) y.member = now.member - before->member
    LESS(time_s), LESS(revenue_usd), LESS(grid_usd), LESS(energy_j), LESS(ceiling_bound_s), LESS(called_s);
    LESS(training_tok), LESS(output_tok_offered), LESS(output_tok_served);
#undef LESS
#define MEAN(member) y.member = (now.member - before->member) / y.time_s
    MEAN(contract_w), MEAN(gpus), MEAN(gpus_up);
#undef MEAN
    *before = now;
    return y;
}
