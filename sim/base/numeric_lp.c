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

/* The kind of a bound from its ends. */
static int kind_of(double low, double high)
{
    if (isinf(high))
        return GLP_LO;
    return high > low ? GLP_DB : GLP_FX;
}

enum { ROW_MAX = 16, ROUNDS_MAX = 1000 };
/* A row is broken by more than this of what it bounds: what the simplex method itself leaves. */
static const double join_rel = 1e-9;

/* A bounded programme on its way into GLPK. */
struct bounded {
    const struct wm_lp_bounded *lp;
    glp_prob *p;
    int *first;  /* [n_rows + 1] entries of each row */
    bool *is_in; /* [n_rows] */
    double *x;   /* [n_columns] */
};

static void load_columns(const struct bounded *b)
{
    glp_add_cols(b->p, b->lp->n_columns);
    for (int j = 0; j < b->lp->n_columns; j++) {
        const double low = b->lp->low[j], high = b->lp->high[j];
        glp_set_col_bnds(b->p, j + 1, kind_of(low, high), low, high);
        glp_set_obj_coef(b->p, j + 1, b->lp->cost[j]);
    }
}

static void join(struct bounded *b, int i)
{
    const struct wm_lp_bounded *lp = b->lp;
    int columns[ROW_MAX + 1], n = 0;
    double values[ROW_MAX + 1];
    for (int k = b->first[i]; k < b->first[i + 1] && n < ROW_MAX; k++) {
        columns[++n] = lp->entries[k].column + 1;
        values[n] = lp->entries[k].value;
    }
    const int row = glp_add_rows(b->p, 1);
    glp_set_mat_row(b->p, row, n, columns, values);
    glp_set_row_bnds(b->p, row, kind_of(lp->row_low[i], lp->row_high[i]), lp->row_low[i],
                     lp->row_high[i]);
    b->is_in[i] = true;
}

/* By how much the present answer breaks a row. */
static double broken(const struct bounded *b, int i)
{
    const struct wm_lp_bounded *lp = b->lp;
    double sum = 0.0;
    for (int k = b->first[i]; k < b->first[i + 1]; k++)
        sum += lp->entries[k].value * b->x[lp->entries[k].column];
    const double below = lp->row_low[i] - sum, above = sum - lp->row_high[i];
    return fmax(below, above);
}

/* All broken rows join. @return whether any did */
static bool join_broken(struct bounded *b)
{
    bool any = false;
    for (int i = 0; i < b->lp->n_rows; i++)
        if (!b->is_in[i] && broken(b, i) > join_rel * fmax(1.0, fabs(b->lp->row_low[i]))) {
            join(b, i);
            any = true;
        }
    return any;
}

static bool solve_bounded(struct bounded *b)
{
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.meth = GLP_DUALP; /* the primal method where the dual one finds no way */
    options.r_test = GLP_RT_FLIP;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        if (glp_simplex(b->p, &options) != 0 || glp_get_status(b->p) != GLP_OPT)
            return false;
        for (int j = 0; j < b->lp->n_columns; j++)
            b->x[j] = glp_get_col_prim(b->p, j + 1);
        if (!join_broken(b))
            return true;
    }
    return false;
}

bool wm_lp_minimise(const struct wm_lp_bounded *lp, double *x)
{
    (void)glp_term_out(GLP_OFF);
    struct bounded b = {.lp = lp, .p = glp_create_prob(), .x = x};
    struct wm_arena *const arena = wm_arena_open();
    b.first = WM_NEW_ARRAY(arena, int, (size_t)lp->n_rows + 1);
    b.is_in = WM_NEW_ARRAY(arena, bool, (size_t)lp->n_rows + 1);
    for (int k = 0, i = 0; i <= lp->n_rows; i++) {
        while (k < lp->n_entries && lp->entries[k].row < i)
            k++;
        b.first[i] = k;
    }
    load_columns(&b);
    for (int i = 0; i < lp->n_rows; i++)
        if (lp->waits == NULL || !lp->waits[i])
            join(&b, i);
    glp_adv_basis(b.p, 0);
    const bool solved = solve_bounded(&b);
    glp_delete_prob(b.p);
    wm_arena_close(arena);
    return solved;
}
