#include <glpk.h>
#include <math.h>

#include "wattmill/arena.h"
#include "wattmill/numeric.h"

static void load(glp_prob *p, const struct wm_lp *lp)
{
    glp_set_obj_dir(p, GLP_MAX);
    if (lp->n_rows > 0)
        glp_add_rows(p, lp->n_rows);
    for (int i = 0; i < lp->n_rows; i++)
        glp_set_row_bnds(p, i + 1, GLP_UP, 0.0, lp->limit[i]);
    if (lp->n_columns > 0)
        glp_add_cols(p, lp->n_columns);
    for (int j = 0; j < lp->n_columns; j++) {
        const double upper = lp->upper[j];
        const int kind = isinf(upper) ? GLP_LO : upper > 0.0 ? GLP_DB : GLP_FX;
        glp_set_col_bnds(p, j + 1, kind, 0.0, isinf(upper) ? 0.0 : upper);
        glp_set_obj_coef(p, j + 1, lp->objective[j]);
    }
}

/* GLPK counts from 1 and takes three arrays; row by row spares us a copy of them all. */
static void load_rows(glp_prob *p, const struct wm_lp *lp, int *columns, double *values)
{
    for (int i = 0; i < lp->n_rows; i++) {
        int n = 0;
        for (int k = 0; k < lp->n_entries; k++)
            if (lp->entries[k].row == i) {
                columns[++n] = lp->entries[k].column + 1;
                values[n] = lp->entries[k].value;
            }
        glp_set_mat_row(p, i + 1, n, columns, values);
    }
}

bool wm_lp_solve(const struct wm_lp *lp, double *x, double *dual)
{
    enum { COLUMNS_MAX = 16384 };
    int columns[COLUMNS_MAX + 1];
    double values[COLUMNS_MAX + 1];
    if (lp->n_columns > COLUMNS_MAX)
        return false;
    (void)glp_term_out(GLP_OFF);
    glp_prob *const p = glp_create_prob();
    load(p, lp);
    load_rows(p, lp, columns, values);
    glp_scale_prob(p, GLP_SF_AUTO);
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.presolve = GLP_OFF; /* duals of the rows as they stand */
    const bool solved = glp_simplex(p, &options) == 0 && glp_get_status(p) == GLP_OPT;
    for (int j = 0; solved && j < lp->n_columns; j++)
        x[j] = glp_get_col_prim(p, j + 1);
    for (int i = 0; solved && i < lp->n_rows; i++)
        dual[i] = fmax(0.0, glp_get_row_dual(p, i + 1));
    glp_delete_prob(p);
    return solved;
}

static void load_bounded(glp_prob *p, const struct wm_lp_bounded *lp, int *rows, int *columns,
                         double *values)
{
    glp_add_rows(p, lp->n_rows);
    for (int i = 0; i < lp->n_rows; i++)
        glp_set_row_bnds(p, i + 1, GLP_LO, lp->row_low[i], 0.0);
    glp_add_cols(p, lp->n_columns);
    for (int j = 0; j < lp->n_columns; j++) {
        const double low = lp->low[j], high = lp->high[j];
        const int kind = isinf(high) ? GLP_LO : high > low ? GLP_DB : GLP_FX;
        glp_set_col_bnds(p, j + 1, kind, low, isinf(high) ? 0.0 : high);
        glp_set_obj_coef(p, j + 1, lp->cost[j]);
    }
    for (int k = 0; k < lp->n_entries; k++) { /* GLPK counts from 1 */
        rows[k + 1] = lp->entries[k].row + 1;
        columns[k + 1] = lp->entries[k].column + 1;
        values[k + 1] = lp->entries[k].value;
    }
    glp_load_matrix(p, lp->n_entries, rows, columns, values);
}

enum { STEPS_MIN = 1000, STEPS_EACH = 50 };

bool wm_lp_minimise(const struct wm_lp_bounded *lp, double *x)
{
    const size_t n = (size_t)lp->n_entries + 1;
    (void)glp_term_out(GLP_OFF);
    struct wm_arena *const arena = wm_arena_open();
    glp_prob *const p = glp_create_prob();
    load_bounded(p, lp, WM_NEW_ARRAY(arena, int, n), WM_NEW_ARRAY(arena, int, n),
                 WM_NEW_ARRAY(arena, double, n));
    glp_scale_prob(p, GLP_SF_AUTO);
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.it_lim = STEPS_MIN + STEPS_EACH * (lp->n_rows + lp->n_columns); /* it can go in circles */
    const bool solved = glp_simplex(p, &options) == 0 && glp_get_status(p) == GLP_OPT;
    for (int j = 0; solved && j < lp->n_columns; j++)
        x[j] = glp_get_col_prim(p, j + 1);
    glp_delete_prob(p);
    wm_arena_close(arena);
    return solved;
}
