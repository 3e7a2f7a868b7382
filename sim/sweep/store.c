/*
 * The only file that speaks to SQLite. Longer than most: statements, errors and schema belong
 * together, and nothing of SQLite may leave it.
 *
 * A new store is built under another name and linked into place whole, so that a process killed at
 * any moment leaves either no store or a complete one. Write-ahead logging with synchronous = NORMAL
 * survives the death of the process without losing a commit, and a power cut without damage. Writers
 * are kept apart by flock() on the file itself: SQLite's own locks (POSIX, of other byte ranges) are
 * dropped when a process closes any descriptor of the file, so ours is closed after SQLite's.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record.h"
#include "wattmill/output.h"
#include "wattmill/require.h"

#define APPLICATION_ID        0x574d5354 /* "WMST" */
#define FORMAT                1          /* PRAGMA user_version */
#define QUICK_CHECK_MAX_BYTES ((off_t)64 << 20)
#define BUSY_MS               5000
#define POLL_NS               50000000L

#define Q(x)  Q_(x)
#define Q_(x) #x

static const char schema[] = "PRAGMA application_id=" Q(APPLICATION_ID) ";PRAGMA user_version=" Q(
    FORMAT) ";"
            "CREATE TABLE study(id INTEGER PRIMARY KEY CHECK(id=1), name TEXT NOT NULL, design "
            "TEXT NOT NULL,"
            " n_points INTEGER NOT NULL, seed INTEGER NOT NULL, key TEXT NOT NULL, hash TEXT NOT "
            "NULL,"
            " version TEXT NOT NULL, git_id TEXT NOT NULL, catalog_hash TEXT NOT NULL,"
            " scenario_hash TEXT NOT NULL, study_json TEXT NOT NULL, base_json TEXT NOT NULL) "
            "STRICT;"
            "CREATE TABLE axis(position INTEGER PRIMARY KEY, name TEXT NOT NULL,"
            " n_levels INTEGER NOT NULL) STRICT;"
            "CREATE TABLE point(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, idx INTEGER,"
            " params TEXT NOT NULL, status TEXT NOT NULL, seed INTEGER NOT NULL, attempts INTEGER "
            "NOT NULL,"
            " seconds REAL NOT NULL) STRICT;"
            "CREATE INDEX point_idx ON point(idx);"
            "CREATE TABLE metric_key(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, unit TEXT "
            "NOT NULL,"
            " doc TEXT NOT NULL) STRICT;"
            "CREATE TABLE metric(point INTEGER NOT NULL, metric INTEGER NOT NULL, value REAL NOT "
            "NULL,"
            " PRIMARY KEY(point, metric)) STRICT, WITHOUT ROWID;"
            "CREATE TABLE yearly_key(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, unit TEXT "
            "NOT NULL)"
            " STRICT;"
            "CREATE TABLE yearly(point INTEGER NOT NULL, year INTEGER NOT NULL, column INTEGER NOT "
            "NULL,"
            " value REAL NOT NULL, PRIMARY KEY(point, year, column)) STRICT, WITHOUT ROWID;"
            "CREATE TABLE message(point INTEGER NOT NULL, position INTEGER NOT NULL, code TEXT NOT "
            "NULL,"
            " text TEXT NOT NULL, PRIMARY KEY(point, position)) STRICT, WITHOUT ROWID;"
            "CREATE VIEW result AS SELECT p.idx, p.status, k.key, m.value, k.unit FROM point p"
            " JOIN metric m ON m.point=p.id JOIN metric_key k ON k.id=m.metric WHERE p.idx IS NOT "
            "NULL;";

/*  X(name, SQL): statements prepared on first use */
#define STATEMENTS(X)                                                                           \
    X(find, "SELECT id,status,idx FROM point WHERE hash=?")                                     \
    X(place, "UPDATE point SET idx=? WHERE id=?")                                               \
    X(insert, "INSERT INTO point(hash,idx,params,status,seed,attempts,seconds)"                 \
              " VALUES(?,?,?,?,?,1,?)")                                                         \
    X(again, "UPDATE point SET idx=?,status=?,attempts=attempts+1,seconds=? WHERE hash=?")      \
    X(drop_metric, "DELETE FROM metric WHERE point=?")                                          \
    X(drop_yearly, "DELETE FROM yearly WHERE point=?")                                          \
    X(drop_message, "DELETE FROM message WHERE point=?")                                        \
    X(metric_key, "INSERT OR IGNORE INTO metric_key VALUES(?,?,?,?)")                           \
    X(metric, "INSERT INTO metric VALUES(?,?,?)")                                               \
    X(yearly_key, "INSERT OR IGNORE INTO yearly_key VALUES(?,?,?)")                             \
    X(yearly, "INSERT INTO yearly VALUES(?,?,?,?)")                                             \
    X(message, "INSERT INTO message VALUES(?,?,?,?)")                                           \
    X(points, "SELECT id,idx,status,seed,params FROM point WHERE idx IS NOT NULL ORDER BY idx") \
    X(values, "SELECT metric,value FROM metric WHERE point=?")                                  \
    X(years, "SELECT year,column,value FROM yearly WHERE point=?")                              \
    X(messages, "SELECT code,text FROM message WHERE point=? ORDER BY position")

enum statement {
#define STATEMENT(name, sql) S_##name,
    STATEMENTS(STATEMENT)
#undef STATEMENT
        N_STATEMENTS
};

static const char *const statement_sql[N_STATEMENTS] = {
#define STATEMENT(name, sql) sql,
    STATEMENTS(STATEMENT)
#undef STATEMENT
};

struct wm_store {
    struct wm_arena *arena;
    const char *path; /* for messages */
    const char *file; /* what is opened: another name while a store is made */
    sqlite3 *db;
    int lock; /* descriptor that holds the writers' lock, or -1 */
    sqlite3_stmt *statements[N_STATEMENTS];
    bool in_transaction, failed;
    bool has_key[WM_N_METRICS], has_yearly_key;
    struct wm_store_about about;
    size_t *column; /* reading: metric id -> column */
    size_t n_ids;
};

static const char *const status_words[WM_N_POINT_STATUSES] = {"ok", "infeasible", "invalid",
                                                              "failed"};

const char *wm_point_status_word(enum wm_point_status status)
{
    WM_REQUIRE((unsigned)status < WM_N_POINT_STATUSES);
    return status_words[status];
}

static enum wm_point_status status_of(const char *word)
{
    for (unsigned i = 0; i < WM_N_POINT_STATUSES; i++)
        if (word != NULL && strcmp(status_words[i], word) == 0)
            return (enum wm_point_status)i;
    return WM_POINT_FAILED;
}

/* One diagnostic for whatever SQLite says; only the first of a store is told. */
static bool fail(struct wm_store *s, struct wm_diags *diags)
{
    const int code = s->db != NULL ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
    const char *const why = s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory";
    if (s->failed)
        return false;
    s->failed = true;
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
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

static bool exec(struct wm_store *s, const char *sql, struct wm_diags *diags)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(s, diags);
}

static sqlite3_stmt *statement(struct wm_store *s, enum statement which, struct wm_diags *diags)
{
    if (s->statements[which] == NULL &&
        sqlite3_prepare_v3(s->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &s->statements[which], NULL) != SQLITE_OK) {
        fail(s, diags);
        return NULL;
    }
    return s->statements[which];
}

/* Runs a bound statement that yields no rows. */
static bool finish(struct wm_store *s, sqlite3_stmt *stmt, struct wm_diags *diags)
{
    const int code = sqlite3_step(stmt);
    const bool ok = code == SQLITE_DONE || fail(s, diags);
    sqlite3_reset(stmt);
    return ok;
}

static void bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
    sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

static const char *column_text(struct wm_store *s, sqlite3_stmt *stmt, int column)
{
    const char *const text = (const char *)sqlite3_column_text(stmt, column);
    return text != NULL ? wm_arena_copy_text(s->arena, text, strlen(text)) : "";
}

static int64_t count(struct wm_store *s, const char *sql)
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

static struct wm_store *new_store(struct wm_arena *arena, const char *path)
{
    struct wm_store *const s = WM_NEW(arena, struct wm_store);
    s->arena = arena;
    s->path = s->file = path;
    s->lock = -1;
    return s;
}

static enum wm_status fail_os(struct wm_store *s, enum wm_code code, const char *what,
                              struct wm_diags *diags)
{
    wm_diag_add(diags, code, NULL, s->path, "%s: %s", what, strerror(errno));
    return WM_IO;
}

/* What can be told about a file without believing what is in it. */
static bool check_format(struct wm_store *s, const struct stat *info, struct wm_diags *diags)
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
        return fail(s, diags);
    }
    sqlite3_finalize(stmt);
    if (count(s, "PRAGMA application_id") != APPLICATION_ID) {
        wm_diag_add(diags, WM_E503, NULL, s->path, "is a SQLite file, but no store of wattmill");
        return false;
    }
    const int64_t format = count(s, "PRAGMA user_version");
    if (format != FORMAT) {
        wm_diag_add(diags, WM_E502, NULL, s->path, "has format %lld, this program reads %d",
                    (long long)format, FORMAT);
        return false;
    }
    if (info->st_size > QUICK_CHECK_MAX_BYTES)
        return true;
    if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &stmt, NULL) != SQLITE_OK)
        return fail(s, diags);
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

static bool open_db(struct wm_store *s, int flags, struct wm_diags *diags)
{
    if (sqlite3_open_v2(s->file, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return fail(s, diags);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return true;
}

static bool read_keys(struct wm_store *s, const char *table, const char *columns,
                      struct wm_store_key **keys, size_t *n, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    const char *const sql =
        wm_arena_printf(s->arena, "SELECT %s FROM %s ORDER BY id", columns, table);
    *n = (size_t)count(s, wm_arena_printf(s->arena, "SELECT count(*) FROM %s", table));
    *keys = WM_NEW_ARRAY(s->arena, struct wm_store_key, *n);
    if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return fail(s, diags);
    size_t i = 0;
    while (i < *n && sqlite3_step(stmt) == SQLITE_ROW) {
        (*keys)[i].key = column_text(s, stmt, 1);
        (*keys)[i].unit = column_text(s, stmt, 2);
        (*keys)[i++].doc = column_text(s, stmt, 3);
    }
    sqlite3_finalize(stmt);
    return true;
}

/* Columns of the values: ids are those of the program that wrote them. */
static bool map_ids(struct wm_store *s, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    s->n_ids = (size_t)count(s, "SELECT coalesce(max(id),-1)+1 FROM metric_key");
    s->column = WM_NEW_ARRAY(s->arena, size_t, s->n_ids);
    if (sqlite3_prepare_v2(s->db, "SELECT id FROM metric_key ORDER BY id", -1, &stmt, NULL) !=
        SQLITE_OK)
        return fail(s, diags);
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
    a->n_axes = (size_t)count(s, "SELECT count(*) FROM axis");
    a->axes = (const char **)wm_arena_alloc(s->arena, a->n_axes, sizeof *a->axes);
    a->n_levels = WM_NEW_ARRAY(s->arena, size_t, a->n_axes);
    if (sqlite3_prepare_v2(s->db, "SELECT name,n_levels FROM axis ORDER BY position", -1, &stmt,
                           NULL) != SQLITE_OK)
        return fail(s, diags);
    for (size_t i = 0; i < a->n_axes && sqlite3_step(stmt) == SQLITE_ROW; i++) {
        a->axes[i] = column_text(s, stmt, 0);
        a->n_levels[i] = (size_t)sqlite3_column_int64(stmt, 1);
    }
    sqlite3_finalize(stmt);
    return true;
}

static bool read_about(struct wm_store *s, struct wm_diags *diags)
{
    struct wm_store_about *const a = &s->about;
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(s->db,
                           "SELECT name,design,version,git_id,catalog_hash,scenario_hash,key,hash,"
                           "study_json,base_json,seed,n_points FROM study",
                           -1, &stmt, NULL) != SQLITE_OK)
        return fail(s, diags);
    if (sqlite3_step(stmt) != SQLITE_ROW) {
        sqlite3_finalize(stmt);
        wm_diag_add(diags, WM_E503, NULL, s->path, "is damaged: it names no study");
        return false;
    }
    const char **const texts[] = {&a->name,         &a->design,        &a->version, &a->git_id,
                                  &a->catalog_hash, &a->scenario_hash, &a->key,     &a->hash,
                                  &a->study_json,   &a->base_json};
    for (int i = 0; i < 10; i++)
        *texts[i] = column_text(s, stmt, i);
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
    struct wm_store *const s = new_store(arena, path);
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0)
        return fail_os(s, WM_E102, "cannot be read", diags);
    /* may write, so that the last reader can tidy up the log; but asks nothing that would */
    const int flags = access(path, W_OK) == 0 ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (!open_db(s, flags, diags) || !exec(s, "PRAGMA query_only=1", diags) ||
        !check_format(s, &info, diags) || !read_about(s, diags)) {
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

/* ---- writing ---- */

static bool write_about(struct wm_store *s, const struct wm_store_about *a, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(s->db, "INSERT OR REPLACE INTO study VALUES(1,?,?,?,?,?,?,?,?,?,?,?,?)",
                           -1, &stmt, NULL) != SQLITE_OK)
        return fail(s, diags);
    bind_text(stmt, 1, a->name);
    bind_text(stmt, 2, a->design);
    sqlite3_bind_int64(stmt, 3, (int64_t)a->n_points);
    sqlite3_bind_int64(stmt, 4, a->seed);
    const char *const texts[] = {a->key,          a->hash,          a->version,    a->git_id,
                                 a->catalog_hash, a->scenario_hash, a->study_json, a->base_json};
    for (int i = 0; i < 8; i++)
        bind_text(stmt, 5 + i, texts[i]);
    bool ok = finish(s, stmt, diags);
    sqlite3_finalize(stmt);
    ok = ok && exec(s, "DELETE FROM axis", diags);
    if (!ok ||
        sqlite3_prepare_v2(s->db, "INSERT INTO axis VALUES(?,?,?)", -1, &stmt, NULL) != SQLITE_OK)
        return fail(s, diags);
    for (size_t i = 0; i < a->n_axes && ok; i++) {
        sqlite3_bind_int64(stmt, 1, (int64_t)i);
        bind_text(stmt, 2, a->axes[i]);
        sqlite3_bind_int64(stmt, 3, (int64_t)a->n_levels[i]);
        ok = finish(s, stmt, diags);
    }
    sqlite3_finalize(stmt);
    return ok;
}

static struct wm_store_about about_study(struct wm_arena *arena, const struct wm_study *study)
{
    const struct wm_stamp stamp = wm_stamp_of(NULL, study->seed);
    struct wm_store_about a = {.name = study->params.name,
                               .design = wm_design_words[study->params.design],
                               .version = stamp.version,
                               .git_id = stamp.git_id,
                               .scenario_hash = study->scenario_hash,
                               .key = study->key,
                               .hash = study->hash,
                               .study_json = study->study_text,
                               .base_json = study->base_text,
                               .seed = study->seed,
                               .n_points = study->n_points,
                               .n_axes = study->n_axes};
    a.catalog_hash = wm_arena_printf(arena, "%s", stamp.catalog_hash);
    a.axes = (const char **)wm_arena_alloc(arena, a.n_axes, sizeof *a.axes);
    a.n_levels = WM_NEW_ARRAY(arena, size_t, a.n_axes);
    for (size_t j = 0; j < a.n_axes; j++) {
        a.axes[j] = study->axes[j].name;
        a.n_levels[j] = study->axes[j].n_levels;
    }
    return a;
}

/* A whole new store at `path`; another process may be doing the same, then theirs or ours stays. */
static enum wm_status create(struct wm_arena *arena, const char *path,
                             const struct wm_store_about *about, struct wm_diags *diags)
{
    const char *const tmp = wm_arena_printf(arena, "%s.%ld.tmp", path, (long)getpid());
    (void)unlink(tmp);
    struct wm_store *const s = new_store(arena, path);
    s->file = tmp;
    bool ok = open_db(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, diags) &&
              exec(s, "PRAGMA journal_mode=MEMORY;BEGIN", diags) && exec(s, schema, diags) &&
              write_about(s, about, diags) && exec(s, "COMMIT", diags);
    wm_store_close(s);
    if (ok && link(tmp, path) != 0 && errno != EEXIST)
        ok = fail_os(s, WM_E505, "cannot be made", diags) == WM_OK;
    (void)unlink(tmp);
    return ok ? WM_OK : WM_IO;
}

static bool lock(struct wm_store *s, double wait_s, atomic_bool *stop, struct wm_diags *diags)
{
    const struct timespec pause = {0, POLL_NS};
    s->lock = open(s->path, O_RDWR | O_CLOEXEC);
    if (s->lock < 0) {
        fail_os(s, WM_E505, "cannot be opened for writing", diags);
        return false;
    }
    for (double waited = 0.0; flock(s->lock, LOCK_EX | LOCK_NB) != 0; waited += 1e-9 * POLL_NS) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            fail_os(s, WM_E505, "cannot be locked", diags);
            return false;
        }
        if (waited >= wait_s || (stop != NULL && *stop)) {
            wm_diag_add(
                diags, WM_E504, NULL, s->path,
                "another process is writing to it; waited %g s. Wait for it, give more time "
                "with --wait, or use another store and merge",
                waited);
            return false;
        }
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

static bool open_for_writing(struct wm_store *s, double wait_s, atomic_bool *stop,
                             struct wm_diags *diags)
{
    struct stat info;
    if (!lock(s, wait_s, stop, diags))
        return false;
    if (fstat(s->lock, &info) != 0)
        return fail_os(s, WM_E505, "cannot be read", diags) == WM_OK;
    return open_db(s, SQLITE_OPEN_READWRITE, diags) && check_format(s, &info, diags) &&
           exec(s,
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-65536;PRAGMA "
                "wal_autocheckpoint=8000;"
                "PRAGMA temp_store=MEMORY",
                diags) &&
           read_about(s, diags);
}

static bool report_other(const struct wm_store *s, const struct wm_store_about *mine,
                         struct wm_diags *diags)
{
    const struct wm_store_about *const has = &s->about;
    const char *what = "other axes or metrics";
    if (strcmp(has->name, mine->name) != 0)
        what = "another study";
    else if (strcmp(has->version, mine->version) != 0 || strcmp(has->git_id, mine->git_id) != 0)
        what = "results of another version of the program";
    else if (strcmp(has->catalog_hash, mine->catalog_hash) != 0)
        what = "results from another catalogue";
    else if (strcmp(has->design, mine->design) != 0)
        what = "another design";
    else if (has->seed != mine->seed)
        what = "another seed";
    else if (strcmp(has->scenario_hash, mine->scenario_hash) != 0)
        what = "another base scenario";
    wm_diag_add(diags, WM_E502, NULL, s->path,
                "holds %s: \"%s\" (%s) of version %s (%s), not \"%s\" (%s) of %s (%s); choose "
                "another store with -o",
                what, has->name, has->design, has->version, has->git_id, mine->name, mine->design,
                mine->version, mine->git_id);
    return false;
}

/* The same study with other values on its axes: points lose their index until they are found again. */
static bool renew(struct wm_store *s, const struct wm_store_about *mine, struct wm_diags *diags)
{
    return exec(s, "BEGIN IMMEDIATE;UPDATE point SET idx=NULL", diags) &&
           write_about(s, mine, diags) && exec(s, "COMMIT", diags);
}

static enum wm_status give_up(struct wm_store *s)
{
    wm_store_close(s);
    return WM_IO;
}

enum wm_status wm_store_open_study(struct wm_arena *arena, const char *path,
                                   const struct wm_study *study, double wait_s, atomic_bool *stop,
                                   struct wm_store **out, struct wm_diags *diags)
{
    const struct wm_store_about mine = about_study(arena, study);
    struct wm_store *const s = new_store(arena, path);
    struct stat info;
    *out = NULL;
    if (stat(path, &info) != 0) {
        if (errno != ENOENT)
            return fail_os(s, WM_E505, "cannot be opened", diags);
        const enum wm_status made = create(arena, path, &mine, diags);
        if (made != WM_OK)
            return made;
    }
    if (!open_for_writing(s, wait_s, stop, diags) ||
        (strcmp(s->about.key, mine.key) != 0 && !report_other(s, &mine, diags)) ||
        (strcmp(s->about.hash, mine.hash) != 0 && !renew(s, &mine, diags)))
        return give_up(s);
    *out = s;
    return WM_OK;
}

uint64_t wm_store_n_stored(struct wm_store *store)
{
    return (uint64_t)count(store, "SELECT count(*) FROM point");
}

static bool begin(struct wm_store *s, struct wm_diags *diags)
{
    if (s->failed)
        return false;
    if (s->in_transaction)
        return true;
    s->in_transaction = exec(s, "BEGIN IMMEDIATE", diags);
    return s->in_transaction;
}

bool wm_store_commit(struct wm_store *s, struct wm_diags *diags)
{
    if (s->failed || !s->in_transaction)
        return !s->failed;
    if (!exec(s, "COMMIT", diags))
        return false;
    s->in_transaction = false;
    return true;
}

bool wm_store_find(struct wm_store *s, const unsigned char *hash, struct wm_stored *out,
                   struct wm_diags *diags)
{
    sqlite3_stmt *const stmt = statement(s, S_find, diags);
    *out = (struct wm_stored){0};
    if (stmt == NULL)
        return false;
    sqlite3_bind_blob(stmt, 1, hash, WM_POINT_HASH_BYTES, SQLITE_STATIC);
    const int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        *out = (struct wm_stored){.found = true,
                                  .id = sqlite3_column_int64(stmt, 0),
                                  .status = status_of((const char *)sqlite3_column_text(stmt, 1)),
                                  .placed = sqlite3_column_type(stmt, 2) != SQLITE_NULL,
                                  .index = (uint64_t)sqlite3_column_int64(stmt, 2)};
    const bool ok = code == SQLITE_ROW || code == SQLITE_DONE || fail(s, diags);
    sqlite3_reset(stmt);
    return ok;
}

bool wm_store_place(struct wm_store *s, int64_t id, uint64_t index, struct wm_diags *diags)
{
    sqlite3_stmt *const stmt = begin(s, diags) ? statement(s, S_place, diags) : NULL;
    if (stmt == NULL)
        return false;
    sqlite3_bind_int64(stmt, 1, (int64_t)index);
    sqlite3_bind_int64(stmt, 2, id);
    return finish(s, stmt, diags);
}

static bool drop_parts(struct wm_store *s, int64_t id, struct wm_diags *diags)
{
    const enum statement parts[] = {S_drop_metric, S_drop_yearly, S_drop_message};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sqlite3_stmt *const stmt = statement(s, parts[i], diags);
        if (stmt == NULL)
            return false;
        sqlite3_bind_int64(stmt, 1, id);
        if (!finish(s, stmt, diags))
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
    sqlite3_stmt *const stmt = statement(s, stored.found ? S_again : S_insert, diags);
    if (stmt == NULL)
        return false;
    *id = stored.id;
    if (stored.found) {
        sqlite3_bind_int64(stmt, 1, (int64_t)o->point.index);
        bind_text(stmt, 2, status_words[o->status]);
        sqlite3_bind_double(stmt, 3, o->seconds);
        sqlite3_bind_blob(stmt, 4, o->point.hash, WM_POINT_HASH_BYTES, SQLITE_STATIC);
        return finish(s, stmt, diags) && drop_parts(s, *id, diags);
    }
    sqlite3_bind_blob(stmt, 1, o->point.hash, WM_POINT_HASH_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, (int64_t)o->point.index);
    bind_text(stmt, 3, o->point.params);
    bind_text(stmt, 4, status_words[o->status]);
    sqlite3_bind_int64(stmt, 5, o->point.seed);
    sqlite3_bind_double(stmt, 6, o->seconds);
    const bool ok = finish(s, stmt, diags);
    *id = sqlite3_last_insert_rowid(s->db);
    return ok;
}

static bool put_key(struct wm_store *s, enum wm_metric metric, struct wm_diags *diags)
{
    const struct wm_metric_info *const info = wm_metric_info(metric);
    sqlite3_stmt *const stmt = statement(s, S_metric_key, diags);
    if (stmt == NULL)
        return false;
    sqlite3_bind_int64(stmt, 1, metric);
    bind_text(stmt, 2, info->key);
    bind_text(stmt, 3, wm_unit_symbol(info->unit));
    bind_text(stmt, 4, info->doc);
    s->has_key[metric] = true;
    return finish(s, stmt, diags);
}

static bool put_values(struct wm_store *s, int64_t id, const struct wm_outcome *o,
                       struct wm_diags *diags)
{
    for (size_t i = 0; i < o->n_values; i++) {
        const enum wm_metric metric = (enum wm_metric)o->metrics[i];
        if (!s->has_key[metric] && !put_key(s, metric, diags))
            return false;
        sqlite3_stmt *const stmt = statement(s, S_metric, diags);
        if (stmt == NULL)
            return false;
        sqlite3_bind_int64(stmt, 1, id);
        sqlite3_bind_int64(stmt, 2, metric);
        sqlite3_bind_double(stmt, 3, o->values[i]);
        if (!finish(s, stmt, diags))
            return false;
    }
    return true;
}

static bool put_yearly_keys(struct wm_store *s, struct wm_diags *diags)
{
    sqlite3_stmt *const stmt = statement(s, S_yearly_key, diags);
    for (size_t i = 0; stmt != NULL && i < wm_n_yearly_columns; i++) {
        sqlite3_bind_int64(stmt, 1, (int64_t)i);
        bind_text(stmt, 2, wm_yearly_columns[i].key);
        bind_text(stmt, 3, wm_yearly_columns[i].unit);
        if (!finish(s, stmt, diags))
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
            sqlite3_stmt *const stmt = statement(s, S_yearly, diags);
            if (stmt == NULL)
                return false;
            sqlite3_bind_int64(stmt, 1, id);
            sqlite3_bind_int64(stmt, 2, (int64_t)year);
            sqlite3_bind_int64(stmt, 3, (int64_t)i);
            sqlite3_bind_double(stmt, 4, value);
            if (!finish(s, stmt, diags))
                return false;
        }
    return true;
}

static bool put_messages(struct wm_store *s, int64_t id, const struct wm_outcome *o,
                         struct wm_diags *diags)
{
    for (size_t i = 0; i < o->n_messages; i++) {
        sqlite3_stmt *const stmt = statement(s, S_message, diags);
        if (stmt == NULL)
            return false;
        sqlite3_bind_int64(stmt, 1, id);
        sqlite3_bind_int64(stmt, 2, (int64_t)i);
        bind_text(stmt, 3, o->codes[i]);
        bind_text(stmt, 4, o->messages[i]);
        if (!finish(s, stmt, diags))
            return false;
    }
    return true;
}

bool wm_store_put(struct wm_store *s, const struct wm_outcome *o, struct wm_diags *diags)
{
    int64_t id = 0;
    return begin(s, diags) && put_point(s, o, &id, diags) && put_values(s, id, o, diags) &&
           put_yearly(s, id, o, diags) && put_messages(s, id, o, diags);
}

/* ---- reading ---- */

struct walk {
    struct wm_store *store;
    struct wm_arena *arena; /* of one record */
    double *value;
    struct wm_diags *diags;
};

static bool get_values(const struct walk *w, int64_t id, struct wm_record *r)
{
    sqlite3_stmt *const stmt = statement(w->store, S_values, w->diags);
    int code = SQLITE_DONE;
    if (stmt == NULL)
        return false;
    for (size_t i = 0; i < w->store->about.n_metrics; i++)
        w->value[i] = (double)NAN;
    sqlite3_bind_int64(stmt, 1, id);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        const int64_t metric = sqlite3_column_int64(stmt, 0);
        if (metric >= 0 && (size_t)metric < w->store->n_ids)
            w->value[w->store->column[metric]] = sqlite3_column_double(stmt, 1);
    }
    const bool ok = code == SQLITE_DONE || fail(w->store, w->diags);
    sqlite3_reset(stmt);
    r->value = w->value;
    return ok;
}

static bool get_yearly(const struct walk *w, int64_t id, struct wm_record *r)
{
    const size_t n = w->store->about.n_yearly;
    sqlite3_stmt *const stmt = statement(w->store, S_years, w->diags);
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
    const bool ok = code == SQLITE_DONE || fail(w->store, w->diags);
    sqlite3_reset(stmt);
    r->yearly = rows;
    return ok;
}

static bool get_messages(const struct walk *w, int64_t id, struct wm_record *r)
{
    sqlite3_stmt *const stmt = statement(w->store, S_messages, w->diags);
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
        codes[r->n_messages] =
            wm_arena_printf(w->arena, "%s", (const char *)sqlite3_column_text(stmt, 0));
        texts[r->n_messages++] =
            wm_arena_printf(w->arena, "%s", (const char *)sqlite3_column_text(stmt, 1));
    }
    const bool ok = code == SQLITE_DONE || fail(w->store, w->diags);
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
                            .status = status_of((const char *)sqlite3_column_text(points, 2)),
                            .seed = sqlite3_column_int64(points, 3),
                            .params = params != NULL ? params : "{}"};
    return ((parts & WM_READ_VALUES) == 0 || get_values(w, id, r)) &&
           ((parts & WM_READ_YEARLY) == 0 || get_yearly(w, id, r)) &&
           ((parts & WM_READ_MESSAGES) == 0 || get_messages(w, id, r));
}

enum wm_status wm_store_each(struct wm_store *s, unsigned parts, wm_record_fn *fn, void *context,
                             struct wm_diags *diags)
{
    sqlite3_stmt *const points = statement(s, S_points, diags);
    struct walk w = {.store = s, .arena = wm_arena_open(), .diags = diags};
    int code = SQLITE_DONE;
    bool ok = points != NULL && w.arena != NULL;
    w.value = WM_NEW_ARRAY(s->arena, double, s->about.n_metrics);
    while (ok && (code = sqlite3_step(points)) == SQLITE_ROW) {
        struct wm_record r;
        ok = get_record(&w, points, parts, &r);
        if (ok && !fn(context, &r))
            break;
        wm_arena_reset(w.arena);
    }
    ok = ok && (code == SQLITE_DONE || code == SQLITE_ROW || fail(s, diags));
    if (points != NULL)
        sqlite3_reset(points);
    wm_arena_close(w.arena);
    return ok ? WM_OK : WM_IO;
}

/* ---- merging ---- */

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
        return fail(s, diags);
    bind_text(stmt, 1, path);
    const bool ok = finish(s, stmt, diags);
    sqlite3_finalize(stmt);
    return ok;
}

static bool add_store(struct wm_store *s, const char *path, struct wm_diags *diags)
{
    if (!attach(s, path, diags) || !begin(s, diags))
        return false;
    const bool ok = exec(s, merge_sql, diags) && wm_store_commit(s, diags);
    if (!ok) {
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
        s->in_transaction = false;
    }
    return exec(s, "DETACH src", diags) && ok;
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
        ok = report_other(s, first, diags);
    else if (strcmp(first->hash, s->about.hash) != 0) {
        wm_diag_add(diags, WM_E502, NULL, path,
                    "belongs to the study \"%s\" with other values on its axes", first->name);
        ok = false;
    }
    wm_store_close(s);
    return ok ? WM_OK : WM_IO;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

enum wm_status wm_store_merge(struct wm_arena *arena, const char *out, const char *const *in,
                              size_t n_in, uint64_t *n_points, struct wm_diags *diags)
{
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
        status = create(arena, out, &first, diags);
    if (status != WM_OK)
        return status;
    struct wm_store *const s = new_store(arena, out);
    bool ok = open_for_writing(s, 1e-3 * BUSY_MS, NULL, diags);
    for (size_t i = 0; i < n_in && ok; i++)
        ok = same_file(in[i], out) || add_store(s, in[i], diags);
    if (ok)
        *n_points = (uint64_t)count(s, "SELECT count(*) FROM point WHERE idx IS NOT NULL");
    wm_store_close(s);
    return ok ? WM_OK : WM_IO;
}
