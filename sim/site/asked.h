/*
 * Asked: what is asked of each class, hour by hour.
 *
 *     asked = mean * shape(hour of the week) * growth * season * varied(hour),   less what moves away, with
 *     what moves here
 *
 * `varied` is the random part: exp(noise + growth's noise) * (1 + bursts), scaled once so that the demand of
 * the whole horizon is what it is without it. Noise is a normal process that forgets with noise_corr,
 * growth's noise a random walk, a burst comes at a random time and fades exponentially. Each purpose and
 * workload has a stream of its own, so a larger deviation stretches the same course.
 *
 * What nothing can serve yet, or any more, is not asked for; what would move to it stays.
 *
 * @par Source  Uhlenbeck, Ornstein, "On the theory of the Brownian motion", Phys. Rev. 36, 1930 (exact step);
 *              Rice, "Mathematical analysis of random noise", Bell Syst. Tech. J. 23, 1944 (shot noise)
 */
#ifndef WM_SITE_ASKED_H
#define WM_SITE_ASKED_H

#include "../plan/provision.h"

struct wm_asked;

/** @param scenario  of the run; of a window too, whose hours are then those of the horizon it is part of */
struct wm_asked *wm_asked_new(struct wm_arena *arena, const struct wm_scenario *scenario,
                              const struct wm_site_plan *plan);

/** Whether a class is asked for: its workload has begun and not ended, and its pool is there. */
bool wm_asked_is_on(const struct wm_asked *asked, size_t class, int64_t at_us);

/** Output asked for in the hour of `at_us` [tok/s], [n_classes]; zero of a class that is not on. */
void wm_asked_at(const struct wm_asked *asked, int64_t at_us, double *tok_per_s);

#endif
