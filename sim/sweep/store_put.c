/* Points into the store: one transaction holds all that follows the last commit. */
#include <math.h>

#include "store_db.h"
#include "wattmill/output.h"

bool wm_db_begin(struct wm_store *s, struct wm_diags *diags)
{
    if (s->failed)
        return false;
    if (s->in_transaction)
        return true;
    s->in_transaction = wm_db_exec(s, "BEGIN IMMEDIATE", diags);
    return s->in_transaction;
}

bool wm_store_commit(struct wm_store *s, struct wm_diags *diags)
{
    if (s->failed || !s->in_transaction)
        return !s->failed;
    if (!wm_db_exec(s, "COMMIT", diags))
        return false;
    s->in_transaction = false;
    return true;
}

bool wm_store_find(struct wm_store *s, const unsigned char *hash, struct wm_stored *out,
                   struct wm_diags *diags)
{
    sqlite3_stmt *const stmt = wm_db_statement(s, S_find, diags);
    *out = (struct wm_stored){0};
    if (stmt == NULL)
        return false;
    sqlite3_bind_blob(stmt, 1, hash, WM_POINT_HASH_BYTES, SQLITE_STATIC);
    const int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        *out =
            (struct wm_stored){.found = true,
                               .id = sqlite3_column_int64(stmt, 0),
                               .status = wm_db_status((const char *)sqlite3_column_text(stmt, 1)),
                               .placed = sqlite3_column_type(stmt, 2) != SQLITE_NULL,
                               .index = (uint64_t)sqlite3_column_int64(stmt, 2)};
    const bool ok = code == SQLITE_ROW || code == SQLITE_DONE || wm_db_fail(s, diags);
    sqlite3_reset(stmt);
    return ok;
}

bool wm_store_place(struct wm_store *s, int64_t id, uint64_t index, struct wm_diags *diags)
{
    sqlite3_stmt *const stmt = wm_db_begin(s, diags) ? wm_db_statement(s, S_place, diags) : NULL;
    if (stmt == NULL)
        return false;
    sqlite3_bind_int64(stmt, 1, (int64_t)index);
    sqlite3_bind_int64(stmt, 2, id);
    return wm_db_finish(s, stmt, diags);
}

static bool drop_parts(struct wm_store *s, int64_t id, struct wm_diags *diags)
{
    const enum statement parts[] = {S_drop_metric, S_drop_yearly, S_drop_message};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sqlite3_stmt *const stmt = wm_db_statement(s, parts[i], diags);
        if (stmt == NULL)
            return false;
        sqlite3_bind_int64(stmt, 1, id);
        if (!wm_db_finish(s, stmt, diags))
            return false;
    }
    return true;
}

/* Row of the point; `id` is set. A point that is there already is run again. */
static bool put_point(struct wm_store *s, const struct wm_outcome *o, int64_t *id,
                      struct wm_diags *diags)
{
    struct wm_stored stored;
    if (!wm_store_find(s, o->point.hash, &stored, diags))
        return false;
    sqlite3_stmt *const stmt = wm_db_statement(s, stored.found ? S_again : S_insert, diags);
    if (stmt == NULL)
        return false;
    *id = stored.id;
    if (stored.found) {
        sqlite3_bind_int64(stmt, 1, (int64_t)o->point.index);
        wm_db_bind(stmt, 2, wm_point_status_word(o->status));
        sqlite3_bind_double(stmt, 3, o->seconds);
        sqlite3_bind_blob(stmt, 4, o->point.hash, WM_POINT_HASH_BYTES, SQLITE_STATIC);
        return wm_db_finish(s, stmt, diags) && drop_parts(s, *id, diags);
    }
    sqlite3_bind_blob(stmt, 1, o->point.hash, WM_POINT_HASH_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, (int64_t)o->point.index);
    wm_db_bind(stmt, 3, o->point.params);
    wm_db_bind(stmt, 4, wm_point_status_word(o->status));
    sqlite3_bind_int64(stmt, 5, o->point.seed);
    sqlite3_bind_double(stmt, 6, o->seconds);
    const bool ok = wm_db_finish(s, stmt, diags);
    *id = sqlite3_last_insert_rowid(s->db);
    return ok;
}

static bool put_key(struct wm_store *s, const struct wm_figure *figure, size_t metric,
                    struct wm_diags *diags)
{
    sqlite3_stmt *const stmt = wm_db_statement(s, S_metric_key, diags);
    if (stmt == NULL)
        return false;
    sqlite3_bind_int64(stmt, 1, (int64_t)metric);
    wm_db_bind(stmt, 2, figure->key);
    wm_db_bind(stmt, 3, figure->unit);
    wm_db_bind(stmt, 4, figure->doc);
    s->has_key[metric] = true;
    return wm_db_finish(s, stmt, diags);
}

static bool put_values(struct wm_store *s, int64_t id, const struct wm_outcome *o,
                       struct wm_diags *diags)
{
    for (size_t i = 0; i < o->n_values; i++) {
        const size_t metric = o->metrics[i];
        if (!s->has_key[metric] && !put_key(s, &o->figures[metric], metric, diags))
            return false;
        sqlite3_stmt *const stmt = wm_db_statement(s, S_metric, diags);
        if (stmt == NULL)
            return false;
        sqlite3_bind_int64(stmt, 1, id);
        sqlite3_bind_int64(stmt, 2, (int64_t)metric);
        sqlite3_bind_double(stmt, 3, o->values[i]);
        if (!wm_db_finish(s, stmt, diags))
            return false;
    }
    return true;
}

static bool put_yearly_keys(struct wm_store *s, struct wm_diags *diags)
{
    sqlite3_stmt *const stmt = wm_db_statement(s, S_yearly_key, diags);
    for (size_t i = 0; stmt != NULL && i < wm_n_yearly_columns; i++) {
        sqlite3_bind_int64(stmt, 1, (int64_t)i);
        wm_db_bind(stmt, 2, wm_yearly_columns[i].key);
        wm_db_bind(stmt, 3, wm_yearly_columns[i].unit);
        if (!wm_db_finish(s, stmt, diags))
            return false;
    }
    s->has_yearly_key = true;
    return stmt != NULL;
}

static bool put_yearly(struct wm_store *s, int64_t id, const struct wm_outcome *o,
                       struct wm_diags *diags)
{
    if (o->n_years > 0 && !s->has_yearly_key && !put_yearly_keys(s, diags))
        return false;
    for (size_t year = 0; year < o->n_years; year++)
        for (size_t i = 0; i < wm_n_yearly_columns; i++) {
            const double value = o->yearly[year * wm_n_yearly_columns + i];
            if (!isfinite(value))
                continue;
            sqlite3_stmt *const stmt = wm_db_statement(s, S_yearly, diags);
            if (stmt == NULL)
                return false;
            sqlite3_bind_int64(stmt, 1, id);
            sqlite3_bind_int64(stmt, 2, (int64_t)year);
            sqlite3_bind_int64(stmt, 3, (int64_t)i);
            sqlite3_bind_double(stmt, 4, value);
            if (!wm_db_finish(s, stmt, diags))
                return false;
        }
    return true;
}

static bool put_messages(struct wm_store *s, int64_t id, const struct wm_outcome *o,
                         struct wm_diags *diags)
{
    for (size_t i = 0; i < o->n_messages; i++) {
        sqlite3_stmt *const stmt = wm_db_statement(s, S_message, diags);
        if (stmt == NULL)
            return false;
        sqlite3_bind_int64(stmt, 1, id);
        sqlite3_bind_int64(stmt, 2, (int64_t)i);
        wm_db_bind(stmt, 3, o->codes[i]);
        wm_db_bind(stmt, 4, o->messages[i]);
        if (!wm_db_finish(s, stmt, diags))
            return false;
    }
    return true;
}

bool wm_store_put(struct wm_store *s, const struct wm_outcome *o, struct wm_diags *diags)
{
    int64_t id = 0;
    return wm_db_begin(s, diags) && put_point(s, o, &id, diags) && put_values(s, id, o, diags) &&
           put_yearly(s, id, o, diags) && put_messages(s, id, o, diags);
}
