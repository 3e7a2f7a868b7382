/*
 * What the files that speak to SQLite share. Nothing of SQLite leaves store*.c.
 */
#ifndef WM_SWEEP_STORE_DB_H
#define WM_SWEEP_STORE_DB_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "record.h"

#define WM_DB_APPLICATION_ID 0x574d5354 /* "WMST" */
#define WM_DB_FORMAT         1          /* PRAGMA user_version; see docs/store.md */
#define WM_DB_BUSY_MS        5000       /* patience with another process' lock */
#define WM_DB_IDS_MAX        100000     /* more metrics or columns than any version has */

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

struct wm_store {
    struct wm_arena *arena;
    const char *path; /* for messages */
    const char *file; /* what is opened: another name while a store is made */
    sqlite3 *db;
    int lock; /* descriptor that holds the writers' lock, or -1 */
    sqlite3_stmt *statements[N_STATEMENTS];
    bool in_transaction, failed, writes;
    bool *has_key; /* of the study's figures, where it is written */
    bool has_yearly_key;
    struct wm_store_about about;
    const struct wm_assertion *conditions; /* of the points that are read, [n_conditions] */
    const size_t *condition_column;
    size_t n_conditions;
    size_t *column; /* reading: metric id -> column, or SIZE_MAX */
    size_t n_ids;
};

/* Functions that return false or NULL have added a diagnostic; a store tells its first failure only. */

/** Status of a word of the column `status`. */
enum wm_point_status wm_db_status(const char *word);
/** One diagnostic for whatever SQLite says; always false. */
bool wm_db_fail(struct wm_store *s, struct wm_diags *diags);
bool wm_db_exec(struct wm_store *s, const char *sql, struct wm_diags *diags);
/** The prepared statement, reset. */
sqlite3_stmt *wm_db_statement(struct wm_store *s, enum statement which, struct wm_diags *diags);
/** Runs a bound statement that yields no rows. */
bool wm_db_finish(struct wm_store *s, sqlite3_stmt *stmt, struct wm_diags *diags);
void wm_db_bind(sqlite3_stmt *stmt, int at, const char *text);
/** A column's text in the store's arena. */
const char *wm_db_text(struct wm_store *s, sqlite3_stmt *stmt, int column);
/** First column of the first row into `out`; false, with a diagnostic, when there is none. */
bool wm_db_count(struct wm_store *s, const char *sql, int64_t *out, struct wm_diags *diags);
/** Ends a walk over rows: false, with a diagnostic, unless `code` says that all were seen. */
bool wm_db_end_rows(struct wm_store *s, sqlite3_stmt *stmt, int code, struct wm_diags *diags);
struct wm_store *wm_db_new(struct wm_arena *arena, const char *path);
/** A diagnostic with the system's reason; always WM_IO. */
enum wm_status wm_db_fail_os(struct wm_store *s, enum wm_code code, const char *what,
                             struct wm_diags *diags);
/** Format and integrity, as far as can be told without believing the content. */
bool wm_db_check(struct wm_store *s, const struct stat *info, struct wm_diags *diags);
bool wm_db_open(struct wm_store *s, int flags, struct wm_diags *diags);
bool wm_db_read_about(struct wm_store *s, struct wm_diags *diags);
/** A whole new store at `path`, linked into place. */
enum wm_status wm_db_create(struct wm_arena *arena, const char *path,
                            const struct wm_store_about *about, struct wm_diags *diags);
/** Takes the writers' lock, opens, checks. */
bool wm_db_open_to_write(struct wm_store *s, double wait_s, atomic_bool *stop,
                         struct wm_diags *diags);
/** E502: which part of its study differs. */
bool wm_db_report_other(const struct wm_store *s, const struct wm_store_about *mine,
                        struct wm_diags *diags);
/** Opens a transaction unless one is open. */
bool wm_db_begin(struct wm_store *s, struct wm_diags *diags);

#endif
