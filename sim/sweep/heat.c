#include "heat.h"

#include <math.h>
#include <string.h>

#include "design.h"
#include "table.h"
#include "wattmill/input.h"

#define PANELS_MAX 9

double wm_cell_mean(const struct wm_sample *s, const struct wm_cell *c)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t p = 0; p < s->n; p++) {
        bool is_in = isfinite(s->values[p]);
        for (size_t j = 0; j < 3; j++)
            is_in = is_in && (c->axis[j] == NULL || c->axis[j]->group[p] == c->at[j]);
        if (is_in) {
            sum += s->values[p];
            n++;
        }
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

const char *wm_axis_heading(struct wm_arena *arena, const struct wm_store_about *about, size_t axis)
{
    const char *const name = about->axes[axis];
    const struct wm_field *const row = wm_path_field(name);
    const char *const unit = row != NULL ? wm_unit_symbol(row->unit) : "1";
    return strcmp(unit, "1") == 0 ? name : wm_arena_printf(arena, "%s [%s]", name, unit);
}

const char *wm_averaged(struct wm_arena *arena, const struct wm_store_about *about,
                        const struct wm_sample *sample, const size_t *shown, size_t n_shown)
{
    const char *text = "";
    for (size_t j = 0; j < about->n_axes; j++) {
        const size_t n = wm_sample_groups(arena, sample, j).n_groups;
        bool is_shown = n < 2;
        for (size_t k = 0; k < n_shown; k++)
            is_shown = is_shown || shown[k] == j;
        if (!is_shown)
            text = wm_arena_printf(arena, "%s%s%s (%zu values)", text,
                                   text[0] == '\0' ? "mean over " : " and ", about->axes[j], n);
    }
    return text[0] != '\0' && sample->n_bad > 0
               ? wm_arena_printf(arena, "%s of points that ended well", text)
               : text;
}

struct wm_heat_map wm_heat_of(struct wm_arena *arena, const struct wm_store_about *about,
                              const struct wm_sample *sample)
{
    size_t shown[3] = {0, 1, 0};
    struct wm_heat_map h = {.x = wm_sample_groups(arena, sample, 0),
                            .y = wm_sample_groups(arena, sample, 1),
                            .x_name = wm_axis_heading(arena, about, 0),
                            .y_name = wm_axis_heading(arena, about, 1),
                            .n_panels = 1};
    for (size_t j = about->n_axes; j-- > 2;) {
        const struct wm_axis_groups z = wm_sample_groups(arena, sample, j);
        if (z.n_groups < 2 || z.n_groups > PANELS_MAX)
            continue;
        shown[2] = j;
        h.z = z;
        h.z_name = wm_axis_heading(arena, about, j);
        h.n_panels = z.n_groups;
    }
    h.note = wm_averaged(arena, about, sample, shown, 3);
    return h;
}

double wm_heat_at(const struct wm_sample *sample, const struct wm_heat_map *h, size_t x, size_t y,
                  size_t panel)
{
    const struct wm_cell cell = {{&h->x, &h->y, h->z_name != NULL ? &h->z : NULL}, {x, y, panel}};
    return wm_cell_mean(sample, &cell);
}

enum wm_status wm_stats_heat(struct wm_arena *arena, struct wm_store *store, const char *metric,
                             struct wm_grid *out, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    struct wm_table t = wm_table_open(arena);
    struct wm_sample s;
    size_t at = 0;
    if (!wm_sample_metric(arena, store, metric, &at, diags))
        return WM_USAGE;
    const struct wm_design_type *const design = wm_design_named(about->design);
    if (about->n_axes < 2 || design == NULL || !design->is_product) {
        wm_diag_add(diags, WM_E101, NULL, NULL,
                    "--heat: needs a grid of two axes or more; --response reads any study");
        return WM_USAGE;
    }
    const enum wm_status status = wm_sample_load_whole(arena, store, at, &s, diags);
    if (status != WM_OK)
        return status;
    const struct wm_heat_map h = wm_heat_of(arena, about, &s);
    if (h.z_name != NULL)
        wm_table_column(&t, h.z_name, false);
    wm_table_column(&t, h.x_name, false);
    for (size_t k = 0; k < h.y.n_groups; k++)
        wm_table_column(&t,
                        wm_arena_printf(arena, "%s%s",
                                        k == 0 ? wm_arena_printf(arena, "%s = ", h.y_name) : "",
                                        h.y.labels[k]),
                        true);
    if (h.note[0] != '\0')
        wm_table_column(&t, "note", false);
    for (size_t m = 0; m < h.n_panels; m++)
        for (size_t i = 0; i < h.x.n_groups; i++) {
            if (h.z_name != NULL)
                wm_table_cell(&t, h.z.labels[m]);
            wm_table_cell(&t, h.x.labels[i]);
            for (size_t k = 0; k < h.y.n_groups; k++)
                wm_table_real(&t, wm_heat_at(&s, &h, i, k, m));
            if (h.note[0] != '\0')
                wm_table_cell(&t, h.note);
        }
    wm_table_close(&t, out);
    return WM_OK;
}
