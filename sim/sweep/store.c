/*
 * Making a store and opening it for writing.
 *
 * A new store is built under another name and linked into place whole, so that a process killed at
 * any moment leaves either no store or a complete one. Write-ahead logging with synchronous = NORMAL
 * survives the death of the process without losing a commit, and a power cut without damage. Writers
 * are kept apart by flock() on the file itself: SQLite's own locks (POSIX, of other byte ranges) are
 * dropped when a process closes any descriptor of the file, so ours is closed after SQLite's.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store_db.h"
#include "wattmill/output.h"

#define POLL_NS 50000000L

#define Q(x)  Q_(x)
#define Q_(x) #x

static const char schema[] =
    "PRAGMA application_id=" Q(WM_DB_APPLICATION_ID) ";PRAGMA user_version=" Q(
        WM_DB_FORMAT) ";"
                      "CREATE TABLE study(id INTEGER PRIMARY KEY CHECK(id=1), name TEXT NOT NULL, "
                      "design "
                      "TEXT NOT NULL,"
                      " n_points INTEGER NOT NULL, seed INTEGER NOT NULL, key TEXT NOT NULL, hash "
                      "TEXT NOT "
                      "NULL,"
                      " version TEXT NOT NULL, git_id TEXT NOT NULL, catalog_hash TEXT NOT NULL,"
                      " scenario_hash TEXT NOT NULL, study_json TEXT NOT NULL, base_json TEXT NOT "
                      "NULL) "
                      "STRICT;"
                      "CREATE TABLE axis(position INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                      " n_levels INTEGER NOT NULL) STRICT;"
                      "CREATE TABLE point(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, idx "
                      "INTEGER,"
                      " params TEXT NOT NULL, status TEXT NOT NULL, seed INTEGER NOT NULL, "
                      "attempts INTEGER "
                      "NOT NULL,"
                      " seconds REAL NOT NULL) STRICT;"
                      "CREATE INDEX point_idx ON point(idx);"
                      "CREATE TABLE metric_key(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, "
                      "unit TEXT "
                      "NOT NULL,"
                      " doc TEXT NOT NULL) STRICT;"
                      "CREATE TABLE metric(point INTEGER NOT NULL, metric INTEGER NOT NULL, value "
                      "REAL NOT "
                      "NULL,"
                      " PRIMARY KEY(point, metric)) STRICT, WITHOUT ROWID;"
                      "CREATE TABLE yearly_key(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, "
                      "unit TEXT "
                      "NOT NULL)"
                      " STRICT;"
                      "CREATE TABLE yearly(point INTEGER NOT NULL, year INTEGER NOT NULL, column "
                      "INTEGER NOT "
                      "NULL,"
                      " value REAL NOT NULL, PRIMARY KEY(point, year, column)) STRICT, WITHOUT "
                      "ROWID;"
                      "CREATE TABLE message(point INTEGER NOT NULL, position INTEGER NOT NULL, "
                      "code TEXT NOT "
                      "NULL,"
                      " text TEXT NOT NULL, PRIMARY KEY(point, position)) STRICT, WITHOUT ROWID;"
                      "CREATE VIEW result AS SELECT p.idx, p.status, k.key, m.value, k.unit FROM "
                      "point p"
                      " JOIN metric m ON m.point=p.id JOIN metric_key k ON k.id=m.metric WHERE "
                      "p.idx IS NOT "
                      "NULL;";

static bool write_about(struct wm_store *s, const struct wm_store_about *a, struct wm_diags *diags)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(s->db, "INSERT OR REPLACE INTO study VALUES(1,?,?,?,?,?,?,?,?,?,?,?,?)",
                           -1, &stmt, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    wm_db_bind(stmt, 1, a->name);
    wm_db_bind(stmt, 2, a->design);
    sqlite3_bind_int64(stmt, 3, (int64_t)a->n_points);
    sqlite3_bind_int64(stmt, 4, a->seed);
    const char *const texts[] = {a->key,          a->hash,          a->version,    a->git_id,
                                 a->catalog_hash, a->scenario_hash, a->study_json, a->base_json};
    for (int i = 0; i < 8; i++)
        wm_db_bind(stmt, 5 + i, texts[i]);
    bool ok = wm_db_finish(s, stmt, diags);
    sqlite3_finalize(stmt);
    ok = ok && wm_db_exec(s, "DELETE FROM axis", diags);
    if (!ok ||
        sqlite3_prepare_v2(s->db, "INSERT INTO axis VALUES(?,?,?)", -1, &stmt, NULL) != SQLITE_OK)
        return wm_db_fail(s, diags);
    for (size_t i = 0; i < a->n_axes && ok; i++) {
        sqlite3_bind_int64(stmt, 1, (int64_t)i);
        wm_db_bind(stmt, 2, a->axes[i]);
        sqlite3_bind_int64(stmt, 3, (int64_t)a->n_levels[i]);
        ok = wm_db_finish(s, stmt, diags);
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
enum wm_status wm_db_create(struct wm_arena *arena, const char *path,
                            const struct wm_store_about *about, struct wm_diags *diags)
{
    struct wm_store *const s = wm_db_new(arena, path);
    const char *const tmp = wm_out_reserve(arena, path);
    if (tmp == NULL)
        return wm_db_fail_os(s, WM_E505, "cannot be made", diags);
    s->file = tmp;
    bool ok = wm_db_open(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, diags) &&
              wm_db_exec(s, "PRAGMA journal_mode=MEMORY;BEGIN", diags) &&
              wm_db_exec(s, schema, diags) && write_about(s, about, diags) &&
              wm_db_exec(s, "COMMIT", diags);
    wm_store_close(s);
    /* where the file system knows no hard links, a name that is free is taken by renaming */
    if (ok && link(tmp, path) != 0 && errno != EEXIST && rename(tmp, path) != 0)
        ok = wm_db_fail_os(s, WM_E505, "cannot be made", diags) == WM_OK;
    (void)unlink(tmp);
    return ok ? WM_OK : WM_IO;
}

static bool lock(struct wm_store *s, double wait_s, atomic_bool *stop, struct wm_diags *diags)
{
    const struct timespec pause = {0, POLL_NS};
    s->lock = open(s->path, O_RDWR | O_CLOEXEC);
    if (s->lock < 0) {
        wm_db_fail_os(s, WM_E505, "cannot be opened for writing", diags);
        return false;
    }
    for (double waited = 0.0; flock(s->lock, LOCK_EX | LOCK_NB) != 0; waited += 1e-9 * POLL_NS) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            wm_db_fail_os(s, WM_E505, "cannot be locked", diags);
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

bool wm_db_open_to_write(struct wm_store *s, double wait_s, atomic_bool *stop,
                         struct wm_diags *diags)
{
    struct stat info;
    s->writes = true;
    if (!lock(s, wait_s, stop, diags))
        return false;
    if (fstat(s->lock, &info) != 0)
        return wm_db_fail_os(s, WM_E505, "cannot be read", diags) == WM_OK;
    return wm_db_open(s, SQLITE_OPEN_READWRITE, diags) && wm_db_check(s, &info, diags) &&
           wm_db_exec(
               s,
               "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-65536;PRAGMA "
               "wal_autocheckpoint=8000;"
               "PRAGMA temp_store=MEMORY",
               diags) &&
           wm_db_read_about(s, diags);
}

bool wm_db_report_other(const struct wm_store *s, const struct wm_store_about *mine,
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
    return wm_db_exec(s, "BEGIN IMMEDIATE;UPDATE point SET idx=NULL", diags) &&
           write_about(s, mine, diags) && wm_db_exec(s, "COMMIT", diags);
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
    struct wm_store *const s = wm_db_new(arena, path);
    struct stat info;
    *out = NULL;
    s->has_key = WM_NEW_ARRAY(arena, bool, study->figures.n);
    if (stat(path, &info) != 0) {
        if (errno != ENOENT)
            return wm_db_fail_os(s, WM_E505, "cannot be opened", diags);
        const enum wm_status made = wm_db_create(arena, path, &mine, diags);
        if (made != WM_OK)
            return made;
    }
    if (!wm_db_open_to_write(s, wait_s, stop, diags) ||
        (strcmp(s->about.key, mine.key) != 0 && !wm_db_report_other(s, &mine, diags)) ||
        (strcmp(s->about.hash, mine.hash) != 0 && !renew(s, &mine, diags)))
        return give_up(s);
    *out = s;
    return WM_OK;
}

uint64_t wm_store_n_stored(struct wm_store *store)
{
    struct wm_diags quiet = wm_diags_init(store->arena); /* a number on the screen, no more */
    int64_t n = 0;
    (void)wm_db_count(store, "SELECT count(*) FROM point", &n, &quiet);
    return (uint64_t)n;
}
