/* Opening a store, its errors, and what it says about its study. */
#include "store_db.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wattmill/plain_text.h"
#include "wattmill/require.h"

#define WM_DB_TABLES          8
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
            s->writes
                ? "cannot be written or read (%s); what was committed before stays valid, and "
                  "the same command goes on from there"
                : "cannot be read (%s)",
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
    return text != NULL ? wm_text_plain(s->arena, wm_arena_copy_text(s->arena, text, strlen(text)))
                        : "";
}

bool wm_db_end_rows(struct wm_store *s, sqlite3_stmt *stmt, int code, struct wm_diags *diags)
{
    const bool ok = code == SQLITE_DONE || wm_db_fail(s, diags);
    sqlite3_finalize(stmt);
    return ok;
}

bool wm_db_count(struct wm_store *s, const char *sql, int64_t *out, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    const bool ok = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
                    sqlite3_step(stmt) == SQLITE_ROW;
    *out = ok ? sqlite3_column_int64(stmt, 0) : 0;
    if (!ok)
        wm_db_fail(s, diags);
    sqlite3_finalize(stmt);
    return ok;
}

void wm_store_close(struct wm_store *s)
{
    if (s == NULL)
        return;
    if (s->in_transaction)
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    for (size_t i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    if (s->db != NULL && s->writes &&
        !s->failed) { /* one file again, that can be read where nothing can be written */
        sqlite3_busy_timeout(s->db, 0);
        (void)sqlite3_exec(s->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    }
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

/* Our names are plain tables of ours, and nothing runs by itself: no view or trigger in their place. */
static bool check_schema(struct wm_store *s, struct wm_diags *diags)
{
    int64_t n_tables = 0, n_triggers = 0;
    if (!wm_db_count(
            s,
            "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name IN ('study','axis',"
            "'point','metric_key','metric','yearly_key','yearly','message')"
            " AND sql NOT LIKE 'CREATE VIRTUAL%' AND sql NOT LIKE '%GENERATED%'",
            &n_tables, diags) ||
        !wm_db_count(s, "SELECT count(*) FROM sqlite_schema WHERE type='trigger'", &n_triggers,
                     diags))
        return false;
    if (n_tables == WM_DB_TABLES && n_triggers == 0)
        return true;
    wm_diag_add(
        diags, WM_E503, NULL, s->path,
        "is no store as this program writes them: a table is missing or is something else; it "
        "was not touched");
    return false;
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
    int64_t application = 0, format = 0;
    if (!wm_db_count(s, "PRAGMA application_id", &application, diags) ||
        !wm_db_count(s, "PRAGMA user_version", &format, diags))
        return false;
    if (application != WM_DB_APPLICATION_ID) {
        wm_diag_add(diags, WM_E503, NULL, s->path, "is a SQLite file, but no store of wattmill");
        return false;
    }
    if (format != WM_DB_FORMAT) {
        wm_diag_add(diags, WM_E502, NULL, s->path, "has format %lld, this program reads %d",
                    (long long)format, WM_DB_FORMAT);
        return false;
    }
    if (!check_schema(s, diags))
        return false;
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
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return true;
}

/* Number of ids in use, one more than the largest; false when no version of the program has so many. */
static bool count_ids(struct wm_store *s, const char *table, size_t *n, struct wm_diags *diags)
{
    int64_t low = 0, high = 0;
    const char *const sql = "SELECT coalesce(%s(id),%d) FROM %s";
    if (!wm_db_count(s, wm_arena_printf(s->arena, sql, "min", 0, table), &low, diags) ||
        !wm_db_count(s, wm_arena_printf(s->arena, sql, "max", -1, table), &high, diags))
        return false;
    *n = (size_t)(high + 1);
    if (low >= 0 && high < WM_DB_IDS_MAX)
        return true;
    wm_diag_add(diags, WM_E503, NULL, s->path, "is damaged: %s has ids from %lld to %lld", table,
                (long long)low, (long long)high);
    return false;
}

/* The rows of a dictionary in the order of their ids, and the place of each id when `column` is asked for. */
static bool read_keys(struct wm_store *s, const char *table, const char *columns,
                      struct wm_store_key **keys, size_t *n, size_t *column, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    size_t n_ids = 0;
    int code;
    if (!count_ids(s, table, &n_ids, diags))
        return false;
    *keys = WM_NEW_ARRAY(s->arena, struct wm_store_key, n_ids);
    *n = 0;
    if (sqlite3_prepare_v2(
            s->db, wm_arena_printf(s->arena, "SELECT %s FROM %s ORDER BY id", columns, table), -1,
            &stmt, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW && *n < n_ids) {
        if (column != NULL)
            column[sqlite3_column_int64(stmt, 0)] = *n;
        (*keys)[(*n)++] = (struct wm_store_key){.key = wm_db_text(s, stmt, 1),
                                                .unit = wm_db_text(s, stmt, 2),
                                                .doc = wm_db_text(s, stmt, 3)};
    }
    return wm_db_end_rows(s, stmt, code, diags);
}

/* Columns of the values: ids are those of the program that wrote them. */
static bool read_metric_keys(struct wm_store *s, struct wm_diags *diags)
{
    struct wm_store_about *const a = &s->about;
    if (!count_ids(s, "metric_key", &s->n_ids, diags))
        return false;
    s->column = WM_NEW_ARRAY(s->arena, size_t, s->n_ids);
    for (size_t i = 0; i < s->n_ids; i++)
        s->column[i] = SIZE_MAX;
    return read_keys(s, "metric_key", "id,key,unit,doc", &a->metrics, &a->n_metrics, s->column,
                     diags);
}

static bool read_axes(struct wm_store *s, struct wm_diags *diags)
{
    struct wm_store_about *const a = &s->about;
    sqlite3_stmt *stmt = NULL;
    int64_t n = 0;
    int code;
    size_t i = 0;
    if (!wm_db_count(s, "SELECT count(*) FROM axis", &n, diags))
        return false;
    a->n_axes = (size_t)n;
    a->axes = (const char **)wm_arena_alloc(s->arena, a->n_axes, sizeof *a->axes);
    a->n_levels = WM_NEW_ARRAY(s->arena, size_t, a->n_axes);
    if (sqlite3_prepare_v2(s->db, "SELECT name,n_levels FROM axis ORDER BY position", -1, &stmt,
                           NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW && i < a->n_axes) {
        a->axes[i] = wm_db_text(s, stmt, 0);
        a->n_levels[i++] = (size_t)sqlite3_column_int64(stmt, 1);
    }
    return wm_db_end_rows(s, stmt, code, diags);
}

/* How many of the study's points are there. */
static bool count_points(struct wm_store *s, struct wm_diags *diags)
{
    int64_t n = 0;
    const bool ok = wm_db_count(s, "SELECT count(*) FROM point WHERE idx IS NOT NULL", &n, diags);
    s->about.n_stored = (uint64_t)n;
    return ok;
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
    const int code = sqlite3_step(stmt);
    if (code != SQLITE_ROW) {
        if (wm_db_end_rows(s, stmt, code, diags))
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
    return read_axes(s, diags) && read_metric_keys(s, diags) &&
           read_keys(s, "yearly_key", "id,key,unit,''", &a->yearly, &a->n_yearly, NULL, diags) &&
           count_points(s, diags);
}

/* Whether files can be made beside `path`. */
static bool folder_is_writable(struct wm_arena *arena, const char *path)
{
    const char *const slash = strrchr(path, '/');
    return access(slash == NULL   ? "."
                  : slash == path ? "/"
                                  : wm_arena_copy_text(arena, path, (size_t)(slash - path)),
                  W_OK) == 0;
}

/* A name as SQLite takes it as a URI: what is no letter, digit or one of -._/ goes as %XX. */
static const char *immutable_uri(struct wm_arena *arena, const char *path)
{
    static const char hex[] = "0123456789ABCDEF", head[] = "file:", tail[] = "?immutable=1";
    char *const uri = wm_arena_alloc(arena, sizeof head + 3 * strlen(path) + sizeof tail, 1);
    memcpy(uri, head, sizeof head);
    char *to = uri + sizeof head - 1;
    for (const char *c = path; *c != '\0'; c++)
        if (isalnum((unsigned char)*c) || strchr("-._/", *c) != NULL) {
            *to++ = *c;
        } else {
            *to++ = '%';
            *to++ = hex[(unsigned char)*c >> 4];
            *to++ = hex[(unsigned char)*c & 15];
        }
    memcpy(to, tail, sizeof tail);
    return uri;
}

/*
 * Opens for a look. Who may write lets the last reader tidy up the log, but asks nothing that would. Where
 * neither the file nor files beside it can be written SQLite's locks have no place: without a log the file
 * is taken as it is.
 */
static bool open_to_read(struct wm_store *s, struct wm_diags *diags)
{
    struct stat log;
    const bool may_write = access(s->path, W_OK) == 0 && folder_is_writable(s->arena, s->path);
    if (may_write)
        return wm_db_open(s, SQLITE_OPEN_READWRITE, diags);
    if (stat(wm_arena_printf(s->arena, "%s-wal", s->path), &log) != 0 || log.st_size == 0)
        s->file = immutable_uri(s->arena, s->path);
    return wm_db_open(s, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, diags);
}

enum wm_status wm_store_open(struct wm_arena *arena, const char *path, struct wm_store **out,
                             struct wm_diags *diags)
{
    struct wm_store *const s = wm_db_new(arena, path);
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0)
        return wm_db_fail_os(s, WM_E102, "cannot be read", diags);
    /* one transaction from the dictionaries to the last point, whoever writes meanwhile */
    s->in_transaction = open_to_read(s, diags) && wm_db_exec(s, "PRAGMA query_only=1;BEGIN", diags);
    if (!s->in_transaction || !wm_db_check(s, &info, diags) || !wm_db_read_about(s, diags)) {
        wm_store_close(s);
        return WM_IO;
    }
    *out = s;
    return WM_OK;
}

void wm_store_check_whole(const struct wm_store *store, struct wm_diags *diags)
{
    const struct wm_store_about *const a = &store->about;
    if (a->n_stored < a->n_points)
        wm_diag_add(diags, WM_W952, NULL, store->path,
                    "holds %llu of %llu points of the study \"%s\": what follows speaks of these "
                    "alone, and the first points of a grid are a corner of it",
                    (unsigned long long)a->n_stored, (unsigned long long)a->n_points, a->name);
}

const struct wm_store_about *wm_store_about(const struct wm_store *store)
{
    return &store->about;
}
