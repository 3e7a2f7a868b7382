#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;color:#222;max-width:1080px;margin:2em "
    "auto;padding:0 1em}"
    "h1{font-size:1.6em;margin:1.2em 0 .2em}h2{font-size:1.15em;margin:1.6em 0 "
    ".4em;border-bottom:1px solid #ccc}"
    ".verdict{font-size:1.2em;font-weight:600}.lead{font-weight:700;color:#a40000;"
    "border-left:4px solid #a40000;padding-left:.5em}"
    ".note{color:#555;font-size:.9em}"
    "table{border-collapse:collapse;width:100%;font-size:.9em}th,td{padding:.25em "
    ".6em;border-bottom:1px solid #e4e4e4;"
    "text-align:left;vertical-align:top}th{border-bottom:2px solid #999}td.n,th.n{text-align:right;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}.user{background:#fff3d6}.bad{color:#"
    "b00020;font-weight:600}"
    "figure{margin:1em 0;break-inside:avoid}figure "
    "svg{width:100%;height:auto}figcaption{color:#555;font-size:.9em}"
    "code{font-size:.95em;overflow-wrap:anywhere}details{margin:.8em 0}"
    "@media "
    "print{body{max-width:none;margin:0;font-size:11px}details>*{display:block}h1{break-before:"
    "page}"
    "h1:first-of-type{break-before:auto}tr{break-inside:avoid}@page{margin:15mm}}";

void wm_html_text(FILE *file, const char *s)
{
    for (; *s != 0; s++) {
        switch (*s) {
        case '&':
            fputs("&amp;", file);
            break;
        case '<':
            fputs("&lt;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        case '"':
            fputs("&quot;", file);
            break;
        case '\'':
            fputs("&#39;", file);
            break;
        default:
            fputc((unsigned char)*s < ' ' && *s != '\n' ? ' ' : *s, file);
        }
    }
}

void wm_html_cell(FILE *file, const char *s)
{
    fputs("<td>", file);
    wm_html_text(file, s);
    fputs("</td>", file);
}

void wm_html_code_cell(FILE *file, const char *s)
{
    fputs("<td><code>", file);
    wm_html_text(file, s);
    fputs("</code></td>", file);
}

void wm_html_number_cell(FILE *file, double value)
{
    char buf[24];
    fprintf(file, "<td class=\"n\">%s</td>", isfinite(value) ? wm_short_number(value, buf) : "");
}

void wm_html_table_begin(FILE *file, const char *const *names, size_t n_left, size_t n)
{
    fputs("<table><thead><tr>", file);
    for (size_t i = 0; i < n; i++)
        fprintf(file, "<th%s>%s</th>", i < n_left ? "" : " class=\"n\"", names[i]);
    fputs("</tr></thead><tbody>\n", file);
}

void wm_html_table_end(FILE *file)
{
    fputs("</tbody></table>\n", file);
}

void wm_html_begin(FILE *file, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
          "'unsafe-inline'; img-src data:\">\n<title>wattmill: ",
          file);
    wm_html_text(file, title);
    fprintf(file, "</title>\n<style>%s</style></head><body>\n", style);
}

void wm_html_end(FILE *file)
{
    fputs("</body></html>\n", file);
}

/* Numbers as a reader wants them, four digits and a prefix. */
static void grid_cell(FILE *file, const struct wm_grid_column *column, const char *text)
{
    char *end = NULL;
    const double value = strtod(text, &end);
    if (column->is_json && end != text && *end == 0) {
        wm_html_number_cell(file, value);
        return;
    }
    fputs(column->align_right ? "<td class=\"n\">" : "<td>", file);
    wm_html_text(file, text);
    fputs("</td>", file);
}

void wm_html_grid(FILE *file, const struct wm_grid *g)
{
    fputs("<table><thead><tr>", file);
    for (size_t c = 0; c < g->n_columns; c++) {
        fputs(g->columns[c].align_right ? "<th class=\"n\">" : "<th>", file);
        wm_html_text(file, g->columns[c].key);
        fputs("</th>", file);
    }
    fputs("</tr></thead><tbody>\n", file);
    for (size_t r = 0; r < g->n_rows; r++) {
        fputs("<tr>", file);
        for (size_t c = 0; c < g->n_columns; c++) {
            const char *const text = g->cells[r * g->n_columns + c];
            grid_cell(file, &g->columns[c], text != NULL ? text : "");
        }
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

/* Ids must be unique in a page that holds several drawings. */
static void svg(FILE *file, const char *drawing, const char *prefix)
{
    static const char *const marks[] = {"id='", "id=\"", "href='#", "href=\"#", "url(#"};
    const char *c = strstr(drawing, "<svg");
    while (c != NULL && *c != 0) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof marks / sizeof *marks && n == 0; i++)
            if (strncmp(c, marks[i], strlen(marks[i])) == 0)
                n = strlen(marks[i]);
        if (n > 0) {
            fwrite(c, 1, n, file);
            fputs(prefix, file);
            c += n;
        } else {
            fputc(*c++, file);
        }
    }
}

void wm_html_figure(FILE *file, const char *drawing, const char *caption, const char *prefix)
{
    fputs("<figure role=\"img\" aria-label=\"", file);
    wm_html_text(file, caption);
    fputs("\">\n", file);
    svg(file, drawing, prefix);
    fputs("<figcaption>", file);
    wm_html_text(file, caption);
    fputs("</figcaption></figure>\n", file);
}
