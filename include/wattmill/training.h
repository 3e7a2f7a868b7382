/*
 * Training: time, memory and power of an optimiser step of a parallel job, how much of its time
 * survives failures, and what clocks, caps and power limits do to it.
 *
 * A job of n accelerators is cut into `data` replicas of a model that is split over `tensor` (each
 * layer), `pipeline` (layers), `context` (a sequence) and, for routed experts, `expert` (experts,
 * within the replicas). A step reads `batch_tok` tokens in micro-batches, then updates the weights.
 *
 * Hardware terms per accelerator and efficiency per precision come from the catalogue
 * (accelerator.h, `training`); nothing depends on the model. Pure models: values in, values out.
 */
#ifndef WATTMILL_TRAINING_H
#define WATTMILL_TRAINING_H

#include <stdbool.h>

#include "wattmill/accelerator.h"
#include "wattmill/llm.h"

/** What the backward pass computes again instead of keeping it. */
enum wm_recompute {
    WM_RECOMPUTE_SELECTIVE, /* attention scores only (as fused attention kernels do anyway) */
    WM_RECOMPUTE_FULL,      /* every layer's forward pass */
};

struct wm_train_plan {
    double tensor, pipeline, data, context; /* accelerators = the product */
    double expert;                          /* of data * context * tensor; 1 = experts not spread */
    double sequences;                       /* of a micro-batch, per data replica */
    double interleave;                      /* pipeline chunks per stage; 1 = plain 1F1B */
    enum wm_recompute recompute;
    bool full_shard; /* weights too are spread over the data replicas (FSDP, ZeRO-3), else ZeRO-1 */
};

struct wm_train_case {
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    enum wm_precision precision; /* of matrix products; attention runs in 16 bits */
    double seq_tok, batch_tok;   /* of a sequence, of a step */
    struct wm_train_plan plan;
    double clock_frac; /* (0, 1]: scales arithmetic; memory and links keep their speed */
};

/** An optimiser step. The parts of time_s add up to it. */
struct wm_train_step {
    double time_s;
    double product_s;   /* dense and expert matrix products */
    double attention_s; /* scores and weighted sums */
    double memory_s;    /* elementwise passes, expert dispatch, optimiser: limited by memory */
    double link_s;      /* collectives that arithmetic does not hide */
    double bubble_s;    /* pipeline fill and drain */
    double straggle_s;  /* waiting for the slowest of many */
    double tok_per_s_per_gpu;
    double flop_per_tok; /* of the model, forward and backward, without recomputation */
    double mfu_frac;     /* flop_per_tok * tok_per_s_per_gpu / dense peak of the precision */
    double mem_bytes; /* of the fullest accelerator: weights, gradients, optimiser, activations */
};

/** Accelerators of a plan. */
double wm_train_gpus(const struct wm_train_plan *plan);

/**
 * Model FLOP per trained token: 6 per active matrix parameter, and for every layer 3 times
 * 2 (d_qk + d_v) FLOP per query head and token looked at, (s + 1) / 2 of them under a causal mask.
 * @param seq_tok  [tok] >= 1
 * @return [FLOP/tok]; cannot fail
 * @par Source  Korthikanti et al., arXiv:2205.05198, appendix A; Chowdhery et al., arXiv:2204.02311,
 *              appendix B (6 N + 12 L H Q T without the mask)
 */
double wm_train_flop_per_tok(const struct wm_llm *llm, double seq_tok);

/**
 * One optimiser step.
 *
 *     work   = (products / (peak eta) + attention / (peak16 eta_a) + traffic / bandwidth) / share
 *     bubble = work (p - 1) / (v m),  m = micro-batches of a replica
 *     link   = x max(0, t_collective) for tensor and expert traffic, max(x t, t - work) for gradients
 *     time   = (work + bubble + link) (1 + k log2(n / n_domain))
 *
 * @return finite and positive; mem_bytes may exceed the memory: the caller decides. Cannot fail
 * @pre    the precision has a unit (wm_compute_precision); batch_tok >= seq_tok * data
 * @note   left out: input pipeline, evaluation, checkpoint writes (see wm_goodput_eval)
 * @par Source  Narayanan et al., SC21, arXiv:2104.04473 (bubble, volumes); Korthikanti et al.,
 *              arXiv:2205.05198 (activations); Rajbhandari et al., arXiv:1910.02054 (sharding)
 */
struct wm_train_step wm_train_step_eval(const struct wm_train_case *c);

/**
 * The fastest plan of n accelerators that fits the memory, over tensor, pipeline, expert,
 * context and sharding; keeps `seed->precision, seq_tok, batch_tok, clock_frac`.
 * @return false when no plan fits: `*best` is then the plan of least memory
 */
bool wm_train_plan_best(const struct wm_train_case *seed, double n_gpus,
                        struct wm_train_plan *best);

/** Parts of a plan that are given; 0: to be chosen. */
struct wm_train_fixed {
    double tensor, pipeline, context;
};
/** The same with what is given kept. @return false too when it divides neither accelerators nor layers */
bool wm_train_plan_within(const struct wm_train_case *seed, double n_gpus,
                          const struct wm_train_fixed *fixed, struct wm_train_plan *best);

enum { WM_TRAIN_PLANS_MAX = 256 };
/**
 * The fastest plan of every cut (tensor, pipeline, context) that fits the memory.
 * @param plans  out, [WM_TRAIN_PLANS_MAX]; @return how many, in the order of context, tensor, pipeline
 */
size_t wm_train_plans(const struct wm_train_case *seed, double n_gpus,
                      const struct wm_train_fixed *fixed, struct wm_train_plan *plans);

/* ---- Power ------------------------------------------------------------------------------------ */

/** Board power of a step, per accelerator [W], and what a synchronous job does to the grid. */
struct wm_train_power {
    double mean_w;    /* over the step */
    double high_w;    /* while all compute */
    double low_w;     /* while all wait for links or the pipeline */
    double low_frac;  /* share of the step in which all wait together */
    double swing_hz;  /* 1 / step time */
    double j_per_tok; /* board energy */
};

/**
 * Board power by phases, after the equation of struct wm_board_power with the utilisations of each.
 * @return finite; low <= mean <= high. Cannot fail
 */
struct wm_train_power wm_train_power_eval(const struct wm_train_case *c,
                                          const struct wm_train_step *step);

/*
 * FLOP of a large matrix product per byte it moves to or from memory, at 16 bits: tiles of operands
 * are read again as often as the second-level cache lets them fall out. Estimate, set once for all
 * accelerators so that nodes of MLPerf Training draw what was measured (8 H100 7.7 kW, 8 B200 9.6 to
 * 10.1 kW) and an A100 loses under caps what arXiv:2507.00909 measured.
 */
#define WM_TRAIN_FLOP_PER_BYTE 1500.0

/** Kinds of kernels, and of waiting, of a step. */
enum wm_train_class {
    WM_TRAIN_PRODUCTS,
    WM_TRAIN_ATTENTION,
    WM_TRAIN_MEMORY,
    WM_TRAIN_LINKS,
    WM_TRAIN_BUBBLE,
    WM_TRAIN_STRAGGLERS,
    WM_TRAIN_N_CLASSES
};
extern const char *const wm_train_class_words[WM_TRAIN_N_CLASSES];

/** Board energy of an accelerator in a step, by class. */
struct wm_train_energy {
    double time_s;
    double static_j;         /* base power over the time: flows whatever is computed */
    double dynamic_j;        /* arithmetic and memory traffic above it */
    double least_clock_frac; /* clock at which the class takes least energy, static part included */
    double least_time_frac, least_energy_frac; /* of the class at that clock, over full clock */
};

/**
 * Static and dynamic energy of a step by class of kernels.
 *
 *     static  = base TDP t;  dynamic = TDP t min(1 - base, memory sqrt(u_m) + compute sqrt(u_c) P(f)), u of the class
 *
 * Arithmetic takes t / f, memory passes and waiting keep their time; waiting has no dynamic part.
 * @note  each class draws its own power here; wm_train_power_eval() takes the root of their mean utilisation,
 *        which lies above the mean of the roots, so the sum of the classes is a little less than its mean
 */
void wm_train_energy_eval(const struct wm_train_case *c, const struct wm_train_step *step,
                          struct wm_train_energy out[WM_TRAIN_N_CLASSES]);

/** A board power cap: the clock that keeps high_w below it, then pulsing below the lowest clock. */
struct wm_train_cap {
    double clock_frac;
    double run_frac;   /* of the time, < 1 when even the lowest clock draws too much */
    double speed_frac; /* tokens per second over those without a cap */
    double mean_w;
};

/**
 * What a cap of `cap_w` costs.
 * @param cap_w  [W] > idle_w
 * @return speed_frac in (0, 1], 1 at a cap that is never reached; cannot fail
 * @note measured beside it: 256 A100 pre-training MPT, caps of 87.5, 75, 62.5, 50, 25 % of 400 W gave
 *       0.923, 0.867, 0.784, 0.629, 0.186 (arXiv:2507.00909)
 */
struct wm_train_cap wm_train_cap_eval(const struct wm_train_case *c, double cap_w);

/** What smoothing a synchronous swing costs. Rates of the whole job. */
struct wm_swing {
    double amplitude_w, frequency_hz;
    bool is_allowed;
    double floor_w;        /* the level a floor holds the low phase at; low when none is needed */
    double burnt_w;        /* mean power burnt by the floor */
    double storage_j;      /* energy a buffer would have to hold instead, each way */
    double storage_loss_w; /* mean loss of such a buffer */
};

/**
 * Swing of a job against a limit of its amplitude, held by a floor ("burn") or by storage.
 * @param limit_w           [W] >= 0 allowed peak-to-trough amplitude
 * @param storage_loss_frac [frac] of what passes through it, e.g. 0.05
 */
struct wm_swing wm_swing_eval(const struct wm_train_power *power, double n_gpus, double limit_w,
                              double storage_loss_frac);

/* ---- Energy-aware schedule --------------------------------------------------------------------- */

/** A pipeline whose stages take unequal time, and a straggler elsewhere that all wait for. */
struct wm_energy_schedule {
    double imbalance_frac; /* time of the slowest stage over the mean, minus 1 */
    double straggler_frac; /* extra step time someone else imposes */
};

/** A point of the frontier, over the step at full clocks: time_frac >= 1, energy_frac <= 1. */
struct wm_energy_point {
    double time_frac, energy_frac;
};

/**
 * Least board energy of a step that may take up to `time_frac` times its time at full clocks (and
 * with the straggler): every stage runs at the lowest clock that still meets it, so that fast stages do not wait at full power
 * (intrinsic bloat) and all use a straggler's delay (extrinsic bloat).
 * @param time_frac  >= 1
 * @return energy_frac <= 1, never rising with time_frac; cannot fail
 * @par Source  Chung et al., "Perseus", SOSP 2024, arXiv:2312.06902
 */
struct wm_energy_point wm_energy_schedule_eval(const struct wm_train_case *c,
                                               const struct wm_energy_schedule *schedule,
                                               double time_frac);

/* ---- Failures ---------------------------------------------------------------------------------- */

struct wm_goodput_case {
    double nodes;
    double failures_per_node_day;
    double planned_per_node_day, planned_s; /* stops that were planned, and how long each lasts */
    double restart_s;                       /* detection, rescheduling, loading */
    double write_s;                         /* time a checkpoint stops the job */
    double interval_s;                      /* between checkpoints; 0 = the best */
};

struct wm_goodput {
    double mttf_s, interval_s;
    double useful_frac; /* of wall-clock time that makes progress, [0, 1] */
    double interruptions_per_day;
};

/** Best interval between checkpoints: sqrt(2 write mttf) - write, at least `write`.
 *  @par Source  Daly, FGCS 22 (2006) 303, doi:10.1016/j.future.2004.11.016, first order (Young) */
double wm_checkpoint_interval_s(double write_s, double mttf_s);

/**
 * Work and standstills take turns; work since the last checkpoint is lost at each stop:
 *
 *     mttf   = 86400 / (nodes f)
 *     up     = 1 / (1 + restart / mttf + planned_s planned)
 *     useful = up (1 - (1 / mttf + planned) interval / 2) / (1 + write / interval), at least 0
 *
 * @par Source  Kokolis et al., arXiv:2410.21680, section 3 (RSC-1 6.5e-3 failures per node-day, RSC-2
 *              2.34e-3)
 */
struct wm_goodput wm_goodput_eval(const struct wm_goodput_case *c);

/* ---- A run ------------------------------------------------------------------------------------- */

struct wm_train_run {
    double gpu_hours, time_s, energy_j, cost_usd;
};

/**
 * A whole run of `tok` tokens: goodput stretches time and energy.
 * @param site_w_per_gpu  [W] power charged per accelerator, board, host and facility
 */
struct wm_train_run wm_train_run_eval(const struct wm_train_step *step, double n_gpus, double tok,
                                      double useful_frac, double site_w_per_gpu,
                                      double usd_per_gpu_hour);

#endif
