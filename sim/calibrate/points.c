/* Operating points from a CSV file: which of its rows become points, and why others do not. */
#include "launches.h"
#include "operating_rows.h"

/* clang-format off */
static const char *const columns[] = {
#define X(name) #name,
    WM_OPERATING_COLUMNS(X)
#undef X
};
/* clang-format on */

static const char *read_row(struct wm_point_table *t)
{
    struct wm_operating_points *const points = t->context;
    const bool is_power = wm_point_has(t, COL_power_per_gpu_w);
    struct wm_operating_point p = {.engine_word = ""};
    const char *const reason = is_power ? wm_power_row(t, &p) : wm_serving_row(t, &p);
    if (reason != NULL)
        return reason;
    p.row = wm_point_keep(t, wm_point_text(t, is_power ? COL_power_row_id : COL_row_id));
    p.source = wm_point_keep(t, wm_point_text(t, COL_source_id));
    p.launch = wm_launch_of(&p);
    p.date = wm_point_keep(t, wm_point_text(t, COL_date));
    /* a table without the column has no rows kept for checking */
    p.is_fit = !wm_point_has(t, COL_split) || wm_point_is(t, COL_split, "fit");
    points->items = wm_point_room(t->arena, points->items, points->n, sizeof p);
    points->items[points->n++] = p;
    return NULL;
}

enum wm_status wm_operating_points_load(struct wm_arena *arena, const char *path,
                                        const struct wm_catalog *catalog,
                                        struct wm_operating_points *points, struct wm_diags *diags)
{
    static const size_t needed[] = {COL_output_tokens_per_s_per_gpu, COL_power_per_gpu_w};
    *points = (struct wm_operating_points){0};
    struct wm_point_table t = {.arena = arena,
                               .catalog = catalog,
                               .columns = columns,
                               .n_columns = N_COLUMNS,
                               .left_out = points->left_out,
                               .context = points};
    const enum wm_status status =
        wm_point_table_read(&t, path, read_row, needed, sizeof needed / sizeof *needed,
                            "operating points (serving or power)", diags);
    points->n_rows = t.n_rows;
    points->n_left_out = t.n_left_out;
    return status;
}
