/* Opening a store, its errors, and what it says about its study. */
#include "store_db.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wattmill/require.h"

#define QUICK_CHECK_MAX_BYTES ((off_t)64 << 20)

static const char *const statement_sql[N_STATEMENTS] = {
#define STATEMENT(name, sql) sql,
    STATEMENTS(STATEMENT)
#undef STATEMENT
};

static const char *const status_words[WM_N_POINT_STATUSES] = {"ok", "infeasible", "invalid",
                                                              "failed"};

const char *wm_point_status_word(enum wm_point_status status)
{
    WM_REQUIRE((unsigned)status < WM_N_POINT_STATUSES);
    return status_words[status];
}

enum wm_point_status wm_db_status(const char *word)
{
    for (unsigned i = 0; i < WM_N_POINT_STATUSES; i++)
        if (word != NULL && strcmp(status_words[i], word) == 0)
            return (enum wm_point_status)i;
    return WM_POINT_FAILED;
}

/* One diagnostic for whatever SQLite says; only the first of a store is told. */
bool wm_db_fail(struct wm_store *s, struct wm_diags *diags)
{
    const int code = s->db != NULL ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
    const char *const why = s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory";
    if (s->failed)
        return false;
    s->failed = true;
    if (code == SQLITE_NOTADB)
        wm_diag_add(diags, WM_E503, NULL, s->path,
                    "is no store of a study (%s); it was not touched", why);
    else if (code == SQLITE_CORRUPT)
        wm_diag_add(diags, WM_E503, NULL, s->path,
                    "is damaged (%s); it was not touched. Restore a copy, or move it away to start "
                    "again",
                    why);
    else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        wm_diag_add(diags, WM_E504, NULL, s->path, "is in use by another process (%s)", why);
    else
        wm_diag_add(
            diags, WM_E505, NULL, s->path,
            "cannot be written or read (%s); what was committed before stays valid, and the "
            "same command goes on from there",
            why);
    return false;
}

bool wm_db_exec(struct wm_store *s, const char *sql, struct wm_diags *diags)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || wm_db_fail(s, diags);
}

sqlite3_stmt *wm_db_statement(struct wm_store *s, enum statement which, struct wm_diags *diags)
{
    if (s->statements[which] == NULL &&
        sqlite3_prepare_v3(s->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &s->statements[which], NULL) != SQLITE_OK) {
        wm_db_fail(s, diags);
        return NULL;
    }
    return s->statements[which];
}

/* Runs a bound statement that yields no rows. */
bool wm_db_finish(struct wm_store *s, sqlite3_stmt *stmt, struct wm_diags *diags)
{
    const int code = sqlite3_step(stmt);
    const bool ok = code == SQLITE_DONE || wm_db_fail(s, diags);
    sqlite3_reset(stmt);
    return ok;
}

void wm_db_bind(sqlite3_stmt *stmt, int at, const char *text)
{
    sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

const char *wm_db_text(struct wm_store *s, sqlite3_stmt *stmt, int column)
{
    const char *const text = (const char *)sqlite3_column_text(stmt, column);
    return text != NULL ? wm_arena_copy_text(s->arena, text, strlen(text)) : "";
}

int64_t wm_db_count(struct wm_store *s, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t n = 0;
    if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

void wm_store_close(struct wm_store *s)
{
    if (s == NULL)
        return;
    if (s->in_transaction)
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    for (size_t i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    (void)sqlite3_close(s->db);
    if (s->lock >= 0)
        (void)close(s->lock);
    s->db = NULL;
    s->lock = -1;
}

struct wm_store *wm_db_new(struct wm_arena *arena, const char *path)
{
    struct wm_store *const s = WM_NEW(arena, struct wm_store);
    s->arena = arena;
    s->path = s->file = path;
    s->lock = -1;
    return s;
}

enum wm_status wm_db_fail_os(struct wm_store *s, enum wm_code code, const char *what,
                             struct wm_diags *diags)
{
    wm_diag_add(diags, code, NULL, s->path, "%s: %s", what, strerror(errno));
    return WM_IO;
}

/* What can be told about a file without believing what is in it. */
bool wm_db_check(struct wm_store *s, const struct stat *info, struct wm_diags *diags)
{
    if (info->st_size == 0) {
        wm_diag_add(diags, WM_E503, NULL, s->path,
                    "is empty, so it is no store; remove it to start a new one");
        return false;
    }
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(s->db, "PRAGMA schema_version", -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW) {
        sqlite3_finalize(stmt);
        return wm_db_fail(s, diags);
    }
    sqlite3_finalize(stmt);
    if (wm_db_count(s, "PRAGMA application_id") != WM_DB_APPLICATION_ID) {
        wm_diag_add(diags, WM_E503, NULL, s->path, "is a SQLite file, but no store of wattmill");
        return false;
    }
    const int64_t format = wm_db_count(s, "PRAGMA user_version");
    if (format != WM_DB_FORMAT) {
        wm_diag_add(diags, WM_E502, NULL, s->path, "has format %lld, this program reads %d",
                    (long long)format, WM_DB_FORMAT);
        return false;
    }
    if (info->st_size > QUICK_CHECK_MAX_BYTES)
        return true;
    if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &stmt, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    const int code = sqlite3_step(stmt);
    const char *const text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : "";
    const bool ok = code == SQLITE_ROW && text != NULL && strcmp(text, "ok") == 0;
    if (!ok)
        wm_diag_add(diags, WM_E503, NULL, s->path,
                    "is damaged (%s); it was not touched. Restore a copy, or move it away to start "
                    "again",
                    text != NULL && text[0] != '\0' ? text : sqlite3_errmsg(s->db));
    sqlite3_finalize(stmt);
    return ok;
}

bool wm_db_open(struct wm_store *s, int flags, struct wm_diags *diags)
{
    if (sqlite3_open_v2(s->file, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    sqlite3_busy_timeout(s->db, WM_DB_BUSY_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return true;
}

static bool read_keys(struct wm_store *s, const char *table, const char *columns,
                      struct wm_store_key **keys, size_t *n, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    const char *const sql =
        wm_arena_printf(s->arena, "SELECT %s FROM %s ORDER BY id", columns, table);
    *n = (size_t)wm_db_count(s, wm_arena_printf(s->arena, "SELECT count(*) FROM %s", table));
    *keys = WM_NEW_ARRAY(s->arena, struct wm_store_key, *n);
    if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    size_t i = 0;
    while (i < *n && sqlite3_step(stmt) == SQLITE_ROW) {
        (*keys)[i].key = wm_db_text(s, stmt, 1);
        (*keys)[i].unit = wm_db_text(s, stmt, 2);
        (*keys)[i++].doc = wm_db_text(s, stmt, 3);
    }
    sqlite3_finalize(stmt);
    return true;
}

/* Columns of the values: ids are those of the program that wrote them. */
static bool map_ids(struct wm_store *s, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    s->n_ids = (size_t)wm_db_count(s, "SELECT coalesce(max(id),-1)+1 FROM metric_key");
    s->column = WM_NEW_ARRAY(s->arena, size_t, s->n_ids);
    if (sqlite3_prepare_v2(s->db, "SELECT id FROM metric_key ORDER BY id", -1, &stmt, NULL) !=
        SQLITE_OK)
        return wm_db_fail(s, diags);
    for (size_t i = 0; sqlite3_step(stmt) == SQLITE_ROW; i++) {
        const int64_t id = sqlite3_column_int64(stmt, 0);
        if (id >= 0 && (size_t)id < s->n_ids)
            s->column[id] = i;
    }
    sqlite3_finalize(stmt);
    return true;
}

static bool read_axes(struct wm_store *s, struct wm_diags *diags)
{
    struct wm_store_about *const a = &s->about;
    sqlite3_stmt *stmt = NULL;
    a->n_axes = (size_t)wm_db_count(s, "SELECT count(*) FROM axis");
    a->axes = (const char **)wm_arena_alloc(s->arena, a->n_axes, sizeof *a->axes);
    a->n_levels = WM_NEW_ARRAY(s->arena, size_t, a->n_axes);
    if (sqlite3_prepare_v2(s->db, "SELECT name,n_levels FROM axis ORDER BY position", -1, &stmt,
                           NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    for (size_t i = 0; i < a->n_axes && sqlite3_step(stmt) == SQLITE_ROW; i++) {
        a->axes[i] = wm_db_text(s, stmt, 0);
        a->n_levels[i] = (size_t)sqlite3_column_int64(stmt, 1);
    }
    sqlite3_finalize(stmt);
    return true;
}

bool wm_db_read_about(struct wm_store *s, struct wm_diags *diags)
{
    struct wm_store_about *const a = &s->about;
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(s->db,
                           "SELECT name,design,version,git_id,catalog_hash,scenario_hash,key,hash,"
                           "study_json,base_json,seed,n_points FROM study",
                           -1, &stmt, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    if (sqlite3_step(stmt) != SQLITE_ROW) {
        sqlite3_finalize(stmt);
        wm_diag_add(diags, WM_E503, NULL, s->path, "is damaged: it names no study");
        return false;
    }
    const char **const texts[] = {&a->name,         &a->design,        &a->version, &a->git_id,
                                  &a->catalog_hash, &a->scenario_hash, &a->key,     &a->hash,
                                  &a->study_json,   &a->base_json};
    for (int i = 0; i < 10; i++)
        *texts[i] = wm_db_text(s, stmt, i);
    a->seed = sqlite3_column_int64(stmt, 10);
    a->n_points = (uint64_t)sqlite3_column_int64(stmt, 11);
    sqlite3_finalize(stmt);
    return read_axes(s, diags) &&
           read_keys(s, "metric_key", "id,key,unit,doc", &a->metrics, &a->n_metrics, diags) &&
           read_keys(s, "yearly_key", "id,key,unit,''", &a->yearly, &a->n_yearly, diags) &&
           map_ids(s, diags);
}

enum wm_status wm_store_open(struct wm_arena *arena, const char *path, struct wm_store **out,
                             struct wm_diags *diags)
{
    struct wm_store *const s = wm_db_new(arena, path);
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0)
        return wm_db_fail_os(s, WM_E102, "cannot be read", diags);
    /* may write, so that the last reader can tidy up the log; but asks nothing that would */
    const int flags = access(path, W_OK) == 0 ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (!wm_db_open(s, flags, diags) || !wm_db_exec(s, "PRAGMA query_only=1", diags) ||
        !wm_db_check(s, &info, diags) || !wm_db_read_about(s, diags)) {
        wm_store_close(s);
        return WM_IO;
    }
    *out = s;
    return WM_OK;
}

const struct wm_store_about *wm_store_about(const struct wm_store *store)
{
    return &store->about;
}
