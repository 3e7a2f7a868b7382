/* Load of verb `replay` that is generated, and the batch tier beside it. */
#ifndef WATTMILL_CLI_REPLAY_LOAD_H
#define WATTMILL_CLI_REPLAY_LOAD_H

#include "cli.h"
#include "replay_report.h"
#include "wattmill/catalog.h"
#include "wattmill/trace.h"

/* As typed. */
struct replay_load {
    const char *class_name, *arrival, *shape, *mmpp, *input, *output, *batch_class;
    double rate, duration_s, cv, noise, shape_offset_h, tenant_skew, rank_corr;
    double turns, think_s, batch_rate, batch_deadline_s;
    int64_t tenants, users, context_cap_tok;
    bool cold_turns;
};

/* Options that need another, or exclude it. */
void replay_load_check(struct cli *cli, const struct replay_load *load, bool has_trace);
/* The requests of the load: a source, or users in a closed loop, and what the case knows of them. */
enum wm_status replay_load_make(struct cli *cli, const struct wm_catalog *catalog,
                                const struct replay_load *load, struct wm_replay_case *c,
                                struct replay_origin *from, struct wm_request_source *source);
/* The class of a trace that is batch work. */
enum wm_status replay_batch_class(struct cli *cli, const struct replay_load *load,
                                  const struct wm_trace_summary *s, struct wm_replay_case *c);

#endif
