#include "wattmill/training.h"

#include <math.h>

#include "wattmill/require.h"
#include "wattmill/unit.h"

static const double s_per_day = 86400.0;

double wm_checkpoint_interval_s(double write_s, double mttf_s)
{
    WM_REQUIRE(write_s >= 0.0 && mttf_s > 0.0);
    return fmax(write_s, sqrt(2.0 * write_s * mttf_s) - write_s);
}

struct wm_goodput wm_goodput_eval(const struct wm_goodput_case *c)
{
    WM_REQUIRE(c->nodes > 0.0 && c->failures_per_node_day >= 0.0);
    const double per_day = c->nodes * c->failures_per_node_day;
    const double mttf_s = per_day > 0.0 ? s_per_day / per_day : (double)INFINITY;
    const double planned_per_s = c->nodes * c->planned_per_node_day / s_per_day;
    const double interval_s = c->interval_s > 0.0 ? c->interval_s
                              : per_day > 0.0     ? wm_checkpoint_interval_s(c->write_s, mttf_s)
                                                  : (double)INFINITY;
    const double stops_per_s = 1.0 / mttf_s + planned_per_s;
    /* nothing fails and no interval is asked for: no checkpoints, and a planned stop loses nothing */
    const double lost = isfinite(interval_s) ? stops_per_s * 0.5 * interval_s : 0.0;
    const double writing = interval_s > 0.0 ? c->write_s / interval_s : 0.0;
    const double up = 1.0 / (1.0 + c->restart_s / mttf_s + planned_per_s * c->planned_s);
    return (struct wm_goodput){.mttf_s = mttf_s,
                               .interval_s = interval_s,
                               .useful_frac = up * fmax(0.0, 1.0 - lost) / (1.0 + writing),
                               .interruptions_per_day = s_per_day * stops_per_s};
}

struct wm_train_run wm_train_run_eval(const struct wm_train_step *step, double n_gpus, double tok,
                                      double useful_frac, double site_w_per_gpu,
                                      double usd_per_gpu_hour)
{
    WM_REQUIRE(useful_frac > 0.0 && n_gpus >= 1.0);
    const double time_s = tok / (step->tok_per_s_per_gpu * n_gpus * useful_frac);
    const double gpu_hours = n_gpus * time_s / WM_S_PER_H;
    return (struct wm_train_run){.gpu_hours = gpu_hours,
                                 .time_s = time_s,
                                 .energy_j = site_w_per_gpu * n_gpus * time_s,
                                 .cost_usd = gpu_hours * usd_per_gpu_hour};
}
