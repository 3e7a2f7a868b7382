/* Benchmarks: what their rows do not state, because the benchmark's own rules or data sets say it. */
#ifndef WATTMILL_BENCHMARKS_H
#define WATTMILL_BENCHMARKS_H

#include <stdbool.h>

/** Mean prompt and answer of a data set [tok]; NAN where it is not known. */
double wm_usual_prompt_tok(const char *workload);
double wm_usual_answer_tok(const char *workload);

/** Whether the workload is an offline maximum: as many sequences as memory holds. */
/** How far a source is to be trusted in a fit [0..1]: 1 but for those whose authors or peers warn. */
double wm_source_trust(const char *source);
bool wm_is_offline(const char *workload);

/** Limits of a benchmark, 99th percentiles of requests [s]; NULL: none. */
struct wm_speed_limits {
    const char *has, *kind; /* words of the workload's name */
    double ttft_s, tpot_s;
};
const struct wm_speed_limits *wm_speed_limits(const char *workload);

#endif
