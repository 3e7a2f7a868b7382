#include "maturity.h"

static const double slack_frac = 0.01; /* lengths of points are means */

const char *wm_maturity_name(const struct wm_serving_plan *plan)
{
    const struct wm_serving_case *const c = &plan->c;
    if (c->curve != NULL)
        return "measured";
    return c->accelerator->fit.points > 0 && wm_prefill_accelerator(c)->fit.points > 0 &&
                   c->engine->fit.points > 0
               ? "calibrated"
               : "modelled";
}

static bool is_beyond(double value, double fitted)
{
    return fitted > 0.0 && value > fitted * (1.0 + slack_frac);
}

/* Why figures go beyond the points of the fit, in one line; "" when they do not. */
static const char *reasons(struct wm_arena *arena, const struct wm_serving_plan *plan)
{
    const struct wm_serving_case *const c = &plan->c;
    const struct wm_engine_fit *const fit = &c->engine->fit;
    const struct {
        const char *what, *likely;
        double value, fitted;
    } ranges[] = {{"tokens of a request", "long attention is likely too fast",
                   c->input_tok + c->output_tok, fit->context_tok},
                  {"accelerators in a group", "likely too fast: more to wait for",
                   wm_group_gpus(&plan->decode_group), fit->gpus},
                  {"requests per accelerator", "likely too fast: schedulers fall behind",
                   plan->capacity_batch / plan->decode_gpus, fit->batch_per_gpu}};
    const struct wm_accelerator *const kinds[] = {c->accelerator, c->prefill_accelerator};
    const char *text = "";
    for (size_t i = 0; i < 2; i++)
        if (kinds[i] != NULL && kinds[i]->fit.points == 0)
            text = wm_arena_printf(
                arena,
                            "%s; no point of %s (rates of its family, datasheet, estimates: likely too "
                            "fast while its software is young)",
                            text, kinds[i]->head.name);
    if (fit->points == 0)
        text = wm_arena_printf(arena, "%s; no point of engine %s (overheads of others)", text,
                               c->engine->head.name);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (is_beyond(ranges[i].value, ranges[i].fitted))
            text = wm_arena_printf(arena, "%s; %.0f %s, at most %.0f with engine %s (%s)", text,
                                   ranges[i].value, ranges[i].what, ranges[i].fitted,
                                   c->engine->head.name, ranges[i].likely);
    return text;
}

void wm_maturity_check(struct wm_arena *arena, const struct wm_partition *p, struct wm_diags *diags)
{
    if (p->plan.c.curve != NULL)
        return;
    const char *const text = reasons(arena, &p->plan);
    if (text[0] != '\0')
        wm_diag_add(diags, WM_W903, NULL, p->lead->name,
                    "serving goes beyond the measured points of the fit: %s", text + 2);
}
