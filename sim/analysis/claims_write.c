/* The claims as a screen, a table of everything, and the verdicts by what they tell about the model. */
#include <math.h>
#include <string.h>

#include "wattmill/claims.h"
#include "wattmill/json.h"

const char *const wm_evidence_words[WM_N_EVIDENCE] = {"independent", "in-sample", "arithmetic",
                                                      "calibrated"};

static double published(const struct wm_claim *c)
{
    return c->published_low > 0.0 ? sqrt(c->published_low * c->published_high) : c->published_high;
}

static const char *number(struct wm_arena *arena, double value, bool exact)
{
    char buf[32];
    if (!isfinite(value))
        return NULL;
    if (exact)
        return wm_arena_printf(arena, "%s", wm_json_number_text(value, buf));
    return wm_arena_printf(arena, fabs(value) >= 1e4 && fabs(value) < 1e9 ? "%.0f" : "%.3g", value);
}

static const char *span(struct wm_arena *arena, const struct wm_claim *c)
{
    const char *const low = number(arena, c->published_low, false);
    const char *const high = number(arena, c->published_high, false);
    if (high == NULL)
        return "-";
    return strcmp(low, high) == 0 ? high : wm_arena_printf(arena, "%s to %s", low, high);
}

/* Draws tell two digits, and never that something is certain. */
static const char *probability(struct wm_arena *arena, const struct wm_claim *c)
{
    const bool is_drawn = c->computed_p90 > c->computed_p10;
    if (isnan(c->holds_prob))
        return "-";
    if (is_drawn && c->holds_prob < 0.005)
        return "< 0.01";
    return is_drawn && c->holds_prob > 0.995 ? "> 0.99"
                                             : wm_arena_printf(arena, "%.2f", c->holds_prob);
}

/* A screen: what is said, what comes out. The rest on demand and in the other formats. */
static void write_table(FILE *file, struct wm_arena *arena, const struct wm_claims *claims)
{
    static const struct wm_grid_column columns[] = {{.key = "claim"},
                                                    {.key = "published", .align_right = true},
                                                    {.key = "computed", .align_right = true},
                                                    {.key = "unit"},
                                                    {.key = "holds", .align_right = true},
                                                    {.key = "evidence"},
                                                    {.key = "verdict"}};
    enum { N = sizeof columns / sizeof *columns };
    const char **const cells = WM_NEW_ARRAY(arena, const char *, claims->n *N);
    for (size_t i = 0; i < claims->n; i++) {
        const struct wm_claim *const c = &claims->items[i];
        const char *const computed = number(arena, c->computed, false);
        const char *const row[N] = {
            c->id,     span(arena, c),        computed != NULL ? computed : "-",
            c->unit,   probability(arena, c), wm_evidence_words[c->evidence],
            c->verdict};
        memcpy(&cells[N * i], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N, cells, claims->n}, WM_FORMAT_TABLE);
}

static void write_details(FILE *file, const struct wm_claim *c)
{
    fprintf(file,
            "\n%s\n  conditions  %s\n  source      %s, %s\n  evidence    %s\n  differs by  %s\n",
            c->claim, c->conditions, c->source, c->as_of, wm_evidence_words[c->evidence],
            c->drives[0] != 0 ? c->drives : "-");
    if (c->measured[0] != 0)
        fprintf(file, "  measured    %s\n", c->measured);
    if (isfinite(c->holds_prob) && c->computed_p90 > c->computed_p10)
        fprintf(file, "  drawn       %.3g to %.3g %s (P10 to P90)\n", c->computed_p10,
                c->computed_p90, c->unit);
    if (c->why[0] != 0)
        fprintf(file, "  computed    none: %s\n", c->why);
}

static void write_parts(FILE *file, const struct wm_claims *claims)
{
    if (claims->n_parts > 0)
        fputs("\nmillion-fold-small, factor by factor (Shapley values of the logarithm; they "
              "multiply)\n",
              file);
    for (size_t i = 0; i < claims->n_parts; i++)
        fprintf(file, "  %8.3g x  %4.0f %%  %s\n", claims->parts[i].factor,
                100.0 * claims->parts[i].share_frac, claims->parts[i].block);
}

static void write_all(FILE *file, struct wm_arena *arena, const struct wm_claims *claims,
                      enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "id"},
        {.key = "claim"},
        {.key = "published_low", .is_json = true, .align_right = true},
        {.key = "published_high", .is_json = true, .align_right = true},
        {.key = "computed", .is_json = true, .align_right = true},
        {.key = "ratio", .is_json = true, .align_right = true},
        {.key = "unit"},
        {.key = "holds_prob", .is_json = true, .align_right = true},
        {.key = "computed_p10", .is_json = true, .align_right = true},
        {.key = "computed_p90", .is_json = true, .align_right = true},
        {.key = "evidence"},
        {.key = "verdict"},
        {.key = "conditions"},
        {.key = "source"},
        {.key = "as_of"},
        {.key = "drives"},
        {.key = "measured"},
        {.key = "why_not"}};
    enum { N = sizeof columns / sizeof *columns };
    const bool exact = format != WM_FORMAT_MD;
    const char **const cells = WM_NEW_ARRAY(arena, const char *, claims->n *N);
    for (size_t i = 0; i < claims->n; i++) {
        const struct wm_claim *const c = &claims->items[i];
        const char *const row[N] = {c->id,
                                    c->claim,
                                    number(arena, c->published_low, exact),
                                    number(arena, c->published_high, exact),
                                    number(arena, c->computed, exact),
                                    number(arena, c->computed / published(c), exact),
                                    c->unit,
                                    number(arena, c->holds_prob, exact),
                                    number(arena, c->computed_p10, exact),
                                    number(arena, c->computed_p90, exact),
                                    wm_evidence_words[c->evidence],
                                    c->verdict,
                                    c->conditions,
                                    c->source,
                                    c->as_of,
                                    c->drives,
                                    c->measured[0] != 0 ? c->measured : NULL,
                                    c->why[0] != 0 ? c->why : NULL};
        memcpy(&cells[N * i], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N, cells, claims->n}, format);
}

struct wm_claim_counts wm_claims_count(const struct wm_claims *claims, enum wm_evidence evidence)
{
    struct wm_claim_counts n = {0};
    for (size_t i = 0; i < claims->n; i++) {
        const struct wm_claim *const c = &claims->items[i];
        if (c->evidence != evidence)
            continue;
        n.rows++;
        if (isnan(c->computed) || isnan(c->published_high))
            n.open++;
        else if (c->agrees)
            n.agree++;
        else
            n.differ++;
    }
    return n;
}

/* Only what is independent of the fit tells about the model: so the verdicts are counted apart. */
static void write_counts(FILE *file, const struct wm_claims *claims)
{
    const char *between = "\n";
    for (int e = 0; e < WM_N_EVIDENCE; e++) {
        const struct wm_claim_counts n = wm_claims_count(claims, (enum wm_evidence)e);
        if (n.rows == 0)
            continue;
        fprintf(file, "%s%s: %zu agree, %zu differ", between, wm_evidence_words[e], n.agree,
                n.differ);
        if (n.open > 0)
            fprintf(file, ", %zu without figure", n.open);
        between = "; ";
    }
    fputc('\n', file);
}

void wm_claims_write(FILE *file, struct wm_arena *arena, const struct wm_claims *claims,
                     enum wm_format format)
{
    if (format != WM_FORMAT_TABLE) {
        write_all(file, arena, claims, format);
        return;
    }
    write_table(file, arena, claims);
    if (claims->n == 1)
        write_details(file, &claims->items[0]);
    write_parts(file, claims);
    if (claims->n > 1)
        write_counts(file, claims);
}
