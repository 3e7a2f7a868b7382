/* The yearly pro-forma as a sheet whose figures follow its cells. */
#include <math.h>

#include "wattmill/workbook.h"

/* Rows as a spreadsheet counts them, from 1. */
enum {
    RATE = 4,
    INFLATION,
    NOMINAL,
    ON_REVENUE,
    ON_POWER,
    ON_OPEX,
    ON_CAPITAL,
    NPV = WM_PROFORMA_NPV_ROW,
    IRR = WM_PROFORMA_IRR_ROW,
    HEADING = 15,
    FIRST
};

/* Columns of the table. */
enum {
    YEAR,
    END,
    REVENUE,
    POWER,
    OPEX,
    CAPEX,
    RESIDUAL,
    TIED,
    TAX,
    FLOW,
    PV,
    SUM,
    AS_RUN,
    INTEREST,
    PRINCIPAL,
    OWNER_TAX,
    OWNER_FLOW,
    DSCR,
    N_COLUMNS
};
_Static_assert(FLOW == 'J' - 'A' && PV == 'K' - 'A' && SUM == 'L' - 'A',
               "formulas name columns by their letters");

static void given(struct wm_sheet *s, unsigned row, const char *label, enum wm_look look,
                  double value, const char *note)
{
    wm_sheet_text(s, row - 1, 0, WM_LOOK_PLAIN, label);
    wm_sheet_number(s, row - 1, 1, look, value);
    wm_sheet_text(s, row - 1, 2, WM_LOOK_NOTE, note);
}

static void levers(struct wm_sheet *s, const struct wm_proforma *p)
{
    given(s, RATE, "Discount rate", WM_LOOK_GIVEN_PERCENT, p->rate_frac,
          "yellow cells may be changed; all below follows");
    given(s, INFLATION, "Inflation", WM_LOOK_GIVEN_PERCENT, p->inflation_frac,
          p->inflation_frac > 0.0 ? "the rates are real, the flows nominal"
                                  : "0: rates and flows are nominal");
    wm_sheet_text(s, NOMINAL - 1, 0, WM_LOOK_PLAIN, "Discount rate, nominal");
    wm_sheet_formula(s, NOMINAL - 1, 1, WM_LOOK_PERCENT,
                     (1.0 + p->rate_frac) * (1.0 + p->inflation_frac) - 1.0, "=(1+B%d)*(1+B%d)-1",
                     RATE, INFLATION);
    given(s, ON_REVENUE, "Factor on revenue", WM_LOOK_GIVEN, 1.0, "");
    given(s, ON_POWER, "Factor on power", WM_LOOK_GIVEN, 1.0, "");
    given(s, ON_OPEX, "Factor on other cash cost", WM_LOOK_GIVEN, 1.0, "");
    given(s, ON_CAPITAL, "Factor on capital", WM_LOOK_GIVEN, 1.0,
          "on what is bought and what it is sold for; tax and working capital stay as the run has "
          "them");
}

/* All flows stand at whole years 0, 1, 2 ..., as IRR() takes them. */
static bool is_whole(const struct wm_proforma *p)
{
    for (size_t i = 0; i < p->n_years; i++)
        if (fabs(p->years[i].end_years - (double)i) > 1e-9)
            return false;
    return true;
}

static double nominal_irr(const struct wm_proforma *p)
{
    return (1.0 + p->irr_frac) * (1.0 + p->inflation_frac) - 1.0;
}

/* A start for the search, two digits of where it ended. */
static double guess(const struct wm_proforma *p)
{
    return isfinite(p->irr_frac) ? round(20.0 * nominal_irr(p)) / 20.0 : 0.1;
}

enum { NEWTON_STEPS = 12, NEWTON_COL = N_COLUMNS + 1 };

static double step(const struct wm_proforma *p, double rate)
{
    double worth = 0.0, slope = 0.0;
    for (size_t i = 0; i < p->n_years; i++) {
        const double t = p->years[i].end_years;
        worth += p->years[i].flow_usd * pow(1.0 + rate, -t);
        slope -= t * p->years[i].flow_usd * pow(1.0 + rate, -t - 1.0);
    }
    return rate - worth / slope;
}

/* Years that are parts: Newton's steps in cells, since IRR() takes whole ones alone. Row `i` of them. */
static void newton(struct wm_sheet *s, const struct wm_proforma *p, unsigned i, unsigned last,
                   double *rate)
{
    const unsigned row = FIRST - 1 + i, above = row;
    char c[4];
    (void)wm_column_letters(NEWTON_COL, c);
    if (i == 0) {
        wm_sheet_number(s, row, NEWTON_COL, WM_LOOK_PERCENT, *rate);
        return;
    }
    *rate = step(p, *rate);
    wm_sheet_formula(s, row, NEWTON_COL, WM_LOOK_PERCENT, *rate,
                     "=%s%u-SUMPRODUCT(J%d:J%u*(1+%s%u)^(0-B%d:B%u))/"
                     "SUMPRODUCT((0-B%d:B%u)*J%d:J%u*(1+%s%u)^(0-B%d:B%u-1))",
                     c, above, FIRST, last, c, above, FIRST, last, FIRST, last, FIRST, last, c,
                     above, FIRST, last);
}

static void results(struct wm_sheet *s, const struct wm_proforma *p, unsigned last)
{
    char c[4];
    wm_sheet_text(s, NPV - 1, 0, WM_LOOK_HEAD, "Net present value, USD");
    wm_sheet_formula(s, NPV - 1, 1, WM_LOOK_RESULT, p->npv_usd, "=SUM(K%d:K%u)", FIRST, last);
    wm_sheet_text(s, NPV - 1, 2, WM_LOOK_NOTE, "as the run has it:");
    wm_sheet_number(s, NPV - 1, 4, WM_LOOK_MONEY, p->npv_usd);
    wm_sheet_text(s, IRR - 1, 0, WM_LOOK_HEAD, "Internal rate of return");
    wm_sheet_text(s, IRR - 1, 2, WM_LOOK_NOTE,
                  isfinite(p->irr_frac) ? "as the run has it:"
                                        : "the run has none, or several: see its messages");
    wm_sheet_number(s, IRR - 1, 4, WM_LOOK_PERCENT, p->irr_frac);
    if (!isfinite(p->irr_frac))
        wm_sheet_text(s, IRR - 1, 1, WM_LOOK_PLAIN, "none");
    else if (is_whole(p))
        wm_sheet_formula(s, IRR - 1, 1, WM_LOOK_RESULT_PERCENT, p->irr_frac,
                         "=IFERROR((1+IRR(J%d:J%u,%g))/(1+B%d)-1,\"none\")", FIRST, last, guess(p),
                         INFLATION);
    else
        wm_sheet_formula(s, IRR - 1, 1, WM_LOOK_RESULT_PERCENT, p->irr_frac,
                         "=IFERROR((1+%s%d)/(1+B%d)-1,\"none\")", wm_column_letters(NEWTON_COL, c),
                         FIRST + NEWTON_STEPS, INFLATION);
}

static void year(struct wm_sheet *s, const struct wm_proforma_year *y, size_t i, double rate)
{
    const unsigned line = FIRST + (unsigned)i, row = line - 1;
    const double values[] = {y->revenue_usd,  y->power_usd, y->opex_usd, y->capex_usd,
                             y->residual_usd, y->tied_usd,  y->tax_usd};
    const double owner[] = {y->interest_usd, y->principal_usd, y->owner_tax_usd, y->owner_flow_usd};
    wm_sheet_number(s, row, YEAR, WM_LOOK_YEAR, (double)i);
    wm_sheet_number(s, row, END, WM_LOOK_YEAR, y->end_years);
    for (unsigned k = 0; k < sizeof values / sizeof *values; k++)
        wm_sheet_number(s, row, REVENUE + k, WM_LOOK_MONEY, values[k]);
    wm_sheet_formula(s, row, FLOW, WM_LOOK_MONEY, y->flow_usd,
                     "=C%u*$B$%d-D%u*$B$%d-E%u*$B$%d-(F%u-G%u)*$B$%d-H%u-I%u", line, ON_REVENUE,
                     line, ON_POWER, line, ON_OPEX, line, line, ON_CAPITAL, line, line);
    wm_sheet_formula(s, row, PV, WM_LOOK_MONEY, y->flow_usd / pow(1.0 + rate, y->end_years),
                     "=J%u/(1+$B$%d)^B%u", line, NOMINAL, line);
    wm_sheet_formula(s, row, SUM, WM_LOOK_MONEY, y->cumulated_pv_usd, "=SUM(K$%d:K%u)", FIRST,
                     line);
    wm_sheet_number(s, row, AS_RUN, WM_LOOK_MONEY, y->cumulated_pv_usd);
    for (unsigned k = 0; k < sizeof owner / sizeof *owner; k++)
        wm_sheet_number(s, row, INTEREST + k, WM_LOOK_MONEY, owner[k]);
    wm_sheet_number(s, row, DSCR, WM_LOOK_FIXED, y->dscr);
}

static void headings(struct wm_sheet *s, bool searches)
{
    static const char *const names[N_COLUMNS] = {"year",
                                                 "ends after, years",
                                                 "revenue",
                                                 "power",
                                                 "other cash cost",
                                                 "capital",
                                                 "sold or left over",
                                                 "tied up",
                                                 "tax, as run",
                                                 "cash flow",
                                                 "present value",
                                                 "cumulated present value",
                                                 "cumulated, as run",
                                                 "interest",
                                                 "principal",
                                                 "owner's tax",
                                                 "owner's flow",
                                                 "DSCR"};
    for (unsigned i = 0; i < N_COLUMNS; i++)
        wm_sheet_text(s, HEADING - 1, i, i == YEAR ? WM_LOOK_HEAD : WM_LOOK_HEAD_RIGHT, names[i]);
    if (searches)
        wm_sheet_text(s, HEADING - 1, NEWTON_COL, WM_LOOK_HEAD_RIGHT, "IRR, Newton's steps");
}

static void charts(struct wm_sheet *s, unsigned last, unsigned below)
{
    const struct wm_book_series flow = {FLOW, FIRST - 1, last - 1, YEAR, 0x2a5a87},
                                sum[] = {{SUM, FIRST - 1, last - 1, YEAR, 0x3f8f6b},
                                         {AS_RUN, FIRST - 1, last - 1, YEAR, 0x9aa4af}};
    const struct wm_book_chart flows = {.kind = WM_CHART_COLUMNS,
                                        .title = "Cash flow of each year",
                                        .x = "year",
                                        .y = "USD",
                                        .series = &flow,
                                        .n_series = 1,
                                        .width_px = 560};
    const struct wm_book_chart sums = {.kind = WM_CHART_LINES,
                                       .title = "Cumulated present value: these cells, and as run",
                                       .x = "year",
                                       .y = "USD",
                                       .series = sum,
                                       .n_series = 2,
                                       .width_px = 560};
    wm_sheet_chart(s, below + 1, 0, &flows);
    wm_sheet_chart(s, below + 1, 6, &sums);
}

void wm_book_proforma(struct wm_book *book, const struct wm_proforma *p)
{
    struct wm_sheet *const s = wm_book_sheet(book, p->sheet);
    const unsigned last = FIRST + (unsigned)p->n_years - 1;
    const bool searches = !is_whole(p) && isfinite(p->irr_frac);
    double rate = guess(p);
    wm_sheet_width(s, 0, 1, 27.0);
    wm_sheet_width(s, 1, N_COLUMNS, 16.0);
    wm_sheet_text(s, 0, 0, WM_LOOK_TITLE, "Yearly pro-forma");
    wm_sheet_text(s, 1, 0, WM_LOOK_NOTE, p->what);
    levers(s, p);
    results(s, p, last);
    wm_sheet_text(s, HEADING - 2, 0, WM_LOOK_NOTE,
                  "USD, nominal, at the ends of years; cash flow = revenue - power - other cash "
                  "cost - capital + sold - tied up - tax");
    headings(s, searches);
    wm_sheet_head(s, HEADING - 1);
    for (unsigned i = 0; i < p->n_years || (searches && i <= NEWTON_STEPS); i++) {
        if (i < p->n_years)
            year(s, &p->years[i], i, (1.0 + p->rate_frac) * (1.0 + p->inflation_frac) - 1.0);
        if (searches && i <= NEWTON_STEPS)
            newton(s, p, i, last, &rate);
    }
    charts(s, last, last > FIRST + NEWTON_STEPS || !searches ? last : FIRST + NEWTON_STEPS);
}
