/* replay: its report as text, and the files of its folder. */
#include "replay_report.h"

#include <math.h>
#include <string.h>

static double value_of(const struct wm_replay_metric *m, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(m[i].key, key) == 0)
            return m[i].value;
    return (double)NAN;
}

static void print_latency(const struct wm_replay_metric *m, size_t n, const char *title,
                          const char *name, const char *doc)
{
    static const char *const suffixes[] = {"mean", "p50", "p90", "p95", "p99", "max"};
    printf("%-5s", title);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char key[48];
        (void)snprintf(key, sizeof key, "%s_%s_s", name, suffixes[i]);
        const double x = value_of(m, n, key);
        if (isfinite(x))
            printf(" %9.4g", x);
        else
            printf(" %9s", "-");
    }
    printf("  %s\n", doc);
}

/* A number, or a dash for what was not computed, as where nothing was served. */
static const char *figure(struct cli *cli, double x)
{
    return isfinite(x) ? wm_arena_printf(cli->arena, "%.4g", x) : "-";
}

static const char *group_text(struct cli *cli, const struct wm_group *g)
{
    return wm_arena_printf(cli->arena, "%g accelerator%s (tp %g, dp %g, ep %g, pp %g)",
                           wm_group_gpus(g), wm_group_gpus(g) > 1.0 ? "s" : "", g->tensor, g->data,
                           g->expert, g->pipeline);
}

static void print_set_up(struct cli *cli, const struct replay_report *report)
{
    const struct wm_replay_case *const c = report->c;
    const struct wm_replay *const r = report->r;
    const struct replay_origin *const from = report->from;
    printf("%s: %s, %.1f tokens in and %.1f out on average\n", from->text, from->format,
           c->input_tok, c->output_tok);
    printf("%u replica%s of %s %s on %s, engine %s, router %s, clock %g\n", c->n_replicas,
           c->n_replicas > 1 ? "s" : "", c->llm->head.name, wm_precision_words[c->precision],
           c->accelerator->head.name, c->engine->head.name, wm_router_words[c->router],
           r->clock_frac);
    if (r->n_prefill > 0)
        printf("each: %u prefill group%s of %s,\n      %u decode group%s of %s", r->n_prefill,
               r->n_prefill > 1 ? "s" : "", group_text(cli, &r->prefill_group), r->n_decode,
               r->n_decode > 1 ? "s" : "", group_text(cli, &r->group));
    else
        printf("each: %s, %s", group_text(cli, &r->group), wm_batching_words[r->worker.batching]);
    printf("\n%g accelerators in all", r->gpus);
    printf("; batch <= %u, %u KV blocks of %u tokens\n\n", r->worker.max_seqs, r->worker.kv_blocks,
           r->worker.block_tok);
}

static void print_tokens(const char *name, const struct wm_tok_count *n)
{
    printf("  %-10s %12llu requests %14llu tokens in %14llu out\n", name,
           (unsigned long long)n->requests, (unsigned long long)n->input_tok,
           (unsigned long long)n->output_tok);
}

/* Each class on a line, where there are several. */
static void print_by_class(struct cli *cli, const struct replay_report *report)
{
    const struct wm_service *const s = report->r->service;
    if (s->n_classes < 2)
        return;
    printf("\n%-20s %9s %9s %9s %9s %9s %9s\n", "class", "served", "dropped", "TTFT p50", "p99",
           "TPOT p50", "p99");
    for (uint32_t i = 0; i < s->n_classes; i++) {
        const struct wm_service_class *const k = &s->classes[i];
        printf("%-20s %9llu %9llu %9s %9s %9s %9s\n",
               i < report->from->n_classes ? report->from->class_names[i] : "all",
               (unsigned long long)k->served.requests, (unsigned long long)k->dropped.requests,
               figure(cli, wm_ns_hist_quantile_s(&k->ttft, 0.5)),
               figure(cli, wm_ns_hist_quantile_s(&k->ttft, 0.99)),
               figure(cli, wm_ns_hist_quantile_s(&k->tpot, 0.5)),
               figure(cli, wm_ns_hist_quantile_s(&k->tpot, 0.99)));
    }
}

static void print_queue(const struct wm_fleet_totals *t)
{
    if (t->slice_ns > 0)
        printf("Queue    %.0f waiting when arrivals ended, at most %llu; ",
               t->waiting[WM_FLEET_SLICES - 1], (unsigned long long)t->max_waiting);
    printf("%s%llu preemptions, %llu failures\n", t->slice_ns > 0 ? "" : "Queue    ",
           (unsigned long long)t->work.n_preempted, (unsigned long long)t->n_failures);
}

static void print_table(struct cli *cli, const struct replay_report *report)
{
    const struct wm_replay *const r = report->r;
    const struct wm_replay_metric *const m = report->metrics;
    const size_t n = report->n_metrics;
    print_set_up(cli, report);
    if (r->totals.growing)
        printf("OVERLOAD: the queue grew from %.0f to %.0f requests while they arrived; the times\n"
               "below grow with the length of the trace and are no steady state.\n",
               r->totals.waiting[WM_FLEET_SLICES / 4], r->totals.waiting[WM_FLEET_SLICES - 1]);
    printf("[s]   %9s %9s %9s %9s %9s %9s\n", "mean", "p50", "p90", "p95", "p99", "max");
    print_latency(m, n, "TTFT", "ttft", "first token - arrival");
    print_latency(m, n, "TPOT", "tpot", "(E2E - TTFT) / (output - 1)");
    print_latency(m, n, "E2E", "e2e", "last token - arrival");
    print_latency(m, n, "wait", "wait", "first place in a batch - arrival");
    if (isfinite(r->slo_attainment_frac))
        printf(
            "Goodput  %.4g requests/s, %.2f %% of those that arrived and %.2f %% of the served are "
            "within\n         TTFT <= %g s, speed >= %g tok/s\n",
            r->goodput_req_per_s, 100.0 * r->goodput_frac, 100.0 * r->slo_attainment_frac,
            report->c->ttft_slo_s, report->c->tok_per_s_per_user_slo);
    if (r->totals.work.n_over_context > 0)
        printf(
            "Context  %llu requests are longer than the %lld tokens the model was published for: "
            "dropped\n",
            (unsigned long long)r->totals.work.n_over_context,
            (long long)report->c->llm->max_context_tok);
    print_by_class(cli, report);
    printf("\nOutput   %s tok/s, %s tok/s per accelerator; %s requests/s served in %.1f s\n",
           figure(cli, value_of(m, n, "output_tok_per_s")),
           figure(cli, value_of(m, n, "output_tok_per_s_per_gpu")),
           figure(cli, value_of(m, n, "served_rate_req_per_s")), r->time_s);
    printf("Batch    %s sequences a decode step; workers busy %s %%, %s %% of it reading prompts\n",
           figure(cli, r->mean_batch), figure(cli, 100.0 * r->busy_frac),
           figure(cli, 100.0 * r->prefill_share_frac));
    printf("Power    %s kW IT (boards and hosts), %s W per accelerator; %s J per output token\n",
           figure(cli, 1e-3 * r->it_w), figure(cli, r->gpu_it_w),
           figure(cli, r->energy_j_per_output_tok));
    print_queue(&r->totals);
    printf("Prefix   %.0f tokens of %llu in found in the cache\n",
           value_of(m, n, "cached_tok_served"), (unsigned long long)r->served.input_tok);
    printf("Balance  arrived = served + dropped + in flight; residual %.1e\n",
           r->balance_token_rel);
    print_tokens("arrived", &r->arrived);
    print_tokens("served", &r->served);
    print_tokens("dropped", &r->dropped);
    print_tokens("in flight", &r->in_flight);
}

static void print_classes(struct wm_json_writer *w, const struct replay_origin *from,
                          const struct wm_service *service)
{
    wm_json_key(w, "classes");
    wm_json_array_begin(w);
    for (uint32_t i = 0; i < service->n_classes; i++) {
        const struct wm_service_class *const k = &service->classes[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", i < from->n_classes ? from->class_names[i] : "all");
        wm_json_member_integer(w, "requests_arrived", (int64_t)k->arrived.requests);
        wm_json_member_integer(w, "requests_served", (int64_t)k->served.requests);
        wm_json_member_integer(w, "requests_dropped", (int64_t)k->dropped.requests);
        wm_json_member_integer(w, "input_tok_served", (int64_t)k->served.input_tok);
        wm_json_member_integer(w, "output_tok_served", (int64_t)k->served.output_tok);
        wm_json_member_number(w, "ttft_p50_s", wm_ns_hist_quantile_s(&k->ttft, 0.5));
        wm_json_member_number(w, "ttft_p99_s", wm_ns_hist_quantile_s(&k->ttft, 0.99));
        wm_json_member_number(w, "tpot_p50_s", wm_ns_hist_quantile_s(&k->tpot, 0.5));
        wm_json_member_number(w, "tpot_p99_s", wm_ns_hist_quantile_s(&k->tpot, 0.99));
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void put_json(FILE *file, const void *context)
{
    const struct replay_report *const report = context;
    const struct wm_replay_case *const c = report->c;
    const struct wm_replay *const r = report->r;
    const struct replay_origin *const from = report->from;
    const struct wm_replay_metric *const m = report->metrics;
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "requests", from->text);
    wm_json_member_string(&w, "format", from->format);
    wm_json_member_string(&w, "accelerator", c->accelerator->head.name);
    wm_json_member_string(&w, "llm", c->llm->head.name);
    wm_json_member_string(&w, "engine", c->engine->head.name);
    wm_json_member_string(&w, "precision", wm_precision_words[c->precision]);
    wm_json_member_string(&w, "router", wm_router_words[c->router]);
    wm_json_member_string(&w, "batching", wm_batching_words[r->worker.batching]);
    wm_json_member_integer(&w, "replicas", c->n_replicas);
    wm_json_member_number(&w, "gpus_per_replica", r->gpus_per_replica);
    wm_json_member_integer(&w, "kv_blocks", r->worker.kv_blocks);
    wm_json_member_number(&w, "clock_frac", r->clock_frac);
    wm_json_key(&w, "metrics");
    wm_json_object_begin(&w);
    for (size_t i = 0; i < report->n_metrics; i++) {
        if (!isfinite(m[i].value))
            continue;
        wm_json_key(&w, m[i].key);
        wm_json_object_begin(&w);
        wm_json_member_number(&w, "value", m[i].value);
        wm_json_member_string(&w, "unit", m[i].unit);
        wm_json_member_string(&w, "doc", m[i].doc);
        wm_json_object_end(&w);
    }
    wm_json_object_end(&w);
    print_classes(&w, from, r->service);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

static void print_grid(struct cli *cli, const struct replay_report *report, enum wm_format format)
{
    const struct wm_replay_metric *const m = report->metrics;
    const size_t n = report->n_metrics;
    static const struct wm_grid_column columns[] = {
        {.key = "key"},
        {.key = "value", .is_json = true, .align_right = true},
        {.key = "unit"},
        {.key = "meaning"}};
    const char **const cells = WM_NEW_ARRAY(cli->arena, const char *, 4 * n);
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(m[i].value))
            continue;
        char buf[32];
        const char *const row[4] = {
            m[i].key, wm_arena_printf(cli->arena, "%s", wm_json_number_text(m[i].value, buf)),
            m[i].unit, m[i].doc};
        memcpy(&cells[4 * n_rows++], row, sizeof row);
    }
    wm_grid_write(stdout, &(struct wm_grid){columns, 4, cells, n_rows}, format);
}

void replay_print(struct cli *cli, const struct replay_report *report, enum wm_format format)
{
    if (format == WM_FORMAT_TABLE)
        print_table(cli, report);
    else if (format == WM_FORMAT_JSON)
        put_json(stdout, report);
    else
        print_grid(cli, report, format);
}

static void put_metrics(FILE *file, const void *context)
{
    const struct replay_report *const report = context;
    fputs("key,value,unit\n", file);
    for (size_t i = 0; i < report->n_metrics; i++) {
        const struct wm_replay_metric *const m = &report->metrics[i];
        if (!isfinite(m->value))
            continue;
        fprintf(file, "%s,", m->key);
        wm_csv_put_number(file, m->value);
        fprintf(file, ",%s\n", m->unit);
    }
}

/* Data of plots/replay_latency.gp: a block a latency, its quantiles by share of requests. */
static void put_latency(FILE *file, const void *context)
{
    const struct replay_report *const report = context;
    const struct wm_ns_hist *const all[] = {report->ttft, report->tpot, report->e2e};
    fputs("share_frac,time_s,marked\n", file);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct wm_ns_hist *const h = all[i];
        fputs(i > 0 ? "\n\n" : "", file);
        for (int k = 1; h->n > 0 && k < 1000; k++) {
            const double prob = 1e-3 * (double)k;
            fprintf(file, "%.3f,%.9g,%d\n", prob, wm_ns_hist_quantile_s(h, prob),
                    k == 500 || k == 900 || k == 990);
        }
    }
}

bool replay_write(struct wm_folder *folder, const struct replay_report *report)
{
    return wm_folder_put(folder, "replay.json", put_json, report) &&
           wm_folder_put(folder, "metrics.csv", put_metrics, report) &&
           wm_folder_figure(folder, "replay_latency", put_latency, report);
}

void replay_rows_head(const struct replay_rows *rows)
{
    fputs("request,class,session,arrival_s,input_tokens,output_tokens,cached_tokens,replica,"
          "decode_group,prefill_group,ttft_s,tpot_s,e2e_s,outcome\n",
          rows->file);
}

/* Replica from 0, and its groups from 0 that read the prompt and decoded; empty: none did. */
static void put_place(const struct replay_rows *rows, const struct wm_served *s)
{
    const uint32_t per_replica = rows->r->n_decode + rows->r->n_prefill;
    const uint32_t at = s->worker % per_replica;
    fprintf(rows->file, "%u,", s->worker / per_replica);
    if (at < rows->r->n_decode)
        fprintf(rows->file, "%u", at);
    fputc(',', rows->file);
    if (at >= rows->r->n_decode)
        fprintf(rows->file, "%u", at - rows->r->n_decode);
    else if (s->reader > 0)
        fprintf(rows->file, "%u", s->reader - 1);
    fputc(',', rows->file);
}

void replay_rows_add(void *context, const struct wm_served *s)
{
    const struct replay_rows *const rows = context;
    const struct replay_origin *const from = rows->from;
    fprintf(rows->file, "%llu,", (unsigned long long)s->id);
    wm_csv_text(rows->file, s->class_id < from->n_classes ? from->class_names[s->class_id] : "all");
    fprintf(rows->file, ",%llu,%.9f,%u,%u,%u,", (unsigned long long)s->session,
            1e-9 * (double)s->arrival_ns, s->input_tok, s->output_tok, s->hit_tok);
    put_place(rows, s);
    if (s->dropped) {
        fputs(",,,dropped\n", rows->file);
        return;
    }
    fprintf(rows->file, "%.9f,",
            1e-9 * (double)(s->first_ns - s->arrival_ns + rows->api_latency_ns));
    if (s->output_tok > 1)
        fprintf(rows->file, "%.9f",
                1e-9 * (double)(s->finish_ns - s->first_ns) / (double)(s->output_tok - 1));
    fprintf(rows->file, ",%.9f,served\n",
            1e-9 * (double)(s->finish_ns - s->arrival_ns + rows->api_latency_ns));
}
