/* The HTML of a report page of runs. */
#include <math.h>
#include <string.h>

#include "html.h"

static const char *string_at(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_STRING ? v->text : "";
}

static double number_at(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_NUMBER ? v->number : (double)NAN;
}

static double printed(const struct wm_side *s, enum wm_metric metric)
{
    return wm_unit_from_si(wm_metric_info(metric)->unit, s->metric[metric]);
}

/* What must be known before the figures. */
static void leads(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const list = wm_json_find(wm_json_find(s->result, "headline"), "leads");
    for (const struct wm_json *c = list != NULL ? list->child : NULL; c != NULL; c = c->next) {
        fputs("<p class=\"lead\">", file);
        wm_html_text(file, c->type == WM_JSON_STRING ? c->text : "");
        fputs("</p>\n", file);
    }
}

/* P10, P50 and P90 of what is uncertain in money. */
static void range(FILE *file, const struct wm_side *s)
{
    char npv[3][24], revenue[3][24];
    if (!isfinite(s->metric[WM_METRIC_npv_p50_usd]))
        return;
    for (unsigned k = 0; k < 3; k++) {
        (void)wm_short_number(s->metric[WM_METRIC_npv_p10_usd + k], npv[k]);
        (void)wm_short_number(s->metric[WM_METRIC_revenue_p10_usd_per_mw_utility_year + k],
                              revenue[k]);
    }
    fprintf(file,
            " With prices, charges, capital, delay and the serving model as uncertain as they are, "
            "P10, P50 and P90 of the NPV are %s$, %s$ and %s$ (below 0 in %.0f %% of draws), of "
            "revenue %s$, %s$ and %s$ per MW-year.",
            npv[0], npv[1], npv[2], 100.0 * s->metric[WM_METRIC_npv_negative_frac], revenue[0],
            revenue[1], revenue[2]);
}

static void verdict(FILE *file, const struct wm_side *s)
{
    char money[24], npv[24];
    const char *const path = string_at(wm_json_find(s->result, "headline"), "price_path");
    leads(file, s);
    fputs("<p class=\"verdict\">", file);
    if (s->infeasible != NULL) {
        fputs("Infeasible: ", file);
        wm_html_text(file, s->infeasible);
    } else if (!isfinite(s->metric[WM_METRIC_revenue_usd_per_mw_utility_year])) {
        fputs("The result holds no revenue per megawatt.", file);
    } else {
        fprintf(file,
                "%s$ per contract MW-year; power is %.0f %% of operator cash OpEx (definition B, "
                "assumed ledger; evidence spans 26&#8211;52 %%); limited by %s; NPV %s$",
                wm_short_number(printed(s, WM_METRIC_revenue_usd_per_mw_utility_year), money),
                100.0 * printed(s, WM_METRIC_power_share_b_frac), wm_side_limit(s),
                wm_short_number(printed(s, WM_METRIC_npv_usd), npv));
        fputs(path[0] != '\0' ? " at " : "", file);
        wm_html_text(file, path);
        fputs(".", file);
        range(file, s);
    }
    fputs("</p>\n", file);
}

static void metric_rows(FILE *file, const struct wm_side *s, bool main_ones)
{
    HEAD(file, 1, "metric", "value", "unit", "meaning");
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        if (!isfinite(s->metric[i]) || wm_metric_is_main((enum wm_metric)i) != main_ones)
            continue;
        fputs("<tr>", file);
        wm_html_code_cell(file, info->key);
        wm_html_number_cell(file, printed(s, (enum wm_metric)i));
        wm_html_cell(file, wm_unit_symbol(info->unit));
        wm_html_cell(file, info->doc);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

static void metrics(FILE *file, const struct wm_side *s)
{
    fputs("<h2>Main figures</h2>\n", file);
    metric_rows(file, s, true);
    fputs("<details><summary>All other metrics</summary>\n", file);
    metric_rows(file, s, false);
    fputs("</details>\n", file);
}

static void origin_cell(FILE *file, const char *origin)
{
    const bool user = strcmp(origin, "user") == 0;
    fprintf(file, "<td%s>", user ? " class=\"user\"" : "");
    wm_html_text(file, user ? "set by the user" : origin);
    fputs("</td>", file);
}

static void assumptions(FILE *file, const struct wm_page_part *part, enum wm_metric metric)
{
    const struct wm_metric_info *const info = wm_metric_info(metric);
    fputs("<h2>Assumptions that matter</h2>\n", file);
    if (part->n_assumptions > 0) {
        fprintf(file,
                "<p class=\"note\">Each changed by 10 %% alone, the same random numbers; change of "
                "<code>%s</code> [%s]. Marked: set by the user.</p>\n",
                info->key, wm_unit_symbol(info->unit));
        HEAD(file, 1, "input", "value", "unit", "source", "step", "change");
    }
    for (size_t i = 0; i < part->n_assumptions; i++) {
        const struct wm_assumption *const a = &part->assumptions[i];
        fputs("<tr>", file);
        wm_html_code_cell(file, a->path);
        fputs("<td class=\"n\">", file);
        wm_html_text(file, a->value);
        fputs("</td>", file);
        wm_html_cell(file, a->unit);
        origin_cell(file, a->origin);
        fprintf(file, "<td class=\"n\">%+.0f %%</td>", 100.0 * a->step_frac);
        wm_html_number_cell(file, wm_unit_from_si(info->unit, a->change));
        fputs("</tr>\n", file);
    }
    if (part->n_assumptions > 0)
        wm_html_table_end(file);
    fprintf(file, "<details%s><summary>All inputs and where each comes from</summary>\n",
            part->n_assumptions > 0 ? "" : " open");
    HEAD(file, 4, "input", "value", "unit", "source");
    for (size_t i = 0; i < part->side->n_inputs; i++) {
        const struct wm_side_input *const in = &part->side->inputs[i];
        fputs("<tr>", file);
        wm_html_code_cell(file, in->path);
        wm_html_code_cell(file, in->value);
        wm_html_cell(file, in->unit);
        origin_cell(file, in->origin);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
    fputs("</details>\n", file);
}

static void figures(FILE *file, struct wm_arena *arena, const struct wm_page_part *part, size_t at)
{
    if (part->n_figures > 0)
        fputs("<h2>Figures</h2>\n", file);
    for (size_t i = 0; i < part->n_figures; i++)
        wm_html_figure(file, part->svg[i], part->captions[i],
                       wm_arena_printf(arena, "p%zuf%zu_", at, i));
}

static void yearly(FILE *file, const struct wm_side *s)
{
    static const char *const keys[] = {
        "revenue_usd",  "power_usd", "opex_usd",         "tax_usd",        "capex_usd",
        "residual_usd", "flow_usd",  "cumulated_pv_usd", "owner_flow_usd", "dscr"};
    const struct wm_json *const rows = wm_json_find(s->result, "yearly");
    if (rows == NULL || rows->child == NULL)
        return;
    fputs("<h2>Yearly pro-forma</h2>\n<p class=\"note\">Nominal; flows at the ends of years; the "
          "run's "
          "year repeats on the price path; USD.</p>\n",
          file);
    HEAD(file, 0, "year", "revenue", "power", "other OpEx", "tax", "capital", "residual",
         "cash flow", "cumulated PV", "owner's flow", "DSCR");
    for (const struct wm_json *y = rows->child; y != NULL; y = y->next) {
        fprintf(file, "<tr><td class=\"n\">%.0f</td>", number_at(y, "year"));
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            wm_html_number_cell(file, number_at(y, keys[i]));
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

static void energy(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const uses = wm_json_find(s->result, "energy");
    double total = 0.0;
    fputs("<h2>Energy and money</h2>\n", file);
    HEAD(file, 1, "use of energy", "MWh", "share", "what it covers");
    for (const struct wm_json *u = uses != NULL ? uses->child : NULL; u != NULL; u = u->next)
        total += number_at(u, "mwh");
    for (const struct wm_json *u = uses != NULL ? uses->child : NULL; u != NULL; u = u->next) {
        fputs("<tr>", file);
        wm_html_cell(file, string_at(u, "use"));
        wm_html_number_cell(file, number_at(u, "mwh"));
        fprintf(file, "<td class=\"n\">%.1f %%</td>", 100.0 * number_at(u, "mwh") / total);
        wm_html_cell(file, string_at(u, "doc"));
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

static void ledger(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const lines = wm_json_find(s->result, "ledger");
    HEAD(file, 1, "ledger line", "USD", "A", "B", "C", "D", "E");
    for (const struct wm_json *l = lines != NULL ? lines->child : NULL; l != NULL; l = l->next) {
        const struct wm_json *const counted = wm_json_find(l, "definitions");
        fputs("<tr>", file);
        wm_html_cell(file, string_at(l, "name"));
        wm_html_number_cell(file, number_at(l, "usd"));
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

static void balances(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const rows = wm_json_find(s->result, "balances");
    fputs("<h2>Balances</h2>\n", file);
    HEAD(file, 2, "balance", "statement", "in", "out", "unit", "residual");
    for (const struct wm_json *b = rows != NULL ? rows->child : NULL; b != NULL; b = b->next) {
        const double residual = number_at(b, "residual_rel");
        fputs("<tr>", file);
        wm_html_cell(file, string_at(b, "name"));
        wm_html_cell(file, string_at(b, "statement"));
        wm_html_number_cell(file, number_at(b, "in"));
        wm_html_number_cell(file, number_at(b, "out"));
        wm_html_cell(file, string_at(b, "unit"));
        fprintf(file, "<td class=\"n%s\">%.1e</td></tr>\n",
                residual <= WM_BALANCE_LIMIT ? "" : " bad", residual);
    }
    wm_html_table_end(file);
}

static void messages(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const items = wm_json_find(s->result, "messages");
    fputs("<h2>Messages</h2>\n", file);
    if (items == NULL || items->child == NULL) {
        fputs("<p>None.</p>\n", file);
        return;
    }
    fputs("<ul>\n", file);
    for (const struct wm_json *m = items->child; m != NULL; m = m->next) {
        fputs("<li>", file);
        wm_html_text(file, string_at(m, "code"));
        fputs(" <code>", file);
        wm_html_text(file, string_at(m, "path"));
        fputs("</code> ", file);
        wm_html_text(file, string_at(m, "text"));
        fputs("</li>\n", file);
    }
    fputs("</ul>\n", file);
}

static void stamp(FILE *file, const struct wm_side *s)
{
    static const char *const keys[] = {"version", "git_id", "scenario_hash", "catalog_hash"};
    const struct wm_json *const st = wm_json_find(s->result, "stamp");
    fputs("<h2>Stamp</h2>\n<p class=\"note\">wattmill", file);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        fprintf(file, "%s%s <code>", i > 0 ? ", " : " ", i == 0 ? "" : keys[i]);
        wm_html_text(file, string_at(st, keys[i]));
        fputs("</code>", file);
    }
    fprintf(file, ", seed %lld. Equal stamps mean equal results.</p>\n", (long long)s->seed);
}

static void part(FILE *file, struct wm_arena *arena, const struct wm_page *page, size_t at)
{
    const struct wm_page_part *const p = &page->parts[at];
    fputs("<h1>", file);
    wm_html_text(file, p->side->name);
    fputs("</h1>\n", file);
    verdict(file, p->side);
    if (p->side->result == NULL)
        return;
    metrics(file, p->side);
    assumptions(file, p, page->metric);
    figures(file, arena, p, at);
    yearly(file, p->side);
    energy(file, p->side);
    ledger(file, p->side);
    balances(file, p->side);
    messages(file, p->side);
    stamp(file, p->side);
}

/* Several results begin with a table of what a planner compares. */
static void overview(FILE *file, const struct wm_page *page)
{
    static const enum wm_metric shown[] = {WM_METRIC_revenue_usd_per_mw_utility_year,
                                           WM_METRIC_npv_usd,
                                           WM_METRIC_irr_frac,
                                           WM_METRIC_output_tok_per_s_per_mw_utility,
                                           WM_METRIC_energy_j_per_output_tok,
                                           WM_METRIC_lcot_out_usd_per_mtok,
                                           WM_METRIC_power_share_b_frac};
    fputs("<h1>Side by side</h1>\n", file);
    HEAD(file, 2, "scenario", "limited by", "USD/MW-yr", "NPV USD", "IRR", "tok/s/MW", "J/tok",
         "USD/Mtok out", "power B");
    for (size_t i = 0; i < page->n_parts; i++) {
        const struct wm_side *const s = page->parts[i].side;
        fputs("<tr>", file);
        wm_html_cell(file, s->name);
        wm_html_cell(file, wm_side_limit(s));
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
            wm_html_number_cell(file, printed(s, shown[k]));
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

void wm_page_write(FILE *file, struct wm_arena *arena, const struct wm_page *page)
{
    wm_html_begin(file, page->n_parts > 0 ? page->parts[0].side->name : "report");
    if (page->n_parts > 1)
        overview(file, page);
    for (size_t i = 0; i < page->n_parts; i++)
        part(file, arena, page, i);
    wm_html_end(file);
}
