/* What the cases share: the frame of a result, parts of the replay's and the frontier's files. */
#ifndef WM_CASES_PARTS_H
#define WM_CASES_PARTS_H

#include "wattmill/case.h"
#include "wattmill/replay.h"
#include "wattmill/trace.h"

/** Opens the result: name, case, inputs, document, metrics; members of the case's own follow. */
void case_json_begin(struct wm_json_writer *w, const struct wm_case_run *run);
/** Messages, stamp, end. */
void case_json_end(struct wm_json_writer *w, const struct wm_case_run *run);

/** A value that is not given, as models take it. */
static inline double case_or_zero(double value)
{
    return wm_is_set(value) ? value : 0.0;
}

/** A row of figures that are counted up as they are added. */
struct figure_list {
    struct wm_figure *items;
    size_t n;
};
void figure_add(struct figure_list *list, const char *key, const char *unit, double value,
                const char *doc);

/** A replay that has run. */
struct replay_outcome {
    struct wm_replay_case c;
    struct wm_replay r;
    const char *text, *format; /* where the requests came from */
    const char *const *class_names;
    uint32_t n_classes;
    const struct wm_ns_hist *ttft, *tpot, *e2e; /* of all classes */
};
/** Name of a class, "all" where requests have none. */
const char *replay_class_name(const struct replay_outcome *o, uint32_t i);
/** Requests that are generated: a source, or users in a closed loop, and what the case knows of them. */
struct wm_request_source replay_load_make(struct wm_arena *arena, const struct wm_replay_load *load,
                                          struct replay_outcome *o);
/** The class of a trace that is batch work. */
enum wm_status replay_batch_class(struct wm_arena *arena, const struct wm_replay_load *load,
                                  const struct wm_trace_summary *s, struct wm_replay_case *c,
                                  struct wm_diags *diags);
struct wm_figures replay_figures(struct wm_arena *arena, const void *outcome);
void replay_print(FILE *file, const struct wm_case_run *run, enum wm_format format,
                  const char *show);
void replay_json(FILE *file, const struct wm_case_run *run);
bool replay_put(struct wm_folder *folder, const struct wm_case_run *run);
/** requests.csv, a row when a request leaves; the file stays open while requests are served. */
struct replay_rows {
    FILE *file;
    const struct replay_outcome *o;
    int64_t api_latency_ns;
};
void replay_rows_head(const struct replay_rows *rows);
void replay_rows_add(void *rows, const struct wm_served *served);

/** One accelerator at one precision. */
struct series {
    struct wm_serving_case c;
    struct wm_frontier_site site[2]; /* of what decodes, of another kind that reads prompts */
    struct wm_frontier f;
    const char *name;
};
struct frontier_outcome {
    const struct series *items;
    size_t n;
};
/** Why a series has no point within the targets, in words of what was asked. */
const char *frontier_reason(struct wm_arena *arena, const struct series *s);
void frontier_print(FILE *file, const struct wm_case_run *run, enum wm_format format,
                    const char *show);
void frontier_json(FILE *file, const struct wm_case_run *run);
bool frontier_put(struct wm_folder *folder, const struct wm_case_run *run);

void train_print(FILE *file, const struct wm_case_run *run, enum wm_format format,
                 const char *show);

#endif
