/* The page of the claims: verdicts by what they tell about the model, a figure, every claim with its conditions. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "page_parts.h"
#include "wattmill/claims.h"

/* What agreement on a claim of the class is worth. */
static const char *const worth[WM_N_EVIDENCE] = {
    "nothing of the claim went into the model: these test it",
    "its measurements are among those that were fitted: how well the fit holds",
    "quotients of datasheets, or published counts times published prices: no simulation",
    "an assumption was once chosen to come out so"};

static double middle(const struct wm_claim *c)
{
    return c->published_low > 0.0 ? sqrt(c->published_low * c->published_high) : c->published_high;
}

static bool is_drawn(const struct wm_claim *c)
{
    return isfinite(c->computed) && c->computed > 0.0 && middle(c) > 0.0;
}

void wm_claims_csv(FILE *file, const void *context)
{
    const struct wm_claims *const claims = context;
    fputs("claim,evidence,computed_over_published,p10,p90,published_low,published_high\n", file);
    for (int e = 0; e < WM_N_EVIDENCE; e++)
        for (size_t i = 0; i < claims->n; i++) {
            const struct wm_claim *const c = &claims->items[i];
            const double mid = middle(c);
            if (c->evidence != (enum wm_evidence)e || !is_drawn(c))
                continue;
            const double numbers[] = {c->computed / mid, c->computed_p10 / mid,
                                      c->computed_p90 / mid, c->published_low / mid,
                                      c->published_high / mid};
            wm_csv_text(file, c->id);
            fprintf(file, ",%d", e);
            for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
                fputc(',', file);
                wm_csv_put_number(file, numbers[k]);
            }
            fputc('\n', file);
        }
}

bool wm_claims_figures(struct wm_folder *folder, const struct wm_claims *claims,
                       struct wm_page_part *part)
{
    size_t n_bytes = 0, n = 0;
    for (size_t i = 0; i < claims->n; i++)
        n += is_drawn(&claims->items[i]);
    folder->formats |= WM_FIGURE_SVG;
    if (n == 0)
        return true;
    const char **const svg = WM_NEW_ARRAY(folder->arena, const char *, 1);
    static const char *const captions[] = {
        "Computed over published, with P10 to P90 of the draws; the grey bar is what is published"};
    if (!wm_folder_figure(folder, "claims_ledger", wm_claims_csv, claims) ||
        wm_text_load(folder->arena,
                     wm_arena_printf(folder->arena, "%s/claims_ledger.svg", folder->dir), svg,
                     &n_bytes, folder->diags) != WM_OK)
        return false;
    *part = (struct wm_page_part){.svg = svg, .captions = captions, .n_figures = 1};
    return true;
}

static void counts(FILE *file, const struct wm_claims *claims)
{
    HEAD(file, 1, "evidence", "agree", "differ", "without figure", "<what it is worth");
    for (int e = 0; e < WM_N_EVIDENCE; e++) {
        const struct wm_claim_counts n = wm_claims_count(claims, (enum wm_evidence)e);
        if (n.rows == 0)
            continue;
        fprintf(file,
                "<tr><td>%s</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td><td "
                "class=\"n\">%zu</td>",
                wm_evidence_words[e], n.agree, n.differ, n.open);
        wm_html_cell(file, worth[e]);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

/* Without the blank that stands for no prefix. */
static const char *number(double value, char buf[24])
{
    const char *const text = wm_short_number(value, buf);
    const size_t n = strlen(text);
    if (text == buf && n > 0 && buf[n - 1] == ' ')
        buf[n - 1] = 0;
    return text;
}

static void span_cell(FILE *file, double low, double high)
{
    char a[24], b[24];
    if (!isfinite(high))
        fputs("<td class=\"n\"></td>", file);
    else if (high - low > 1e-9 * fabs(high))
        fprintf(file, "<td class=\"n\">%s to %s</td>", number(low, a), number(high, b));
    else
        wm_html_number_cell(file, high);
}

/* Draws never tell that something is certain. */
static void holds_cell(FILE *file, const struct wm_claim *c)
{
    const bool is_drawn_at_all = c->computed_p90 > c->computed_p10;
    if (isnan(c->holds_prob))
        fputs("<td class=\"n\"></td>", file);
    else if (is_drawn_at_all && (c->holds_prob < 0.005 || c->holds_prob > 0.995))
        fprintf(file, "<td class=\"n\">%s</td>", c->holds_prob < 0.5 ? "&lt; 0.01" : "&gt; 0.99");
    else
        fprintf(file, "<td class=\"n\">%.2f</td>", c->holds_prob);
}

static void row(FILE *file, const struct wm_claim *c)
{
    fputs("<tr><td><details><summary>", file);
    wm_html_text(file, c->claim);
    fputs("</summary><span class=\"note\"><code>", file);
    wm_html_text(file, c->id);
    fputs("</code>. Conditions: ", file);
    wm_html_text(file, c->conditions);
    fputs(". Source: ", file);
    wm_html_text(file, c->source);
    fputs(", ", file);
    wm_html_text(file, c->as_of);
    fputs(".", file);
    if (c->drives[0] != 0) {
        fputs(" Differs by: ", file);
        wm_html_text(file, c->drives);
        fputs(".", file);
    }
    if (c->measured[0] != 0) {
        fputs(" Measured: ", file);
        wm_html_text(file, c->measured);
        fputs(".", file);
    }
    if (c->why[0] != 0) {
        fputs(" Not computed: ", file);
        wm_html_text(file, c->why);
        fputs(".", file);
    }
    fputs("</span></details></td>", file);
    span_cell(file, c->published_low, c->published_high);
    wm_html_number_cell(file, c->computed);
    if (isfinite(c->computed) && c->computed_p90 > c->computed_p10)
        span_cell(file, c->computed_p10, c->computed_p90);
    else
        fputs("<td class=\"n\"></td>", file);
    wm_html_cell(file, c->unit);
    holds_cell(file, c);
    wm_html_cell(file, c->verdict);
    fputs("</tr>\n", file);
}

static void rows_of(FILE *file, const struct wm_claims *claims, enum wm_evidence evidence)
{
    if (wm_claims_count(claims, evidence).rows == 0)
        return;
    fprintf(file, "<h2>%c%s</h2>\n<p class=\"note\">", wm_evidence_words[evidence][0] - 'a' + 'A',
            wm_evidence_words[evidence] + 1);
    wm_html_text(file, worth[evidence]);
    fputs(".</p>\n", file);
    HEAD(file, 1, "claim", "published", "computed", "P10 to P90", "<unit", "holds", "<verdict");
    for (size_t i = 0; i < claims->n; i++)
        if (claims->items[i].evidence == evidence)
            row(file, &claims->items[i]);
    wm_html_table_end(file);
}

void wm_claims_page_write(FILE *file, struct wm_arena *arena, const struct wm_claims *claims,
                          const struct wm_page_part *drawn)
{
    const struct wm_stamp stamp = wm_stamp_of(NULL, 0);
    const struct wm_claim_counts n = wm_claims_count(claims, WM_EVIDENCE_INDEPENDENT);
    wm_html_begin(file, "claims");
    fputs("<h1>Published claims beside what the model computes</h1>\n<p class=\"verdict\">", file);
    fprintf(file, "Of %zu claims that test the model with a figure, %zu agree and %zu differ.",
            n.agree + n.differ, n.agree, n.differ);
    fputs("</p>\n<p class=\"note\">Every figure is computed for the conditions of its claim; "
          "nothing is "
          "fitted to one. <i>Holds</i>: share of 4,000 draws, with the errors of the model and the "
          "ranges of the conditions, that lie within what is published.</p>\n",
          file);
    counts(file, claims);
    for (size_t i = 0; i < drawn->n_figures; i++)
        wm_html_figure(file, drawn->svg[i], drawn->captions[i], wm_arena_printf(arena, "c%zu_", i));
    for (int e = 0; e < WM_N_EVIDENCE; e++)
        rows_of(file, claims, (enum wm_evidence)e);
    fputs("<h2>Stamp</h2>\n<p class=\"note\">wattmill <code>", file);
    wm_html_text(file, stamp.version);
    fputs("</code>, git_id <code>", file);
    wm_html_text(file, stamp.git_id);
    fputs("</code>, catalogue <code>", file);
    wm_html_text(file, stamp.catalog_hash);
    fputs("</code>.</p>\n", file);
    wm_html_end(file);
}
