/*
 * Request: one call of a language model, and a source of them in order of arrival.
 *
 * Times are int64 nanoseconds from the start of what is simulated. A source is a function and its
 * state: traces (trace.h) and generators (generate.h) are sources, and whatever serves requests
 * (replica.h) takes any of them.
 */
#ifndef WATTMILL_REQUEST_H
#define WATTMILL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#define WM_NS_PER_S 1000000000LL

/** Largest class id + 1 that statistics are kept for. */
enum { WM_CLASSES_MAX = 32 };

/** A call after a request, made when the one before is answered and its tool has run. */
struct wm_call {
    uint32_t input_tok, output_tok; /* as of a request */
    int64_t after_ns;               /* from the answer before */
};

struct wm_request {
    int64_t arrival_ns;
    uint32_t input_tok;  /* prompt, cached part included, >= 1 */
    uint32_t output_tok; /* answer, reasoning included, >= 1 */
    uint32_t hit_tok;    /* of the prompt, found in a prefix cache as the source says, <= input */
    uint32_t reasoning_tok;      /* of the answer, not shown to the user, <= output */
    uint32_t class_id;           /* < WM_CLASSES_MAX */
    uint32_t n_blocks;           /* prefix blocks of `block_tok` tokens named by `blocks` */
    uint32_t block_tok;          /* 0: the source names no blocks */
    uint32_t n_calls;            /* after it, of the same session (chains.h) */
    const uint64_t *blocks;      /* valid until the next request is taken from the source */
    uint64_t session;            /* conversation it belongs to, or 0 */
    const struct wm_call *calls; /* [n_calls], valid as long as the blocks */
};

struct wm_request_source {
    /** Takes the next request; false at the end. Arrivals never go back in time. */
    bool (*next)(void *self, struct wm_request *out);
    void *self;
};

#endif
