/* Sides of a comparison on common axes, drawn as SVG in the page: no side has a scale of its own. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "kpi.h"
#include "page_parts.h"

enum { SIDES_MAX = 12, WIDTH = 760, LEFT = 64, RIGHT = 190, TOP = 14, BAR = 22, LABELS = 240 };

/* Colours of sides, told apart in light and dark and by their letters. */
static const char *const colors[] = {"#2a6ca8", "#c2553a", "#3f8f6b",
                                     "#b8860b", "#7a5195", "#4a9da8"};
#define COLOR(i) colors[(i) % (sizeof colors / sizeof *colors)]

static char letter(size_t i)
{
    return (char)('A' + (int)(i % 26));
}

/* From a to b in about `n` steps of 1, 2 or 5. */
static double nice_step(double width, double n)
{
    const double raw = width / n, power = pow(10.0, floor(log10(raw)));
    const double steps[] = {1.0, 2.0, 5.0, 10.0};
    for (size_t i = 0; i < 4; i++)
        if (steps[i] * power >= 0.999 * raw)
            return steps[i] * power;
    return 10.0 * power;
}

struct scale {
    double low, high, step; /* in the unit printed */
    double at_low, at_high; /* pixels */
};

static double place(const struct scale *s, double x)
{
    return s->at_low + (x - s->low) / (s->high - s->low) * (s->at_high - s->at_low);
}

/* 0 is always on the axis. */
static struct scale scale_of(double low, double high, double at_low, double at_high)
{
    low = fmin(low, 0.0);
    high = fmax(high, 0.0);
    if (!(high > low))
        high = low + 1.0;
    const double step = nice_step(high - low, 5.0);
    return (struct scale){step * floor(low / step), step * ceil(high / step), step, at_low,
                          at_high};
}

static void text(FILE *file, double x, double y, const char *anchor, const char *what)
{
    fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    wm_html_text(file, what);
    fputs("</text>\n", file);
}

static void begin(FILE *file, const char *caption, double height)
{
    fputs("<figure role=\"img\" aria-label=\"", file);
    wm_html_text(file, caption);
    fprintf(file,
            "\"><svg class=\"axes\" viewBox=\"0 0 %d %.0f\" xmlns=\"http://www.w3.org/2000/svg\">",
            WIDTH, height);
    fputs("<title>", file);
    wm_html_text(file, caption);
    fputs("</title>\n", file);
}

static void end(FILE *file, const char *caption)
{
    fputs("</svg><figcaption>", file);
    wm_html_text(file, caption);
    fputs("</figcaption></figure>\n", file);
}

/* Vertical lines with numbers below. */
static void x_axis(FILE *file, const struct scale *s, double top, double bottom)
{
    for (double x = s->low; x <= s->high + 0.5 * s->step; x += s->step) {
        char number[32];
        const double at = place(s, x);
        fprintf(file, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                fabs(x) < 1e-9 * s->step ? "zero" : "grid", at, at, top, bottom);
        text(file, at, bottom + 16.0, "middle",
             wm_kpi_number(fabs(x) < 1e-9 * s->step ? 0.0 : x, number));
    }
}

static const struct wm_json *years_of(const struct wm_side *s)
{
    const struct wm_json *const rows = wm_json_find(s->result, "yearly");
    return rows != NULL ? rows->child : NULL;
}

static size_t n_shown(const struct wm_comparison *c)
{
    return c->n_sides < SIDES_MAX ? c->n_sides : SIDES_MAX;
}

static void curve(FILE *file, const struct wm_side *s, size_t i, const struct scale *x,
                  const struct scale *y, double per_usd)
{
    char label[80];
    double last_x = 0.0, last_y = 0.0;
    fprintf(file, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2.2\" points=\"", COLOR(i));
    for (const struct wm_json *r = years_of(s); r != NULL; r = r->next) {
        last_x = place(x, wm_page_number(r, "end_years"));
        last_y = place(y, per_usd * wm_page_number(r, "cumulated_pv_usd"));
        fprintf(file, "%.1f,%.1f ", last_x, last_y);
    }
    fputs("\"/>\n", file);
    (void)snprintf(label, sizeof label, "%c %.30s", letter(i), s->name);
    if (years_of(s) != NULL) {
        fprintf(file, "<g fill=\"%s\">", COLOR(i));
        text(file, last_x + 6.0, last_y + 4.0, "start", label);
        fputs("</g>", file);
    }
}

/* Cumulated present value of each side; ends are the net present values. */
static void present_values(FILE *file, const struct wm_comparison *c)
{
    static const char caption[] = "Cumulated present value: each ends at its net present value";
    const double height = 300.0;
    double low = 0.0, high = 0.0, years = 0.0;
    for (size_t i = 0; i < n_shown(c); i++)
        for (const struct wm_json *r = years_of(&c->sides[i]); r != NULL; r = r->next) {
            low = fmin(low, wm_page_number(r, "cumulated_pv_usd"));
            high = fmax(high, wm_page_number(r, "cumulated_pv_usd"));
            years = fmax(years, wm_page_number(r, "end_years"));
        }
    if (!(years > 0.0))
        return;
    const double ends[] = {low, high};
    const struct wm_kpi_unit u = wm_kpi_unit(WM_METRIC_npv_usd, ends, 2);
    const struct scale x = {0.0, years, years > 12.0 ? 5.0 : 1.0, LEFT, WIDTH - RIGHT};
    const struct scale y = scale_of(low * u.per_si, high * u.per_si, height - 34.0, TOP);
    begin(file, caption, height);
    for (double v = y.low; v <= y.high + 0.5 * y.step; v += y.step) {
        char number[32];
        const bool is_zero = fabs(v) < 1e-9 * y.step;
        fprintf(file, "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                is_zero ? "zero" : "grid", LEFT, WIDTH - RIGHT, place(&y, v), place(&y, v));
        text(file, LEFT - 6.0, place(&y, v) + 4.0, "end", wm_kpi_number(is_zero ? 0.0 : v, number));
    }
    for (double t = 0.0; t <= years + 1e-9; t += x.step) {
        char number[32];
        text(file, place(&x, t), height - 16.0, "middle", wm_kpi_number(t, number));
    }
    text(file, 0.5 * (LEFT + WIDTH - RIGHT), height - 2.0, "middle", "years");
    text(file, LEFT + 6.0, TOP + 10.0, "start", u.symbol);
    for (size_t i = 0; i < n_shown(c); i++)
        curve(file, &c->sides[i], i, &x, &y, u.per_si);
    end(file, caption);
}

static void name_row(FILE *file, const struct wm_side *s, size_t i, double y)
{
    char label[64];
    (void)snprintf(label, sizeof label, "%c %.32s", letter(i), s->name);
    text(file, LABELS - 8.0, y, "end", label);
}

static void bar(FILE *file, const char *color, const char *style, double from, double to, double y,
                double height)
{
    fprintf(file, "<rect fill=\"%s\"%s x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
            color, style, fmin(from, to), y, fmax(0.8, fabs(to - from)), height);
}

/* Revenue, and cost by definition E with its part for power, per contract megawatt and year. */
static void money(FILE *file, const struct wm_comparison *c)
{
    static const char caption[] = "Revenue (upper bar) and cost with its capital (lower bar; dark: "
                                  "power), per contract megawatt and year";
    const size_t n = n_shown(c);
    double si[2 * SIDES_MAX] = {0.0}, most = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double *const m = c->sides[i].metric;
        si[2 * i] = m[WM_METRIC_revenue_usd_per_mw_utility_year];
        si[2 * i + 1] = si[2 * i] - m[WM_METRIC_margin_e_usd_per_mw_utility_year];
        most = fmax(most, fmax(si[2 * i], si[2 * i + 1])); /* passes over NAN */
    }
    const struct wm_kpi_unit u = wm_kpi_unit(WM_METRIC_revenue_usd_per_mw_utility_year, si, 2 * n);
    const double height = TOP + (double)n * (2.0 * BAR + 14.0) + 38.0, bottom = height - 38.0;
    const struct scale x = scale_of(0.0, most * u.per_si, LABELS, WIDTH - 70.0);
    if (!(most > 0.0))
        return;
    begin(file, caption, height);
    x_axis(file, &x, TOP, bottom);
    for (size_t i = 0; i < n; i++) {
        const double y = TOP + (double)i * (2.0 * BAR + 14.0) + 4.0;
        const double power = si[2 * i + 1] * c->sides[i].metric[WM_METRIC_power_share_e_frac];
        char number[32];
        name_row(file, &c->sides[i], i, y + BAR + 4.0);
        for (size_t k = 0; k < 2; k++) {
            const double end_x = place(&x, si[2 * i + k] * u.per_si), at = y + (double)k * BAR;
            if (!isfinite(si[2 * i + k]))
                continue;
            bar(file, COLOR(i), k == 0 ? "" : " opacity=\"0.45\"", place(&x, 0.0), end_x, at,
                BAR - 3.0);
            text(file, end_x + 5.0, at + BAR - 8.0, "start",
                 wm_kpi_number(si[2 * i + k] * u.per_si, number));
        }
        if (isfinite(power))
            bar(file, "#30343a", "", place(&x, 0.0), place(&x, power * u.per_si), y + BAR,
                BAR - 3.0);
    }
    text(file, 0.5 * (LABELS + WIDTH - 70.0), height - 4.0, "middle", u.symbol);
    end(file, caption);
}

/* P10 to P90 of the net present value; the line is the median, the dot the run itself. */
static void ranges(FILE *file, const struct wm_comparison *c)
{
    static const char caption[] = "Net present value: P10 to P90 of the draws, line: median, dot: "
                                  "at the scenario's own values";
    const size_t n = n_shown(c);
    double low = 0.0, high = 0.0, p[3];
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        const double own = c->sides[i].metric[WM_METRIC_npv_usd];
        const bool ranged = wm_kpi_range(c->sides[i].metric, WM_METRIC_npv_usd, p);
        any = any || ranged;
        low = fmin(low, ranged ? fmin(p[0], own) : own);
        high = fmax(high, ranged ? fmax(p[2], own) : own);
    }
    const double ends[] = {low, high};
    const struct wm_kpi_unit u = wm_kpi_unit(WM_METRIC_npv_usd, ends, 2);
    const struct scale x = scale_of(low * u.per_si, high * u.per_si, LABELS, WIDTH - 30.0);
    const double height = TOP + (double)n * (BAR + 8.0) + 38.0;
    if (!any)
        return;
    begin(file, caption, height);
    x_axis(file, &x, TOP, height - 38.0);
    for (size_t i = 0; i < n; i++) {
        const double y = TOP + (double)i * (BAR + 8.0) + 4.0;
        const double own = place(&x, c->sides[i].metric[WM_METRIC_npv_usd] * u.per_si);
        name_row(file, &c->sides[i], i, y + 15.0);
        if (wm_kpi_range(c->sides[i].metric, WM_METRIC_npv_usd, p)) {
            bar(file, COLOR(i), " opacity=\"0.45\"", place(&x, p[0] * u.per_si),
                place(&x, p[2] * u.per_si), y + 5.0, 12.0);
            bar(file, COLOR(i), "", place(&x, p[1] * u.per_si) - 1.5,
                place(&x, p[1] * u.per_si) + 1.5, y + 1.0, 20.0);
        }
        if (isfinite(own))
            fprintf(file,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" fill=\"%s\" stroke=\"#fff\"/>\n",
                    own, y + 11.0, COLOR(i));
    }
    text(file, 0.5 * (LABELS + WIDTH - 30.0), height - 4.0, "middle", u.symbol);
    end(file, caption);
}

void wm_page_axes(FILE *file, const struct wm_comparison *c)
{
    fputs("<h2>On common axes</h2>\n", file);
    if (c->n_sides > SIDES_MAX)
        fprintf(file, "<p class=\"note\">The first %d of %zu sides.</p>\n", SIDES_MAX, c->n_sides);
    money(file, c);
    present_values(file, c);
    ranges(file, c);
}
