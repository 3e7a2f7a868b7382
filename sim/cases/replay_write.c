/* A replay as text, and the files of its folder. */
#include <math.h>
#include <string.h>

#include "parts.h"

const char *replay_class_name(const struct replay_outcome *o, uint32_t i)
{
    return i < o->n_classes ? o->class_names[i] : "all";
}

static double value_of(const struct wm_figures *figures, const char *key)
{
    const struct wm_figure *const f = wm_figure_find(figures, key);
    return f != NULL ? f->value : (double)NAN;
}

static void print_latency(FILE *file, const struct wm_figures *figures, const char *title,
                          const char *name, const char *doc)
{
    static const char *const suffixes[] = {"mean", "p50", "p90", "p95", "p99", "max"};
    fprintf(file, "%-5s", title);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char key[48];
        (void)snprintf(key, sizeof key, "%s_%s_s", name, suffixes[i]);
        const double x = value_of(figures, key);
        if (isfinite(x))
            fprintf(file, " %9.4g", x);
        else
            fprintf(file, " %9s", "-");
    }
    fprintf(file, "  %s\n", doc);
}

/* A number, or a dash for what was not computed, as where nothing was served. */
static const char *figure(struct wm_arena *arena, double x)
{
    return isfinite(x) ? wm_arena_printf(arena, "%.4g", x) : "-";
}

static const char *group_text(struct wm_arena *arena, const struct wm_group *g)
{
    return wm_arena_printf(arena, "%g accelerator%s (tp %g, dp %g, ep %g, pp %g)", wm_group_gpus(g),
                           wm_group_gpus(g) > 1.0 ? "s" : "", g->tensor, g->data, g->expert,
                           g->pipeline);
}

static void print_set_up(FILE *file, struct wm_arena *arena, const struct replay_outcome *o)
{
    const struct wm_replay_case *const c = &o->c;
    const struct wm_replay *const r = &o->r;
    fprintf(file, "%s: %s, %.1f tokens in and %.1f out on average\n", o->text, o->format,
            c->input_tok, c->output_tok);
    fprintf(file, "%u replica%s of %s %s on %s, engine %s, router %s, clock %g\n", c->n_replicas,
            c->n_replicas > 1 ? "s" : "", c->llm->head.name, wm_precision_words[c->precision],
            c->accelerator->head.name, c->engine->head.name, wm_router_words[c->router],
            r->clock_frac);
    if (r->n_prefill > 0)
        fprintf(file, "each: %u prefill group%s of %s%s%s,\n      %u decode group%s of %s",
                r->n_prefill, r->n_prefill > 1 ? "s" : "", group_text(arena, &r->prefill_group),
                c->prefill_accelerator != NULL ? " on " : "",
                c->prefill_accelerator != NULL ? c->prefill_accelerator->head.name : "",
                r->n_decode, r->n_decode > 1 ? "s" : "", group_text(arena, &r->group));
    else
        fprintf(file, "each: %s, %s", group_text(arena, &r->group),
                wm_batching_words[r->worker.batching]);
    fprintf(file, "\n%g accelerators in all", r->gpus);
    fprintf(file, "; batch <= %u, %u KV blocks of %u tokens\n\n", r->worker.max_seqs,
            r->worker.kv_blocks, r->worker.block_tok);
}

static void print_tokens(FILE *file, const char *name, const struct wm_tok_count *n)
{
    fprintf(file, "  %-10s %12llu requests %14llu tokens in %14llu out\n", name,
            (unsigned long long)n->requests, (unsigned long long)n->input_tok,
            (unsigned long long)n->output_tok);
}

/* Each class on a line, where there are several. */
static void print_by_class(FILE *file, struct wm_arena *arena, const struct replay_outcome *o)
{
    const struct wm_service *const s = o->r.service;
    if (s->n_classes < 2)
        return;
    fprintf(file, "\n%-20s %9s %9s %9s %9s %9s %9s\n", "class", "served", "dropped", "TTFT p50",
            "p99", "TPOT p50", "p99");
    for (uint32_t i = 0; i < s->n_classes; i++) {
        const struct wm_service_class *const k = &s->classes[i];
        fprintf(file, "%-20s %9llu %9llu %9s %9s %9s %9s\n", replay_class_name(o, i),
                (unsigned long long)k->served.requests, (unsigned long long)k->dropped.requests,
                figure(arena, wm_ns_hist_quantile_s(&k->ttft, 0.5)),
                figure(arena, wm_ns_hist_quantile_s(&k->ttft, 0.99)),
                figure(arena, wm_ns_hist_quantile_s(&k->tpot, 0.5)),
                figure(arena, wm_ns_hist_quantile_s(&k->tpot, 0.99)));
    }
}

static void print_queue(FILE *file, const struct wm_fleet_totals *t)
{
    if (t->slice_ns > 0)
        fprintf(file, "Queue    %.0f waiting when arrivals ended, at most %llu; ",
                t->waiting[WM_FLEET_SLICES - 1], (unsigned long long)t->max_waiting);
    fprintf(file, "%s%llu preemptions, %llu failures\n", t->slice_ns > 0 ? "" : "Queue    ",
            (unsigned long long)t->work.n_preempted, (unsigned long long)t->n_failures);
}

static void print_table(FILE *file, const struct wm_case_run *run)
{
    const struct replay_outcome *const o = run->outcome;
    const struct wm_replay *const r = &o->r;
    const struct wm_figures *const m = &run->figures;
    struct wm_arena *const arena = run->arena;
    print_set_up(file, arena, o);
    if (r->totals.growing)
        fprintf(
            file,
            "OVERLOAD: the queue grew from %.0f to %.0f requests while they arrived; the times\n"
            "below grow with the length of the trace and are no steady state.\n",
            r->totals.waiting[WM_FLEET_SLICES / 4], r->totals.waiting[WM_FLEET_SLICES - 1]);
    fprintf(file, "[s]   %9s %9s %9s %9s %9s %9s\n", "mean", "p50", "p90", "p95", "p99", "max");
    print_latency(file, m, "TTFT", "ttft", "first token - arrival");
    print_latency(file, m, "TPOT", "tpot", "(E2E - TTFT) / (output - 1)");
    print_latency(file, m, "E2E", "e2e", "last token - arrival");
    print_latency(file, m, "wait", "wait", "first place in a batch - arrival");
    if (isfinite(r->slo_attainment_frac))
        fprintf(
            file,
            "Goodput  %.4g requests/s, %.2f %% of those that arrived and %.2f %% of the served are "
            "within\n         TTFT <= %g s, speed >= %g tok/s\n",
            r->goodput_req_per_s, 100.0 * r->goodput_frac, 100.0 * r->slo_attainment_frac,
            o->c.ttft_slo_s, o->c.tok_per_s_per_user_slo);
    if (r->totals.work.n_over_context > 0)
        fprintf(
            file,
            "Context  %llu requests are longer than the %lld tokens the model was published for: "
            "dropped\n",
            (unsigned long long)r->totals.work.n_over_context,
            (long long)o->c.llm->max_context_tok);
    print_by_class(file, arena, o);
    fprintf(file, "\nOutput   %s tok/s, %s tok/s per accelerator; %s requests/s served in %.1f s\n",
            figure(arena, value_of(m, "output_tok_per_s")),
            figure(arena, value_of(m, "output_tok_per_s_per_gpu")),
            figure(arena, value_of(m, "served_rate_req_per_s")), r->time_s);
    fprintf(
        file,
        "Batch    %s sequences a decode step; workers busy %s %%, %s %% of it reading prompts\n",
        figure(arena, r->mean_batch), figure(arena, 100.0 * r->busy_frac),
        figure(arena, 100.0 * r->prefill_share_frac));
    fprintf(file,
            "Power    %s kW IT (boards and hosts), %s W per accelerator; %s J per output token\n",
            figure(arena, 1e-3 * r->it_w), figure(arena, r->gpu_it_w),
            figure(arena, r->energy_j_per_output_tok));
    print_queue(file, &r->totals);
    fprintf(file, "Prefix   %.0f tokens of %llu in found in the cache\n",
            value_of(m, "cached_tok_served"), (unsigned long long)r->served.input_tok);
    if (r->totals.work.tier_s > 0.0)
        fprintf(file,
                "KV tiers %.0f tokens loaded from host memory, %.0f from SSDs; %s s of workers, %s J\n",
                value_of(m, "host_tok_loaded"), value_of(m, "ssd_tok_loaded"),
                figure(arena, value_of(m, "kv_load_s")),
                figure(arena, value_of(m, "kv_load_energy_j")));
    fprintf(file, "Balance  arrived = served + dropped + in flight; residual %.1e\n",
            r->balance_token_rel);
    print_tokens(file, "arrived", &r->arrived);
    print_tokens(file, "served", &r->served);
    print_tokens(file, "dropped", &r->dropped);
    print_tokens(file, "in flight", &r->in_flight);
}

static void print_classes(struct wm_json_writer *w, const struct replay_outcome *o)
{
    const struct wm_service *const service = o->r.service;
    wm_json_key(w, "classes");
    wm_json_array_begin(w);
    for (uint32_t i = 0; i < service->n_classes; i++) {
        const struct wm_service_class *const k = &service->classes[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", replay_class_name(o, i));
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

void replay_json(FILE *file, const struct wm_case_run *run)
{
    const struct replay_outcome *const o = run->outcome;
    const struct wm_replay_case *const c = &o->c;
    const struct wm_replay *const r = &o->r;
    struct wm_json_writer w = wm_json_writer_to_file(file);
    case_json_begin(&w, run);
    wm_json_member_string(&w, "requests", o->text);
    wm_json_member_string(&w, "format", o->format);
    wm_json_member_string(&w, "accelerator", c->accelerator->head.name);
    if (c->prefill_accelerator != NULL)
        wm_json_member_string(&w, "prefill_accelerator", c->prefill_accelerator->head.name);
    wm_json_member_string(&w, "llm", c->llm->head.name);
    wm_json_member_string(&w, "engine", c->engine->head.name);
    wm_json_member_string(&w, "precision", wm_precision_words[c->precision]);
    wm_json_member_string(&w, "router", wm_router_words[c->router]);
    wm_json_member_string(&w, "batching", wm_batching_words[r->worker.batching]);
    wm_json_member_integer(&w, "replicas", c->n_replicas);
    wm_json_member_number(&w, "gpus_per_replica", r->gpus_per_replica);
    wm_json_member_integer(&w, "kv_blocks", r->worker.kv_blocks);
    wm_json_member_number(&w, "clock_frac", r->clock_frac);
    print_classes(&w, o);
    case_json_end(&w, run);
}

void replay_print(FILE *file, const struct wm_case_run *run, enum wm_format format,
                  const char *show)
{
    (void)show;
    if (format == WM_FORMAT_TABLE)
        print_table(file, run);
    else if (format == WM_FORMAT_JSON)
        replay_json(file, run);
    else
        wm_figures_print(file, run->arena, &run->figures, format);
}

/* Data of plots/replay_latency.gp: a block a latency, its quantiles by share of requests. */
static void put_latency(FILE *file, const void *context)
{
    const struct replay_outcome *const o = context;
    const struct wm_ns_hist *const all[] = {o->ttft, o->tpot, o->e2e};
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

bool replay_put(struct wm_folder *folder, const struct wm_case_run *run)
{
    return wm_folder_figure(folder, "replay_latency", put_latency, run->outcome);
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
    const uint32_t per_replica = rows->o->r.n_decode + rows->o->r.n_prefill;
    const uint32_t at = s->worker % per_replica;
    fprintf(rows->file, "%u,", s->worker / per_replica);
    if (at < rows->o->r.n_decode)
        fprintf(rows->file, "%u", at);
    fputc(',', rows->file);
    if (at >= rows->o->r.n_decode)
        fprintf(rows->file, "%u", at - rows->o->r.n_decode);
    else if (s->reader > 0)
        fprintf(rows->file, "%u", s->reader - 1);
    fputc(',', rows->file);
}

void replay_rows_add(void *context, const struct wm_served *s)
{
    const struct replay_rows *const rows = context;
    fprintf(rows->file, "%llu,", (unsigned long long)s->id);
    wm_csv_text(rows->file, replay_class_name(rows->o, s->class_id));
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
