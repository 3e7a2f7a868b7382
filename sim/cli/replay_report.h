/* What verb `replay` prints and writes of a replay that has run. */
#ifndef WATTMILL_CLI_REPLAY_REPORT_H
#define WATTMILL_CLI_REPLAY_REPORT_H

#include "cli.h"
#include "wattmill/output.h"
#include "wattmill/replay.h"

/* Where the requests come from, for the head of a report. */
struct replay_origin {
    const char *text, *format;
    const char *const *class_names;
    uint32_t n_classes;
};

struct replay_report {
    const struct wm_replay_case *c;
    const struct wm_replay *r;
    const struct replay_origin *from;
    const struct wm_replay_metric *metrics;
    size_t n_metrics;
    const struct wm_ns_hist *ttft, *tpot, *e2e; /* of all classes */
};

/* Prints a report to stdout in a form. */
void replay_print(struct cli *cli, const struct replay_report *report, enum wm_format format);
/* replay.json, metrics.csv and figures; false with a diagnostic. */
bool replay_write(struct wm_folder *folder, const struct replay_report *report);

/* requests.csv, a row when a request leaves; the file stays open while requests are served. */
struct replay_rows {
    FILE *file;
    const struct replay_origin *from;
    const struct wm_replay *r; /* what was chosen: groups a replica */
    int64_t api_latency_ns;
};
void replay_rows_head(const struct replay_rows *rows);
void replay_rows_add(void *rows, const struct wm_served *served);

#endif
