/* Joining stores: everything is copied by SQLite, keyed by the hash of the points. */
#include <string.h>
#include <sys/stat.h>

#include "store_db.h"
#include "wattmill/out_file.h"

static const char merge_sql[] =
    /* what ended badly here and well there is taken from there */
    "CREATE TEMP TABLE worse AS SELECT m.id FROM main.point m JOIN src.point p USING(hash)"
    " WHERE m.status<>'ok' AND p.status='ok';"
    "DELETE FROM main.metric WHERE point IN (SELECT id FROM worse);"
    "DELETE FROM main.yearly WHERE point IN (SELECT id FROM worse);"
    "DELETE FROM main.message WHERE point IN (SELECT id FROM worse);"
    "DELETE FROM main.point WHERE id IN (SELECT id FROM worse);"
    "DROP TABLE worse;"
    "CREATE TEMP TABLE fresh AS SELECT p.id AS theirs, (SELECT coalesce(max(id),0) FROM main.point)"
    " + row_number() OVER (ORDER BY p.id) AS ours FROM src.point p"
    " WHERE NOT EXISTS (SELECT 1 FROM main.point m WHERE m.hash=p.hash);"
    "INSERT INTO main.point SELECT "
    "f.ours,p.hash,p.idx,p.params,p.status,p.seed,p.attempts,p.seconds"
    " FROM fresh f JOIN src.point p ON p.id=f.theirs;"
    "INSERT INTO main.metric SELECT f.ours,m.metric,m.value FROM fresh f JOIN src.metric m"
    " ON m.point=f.theirs;"
    "INSERT INTO main.yearly SELECT f.ours,y.year,y.column,y.value FROM fresh f JOIN src.yearly y"
    " ON y.point=f.theirs;"
    "INSERT INTO main.message SELECT f.ours,m.position,m.code,m.text FROM fresh f"
    " JOIN src.message m ON m.point=f.theirs;"
    "INSERT OR IGNORE INTO main.metric_key SELECT * FROM src.metric_key;"
    "INSERT OR IGNORE INTO main.yearly_key SELECT * FROM src.yearly_key;"
    "DROP TABLE fresh;";

static bool attach(struct wm_store *s, const char *path, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(s->db, "ATTACH ? AS src", -1, &stmt, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    wm_db_bind(stmt, 1, path);
    const bool ok = wm_db_finish(s, stmt, diags);
    sqlite3_finalize(stmt);
    return ok;
}

static bool add_store(struct wm_store *s, const char *path, struct wm_diags *diags)
{
    if (!attach(s, path, diags) || !wm_db_begin(s, diags))
        return false;
    const bool ok = wm_db_exec(s, merge_sql, diags) && wm_store_commit(s, diags);
    if (!ok) {
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        s->in_transaction = false;
    }
    return wm_db_exec(s, "DETACH src", diags) && ok;
}

/* Opens an input for a look; its study must be that of the first. */
static enum wm_status look(struct wm_arena *arena, const char *path, struct wm_store_about *first,
                           struct wm_diags *diags)
{
    struct wm_store *s = NULL;
    const enum wm_status status = wm_store_open(arena, path, &s, diags);
    if (status != WM_OK)
        return status;
    bool ok = true;
    if (first->key == NULL)
        *first = s->about;
    else if (strcmp(first->key, s->about.key) != 0)
        ok = wm_db_report_other(s, first, diags);
    else if (strcmp(first->hash, s->about.hash) != 0) {
        wm_diag_add(diags, WM_E502, NULL, path,
                    "belongs to the study \"%s\" with other values on its axes", first->name);
        ok = false;
    }
    wm_store_close(s);
    return ok ? WM_OK : WM_IO;
}

enum wm_status wm_store_merge(struct wm_arena *arena, const char *out, const char *const *in,
                              size_t n_in, uint64_t *n_points, uint64_t *n_wanted,
                              struct wm_diags *diags)
{
    int64_t n = 0;
    struct wm_store_about first = {0};
    struct stat info;
    enum wm_status status = WM_OK;
    const bool exists = stat(out, &info) == 0;
    if (exists)
        status = look(arena, out, &first, diags);
    for (size_t i = 0; i < n_in; i++) { /* all are looked at, so that all mistakes are told */
        const enum wm_status one = look(arena, in[i], &first, diags);
        status = status == WM_OK ? one : status;
    }
    if (status == WM_OK && !exists)
        status = wm_db_create(arena, out, &first, diags);
    if (status != WM_OK)
        return status;
    struct wm_store *const s = wm_db_new(arena, out);
    bool ok = wm_db_open_to_write(s, 1e-3 * WM_DB_BUSY_MS, NULL, diags);
    for (size_t i = 0; i < n_in && ok; i++)
        ok = wm_out_same_file(in[i], out) || add_store(s, in[i], diags);
    if (ok)
        ok = wm_db_count(s, "SELECT count(*) FROM point WHERE idx IS NOT NULL", &n, diags);
    *n_points = (uint64_t)n;
    *n_wanted = first.n_points;
    wm_store_close(s);
    return ok ? WM_OK : WM_IO;
}
