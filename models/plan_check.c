/* One rule a width; what is refused lists the widths that its rule allows. */
#include "wattmill/plan_check.h"

#include <math.h>
#include <stdio.h>

enum width { TENSOR, DATA, EXPERT, PIPELINE, N_WIDTHS };
enum { WIDEST = 1024, LIST_BYTES = 256 };

static bool is_whole(double x)
{
    return x >= 1.0 && floor(x) == x;
}

static bool divides(double part, int64_t whole)
{
    return is_whole(part) && fmod((double)whole, part) == 0.0;
}

static bool tensor_fits(const struct wm_llm *m, double tensor)
{
    /* fewer key-value heads than ranks are held several times */
    const bool shares_kv = m->attention == WM_ATTENTION_MLA || divides(tensor, m->n_kv_heads) ||
                           divides((double)m->n_kv_heads, (int64_t)tensor);
    return divides(tensor, m->n_heads) && shares_kv &&
           (m->linear_heads == 0 || divides(tensor, m->linear_heads)) &&
           (m->dense_ffn_dim == 0 || divides(tensor, m->dense_ffn_dim));
}

static bool expert_fits(const struct wm_llm *m, const struct wm_group *g, double expert)
{
    const double ranks = g->tensor * g->data;
    if (m->experts_total == 0)
        return expert == 1.0;
    return divides(expert, m->experts_total) && fmod(ranks, expert) == 0.0 &&
           divides(ranks / expert, m->moe_ffn_dim);
}

static double width_of(const struct wm_group *g, enum width w)
{
    const double widths[N_WIDTHS] = {g->tensor, g->data, g->expert, g->pipeline};
    return widths[w];
}

static bool fits(const struct wm_llm *m, const struct wm_group *g, enum width w, double x)
{
    switch (w) {
    case TENSOR:
        return tensor_fits(m, x);
    case EXPERT:
        return expert_fits(m, g, x);
    case PIPELINE:
        return is_whole(x) && x <= (double)m->layers;
    case DATA:
    case N_WIDTHS:
        break;
    }
    return is_whole(x);
}

bool wm_group_is_possible(const struct wm_llm *llm, const struct wm_group *group)
{
    for (int w = 0; w < N_WIDTHS; w++)
        if (!fits(llm, group, (enum width)w, width_of(group, (enum width)w)))
            return false;
    return true;
}

/* What is divided, for the message. */
static const char *what(struct wm_arena *arena, const struct wm_llm *m, const struct wm_group *g,
                        enum width w)
{
    const char *const linear =
        m->linear_heads > 0
            ? wm_arena_printf(arena, ", %lld heads of linear attention", (long long)m->linear_heads)
            : "";
    if (w == TENSOR && m->attention == WM_ATTENTION_MLA)
        return wm_arena_printf(arena, "%lld heads%s", (long long)m->n_heads, linear);
    if (w == TENSOR)
        return wm_arena_printf(arena, "%lld heads, %lld key-value heads%s", (long long)m->n_heads,
                               (long long)m->n_kv_heads, linear);
    if (w == EXPERT && m->experts_total > 0)
        return wm_arena_printf(arena, "%lld experts of width %lld on %g accelerators a stage",
                               (long long)m->experts_total, (long long)m->moe_ffn_dim,
                               g->tensor * g->data);
    if (w == EXPERT)
        return "a dense model has no experts";
    return wm_arena_printf(arena, "%lld layers", (long long)m->layers);
}

static void refuse(struct wm_arena *arena, const struct wm_llm *m, const struct wm_group *g,
                   enum width w, struct wm_diags *diags)
{
    static const struct {
        const char *path, *name;
    } names[N_WIDTHS] = {[TENSOR] = {"tp", "tensor"},
                         [DATA] = {"dp", "data"},
                         [EXPERT] = {"ep", "expert"},
                         [PIPELINE] = {"pp", "pipeline"}};
    char list[LIST_BYTES] = "none with these other widths";
    size_t n = 0;
    for (int x = 1; x <= WIDEST && n + 8 < sizeof list && w != PIPELINE; x++)
        if (fits(m, g, w, (double)x))
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%d", n > 0 ? ", " : "", x);
    if (w == PIPELINE)
        (void)snprintf(list, sizeof list, "1 to %lld", (long long)m->layers);
    wm_diag_add(diags, WM_E307, NULL, names[w].path,
                "%s parallelism %g does not divide %s (%s); allowed: %s", names[w].name,
                width_of(g, w), m->head.name, what(arena, m, g, w), list);
}

bool wm_group_check(struct wm_arena *arena, const struct wm_llm *llm, const struct wm_group *group,
                    struct wm_diags *diags)
{
    bool ok = true;
    for (int w = 0; w < N_WIDTHS; w++)
        if (!fits(llm, group, (enum width)w, width_of(group, (enum width)w))) {
            refuse(arena, llm, group, (enum width)w, diags);
            ok = false;
        }
    return ok;
}

bool wm_context_is_possible(const struct wm_llm *llm, double input_tok, double output_tok)
{
    return llm->max_context_tok == 0 || input_tok + output_tok <= (double)llm->max_context_tok;
}
