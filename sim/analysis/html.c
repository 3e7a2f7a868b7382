#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/embedded.h"

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
    "@media screen{.live .twin{display:none}}@media print{.charts{display:none!important}}"
    "svg.axes{background:none!important;font-size:12px}svg.axes text{fill:var(--ink)}svg.axes g "
    "text{fill:inherit}"
    ".grid{stroke:var(--line)}.zero{stroke:var(--rule)}td.b{width:42%;padding:0}td.b "
    "svg{width:100%;height:18px;display:block}"
    "rect.end{fill:#2a6ca8}rect.up{fill:#3f8f6b}rect.down{fill:#c2553a}"
    "small{color:var(--soft);font-size:.85em}"
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
    ".cols{columns:2}.front{break-after:page;font-size:9.5px;line-height:1.25}.front th,.front td{padding:.12em .5em}.front h2{margin:.7em 0 .2em}.front p{margin:.4em 0}.front .t{margin:.2em 0 .4em}h1.part{break-before:page}"
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

static const char *embedded(const char *path)
{
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++)
        if (strcmp(f->path, path) == 0)
            return f->bytes;
    return "";
}

/* RFC 4648, section 4. */
static void base64(const unsigned char *bytes, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;
    for (size_t i = 0; i < n; i += 3) {
        const unsigned second = i + 1 < n ? bytes[i + 1] : 0, third = i + 2 < n ? bytes[i + 2] : 0;
        const unsigned word = (unsigned)bytes[i] << 16 | second << 8 | third;
        out[at++] = digits[word >> 18 & 63];
        out[at++] = digits[word >> 12 & 63];
        out[at++] = i + 1 < n ? digits[word >> 6 & 63] : '=';
        out[at++] = i + 2 < n ? digits[word & 63] : '=';
    }
    out[at] = '\0';
}

/* The one script that a page may run: ours, by its digest. */
static void script_policy(FILE *file)
{
    const char *const script = embedded("figures.js");
    unsigned char digest[WM_DIGEST_BYTES];
    char text[2 * WM_DIGEST_BYTES];
    wm_digest_of(script, strlen(script), digest);
    base64(digest, sizeof digest, text);
    fprintf(file, "; script-src 'sha256-%s'", text);
}

static void begin(FILE *file, const char *title, bool is_live)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
          "'unsafe-inline'; img-src data:",
          file);
    if (is_live)
        script_policy(file);
    fputs("\">\n<title>wattmill: ", file);
    wm_html_text(file, title);
    fputs("</title>\n<style>", file);
    if (is_live)
        fprintf(file, "%s\n%s\n", embedded("sim/serve/page/uPlot.min.css"),
                embedded("sim/serve/page/charts.css"));
    fprintf(file, "%s</style></head><body>\n", style);
}

void wm_html_begin(FILE *file, const char *title)
{
    begin(file, title, false);
}

void wm_html_begin_live(FILE *file, const char *title)
{
    begin(file, title, true);
}

void wm_html_end_live(FILE *file, const char *json)
{
    fputs("<script type=\"application/json\" id=\"run-data\">", file);
    for (const char *c = json; *c != '\0'; c++) /* no text of a scenario ends the element */
        if (*c == '<')
            fputs("\\u003c", file);
        else
            fputc(*c, file);
    fprintf(file, "</script>\n<script>%s</script>\n", embedded("figures.js"));
    wm_html_end(file);
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

static void figure(FILE *file, const char *drawing, const char *caption, const char *prefix,
                    bool is_twin)
{
    fprintf(file, "<figure%s role=\"img\" aria-label=\"", is_twin ? " class=\"twin\"" : "");
    wm_html_text(file, caption);
    fputs("\">\n", file);
    svg(file, drawing, caption, prefix);
    fputs("<figcaption>", file);
    wm_html_text(file, caption);
    fputs("</figcaption></figure>\n", file);
}

void wm_html_figure(FILE *file, const char *drawing, const char *caption, const char *prefix)
{
    figure(file, drawing, caption, prefix, false);
}

void wm_html_twin(FILE *file, const char *drawing, const char *caption, const char *prefix)
{
    figure(file, drawing, caption, prefix, true);
}
