#include "wattmill/accelerator.h"

#include "wattmill/require.h"

#define WORD(id, word) word,
const char *const wm_precision_words[] = {WM_PRECISIONS(WORD) NULL};
#undef WORD
const char *const wm_basis_words[] = {"measured", "vendor", "analyst", "estimate", NULL};

/* Voltage follows frequency down to this share of its nominal value (see wm_clock_power_frac). */
static const double voltage_floor_frac = 0.7;

// clang-format off
static const struct wm_field kernel_fields[] = {
    WM_REAL(wm_kernel, compute_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.6, "share of the precision's peak FLOP/s that large kernels reach"),
    WM_REAL(wm_kernel, memory_frac,  WM_UNIT_FRAC, 0.01, 1.2, 0.8, "share of the memory's peak bandwidth; above 1: caches help"),
    WM_REAL_AS(wm_kernel, overhead_s, "overhead_us", WM_UNIT_US, 0.0, 1000.0, 5.0, "time of an empty kernel"),
    WM_REAL(wm_kernel, norm,         WM_UNIT_NONE, 0.5, 10.0, 1.5, "p of the norm that joins arithmetic and memory time"),
    WM_FIELD_END,
};
static const struct wm_field rates_fields[] = {
    WM_REAL_AS(wm_precision_rates, flop_per_s, "tflop_per_s", WM_UNIT_TFLOP_PER_S, 0.0, 1e6, 0.0, "dense peak rate; 0 = the hardware lacks this precision"),
    WM_REAL(wm_precision_rates, serving_frac, WM_UNIT_FRAC, 0.02, 5.0, 1.0, "of achieved.compute_frac, what kernels of this precision reach while serving (fitted)"),
    WM_GROUP(wm_precision_rates, gemm, kernel_fields, "dense matrix products"),
    WM_GROUP(wm_precision_rates, moe,  kernel_fields, "grouped expert products, uneven expert loads folded in"),
    WM_FIELD_END,
};
static const struct wm_field attention_fields[] = {
    WM_REAL_AS(wm_attention_kernel, decode_overhead_s, "decode_overhead_us", WM_UNIT_US, 0.0, 1000.0, 12.0, "grouped-query decode attention: per layer and step"),
    WM_REAL_AS(wm_attention_kernel, decode_per_seq_s, "decode_per_seq_us", WM_UNIT_US, 0.0, 10.0, 0.04, "per sequence for 32 query heads"),
    WM_REAL(wm_attention_kernel, decode_memory_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.85, "share of peak bandwidth while reading the KV cache"),
    WM_REAL_AS(wm_attention_kernel, mla_overhead_s, "mla_overhead_us", WM_UNIT_US, 0.0, 1000.0, 14.0, "latent decode attention: per layer and step"),
    WM_REAL(wm_attention_kernel, mla_memory_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.8, "share of peak bandwidth while reading the latent cache"),
    WM_REAL(wm_attention_kernel, narrow_cache_frac, WM_UNIT_FRAC, 0.1, 1.0, 1.0, "of these shares, what is reached with a cache of 8 bits, which is widened on the way"),
    WM_REAL_AS(wm_attention_kernel, prefill_overhead_s, "prefill_overhead_us", WM_UNIT_US, 0.0, 1000.0, 13.0, "prefill attention: per layer and prompt"),
    WM_REAL(wm_attention_kernel, prefill_compute_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.6, "share of the BF16 peak in prefill attention"),
    WM_REAL(wm_attention_kernel, prefill_half_tok, WM_UNIT_TOK, 0.0, 100000.0, 1000.0, "new tokens at which prefill attention is half as efficient"),
    WM_FIELD_END,
};
static const struct wm_field elementwise_fields[] = {
    WM_REAL_AS(wm_elementwise, overhead_s, "overhead_us", WM_UNIT_US, 0.0, 1000.0, 2.3, "time of an empty elementwise kernel"),
    WM_REAL(wm_elementwise, memory_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.54, "share of peak bandwidth in elementwise kernels"),
    WM_FIELD_END,
};
static const struct wm_field collective_fields[] = {
    WM_REAL_AS(wm_collective, reduce_latency_s, "reduce_latency_us", WM_UNIT_US, 0.0, 1000.0, 6.0, "all-reduce of a small message"),
    WM_REAL(wm_collective, reduce_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.6, "share of the scale-up bandwidth in an all-reduce"),
    WM_REAL_AS(wm_collective, a2a_latency_s, "a2a_latency_us", WM_UNIT_US, 0.0, 1000.0, 15.0, "all-to-all of a small message"),
    WM_REAL(wm_collective, a2a_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.5, "share of the scale-up bandwidth in an all-to-all"),
    WM_REAL_AS(wm_collective, scale_out_latency_s, "scale_out_latency_us", WM_UNIT_US, 0.0, 1000.0, 25.0, "of a collective or hop beyond the scale-up domain; default: NCCL between nodes over InfiniBand, 20 to 30 us"),
    WM_FIELD_END,
};
static const struct wm_field achieved_fields[] = {
    WM_REAL(wm_achieved, compute_frac, WM_UNIT_FRAC, 0.05, 5.0, 1.0, "of the kernels' arithmetic rates in all precisions, reached while serving (fitted)"),
    WM_REAL(wm_achieved, memory_frac, WM_UNIT_FRAC, 0.05, 5.0, 1.0, "of the kernels' memory rates, reached while serving (fitted)"),
    WM_REAL(wm_achieved, attention_frac, WM_UNIT_FRAC, 0.05, 5.0, 1.0, "of attention's rates, reached while serving (fitted)"),
    WM_REAL(wm_achieved, moe_frac, WM_UNIT_FRAC, 0.05, 5.0, 1.0, "of the grouped expert kernels' rates, reached while serving (fitted)"),
    WM_REAL(wm_achieved, widen_frac, WM_UNIT_FRAC, 0.02, 5.0, 1.0, "of the rates of kernels whose weights are held narrower than computed (fitted)"),
    WM_REAL(wm_achieved, overhead, WM_UNIT_NONE, 0.0, 20.0, 1.0, "times the overheads of isolated kernels (fitted)"),
    WM_REAL(wm_achieved, reduce, WM_UNIT_NONE, 0.0, 20.0, 1.0, "times the latency of collectives (fitted)"),
    WM_REAL_AS(wm_achieved, layer_s, "layer_us", WM_UNIT_US, 0.0, 10000.0, 0.0, "per layer beside its kernels: launch floor, small kernels (fitted)"),
    WM_FIELD_END,
};
static const struct wm_field power_fields[] = {
    WM_REAL(wm_board_power, idle_w,       WM_UNIT_W,    0.0,  1000.0, 75.0, "board without a resident model"),
    WM_REAL(wm_board_power, base_frac,    WM_UNIT_FRAC, 0.0,  1.0,    0.17, "of TDP: model resident, clocks up, no request"),
    WM_REAL(wm_board_power, memory_frac,  WM_UNIT_FRAC, 0.0,  3.0,    0.5,  "of TDP, times the root of the memory's busy share"),
    WM_REAL(wm_board_power, compute_frac, WM_UNIT_FRAC, 0.0,  3.0,    0.8,  "of TDP, times the arithmetic's busy share"),
    WM_REAL(wm_board_power, min_clock_frac, WM_UNIT_FRAC, 0.1, 1.0,   0.4,  "lowest core clock a power cap sets"),
    WM_FIELD_END,
};
/* Defaults are medians of the fitted accelerators, for those without published runs. */
static const struct wm_field training_fields[] = {
    WM_REAL(wm_training_rates, bf16_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.6, "16-bit matrix products over peak"),
    WM_REAL(wm_training_rates, fp8_frac,  WM_UNIT_FRAC, 0.01, 1.0, 0.5, "8-bit matrix products over peak"),
    WM_REAL(wm_training_rates, fp4_frac,  WM_UNIT_FRAC, 0.01, 1.0, 0.4, "4-bit matrix products over peak"),
    WM_REAL(wm_training_rates, attention_frac, WM_UNIT_FRAC, 0.01, 1.0, 0.33, "attention over the 16-bit peak"),
    WM_REAL(wm_training_rates, power_base_frac,    WM_UNIT_FRAC, 0.0, 1.0, 0.2, "of TDP while a job waits"),
    WM_REAL(wm_training_rates, power_memory_frac,  WM_UNIT_FRAC, 0.0, 3.0, 0.5, "of TDP, times the root of the memory's use"),
    WM_REAL(wm_training_rates, power_compute_frac, WM_UNIT_FRAC, 0.0, 3.0, 0.6, "of TDP, times the root of the arithmetic's use"),
    WM_FIELD_END,
};

static const struct wm_field fit_fields[] = {
    WM_INT(wm_accelerator_fit, points, 0, 1000000000, 0, "measured serving points its rates were fitted on; 0: those of its family, or datasheet and estimates"),
    WM_INT(wm_accelerator_fit, power_points, 0, 1000000000, 0, "of them with board power"),
    WM_FIELD_END,
};
const struct wm_field wm_accelerator_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_accelerator),
    WM_TEXT_REQ(wm_accelerator, vendor, "who makes it"),
    WM_TEXT_REQ(wm_accelerator, generation, "architecture"),
    WM_TEXT(wm_accelerator, silicon, "", "chip: parts of one share what was fitted; empty: no other part has it"),
    WM_INT_REQ(wm_accelerator, year, 2010, 2040, "year of first volume shipment"),
    WM_GROUP(wm_accelerator, bf16, rates_fields, "16-bit arithmetic"),
    WM_GROUP(wm_accelerator, fp8,  rates_fields, "8-bit floating point"),
    WM_GROUP(wm_accelerator, fp8_block, rates_fields, "8-bit floating point with a scale per block of 128 x 128 weights; without it, as fp8"),
    WM_GROUP(wm_accelerator, fp4,  rates_fields, "4-bit floating point (NVFP4, MXFP4)"),
    WM_GROUP(wm_accelerator, int8, rates_fields, "8-bit integers"),
    WM_GROUP(wm_accelerator, fp32, rates_fields, "32-bit floating point"),
    WM_REAL_REQ(wm_accelerator, mem_bytes, "mem_gb", WM_UNIT_GB, 1.0, 10000.0, "memory capacity"),
    WM_REAL_REQ(wm_accelerator, mem_bytes_per_s, "mem_tb_per_s", WM_UNIT_TB_PER_S, 0.05, 1000.0, "memory bandwidth, peak"),
    WM_REAL_REQ(wm_accelerator, scale_up_bytes_per_s, "scale_up_gb_per_s", WM_UNIT_GB_PER_S, 1.0, 100000.0, "scale-up link bandwidth per accelerator and direction"),
    WM_INT_REQ(wm_accelerator, scale_up_gpus, 1, 100000, "accelerators in one scale-up domain"),
    WM_REAL_AS(wm_accelerator, scale_out_bytes_per_s, "scale_out_gb_per_s", WM_UNIT_GB_PER_S, 0.0, 100000.0, 50.0, "scale-out bandwidth per accelerator and direction"),
    WM_GROUP(wm_accelerator, attention, attention_fields, "attention kernels"),
    WM_GROUP(wm_accelerator, elementwise, elementwise_fields, "norms, rotary embedding, activation, residual"),
    WM_GROUP(wm_accelerator, collective, collective_fields, "collectives over the scale-up links"),
    WM_GROUP(wm_accelerator, achieved, achieved_fields, "what serving reaches of isolated kernels"),
    WM_GROUP(wm_accelerator, training, training_fields, "what training reaches of the peaks"),
    WM_REAL_REQ(wm_accelerator, tdp_w, "tdp_w", WM_UNIT_W, 10.0, 10000.0, "thermal design power of the board"),
    WM_GROUP(wm_accelerator, power, power_fields, "board power while serving"),
    WM_INT_REQ(wm_accelerator, rack_gpus, 1, 10000, "accelerators per server or rack, the unit that is bought"),
    WM_REAL_REQ(wm_accelerator, rack_nameplate_w, "rack_nameplate_kw", WM_UNIT_KW, 0.1, 20000.0, "nameplate of that server or rack"),
    WM_REAL(wm_accelerator, max_q_frac, WM_UNIT_FRAC, 0.3, 1.0, 0.85, "nameplate under the efficiency profile (max_q) over the full one; default: estimate from B200 Max-Q, up to 15 % less energy at 97 % of the speed"),
    WM_REAL_REQ(wm_accelerator, host_idle_w, "host_idle_w", WM_UNIT_W, 0.0, 5000.0, "CPUs, NICs, switches, fans and shelf losses per accelerator when idle"),
    WM_REAL_REQ(wm_accelerator, host_busy_w, "host_busy_w", WM_UNIT_W, 0.0, 5000.0, "the same when busy"),
    WM_REAL(wm_accelerator, other_it_frac, WM_UNIT_FRAC, 0.0, 0.5, 0.03, "shared network, storage and head nodes over rack power"),
    WM_REAL(wm_accelerator, liquid_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of the heat that liquid takes"),
    WM_REAL(wm_accelerator, max_coolant_c, WM_UNIT_C, 10.0, 60.0, 45.0, "warmest coolant or inlet air allowed"),
    WM_REAL(wm_accelerator, rent_usd_per_gpu_h, WM_UNIT_USD_PER_GPU_H, 0.0, 1000.0, (double)NAN, "rent under a contract of three years, hall and power included (SemiAnalysis InferenceX constants of Sep 2026); left out: not known"),
    WM_REAL_REQ(wm_accelerator, it_capex_usd_per_gpu, "it_capex_usd_per_gpu", WM_UNIT_USD_PER_GPU, 0.0, 1e7, "all-in IT capital per accelerator: rack, network, storage, installation"),
    WM_REAL(wm_accelerator, failures_per_gpu_year, WM_UNIT_PER_YEAR, 0.0, 100.0, 0.173, "failures that stop a replica, per accelerator and year"),
    WM_REAL_AS(wm_accelerator, repair_s, "repair_h", WM_UNIT_H, 0.0, 8760.0, 4.0, "mean time to repair or swap in a spare"),
    WM_GROUP(wm_accelerator, fit, fit_fields, "what it was fitted on"),
    WM_FIELD_END,
};
// clang-format on

const struct wm_precision_rates *wm_accelerator_rates(const struct wm_accelerator *accelerator,
                                                      enum wm_precision precision)
{
    const struct wm_precision_rates *const rates[] = {
        [WM_BF16] = &accelerator->bf16, [WM_FP8] = &accelerator->fp8,
        [WM_FP4] = &accelerator->fp4,   [WM_INT4] = &accelerator->bf16,
        [WM_FP32] = &accelerator->fp32, [WM_INT8] = &accelerator->int8};
    WM_REQUIRE((int)precision >= 0 && precision < WM_N_PRECISIONS);
    return rates[precision];
}

enum wm_precision wm_compute_precision(const struct wm_accelerator *accelerator,
                                       enum wm_precision precision)
{
    if (precision != WM_INT4 && wm_accelerator_rates(accelerator, precision)->flop_per_s > 0.0)
        return precision;
    if (precision != WM_FP32 && accelerator->bf16.flop_per_s > 0.0)
        return WM_BF16;
    return accelerator->fp32.flop_per_s > 0.0 ? WM_FP32 : WM_N_PRECISIONS;
}

double wm_clock_power_frac(double clock_frac)
{
    WM_REQUIRE(clock_frac > 0.0 && clock_frac <= 1.0);
    const double voltage = fmax(voltage_floor_frac, clock_frac);
    return clock_frac * voltage * voltage;
}

double wm_clock_of_power(double power_frac)
{
    const double at_floor = voltage_floor_frac * voltage_floor_frac;
    WM_REQUIRE(power_frac >= 0.0 && power_frac <= 1.0);
    return power_frac > at_floor * voltage_floor_frac ? cbrt(power_frac) : power_frac / at_floor;
}
