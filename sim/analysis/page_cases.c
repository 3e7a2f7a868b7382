/* The page of documents of a case other than the site: figures, and of several what differs. */
#include <math.h>
#include <string.h>

#include "cases.h"
#include "html.h"
#include "kpi.h"

static void title(FILE *file, const struct wm_case_column *sides, size_t n)
{
    fputs("<h1>", file);
    wm_html_text(file, n == 1 ? sides[0].side.name : "Side by side");
    fprintf(file, "</h1>\n<p class=\"site\">%s%s</p>\n", n > 1 ? "Each is " : "",
            sides[0].run.type->form->title);
    for (size_t i = 0; n > 1 && i < n; i++) {
        fprintf(file, "<p><b>%c ", (char)('A' + (int)(i % 26)));
        wm_html_text(file, sides[i].side.name);
        fputs("</b></p>\n", file);
    }
}

static void messages(FILE *file, const struct wm_diags *diags)
{
    for (size_t i = 0; i < diags->n_items; i++) {
        fprintf(file, "<p class=\"warn\">%s ", wm_code_name(diags->items[i].code));
        if (diags->items[i].path != NULL) {
            fputs("<code>", file);
            wm_html_text(file, diags->items[i].path);
            fputs("</code> ", file);
        }
        wm_html_text(file, diags->items[i].text);
        fputs("</p>\n", file);
    }
}

static void changes(FILE *file, struct wm_arena *arena, const struct wm_case_column *sides)
{
    size_t n = 0;
    const struct wm_change *const list = wm_side_changes(arena, &sides[0].side, &sides[1].side, &n);
    fprintf(file, "<h2>%s</h2>\n", n > 0 ? "Inputs that differ" : "No input differs");
    if (n > 0)
        wm_html_changes(file, list, n);
    fputs("<p class=\"note\">No bridge stands here: which difference did how much is told of sites "
          "alone, whose mixtures "
          "can be run; a document of another case names parts that need not fit one another. "
          "Change one input at "
          "a time, or sweep them.</p>\n",
          file);
}

static void figures(FILE *file, const struct wm_case_column *sides, size_t n)
{
    fputs("<h2>Figures</h2>\n<div class=\"t\"><table><thead><tr><th>figure</th>", file);
    for (size_t k = 0; k < n; k++)
        fprintf(file, "<th class=\"n\">%c</th>", n == 1 ? ' ' : (char)('A' + (int)(k % 26)));
    fprintf(file, "%s<th>unit</th><th>meaning</th></tr></thead><tbody>\n",
            n == 2 ? "<th class=\"n\">B &#8722; A</th>" : "");
    for (size_t i = 0; i < sides[0].run.figures.n; i++) {
        const struct wm_figure *const f = &sides[0].run.figures.items[i];
        char number[32];
        bool any = false;
        for (size_t k = 0; k < n; k++)
            any = any || isfinite(sides[k].run.figures.items[i].value);
        if (!any)
            continue;
        fputs("<tr>", file);
        wm_html_code_cell(file, f->key);
        for (size_t k = 0; k < n; k++)
            fprintf(file, "<td class=\"n\">%s</td>",
                    wm_kpi_number(sides[k].run.figures.items[i].value, number));
        if (n == 2)
            fprintf(file, "<td class=\"n\">%s</td>",
                    wm_kpi_number(sides[1].run.figures.items[i].value - f->value, number));
        wm_html_cell(file, strcmp(f->unit, "1") == 0 ? "" : f->unit);
        wm_html_cell(file, f->doc);
        fputs("</tr>\n", file);
    }
    wm_html_table_end(file);
}

static void inputs(FILE *file, const struct wm_side *s)
{
    fputs("<h2>Inputs of ", file);
    wm_html_text(file, s->name);
    fputs("</h2>\n<details><summary>Every input; marked: written in the document</summary>\n",
          file);
    HEAD(file, 4, "input", "value", "unit", "source");
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct wm_side_input *const in = &s->inputs[i];
        const bool user = strcmp(in->origin, "user") == 0;
        fputs("<tr>", file);
        wm_html_code_cell(file, in->path);
        wm_html_code_cell(file, in->value);
        wm_html_cell(file, strcmp(in->unit, "1") == 0 ? "" : in->unit);
        fprintf(file, "<td%s>", user ? " class=\"user\"" : "");
        wm_html_text(file, user ? "document" : in->origin);
        fputs("</td></tr>\n", file);
    }
    wm_html_table_end(file);
    fputs("</details>\n", file);
}

static void stamp(FILE *file, const struct wm_stamp *s)
{
    fprintf(file,
            "<p class=\"note\">wattmill <code>%s</code> (%s), inputs <code>%s</code>, catalogue "
            "<code>%s</code></p>\n",
            s->version, s->git_id, s->scenario_hash, s->catalog_hash);
}

enum wm_status wm_cases_load(struct wm_arena *arena, const char *const *paths, size_t n,
                             const struct wm_override *sets, size_t n_sets,
                             const struct wm_case_column **out, struct wm_diags *diags)
{
    struct wm_case_column *const sides = WM_NEW_ARRAY(arena, struct wm_case_column, n);
    *out = sides;
    for (size_t i = 0; i < n; i++) {
        const enum wm_status status =
            wm_case_column_load(arena, paths[i], sets, n_sets, &sides[i], diags);
        if (status != WM_OK)
            return status;
        if (sides[i].run.type != sides[0].run.type) {
            wm_diag_add(diags, WM_E305, NULL, NULL, "%s is %s, %s is %s", paths[0],
                        sides[0].run.type->form->title, paths[i], sides[i].run.type->form->title);
            return WM_INVALID;
        }
    }
    return WM_OK;
}

void wm_cases_page_write(FILE *file, struct wm_arena *arena, const struct wm_case_column *sides,
                         size_t n, const struct wm_diags *diags)
{
    wm_html_begin(file, n == 1 ? sides[0].side.name : "comparison");
    title(file, sides, n);
    messages(file, diags);
    if (n == 2)
        changes(file, arena, sides);
    figures(file, sides, n);
    for (size_t i = 0; i < n; i++)
        inputs(file, &sides[i].side);
    for (size_t i = 0; i < n; i++)
        stamp(file, &sides[i].run.stamp);
    wm_html_end(file);
}
