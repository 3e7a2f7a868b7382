/* The first page of a run's report: what was decided on, in a planner's words. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "kpi.h"
#include "page_parts.h"

const char *wm_page_string(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_STRING ? v->text : "";
}

double wm_page_number(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_NUMBER ? v->number : (double)NAN;
}

static const char *input(const struct wm_side *s, const char *path)
{
    for (size_t i = 0; i < s->n_inputs; i++)
        if (strcmp(s->inputs[i].path, path) == 0)
            return s->inputs[i].value;
    return NULL;
}

static bool any_input(const struct wm_side *s, const char *prefix)
{
    for (size_t i = 0; i < s->n_inputs; i++)
        if (strncmp(s->inputs[i].path, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

/* The JSON text of a value, a text without its quotes. */
static void put_value(FILE *file, const char *json)
{
    const size_t n = strlen(json);
    char plain[200];
    if (n >= 2 && n < sizeof plain && json[0] == '"' && json[n - 1] == '"') {
        memcpy(plain, json + 1, n - 2);
        plain[n - 2] = 0;
        wm_html_text(file, plain);
    } else {
        wm_html_text(file, json);
    }
}

static void put_part(FILE *file, const char *before, const char *json, const char *after)
{
    if (json == NULL)
        return;
    fputs(before, file);
    put_value(file, json);
    fputs(after, file);
}

static void put_pools(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const pools = wm_json_find(s->result, "pools");
    for (const struct wm_json *p = pools != NULL ? pools->child : NULL; p != NULL; p = p->next) {
        char racks[32], gpus[32];
        fprintf(file, " &#183; %s racks, %s GPUs of ",
                wm_kpi_number(wm_page_number(p, "n_racks"), racks),
                wm_kpi_number(wm_page_number(p, "n_gpus"), gpus));
        wm_html_text(file, wm_page_string(p, "accelerator"));
    }
}

/* Each model once. */
static void put_models(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const classes = wm_json_find(s->result, "classes");
    const struct wm_json *const first = classes != NULL ? classes->child : NULL;
    for (const struct wm_json *c = first; c != NULL; c = c->next) {
        const char *const llm = wm_page_string(c, "llm");
        bool told = llm[0] == 0;
        for (const struct wm_json *e = first; e != c; e = e->next)
            told = told || strcmp(wm_page_string(e, "llm"), llm) == 0;
        if (told)
            continue;
        fputs(" &#183; ", file);
        wm_html_text(file, llm);
    }
}

static void put_years(FILE *file, const struct wm_side *s)
{
    const struct wm_json *const rows = wm_json_find(s->result, "yearly");
    const char *const years = input(s, "horizon.years");
    double last = 0.0;
    for (const struct wm_json *y = rows != NULL ? rows->child : NULL; y != NULL; y = y->next)
        last = fmax(last, wm_page_number(y, "year"));
    put_part(file, " &#183; from ", input(s, "horizon.start"), "");
    if (years != NULL)
        put_part(file, ", ", years, strcmp(years, "1") == 0 ? " year run" : " years run");
    if (last > 0.0)
        fprintf(file, ", appraised over %.0f years", last);
}

void wm_page_site_line(FILE *file, const struct wm_side *s)
{
    const char *const path = wm_page_string(wm_json_find(s->result, "headline"), "price_path");
    put_part(file, "", input(s, "site.ceiling.limit_mw"), " MW");
    if (any_input(s, "site.ceiling.phases.0."))
        fputs(" in the end, in phases", file);
    put_part(file, " &#183; ", input(s, "site.weather.climate"), "");
    put_part(file, " &#183; ", input(s, "site.weather.file"), "");
    put_pools(file, s);
    put_models(file, s);
    if (path[0] != 0) {
        fputs(" &#183; ", file);
        wm_html_text(file, path);
    }
    put_years(file, s);
}

void wm_page_leads(FILE *file, const struct wm_side *s, const char *who)
{
    const struct wm_json *const list = wm_json_find(wm_json_find(s->result, "headline"), "leads");
    for (const struct wm_json *c = list != NULL ? list->child : NULL; c != NULL; c = c->next) {
        fputs("<p class=\"lead\">", file);
        if (who != NULL) {
            wm_html_text(file, who);
            fputs(": ", file);
        }
        wm_html_text(file, c->type == WM_JSON_STRING ? c->text : "");
        fputs("</p>\n", file);
    }
}

static void warning(FILE *file, const struct wm_json *m)
{
    fputs("<p class=\"warn\">", file);
    wm_html_text(file, wm_page_string(m, "code"));
    fputs(" <code>", file);
    wm_html_text(file, wm_page_string(m, "path"));
    fputs("</code> ", file);
    wm_html_text(file, wm_page_string(m, "text"));
    fputs("</p>\n", file);
}

/* All of them; from the fourth on they are folded on a screen. */
static void warnings(FILE *file, const struct wm_side *s)
{
    enum { OPEN_MAX = 3 };
    const struct wm_json *const items = wm_json_find(s->result, "messages");
    size_t i = 0, n = items != NULL ? items->n_children : 0;
    for (const struct wm_json *m = n > 0 ? items->child : NULL; m != NULL; m = m->next, i++) {
        if (i == OPEN_MAX)
            fprintf(file, "<details><summary>%zu more warnings</summary>\n", n - i);
        warning(file, m);
    }
    if (n > OPEN_MAX)
        fputs("</details>\n", file);
}

static void put_amount(FILE *file, enum wm_metric metric, double si)
{
    const struct wm_kpi_unit u = wm_kpi_unit(metric, &si, 1);
    char number[32];
    const char *const gap = u.symbol[0] != 0 ? "&#160;" : "";
    fprintf(file, "%s%s%s", wm_kpi_text(&u, si, number), gap, u.symbol);
}

/* The draws, then the one case that the scenario states. */
static void put_worth(FILE *file, const struct wm_side *s)
{
    const char *const path = wm_page_string(wm_json_find(s->result, "headline"), "price_path");
    const double *const m = s->metric;
    fputs("NPV ", file);
    if (isfinite(m[WM_METRIC_npv_p50_usd])) {
        fputs("P50 ", file);
        put_amount(file, WM_METRIC_npv_usd, m[WM_METRIC_npv_p50_usd]);
        fputs(" (P10 ", file);
        put_amount(file, WM_METRIC_npv_usd, m[WM_METRIC_npv_p10_usd]);
        fputs(", P90 ", file);
        put_amount(file, WM_METRIC_npv_usd, m[WM_METRIC_npv_p90_usd]);
        fprintf(file, "), below 0 in %.0f %% of draws; ", 100.0 * m[WM_METRIC_npv_negative_frac]);
    }
    put_amount(file, WM_METRIC_npv_usd, m[WM_METRIC_npv_usd]);
    fputs(path[0] != '\0' ? " in one case: " : " in one case", file);
    wm_html_text(file, path);
}

static void verdict(FILE *file, const struct wm_side *s)
{
    const double *const m = s->metric;
    fputs("<p class=\"verdict\">", file);
    if (s->infeasible != NULL) {
        fputs("Infeasible: ", file);
        wm_html_text(file, s->infeasible);
    } else if (!isfinite(m[WM_METRIC_revenue_usd_per_mw_utility_year])) {
        fputs("The result holds no revenue per megawatt.", file);
    } else {
        char money[24];
        const double median = m[WM_METRIC_revenue_p50_usd_per_mw_utility_year];
        put_worth(file, s);
        fprintf(file, "; %s%s$ per contract MW-year; power is ", isfinite(median) ? "P50 " : "",
                wm_short_number(isfinite(median) ? median
                                                 : m[WM_METRIC_revenue_usd_per_mw_utility_year],
                                money));
        put_amount(file, WM_METRIC_power_share_b_frac, m[WM_METRIC_power_share_b_frac]);
        fprintf(file,
                " of operator cash OpEx (definition B, assumed ledger; evidence spans "
                "26&#8211;52 %%); limited by %s.",
                wm_side_limit(s));
    }
    fputs("</p>\n", file);
}

/* What is drawn: the middle first, then what the scenario's own case gives. */
static void drawn_figures(FILE *file, const struct wm_side *s)
{
    static const enum wm_metric drawn[] = {WM_METRIC_npv_usd, WM_METRIC_irr_frac,
                                           WM_METRIC_revenue_usd_per_mw_utility_year};
    static const unsigned order[] = {2, 1, 3, 0}; /* P50, P10, P90, the one case */
    char number[32];
    if (!isfinite(s->metric[WM_METRIC_npv_p50_usd]))
        return;
    fputs("<h2>What it is worth</h2>\n", file);
    HEAD(file, 1, "figure", "P50", "P10", "P90", "one case", "<unit");
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        double si[4] = {s->metric[drawn[i]]};
        if (!wm_kpi_range(s->metric, drawn[i], &si[1]))
            continue;
        const struct wm_kpi_unit u = wm_kpi_unit(drawn[i], si, 4);
        fputs("<tr>", file);
        wm_html_cell(file, wm_kpi_words(drawn[i]));
        for (size_t k = 0; k < 4; k++)
            fprintf(file, "<td class=\"n\">%s%s%s</td>", k == 0 ? "<b>" : "",
                    wm_kpi_text(&u, si[order[k]], number), k == 0 ? "</b>" : "");
        wm_html_cell(file, u.symbol);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
    fputs("<p class=\"note\">P10, P50, P90: a tenth, half and nine tenths of draws lie below, with "
          "prices, charges, capital, delay and the serving model as uncertain as the catalogue says "
          "they are. One case: the scenario's own inputs, ",
          file);
    wm_html_text(file, wm_page_string(wm_json_find(s->result, "headline"), "price_path"));
    fputs("; all figures below are its.</p>\n", file);
}

static void kpi_row(FILE *file, const struct wm_side *s, enum wm_metric metric)
{
    const double si = s->metric[metric];
    char number[32];
    if (!isfinite(si))
        return;
    const struct wm_kpi_unit u = wm_kpi_unit(metric, &si, 1);
    fputs("<tr>", file);
    wm_html_cell(file, wm_kpi_words(metric));
    fprintf(file, "<td class=\"n\">%s</td>", wm_kpi_text(&u, si, number));
    wm_html_cell(file, u.symbol);
    fputs("</tr>\n", file);
}

static bool has_any(const struct wm_side *s, const struct wm_kpi_group *g)
{
    for (size_t i = 0; i < g->n; i++)
        if (isfinite(s->metric[g->metrics[i]]))
            return true;
    return false;
}

static void main_figures(FILE *file, const struct wm_side *s)
{
    fputs("<h2>Main figures</h2>\n", file);
    HEAD(file, 1, "figure", "value", "<unit");
    for (size_t k = 0; k < wm_n_kpi_groups; k++) {
        const struct wm_kpi_group *const g = &wm_kpi_groups[k];
        if (!has_any(s, g))
            continue;
        fprintf(file, "<tr class=\"g\"><th colspan=\"3\">%s</th></tr>\n", g->title);
        for (size_t i = 0; i < g->n; i++)
            kpi_row(file, s, g->metrics[i]);
    }
    wm_html_table_end(file);
}

/* What a file says about itself, and names, change nothing. */
static bool is_label(const char *path)
{
    static const char *const whole[] = {"schema_version", "$schema", "extends", "name", "seed"};
    static const char *const ends[] = {".name", ".title", ".source", ".notes", ".as_of", ".basis"};
    const size_t n = strlen(path);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(path, whole[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && strcmp(path + n - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static bool is_set(const struct wm_side_input *in)
{
    return strcmp(in->origin, "user") == 0 && !is_label(in->path);
}

static void settings(FILE *file, const struct wm_side *s)
{
    enum { SHOWN_MAX = 36 };
    size_t n = 0;
    fputs("<h2>What the scenario sets</h2>\n<p class=\"note\">Written in the scenario file or one "
          "that it extends; everything else is a default or a catalogue entry, listed at the "
          "end.</p>\n<ul class=\"cols\">\n",
          file);
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct wm_side_input *const in = &s->inputs[i];
        if (!is_set(in) || ++n > SHOWN_MAX)
            continue;
        fputs("<li><code>", file);
        wm_html_text(file, in->path);
        fputs("</code> ", file);
        put_value(file, in->value);
        if (in->unit[0] != 0 && strcmp(in->unit, "1") != 0 && strcmp(in->unit, "frac") != 0) {
            fputc(' ', file);
            wm_html_text(file, in->unit);
        }
        fputs("</li>\n", file);
    }
    fputs("</ul>\n", file);
    if (n > SHOWN_MAX)
        fprintf(file, "<p class=\"note\">and %zu more, marked at the end.</p>\n", n - SHOWN_MAX);
}

void wm_page_front(FILE *file, const struct wm_side *s)
{
    fputs("<h1 class=\"part\">", file);
    wm_html_text(file, s->name);
    fputs("</h1>\n", file);
    if (s->result != NULL) {
        fputs("<p class=\"site\">", file);
        wm_page_site_line(file, s);
        fputs("</p>\n", file);
    }
    wm_page_leads(file, s, NULL);
    verdict(file, s);
    if (s->result == NULL)
        return;
    warnings(file, s);
    drawn_figures(file, s);
    main_figures(file, s);
    settings(file, s);
}
