/* The bill as sheets: month by month, and each line of each month. */
#include <math.h>
#include <string.h>

#include "book_parts.h"
#include "page_parts.h"

enum { PALETTE = 8 };
static const unsigned palette[PALETTE] = {0x2a5a87, 0x3f8f6b, 0xc2543a, 0xb8860b,
                                          0x76529a, 0x4b9aa8, 0x90b4d2, 0x8a929c};

static double or_zero(double x)
{
    return isfinite(x) ? x : 0.0;
}

/* A part of the bill: a line of the tariff. */
struct part {
    const char *line, *detail, *basis;
};

static bool same_part(const struct part *p, const struct wm_json *l)
{
    return strcmp(p->line, wm_page_string(l, "line")) == 0 &&
           strcmp(p->detail, wm_page_string(l, "detail")) == 0 &&
           strcmp(p->basis, wm_page_string(l, "basis")) == 0;
}

static const struct wm_json *lines_of(const struct wm_json *month)
{
    const struct wm_json *const lines = wm_json_find(month, "lines");
    return lines != NULL ? lines->child : NULL;
}

/* Lines of all months that cost something in one, each once, in their order. */
static size_t find_parts(const struct wm_side *s, struct part *parts, size_t n_max)
{
    size_t n = 0;
    for (const struct wm_json *m = wm_book_rows(s, "bill"); m != NULL; m = m->next)
        for (const struct wm_json *l = lines_of(m); l != NULL; l = l->next) {
            size_t i = 0;
            while (i < n && !same_part(&parts[i], l))
                i++;
            if (i == n && n < n_max && fabs(wm_page_number(l, "usd")) > 0.0)
                parts[n++] = (struct part){wm_page_string(l, "line"), wm_page_string(l, "detail"),
                                           wm_page_string(l, "basis")};
        }
    return n;
}

static double part_usd(const struct part *p, const struct wm_json *month)
{
    double usd = 0.0;
    for (const struct wm_json *l = lines_of(month); l != NULL; l = l->next)
        if (same_part(p, l))
            usd += or_zero(wm_page_number(l, "usd"));
    return usd;
}

enum { PARTS_MAX = 60, BILL_HEAD = 2, BILL_FIRST = 6 };

static void month_row(struct wm_sheet *sheet, unsigned row, const struct wm_json *m,
                      const struct part *parts, unsigned n)
{
    static const char *const keys[] = {"hours", "grid_energy_mwh", "peak_mw", "load_factor_frac",
                                       "contract_mw"};
    char from[4], to[4];
    wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_page_string(m, "month"));
    for (unsigned i = 0; i < 5; i++)
        wm_sheet_number(sheet, row, 1 + i, WM_LOOK_NUMBER, wm_page_number(m, keys[i]));
    for (unsigned i = 0; i < n; i++)
        wm_sheet_number(sheet, row, BILL_FIRST + i, WM_LOOK_MONEY, part_usd(&parts[i], m));
    wm_sheet_formula(sheet, row, BILL_FIRST + n, WM_LOOK_RESULT, wm_page_number(m, "bill_usd"),
                     "=SUM(%s%u:%s%u)", wm_column_letters(BILL_FIRST, from), row + 1,
                     wm_column_letters(BILL_FIRST + n - 1, to), row + 1);
    wm_sheet_formula(sheet, row, BILL_FIRST + n + 1, WM_LOOK_NUMBER,
                     wm_page_number(m, "bill_usd_per_mwh"), "=IF(C%u>0,%s%u/C%u,\"none\")", row + 1,
                     wm_column_letters(BILL_FIRST + n, from), row + 1, row + 1);
}

static void total_row(struct wm_sheet *sheet, unsigned row, const struct wm_side *s,
                      const struct part *parts, unsigned n)
{
    char c[4];
    double bill = 0.0, mwh = 0.0, hours = 0.0;
    wm_sheet_text(sheet, row, 0, WM_LOOK_HEAD, "sum");
    for (const struct wm_json *m = wm_book_rows(s, "bill"); m != NULL; m = m->next) {
        hours += or_zero(wm_page_number(m, "hours"));
        mwh += or_zero(wm_page_number(m, "grid_energy_mwh"));
        bill += or_zero(wm_page_number(m, "bill_usd"));
    }
    const double sums[] = {hours, mwh};
    for (unsigned i = 0; i < 2; i++)
        wm_sheet_formula(sheet, row, 1 + i, WM_LOOK_RESULT, sums[i], "=SUM(%s%d:%s%u)",
                         wm_column_letters(1 + i, c), BILL_HEAD + 2, c, row);
    for (unsigned i = 0; i < n; i++) {
        double usd = 0.0;
        for (const struct wm_json *m = wm_book_rows(s, "bill"); m != NULL; m = m->next)
            usd += part_usd(&parts[i], m);
        wm_sheet_formula(sheet, row, BILL_FIRST + i, WM_LOOK_RESULT, usd, "=SUM(%s%d:%s%u)",
                         wm_column_letters(BILL_FIRST + i, c), BILL_HEAD + 2, c, row);
    }
    wm_sheet_formula(sheet, row, BILL_FIRST + n, WM_LOOK_RESULT, bill, "=SUM(%s%d:%s%u)",
                     wm_column_letters(BILL_FIRST + n, c), BILL_HEAD + 2, c, row);
    wm_sheet_formula(sheet, row, BILL_FIRST + n + 1, WM_LOOK_NUMBER,
                     mwh > 0.0 ? bill / mwh : (double)NAN, "=IF(C%u>0,%s%u/C%u,\"none\")", row + 1,
                     c, row + 1, row + 1);
}

static void bill_chart(struct wm_sheet *sheet, unsigned row, unsigned n)
{
    struct wm_book_series series[PARTS_MAX];
    for (unsigned i = 0; i < n; i++)
        series[i] = (struct wm_book_series){BILL_FIRST + i, BILL_HEAD + 1, row - 1, 0,
                                            palette[i % PALETTE]};
    const struct wm_book_chart chart = {.kind = WM_CHART_STACKED,
                                        .title = "Bill by month and line",
                                        .x = "month",
                                        .y = "USD",
                                        .series = series,
                                        .n_series = n,
                                        .width_px = 960};
    if (n > 0)
        wm_sheet_chart(sheet, row + 2, 0, &chart);
}

void wm_book_bill(struct wm_book *book, struct wm_arena *arena, const struct wm_side *s)
{
    static const char *const heads[] = {
        "month", "hours", "MWh bought", "highest 15 min, MW", "load factor", "contract, MW"};
    struct part parts[PARTS_MAX];
    const unsigned n = (unsigned)find_parts(s, parts, PARTS_MAX);
    if (wm_book_rows(s, "bill") == NULL)
        return;
    struct wm_sheet *const sheet = wm_book_sheet(book, "Monthly bill");
    wm_sheet_width(sheet, 0, 1, 12.0);
    wm_sheet_width(sheet, 1, 7 + n, 15.0);
    wm_sheet_text(sheet, 0, 0, WM_LOOK_TITLE, "Monthly bill, USD, on the site's clock");
    wm_sheet_texts(sheet, BILL_HEAD, WM_LOOK_HEAD, 1, heads);
    for (unsigned i = 1; i < 6; i++)
        wm_sheet_text(sheet, BILL_HEAD, i, WM_LOOK_HEAD_RIGHT, heads[i]);
    for (unsigned i = 0; i < n; i++)
        wm_sheet_text(sheet, BILL_HEAD, BILL_FIRST + i, WM_LOOK_HEAD_RIGHT,
                      parts[i].detail[0] != '\0'
                          ? wm_arena_printf(arena, "%s, %s", parts[i].line, parts[i].detail)
                          : parts[i].line);
    wm_sheet_text(sheet, BILL_HEAD, BILL_FIRST + n, WM_LOOK_HEAD_RIGHT, "bill");
    wm_sheet_text(sheet, BILL_HEAD, BILL_FIRST + n + 1, WM_LOOK_HEAD_RIGHT, "USD per MWh");
    wm_sheet_head(sheet, BILL_HEAD);
    unsigned row = BILL_HEAD + 1;
    for (const struct wm_json *m = wm_book_rows(s, "bill"); m != NULL; m = m->next)
        month_row(sheet, row++, m, parts, n);
    total_row(sheet, row, s, parts, n);
    bill_chart(sheet, row, n);
}

/* Where quantity, price and part of the month explain the sum, it is their product. */
static void line_usd(struct wm_sheet *sheet, unsigned row, const struct wm_json *l)
{
    const double usd = wm_page_number(l, "usd");
    const double product =
        wm_page_number(l, "quantity") * wm_page_number(l, "price") * wm_page_number(l, "months");
    if (fabs(product - usd) <= 1e-9 * fabs(usd))
        wm_sheet_formula(sheet, row, 9, WM_LOOK_MONEY, usd, "=E%u*G%u*I%u", row + 1, row + 1,
                         row + 1);
    else
        wm_sheet_number(sheet, row, 9, WM_LOOK_MONEY, usd);
}

void wm_book_bill_lines(struct wm_book *book, const struct wm_side *s)
{
    static const char *const heads[] = {"month",    "line", "detail", "basis",
                                        "quantity", "unit", "price",  "unit of the price",
                                        "months",   "USD"};
    static const char *const texts[] = {"line", "detail", "basis"};
    struct wm_sheet *sheet = NULL;
    unsigned row = 1;
    for (const struct wm_json *m = wm_book_rows(s, "bill"); m != NULL; m = m->next)
        for (const struct wm_json *l = lines_of(m); l != NULL; l = l->next, row++) {
            if (sheet == NULL) {
                sheet = wm_book_sheet(book, "Bill lines");
                wm_sheet_width(sheet, 0, 10, 16.0);
                wm_sheet_width(sheet, 1, 2, 32.0);
                wm_sheet_texts(sheet, 0, WM_LOOK_HEAD, sizeof heads / sizeof *heads, heads);
                wm_sheet_head(sheet, 0);
            }
            wm_sheet_text(sheet, row, 0, WM_LOOK_PLAIN, wm_page_string(m, "month"));
            for (unsigned i = 0; i < 3; i++)
                wm_sheet_text(sheet, row, 1 + i, WM_LOOK_PLAIN, wm_page_string(l, texts[i]));
            wm_sheet_number(sheet, row, 4, WM_LOOK_NUMBER, wm_page_number(l, "quantity"));
            wm_sheet_text(sheet, row, 5, WM_LOOK_NOTE, wm_page_string(l, "unit"));
            wm_sheet_number(sheet, row, 6, WM_LOOK_NUMBER, wm_page_number(l, "price"));
            wm_sheet_text(sheet, row, 7, WM_LOOK_NOTE, wm_page_string(l, "price_unit"));
            wm_sheet_number(sheet, row, 8, WM_LOOK_NUMBER, wm_page_number(l, "months"));
            line_usd(sheet, row, l);
        }
}
