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
    if (per_day == 0.0) /* nothing fails: checkpoints cost only what was asked for */
        return (struct wm_goodput){
            .mttf_s = (double)INFINITY,
            .interval_s = c->interval_s > 0.0 ? c->interval_s : (double)INFINITY,
            .useful_frac = c->interval_s > 0.0 ? 1.0 / (1.0 + c->write_s / c->interval_s) : 1.0};
    const double mttf_s = s_per_day / per_day;
    const double interval_s =
        c->interval_s > 0.0 ? c->interval_s : wm_checkpoint_interval_s(c->write_s, mttf_s);
    const double lost = (c->restart_s + 0.5 * interval_s) / mttf_s;
    const double writing = interval_s > 0.0 ? c->write_s / interval_s : 0.0;
    return (struct wm_goodput){.mttf_s = mttf_s,
                               .interval_s = interval_s,
                               .useful_frac = fmax(0.0, 1.0 - lost) / (1.0 + writing),
                               .interruptions_per_day = per_day};
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
