#include "wattmill/training.h"

#include <math.h>

#include "wattmill/require.h"

static double training_frac(const struct wm_train_case *c)
{
    const struct wm_training_rates *const t = &c->accelerator->training;
    return c->precision == WM_FP4   ? t->fp4_frac
           : c->precision == WM_FP8 ? t->fp8_frac
                                    : t->bf16_frac;
}

/* Seconds in which the job computes; in the others it waits. */
static double work_s(const struct wm_train_step *s)
{
    return s->product_s + s->attention_s + s->memory_s;
}

/* Board power while computing: the arithmetic's and the memory's share of the busy time. */
static double high_w(const struct wm_train_case *c, const struct wm_train_step *s)
{
    const struct wm_accelerator *const a = c->accelerator;
    const double busy_s = work_s(s);
    const double compute =
        (s->product_s * training_frac(c) + s->attention_s * a->training.attention_frac) *
        c->clock_frac / busy_s;
    const double ridge_flop_per_byte = a->bf16.flop_per_s / a->mem_bytes_per_s;
    const double memory = s->memory_s * a->elementwise.memory_frac / busy_s +
                          compute * ridge_flop_per_byte / WM_TRAIN_FLOP_PER_BYTE;
    const double frac =
        a->training.power_base_frac + a->training.power_memory_frac * sqrt(memory) +
        a->training.power_compute_frac * sqrt(compute) * wm_clock_power_frac(c->clock_frac);
    return a->tdp_w * fmin(1.0, frac);
}

struct wm_train_power wm_train_power_eval(const struct wm_train_case *c,
                                          const struct wm_train_step *step)
{
    const struct wm_accelerator *const a = c->accelerator;
    const double high = high_w(c, step), low = fmin(high, a->training.power_base_frac * a->tdp_w);
    const double busy_frac = work_s(step) / step->time_s;
    /* the pipeline's bubble is another time for every stage: not a swing of the whole job */
    const double low_frac = (step->link_s + step->straggle_s) / step->time_s;
    const double mean = high * busy_frac + low * (1.0 - busy_frac);
    return (struct wm_train_power){.mean_w = mean,
                                   .high_w = high,
                                   .low_w = low,
                                   .low_frac = low_frac,
                                   .swing_hz = 1.0 / step->time_s,
                                   .j_per_tok = mean / step->tok_per_s_per_gpu};
}

struct at_clock {
    struct wm_train_step step;
    struct wm_train_power power;
};

static struct at_clock at_clock(const struct wm_train_case *c, double clock_frac)
{
    struct wm_train_case slower = *c;
    slower.clock_frac = clock_frac;
    const struct wm_train_step step = wm_train_step_eval(&slower);
    return (struct at_clock){step, wm_train_power_eval(&slower, &step)};
}

/* The fastest clock in [low, 1] whose high_w is at most cap_w; high_w falls with the clock. */
static double clock_below(const struct wm_train_case *c, double cap_w, double low)
{
    double high = 1.0;
    for (int i = 0; i < 50; i++) {
        const double middle = 0.5 * (low + high);
        if (at_clock(c, middle).power.high_w <= cap_w)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct wm_train_cap wm_train_cap_eval(const struct wm_train_case *c, double cap_w)
{
    const double idle_w = c->accelerator->power.idle_w;
    WM_REQUIRE(cap_w > idle_w && c->clock_frac == 1.0);
    const struct at_clock full = at_clock(c, 1.0);
    if (full.power.high_w <= cap_w)
        return (struct wm_train_cap){1.0, 1.0, 1.0, full.power.mean_w};
    const double slowest = c->accelerator->power.min_clock_frac;
    struct at_clock capped = at_clock(c, slowest);
    double clock = slowest, run = 1.0;
    if (capped.power.high_w > cap_w) { /* below the lowest clock the board stops now and then */
        run = (cap_w - idle_w) / (capped.power.high_w - idle_w);
    } else {
        clock = clock_below(c, cap_w, slowest);
        capped = at_clock(c, clock);
    }
    const double speed = capped.step.tok_per_s_per_gpu / full.step.tok_per_s_per_gpu;
    return (struct wm_train_cap){.clock_frac = clock,
                                 .run_frac = run,
                                 .speed_frac = run * speed,
                                 .mean_w = run * capped.power.mean_w + (1.0 - run) * idle_w};
}

struct wm_swing wm_swing_eval(const struct wm_train_power *power, double n_gpus, double limit_w,
                              double storage_loss_frac)
{
    WM_REQUIRE(n_gpus >= 1.0 && limit_w >= 0.0 && storage_loss_frac >= 0.0);
    const double high = power->high_w * n_gpus, low = power->low_w * n_gpus;
    const double amplitude = power->low_frac > 0.0 ? high - low : 0.0;
    const double excess = fmax(0.0, amplitude - limit_w);
    /* storage evens out the excess: it gives in the high phase what it took in the low one */
    const double exchanged_w = excess * power->low_frac * (1.0 - power->low_frac);
    return (struct wm_swing){
        .amplitude_w = amplitude,
        .frequency_hz = power->swing_hz,
        .is_allowed = excess == 0.0,
        .floor_w = low + excess,
        .burnt_w = excess * power->low_frac,
        .storage_j = exchanged_w / power->swing_hz,
        .storage_loss_w = exchanged_w * storage_loss_frac,
    };
}

/* Energy of a stage whose work takes `share` of the slowest stage's, within `time_s`. */
static double stage_energy_j(const struct wm_train_case *c, double share, double time_s,
                             double clock_frac)
{
    const struct at_clock s = at_clock(c, clock_frac);
    const double busy_s = share * work_s(&s.step);
    return s.power.high_w * busy_s + s.power.low_w * fmax(0.0, time_s - busy_s);
}

static double busy_at_s(const struct wm_train_case *c, double clock_frac)
{
    const struct at_clock s = at_clock(c, clock_frac);
    return work_s(&s.step);
}

enum { CLOCKS = 60 };

static double clock_at(const struct wm_train_case *c, int i)
{
    const double low = c->accelerator->power.min_clock_frac;
    return low + (1.0 - low) * i / CLOCKS;
}

/* The least energy over the clocks that finish `share` of the work in `budget_s`. */
static double least_energy_j(const struct wm_train_case *c, double share, double budget_s,
                             double time_s)
{
    double least = stage_energy_j(c, share, time_s, 1.0);
    for (int i = 0; i < CLOCKS; i++)
        if (share * busy_at_s(c, clock_at(c, i)) <= budget_s)
            least = fmin(least, stage_energy_j(c, share, time_s, clock_at(c, i)));
    return least;
}

struct wm_energy_point wm_energy_schedule_eval(const struct wm_train_case *c,
                                               const struct wm_energy_schedule *schedule,
                                               double time_frac)
{
    WM_REQUIRE(time_frac >= 1.0 && schedule->imbalance_frac >= 0.0);
    const double stages = c->plan.pipeline;
    const struct at_clock full = at_clock(c, 1.0);
    /* one stage is slowest; the others share what is left of the mean */
    const double i = fmin(schedule->imbalance_frac, stages - 1.0);
    const double share = stages > 1.0 ? (stages - 1.0 - i) / (stages - 1.0) / (1.0 + i) : 1.0;
    const double step_s = full.step.time_s * (1.0 + schedule->straggler_frac);
    const double waits_s = full.step.time_s - work_s(&full.step);
    const double before = stage_energy_j(c, 1.0, step_s, 1.0) +
                          (stages - 1.0) * stage_energy_j(c, share, step_s, 1.0);
    struct wm_energy_point best = {1.0, 1.0};
    for (int k = 0; k <= CLOCKS; k++) { /* the clock of the slowest stage sets the step's time */
        const double busy_s = busy_at_s(c, clock_at(c, k));
        const double time_s = fmax(step_s, busy_s + waits_s);
        if (time_s > step_s * time_frac * (1.0 + 1e-12))
            continue;
        const double after = stage_energy_j(c, 1.0, time_s, clock_at(c, k)) +
                             (stages - 1.0) * least_energy_j(c, share, time_s - waits_s, time_s);
        if (after < best.energy_frac * before)
            best = (struct wm_energy_point){time_s / step_s, after / before};
    }
    return best;
}
