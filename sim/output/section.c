/* One section of a result as rows: by class, pool, hall, ledger line, month, year, line of the bill. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/bill.h"
#include "wattmill/column.h"
#include "wattmill/grid.h"
#include "wattmill/output.h"

struct sheet {
    struct wm_arena *arena;
    bool short_numbers; /* four digits, for a terminal */
    const char **cells;
    size_t n;
};

static void text(struct sheet *s, const char *value)
{
    s->cells[s->n++] = value;
}

static void number(struct sheet *s, double value)
{
    char buf[32];
    if (!isfinite(value))
        text(s, NULL);
    else if (s->short_numbers && value == trunc(value) && fabs(value) < 1e7)
        text(s, wm_arena_printf(s->arena, "%.0f", value));
    else if (s->short_numbers)
        text(s, wm_arena_printf(s->arena, "%.4g", value));
    else
        text(s, wm_arena_printf(s->arena, "%s", wm_json_number_text(value, buf)));
}

/* Those of a row's figures that a table shows. */
static void numbers(struct sheet *s, const struct wm_column *columns, const void *row)
{
    for (const struct wm_column *c = columns; c->key != NULL; c++)
        if (c->is_shown)
            number(s, wm_column_value(c, row));
}

#define TEXT(name)    \
    {                 \
        .key = (name) \
    }
#define NUMBER(name)                                        \
    {                                                       \
        .key = (name), .is_json = true, .align_right = true \
    }

static const struct wm_grid_column class_texts[] = {TEXT("class"), TEXT("kind"), TEXT("llm")};

static void class_rows(struct sheet *s, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct wm_class_result *const c = &r->classes[i];
        text(s, c->name);
        text(s, c->kind);
        text(s, c->llm);
        numbers(s, wm_class_columns, c);
    }
}

static const struct wm_grid_column pool_texts[] = {
    TEXT("pool"), TEXT("accelerator"), TEXT("workload"), TEXT("parallelism"), TEXT("maturity")};

static void pool_rows(struct sheet *s, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    for (size_t i = 0; i < r->n_pools; i++) {
        const struct wm_pool_result *const p = &r->pools[i];
        text(s, p->name);
        text(s, p->accelerator);
        text(s, p->workload);
        text(s, p->parallelism);
        text(s, p->maturity);
        numbers(s, wm_pool_columns, p);
    }
}

static const struct wm_grid_column hall_texts[] = {TEXT("hall"), TEXT("cooling"),
                                                   TEXT("power_chain"), TEXT("racks_by")};

static void hall_rows(struct sheet *s, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    for (size_t i = 0; i < r->n_halls; i++) {
        const struct wm_hall_result *const h = &r->halls[i];
        text(s, h->name);
        text(s, h->cooling);
        text(s, h->power_chain);
        text(s, h->racks_by);
        numbers(s, wm_hall_columns, h);
    }
}

static const struct wm_grid_column month_texts[] = {TEXT("month")};

static void month_rows(struct sheet *s, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    for (size_t i = 0; r->bill != NULL && i < r->bill->n_months; i++) {
        char buf[16];
        const char *const name = wm_bill_month_text(&r->bill->months[i], buf);
        text(s, wm_arena_copy_text(s->arena, name, strlen(name)));
        numbers(s, wm_month_columns, &r->bill->months[i]);
    }
}

static const struct wm_grid_column year_texts[] = {NUMBER("year")};

static void year_rows(struct sheet *s, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    for (size_t i = 0; i < r->n_years; i++) {
        number(s, (double)i + 1.0);
        numbers(s, wm_year_columns, &r->years[i]);
    }
}

static const struct wm_grid_column delivered_texts[] = {
    TEXT("figure"), NUMBER("p10"), NUMBER("p50"),  NUMBER("p90"),
    NUMBER("mean"), TEXT("unit"),  TEXT("meaning")};

static void delivered_rows(struct sheet *s, const struct wm_report *report)
{
    struct wm_delivered rows[WM_DELIVERED_MAX];
    const size_t n = wm_delivered_rows(s->arena, report, rows);
    for (size_t i = 0; i < n; i++) {
        text(s, rows[i].figure);
        number(s, rows[i].band.p10);
        number(s, rows[i].band.p50);
        number(s, rows[i].band.p90);
        number(s, rows[i].band.mean);
        text(s, rows[i].unit);
        text(s, rows[i].meaning);
    }
}

static size_t n_delivered(const struct wm_results *r)
{
    (void)r;
    return WM_DELIVERED_MAX;
}

static const struct wm_grid_column bill_texts[] = {
    TEXT("month"), TEXT("line"),    TEXT("detail"),     TEXT("basis"),    NUMBER("quantity"),
    TEXT("unit"),  NUMBER("price"), TEXT("price_unit"), NUMBER("months"), NUMBER("usd")};

static void bill_rows(struct sheet *s, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    const struct wm_bill *const bill = r->bill;
    for (size_t m = 0; bill != NULL && m < bill->n_months; m++)
        for (size_t i = 0; i < bill->n_lines; i++) {
            const struct wm_bill_line *const line = &bill->lines[i];
            const struct wm_bill_item *const item = wm_bill_item(bill, m, i);
            const enum wm_unit unit = wm_bill_quantity_unit(line->basis);
            char buf[16];
            const char *const month = wm_bill_month_text(&bill->months[m], buf);
            if (!line->is_shown && item->usd == 0.0 && item->quantity == 0.0)
                continue;
            text(s, wm_arena_copy_text(s->arena, month, strlen(month)));
            text(s, line->name);
            text(s, line->detail);
            text(s, wm_charge_basis_name(line->basis));
            number(s, wm_unit_from_si(unit, item->quantity));
            text(s, wm_unit_symbol(unit));
            number(s, item->price);
            text(s, wm_unit_symbol(wm_bill_price_unit(line->basis)));
            number(s, item->months);
            number(s, item->usd);
        }
}

static const struct wm_grid_column ledger_texts[] = {
    TEXT("line"), NUMBER("usd"), TEXT("a"), TEXT("b"), TEXT("c"), TEXT("d"), TEXT("e"),
};

static void ledger_rows(struct sheet *s, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    for (size_t i = 0; r->ledger != NULL && i < r->ledger->n_lines; i++) {
        const struct wm_ledger_line *const line = &r->ledger->lines[i];
        text(s, line->name);
        number(s, line->usd);
        for (size_t d = 0; d < WM_N_OPEX; d++) {
            const struct wm_opex_definition *const o = wm_opex_definition((enum wm_opex)d);
            const bool counts = (line->tags & o->any) && !(line->tags & o->none);
            text(s, counts ? "x" : s->short_numbers ? "." : "");
        }
    }
}

static size_t n_ledger(const struct wm_results *r)
{
    return r->ledger != NULL ? r->ledger->n_lines : 0;
}

static size_t n_bill(const struct wm_results *r)
{
    return r->bill != NULL ? r->bill->n_months * r->bill->n_lines : 0;
}

static size_t n_months(const struct wm_results *r)
{
    return r->bill != NULL ? r->bill->n_months : 0;
}

static size_t n_classes(const struct wm_results *r)
{
    return r->n_classes;
}

static size_t n_pools(const struct wm_results *r)
{
    return r->n_pools;
}

static size_t n_halls(const struct wm_results *r)
{
    return r->n_halls;
}

static size_t n_years(const struct wm_results *r)
{
    return r->n_years;
}

/* Of a table for a person; files have all. */
enum { ROWS_MAX = 400 };

#define TEXTS(array) array, sizeof array / sizeof *array

/* First the texts, then what `columns` shows; `most` rows at most. */
static const struct section {
    const char *name;
    const struct wm_grid_column *texts;
    size_t n_texts;
    const struct wm_column *columns;
    size_t (*most)(const struct wm_results *r);
    void (*rows)(struct sheet *s, const struct wm_report *report);
} sections[] = {
    {"classes", TEXTS(class_texts), wm_class_columns, n_classes, class_rows},
    {"pools", TEXTS(pool_texts), wm_pool_columns, n_pools, pool_rows},
    {"halls", TEXTS(hall_texts), wm_hall_columns, n_halls, hall_rows},
    {"ledger", TEXTS(ledger_texts), NULL, n_ledger, ledger_rows},
    {"bill", TEXTS(bill_texts), NULL, n_bill, bill_rows},
    {"monthly", TEXTS(month_texts), wm_month_columns, n_months, month_rows},
    {"delivered", TEXTS(delivered_texts), NULL, n_delivered, delivered_rows},
    {"yearly", TEXTS(year_texts), wm_year_columns, n_years, year_rows},
};

/* Headings of a section. */
static struct wm_grid_column *headings(struct wm_arena *arena, const struct section *section,
                                       size_t *n)
{
    size_t most = section->n_texts;
    for (const struct wm_column *c = section->columns; c != NULL && c->key != NULL; c++)
        most++;
    struct wm_grid_column *const out = WM_NEW_ARRAY(arena, struct wm_grid_column, most);
    for (*n = 0; *n < section->n_texts; (*n)++)
        out[*n] = section->texts[*n];
    for (const struct wm_column *c = section->columns; c != NULL && c->key != NULL; c++)
        if (c->is_shown)
            out[(*n)++] = (struct wm_grid_column)NUMBER(c->key);
    return out;
}

bool wm_output_section(FILE *file, struct wm_arena *arena, const struct wm_report *report,
                       const char *name, enum wm_format format)
{
    const struct wm_results *const r = report->results;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const struct section *const section = &sections[i];
        size_t n = 0;
        if (strcmp(section->name, name) != 0)
            continue;
        const struct wm_grid_column *const columns = headings(arena, section, &n);
        const size_t most = section->most(r) * n + 1;
        struct sheet s = {.arena = arena,
                          .short_numbers = format == WM_FORMAT_TABLE || format == WM_FORMAT_MD,
                          .cells = WM_NEW_ARRAY(arena, const char *, most)};
        section->rows(&s, report);
        const size_t n_rows = s.n / n;
        const bool is_long = format == WM_FORMAT_TABLE && n_rows > ROWS_MAX;
        const struct wm_grid grid = {columns, n, s.cells, is_long ? ROWS_MAX : n_rows};
        wm_grid_write(file, &grid, format);
        if (is_long)
            fprintf(file, "%zu more rows: --format csv has them all\n", n_rows - ROWS_MAX);
        return true;
    }
    return false;
}
