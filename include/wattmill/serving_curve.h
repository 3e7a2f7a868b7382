/*
 * Serving curve: measured operating points of one replica, used instead of the step-time model.
 *
 * A point is a closed loop of `users` requests under way; between two points of a clock every
 * quantity is linear in their number, between two clocks linear in the clock, so that rates rise
 * wherever the measured ones do. Below the first point the replica shares its time between that
 * point and rest. Nothing is extrapolated: above the last point and below the lowest clock there is
 * no capacity. Power of prefill is not told from power of decoding: all is decoding.
 */
#ifndef WATTMILL_SERVING_CURVE_H
#define WATTMILL_SERVING_CURVE_H

#include <stddef.h>

/** One measured point; quantities of the whole replica. */
struct wm_curve_point {
    double users;              /* requests under way, > 0 */
    double out_tok_per_s;      /* > 0 */
    double tpot_s, tpot_p99_s; /* time per output token: mean, 99th percentile */
    double ttft_s, ttft_p99_s; /* time to first token, the same */
    double board_w;            /* of all accelerators */
};

/** Points of one clock in rising order of users. */
struct wm_curve_clock {
    double clock_frac; /* (0, 1] */
    const struct wm_curve_point *points;
    size_t n;
};

struct wm_serving_curve {
    const char *path;
    double gpus;                         /* of the replica */
    const struct wm_curve_clock *clocks; /* [n_clocks], fastest first */
    size_t n_clocks;
    double input_tok, output_tok; /* of a request when measured; NAN: not said */
};

/**
 * The curve at a load and clock.
 *
 * @param users  [0, wm_curve_most_users()]; board_w at 0 users is `rest_w`
 */
struct wm_curve_point wm_curve_at(const struct wm_serving_curve *curve, double users,
                                  double clock_frac, double rest_w);
/** Users of the last point at a clock, the smaller of two clocks between; 0 below the lowest. */
double wm_curve_most_users(const struct wm_serving_curve *curve, double clock_frac);

#endif
