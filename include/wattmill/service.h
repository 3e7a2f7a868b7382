/*
 * Service: what became of requests, by class, gathered while they are served.
 *
 * Latencies are integer nanoseconds in histograms of 0.8 % wide bins (interpolated: below 0.4 %
 * error), so that memory does not grow with the number of requests. Definitions:
 *
 *     TTFT = time the first token is computed - arrival (+ the API's constant latency)
 *     E2E  = time the last token is computed - arrival (+ the same)
 *     TPOT = (E2E - TTFT) / (output tokens - 1), of requests with two tokens or more
 *     SLO met: TTFT and TPOT both within the class's targets
 *
 * Always: tokens in = served + dropped + in flight.
 */
#ifndef WATTMILL_SERVICE_H
#define WATTMILL_SERVICE_H

#include "wattmill/arena.h"
#include "wattmill/request.h"

enum { WM_NS_HIST_MANTISSA_BITS = 7, WM_NS_HIST_BINS = (63 - WM_NS_HIST_MANTISSA_BITS + 1) << 7 };

/** Distribution of times in integer nanoseconds. */
struct wm_ns_hist {
    uint64_t n;
    int64_t max_ns;
    double sum_ns;
    uint64_t bins[WM_NS_HIST_BINS];
};
void wm_ns_hist_add(struct wm_ns_hist *latency, int64_t time_ns);
/** Quantile [s], interpolated in its bin; NAN when empty. @param prob [0, 1] */
double wm_ns_hist_quantile_s(const struct wm_ns_hist *latency, double prob);
/** Mean [s]; NAN when empty. */
double wm_ns_hist_mean_s(const struct wm_ns_hist *latency);

/** How a class is treated, and what it is promised. */
struct wm_class_policy {
    uint32_t priority;   /* 0 = served first; < WM_PRIORITIES */
    int64_t ttft_slo_ns; /* 0: no target */
    int64_t tpot_slo_ns;
    int64_t max_wait_ns; /* dropped when it has waited longer for a place in the batch; 0: never */
};
enum { WM_PRIORITIES = 4 };

struct wm_tok_count {
    uint64_t requests, input_tok, output_tok;
};

/** One class's account. */
struct wm_service_class {
    struct wm_class_policy policy;
    struct wm_tok_count arrived, served, dropped;
    uint64_t hit_tok; /* of served input, found in a prefix cache */
    uint64_t n_slo_met;
    uint64_t n_preempted;
    struct wm_ns_hist ttft, tpot, e2e, wait; /* wait: until the first place in a batch */
    /* number in the system over time, for Little's law and for the queue at the end */
    int64_t n_present;
    int64_t since_ns;
    double present_ns;
};

/** What happened to one request; given to whoever listens. */
struct wm_served {
    uint64_t id;
    uint32_t class_id;
    uint32_t worker; /* that finished it */
    uint32_t reader; /* that read its prompt, where others decode: its number from 1; else 0 */
    uint32_t input_tok, output_tok, hit_tok;
    uint64_t session;
    int64_t arrival_ns, first_ns, finish_ns;
    bool dropped;
};

struct wm_service {
    uint32_t n_classes;
    struct wm_service_class *classes;
    int64_t api_latency_ns; /* added to TTFT and E2E */
    int64_t warmup_ns;      /* requests that arrive before are counted, their latencies are not */
    void (*on_served)(void *context, const struct wm_served *served); /* may be NULL */
    void *context;
};

/** An empty account of `n_classes` classes (copied policies; NULL: all alike). */
struct wm_service *wm_service_new(struct wm_arena *arena, uint32_t n_classes,
                                  const struct wm_class_policy *policies);
void wm_service_arrived(struct wm_service *service, int64_t now_ns, const struct wm_request *r);
/** Served (first and finish times set) or dropped. */
void wm_service_left(struct wm_service *service, int64_t now_ns, const struct wm_served *served);
/** All classes of one kind of latency together. @param offset  of the member of wm_service_class */
const struct wm_ns_hist *wm_service_latency(struct wm_arena *arena,
                                            const struct wm_service *service, size_t offset);
/** Requests in flight and their tokens: arrived - served - dropped. */
struct wm_tok_count wm_service_in_flight(const struct wm_service_class *c);
/** Mean number in the system from 0 to `now_ns`. */
double wm_service_mean_present(const struct wm_service_class *c, int64_t now_ns);

#endif
