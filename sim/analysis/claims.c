/* The published claims and what is computed beside them. Sources as named in each row. */
#include "wattmill/suggest.h"

#include <math.h>
#include <string.h>

#include "claim_study.h"

struct row {
    const char *id, *claim, *conditions, *source, *unit;
    double low, high; /* published; NAN: no figure is published, or `compute` sets it */
    enum wm_evidence evidence;
    claim_fn compute;
    int arg;
    const char *drives;
    enum claim_spread spread; /* what of it is uncertain; nothing in an arithmetic row */
};

#define NONE ((double)NAN)

/* A figure > 1 within a factor; never wider than the claim itself, so that its sign must be met. */
#define ROOM(figure, factor)   ((figure) < (factor) ? (figure) : (factor))
#define WITHIN(figure, factor) (figure) / ROOM(figure, factor), (figure)*ROOM(figure, factor)

/* What a row tells about the model. */
#define INDEPENDENT WM_EVIDENCE_INDEPENDENT
#define IN_SAMPLE   WM_EVIDENCE_IN_SAMPLE
#define ARITHMETIC  WM_EVIDENCE_ARITHMETIC
#define CALIBRATED  WM_EVIDENCE_CALIBRATED

// clang-format off
static const struct row rows[] = {
    {"million-fold-serial", "tokens per MW rose a million-fold over six generations", "GPT-MoE 1.8T (estimate of its shape), 1155 tokens in, 211 out: P100 in FP16, eager software, eight to a stage, one sequence in all its stages; VR200 in FP4 as planned at any speed; MW of IT nameplate",
     "NVIDIA developer blog, 2026 (V); Pascal to Rubin is the likeliest set", "x", 1e6, 1e6, INDEPENDENT, claim_old_end, CLAIM_OLD_SERIAL,
     "how the old end is run: all stages but one wait; guesses (MTP) and software of 2026 are not in it", CLAIM_SPREAD_OLD_END},
    {"million-fold-slide", "the same, the old end as the vendor's own slide has it", "GPT-MoE 1.8T, 50 G tokens a year on 46,000 P100 over their IT nameplate; VR200 as above",
     "NVIDIA in BOND AI Trends, May 2025, p. 106 (V) against NVIDIA, 2026 (V)", "x", 1e6, 1e6, ARITHMETIC, claim_old_end, CLAIM_OLD_SLIDE,
     "the two statements of one vendor do not meet with these parts", CLAIM_SPREAD_SLIDE},
    {"million-fold-pipelined", "the same, the old end well pipelined", "GPT-MoE 1.8T (estimate of its shape), 1155 tokens in, 211 out: P100 in FP16, eager software, eight to a stage, one sequence in every stage; VR200 in FP4 as planned at any speed; MW of IT nameplate",
     "NVIDIA developer blog, 2026 (V); Pascal to Rubin is the likeliest set", "x", 1e6, 1e6, INDEPENDENT, claim_old_end, CLAIM_OLD_PIPELINED,
     "every stage works; weights are read for one sequence each", CLAIM_SPREAD_OLD_END},
    {"million-fold-full", "the same, the memory of the old end full", "GPT-MoE 1.8T (estimate of its shape), 1155 tokens in, 211 out: P100 in FP16, eager software, eight to a stage, as many sequences as it holds; VR200 in FP4 as planned at any speed; MW of IT nameplate",
     "NVIDIA developer blog, 2026 (V); Pascal to Rubin is the likeliest set", "x", 1e6, 1e6, INDEPENDENT, claim_old_end, CLAIM_OLD_FULL,
     "the fairest old end; slow for a user", CLAIM_SPREAD_OLD_END},
    {"million-fold-small", "the same on a model that both ends hold", "Llama-3.1-8B, 20 tok/s/user, narrowest format each has, P100 to VR200, MW of IT nameplate",
     "NVIDIA developer blog, 2026 (V); Pascal to Rubin is the likeliest set", "x", 1e6, 1e6, INDEPENDENT, claim_ladder, 0,
     "a small dense model: no memory to lack, no experts to spread", CLAIM_SPREAD_OLD_END},
    {"million-fold-kepler", "the same from Kepler", "Llama-3.1-8B, 20 tok/s/user, K80 in FP32 to VR200 in FP4",
     "NVIDIA developer blog, 2026 (V)", "x", 1e6, 1e6, INDEPENDENT, claim_ladder, 1,
     "as above; the K80 has no 16-bit arithmetic", CLAIM_SPREAD_OLD_END},
    {"billion-dollar-ladder", "Pascal to Blackwell, tokens of a 1 B$ data centre per MW", "GPT-MoE 1.8T (estimate of its shape), 1155 tokens in, 211 out: P100 in FP16, eager software, eight to a stage, one sequence in all its stages; GB200 in FP4 as planned at any speed; MW of IT nameplate",
     "NVIDIA in BOND AI Trends, May 2025, p. 106 (V), 46k GPUs on 37 MW to 11k on 21 MW (D)", "x", 48450.0, 48450.0, INDEPENDENT, claim_old_end, CLAIM_OLD_LADDER,
     "above even an old end that works on one sequence at a time", CLAIM_SPREAD_OLD_LADDER},
    {"peak-flop-per-watt", "peak FLOP/W, Kepler to Rubin", "catalogue: narrowest format over TDP, K40 to VR200",
     "datasheets (D)", "x", 1190.0, 1520.0, ARITHMETIC, claim_peak_per_watt, 0, "which of the disputed FP4 peaks and TDPs of Rubin is taken", CLAIM_SPREAD_NONE},
    {"peak-flop-per-watt-pascal", "peak FLOP/W, Pascal to Blackwell", "catalogue, P100 to GB200", "datasheets (D)", "x", 118.0, 118.0, ARITHMETIC, claim_peak_per_watt, 1, "", CLAIM_SPREAD_NONE},
    {"bandwidth-per-watt", "memory bandwidth per W, Kepler to Rubin", "catalogue, K40 to VR200", "datasheets (D)", "x", 7.8, 10.0, ARITHMETIC, claim_bandwidth_per_watt, 0, "", CLAIM_SPREAD_NONE},
    {"bandwidth-per-watt-pascal", "memory bandwidth per W, Pascal to Blackwell", "catalogue, P100 to GB200", "datasheets (D)", "x", 2.7, 2.7, ARITHMETIC, claim_bandwidth_per_watt, 1, "", CLAIM_SPREAD_NONE},

    {"hopper-blackwell-batch-1", "at batch 1 a B200 is no faster than an H200", "Qwen3-32B BF16, 8 GPUs, one sequence",
     "vllm-project/vllm issue 18725 (user measurement, QwQ-32B)", "x", 0.8, 1.6, INDEPENDENT, claim_batch_one, 0, "memory bandwidth against launch overheads and all-reduce latency", CLAIM_SPREAD_PER_GPU},
    {"hopper-blackwell-energy", "J per token at equal latency, H100 over B200, median", "nine models, chat and reasoning, at 50, 100, 250 ms a token, boards alone, vLLM 0.11",
     "ML.ENERGY v3.0, arXiv 2601.22076 (M), 72 pairs", "x", 1.3, 1.8, IN_SAMPLE, claim_equal_latency_energy, 0, "which models and lengths are in the set", CLAIM_SPREAD_ENERGY},
    {"energy-batch-r1", "J per token, batch 8 over 128", "DeepSeek-R1 FP8, 8 B200, boards alone, vLLM 0.11", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(4.15, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_BATCH_R1, "experts touched by a batch; how experts and attention were split", CLAIM_SPREAD_ENERGY},
    {"energy-batch-v3", "J per token, batch 8 over 3,072", "DeepSeek-V3.1 FP8, 8 B200", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(14.0, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_BATCH_V31, "as above", CLAIM_SPREAD_ENERGY},
    {"energy-batch-405b", "J per token, batch 8 over 256, dense", "Llama-3.1-405B FP8, 8 H100", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(6.78, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_BATCH_405, "launches and collectives at small batches", CLAIM_SPREAD_ENERGY},
    {"energy-batch-70b", "J per token, batch 8 over 2,048, dense", "Llama-3.1-70B BF16, 2 B200", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(18.8, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_BATCH_70, "power of a full board", CLAIM_SPREAD_ENERGY},
    {"energy-small-mixture", "J per token at best, dense 32B over 30B-A3B", "Qwen3 BF16, reasoning, one B200", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(3.56, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_DENSE_OVER_SMALL, "attention of long answers, the same for both", CLAIM_SPREAD_ENERGY},
    {"energy-large-mixture", "J per token, 235B-A22B over dense 32B", "Qwen3 BF16, reasoning, 8 B200 against one", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(2.03, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_LARGE_OVER_DENSE, "weights that take eight accelerators to hold", CLAIM_SPREAD_ENERGY},
    {"energy-memory-235b", "J per token at best, H100 over B200, where memory limits the batch", "Qwen3-235B-A22B BF16, 8 accelerators, batch 32 against 512", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(5.69, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_MEMORY_235, "as above", CLAIM_SPREAD_ENERGY},
    {"energy-generation-oss", "J per token at best, H100 over B200", "gpt-oss-120b MXFP4, reasoning, 2 H100 against one B200", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(2.15, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_GENERATION_OSS, "kernels for MXFP4 on Hopper", CLAIM_SPREAD_ENERGY},
    {"energy-generation-405b-8", "J per token at batch 8, H100 over B200", "Llama-3.1-405B FP8, 8 against 4", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(1.075, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_GENERATION_405_8, "", CLAIM_SPREAD_ENERGY},
    {"energy-generation-70b-8", "J per token at batch 8, H100 over B200", "Llama-3.1-70B BF16, 4 against 2", "ML.ENERGY v3, arXiv 2601.22076 (M)", "x", WITHIN(1.053, 1.3), IN_SAMPLE, claim_energy_ratio, CLAIM_GENERATION_70_8, "", CLAIM_SPREAD_ENERGY},
    {"hopper-blackwell-oss-90", "gpt-oss-120B at 90 tok/s/user, B200 over H100 per MW", "MXFP4, 1k in, 1k out, one server, TensorRT-LLM", "SemiAnalysis InferenceMAX v1, Oct 2025 (3P)", "x", 3.1 * 0.7, 3.1 * 1.3, INDEPENDENT, claim_per_mw_ratio, CLAIM_OSS_90, "kernels for MXFP4 on Hopper; nameplate of rack against their all-in kW", CLAIM_SPREAD_PER_MW},
    {"hopper-blackwell-oss-180", "the same at 180 tok/s/user", "MXFP4, 1k in, 1k out, one server, TensorRT-LLM", "SemiAnalysis InferenceMAX v1, Oct 2025 (3P)", "x", 7.0 * 0.7, 7.0 * 1.3, INDEPENDENT, claim_per_mw_ratio, CLAIM_OSS_180, "how near Hopper is to its fastest speed", CLAIM_SPREAD_PER_MW},
    {"hopper-blackwell-r1-volume", "DeepSeek-R1 at peak volume, GB300 over H200 per MW", "FP4 against FP8, 8k in, 1k out, 5 tok/s/user or more", "SemiAnalysis InferenceX, Apr 2026 (3P)", "x", 4.8 * 0.75, 6.1 * 1.25, INDEPENDENT, claim_per_mw_ratio, CLAIM_R1_PEAK, "the two rows are not at equal latency", CLAIM_SPREAD_PER_MW},
    {"hopper-blackwell-r1-30", "DeepSeek-R1 at 30 tok/s/user, GB200 over H200 per MW", "FP4 without MTP, disaggregated, against FP8 on one server, 8k in, 1k out", "SemiAnalysis InferenceMAX v1, Oct 2025 (3P)", "x", 8.0 * 0.7, 8.0 * 1.3, INDEPENDENT, claim_per_mw_ratio, CLAIM_R1_30, "wide expert parallelism on 72 against 8", CLAIM_SPREAD_PER_MW},
    {"hopper-blackwell-edge-mw", "DeepSeek-R1 at Hopper's edge, GB300 over H200 per MW", "FP4 and MTP (one guess, 87.5 % accepted) against FP8 without, at 90 % of the fastest speed of an H200", "NVIDIA on InferenceX data (V on 3P)", "x", 25.0, 100.0, INDEPENDENT, claim_per_mw_ratio, CLAIM_R1_EDGE_MW, "the ratio rises steeply towards the edge; theirs may check up to three guesses", CLAIM_SPREAD_PER_MW},
    {"hopper-blackwell-edge-gpu", "the same per GPU", "as above", "NVIDIA on InferenceX data (V on 3P)", "x", 32.5, 130.0, INDEPENDENT, claim_per_mw_ratio, CLAIM_R1_EDGE_GPU, "as above", CLAIM_SPREAD_PER_GPU},
    {"hopper-blackwell-r1-116", "DeepSeek-R1 at 116 tok/s/user, GB300 over H100 per GPU", "FP4 against FP8, MTP (one guess, 87.5 % accepted) on both", "SemiAnalysis InferenceX v2, Feb 2026 (3P)", "x", 49.0, 200.0, INDEPENDENT, claim_per_mw_ratio, CLAIM_R1_116, "an H100 server does not hold R1 in FP8: here two hold it, their experts sliced, eight users at once and prompts read by what they need; theirs are 32 to 64 accelerators for a few users", CLAIM_SPREAD_PER_GPU},
    {"mtp-speed", "one guess a step raises tokens per second 1.8 times", "DeepSeek-R1 FP8, 8 H800, 8 sequences, 87.5 % accepted", "DeepSeek-V3, arXiv:2412.19437, section 5.4.3 (M): 85 to 90 % accepted", "x", 1.8, 1.8, INDEPENDENT, claim_draft_speed, 8, "a mixture of experts touches more of them for the guesses; their batch is not said", CLAIM_SPREAD_CHANGE},
    {"mtp-gain-h200", "MTP multiplies what H200 in FP8 makes with DeepSeek-R1 at 50 tok/s/user", "8k in, 1k out, prefill apart; one guess, 87.5 % accepted", "SemiAnalysis InferenceX, database of Jul 2026 (3P): fronts without and with MTP, each interpolated (log-log) at 50 tok/s/user", "x", NONE, NONE, IN_SAMPLE, claim_draft_gain, CLAIM_MTP_H200, "theirs check up to three guesses, and the points of a front differ in software and date; most of these points are in the fit", CLAIM_SPREAD_CHANGE},
    {"mtp-gain-mi355x", "MTP multiplies what MI355X in FP4 makes with DeepSeek-R1 at 50 tok/s/user", "8k in, 1k out, prefill apart; one guess, 87.5 % accepted", "SemiAnalysis InferenceX, database of Jul 2026 (3P): fronts without and with MTP, each interpolated (log-log) at 50 tok/s/user", "x", NONE, NONE, IN_SAMPLE, claim_draft_gain, CLAIM_MTP_MI355X, "theirs check up to three guesses, and the points of a front differ in software and date; most of these points are in the fit", CLAIM_SPREAD_CHANGE},
    {"mtp-gain-b200", "MTP multiplies what B200 in FP4 makes with DeepSeek-R1 at 54 tok/s/user", "8k in, 1k out, prefill apart; one guess, 87.5 % accepted", "SemiAnalysis InferenceX, database of Jul 2026 (3P): fronts without and with MTP, each interpolated (log-log) at 54 tok/s/user", "x", NONE, NONE, IN_SAMPLE, claim_draft_gain, CLAIM_MTP_B200, "theirs check up to three guesses, and the points of a front differ in software and date; most of these points are in the fit", CLAIM_SPREAD_CHANGE},
    {"mtp-gain-gb200", "MTP multiplies what GB200 in FP4 makes with DeepSeek-R1 at 50 tok/s/user", "8k in, 1k out, prefill apart; one guess, 87.5 % accepted", "SemiAnalysis InferenceX, database of Jul 2026 (3P): fronts without and with MTP, each interpolated (log-log) at 50 tok/s/user", "x", NONE, NONE, IN_SAMPLE, claim_draft_gain, CLAIM_MTP_GB200, "theirs check up to three guesses, and the points of a front differ in software and date; most of these points are in the fit", CLAIM_SPREAD_CHANGE},
    {"hopper-blackwell-v4-100", "DeepSeek V4 Pro, agents at 100 tok/s/user, GB300 over H200 per MW", "64k context, 95 % cached, MTP (one guess, 87.5 % accepted)", "SemiAnalysis AgentX, Sep 2026 (3P)", "x", 12.6 * 0.6, 12.6 * 1.4, INDEPENDENT, claim_per_mw_ratio, CLAIM_V4_100, "lengths and cache hits of their agents are not public", CLAIM_SPREAD_PER_MW},
    {"blackwell-rubin-v4-100", "the same, VR200 over GB300 per MW", "64k context, 95 % cached, both FP4, MTP as above", "SemiAnalysis AgentX, Sep 2026 (3P)", "x", 2.09, 2.72, INDEPENDENT, claim_per_mw_ratio, CLAIM_V4_RUBIN_100, "Rubin's software was not released", CLAIM_SPREAD_RUBIN_PER_MW},

    {"power-40-percent-a", "power is 60 to 67 % of a facility's cash cost", "reference site, definition A", "IDC 2024, service providers 60 %; Epoch AI, May 2026, 1 GW, 67 % (3P)", "%", 60.0, 67.0, INDEPENDENT, claim_power_share, WM_OPEX_A, "how full the site is: fixed lines are spread over fewer MWh", CLAIM_SPREAD_SHARE_CASH},
    {"power-40-percent", "power can be 40 % of an AI factory's OpEx", "reference site, definition B", "NVIDIA developer blog, June 2026 (V), no definition given", "%", 26.0, 52.0, CALIBRATED, claim_power_share, WM_OPEX_B, "assumed ledger; evidence spans 26-52 %", CLAIM_SPREAD_SHARE_CASH},
    {"power-40-percent-c", "power is 25 to 30 % of a colocation tenant's bill", "reference site flooded with demand (full load), definition C", "colocation bills (D)", "%", 25.0, 30.0, INDEPENDENT, claim_power_share, WM_OPEX_C, "rent per kW", CLAIM_SPREAD_SHARE_RENT},
    {"power-40-percent-d", "power is 7 % with depreciation", "reference site, definition D", "Epoch AI, May 2026: 0.6 of 8.5 B$/yr (3P)", "%", 5.5, 9.1, INDEPENDENT, claim_power_share, WM_OPEX_D, "price and life of IT", CLAIM_SPREAD_SHARE_TOTAL},
    {"power-40-percent-e", "power is 5.5 to 9.1 % of annualised total cost", "reference site flooded with demand (full load), definition E at 80 USD/MWh, the middle of the range", "SemiAnalysis: 9.6 B$/GW-yr at 60 to 100 USD/MWh and full load (D)", "%", 5.5, 9.1, INDEPENDENT, claim_power_share, WM_OPEX_E, "cost of capital and of IT", CLAIM_SPREAD_SHARE_TOTAL},
    {"power-40-percent-price", "40 % of total cost would need 650 to 700 USD/MWh", "reference site flooded with demand (full load), definition E, all-in price", "on SemiAnalysis' 9.6 B$/GW-yr at full load (D)", "USD/MWh", 650.0, 700.0, INDEPENDENT, claim_break_even, WM_OPEX_E, "the cost per MW, and how much of its contract even a full site draws", CLAIM_SPREAD_COST},

    {"revenue-per-mw-rental", "an AI cloud earns 10 to 12 M$ per MW-year", "reference site sells GPU-hours: every GB300 reserved at 3.96 USD/GPU-h (three-year rent, SemiAnalysis, Apr 2026)", "SemiAnalysis (3P)", "M$/MW-yr", 10.0, 12.0, INDEPENDENT, claim_rental, 0, "rents (5.00 by Sep 2026); what of the hours is sold; older accelerators in the clouds' fleets", CLAIM_SPREAD_RENT},
    {"revenue-per-mw-gb300", "GB300 sells tokens for 115 M$ per MW-year", "DeepSeek V4 Pro, agents at 75 tok/s/user, 60 % of capacity sold at list price; 64k context, 95 % cached, FP4, MTP (one guess, 87.5 % accepted); PUE of the reference site", "SemiAnalysis, 14 Sep 2026 (3P): 114.9 B$/GW-yr", "M$/MW-yr", WITHIN(114.9, 1.3), INDEPENDENT, claim_token_revenue, CLAIM_TOKENS_GB300, "price deck: prices fell in Aug 2026, and which they took is not known; lengths and cache hits of their agents", CLAIM_SPREAD_TOKENS},
    {"revenue-per-mw-vr200", "the same on Rubin, 160 M$", "as above, VR200", "SemiAnalysis, 14 Sep 2026 (3P): 159.5 B$/GW-yr", "M$/MW-yr", WITHIN(159.5, 1.3), INDEPENDENT, claim_token_revenue, CLAIM_TOKENS_VR200, "as above", CLAIM_SPREAD_RUBIN_TOKENS},
    {"revenue-rubin-blackwell", "Rubin over GB300, revenue per MW at 75 tok/s/user", "as above; prices cancel", "SemiAnalysis, 14 Sep 2026 (3P): +39 %", "x", WITHIN(1.39, 1.3), INDEPENDENT, claim_token_revenue, CLAIM_TOKENS_GAIN, "Rubin's software was not released", CLAIM_SPREAD_RUBIN_PER_MW},
    {"deepseek-day-revenue", "DeepSeek's day would earn 562,027 USD", "catalogue deck, published tokens", "deepseek-ai/open-infra-index day 6 (M)", "USD", 562027.0, 562027.0, ARITHMETIC, claim_deepseek_day, CLAIM_DAY_REVENUE, "published token counts are rounded", CLAIM_SPREAD_NONE},
    {"deepseek-day-profit", "its profit over cost is 545 %", "226.75 nodes of 8 at 2 USD/GPU-h", "deepseek-ai/open-infra-index day 6 (M)", "%", 545.0, 545.0, ARITHMETIC, claim_deepseek_day, CLAIM_DAY_MARKUP, "all tokens billed at R1's list price", CLAIM_SPREAD_NONE},
    {"deepseek-day-per-mw", "its revenue per MW-year, all billed", "H800 servers at nameplate, PUE of the reference site", "at 1.37 to 1.73 kW per GPU (D)", "M$/MW-yr", 65.0, 83.0, ARITHMETIC, claim_deepseek_day, CLAIM_DAY_PER_MW, "kW per GPU", CLAIM_SPREAD_PER_KW},
    {"deepseek-day-power", "power over its cost at 60 USD/MWh", "as above", "at 1.37 to 1.73 kW per GPU (D)", "%", 4.1, 5.2, ARITHMETIC, claim_deepseek_day, CLAIM_DAY_POWER, "kW per GPU", CLAIM_SPREAD_KW},

    {"few-percent-cost", "20 % fewer tokens per MW cost less than 4 % of total cost", "tenant of the reference site: hall and power are all that a MW costs", "SemiAnalysis InferenceMAX v1 (3P)", "%", 0.0, 4.0, INDEPENDENT, claim_few_percent, CLAIM_TCO_OF_20_PERCENT, "true where capital limits: tokens are then bought with accelerators, not with MW", CLAIM_SPREAD_HALL},
    {"few-percent-bound", "+1 % tokens per MW where all that is made can be sold", "reference site flooded with demand", "NVIDIA: a few percent per MW is meaningful (V), no figure", "M$/MW-yr", NONE, NONE, INDEPENDENT, claim_few_percent, CLAIM_ONE_PERCENT_BOUND, "every MW earns its revenue; at 1 GW times 1,000", CLAIM_SPREAD_NONE},
    {"few-percent-slack", "the same where demand limits", "reference site as it is", "NVIDIA: a few percent per MW is meaningful (V), no figure", "M$/MW-yr", NONE, NONE, INDEPENDENT, claim_few_percent, CLAIM_ONE_PERCENT_SLACK, "nobody buys the tokens; it saves energy and capital instead", CLAIM_SPREAD_NONE},

    {"max-lps-gpus", "MaxLPS holds 40 to 45 % more GPUs under a ceiling", "VR200 at 2.3 kW (its rack and PUE make 3.64 kW per GPU, as theirs), DeepSeek-R1 chat at full load, max_lps over max_p, guard 5 %",
     "NVIDIA, 2 June 2026 (V): 274,968 to 399,096 at 1 GW; Nscale evaluation, up to 40 % (VM)", "x", 1.40, 1.45, INDEPENDENT, claim_max_lps, CLAIM_LPS_GPUS, "how far the rack's nameplate lies above its draw at full load of this mix", CLAIM_SPREAD_DRAW},
    {"max-lps-revenue", "and earns 33 % more", "as above, all that is made is sold", "NVIDIA, 2 June 2026 (V): 201 to 267 B$", "x", 1.33, 1.33, INDEPENDENT, claim_max_lps, CLAIM_LPS_REVENUE, "clocks under the cap; their revenue per GPU falls by 8.5 %", CLAIM_SPREAD_DRAW},

    {"power-cap-75", "a cap at 75 % costs 6.9 % of inference", "Llama-3.1-8B on A100, vLLM, at its capacity batch", "Emerald AI, arXiv 2507.00909 (M), 256 GPUs of 400 W", "%", WITHIN(6.9, 1.3), INDEPENDENT, claim_power_cap, CLAIM_CAP_A100_75, "how much of the load is bound by memory, which a cap does not slow", CLAIM_SPREAD_CAP},
    {"power-cap-50", "a cap at 50 % costs 21.9 % of inference", "as above", "Emerald AI, arXiv 2507.00909 (M)", "%", WITHIN(21.9, 1.3), INDEPENDENT, claim_power_cap, CLAIM_CAP_A100_50, "voltage floor; above", CLAIM_SPREAD_CAP},
    {"max-q", "Max-Q takes 15 % off the power of a B200 and costs at most 3 % of speed", "Llama-3.1-8B in BF16 on B200, vLLM, at its capacity batch, boards held to 85 % of what they draw at full clock", "NVIDIA developer blog on power profiles (V)", "%", 0.0, 3.0, INDEPENDENT, claim_power_cap, CLAIM_MAX_Q_B200, "how steeply power rises with the clock near its top; their profile moves memory clocks too", CLAIM_SPREAD_CAP},
};
// clang-format on
#define N_ROWS (sizeof rows / sizeof *rows)

bool claim_is_met(const struct wm_claim *c, double value)
{
    const double low = c->published_low, high = c->published_high;
    const double room_frac = high - low < 1e-9 * high ? 0.1 : 0.0; /* of a single figure */
    return value >= low * (1.0 - room_frac) && value <= high * (1.0 + room_frac);
}

static const char *verdict(struct wm_arena *arena, struct wm_claim *c)
{
    if (isnan(c->computed))
        return "cannot be computed";
    if (isnan(c->published_high))
        return "no figure published";
    /* how far off is told from the figure itself */
    const double low = c->published_low, high = c->published_high;
    c->agrees = claim_is_met(c, c->computed);
    if (c->agrees)
        return c->evidence == CALIBRATED ? "within the evidence, 26-52 %" : "agrees";
    if (c->computed <= 0.0)
        return "not supported: there is none";
    const bool above = c->computed > high;
    const double factor = above ? c->computed / high : low / c->computed;
    const char *const way = above ? "higher" : "lower";
    if (factor < 1.25)
        return wm_arena_printf(arena, "%.0f %% %s",
                               fmax(1.0, 100.0 * (above ? factor - 1.0 : 1.0 - 1.0 / factor)), way);
    return wm_arena_printf(
        arena, factor < 2.0 ? "same order, %.2g times %s" : "not supported: %.3g times %s", factor,
        way);
}

static void compute(struct study *s, const struct row *r, struct wm_claim *c)
{
    s->why = "";
    s->published = (double)NAN;
    *c = (struct wm_claim){.id = r->id,
                           .claim = r->claim,
                           .conditions = r->conditions,
                           .source = r->source,
                           .unit = r->unit,
                           .published_low = r->low,
                           .published_high = r->high,
                           .evidence = r->evidence,
                           .drives = r->drives};
    c->computed = r->compute(s, r->arg);
    if (isfinite(s->published)) {
        c->published_low = s->published / ROOM(s->published, 1.3);
        c->published_high = s->published * ROOM(s->published, 1.3);
    }
    c->why = isnan(c->computed) ? (s->why[0] != 0 ? s->why : "it does not run") : "";
    c->verdict = verdict(s->arena, c);
    claim_draw(s, r->spread, c);
}

static bool is_one(const char *only)
{
    for (size_t i = 0; only != NULL && i < N_ROWS; i++)
        if (strcmp(only, rows[i].id) == 0)
            return true;
    return false;
}

/* "million-fold" names all rows that begin with "million-fold-". */
static bool is_of(const char *group, const char *id)
{
    const size_t n = strlen(group);
    return n > 0 && strncmp(group, id, n) == 0 && id[n] == '-';
}

/* A row's name, and the groups that begin with it. */
static void offer(struct wm_arena *arena, struct wm_suggest *near, size_t i)
{
    const char *const id = rows[i].id;
    wm_suggest_offer(near, id);
    for (const char *dash = strchr(id, '-'); dash != NULL; dash = strchr(dash + 1, '-')) {
        const size_t n = (size_t)(dash - id);
        if (i == 0 || strncmp(rows[i - 1].id, id, n + 1) != 0)
            wm_suggest_offer(near, wm_arena_printf(arena, "%.*s", (int)n, id));
    }
}

enum wm_status wm_claims_compute(struct wm_arena *arena, const char *only,
                                 wm_claims_progress_fn progress, void *context,
                                 struct wm_claims *out, struct wm_diags *diags)
{
    struct study s = {.arena = arena, .diags = diags, .why = ""};
    const enum wm_status status = wm_catalog_load(arena, &s.catalog, diags);
    *out = (struct wm_claims){.items = WM_NEW_ARRAY(arena, struct wm_claim, N_ROWS)};
    if (status != WM_OK)
        return status;
    struct wm_suggest near = wm_suggest_init(only != NULL ? only : "");
    const bool is_row = is_one(only);
    for (size_t i = 0; i < N_ROWS; i++) {
        offer(arena, &near, i);
        if (only != NULL && !(is_row ? strcmp(only, rows[i].id) == 0 : is_of(only, rows[i].id)))
            continue;
        compute(&s, &rows[i], &out->items[out->n++]);
        if (progress != NULL)
            progress(context, i + 1, N_ROWS);
    }
    out->parts = s.parts;
    out->n_parts = s.n_parts;
    if (only == NULL || out->n > 0)
        return WM_OK;
    wm_diag_add(diags, WM_E101, NULL, NULL, "claims: no claim \"%s\"%s", only,
                wm_suggest_text(arena, &near));
    return WM_USAGE;
}
