#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Colours are variables: light, dark where the reader asks for it, light again on paper. */
static const char style[] =
    ":root{--ink:#222;--paper:#fff;--soft:#555;--line:#e4e4e4;--rule:#999;--mark:#fff3d6;"
    "--bad:#a40000;color-scheme:light}"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--paper:#16181b;"
    "--soft:#a9adb3;--line:#33373d;--rule:#6b7078;--mark:#4a3a10;--bad:#ff8a80;color-scheme:dark}}"
    "body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:1080px;margin:2em auto;padding:0 1em}"
    "a{color:inherit}"
    "h1{font-size:1.6em;margin:1.2em 0 .2em;overflow-wrap:break-word}h2{font-size:1.15em;"
    "margin:1.6em 0 .4em;border-bottom:1px solid var(--rule)}h3{font-size:1em;margin:1em 0 .2em}"
    ".site{margin:.2em 0 .8em}.verdict{font-size:1.2em;font-weight:600}"
    ".lead{font-weight:700;color:var(--bad);border-left:4px solid var(--bad);padding-left:.5em}"
    ".warn{border-left:4px solid #e69f00;padding-left:.5em;margin:.4em 0;overflow-wrap:break-word}"
    ".note,nav{color:var(--soft);font-size:.9em}nav{margin:1em 0}nav "
    "a{margin-right:1em;white-space:nowrap}"
    ".t{overflow-x:auto;margin:.5em 0 1em}"
    "table{border-collapse:collapse;width:100%;font-size:.9em}th,td{padding:.25em .6em;"
    "border-bottom:1px solid var(--line);text-align:left;vertical-align:top}"
    "th{border-bottom:2px solid var(--rule);vertical-align:bottom}td.n,th.n{text-align:right;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}tr.g th{border-bottom:1px solid "
    "var(--rule);padding-top:.7em}"
    ".user{background:var(--mark)}.bad{color:var(--bad);font-weight:600}"
    "figure{margin:1em 0;overflow-x:auto;break-inside:avoid}figure svg{width:100%;height:auto;"
    "background:#fff}figure "
    "image{image-rendering:pixelated}figcaption{color:var(--soft);font-size:.9em}"
    "svg.axes{background:none!important;font-size:12px}svg.axes text{fill:var(--ink)}svg.axes g "
    "text{fill:inherit}"
    ".grid{stroke:var(--line)}.zero{stroke:var(--rule)}td.b{width:42%;padding:0}td.b "
    "svg{width:100%;height:18px;display:block}"
    "rect.end{fill:#2a6ca8}rect.up{fill:#3f8f6b}rect.down{fill:#c2553a}"
    "code{font-size:.95em;overflow-wrap:break-word}details{margin:.8em 0}"
    "summary{cursor:pointer;font-weight:600}"
    ".cols{columns:2;column-gap:2em;font-size:.9em;margin:.3em 0;padding:0;list-style:none}"
    ".cols li{break-inside:avoid;overflow-wrap:break-word}"
    "@media (max-width:640px){body{margin:.5em auto;padding:0 .7em}.cols{columns:1}"
    "th,td{padding:.2em .35em}figure svg{width:760px}}"
    /* on paper nothing is folded: a reader cannot click */
    "@media print{body{max-width:none;margin:0;font-size:10.5px}a{text-decoration:none}"
    "details::details-content{content-visibility:visible;display:block;block-size:auto;"
    "opacity:1}summary{list-style:none}.t,figure{overflow:visible}"
    ".cols{columns:2}.front{break-after:page}h1.part{break-before:page}"
    "h1,h2,h3,summary{break-after:avoid}h2+*,h3+*,summary+*{break-before:avoid}"
    "thead{break-after:avoid}tr,li{break-inside:avoid}p{orphans:3;widows:3}@page{margin:13mm}}";

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
    fputs("<div class=\"t\"><table><thead><tr>", file);
    for (size_t i = 0; i < n; i++) {
        const bool left = names[i][0] == '<';
        fprintf(file, "<th%s>%s</th>", i < n_left || left ? "" : " class=\"n\"",
                names[i] + (left ? 1 : 0));
    }
    fputs("</tr></thead><tbody>\n", file);
}

void wm_html_table_end(FILE *file)
{
    fputs("</tbody></table></div>\n", file);
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

static void value_cell(FILE *file, const char *json)
{
    const size_t n = json != NULL ? strlen(json) : 0;
    const bool quoted = n >= 2 && json[0] == '"' && json[n - 1] == '"';
    char plain[400];
    if (json == NULL || !quoted || n >= sizeof plain) {
        wm_html_cell(file, json != NULL ? json : "(absent)");
        return;
    }
    memcpy(plain, json + 1, n - 2);
    plain[n - 2] = '\0';
    wm_html_cell(file, plain);
}

void wm_html_changes(FILE *file, const struct wm_change *changes, size_t n)
{
    HEAD(file, 4, "input", "A", "B", "unit");
    for (size_t i = 0; i < n; i++) {
        fputs("<tr>", file);
        wm_html_code_cell(file, changes[i].path);
        value_cell(file, changes[i].from);
        value_cell(file, changes[i].to);
        wm_html_cell(file, strcmp(changes[i].unit, "1") == 0 ? "" : changes[i].unit);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

void wm_html_grid(FILE *file, const struct wm_grid *g)
{
    fputs("<div class=\"t\"><table><thead><tr>", file);
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

/* Ids must be unique in a page that holds several drawings; titles of parts are gnuplot's commands. */
static void svg_body(FILE *file, const char *drawing, const char *prefix)
{
    static const char *const marks[] = {"id='", "id=\"", "href='#", "href=\"#", "url(#"};
    const char *c = drawing;
    while (*c != 0) {
        static const char open[] = "<title>", close[] = "</title>";
        size_t n = 0;
        const char *const end = strncmp(c, open, sizeof open - 1) == 0 ? strstr(c, close) : NULL;
        if (end != NULL) {
            c = end + sizeof close - 1;
            continue;
        }
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

/* From <svg on; gnuplot's own title ("Gnuplot") gives way to the caption, for who hears the page. */
static void svg(FILE *file, const char *drawing, const char *caption, const char *prefix)
{
    static const char open[] = "<title>", close[] = "</title>";
    const char *const from = strstr(drawing, "<svg");
    const char *const title = from != NULL ? strstr(from, open) : NULL;
    const char *const end = title != NULL ? strstr(title, close) : NULL;
    if (from == NULL)
        return;
    if (end == NULL) {
        svg_body(file, from, prefix);
        return;
    }
    fwrite(from, 1, (size_t)(title - from) + sizeof open - 1, file);
    wm_html_text(file, caption);
    fputs(close, file);
    svg_body(file, end + sizeof close - 1, prefix);
}

void wm_html_figure(FILE *file, const char *drawing, const char *caption, const char *prefix)
{
    fputs("<figure role=\"img\" aria-label=\"", file);
    wm_html_text(file, caption);
    fputs("\">\n", file);
    svg(file, drawing, caption, prefix);
    fputs("<figcaption>", file);
    wm_html_text(file, caption);
    fputs("</figcaption></figure>\n", file);
}
