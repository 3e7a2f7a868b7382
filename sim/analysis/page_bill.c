/* The bill month by month, as an energy manager checks a tariff. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "kpi.h"
#include "page_parts.h"

/* Lines of the tariff that have a column of their own; smaller ones share the last. */
enum { COLUMNS_MAX = 6, LINES_MAX = 64 };

struct line {
    const char *name;
    double usd; /* over all months, magnitudes */
};

static const struct wm_json *months_of(const struct wm_side *s)
{
    const struct wm_json *const bill = wm_json_find(s->result, "bill");
    return bill != NULL ? bill->child : NULL;
}

static const struct wm_json *lines_of(const struct wm_json *month)
{
    const struct wm_json *const lines = wm_json_find(month, "lines");
    return lines != NULL ? lines->child : NULL;
}

bool wm_page_has_bill(const struct wm_side *side)
{
    return months_of(side) != NULL;
}

static void add(struct line *lines, size_t *n, const char *name, double usd)
{
    size_t i = 0;
    while (i < *n && strcmp(lines[i].name, name) != 0)
        i++;
    if (i == *n && *n < LINES_MAX)
        lines[(*n)++] = (struct line){name, 0.0};
    if (i < *n && isfinite(usd))
        lines[i].usd += fabs(usd);
}

/* Largest first; lines that never cost anything are left out. */
static size_t find_lines(const struct wm_side *s, struct line *lines)
{
    size_t n = 0;
    for (const struct wm_json *m = months_of(s); m != NULL; m = m->next)
        for (const struct wm_json *l = lines_of(m); l != NULL; l = l->next)
            add(lines, &n, wm_page_string(l, "line"), wm_page_number(l, "usd"));
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && lines[k].usd > lines[k - 1].usd; k--) {
            const struct line up = lines[k];
            lines[k] = lines[k - 1];
            lines[k - 1] = up;
        }
    while (n > 0 && !(lines[n - 1].usd > 0.0))
        n--;
    return n;
}

/* What a month pays for lines [from, to). */
static double paid(const struct wm_json *month, const struct line *lines, size_t from, size_t to)
{
    double usd = 0.0;
    for (const struct wm_json *l = lines_of(month); l != NULL; l = l->next)
        for (size_t i = from; i < to; i++)
            if (strcmp(lines[i].name, wm_page_string(l, "line")) == 0)
                usd += wm_page_number(l, "usd");
    return usd;
}

static void number_cell(FILE *file, double value)
{
    char number[32];
    fprintf(file, "<td class=\"n\">%s</td>", wm_kpi_number(value, number));
}

static void head(FILE *file, const struct line *lines, size_t n, size_t n_own)
{
    fputs("<div class=\"t\"><table><thead><tr><th>month</th><th class=\"n\">MWh</th><th "
          "class=\"n\">highest 15 min, MW</th><th class=\"n\">load factor</th>",
          file);
    for (size_t i = 0; i < n_own; i++) {
        fputs("<th class=\"n\">", file);
        wm_html_text(file, lines[i].name);
        fputs("</th>", file);
    }
    fprintf(file, "%s<th class=\"n\">bill</th><th class=\"n\">$/MWh</th></tr></thead><tbody>\n",
            n > n_own ? "<th class=\"n\">other lines</th>" : "");
}

static void sums(FILE *file, const struct wm_side *s, const struct line *lines, size_t n,
                 size_t n_own)
{
    double mwh = 0.0, usd = 0.0, own[COLUMNS_MAX] = {0.0}, other = 0.0;
    for (const struct wm_json *m = months_of(s); m != NULL; m = m->next) {
        mwh += wm_page_number(m, "grid_energy_mwh");
        usd += wm_page_number(m, "bill_usd");
        for (size_t i = 0; i < n_own; i++)
            own[i] += paid(m, lines, i, i + 1);
        other += paid(m, lines, n_own, n);
    }
    fputs("<tr class=\"g\"><th>sum</th>", file);
    number_cell(file, mwh);
    fputs("<td></td><td></td>", file);
    for (size_t i = 0; i < n_own; i++)
        number_cell(file, 1e-3 * own[i]);
    if (n > n_own)
        number_cell(file, 1e-3 * other);
    number_cell(file, 1e-3 * usd);
    number_cell(file, usd / mwh);
    fputs("</tr>\n", file);
}

void wm_page_bill(FILE *file, const struct wm_side *s)
{
    struct line lines[LINES_MAX];
    const size_t n = find_lines(s, lines);
    const size_t n_own = n > COLUMNS_MAX ? COLUMNS_MAX - 1 : n;
    fputs(
        "<p class=\"note\">Thousands of dollars, months of the site's clock; a month at an end of "
        "the run may be a part.</p>\n",
        file);
    head(file, lines, n, n_own);
    for (const struct wm_json *m = months_of(s); m != NULL; m = m->next) {
        fputs("<tr>", file);
        wm_html_cell(file, wm_page_string(m, "month"));
        number_cell(file, wm_page_number(m, "grid_energy_mwh"));
        number_cell(file, wm_page_number(m, "peak_mw"));
        number_cell(file, wm_page_number(m, "load_factor_frac"));
        for (size_t i = 0; i < n_own; i++)
            number_cell(file, 1e-3 * paid(m, lines, i, i + 1));
        if (n > n_own)
            number_cell(file, 1e-3 * paid(m, lines, n_own, n));
        number_cell(file, 1e-3 * wm_page_number(m, "bill_usd"));
        number_cell(file, wm_page_number(m, "bill_usd_per_mwh"));
        fputs("</tr>\n", file);
    }
    sums(file, s, lines, n, n_own);
    wm_html_table_end(file);
}
