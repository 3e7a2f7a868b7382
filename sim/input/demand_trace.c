/*
 * Demand from a trace: how many requests, how long, at which hours. Read once, request by request;
 * prompt lengths pass through a histogram of 1 % wide bins, so memory does not grow with the file.
 *
 * Hours are counted from the first row, hour 0 of the demand shape; an hour that the trace saw for
 * less than half is taken as its mean. Prefix blocks by name count in `replay` alone: here only hits
 * that the trace states do.
 */
#include <math.h>
#include <string.h>

#include "wattmill/input.h"
#include "wattmill/scenario.h"
#include "wattmill/stats.h"
#include "wattmill/trace.h"
#include "wattmill/workload.h"

struct sums {
    double n, input, output, output_square, hit;
    double arrivals[WM_HOURS_PER_WEEK];
    struct wm_log_hist prompts;
};

static void add(struct sums *s, const struct wm_request *r)
{
    const int64_t hour = r->arrival_ns / (3600 * WM_NS_PER_S);
    s->n += 1.0;
    s->input += (double)r->input_tok;
    s->output += (double)r->output_tok;
    s->output_square += (double)r->output_tok * (double)r->output_tok;
    s->hit += (double)r->hit_tok;
    s->arrivals[hour % WM_HOURS_PER_WEEK] += 1.0;
    /* the histogram ends at 1e5: lengths in thousands */
    wm_log_hist_add(&s->prompts, 1e-3 * (double)r->input_tok, 1.0);
}

/* Time that the trace spent in an hour of the week. */
static double seen_s(double length_s, int hour)
{
    const double week_s = 3600.0 * WM_HOURS_PER_WEEK;
    const double weeks = floor(length_s / week_s);
    const double rest_s = length_s - weeks * week_s - 3600.0 * hour;
    return 3600.0 * weeks + fmin(3600.0, fmax(0.0, rest_s));
}

static void fill_shape(const struct sums *s, double length_s, struct wm_shape *shape)
{
    const double mean = s->n / length_s;
    double sum = 0.0;
    for (int h = 0; h < WM_HOURS_PER_WEEK; h++) {
        const double time_s = seen_s(length_s, h);
        shape->hourly[h] = time_s >= 1800.0 ? s->arrivals[h] / time_s / mean : 1.0;
        sum += shape->hourly[h];
    }
    for (int h = 0; h < WM_HOURS_PER_WEEK; h++)
        shape->hourly[h] *= WM_HOURS_PER_WEEK / sum;
}

static void fill_class(const struct sums *s, struct wm_workload_class *class)
{
    const double mean_out = s->output / s->n;
    class->input_tok = s->input / s->n;
    class->output_tok = mean_out;
    class->output_scv = fmax(0.0, s->output_square / s->n / (mean_out * mean_out) - 1.0);
    class->cached_frac = s->hit / s->input;
    for (int i = 0; i < WM_PROMPT_QUANTILES; i++)
        class->input_quantiles_tok[i] = 1e3 * wm_log_hist_quantile(&s->prompts, wm_prompt_probs[i]);
}

static struct wm_demand_trace *sum_up(struct wm_arena *arena, const char *path,
                                      struct wm_trace *trace)
{
    struct sums *const s = WM_NEW(arena, struct sums);
    const struct wm_request_source source = wm_trace_source(trace);
    struct wm_request r;
    while (source.next(source.self, &r))
        add(s, &r);
    const double length_s = fmax(1e-9, 1e-9 * (double)wm_trace_summary(trace)->last_ns);
    struct wm_demand_trace *const d = WM_NEW(arena, struct wm_demand_trace);
    d->requests_per_s = s->n / length_s;
    d->class.head.name = d->shape.head.name = path;
    fill_class(s, &d->class);
    fill_shape(s, length_s, &d->shape);
    return d;
}

const void *wm_demand_trace_load(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    const struct wm_trace_options all = {0};
    struct wm_trace *trace = NULL;
    struct wm_demand_trace *demand = NULL;
    if (wm_trace_open(arena, path, &all, &trace, diags) == WM_OK)
        demand = sum_up(arena, path, trace);
    wm_trace_close(trace);
    return demand;
}

/* A shape that was named goes before the trace's; "flat" is the default and says nothing. */
static void take_from(const struct wm_demand_trace *t, struct wm_workload *w)
{
    struct wm_demand *const d = &w->demand;
    if (w->class == NULL)
        w->class = &t->class;
    if (d->shape == NULL || strcmp(d->shape->head.name, "flat") == 0)
        d->shape = &t->shape;
    if (!wm_is_set(d->output_tok_per_s) && !wm_is_set(d->requests_per_s) &&
        !wm_is_set(d->utilisation_frac))
        d->requests_per_s = t->requests_per_s;
}

void wm_demand_from_files(struct wm_arena *arena, struct wm_scenario *s)
{
    const struct wm_workload *const read = s->workloads.items;
    struct wm_workload *const w = WM_NEW_ARRAY(arena, struct wm_workload, s->workloads.n);
    for (size_t i = 0; i < s->workloads.n; i++) {
        w[i] = read[i];
        if (w[i].demand.shape_file != NULL)
            w[i].demand.shape = w[i].demand.shape_file;
        if (w[i].demand.trace != NULL)
            take_from(w[i].demand.trace, &w[i]);
    }
    s->workloads.items = w;
}
