/* What is computed beside the published claims, the verdicts, and which of them are asked for. */
#include <math.h>
#include <string.h>

#include "claim_rows.h"
#include "wattmill/suggest.h"

bool claim_is_met(const struct wm_claim *c, double value)
{
    const double low = c->published_low, high = c->published_high;
    const double room_frac = high - low < 1e-9 * high ? 0.1 : 0.0; /* of a single figure */
    return value >= low * (1.0 - room_frac) && value <= high * (1.0 + room_frac);
}

static const char *verdict(struct wm_arena *arena, struct wm_claim *c)
{
    if (isnan(c->computed))
        return "cannot be computed";
    if (isnan(c->published_high))
        return "no figure published";
    /* how far off is told from the figure itself */
    const double low = c->published_low, high = c->published_high;
    c->agrees = claim_is_met(c, c->computed);
    if (c->agrees)
        return c->evidence == WM_EVIDENCE_CALIBRATED ? "within the evidence, 26-52 %" : "agrees";
    if (c->computed <= 0.0)
        return "not supported: there is none";
    const bool above = c->computed > high;
    const double factor = above ? c->computed / high : low / c->computed;
    const char *const way = above ? "higher" : "lower";
    if (factor < 1.25)
        return wm_arena_printf(arena, "%.0f %% %s",
                               fmax(1.0, 100.0 * (above ? factor - 1.0 : 1.0 - 1.0 / factor)), way);
    return wm_arena_printf(
        arena, factor < 2.0 ? "same order, %.2g times %s" : "not supported: %.3g times %s", factor,
        way);
}

static void compute(struct study *s, const struct claim_row *r, struct wm_claim *c)
{
    s->why = "";
    s->published = (double)NAN;
    *c = (struct wm_claim){.id = r->head.name,
                           .claim = r->head.title,
                           .conditions = r->conditions,
                           .source = r->head.source,
                           .as_of = r->head.as_of,
                           .unit = r->unit,
                           .published_low = r->published_low,
                           .published_high = r->published_high,
                           .evidence = (enum wm_evidence)r->evidence,
                           .drives = r->drives,
                           .measured = r->measured};
    c->computed = claim_measure(s, r);
    if (isfinite(s->published)) {
        const double room = fmin(r->within, fmax(s->published, 1.0));
        c->published_low = s->published / room;
        c->published_high = s->published * room;
    }
    c->why = isnan(c->computed) ? (s->why[0] != 0 ? s->why : "it does not run") : "";
    c->verdict = verdict(s->arena, c);
    claim_draw(s, (enum claim_spread)r->uncertain, c);
}

static bool is_one(const struct claim_rows *rows, const char *only)
{
    for (size_t i = 0; only != NULL && i < rows->n; i++)
        if (strcmp(only, rows->items[i].head.name) == 0)
            return true;
    return false;
}

/* "million-fold" names all rows that begin with "million-fold-". */
static bool is_of(const char *group, const char *id)
{
    const size_t n = strlen(group);
    return n > 0 && strncmp(group, id, n) == 0 && id[n] == '-';
}

/* A row's name, and the groups that begin with it. */
static void offer(struct wm_arena *arena, struct wm_suggest *near, const struct claim_rows *rows,
                  size_t i)
{
    const char *const id = rows->items[i].head.name;
    wm_suggest_offer(near, id);
    for (const char *dash = strchr(id, '-'); dash != NULL; dash = strchr(dash + 1, '-')) {
        const size_t n = (size_t)(dash - id);
        if (i == 0 || strncmp(rows->items[i - 1].head.name, id, n + 1) != 0)
            wm_suggest_offer(near, wm_arena_printf(arena, "%.*s", (int)n, id));
    }
}

enum wm_status wm_claims_compute(struct wm_arena *arena, const struct wm_claims_ask *ask,
                                 struct wm_claims *out, struct wm_diags *diags)
{
    struct study s = {.arena = arena, .diags = diags, .why = ""};
    struct claim_rows rows;
    const enum wm_status status = claim_rows_read(arena, ask->files, ask->n_files, &rows, diags);
    *out = (struct wm_claims){.items = WM_NEW_ARRAY(arena, struct wm_claim, rows.n + 1)};
    if (status != WM_OK)
        return status;
    s.catalog = rows.catalog;
    struct wm_suggest near = wm_suggest_init(ask->only != NULL ? ask->only : "");
    const bool is_row = is_one(&rows, ask->only);
    for (size_t i = 0; i < rows.n; i++) {
        const char *const id = rows.items[i].head.name;
        offer(arena, &near, &rows, i);
        if (ask->only != NULL && !(is_row ? strcmp(ask->only, id) == 0 : is_of(ask->only, id)))
            continue;
        compute(&s, &rows.items[i], &out->items[out->n++]);
        if (ask->progress != NULL)
            ask->progress(ask->context, i + 1, rows.n);
    }
    out->parts = s.parts;
    out->n_parts = s.n_parts;
    if (ask->only == NULL || out->n > 0)
        return WM_OK;
    wm_diag_add(diags, WM_E101, NULL, NULL, "claims: no claim \"%s\"%s", ask->only,
                wm_suggest_text(arena, &near));
    return WM_USAGE;
}
