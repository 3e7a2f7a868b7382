/* How wrong the model is: errors by group, and whether accelerators rank as measured. */
#include "wattmill/calibrate.h"
#include "wattmill/stats.h"

#include <math.h>
#include <string.h>

enum { GROUP_BYTES = 48, MIN_GROUP = 3 };

/* What points are grouped by; a key of "" leaves a point out of that grouping. */
static void key_all(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    (void)p;
    snprintf(key, GROUP_BYTES, "all");
}
static void key_set(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    snprintf(key, GROUP_BYTES, "%s", p->is_fit ? "fit" : "validate");
}
static void key_accelerator(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    snprintf(key, GROUP_BYTES, "%s", p->accelerator->head.name);
}
static void key_model(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    snprintf(key, GROUP_BYTES, "%s", p->llm->head.name);
}
static void key_precision(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    snprintf(key, GROUP_BYTES, "%s", wm_precision_words[p->precision]);
}
static void key_engine(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    snprintf(key, GROUP_BYTES, "%s", p->engine->head.name);
}
static void key_concurrency(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    static const struct {
        double to;
        const char *text;
    } bands[] = {
        {4, "1-4"}, {15, "5-15"}, {64, "16-64"}, {256, "65-256"}, {(double)INFINITY, "over 256"}};
    size_t i = 0;
    if (p->drive == WM_DRIVE_OFFLINE || p->drive == WM_DRIVE_SPEED) {
        snprintf(key, GROUP_BYTES, "%s",
                 p->drive == WM_DRIVE_OFFLINE ? "offline" : "latency-limited");
        return;
    }
    while (p->load > bands[i].to)
        i++;
    snprintf(key, GROUP_BYTES, "%s", bands[i].text);
}
static void key_over_64(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    const bool counts = p->drive != WM_DRIVE_OFFLINE && p->drive != WM_DRIVE_SPEED;
    snprintf(key, GROUP_BYTES, "%s", counts && p->load > 64.0 ? "over 64" : "");
}
static void key_from_16(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    const bool counts = p->drive != WM_DRIVE_OFFLINE && p->drive != WM_DRIVE_SPEED;
    snprintf(key, GROUP_BYTES, "%s", counts && p->load >= 16.0 ? "16 and more" : "");
}
static void key_source(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    snprintf(key, GROUP_BYTES, "%s", p->source);
}

/* Prompts and sequences of attention groups beside each other. */
static void key_data(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    key[0] = '\0';
    if (p->group.data > 1.0)
        snprintf(key, GROUP_BYTES, "%s", wm_serving_way_words[wm_operating_point_way(p)]);
}
static void key_data_engine(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    key[0] = '\0';
    if (p->group.data > 1.0)
        snprintf(key, GROUP_BYTES, "%s, %s", wm_serving_way_words[wm_operating_point_way(p)],
                 p->engine->head.name);
}

static void key_way(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    snprintf(key, GROUP_BYTES, "%s", wm_serving_way_words[wm_operating_point_way(p)]);
}
static void key_way_accelerator(const struct wm_operating_point *p, char key[GROUP_BYTES])
{
    const enum wm_serving_way way = wm_operating_point_way(p);
    key[0] = '\0';
    if (way != WM_SERVED_PLAIN)
        snprintf(key, GROUP_BYTES, "%s, %s", wm_serving_way_words[way], p->accelerator->head.name);
}

/* The headline and its groupings are of plain serving; `every` takes the other ways too. */
static const struct {
    const char *by;
    void (*key)(const struct wm_operating_point *p, char key[GROUP_BYTES]);
    bool every;
} groupings[] = {
    {"all", key_all, false},
    {"set", key_set, false},
    {"concurrency", key_from_16, false},
    {"concurrency", key_over_64, false},
    {"concurrency", key_concurrency, false},
    {"accelerator", key_accelerator, false},
    {"model", key_model, false},
    {"precision", key_precision, false},
    {"engine", key_engine, false},
    {"source", key_source, false},
    {"serving", key_way, true},
    {"serving", key_way_accelerator, true},
    {"attention DP", key_data, true},
    {"attention DP", key_data_engine, true},
};
#define N_GROUPINGS (sizeof groupings / sizeof *groupings)

static struct wm_error_row summarise(double *ratios, double *scratch, size_t n)
{
    struct wm_error_row row = {.n = n};
    wm_sort(ratios, n);
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(ratios[i] - 1.0);
    wm_sort(scratch, n);
    row.median_frac = wm_sorted_quantile(scratch, n, 0.5);
    row.p90_frac = wm_sorted_quantile(scratch, n, 0.9);
    row.bias_frac = wm_sorted_quantile(ratios, n, 0.5) - 1.0;
    return row;
}

static double measured(const struct wm_operating_point *p, enum wm_compared what)
{
    const double values[] = {[WM_QUANTITY_SPEED] = p->out_tok_per_s_per_gpu,
                             [WM_QUANTITY_TPOT] = p->tpot_s,
                             [WM_QUANTITY_TTFT] = p->ttft_s,
                             [WM_QUANTITY_POWER] = p->board_w};
    return values[what];
}

static double predicted(const struct wm_prediction *q, enum wm_compared what)
{
    const double values[] = {[WM_QUANTITY_SPEED] = q->out_tok_per_s_per_gpu,
                             [WM_QUANTITY_TPOT] = q->tpot_s,
                             [WM_QUANTITY_TTFT] = q->ttft_s,
                             [WM_QUANTITY_POWER] = q->board_w};
    return values[what];
}

static bool is_compared(const struct wm_accuracy *a, size_t i, enum wm_compared what)
{
    return measured(a->points[i], what) > 0.0 && predicted(&a->predictions[i], what) > 0.0;
}

/* Appends a row for each key of one grouping, in order of name. */
static void add_grouping(struct wm_arena *arena, const struct wm_accuracy *a, size_t grouping,
                         enum wm_compared what, struct wm_error_row *rows, size_t *n_rows)
{
    char(*keys)[GROUP_BYTES] = wm_arena_alloc(arena, a->n + 1, GROUP_BYTES);
    double *ratios = WM_NEW_ARRAY(arena, double, a->n + 1);
    double *scratch = WM_NEW_ARRAY(arena, double, a->n + 1);
    for (size_t i = 0; i < a->n; i++) {
        keys[i][0] = '\0';
        if (groupings[grouping].every || wm_operating_point_way(a->points[i]) == WM_SERVED_PLAIN)
            groupings[grouping].key(a->points[i], keys[i]);
    }
    const char *last = "";
    for (;;) { /* the next key after `last` */
        const char *next = NULL;
        for (size_t i = 0; i < a->n; i++)
            if (is_compared(a, i, what) && strcmp(keys[i], last) > 0 &&
                (next == NULL || strcmp(keys[i], next) < 0))
                next = keys[i];
        if (next == NULL)
            return;
        size_t n = 0;
        for (size_t i = 0; i < a->n; i++)
            if (is_compared(a, i, what) && strcmp(keys[i], next) == 0)
                ratios[n++] = predicted(&a->predictions[i], what) / measured(a->points[i], what);
        last = next;
        if (n < MIN_GROUP && grouping > 0)
            continue;
        rows[*n_rows] = summarise(ratios, scratch, n);
        rows[*n_rows].by = groupings[grouping].by;
        rows[*n_rows].name = next;
        (*n_rows)++;
    }
}

static struct wm_error_rows error_rows(struct wm_arena *arena, const struct wm_accuracy *a,
                                       enum wm_compared what)
{
    struct wm_error_rows e = {
        .rows = WM_NEW_ARRAY(arena, struct wm_error_row, N_GROUPINGS * (a->n / MIN_GROUP + 2))};
    for (size_t g = 0; g < N_GROUPINGS; g++)
        add_grouping(arena, a, g, what, e.rows, &e.n);
    return e;
}

struct wm_accuracy wm_accuracy_of(struct wm_arena *arena, const struct wm_operating_points *points,
                                  enum wm_points_kind kind)
{
    struct wm_accuracy a = {0};
    const struct wm_operating_point **kept =
        WM_NEW_ARRAY(arena, const struct wm_operating_point *, 2 * points->n + 1);
    struct wm_prediction *said = WM_NEW_ARRAY(arena, struct wm_prediction, 2 * points->n + 1);
    const struct wm_operating_point **const all = kept + points->n;
    struct wm_prediction *const all_said = said + points->n;
    bool *const counts = WM_NEW_ARRAY(arena, bool, points->n + 1);
    size_t n_all = 0;
    for (size_t i = 0; i < points->n; i++) {
        const struct wm_operating_point *p = &points->items[i];
        const bool is_asked = kind == WM_POINTS_ALL || p->is_fit == (kind == WM_POINTS_FIT);
        const struct wm_prediction now = wm_operating_point_predict(p, NULL, NULL);
        if (now.out_tok_per_s_per_gpu <= 0.0) {
            a.n_misfits += is_asked;
            continue;
        }
        all[n_all] = p;
        all_said[n_all] = now;
        counts[n_all++] = is_asked;
        if (!is_asked)
            continue;
        kept[a.n] = p;
        said[a.n++] = now;
    }
    a.points = kept;
    a.predictions = said;
    for (int i = 0; i < WM_N_QUANTITIES; i++)
        a.errors[i] = error_rows(arena, &a, (enum wm_compared)i);
    a.rank = wm_rank_of(arena, kept, said, NULL, a.n);
    a.fronts = wm_rank_of(arena, all, all_said, counts, n_all);
    return a;
}
