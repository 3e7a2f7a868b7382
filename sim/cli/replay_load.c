#include "replay_load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "wattmill/generate.h"

/* Minute to minute, of the log rate: Azure conversation trace 2023. */
static const double noise_corr = 0.85;

static void refuse(struct cli *cli, const char *what)
{
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "replay: %s", what);
}

void replay_load_check(struct cli *cli, const struct replay_load *l, bool has_trace)
{
    const bool bursts = strcmp(l->arrival, "mmpp2") == 0;
    if (has_trace) {
        if (l->class_name != NULL || l->rate > 0.0 || l->users > 0)
            refuse(cli, "a TRACE brings its own requests: no --class, --rate or --users");
        if (l->batch_rate > 0.0)
            refuse(cli,
                   "--batch-rate is of generated requests; --batch-class names one of the trace");
        return;
    }
    if (l->class_name == NULL || (l->rate <= 0.0 && l->users == 0 && !bursts))
        refuse(cli, "needs a TRACE, or --class and --rate, or --class and --users");
    if (l->users > 0 && (l->rate > 0.0 || l->batch_class != NULL || l->tenants > 1))
        refuse(cli, "--users ask in a closed loop: no --rate, --tenants or --batch-class");
    if ((l->batch_class != NULL) != (l->batch_rate > 0.0))
        refuse(cli, "--batch-class and --batch-rate go together");
}

static bool read_mmpp(struct cli *cli, const char *text, struct wm_arrival *a)
{
    double x[4];
    const char *at = text;
    char *end = NULL;
    for (int i = 0; i < 4; i++, at = end + 1) {
        x[i] = strtod(at, &end);
        if (end == at || !(x[i] >= 0.0 && x[i] < 1e9) || *end != (i < 3 ? ',' : '\0'))
            break;
        if (i == 3 && x[0] + x[1] > 0.0 && x[2] > 0.0 && x[3] > 0.0) {
            *a = (struct wm_arrival){
                .kind = WM_ARRIVAL_MMPP2, .state_rate_per_s = {x[0], x[1]}, .stay_s = {x[2], x[3]}};
            return true;
        }
    }
    wm_diag_add(&cli->diags, WM_E101, NULL, "--mmpp",
                "\"%s\": four numbers RATE0,RATE1,STAY0,STAY1, stays above 0, not both rates 0",
                text);
    return false;
}

static struct wm_length length_of(struct cli *cli, const char *option, const char *text,
                                  struct wm_length own)
{
    struct wm_length l;
    if (text == NULL)
        return own;
    const char *const why = wm_length_parse(cli->arena, text, &l);
    if (why == NULL)
        return l;
    wm_diag_add(&cli->diags, WM_E101, NULL, option, "\"%s\": %s", text, why);
    return own;
}

static double mean_of(struct cli *cli, const struct wm_length *l)
{
    return wm_length_mean(wm_length_compile(cli->arena, l));
}

/* The class of --class, its lengths as typed where they are. */
static struct wm_generator_class main_class(struct cli *cli, const struct replay_load *l,
                                            const struct wm_workload_class *k)
{
    return (struct wm_generator_class){
        .input = length_of(cli, "--input", l->input, wm_length_of_prompts(cli->arena, k)),
        .output = length_of(cli, "--output-tokens", l->output,
                            wm_length_of(k->output_tok, k->output_scv)),
        .rank_corr = l->rank_corr,
        .hit_frac = k->cached_frac};
}

static void set_arrival(struct cli *cli, const struct replay_load *l, const struct wm_shape *shape,
                        struct wm_arrival *a)
{
    unsigned kind = 0;
    while (wm_arrival_words[kind] != NULL && strcmp(wm_arrival_words[kind], l->arrival) != 0)
        kind++;
    if (kind == WM_ARRIVAL_MMPP2 && !read_mmpp(cli, l->mmpp, a))
        return;
    a->kind = (enum wm_arrival_kind)kind;
    a->rate_per_s = l->rate;
    a->cv = l->cv;
    a->shape = shape != NULL ? shape->hourly : NULL;
    a->shape_offset_h = l->shape_offset_h;
    a->noise_sigma = l->noise;
    a->noise_corr = noise_corr;
}

/* Share of a tenant in the requests, by rank from 0. */
static double share_of(const struct replay_load *l, int64_t rank)
{
    double sum = 0.0;
    for (int64_t i = 1; i <= l->tenants; i++)
        sum += pow((double)i, -l->tenant_skew);
    return pow((double)(rank + 1), -l->tenant_skew) / sum;
}

static double mean_rate(const struct wm_arrival *a)
{
    if (a->rate_per_s > 0.0)
        return a->rate_per_s;
    return (a->state_rate_per_s[0] * a->stay_s[0] + a->state_rate_per_s[1] * a->stay_s[1]) /
           (a->stay_s[0] + a->stay_s[1]);
}

/* Interactive classes first; batch work waits for them, and its SLO is its deadline. */
static void set_policies(struct cli *cli, struct wm_replay_case *c, uint32_t batch,
                         double deadline_s)
{
    struct wm_class_policy *const p =
        WM_NEW_ARRAY(cli->arena, struct wm_class_policy, c->n_classes);
    for (uint32_t i = 0; i < c->n_classes; i++)
        p[i] = i != batch ? wm_replay_policy(c)
                          : (struct wm_class_policy){.priority = 1,
                                                     .max_wait_ns = (int64_t)(deadline_s * 1e9)};
    c->policies = p;
}

static struct wm_request_source open_loop(struct cli *cli, const struct replay_load *l,
                                          const struct wm_generator_class *main,
                                          const struct wm_workload_class *batch,
                                          struct wm_replay_case *c)
{
    const uint32_t n = (uint32_t)l->tenants + (batch != NULL);
    struct wm_generator_class *const g = WM_NEW_ARRAY(cli->arena, struct wm_generator_class, n);
    const double rate = mean_rate(&main->arrival);
    for (uint32_t i = 0; i < l->tenants; i++) {
        g[i] = *main;
        g[i].tenant = i;
        g[i].arrival.rate_per_s = rate * share_of(l, i);
    }
    if (batch != NULL) {
        g[n - 1] = (struct wm_generator_class){
            .class_id = 1,
            .arrival = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = l->batch_rate},
            .input = wm_length_of_prompts(cli->arena, batch),
            .output = wm_length_of(batch->output_tok, batch->output_scv),
            .hit_frac = batch->cached_frac};
        const double share = l->batch_rate / (l->batch_rate + rate);
        c->input_tok += share * (batch->input_tok - c->input_tok);
        c->output_tok += share * (batch->output_tok - c->output_tok);
        c->n_classes = 2;
        set_policies(cli, c, 1, l->batch_deadline_s);
    }
    return wm_generator_source(wm_generator_new(cli->arena, g, n, l->duration_s, c->seed));
}

static void closed_loop(struct cli *cli, const struct replay_load *l,
                        const struct wm_generator_class *main, struct wm_replay_case *c)
{
    const int64_t most = c->llm->max_context_tok;
    const int64_t cap_tok = most > 0 && most < l->context_cap_tok ? most : l->context_cap_tok;
    struct wm_session_plan *const plan = WM_NEW(cli->arena, struct wm_session_plan);
    *plan = (struct wm_session_plan){.n_users = (uint32_t)l->users,
                                     .mean_turns = l->turns,
                                     .think_s = l->think_s,
                                     .input = main->input,
                                     .output = main->output,
                                     .context_cap_tok = (uint32_t)cap_tok,
                                     .is_cached = !l->cold_turns,
                                     .end_s = l->duration_s,
                                     .seed = c->seed};
    c->sessions = plan;
    /* geometric: the mean turn has mean turns - 1 questions and answers before it */
    c->input_tok =
        fmin((double)cap_tok, c->input_tok + (l->turns - 1.0) * (c->input_tok + c->output_tok));
}

enum wm_status replay_load_make(struct cli *cli, const struct wm_catalog *catalog,
                                const struct replay_load *l, struct wm_replay_case *c,
                                struct replay_origin *from, struct wm_request_source *source)
{
    const struct wm_workload_class *const k =
        cli_entry(cli, catalog, WM_CATALOG_workload, "--class", l->class_name);
    const struct wm_shape *const shape =
        l->shape != NULL ? cli_entry(cli, catalog, WM_CATALOG_shape, "--shape", l->shape) : NULL;
    const struct wm_workload_class *const batch =
        l->batch_class != NULL
            ? cli_entry(cli, catalog, WM_CATALOG_workload, "--batch-class", l->batch_class)
            : NULL;
    if (cli->diags.n_errors > 0)
        return WM_USAGE;
    struct wm_generator_class main = main_class(cli, l, k);
    set_arrival(cli, l, shape, &main.arrival);
    if (cli->diags.n_errors > 0)
        return WM_USAGE;
    c->input_tok = mean_of(cli, &main.input);
    c->output_tok = mean_of(cli, &main.output);
    c->last_ns = (int64_t)(l->duration_s * 1e9);
    *from = (struct replay_origin){.text = k->head.name};
    if (l->users > 0) {
        closed_loop(cli, l, &main, c);
        from->format = wm_arena_printf(
            cli->arena, "closed loop, %lld users for %g s, %g turns a conversation, thinking %g s",
            (long long)l->users, l->duration_s, l->turns, l->think_s);
        return WM_OK;
    }
    const double rate = mean_rate(&main.arrival);
    c->rate_per_s = rate + (batch != NULL ? l->batch_rate : 0.0);
    *source = open_loop(cli, l, &main, batch, c);
    from->format = wm_arena_printf(cli->arena, "generated, %s arrivals, %g requests/s for %g s",
                                   l->arrival, rate, l->duration_s);
    if (batch != NULL) {
        const char **const names = WM_NEW_ARRAY(cli->arena, const char *, 2);
        names[0] = k->head.name;
        names[1] = batch->head.name;
        from->class_names = names;
        from->n_classes = 2;
        from->format = wm_arena_printf(cli->arena, "%s; %g of %s in a batch tier", from->format,
                                       l->batch_rate, batch->head.name);
    }
    return WM_OK;
}

enum wm_status replay_batch_class(struct cli *cli, const struct replay_load *l,
                                  const struct wm_trace_summary *s, struct wm_replay_case *c)
{
    if (l->batch_class == NULL)
        return WM_OK;
    struct wm_suggest near = wm_suggest_init(l->batch_class);
    for (uint32_t i = 0; i < s->n_classes; i++) {
        if (strcmp(s->class_names[i], l->batch_class) == 0) {
            set_policies(cli, c, i, l->batch_deadline_s);
            return WM_OK;
        }
        wm_suggest_offer(&near, s->class_names[i]);
    }
    wm_diag_add(&cli->diags, WM_E208, NULL, "--batch-class", "the trace has no class \"%s\"%s",
                l->batch_class, wm_suggest_text(cli->arena, &near));
    return WM_USAGE;
}
