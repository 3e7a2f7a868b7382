/*
 * curve: results of serving benchmarks as operating points, the rows of a `curve_file` and of `calibrate --data`. What a
 * run of the benchmark does not say (how many accelerators, which) is an option; figures of a point must fit
 * one another by Little's law, which finds a wrong unit.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "curve_layouts.h"
#include "text.h"
#include "wattmill/civil.h"

enum { POINTS_MAX = 5000 };

/* Held requests over what the figures say, rate x (first token + the others x time of each). Means of runs that begin
 * and end empty lie below 1, some far below; a unit off by 1,000 lies outside. */
static const double least_little = 0.03, most_little = 1.25, usual_little = 0.7;
/* InferenceX states the longest of its lengths and draws from 0.8 to 1 of them. */
static const double drawn_frac = 0.9;

struct wm_import_point {
    double v[WM_CURVE_N_QUANTITIES], gpus;
    const char *path, *row, *source, *date, *hardware, *model, *precision, *engine;
    int line;
    bool has_drafts, has_data_attention, is_drawn;
};

struct reader {
    struct wm_importer *im;
    const struct wm_json *at;
    const struct wm_curve_layout *layout;
    size_t n_in_file;
};

static double positive(double value)
{
    return value > 0.0 ? value : (double)NAN;
}

static double or_else(double a, double b)
{
    return isnan(a) ? b : a;
}

/* "20260314-193625", seconds since 1970, "2026-07-03T05:21:36": the day. */
static const char *day_of(struct wm_arena *arena, const char *text)
{
    double s = 0.0;
    int64_t at = 0;
    const size_t n = strlen(text);
    if (n >= 10 && text[4] == '-') {
        const char *const day = wm_arena_copy_text(arena, text, 10);
        return wm_time_parse(day, &at) ? day : "";
    }
    if (n >= 8 && strspn(text, "0123456789") == 8)
        return wm_arena_printf(arena, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
    if (wm_csv_number(text, &s) && s > 1e9 && s < 4e9) {
        const struct wm_civil c = wm_civil_from_us((int64_t)s * 1000000);
        return wm_arena_printf(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
    }
    return "";
}

/* A narrower number in the name of a checkpoint, "...-FP8", "...-NVFP4". */
static const char *precision_in(const char *name)
{
    static const char *const words[] = {"nvfp4", "mxfp4", "fp4", "fp8", "int4", "int8", "bf16"};
    char low[256];
    size_t n = 0;
    for (; name[n] != '\0' && n + 1 < sizeof low; n++)
        low[n] = (char)tolower((unsigned char)name[n]);
    low[n] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(low, words[i]) != NULL)
            return words[i];
    return strstr(low, "awq") != NULL || strstr(low, "gptq") != NULL ? "int4" : "";
}

/* The last part of a path or of "openai--gpt-oss-120b". */
static const char *last_part(const char *name)
{
    const char *at = name;
    for (const char *c = name; *c != '\0'; c++)
        if ((c[0] == '/' || (c[0] == '-' && c[1] == '-')) && c[1] != '\0')
            at = c + (c[0] == '/' ? 1 : 2);
    return at;
}

static void read_names(struct reader *r, struct wm_import_point *p)
{
    const struct wm_curve_layout *const l = r->layout;
    const struct wm_import_options *const o = r->im->options;
    const char *const model = wm_value_text(r->at, l->model);
    const char *const drafts = l->drafts != NULL ? wm_value_text(r->at, l->drafts) : "";
    const char *const dpa =
        l->data_attention != NULL ? wm_value_text(r->at, l->data_attention) : "";
    p->date = o->as_of != NULL ? o->as_of : day_of(r->im->arena, wm_value_text(r->at, l->date));
    p->hardware = o->accelerator != NULL ? o->accelerator
                  : l->hardware != NULL  ? wm_value_text(r->at, l->hardware)
                                         : "";
    p->hardware = wm_import_entry(r->im, WM_CATALOG_accelerator, p->hardware);
    p->model =
        wm_import_entry(r->im, WM_CATALOG_llm, o->model != NULL ? o->model : last_part(model));
    p->engine = o->engine != NULL   ? o->engine
                : l->engine != NULL ? wm_value_text(r->at, l->engine)
                                    : "";
    if (o->engine == NULL && (p->engine[0] == '\0' || strncmp(p->engine, "openai", 6) == 0)) {
        p->engine = "";
        wm_import_note_once(
            r->im, "left out: the serving engine, which the file does not say: --engine vllm");
    }
    p->precision = o->precision != NULL   ? o->precision
                   : l->precision != NULL ? wm_value_text(r->at, l->precision)
                                          : "";
    if (p->precision[0] == '\0' && precision_in(model)[0] != '\0') {
        p->precision = precision_in(model);
        wm_import_note_once(r->im, "assumed: precision %s, from the model's name \"%.80s\"",
                            p->precision, model);
    }
    p->has_drafts = drafts[0] != '\0' && strcmp(drafts, "none") != 0 &&
                    strcmp(drafts, "off") != 0 && strcmp(drafts, "false") != 0 &&
                    strcmp(drafts, "0") != 0;
    p->has_data_attention =
        strcmp(dpa, "true") == 0 || strcmp(dpa, "True") == 0 || strcmp(dpa, "1") == 0;
}

/* Accelerators: as the file says, or the option; of workers apart the sum. */
static bool read_gpus(struct reader *r, struct wm_import_point *p)
{
    double *const v = p->v;
    const double apart = v[WM_CURVE_PREFILL_GPUS] + v[WM_CURVE_DECODE_GPUS];
    const double ranks = v[WM_CURVE_TENSOR] * or_else(positive(v[WM_CURVE_STAGES]), 1.0);
    p->gpus = r->im->options->gpus > 0.0
                  ? r->im->options->gpus
                  : or_else(positive(apart), or_else(positive(v[WM_CURVE_GPUS]), positive(ranks)));
    if (!(v[WM_CURVE_PREFILL_GPUS] > 0.0) || !(v[WM_CURVE_DECODE_GPUS] > 0.0))
        v[WM_CURVE_PREFILL_GPUS] = v[WM_CURVE_DECODE_GPUS] = (double)NAN;
    if (isnan(p->gpus) || p->gpus < 1.0 || p->gpus > 1e5 || p->gpus != floor(p->gpus)) {
        wm_value_mistake(r->im, isnan(p->gpus) ? WM_E206 : WM_E204, r->at,
                         isnan(p->gpus)
                             ? "%s does not say how many accelerators served: --gpus N"
                             : "%s: %g accelerators, allowed are whole numbers of 1 to 100,000",
                         r->layout->name, p->gpus);
        return false;
    }
    if (isnan(v[WM_CURVE_TENSOR]) && isnan(v[WM_CURVE_DECODE_GPUS])) {
        v[WM_CURVE_TENSOR] = p->gpus;
        wm_import_note_once(r->im, "assumed: one replica, tensor parallel over its %g accelerators",
                            p->gpus);
    }
    return true;
}

/* Rates and lengths: of sums where the layout has sums, output of all accelerators as ours of each. */
static void settle(struct reader *r, struct wm_import_point *p)
{
    double *const v = p->v;
    const double n = v[WM_CURVE_COMPLETED];
    v[WM_CURVE_INPUT] = or_else(v[WM_CURVE_INPUT], v[WM_CURVE_INPUT_SUM] / n);
    v[WM_CURVE_OUTPUT] = or_else(v[WM_CURVE_OUTPUT], v[WM_CURVE_OUTPUT_SUM] / n);
    if (isnan(v[WM_CURVE_OUT]))
        v[WM_CURVE_OUT] = v[WM_CURVE_OUT_EACH] * or_else(v[WM_CURVE_DECODE_GPUS], p->gpus);
    v[WM_CURVE_OUT_EACH] = v[WM_CURVE_OUT] / p->gpus;
    if (r->im->options->gpu_power_w > 0.0)
        v[WM_CURVE_POWER] = r->im->options->gpu_power_w;
}

/* Mean requests under way by Little's law. */
static double little(const double *v, bool is_drawn)
{
    const double out = v[WM_CURVE_OUTPUT] * (is_drawn ? drawn_frac : 1.0);
    return v[WM_CURVE_OUT] / out * (v[WM_CURVE_TTFT] + (out - 1.0) * v[WM_CURVE_TPOT]);
}

static bool check(struct reader *r, const struct wm_import_point *p)
{
    static const struct {
        enum wm_curve_quantity q;
        const char *name;
    } needed[] = {{WM_CURVE_OUT, "an output rate"},
                  {WM_CURVE_TPOT, "a time per output token"},
                  {WM_CURVE_TTFT, "a time to the first token"},
                  {WM_CURVE_OUTPUT, "lengths of answers"},
                  {WM_CURVE_INPUT, "lengths of prompts"}};
    const double *const v = p->v;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!(v[needed[i].q] > 0.0) || isinf(v[needed[i].q])) {
            wm_value_mistake(r->im, WM_E206, r->at, "%s: the point has not %s", r->layout->name,
                             needed[i].name);
            return false;
        }
    const double stated = v[WM_CURVE_OUTPUT_SUM] / v[WM_CURVE_DURATION];
    if (stated > 0.0 && fabs(stated / v[WM_CURVE_OUT] - 1.0) > 0.02) {
        wm_value_mistake(r->im, WM_E211, r->at, "%g tok/s, but %g tokens in %g s are %g tok/s",
                         v[WM_CURVE_OUT], v[WM_CURVE_OUTPUT_SUM], v[WM_CURVE_DURATION], stated);
        return false;
    }
    return true;
}

/* Requests under way: the limit where it was kept busy, else what was measured or follows. */
static bool settle_users(struct reader *r, struct wm_import_point *p)
{
    double *const v = p->v;
    const double asked = v[WM_CURVE_REQUESTS], follows = little(v, p->is_drawn);
    const bool is_open = asked > 0.0 && !isinf(asked);
    const double held = or_else(positive(v[WM_CURVE_MEASURED]), follows);
    double users = is_open ? (double)NAN : positive(v[WM_CURVE_USERS]);
    if (isnan(users)) {
        wm_import_note_once(r->im,
                            "assumed: requests under way are the mean that %s, as the load is %s",
                            v[WM_CURVE_MEASURED] > 0.0 ? "was measured" : "follows by Little's law",
                            is_open ? "so many a second" : "without a limit");
        users = held;
    }
    if (!(follows / users < most_little) || !(follows / users > least_little)) {
        wm_value_mistake(r->im, WM_E211, r->at,
                         "%g requests under way, but %g tok/s at %g s to the first of %g tokens "
                         "and %g s between them "
                         "are %.4g: a wrong unit, or the rate of one accelerator?",
                         users, v[WM_CURVE_OUT], v[WM_CURVE_TTFT], v[WM_CURVE_OUTPUT],
                         v[WM_CURVE_TPOT], follows);
        return false;
    }
    if (follows / users < usual_little)
        wm_import_note(r->im,
                       "read: %s: %g requests under way, but by its rate and times only %.3g were: "
                       "few requests, or a slow client",
                       p->row, users, follows);
    v[WM_CURVE_USERS] = users;
    return true;
}

/* AIPerf keeps its phases in a list: the one that is measured says how many requests were under way. */
static void read_phase(const struct wm_json *at, double *v)
{
    const struct wm_json *const phases = wm_value_at(at, "input_config.phases");
    for (const struct wm_json *m = phases != NULL ? phases->child : NULL; m != NULL; m = m->next) {
        if (strcmp(wm_value_text(m, "exclude_from_results"), "true") == 0)
            continue;
        v[WM_CURVE_USERS] = or_else(v[WM_CURVE_USERS], wm_value_number(m, "concurrency"));
        v[WM_CURVE_REQUESTS] =
            or_else(v[WM_CURVE_REQUESTS], wm_value_number(m, "rate|request_rate"));
    }
}

static void read_point(struct reader *r)
{
    struct wm_importer *const im = r->im;
    struct wm_import_point p = {.path = im->path, .line = r->at->place.line};
    r->layout = wm_curve_layout_of(r->at);
    if (r->layout == NULL)
        return;
    if (wm_value_number(r->at, "completed|request_count.avg|metrics.request_totals.successful") ==
        0.0) {
        wm_value_mistake(im, WM_E211, r->at, "%s: no request was completed", r->layout->name);
        return;
    }
    for (int q = 0; q < WM_CURVE_N_QUANTITIES; q++)
        p.v[q] = wm_curve_value(im, r->layout, r->at, (enum wm_curve_quantity)q);
    read_phase(r->at, p.v);
    p.source = r->layout->name;
    p.is_drawn = r->layout->is_drawn;
    p.row = wm_arena_printf(im->arena, "%.80s%s", im->file,
                            r->n_in_file > 0 ? wm_arena_printf(im->arena, ":%zu", r->n_in_file + 1)
                                             : "");
    r->n_in_file++;
    read_names(r, &p);
    if (!read_gpus(r, &p))
        return;
    settle(r, &p);
    if (!check(r, &p) || !settle_users(r, &p))
        return;
    if (p.v[WM_CURVE_FAILED] > 0.0)
        wm_import_note(im, "read: %s: %g requests failed, %g were completed", p.row,
                       p.v[WM_CURVE_FAILED], p.v[WM_CURVE_COMPLETED]);
    if (im->n_points == POINTS_MAX) {
        wm_value_mistake(im, WM_E211, r->at, "more than %d points", POINTS_MAX);
        return;
    }
    if (im->points == NULL)
        im->points = WM_NEW_ARRAY(im->arena, struct wm_import_point, POINTS_MAX);
    im->points[im->n_points++] = p;
}

/* Points of a value: itself, or of its list, "benchmarks" (GuideLLM), "results", "data". */
static void read_value(struct reader *r, const struct wm_json *v, int depth)
{
    if (v->type == WM_JSON_OBJECT && wm_curve_layout_of(v) != NULL) {
        r->at = v;
        read_point(r);
        return;
    }
    if (depth == 3)
        return;
    for (const struct wm_json *m = v->child; m != NULL; m = m->next)
        if (m->type == WM_JSON_ARRAY || (v->type == WM_JSON_ARRAY && m->type == WM_JSON_OBJECT))
            read_value(r, m, depth + 1);
}

void wm_import_curve(struct wm_importer *im, const char *text, size_t n_bytes)
{
    const struct wm_json *const *values = NULL;
    const size_t n = wm_import_json(im, text, n_bytes, &values), before = im->n_points,
                 mistakes = im->n_mistakes;
    struct reader r = {.im = im};
    for (size_t i = 0; i < n; i++)
        read_value(&r, values[i], 0);
    if (n > 0 && im->n_points == before && im->n_mistakes == mistakes)
        wm_value_mistake(im, WM_E205, NULL, "no result of a serving benchmark; known are %s",
                         wm_curve_layout_names(im->arena));
}

static void put_number(struct wm_import_text *to, double value)
{
    if (isnan(value))
        wm_import_put(to, ",");
    else
        wm_import_put(to, ",%.10g", value);
}

static void put_point(struct wm_import_text *to, const struct wm_import_point *p)
{
    const double *const v = p->v;
    const char *const texts[] = {
        p->source, "measured",   p->date,   p->hardware,
        p->model,  p->precision, p->engine, p->is_drawn ? "random_fixed_len" : ""};
    const bool is_apart = v[WM_CURVE_PREFILL_GPUS] > 0.0;
    wm_import_put_cell(to, p->row);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        wm_import_put(to, ",");
        wm_import_put_cell(to, texts[i]);
    }
    const double numbers[] = {p->gpus,
                              v[WM_CURVE_TENSOR],
                              v[WM_CURVE_STAGES],
                              v[WM_CURVE_EXPERT],
                              p->has_data_attention ? 1.0 : 0.0,
                              is_apart ? 1.0 : 0.0,
                              v[WM_CURVE_PREFILL_GPUS],
                              v[WM_CURVE_DECODE_GPUS],
                              p->has_drafts ? 1.0 : 0.0,
                              v[WM_CURVE_INPUT],
                              v[WM_CURVE_OUTPUT],
                              v[WM_CURVE_USERS],
                              v[WM_CURVE_OUT_EACH],
                              v[WM_CURVE_TPOT],
                              v[WM_CURVE_TTFT],
                              v[WM_CURVE_TPOT_P99],
                              v[WM_CURVE_TTFT_P99],
                              v[WM_CURVE_POWER]};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_number(to, numbers[i]);
    wm_import_put(to, "\n");
}

static bool is_same(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 0.01 * fabs(b);
}

static bool is_same_setup(const struct wm_import_point *a, const struct wm_import_point *b)
{
    return strcmp(a->hardware, b->hardware) == 0 && strcmp(a->model, b->model) == 0 &&
           strcmp(a->precision, b->precision) == 0 && strcmp(a->engine, b->engine) == 0 &&
           is_same(a->gpus, b->gpus) && is_same(a->v[WM_CURVE_TENSOR], b->v[WM_CURVE_TENSOR]) &&
           is_same(a->v[WM_CURVE_DECODE_GPUS], b->v[WM_CURVE_DECODE_GPUS]) &&
           a->has_drafts == b->has_drafts && a->has_data_attention == b->has_data_attention;
}

/* One curve has one set-up and one mix of lengths; the same load twice is told, a point twice is a mistake. */
static void check_points(struct wm_importer *im)
{
    size_t n_setups = 0, n_mixes = 0, n_again = 0;
    for (size_t i = 0; i < im->n_points; i++) {
        const struct wm_import_point *const a = &im->points[i];
        bool is_new = true, is_new_mix = true;
        for (size_t k = 0; k < i; k++) {
            const struct wm_import_point *const b = &im->points[k];
            const bool has_mix = is_same(a->v[WM_CURVE_INPUT], b->v[WM_CURVE_INPUT]) &&
                                 is_same(a->v[WM_CURVE_OUTPUT], b->v[WM_CURVE_OUTPUT]);
            is_new_mix = is_new_mix && !has_mix;
            if (!is_same_setup(a, b))
                continue;
            is_new = false;
            if (has_mix && is_same(a->v[WM_CURVE_USERS], b->v[WM_CURVE_USERS])) {
                const bool is_copy =
                    memcmp(&a->v[WM_CURVE_TPOT], &b->v[WM_CURVE_TPOT], sizeof a->v[0]) == 0 &&
                    memcmp(&a->v[WM_CURVE_OUT], &b->v[WM_CURVE_OUT], sizeof a->v[0]) == 0;
                im->path = a->path;
                if (is_copy)
                    wm_import_mistake(im, a->line, "is the same point as %s line %d", b->path,
                                      b->line);
                n_again += is_copy ? 0 : 1;
            }
        }
        n_setups += is_new ? 1 : 0;
        n_mixes += is_new_mix ? 1 : 0;
    }
    if (n_again > 0)
        wm_import_note(im,
                       "read: %zu points are of a load that another has too: a curve_file takes "
                       "each load once",
                       n_again);
    if (n_setups > 1 || n_mixes > 1)
        wm_import_note(im,
                       "read: %zu set-ups and %zu mixes of lengths: calibrate takes them together, "
                       "a curve_file is of one",
                       n_setups, n_mixes);
}

const char *wm_import_curve_write(struct wm_importer *im, const char *source)
{
    size_t n_power = 0, n_named = 0;
    const char *last = "";
    check_points(im);
    if (im->n_mistakes > 0)
        return NULL;
    struct wm_import_text to = wm_import_text_new(im->arena);
    for (size_t i = 0; i < im->n_points; i++) {
        n_power += im->points[i].v[WM_CURVE_POWER] > 0.0;
        n_named += im->points[i].hardware[0] != '\0' && im->points[i].model[0] != '\0' &&
                   im->points[i].precision[0] != '\0' && im->points[i].engine[0] != '\0';
        last = strcmp(im->points[i].date, last) > 0 ? im->points[i].date : last;
    }
    wm_import_put_remark(&to, wm_arena_printf(im->arena, "source: %s; as_of: %s", source,
                                              last[0] ? last : "not said"));
    wm_import_put(&to,
                  "row_id,source_id,kind,date,accelerator,model,precision,framework,workload,n_gpu,"
                  "tp,pp,ep,dp_attention,"
                  "disagg,n_prefill_gpu,n_decode_gpu,mtp,isl_tokens,osl_tokens,concurrency,"
                  "output_tokens_per_s_per_gpu,tpot_s,ttft_s,tpot_p99_s,ttft_p99_s,gpu_power_w\n");
    for (size_t i = 0; i < im->n_points; i++)
        put_point(&to, &im->points[i]);
    wm_import_note(im, "read: %zu operating points", im->n_points);
    if (n_power < im->n_points)
        wm_import_note(im,
                       "left out: board power of %zu points, which the file does not say; a "
                       "curve_file needs it "
                       "(--gpu-power-w W)",
                       im->n_points - n_power);
    if (n_named < im->n_points)
        wm_import_note(im,
                       "left out: of %zu points accelerator, model, precision or engine; calibrate "
                       "needs all four "
                       "(--accelerator, --model, --precision, --engine), a curve_file none",
                       im->n_points - n_named);
    return to.bytes;
}
