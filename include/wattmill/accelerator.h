/*
 * Accelerator: what one GPU (or similar part) can do, what it draws and what it costs, with its
 * share of the server or rack around it.
 *
 * Peak rates are the vendor's dense figures. Each precision carries the efficiency of its kernels,
 * fitted on measured kernel timings: a kernel of F FLOP and B bytes takes
 *
 *     time_s = ((F / (flop_per_s * compute_frac))^p + (B / (mem_bytes_per_s * memory_frac))^p)^(1/p)
 *              + overhead_s
 *
 * while `serving_frac` and `achieved` say what whole serving steps reach of that.
 *
 * Nothing here depends on the model that is served or on the scenario.
 */
#ifndef WATTMILL_ACCELERATOR_H
#define WATTMILL_ACCELERATOR_H

#include "wattmill/catalog_head.h"

/** Of weights; WM_BF16 stands for any 16-bit floating point. */
/*  X(id, word) */
#define WM_PRECISIONS(X) \
    X(BF16, "bf16")      \
    X(FP8, "fp8")        \
    X(FP4, "fp4")        \
    X(INT4, "int4")      \
    X(FP32, "fp32")      \
    X(INT8, "int8")
enum wm_precision {
#define WM_PRECISION(id, word) WM_##id,
    WM_PRECISIONS(WM_PRECISION)
#undef WM_PRECISION
        WM_N_PRECISIONS
};
extern const char *const wm_precision_words[];

/** Kernel of one kind at one precision; see the equation above. */
struct wm_kernel {
    double compute_frac; /* of the precision's peak, > 0 */
    double memory_frac;  /* of the memory's peak, > 0 */
    double overhead_s;
    double norm; /* p of the equation: 1 = no overlap, large = perfect overlap */
};

struct wm_precision_rates {
    double flop_per_s;   /* dense peak; 0 = the hardware has no such unit */
    double serving_frac; /* of achieved.compute_frac, what this precision reaches; near 1 */
    struct wm_kernel gemm;
    struct wm_kernel moe; /* grouped expert GEMM, uneven expert loads folded in */
};

struct wm_attention_kernel {
    double decode_overhead_s;  /* GQA: per layer and step */
    double decode_per_seq_s;   /* GQA: per sequence, for 32 query heads */
    double decode_memory_frac; /* GQA: share of the memory's peak while reading KV */
    double mla_overhead_s;     /* latent attention */
    double mla_memory_frac;
    double narrow_cache_frac; /* of these shares, what is reached with a cache of 8 bits */
    double prefill_overhead_s;
    double prefill_compute_frac; /* of the BF16 peak */
    double prefill_half_tok;     /* new tokens at which prefill attention is half as efficient */
};

/** Norms, rotary embedding, activation, residual: limited by memory, four fused kernels a layer. */
struct wm_elementwise {
    double overhead_s;
    double memory_frac;
};

struct wm_collective {
    double reduce_latency_s;    /* all-reduce of any size */
    double reduce_frac;         /* of the scale-up bandwidth */
    double a2a_latency_s;       /* one all-to-all of any size */
    double a2a_frac;            /* of the scale-up bandwidth */
    double scale_out_latency_s; /* any collective or hop that leaves the scale-up domain */
};

/** What serving reaches of its isolated kernels: fitted on serving curves, 1 and 0 where not. */
struct wm_achieved {
    double compute_frac;   /* of the kernels' arithmetic rates, whatever the precision */
    double memory_frac;    /* of the kernels' memory rates */
    double attention_frac; /* of attention's memory and arithmetic rates */
    double moe_frac;       /* of the grouped expert kernels' rates */
    double widen_frac;     /* of the rates of kernels that widen their weights on the way in */
    double overhead;       /* times the kernels' overheads (launch, tail, synchronisation) */
    double reduce;         /* times the latency of collectives */
    double layer_s;        /* per layer, beside kernels: launch floor, small kernels */
};

/** Share of the peaks that training steps reach in their matrix products; see training.h. */
struct wm_training_rates {
    double bf16_frac, fp8_frac, fp4_frac; /* of the dense peak of that precision */
    double attention_frac;                /* of the BF16 peak */
    /* board power in shares of TDP, as wm_board_power: long regular products draw less per use of
       the peak than serving's kernels do, so training has coefficients of its own */
    double power_base_frac, power_memory_frac, power_compute_frac;
};

/**
 * Board power while serving, see wm_step_eval: shares of TDP for a resident model and for
 * the root of memory's and for arithmetic's busy time.
 */
struct wm_board_power {
    double idle_w;         /* no model resident */
    double base_frac;      /* of TDP, model resident, clocks up */
    double memory_frac;    /* of TDP, times the root of the memory's busy share */
    double compute_frac;   /* of TDP, times the arithmetic's busy share */
    double min_clock_frac; /* lowest core clock a cap sets */
};

struct wm_accelerator {
    struct wm_catalog_head head;
    const char *vendor, *generation;
    const char *silicon; /* what else is made of the same chip shares kernels; "" = no other */
    int64_t year;
    /* fp8: one scale a tensor; fp8_block: one for each 128 x 128 weights, kernels of their own */
    struct wm_precision_rates bf16, fp8, fp8_block, fp4, int8, fp32;
    double mem_bytes, mem_bytes_per_s;
    double scale_up_bytes_per_s; /* per accelerator and direction */
    int64_t scale_up_gpus;
    double scale_out_bytes_per_s;
    struct wm_attention_kernel attention;
    struct wm_elementwise elementwise;
    struct wm_collective collective;
    struct wm_achieved achieved;
    struct wm_training_rates training;
    double tdp_w;
    struct wm_board_power power;
    int64_t rack_gpus; /* accelerators per server or rack: the unit that is bought */
    double rack_nameplate_w;
    double max_q_frac;               /* nameplate under the efficiency profile over the full one */
    double host_idle_w, host_busy_w; /* rest of the rack per accelerator, shelf losses included */
    double other_it_frac;            /* shared network, storage, head nodes / rack power */
    double liquid_frac;
    double max_coolant_c;
    double rent_usd_per_gpu_h;   /* 3-year contract; NAN: not known */
    double it_capex_usd_per_gpu; /* all-in: rack, network, storage, installation */
    double failures_per_gpu_year;
    double repair_s;
    struct wm_accelerator_fit {
        int64_t points,
            power_points; /* serving points it was fitted on; of them with board power */
    } fit;
};

extern const struct wm_field wm_accelerator_fields[];

/** Share of a peak that no kernel passes, whatever was fitted: what is left sits in overheads. */
#define WM_MAX_PEAK_FRAC 0.95

/** Rates of a precision; INT4 has no unit and computes in 16 bits. Cannot fail. */
const struct wm_precision_rates *wm_accelerator_rates(const struct wm_accelerator *accelerator,
                                                      enum wm_precision precision);

/**
 * Precision in which weights of `precision` are computed: their own where the hardware has the
 * unit, else the next wider one it has (weights are widened on the way in, as engines do).
 * @return WM_N_PRECISIONS when there is none (FP32 weights need FP32)
 */
enum wm_precision wm_compute_precision(const struct wm_accelerator *accelerator,
                                       enum wm_precision precision);

/** What a board draws at rest, the model resident, clocks up, no request [W]. */
static inline double wm_board_rest_w(const struct wm_accelerator *accelerator)
{
    return accelerator->tdp_w * accelerator->power.base_frac;
}

/**
 * Relative core power at relative clock f: phi = f * max(v_min, f)^2, the CMOS law P ~ f V^2 with
 * voltage following frequency down to a floor of 0.7 of nominal.
 *
 * @param clock_frac  (0, 1]
 * @return            (0, 1], 1 at f = 1
 * @par Source        Rabaey, "Digital Integrated Circuits", 2nd ed., eq. 5.43 (P = C V^2 f); the
 *                    floor 0.7 meets pre-training on 256 A100 under caps (arXiv:2507.00909): 0.784 and 0.629 of
 *                    the speed at 0.643 and 0.516 of the power, one share of 0.31 that does not follow the clock
 */
double wm_clock_power_frac(double clock_frac);
/** The clock at that relative core power: the inverse, [0, 1] to [0, 1]. */
double wm_clock_of_power(double power_frac);

#endif
