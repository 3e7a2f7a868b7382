/* The tables of a run's report, behind its first page. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "kpi.h"
#include "page_parts.h"

/* Headings that the contents name; ids carry the number of the part. */
static const struct section {
    const char *id, *title;
} sections[] = {
    {"figures", "Figures"},         {"assumptions", "Assumptions that matter"},
    {"energy", "Energy and money"}, {"bill", "Bill by month"},
    {"yearly", "Yearly pro-forma"},
    {"metrics", "All metrics"},     {"inputs", "All inputs and where each comes from"},
    {"balances", "Balances"},       {"stamp", "Stamp"},
};
enum { FIGURES, ASSUMPTIONS, ENERGY, BILL, YEARLY, METRICS, INPUTS, BALANCES, STAMP, N_SECTIONS };

static void heading(FILE *file, size_t section, size_t at)
{
    fprintf(file, "<a id=\"p%zu-%s\"></a><h2>%s</h2>\n", at, sections[section].id,
            sections[section].title);
}

/* Keys as they stand in files, values as planners read them. */
static void metrics(FILE *file, const struct wm_side *s, size_t at)
{
    heading(file, METRICS, at);
    fputs("<details><summary>Every metric with its key</summary>\n", file);
    HEAD(file, 1, "metric", "value", "<unit", "<meaning");
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        char number[32];
        if (!isfinite(s->metric[i]))
            continue;
        const struct wm_kpi_unit u = wm_kpi_unit((enum wm_metric)i, &s->metric[i], 1);
        fputs("<tr>", file);
        wm_html_code_cell(file, info->key);
        fprintf(file, "<td class=\"n\">%s</td>", wm_kpi_text(&u, s->metric[i], number));
        wm_html_cell(file, u.symbol);
        wm_html_cell(file, info->doc);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
    fputs("</details>\n", file);
}

static void origin_cell(FILE *file, const char *origin)
{
    const bool user = strcmp(origin, "user") == 0;
    fprintf(file, "<td%s>", user ? " class=\"user\"" : "");
    wm_html_text(file, user ? "scenario file" : origin);
    fputs("</td>", file);
}

/* The unit of what has none is "1" in files. */
static const char *unit_text(const char *unit)
{
    return strcmp(unit, "1") == 0 ? "" : unit;
}

static void assumptions(FILE *file, const struct wm_page_part *part, enum wm_metric metric,
                        size_t at)
{
    double largest = 0.0;
    char number[32];
    if (part->n_assumptions == 0)
        return;
    for (size_t i = 0; i < part->n_assumptions; i++)
        largest = fmax(largest, fabs(part->assumptions[i].change));
    const struct wm_kpi_unit u = wm_kpi_unit(metric, &largest, 1);
    heading(file, ASSUMPTIONS, at);
    fprintf(file,
            "<p class=\"note\">Each changed by 10 %% alone, with the same random numbers; change "
            "of: %s [%s]. Marked: written in the scenario file.</p>\n",
            wm_kpi_words(metric), u.symbol);
    HEAD(file, 1, "input", "value", "<unit", "<source", "step", "change");
    for (size_t i = 0; i < part->n_assumptions; i++) {
        const struct wm_assumption *const a = &part->assumptions[i];
        fputs("<tr>", file);
        wm_html_code_cell(file, a->path);
        fputs("<td class=\"n\">", file);
        wm_html_text(file, a->value);
        fputs("</td>", file);
        wm_html_cell(file, unit_text(a->unit));
        origin_cell(file, a->origin);
        fprintf(file, "<td class=\"n\">%+.0f %%</td><td class=\"n\">%s%s</td></tr>\n",
                100.0 * a->step_frac, a->change > 0.0 ? "+" : "",
                wm_kpi_text(&u, a->change, number));
    }
    wm_html_table_end(file);
}

static void inputs(FILE *file, const struct wm_side *s, size_t at)
{
    heading(file, INPUTS, at);
    fputs("<details><summary>Every input; marked: written in the scenario file</summary>\n", file);
    HEAD(file, 4, "input", "value", "unit", "source");
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct wm_side_input *const in = &s->inputs[i];
        fputs("<tr>", file);
        wm_html_code_cell(file, in->path);
        wm_html_code_cell(file, in->value);
        wm_html_cell(file, unit_text(in->unit));
        origin_cell(file, in->origin);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
    fputs("</details>\n", file);
}

static void figures(FILE *file, struct wm_arena *arena, const struct wm_page_part *part, size_t at,
                    bool is_live)
{
    if (part->n_figures > 0)
        heading(file, FIGURES, at);
    if (is_live)
        fputs("<div id=\"charts\" class=\"charts\" hidden></div>\n", file);
    for (size_t i = 0; i < part->n_figures; i++)
        (part->has_chart[i] ? wm_html_twin : wm_html_figure)(
            file, part->svg[i], part->captions[i], wm_arena_printf(arena, "p%zuf%zu_", at, i));
}

static void yearly(FILE *file, const struct wm_side *s, size_t at)
{
    static const char *const keys[] = {"revenue_usd", "power_usd",        "opex_usd",
                                       "tax_usd",     "capex_usd",        "residual_usd",
                                       "flow_usd",    "cumulated_pv_usd", "owner_flow_usd"};
    const struct wm_json *const rows = wm_json_find(s->result, "yearly");
    char number[32];
    if (rows == NULL || rows->child == NULL)
        return;
    heading(file, YEARLY, at);
    fputs(
        "<p class=\"note\">M$, nominal; flows at the ends of years; a run of less than three years "
        "repeats on the price path.</p>\n",
        file);
    HEAD(file, 0, "year", "revenue", "power", "other OpEx", "tax", "capital", "residual",
         "cash flow", "cumulated PV", "owner's flow", "DSCR");
    for (const struct wm_json *y = rows->child; y != NULL; y = y->next) {
        fprintf(file, "<tr><td class=\"n\">%.0f</td>", wm_page_number(y, "year"));
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            fprintf(file, "<td class=\"n\">%s</td>",
                    wm_kpi_number(1e-6 * wm_page_number(y, keys[i]), number));
        fprintf(file, "<td class=\"n\">%s</td></tr>\n",
                wm_kpi_number(wm_page_number(y, "dscr"), number));
    }
    wm_html_table_end(file);
}

static void energy(FILE *file, const struct wm_side *s, size_t at)
{
    const struct wm_json *const uses = wm_json_find(s->result, "energy");
    double total = 0.0;
    char number[32];
    heading(file, ENERGY, at);
    HEAD(file, 1, "use of energy", "MWh", "share", "<what it covers");
    for (const struct wm_json *u = uses != NULL ? uses->child : NULL; u != NULL; u = u->next)
        total += wm_page_number(u, "mwh");
    for (const struct wm_json *u = uses != NULL ? uses->child : NULL; u != NULL; u = u->next) {
        fputs("<tr>", file);
        wm_html_cell(file, wm_page_string(u, "use"));
        fprintf(file, "<td class=\"n\">%s</td>", wm_kpi_number(wm_page_number(u, "mwh"), number));
        fprintf(file, "<td class=\"n\">%.1f %%</td>", 100.0 * wm_page_number(u, "mwh") / total);
        wm_html_cell(file, wm_page_string(u, "doc"));
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

static void ledger(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const lines = wm_json_find(s->result, "ledger");
    char number[32];
    HEAD(file, 1, "ledger line", "M$", "A", "B", "C", "D", "E");
    for (const struct wm_json *l = lines != NULL ? lines->child : NULL; l != NULL; l = l->next) {
        const struct wm_json *const counted = wm_json_find(l, "definitions");
        fputs("<tr>", file);
        wm_html_cell(file, wm_page_string(l, "name"));
        fprintf(file, "<td class=\"n\">%s</td>",
                wm_kpi_number(1e-6 * wm_page_number(l, "usd"), number));
        for (char letter = 'A'; letter <= 'E'; letter++) {
            bool counts = false;
            for (const struct wm_json *d = counted != NULL ? counted->child : NULL; d != NULL;
                 d = d->next)
                counts = counts || (d->type == WM_JSON_STRING && d->text[0] == letter);
            fprintf(file, "<td class=\"n\">%s</td>", counts ? "&#10003;" : "");
        }
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

static void balances(FILE *file, const struct wm_side *s, size_t at)
{
    const struct wm_json *const rows = wm_json_find(s->result, "balances");
    heading(file, BALANCES, at);
    HEAD(file, 2, "balance", "statement", "in", "out", "<unit", "residual");
    for (const struct wm_json *b = rows != NULL ? rows->child : NULL; b != NULL; b = b->next) {
        const double residual = wm_page_number(b, "residual_rel");
        fputs("<tr>", file);
        wm_html_cell(file, wm_page_string(b, "name"));
        wm_html_cell(file, wm_page_string(b, "statement"));
        wm_html_number_cell(file, wm_page_number(b, "in"));
        wm_html_number_cell(file, wm_page_number(b, "out"));
        wm_html_cell(file, wm_page_string(b, "unit"));
        fprintf(file, "<td class=\"n%s\">%.1e</td></tr>\n",
                residual <= WM_BALANCE_LIMIT ? "" : " bad", residual);
    }
    wm_html_table_end(file);
}

static void stamp(FILE *file, const struct wm_side *s, size_t at)
{
    static const char *const keys[] = {"version", "git_id", "scenario_hash", "catalog_hash"};
    const struct wm_json *const st = wm_json_find(s->result, "stamp");
    heading(file, STAMP, at);
    fputs("<p class=\"note\">wattmill", file);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        fprintf(file, "%s%s <code>", i > 0 ? ", " : " ", i == 0 ? "" : keys[i]);
        wm_html_text(file, wm_page_string(st, keys[i]));
        fputs("</code>", file);
    }
    fprintf(file, ", seed %lld. Equal stamps mean equal results.</p>\n", (long long)s->seed);
}

void wm_page_contents(FILE *file, const struct wm_page_part *p, size_t at)
{
    const struct wm_json *const rows = wm_json_find(p->side->result, "yearly");
    fputs("<nav aria-label=\"contents\">Contents: ", file);
    for (size_t i = 0; i < N_SECTIONS; i++) {
        if ((i == FIGURES && p->n_figures == 0) || (i == ASSUMPTIONS && p->n_assumptions == 0) ||
            (i == BILL && !wm_page_has_bill(p->side)) ||
            (i == YEARLY && (rows == NULL || rows->child == NULL)))
            continue;
        fprintf(file, "<a href=\"#p%zu-%s\">%s</a> ", at, sections[i].id, sections[i].title);
    }
    fputs("</nav>\n", file);
}

void wm_page_tables(FILE *file, struct wm_arena *arena, const struct wm_page_part *p,
                    enum wm_metric metric, size_t at, bool is_live)
{
    figures(file, arena, p, at, is_live);
    assumptions(file, p, metric, at);
    energy(file, p->side, at);
    ledger(file, p->side);
    if (wm_page_has_bill(p->side)) {
        heading(file, BILL, at);
        wm_page_bill(file, p->side);
    }
    yearly(file, p->side, at);
    metrics(file, p->side, at);
    inputs(file, p->side, at);
    balances(file, p->side, at);
    stamp(file, p->side, at);
}
