/*
 * Latencies of served requests: how they spread about their means.
 *
 * First token: reading the prompt takes a time by its length, and before that it waits. A server reads
 * prompts in rounds (iterations of an aggregated engine, passes of a prefill group). A round takes all that
 * arrived during the one before, as far as its budget of tokens goes, in order of arrival; a prompt longer
 * than the budget takes several. An aggregated engine decodes in every round, so rounds follow each other
 * for ever; a prefill group sleeps when nothing arrived. So this is a queue with gated batches, not one
 * with single services: who arrives waits for the rest of the round under way, then for the whole round
 * that reads his prompt together with what came before and after him.
 *
 * With Poisson arrivals at rate a, reading times S (moments s1, s2, s3) and a fixed time d per round, the
 * moments of a round's length D follow from D' = d + sum of S over the arrivals in D, for example
 *
 *     mean = d / (1 - a s1),   variance = a s2 mean / (1 - (a s1)^2)
 *
 * (with a term more for the prompt that wakes a server that slept). An arrival sees a round of length D*,
 * biased by length, at a uniform point U: he waits U D* + S of those in (1 - U) D* before him + what of
 * those in U D* behind him fits his round. Mean and variance of that are exact. Of its distribution, a
 * part is uniform, the rest of the time d that every round has; the remainder is zero with the chance that
 * no prompt was met, else a Gamma that makes up mean and variance.
 *
 * Between tokens: a token takes a round, and prompts of others make rounds longer; over n tokens these are
 * a compound Poisson sum, skewed when n is small.
 *
 * @par Source  Takagi, "Queueing Analysis" vol. 1, North-Holland 1991, sec. 2.4 and 5.1 (M/G/1 with gated
 *              service and vacations); Wilson, Hilferty, "The distribution of chi-square", PNAS 17(12) 1931,
 *              for quantiles of a Gamma
 */
#ifndef WATTMILL_SERVING_LATENCY_H
#define WATTMILL_SERVING_LATENCY_H

#include "wattmill/workload.h"

/** A shifted Gamma by its mean, standard deviation and skewness >= 0 (0: normal). */
struct wm_skewed {
    double mean, sigma, skew;
};
/** Value at a normal quantile `z`: mean + sigma (2 / skew) ((1 + skew z / 6 - skew^2 / 36)^3 - 1). */
double wm_skewed_at(const struct wm_skewed *x, double z);
/** Share below a value. */
double wm_skewed_below(const struct wm_skewed *x, double value);

/** Time of rounds until a prompt is read, by its length over the mean:
 *  fixed + linear x + square x^2 (attention) + per_round (ceil(x / budget) - 1). */
struct wm_reading {
    double fixed_s; /* once a round, by whom ever; beside decoding it may be < 0: part is free */
    double linear_s, square_s;
    double per_round_s;  /* what a further round costs beside the prompt's own tokens */
    double budget_ratio; /* tokens of a round over the mean prompt; 0: no limit */
};
double wm_reading_s(const struct wm_reading *reading, double ratio);

/** Moments of what prompts add to a round that is read in: of all of it (s) and of what fits behind
 *  another (b). */
struct wm_reading_moments {
    double s1, s2, s3, b1, b2;
    double once_s; /* what the first of a round adds beside: fixed_s */
};
struct wm_reading_moments wm_reading_moments(const struct wm_reading *reading,
                                             const struct wm_prompts *prompts);

/** Wait of a request: none, or with probability `prob` a uniform part up to `round_s` and, with
 *  probability `more_prob` of those, a Gamma. */
struct wm_wait {
    double prob, round_s, more_prob;
    double more_s, more_scv; /* mean and squared coefficient of variation of the Gamma */
};
/** Mean over all requests [s]. */
double wm_wait_mean_s(const struct wm_wait *wait);
/** Share of requests that wait no longer than `time_s`. */
double wm_wait_within(const struct wm_wait *wait, double time_s);

/**
 * Prompts of mean length on the busiest of `groups` attention groups that read `prompts` together, each of
 * them by the group that has least (lockstep: the round takes as long as that group):
 *
 *     1 + spread (H_k - 1) for k <= groups,   k / groups + spread (H_groups - 1) beyond
 *
 * Exact for exponential lengths (spread 1: the largest of k, and k dealt to the least loaded), for two prompts
 * of any lengths, and for alike ones (spread 0) that fill all groups. `prompts` up to 1 are one group's.
 *
 * @par Source  order statistics of exponential variables: David, Nagaraja, "Order Statistics", 3rd ed.,
 *              Wiley 2003, sec. 2.5; mean difference = Gini x 2 means
 */
double wm_busiest(double prompts, double groups, double spread);

/** A server of rounds. */
struct wm_rounds {
    double rate_per_s; /* prompts, Poisson */
    double round_s;    /* of a round beside what prompts add, > 0 */
    /* attention groups that read in lockstep, prompts of that spread; 0 and 1: one. Of what a prompt adds all
       groups do `shared_frac` together (experts), the rest adds as much as the busiest has */
    double groups, spread, shared_frac;
    /* of a pipeline, whose times are those of one stage: 0 and 1: none. When all are at work, a stage takes as long
       as the longest of what is in them, as `spread` has it */
    double stages;
};

/** Wait at a server that never sleeps. A load of 1 and more counts as 1 - 1e-6. */
struct wm_wait wm_wait_alone(const struct wm_rounds *server, const struct wm_reading_moments *m);

/**
 * The same for one of many servers behind a router that sends a request where fewest are under way. All
 * hold the same number or one less; who has one less gets the next, so that arrivals come at twice the
 * mean rate to half of the servers and then not before a request has left, which happens at ends of
 * rounds. So a round sees about as many arrivals whether it is long or short, and in it
 *
 *     P(arrival in D) = (1 - exp(-2 a D)) / 2,   his wait: the rest of D, and the others of his own round
 */
struct wm_wait wm_wait_balanced(const struct wm_rounds *server, const struct wm_reading *reading,
                                const struct wm_prompts *prompts);

/**
 * Wait before `n` servers that sleep without work, each prompt going to the least loaded: until it begins, and
 * for those that are read with it.
 *
 * One: as above, with the round that a prompt begins which found it asleep. Several: a birth and death chain in
 * the number of prompts that wait. While no server has more than one of them, the next waits when all servers
 * without are taken (Erlang's loss formula), for the rest of a round, and those that wait leave with the rounds
 * they wait for. Beyond, half of what a server has is read while the other half waits, for a server that ends
 * its round is the least loaded and gets all until it has as many as the others. So the more there are, the
 * nearer to the begin of a round one comes, and waits for the whole of it. A pipeline of p stages holds p prompts
 * before others wait, and reads 1 in p + 1 of those it has on each stage.
 *
 * @param server  rate_per_s of all servers together
 * @param m       of a prompt that is read alone
 */
struct wm_wait wm_wait_pooled(const struct wm_rounds *server, double n,
                              const struct wm_reading_moments *m);

/** What such a pool has at any rate, for many rates in turn: its states of waiting prompts as far as they were
 *  asked for. Large; only wm_wait_pool_of() need fill it. */
enum { WM_WAIT_STATES = 1024 };
struct wm_wait_pool {
    struct wm_rounds server; /* its rate is not read */
    struct wm_reading_moments m;
    double n, stages, full_s, alone_s;
    size_t n_states;
    struct wm_wait_state {
        double whole_s;        /* of a round */
        double per_round;      /* prompts that all servers read in one */
        double wait_s, square; /* of the next who comes */
    } states[WM_WAIT_STATES];
};
/** The pool of wm_wait_pooled(), into room of the caller's. */
void wm_wait_pool_of(struct wm_wait_pool *pool, const struct wm_rounds *server, double n,
                const struct wm_reading_moments *m);
/** The same wait, to the last bit, at a rate of prompts a second. */
struct wm_wait wm_wait_pool_at(struct wm_wait_pool *pool, double rate_per_s);

/** Share of prompts read within `time_s` times their patience, after a constant `base_s`; a class's prompts
 *  are `scale` times as long as the mean that `reading` knows. */
double wm_first_token_within(const struct wm_wait *wait, const struct wm_reading *reading,
                             const struct wm_prompts *prompts, double scale, double base_s,
                             double time_s);

/** Time between tokens. */
struct wm_pace {
    double mean_s;
    double once_s;               /* before the second token: KV moves, a step under way ends */
    double sigma_s;              /* by the batch, which changes slowly */
    double prompts;              /* read by others in the rounds of a token */
    double added2_s2, added3_s3; /* mean square and cube of what such a prompt adds */
};
/** Its mean over the answer of a request of `output_tok` tokens. */
struct wm_skewed wm_pace_over(const struct wm_pace *pace, double output_tok);
/** Share of requests whose mean is within `time_s`; answers lognormal. */
double wm_pace_within(const struct wm_pace *pace, double output_tok, double output_scv,
                      double time_s);
/** Length of answers that `prob` of the tokens are in shorter ones than, by its normal quantile `z`. */
double wm_answer_of_tokens(double output_tok, double output_scv, double z);

#endif
