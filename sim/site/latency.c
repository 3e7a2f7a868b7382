#include "latency.h"
#include "wattmill/numeric.h"

#include <math.h>

/* Nodes of a distribution: each stands for a slice of probability, finer in the tail. */
struct node {
    double prob, weight, z; /* middle of the slice, its width, normal quantile of prob */
};
static const struct node nodes[] = {
    {0.05, 0.1, -1.6448536},    {0.15, 0.1, -1.0364334},    {0.25, 0.1, -0.6744898},
    {0.35, 0.1, -0.3853205},    {0.45, 0.1, -0.1256613},    {0.55, 0.1, 0.1256613},
    {0.65, 0.1, 0.3853205},     {0.75, 0.1, 0.6744898},     {0.85, 0.1, 1.0364334},
    {0.925, 0.05, 1.4395315},   {0.9625, 0.025, 1.7804643}, {0.9825, 0.015, 2.1083583},
    {0.9925, 0.005, 2.4323790}, {0.997, 0.004, 2.7477814},  {0.9995, 0.001, 3.2905267},
};
enum { N_NODES = sizeof nodes / sizeof nodes[0] };
static const double shortest_tpot_s = 1e-6;

void wm_latency_add(struct wm_latency *latency, const struct wm_spread *mix, double tok)
{
    if (mix->position >= 0.0) {
        const double x = mix->position * WM_LATENCY_SUBSTEPS;
        const size_t i = (size_t)wm_smaller(floor(x), WM_LATENCY_POSITIONS - 2);
        const double t = x - (double)i;
        latency->at_position[i] += (1.0 - t) * tok;
        latency->at_position[i + 1] += t * tok;
        return;
    }
    const double rate = WM_SPREAD_SUM(mix, out_tok_per_s);
    for (size_t i = 0; i < mix->n && rate > 0.0; i++)
        latency->at_point[mix->point[i]->clock][mix->point[i]->batch] +=
            tok * mix->weight[i] * mix->point[i]->serving.out_tok_per_s / rate;
}

/* Slices of a prompt distribution between two of its quantiles; of a uniform one; of answers. */
enum { SLICES = 3, UNIFORM = 3, ANSWERS = 5 };
static const double answers_z[ANSWERS] = {-1.2815516, -0.5244005, 0.0, 0.5244005, 1.2815516};

/* Waits of all requests as shares and values; how many. */
struct waits {
    size_t n;
    double share[1 + UNIFORM * (1 + N_NODES)], wait_s[1 + UNIFORM * (1 + N_NODES)];
};

static void put_wait(struct waits *w, double share, double wait_s)
{
    if (share <= 0.0)
        return;
    w->share[w->n] = share;
    w->wait_s[w->n++] = wait_s;
}

static struct waits waits_of(const struct wm_wait *w)
{
    const struct wm_skewed more = {w->more_s, w->more_s * sqrt(w->more_scv),
                                   2.0 * sqrt(w->more_scv)};
    struct waits all = {0};
    put_wait(&all, 1.0 - w->prob, 0.0);
    for (int i = 0; i < UNIFORM; i++) {
        const double share = w->prob / UNIFORM;
        const double rest_s = w->round_s * ((double)i + 0.5) / UNIFORM;
        put_wait(&all, share * (1.0 - w->more_prob), rest_s);
        for (size_t k = 0; k < N_NODES; k++)
            put_wait(&all, share * w->more_prob * nodes[k].weight,
                     rest_s + wm_larger(0.0, wm_skewed_at(&more, nodes[k].z)));
    }
    return all;
}

/* First tokens of requests served at a point: a wait, and a reading by the prompt's length. */
static void spread_ttft(const struct wm_serving_point *p, const struct wm_class *c, double tok,
                        struct wm_log_hist *ttft)
{
    const struct wm_workload_class *const shape = c->workload->class;
    const struct waits waits = waits_of(&p->wait);
    const bool alike = wm_prompts_of(shape).n == 0;
    for (int k = 1; k < (alike ? 2 : WM_PROMPT_QUANTILES); k++) {
        const double from = wm_prompt_probs[k - 1], width = wm_prompt_probs[k] - from;
        for (int j = 0; j < (alike ? 1 : SLICES); j++) {
            const double prob = from + width * ((double)j + 0.5) / SLICES;
            const double share = alike ? tok : tok * width / SLICES;
            const double read_s =
                p->ttft_base_s +
                wm_reading_s(&p->reading, c->prompt_scale * wm_prompt_ratio(shape, prob));
            for (size_t i = 0; i < waits.n; i++)
                wm_log_hist_add(ttft, read_s + waits.wait_s[i], share * waits.share[i]);
        }
    }
}

/* Times per token about their mean; `t`: place between the points. */
static void spread_tpot(const struct wm_serving_point *a, const struct wm_serving_point *b,
                        double t, const struct wm_class *c, double tok, struct wm_log_hist *tpot)
{
    const struct wm_workload_class *const shape = c->workload->class;
    struct wm_pace pace = t < 0.5 ? a->pace : b->pace;
    pace.mean_s = a->pace.mean_s + t * (b->pace.mean_s - a->pace.mean_s);
    for (size_t k = 0; k < ANSWERS; k++) {
        const struct wm_skewed over = wm_pace_over(
            &pace, wm_answer_of_tokens(shape->output_tok, shape->output_scv, answers_z[k]));
        for (size_t i = 0; i < N_NODES; i++)
            wm_log_hist_add(tpot, wm_larger(wm_skewed_at(&over, nodes[i].z), shortest_tpot_s),
                            tok * nodes[i].weight / ANSWERS);
    }
}

void wm_latency_spread(const struct wm_latency *latency, const struct wm_surface *surface,
                       const struct wm_class *class, struct wm_log_hist *ttft,
                       struct wm_log_hist *tpot)
{
    double column_tok[WM_SURFACE_BATCHES] = {0}; /* first tokens: as those of the nearest columns */
    for (size_t i = 0; i < WM_LATENCY_POSITIONS; i++) {
        if (latency->at_position[i] <= 0.0)
            continue;
        const size_t lo = (size_t)wm_smaller((double)(i / WM_LATENCY_SUBSTEPS), WM_SURFACE_BATCHES - 2);
        const double t = (double)i / WM_LATENCY_SUBSTEPS - (double)lo;
        spread_tpot(&surface->rows[0][lo].serving, &surface->rows[0][lo + 1].serving, t, class,
                    latency->at_position[i], tpot);
        column_tok[lo] += (1.0 - t) * latency->at_position[i];
        column_tok[lo + 1] += t * latency->at_position[i];
    }
    for (size_t i = 0; i < surface->n_clocks; i++)
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++) {
            const struct wm_serving_point *const p = &surface->rows[i][j].serving;
            const double tok = latency->at_point[i][j] + (i == 0 ? column_tok[j] : 0.0);
            if (latency->at_point[i][j] > 0.0)
                spread_tpot(p, p, 0.0, class, latency->at_point[i][j], tpot);
            if (tok > 0.0)
                spread_ttft(p, class, tok, ttft);
        }
}
