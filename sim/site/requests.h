/*
 * The site at request resolution: every partition's replicas in router groups that serve each request,
 * for the window of `fidelity: "request"`.
 *
 * The year run's dispatch still decides clocks and what is shed at the door, from the table of
 * operating points; what is then drawn and served is measured, and goes to the same facility function
 * and the same accounts. Requests arrive as a Poisson process at the hour's rate, with prompts by the
 * class's quantiles and lognormal answers of its variation.
 *
 * Groups are served in parallel and summed in their order, so results do not hang on the threads. With
 * `window.sample_frac` below 1 some of them stand for all, which W909 says.
 *
 * A mixture of points becomes replicas at each point and parked ones; where no number of replicas meets
 * it within 2 %, one more works, or under a limit the whole number of them and the clock that make most with
 * the decided power. What is
 * drawn never exceeds the ceiling: where all at full load could, groups get budgets (request_group.h).
 *
 * Left out: batch work and jobs, which keep their operating points.
 */
#ifndef WM_RUN_REQUESTS_H
#define WM_RUN_REQUESTS_H

#include "account.h"
#include "flow.h"
#include "wattmill/stats.h"

struct wm_site_requests;

/** Fleets for all partitions that serve interactive requests; NULL with E301 when one cannot. */
struct wm_site_requests *wm_site_requests_new(struct wm_arena *arena,
                                              const struct wm_scenario *scenario,
                                              const struct wm_site_plan *plan,
                                              struct wm_diags *diags);
/** A new flow was found: its clocks and its shares served hold from now on. */
void wm_site_requests_decide(struct wm_site_requests *requests, const struct wm_site_flow *flow);
/** Serves the time [from_us, until_us) of the run and puts what was measured into `flow`. */
void wm_site_requests_measure(struct wm_site_requests *requests, const struct wm_instant *instant,
                              int64_t from_us, int64_t until_us, struct wm_site_flow *flow);
/** Requests still under way are waiting, not dropped. Once, at the end. */
void wm_site_requests_close(const struct wm_site_requests *requests, struct wm_account *account);
/** Whether a class is simulated so. */
bool wm_site_requests_has(const struct wm_site_requests *requests, size_t class);
/** Its latencies, weighted by output tokens as those of the year run are. */
void wm_site_requests_latency(const struct wm_site_requests *requests, size_t class,
                              struct wm_log_hist *ttft, struct wm_log_hist *tpot);

#endif
