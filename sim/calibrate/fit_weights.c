#include "fit_weights.h"

#include "benchmarks.h"

#include <math.h>

static const double most_front =
    6.0; /* a front of a few rows among hundreds is not to be trusted blindly */

static double stated(const struct wm_operating_point *p, bool is_power)
{
    if (is_power)
        return p->power_is_exact ? 1.0 : 0.4;
    if (!(p->out_tok_per_s_per_gpu > 0.0))
        return 0.5; /* a time per token alone, collected elsewhere from the same kind of runs */
    return p->drive == WM_DRIVE_USERS ? 1.0 : p->drive == WM_DRIVE_BATCH ? 0.7 : 0.4;
}

/* Output of a user [tok/s]; 0 where the row does not say how many there are. */
static double user_speed(const struct wm_operating_point *p)
{
    const double gpus = p->n_gpus > 0.0 ? p->n_gpus : wm_group_gpus(&p->group);
    return p->drive == WM_DRIVE_USERS && p->out_tok_per_s_per_gpu > 0.0
               ? p->out_tok_per_s_per_gpu * gpus / p->load
               : 0.0;
}

static bool is_rival(const struct wm_operating_point *a, const struct wm_operating_point *b)
{
    return a != b && a->accelerator == b->accelerator && a->llm == b->llm &&
           a->precision == b->precision && a->input_tok == b->input_tok &&
           a->output_tok == b->output_tok;
}

static bool on_front(const struct wm_operating_point *const *points, size_t n, size_t i)
{
    const double speed = user_speed(points[i]);
    if (speed <= 0.0)
        return false;
    for (size_t k = 0; k < n; k++)
        if (is_rival(points[i], points[k]) && user_speed(points[k]) >= speed &&
            points[k]->out_tok_per_s_per_gpu > points[i]->out_tok_per_s_per_gpu)
            return false;
    return true;
}

void wm_fit_weigh(const struct wm_operating_point *const *points, size_t n, bool is_power,
                  double *weight)
{
    for (size_t i = 0; i < n; i++)
        weight[i] = stated(points[i], is_power) * wm_source_trust(points[i]->source) *
                    (!is_power && on_front(points, n, i) ? -1.0 : 1.0);
    for (size_t i = 0; i < n; i++) {
        if (weight[i] > 0.0)
            continue;
        double front = 0.0, rest = 0.0;
        for (size_t k = 0; k < n; k++) /* those of the same accelerator; done ones are positive */
            if (points[k]->accelerator == points[i]->accelerator)
                *(weight[k] < 0.0 ? &front : &rest) += weight[k] * weight[k];
        const double raise = sqrt(fmin(most_front, fmax(1.0, rest / front)));
        for (size_t k = i; k < n; k++)
            if (points[k]->accelerator == points[i]->accelerator && weight[k] < 0.0)
                weight[k] *= -raise;
    }
}
