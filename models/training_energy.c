/* Where the energy of a step goes: kernels of one kind after the other, static and dynamic, and their clocks. */
#include "wattmill/training.h"

#include <math.h>

const char *const wm_train_class_words[WM_TRAIN_N_CLASSES] = {
    "products", "attention", "memory passes", "links", "bubble", "stragglers"};

static double products_frac(const struct wm_train_case *c)
{
    const struct wm_training_rates *const t = &c->accelerator->training;
    return c->precision == WM_FP4   ? t->fp4_frac
           : c->precision == WM_FP8 ? t->fp8_frac
                                    : t->bf16_frac;
}

/* Share of TDP above the base while kernels of a class run at a clock. */
static double dynamic_frac(const struct wm_train_case *c, enum wm_train_class class, double clock)
{
    const struct wm_accelerator *const a = c->accelerator;
    const double ridge = a->bf16.flop_per_s / a->mem_bytes_per_s / WM_TRAIN_FLOP_PER_BYTE;
    double compute = 0.0, memory = 0.0;
    if (class == WM_TRAIN_PRODUCTS || class == WM_TRAIN_ATTENTION) {
        compute =
            clock * (class == WM_TRAIN_PRODUCTS ? products_frac(c) : a->training.attention_frac);
        memory = compute * ridge;
    } else if (class == WM_TRAIN_MEMORY) {
        memory = a->elementwise.memory_frac;
    }
    const double frac = a->training.power_memory_frac * sqrt(memory) +
                        a->training.power_compute_frac * sqrt(compute) * wm_clock_power_frac(clock);
    return fmin(frac, 1.0 - a->training.power_base_frac);
}

/* Only arithmetic waits for the clock. */
static double stretch(enum wm_train_class class, double clock)
{
    return class == WM_TRAIN_PRODUCTS || class == WM_TRAIN_ATTENTION ? 1.0 / clock : 1.0;
}

static double energy_j(const struct wm_train_case *c, enum wm_train_class class, double time_s,
                       double clock)
{
    const struct wm_accelerator *const a = c->accelerator;
    return time_s * stretch(class, clock) * a->tdp_w *
           (a->training.power_base_frac + dynamic_frac(c, class, clock));
}

/* The clock of least energy of the class; the highest of equals: a kernel that gains nothing keeps its clock. */
static double least_clock(const struct wm_train_case *c, enum wm_train_class class, double time_s)
{
    enum { STEPS = 120 };
    const double low = c->accelerator->power.min_clock_frac;
    double best = 1.0;
    for (int i = STEPS - 1; i >= 0; i--) {
        const double clock = low + (1.0 - low) * i / STEPS;
        if (energy_j(c, class, time_s, clock) < energy_j(c, class, time_s, best) * (1.0 - 1e-12))
            best = clock;
    }
    return best;
}

void wm_train_energy_eval(const struct wm_train_case *c, const struct wm_train_step *s,
                          struct wm_train_energy out[WM_TRAIN_N_CLASSES])
{
    const double times[WM_TRAIN_N_CLASSES] = {s->product_s, s->attention_s, s->memory_s,
                                              s->link_s,    s->bubble_s,    s->straggle_s};
    const struct wm_accelerator *const a = c->accelerator;
    for (int i = 0; i < WM_TRAIN_N_CLASSES; i++) {
        const enum wm_train_class class = (enum wm_train_class)i;
        const double dynamic = dynamic_frac(c, class, c->clock_frac);
        const double clock = least_clock(c, class, times[i]);
        const double now_j = energy_j(c, class, times[i], 1.0);
        out[i] = (struct wm_train_energy){
            .time_s = times[i],
            .static_j = times[i] * a->tdp_w * a->training.power_base_frac,
            .dynamic_j = times[i] * a->tdp_w * dynamic,
            .least_clock_frac = clock,
            .least_time_frac = stretch(class, clock),
            .least_energy_frac = now_j > 0.0 ? energy_j(c, class, times[i], clock) / now_j : 1.0};
    }
}
