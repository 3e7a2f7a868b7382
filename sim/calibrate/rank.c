/*
 * Do accelerators rank as measured? At equal interactivity (tokens per second and user), for the same
 * model and shape: each accelerator's best output rate per accelerator among its points at least that
 * fast, divided by what a megawatt holds of them (racks at nameplate), compared pair by pair.
 */
#include <math.h>
#include <string.h>

#include "wattmill/calibrate.h"

enum { MAX_ACCELERATORS = 64 };
static const double speeds[] = {20.0, 30.0, 50.0, 75.0, 100.0}; /* tok/s and user */

/* Tokens a user gets per second of a request, waiting for the first one included. */
static double user_speed(const struct wm_operating_point *p, double rate_per_gpu)
{
    return rate_per_gpu * wm_group_gpus(&p->group) / p->load;
}

static double per_mw(const struct wm_accelerator *a, double per_gpu)
{
    return per_gpu * 1e6 / (a->rack_nameplate_w / (double)a->rack_gpus);
}

static bool same_task(const struct wm_operating_point *a, const struct wm_operating_point *b)
{
    return a->llm == b->llm && a->input_tok == b->input_tok && a->output_tok == b->output_tok;
}

struct contest {
    const struct wm_accelerator *entrant[MAX_ACCELERATORS];
    double best[MAX_ACCELERATORS][2]; /* measured, predicted */
    size_t n;
};

static void enter(struct contest *c, const struct wm_operating_point *p,
                  const struct wm_prediction *q, double speed)
{
    size_t k = 0;
    while (k < c->n && c->entrant[k] != p->accelerator)
        k++;
    if (k == MAX_ACCELERATORS)
        return;
    if (k == c->n)
        c->entrant[c->n++] = p->accelerator;
    for (int said = 0; said < 2; said++) {
        const double rate = said ? q->out_tok_per_s_per_gpu : p->out_tok_per_s_per_gpu;
        if (user_speed(p, rate) >= speed)
            c->best[k][said] = fmax(c->best[k][said], per_mw(p->accelerator, rate));
    }
}

static void count_pairs(const struct contest *c, struct wm_accuracy *a)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = i + 1; k < c->n; k++) {
            if (!(c->best[i][0] > 0.0) || !(c->best[k][0] > 0.0))
                continue; /* one of them was not measured that fast */
            const double real = c->best[i][0] - c->best[k][0];
            const double said = c->best[i][1] - c->best[k][1];
            a->n_pairs++;
            a->n_pairs_right += real * said > 0.0;
        }
}

static bool is_entry(const struct wm_operating_point *p)
{
    return p->drive == WM_DRIVE_USERS && p->group.tensor > 0.0 && p->out_tok_per_s_per_gpu > 0.0;
}

void wm_accuracy_rank(struct wm_arena *arena, struct wm_accuracy *a)
{
    bool *done = WM_NEW_ARRAY(arena, bool, a->n + 1);
    for (size_t i = 0; i < a->n; i++) {
        if (done[i] || !is_entry(a->points[i]))
            continue;
        for (size_t s = 0; s < sizeof speeds / sizeof *speeds; s++) {
            struct contest c = {.n = 0};
            for (size_t k = i; k < a->n; k++) {
                if (!is_entry(a->points[k]) || !same_task(a->points[i], a->points[k]))
                    continue;
                done[k] = true;
                enter(&c, a->points[k], &a->predictions[k], speeds[s]);
            }
            count_pairs(&c, a);
        }
    }
}
