/* Points out of the store, in the order of their index. */
#include <math.h>
#include <string.h>

#include "store_db.h"
#include "wattmill/suggest.h"

struct walk {
    struct wm_store *store;
    struct wm_arena *arena; /* of one record */
    double *value;
    struct wm_diags *diags;
};

static bool get_values(const struct walk *w, int64_t id, struct wm_record *r)
{
    sqlite3_stmt *const stmt = wm_db_statement(w->store, S_values, w->diags);
    int code = SQLITE_DONE;
    if (stmt == NULL)
        return false;
    for (size_t i = 0; i < w->store->about.n_metrics; i++)
        w->value[i] = (double)NAN;
    sqlite3_bind_int64(stmt, 1, id);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        const int64_t metric = sqlite3_column_int64(stmt, 0);
        if (metric >= 0 && (size_t)metric < w->store->n_ids &&
            w->store->column[metric] < w->store->about.n_metrics)
            w->value[w->store->column[metric]] = sqlite3_column_double(stmt, 1);
    }
    const bool ok = code == SQLITE_DONE || wm_db_fail(w->store, w->diags);
    sqlite3_reset(stmt);
    r->value = w->value;
    return ok;
}

static bool get_yearly(const struct walk *w, int64_t id, struct wm_record *r)
{
    const size_t n = w->store->about.n_yearly;
    sqlite3_stmt *const stmt = wm_db_statement(w->store, S_years, w->diags);
    int code = SQLITE_DONE;
    if (stmt == NULL)
        return false;
    double *const rows = WM_NEW_ARRAY(w->arena, double, n *(WM_APPRAISAL_YEARS_MAX + 1));
    for (size_t i = 0; i < n * (WM_APPRAISAL_YEARS_MAX + 1); i++)
        rows[i] = (double)NAN;
    sqlite3_bind_int64(stmt, 1, id);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        const int64_t year = sqlite3_column_int64(stmt, 0), at = sqlite3_column_int64(stmt, 1);
        if (year < 0 || year > WM_APPRAISAL_YEARS_MAX || at < 0 || (size_t)at >= n)
            continue;
        rows[(size_t)year * n + (size_t)at] = sqlite3_column_double(stmt, 2);
        r->n_years = (size_t)year + 1;
    }
    const bool ok = code == SQLITE_DONE || wm_db_fail(w->store, w->diags);
    sqlite3_reset(stmt);
    r->yearly = rows;
    return ok;
}

static const char *text_of(struct wm_arena *arena, sqlite3_stmt *stmt, int column)
{
    const char *const text = (const char *)sqlite3_column_text(stmt, column);
    return text != NULL ? wm_arena_copy_text(arena, text, strlen(text)) : "";
}

static bool get_messages(const struct walk *w, int64_t id, struct wm_record *r)
{
    sqlite3_stmt *const stmt = wm_db_statement(w->store, S_messages, w->diags);
    const char **codes = NULL, **texts = NULL;
    size_t capacity = 0;
    int code = SQLITE_DONE;
    if (stmt == NULL)
        return false;
    sqlite3_bind_int64(stmt, 1, id);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (r->n_messages == capacity) {
            capacity = capacity == 0 ? 8 : 2 * capacity;
            const char **const more =
                (const char **)wm_arena_alloc(w->arena, 2 * capacity, sizeof *more);
            if (r->n_messages > 0) {
                memcpy(more, codes, r->n_messages * sizeof *more);
                memcpy(more + capacity, texts, r->n_messages * sizeof *more);
            }
            codes = more;
            texts = more + capacity;
        }
        codes[r->n_messages] = text_of(w->arena, stmt, 0);
        texts[r->n_messages++] = text_of(w->arena, stmt, 1);
    }
    const bool ok = code == SQLITE_DONE || wm_db_fail(w->store, w->diags);
    sqlite3_reset(stmt);
    r->codes = codes;
    r->messages = texts;
    return ok;
}

static bool get_record(const struct walk *w, sqlite3_stmt *points, unsigned parts,
                       struct wm_record *r)
{
    const int64_t id = sqlite3_column_int64(points, 0);
    const char *const params = (const char *)sqlite3_column_text(points, 4);
    *r = (struct wm_record){.index = (uint64_t)sqlite3_column_int64(points, 1),
                            .status = wm_db_status((const char *)sqlite3_column_text(points, 2)),
                            .seed = sqlite3_column_int64(points, 3),
                            .params = params != NULL ? params : "{}"};
    return ((parts & WM_READ_VALUES) == 0 || get_values(w, id, r)) &&
           ((parts & WM_READ_YEARLY) == 0 || get_yearly(w, id, r)) &&
           ((parts & WM_READ_MESSAGES) == 0 || get_messages(w, id, r));
}

enum wm_status wm_store_filter(struct wm_store *s, const struct wm_assertion *conditions, size_t n,
                               struct wm_diags *diags)
{
    size_t *const columns = WM_NEW_ARRAY(s->arena, size_t, n);
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        struct wm_suggest near = wm_suggest_init(conditions[i].key);
        while (columns[i] < s->about.n_metrics &&
               strcmp(s->about.metrics[columns[i]].key, conditions[i].key) != 0)
            wm_suggest_offer(&near, s->about.metrics[columns[i]++].key);
        if (columns[i] == s->about.n_metrics) {
            (void)wm_assertion_unknown(s->arena, &conditions[i], &near, diags);
            ok = false;
        }
    }
    s->conditions = conditions;
    s->condition_column = columns;
    s->n_conditions = ok ? n : 0;
    return ok ? WM_OK : WM_USAGE;
}

bool wm_store_is_filtered(const struct wm_store *store)
{
    return store->n_conditions > 0;
}

static bool is_wanted(const struct wm_store *s, const struct wm_record *r)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const double value = r->value[s->condition_column[i]];
        if (!isfinite(value) ||
            !wm_relation_holds(value, s->conditions[i].relation, s->conditions[i].value))
            return false;
    }
    return true;
}

enum wm_status wm_store_each(struct wm_store *s, unsigned parts, wm_record_fn *fn, void *context,
                             struct wm_diags *diags)
{
    sqlite3_stmt *const points = wm_db_statement(s, S_points, diags);
    struct walk w = {.store = s, .arena = wm_arena_open_part(s->arena), .diags = diags};
    int code = SQLITE_DONE;
    bool ok = points != NULL;
    if (s->n_conditions > 0)
        parts |= WM_READ_VALUES;
    w.value = WM_NEW_ARRAY(s->arena, double, s->about.n_metrics);
    while (ok && (code = sqlite3_step(points)) == SQLITE_ROW) {
        struct wm_record r;
        ok = get_record(&w, points, parts, &r);
        if (ok && is_wanted(s, &r) && !fn(context, &r))
            break;
        wm_arena_reset(w.arena);
    }
    ok = ok && (code == SQLITE_DONE || code == SQLITE_ROW || wm_db_fail(s, diags));
    if (points != NULL)
        sqlite3_reset(points);
    wm_arena_close(w.arena);
    return ok ? WM_OK : WM_IO;
}
