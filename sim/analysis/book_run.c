/* The workbook of a run, from its result. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "book_parts.h"
#include "kpi.h"
#include "page_parts.h"
#include "wattmill/books.h"
#include "wattmill/catalog.h"
#include "wattmill/form.h"

enum { INK_1 = 0x2a5a87 };

const struct wm_json *wm_book_rows(const struct wm_side *s, const char *key)
{
    const struct wm_json *const rows = wm_json_find(s->result, key);
    return rows != NULL ? rows->child : NULL;
}

static const struct wm_side_input *input_of(const struct wm_side *s, const char *path)
{
    for (size_t i = 0; i < s->n_inputs; i++)
        if (strcmp(s->inputs[i].path, path) == 0)
            return &s->inputs[i];
    return NULL;
}

static double input_number(const struct wm_side *s, const char *path)
{
    const struct wm_side_input *const in = input_of(s, path);
    char *end = NULL;
    const double x = in != NULL ? strtod(in->value, &end) : (double)NAN;
    return in != NULL && end != in->value && *end == '\0' ? x : (double)NAN;
}

const char *wm_book_value(struct wm_arena *arena, const char *json)
{
    struct wm_json *node = NULL;
    struct wm_diags quiet = wm_diags_init(arena);
    if (json[0] != '"' || wm_json_parse(arena, json, strlen(json), "", &node, &quiet) != WM_OK)
        return json;
    return node->text;
}

void wm_book_value_cell(struct wm_sheet *sheet, unsigned row, unsigned col, struct wm_arena *arena,
                        const char *json)
{
    char *end = NULL;
    const double x = strtod(json, &end);
    if (end != json && *end == '\0' && isfinite(x))
        wm_sheet_number(sheet, row, col, WM_LOOK_NUMBER, x);
    else
        wm_sheet_text(sheet, row, col, WM_LOOK_WRAP, wm_book_value(arena, json));
}

unsigned wm_book_leads(struct wm_sheet *sheet, unsigned row, const struct wm_side *side)
{
    const struct wm_json *const leads =
        wm_json_find(wm_json_find(side->result, "headline"), "leads");
    for (const struct wm_json *t = leads != NULL ? leads->child : NULL; t != NULL; t = t->next)
        if (t->type == WM_JSON_STRING)
            wm_sheet_text(sheet, row++, 0, WM_LOOK_PLAIN, t->text);
    return row;
}

unsigned wm_book_stamp(struct wm_sheet *sheet, unsigned row, const struct wm_side *side)
{
    static const char *const keys[] = {"version", "git_id", "scenario_hash", "catalog_hash"};
    const struct wm_json *const stamp = wm_json_find(side->result, "stamp");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++, row++) {
        wm_sheet_text(sheet, row, 0, WM_LOOK_NOTE, keys[i]);
        wm_sheet_text(sheet, row, 1, WM_LOOK_NOTE, wm_page_string(stamp, keys[i]));
    }
    wm_sheet_text(sheet, row, 0, WM_LOOK_NOTE, "seed");
    wm_sheet_number(sheet, row, 1, WM_LOOK_WHOLE, (double)side->seed);
    return row + 1;
}

static double or_zero(double x)
{
    return isfinite(x) ? x : 0.0;
}

static struct wm_proforma_year year_of(const struct wm_json *y)
{
    return (struct wm_proforma_year){
        .end_years = wm_page_number(y, "end_years"),
        .revenue_usd = wm_page_number(y, "revenue_usd"),
        .power_usd = wm_page_number(y, "power_usd"),
        .opex_usd = wm_page_number(y, "opex_usd"),
        .capex_usd = wm_page_number(y, "capex_usd"),
        .residual_usd = wm_page_number(y, "residual_usd"),
        .tied_usd = wm_page_number(y, "tied_usd"),
        .tax_usd = wm_page_number(y, "tax_usd"),
        .flow_usd = wm_page_number(y, "flow_usd"),
        .cumulated_pv_usd = wm_page_number(y, "cumulated_pv_usd"),
        .interest_usd = wm_page_number(y, "interest_usd"),
        .principal_usd = wm_page_number(y, "principal_usd"),
        .owner_tax_usd = wm_page_number(y, "owner_tax_usd"),
        .owner_flow_usd = wm_page_number(y, "owner_flow_usd"),
        .dscr = wm_page_number(y, "dscr"),
    };
}

/* The rate as the scenario gives it: its own, else the ledger's. */
static double rate_of(const struct wm_side *s)
{
    const double own = input_number(s, "economics.discount_rate_frac");
    return isfinite(own) ? own : or_zero(input_number(s, "economics.ledger.discount_rate_frac"));
}

static bool is_real(const struct wm_side *s)
{
    const struct wm_side_input *const money = input_of(s, "economics.money");
    return money != NULL && strcmp(money->value, "\"real\"") == 0;
}

void wm_book_side_proforma(struct wm_book *book, struct wm_arena *arena, const char *sheet,
                           const struct wm_side *side)
{
    const struct wm_json *const first = wm_book_rows(side, "yearly");
    size_t n = 0;
    for (const struct wm_json *y = first; y != NULL; y = y->next)
        n++;
    if (n == 0)
        return;
    struct wm_proforma_year *const years = WM_NEW_ARRAY(arena, struct wm_proforma_year, n);
    n = 0;
    for (const struct wm_json *y = first; y != NULL; y = y->next)
        years[n++] = year_of(y);
    const struct wm_proforma p = {
        .sheet = sheet,
        .what = side->name,
        .rate_frac = rate_of(side),
        .inflation_frac =
            is_real(side) ? or_zero(input_number(side, "economics.inflation_frac")) : 0.0,
        .npv_usd = side->metric[WM_METRIC_npv_usd],
        .irr_frac = side->metric[WM_METRIC_irr_frac],
        .years = years,
        .n_years = n,
    };
    wm_book_proforma(book, &p);
}

/* A main figure: NPV and IRR are those of the pro-forma's cells. */
static void kpi_value(struct wm_sheet *sheet, unsigned row, const struct wm_side *s,
                      enum wm_metric metric, const struct wm_kpi_unit *u)
{
    const double si = s->metric[metric];
    const bool live = wm_book_rows(s, "yearly") != NULL;
    if (live && metric == WM_METRIC_npv_usd)
        wm_sheet_formula(sheet, row, 1, WM_LOOK_NUMBER, si * u->per_si, "='Pro-forma'!$B$%d*%.17g",
                         WM_PROFORMA_NPV_ROW, u->per_si);
    else if (live && metric == WM_METRIC_irr_frac)
        wm_sheet_formula(sheet, row, 1, WM_LOOK_NUMBER, si * u->per_si, "='Pro-forma'!$B$%d*%.17g",
                         WM_PROFORMA_IRR_ROW, u->per_si);
    else
        wm_sheet_number(sheet, row, 1, WM_LOOK_NUMBER, si * u->per_si);
}

static unsigned kpi_row(struct wm_sheet *sheet, unsigned row, const struct wm_side *s,
                        enum wm_metric metric)
{
    double si[4] = {s->metric[metric]};
    if (!isfinite(si[0]))
        return row;
    const bool ranged = wm_kpi_range(s->metric, metric, &si[1]);
    const struct wm_kpi_unit u = wm_kpi_unit(metric, si, ranged ? 4 : 1);
    wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_kpi_words(metric));
    kpi_value(sheet, row, s, metric, &u);
    wm_sheet_text(sheet, row, 2, WM_LOOK_NOTE, u.symbol);
    for (unsigned k = 1; ranged && k < 4; k++)
        wm_sheet_number(sheet, row, 2 + k, WM_LOOK_NUMBER, si[k] * u.per_si);
    return row + 1;
}

static void summary(struct wm_book *book, const struct wm_side *s)
{
    static const char *const heads[] = {"figure", "value", "unit", "P10", "P50", "P90"};
    struct wm_sheet *const sheet = wm_book_sheet(book, "Summary");
    const char *const path = wm_page_string(wm_json_find(s->result, "headline"), "price_path");
    unsigned row = 3;
    wm_sheet_width(sheet, 0, 1, 62.0);
    wm_sheet_width(sheet, 1, 1, 16.0);
    wm_sheet_width(sheet, 2, 1, 13.0);
    wm_sheet_width(sheet, 3, 3, 12.0);
    wm_sheet_text(sheet, 0, 0, WM_LOOK_TITLE, s->name);
    wm_sheet_text(sheet, 1, 0, WM_LOOK_NOTE, "limited by:");
    wm_sheet_text(sheet, 1, 1, WM_LOOK_PLAIN, wm_side_limit(s));
    wm_sheet_text(sheet, 2, 0, WM_LOOK_NOTE, "prices:");
    wm_sheet_text(sheet, 2, 1, WM_LOOK_PLAIN, path);
    row = wm_book_leads(sheet, row, s) + 1;
    wm_sheet_texts(sheet, row++, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
    for (size_t k = 0; k < wm_n_kpi_groups; k++) {
        wm_sheet_text(sheet, row++, 0, WM_LOOK_HEAD, wm_kpi_groups[k].title);
        for (size_t i = 0; i < wm_kpi_groups[k].n; i++)
            row = kpi_row(sheet, row, s, wm_kpi_groups[k].metrics[i]);
    }
    wm_sheet_text(sheet, row + 1, 0, WM_LOOK_NOTE,
                  "P10, P50, P90: a tenth, half and nine tenths of the draws of the range lie "
                  "below. NPV and IRR are live: they follow the sheet Pro-forma.");
    (void)wm_book_stamp(sheet, row + 3, s);
}

/* The entry that a path belongs to says where its figures come from: the nearest `source` above it of the same origin. */
static const char *source_above(const struct wm_side *s, const struct wm_side_input *in,
                                struct wm_arena *arena)
{
    for (size_t n = strlen(in->path); n > 0; n--) {
        if (in->path[n] != '.')
            continue;
        const struct wm_side_input *const source =
            input_of(s, wm_arena_printf(arena, "%.*s.source", (int)n, in->path));
        if (source != NULL && strcmp(source->origin, in->origin) == 0)
            return wm_book_value(arena, source->value);
    }
    return "";
}

static const char *source_of(struct wm_arena *arena, const struct wm_catalog *catalog,
                             const struct wm_side *s, const struct wm_side_input *in)
{
    const struct wm_field *const row = wm_path_field(in->path);
    if (row != NULL && row->kind == WM_KIND_REF && catalog != NULL && in->value[0] == '"') {
        const struct wm_catalog_head *const entry =
            wm_catalog_find(catalog, row->catalog, wm_book_value(arena, in->value));
        return entry != NULL && entry->source != NULL ? entry->source : "";
    }
    return strncmp(in->origin, "catalogue", 9) == 0 ? source_above(s, in, arena) : "";
}

static void inputs(struct wm_book *book, struct wm_arena *arena, const struct wm_side *s)
{
    static const char *const heads[] = {"input", "value", "unit", "origin", "source", "meaning"};
    static const double widths[] = {44.0, 20.0, 13.0, 32.0, 60.0, 60.0};
    struct wm_sheet *const sheet = wm_book_sheet(book, "Inputs");
    const struct wm_catalog *catalog = NULL;
    struct wm_diags quiet = wm_diags_init(arena);
    (void)wm_catalog_load(arena, &catalog, &quiet);
    for (unsigned i = 0; i < sizeof widths / sizeof *widths; i++)
        wm_sheet_width(sheet, i, 1, widths[i]);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
    wm_sheet_head(sheet, 0);
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct wm_side_input *const in = &s->inputs[i];
        const struct wm_field *const f = wm_path_field(in->path);
        const unsigned row = (unsigned)i + 1;
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, in->path);
        wm_book_value_cell(sheet, row, 1, arena, in->value);
        wm_sheet_text(sheet, row, 2, WM_LOOK_NOTE, strcmp(in->unit, "1") == 0 ? "" : in->unit);
        wm_sheet_text(sheet, row, 3, WM_LOOK_PLAIN,
                      strcmp(in->origin, "user") == 0 ? "scenario file" : in->origin);
        wm_sheet_text(sheet, row, 4, WM_LOOK_WRAP, source_of(arena, catalog, s, in));
        wm_sheet_text(sheet, row, 5, WM_LOOK_WRAP, f != NULL && f->doc != NULL ? f->doc : "");
    }
}

static bool counts(const struct wm_json *line, char letter)
{
    const struct wm_json *const list = wm_json_find(line, "definitions");
    for (const struct wm_json *d = list != NULL ? list->child : NULL; d != NULL; d = d->next)
        if (d->type == WM_JSON_STRING && d->text[0] == letter)
            return true;
    return false;
}

static void ledger(struct wm_book *book, const struct wm_side *s)
{
    static const char *const heads[] = {
        "ledger line",         "USD",       "A facility cash", "B operator cash",
        "C colocation tenant", "D accrual", "E annualised TCO"};
    enum { N_DEFINITIONS = 5 };
    if (wm_book_rows(s, "ledger") == NULL)
        return;
    struct wm_sheet *const sheet = wm_book_sheet(book, "Ledger");
    double sums[N_DEFINITIONS] = {0.0};
    unsigned row = 1;
    wm_sheet_width(sheet, 0, 1, 44.0);
    wm_sheet_width(sheet, 1, 6, 18.0);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
    wm_sheet_head(sheet, 0);
    for (const struct wm_json *l = wm_book_rows(s, "ledger"); l != NULL; l = l->next, row++) {
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_page_string(l, "name"));
        wm_sheet_number(sheet, row, 1, WM_LOOK_MONEY, wm_page_number(l, "usd"));
        for (unsigned k = 0; k < N_DEFINITIONS; k++) {
            const bool in = counts(l, (char)('A' + (int)k));
            wm_sheet_text(sheet, row, 2 + k, WM_LOOK_PLAIN, in ? "x" : "");
            sums[k] += in ? or_zero(wm_page_number(l, "usd")) : 0.0;
        }
    }
    wm_sheet_text(sheet, row + 1, 0, WM_LOOK_HEAD, "OpEx by definition, USD in the run");
    for (unsigned k = 0; k < N_DEFINITIONS; k++) {
        char c[4];
        (void)wm_column_letters(2 + k, c);
        wm_sheet_formula(sheet, row + 1, 2 + k, WM_LOOK_RESULT, sums[k],
                         "=SUMIF(%s2:%s%u,\"x\",$B2:$B%u)", c, c, row, row);
    }
    wm_sheet_text(sheet, row + 3, 0, WM_LOOK_NOTE,
                  "x: the definition counts the line. Shares of power in each stand in the sheets "
                  "Summary and Metrics.");
}

static void energy(struct wm_book *book, const struct wm_side *s)
{
    static const char *const heads[] = {"use of energy", "MWh", "share", "what it covers"};
    double total = 0.0;
    unsigned n = 0, row = 1;
    for (const struct wm_json *u = wm_book_rows(s, "energy"); u != NULL; u = u->next, n++)
        total += or_zero(wm_page_number(u, "mwh"));
    if (n == 0)
        return;
    struct wm_sheet *const sheet = wm_book_sheet(book, "Energy");
    wm_sheet_width(sheet, 0, 3, 16.0);
    wm_sheet_width(sheet, 3, 1, 80.0);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
    wm_sheet_head(sheet, 0);
    for (const struct wm_json *u = wm_book_rows(s, "energy"); u != NULL; u = u->next, row++) {
        const double mwh = wm_page_number(u, "mwh");
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_page_string(u, "use"));
        wm_sheet_number(sheet, row, 1, WM_LOOK_NUMBER, mwh);
        wm_sheet_formula(sheet, row, 2, WM_LOOK_PERCENT, total > 0.0 ? mwh / total : (double)NAN,
                         "=IF(B$%u>0,B%u/B$%u,\"none\")", n + 2, row + 1, n + 2);
        wm_sheet_text(sheet, row, 3, WM_LOOK_WRAP, wm_page_string(u, "doc"));
    }
    wm_sheet_text(sheet, row, 0, WM_LOOK_HEAD, "sum");
    wm_sheet_formula(sheet, row, 1, WM_LOOK_RESULT, total, "=SUM(B2:B%u)", row);
    const struct wm_book_series series = {1, 1, row - 1, 0, INK_1};
    const struct wm_book_chart chart = {.kind = WM_CHART_BARS,
                                        .title = "Where the MWh went",
                                        .x = "use",
                                        .y = "MWh",
                                        .series = &series,
                                        .n_series = 1};
    wm_sheet_chart(sheet, row + 2, 0, &chart);
}

/* A table of the result: figures down, elements across; texts first. */
static void figures(struct wm_book *book, const struct wm_side *s, const char *name,
                    const char *key, const struct wm_column *columns, const char *label)
{
    static const char *const texts[] = {"kind",        "pool",        "llm",      "accelerator",
                                        "workload",    "parallelism", "maturity", "cooling",
                                        "power_chain", "racks_by"};
    const struct wm_json *const first = wm_book_rows(s, key);
    unsigned col = 2, row = 1;
    if (first == NULL)
        return;
    struct wm_sheet *const sheet = wm_book_sheet(book, name);
    wm_sheet_width(sheet, 0, 1, 44.0);
    wm_sheet_width(sheet, 1, 1, 14.0);
    wm_sheet_width(sheet, 2, (unsigned)wm_json_find(s->result, key)->n_children, 20.0);
    wm_sheet_text(sheet, 0, 0, WM_LOOK_HEAD, "figure");
    wm_sheet_text(sheet, 0, 1, WM_LOOK_HEAD, "unit");
    for (const struct wm_json *c = first; c != NULL; c = c->next, col++)
        if (label != NULL)
            wm_sheet_text(sheet, 0, col, WM_LOOK_HEAD_RIGHT, wm_page_string(c, label));
        else
            wm_sheet_number(sheet, 0, col, WM_LOOK_HEAD_RIGHT, wm_page_number(c, "year"));
    wm_sheet_head(sheet, 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (wm_json_find(first, texts[i]) == NULL)
            continue;
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, texts[i]);
        col = 2;
        for (const struct wm_json *c = first; c != NULL; c = c->next)
            wm_sheet_text(sheet, row, col++, WM_LOOK_WRAP, wm_page_string(c, texts[i]));
        row++;
    }
    for (const struct wm_column *k = columns; k->key != NULL; k++, row++) {
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, k->key);
        wm_sheet_text(sheet, row, 1, WM_LOOK_NOTE,
                      strcmp(wm_unit_symbol(k->unit), "1") == 0 ? "" : wm_unit_symbol(k->unit));
        col = 2;
        for (const struct wm_json *c = first; c != NULL; c = c->next)
            wm_sheet_number(sheet, row, col++, WM_LOOK_NUMBER, wm_page_number(c, k->key));
    }
}

static void metrics(struct wm_book *book, const struct wm_side *s)
{
    static const char *const heads[] = {"metric", "value", "unit", "meaning"};
    struct wm_sheet *const sheet = wm_book_sheet(book, "Metrics");
    unsigned row = 1;
    wm_sheet_width(sheet, 0, 1, 46.0);
    wm_sheet_width(sheet, 1, 2, 20.0);
    wm_sheet_width(sheet, 3, 1, 100.0);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
    wm_sheet_head(sheet, 0);
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        if (!isfinite(s->metric[i]))
            continue;
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, info->key);
        wm_sheet_number(
            sheet, row, 1, WM_LOOK_NUMBER,
            wm_page_number(wm_json_find(wm_json_find(s->result, "metrics"), info->key), "value"));
        wm_sheet_text(sheet, row, 2, WM_LOOK_NOTE, wm_unit_symbol(info->unit));
        wm_sheet_text(sheet, row++, 3, WM_LOOK_WRAP, info->doc);
    }
}

/* Balances and warnings: what an auditor asks for last. */
static void checks(struct wm_book *book, const struct wm_side *s)
{
    static const char *const heads[] = {"balance", "statement", "in", "out", "unit", "residual"};
    struct wm_sheet *const sheet = wm_book_sheet(book, "Checks");
    unsigned row = 1;
    wm_sheet_width(sheet, 0, 1, 24.0);
    wm_sheet_width(sheet, 1, 1, 60.0);
    wm_sheet_width(sheet, 2, 4, 18.0);
    wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
    for (const struct wm_json *b = wm_book_rows(s, "balances"); b != NULL; b = b->next, row++) {
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_page_string(b, "name"));
        wm_sheet_text(sheet, row, 1, WM_LOOK_WRAP, wm_page_string(b, "statement"));
        wm_sheet_number(sheet, row, 2, WM_LOOK_NUMBER, wm_page_number(b, "in"));
        wm_sheet_number(sheet, row, 3, WM_LOOK_NUMBER, wm_page_number(b, "out"));
        wm_sheet_text(sheet, row, 4, WM_LOOK_NOTE, wm_page_string(b, "unit"));
        wm_sheet_number(sheet, row, 5, WM_LOOK_TINY, wm_page_number(b, "residual_rel"));
    }
    row++;
    for (const struct wm_json *m = wm_book_rows(s, "messages"); m != NULL; m = m->next, row++) {
        wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_page_string(m, "code"));
        wm_sheet_text(sheet, row, 1, WM_LOOK_WRAP, wm_page_string(m, "text"));
        wm_sheet_text(sheet, row, 2, WM_LOOK_NOTE, wm_page_string(m, "path"));
    }
}

static enum wm_status fill(struct wm_book *book, struct wm_arena *arena, const void *context,
                           struct wm_diags *diags)
{
    const struct wm_side *const s = context;
    (void)diags;
    summary(book, s);
    wm_book_side_proforma(book, arena, "Pro-forma", s);
    wm_book_bill(book, arena, s);
    wm_book_bill_lines(book, s);
    ledger(book, s);
    energy(book, s);
    figures(book, s, "Classes", "classes", wm_class_columns, "name");
    figures(book, s, "Pools", "pools", wm_pool_columns, "name");
    figures(book, s, "Halls", "halls", wm_hall_columns, "name");
    figures(book, s, "Simulated years", "simulated_years", wm_year_columns, NULL);
    inputs(book, arena, s);
    metrics(book, s);
    checks(book, s);
    return WM_OK;
}

enum wm_status wm_run_book_write(const char *path, const struct wm_side *side,
                                 struct wm_diags *diags)
{
    const struct wm_book_params params = {.title = side->name, .fill = fill, .context = side};
    if (side->result == NULL) {
        wm_diag_add(diags, WM_E305, NULL, NULL, "%s is infeasible: there is nothing to write: %s",
                    side->name, side->infeasible);
        return WM_INFEASIBLE;
    }
    return wm_book_write(path, &params, diags);
}
