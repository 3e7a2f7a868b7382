/*
 * What importers of tables share: a header found by the names of its columns, stamps in the spellings of
 * their publishers, rows gathered with their lines, checked for gaps and doubles, and written as our CSV.
 */
#ifndef WM_IMPORT_READER_H
#define WM_IMPORT_READER_H

#include "wattmill/csv.h"
#include "wattmill/import.h"
#include "wattmill/zone.h"

enum { WM_IMPORT_COLUMNS = 4, WM_IMPORT_SHOWN = 20 /* mistakes of an import */ };

struct wm_import_row {
    int64_t at_us; /* UTC when the clock is known, else of the file's clock; begin of the row */
    double values[WM_IMPORT_COLUMNS];
    const char *path;
    int line;
};

struct wm_importer {
    struct wm_arena *arena;
    const struct wm_import_options *options;
    struct wm_diags *diags;
    struct wm_import_notes *notes;
    const char *path, *file; /* file: the last part of path */
    const char *text;        /* what a kind without rows writes; NULL after a mistake */
    struct wm_import_row *rows;
    size_t n, capacity;
    struct wm_import_point *points; /* of curves */
    size_t n_points;
    struct wm_telemetry *telemetry;
    const struct wm_catalog *catalog; /* NULL until one is asked for */
    size_t n_mistakes;
    bool has_clock;       /* stamps are instants */
    bool is_ending;       /* stamps say when a row ends */
    bool is_place_told;   /* that several places are there */
    bool is_typical;      /* months of several years: only the hour of the year counts */
    struct wm_zone clock; /* on whose standard time the year is written */
};

/** "read: ...", in order. */
void wm_import_note(struct wm_importer *im, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** The same, unless an equal one was said. */
void wm_import_note_once(struct wm_importer *im, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** E214 at a line; the first 20 of an import are shown. */
void wm_import_mistake(struct wm_importer *im, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct wm_import_row *wm_import_row_add(struct wm_importer *im, int line);

/** Lower case, without blanks and quotes around; at most 95 bytes. @return buf */
const char *wm_import_name(const char *cell, char buf[96]);
/** Index of the first column whose name is one of `names`, "a|b|c"; "x*": begins with x; -1: none. */
int wm_import_column(const struct wm_csv_row *row, const char *names);
/** A number; a comma for the point where `by` is not the comma; NAN and a mistake for other texts. */
double wm_import_number(struct wm_importer *im, const struct wm_csv_row *row, int column,
                        const char *name, char by);

/**
 * A local time in a publisher's spelling: "2023-01-01 00:00[:00]", "20230101:0000", "01/31/2023 01:00 PM",
 * "31.01.2023 00:00" (`day_first`), "2023/01/31 00:05:00"; what follows is passed over when it begins with
 * a blank. `has_offset` and the instant for RFC 3339.
 */
bool wm_import_stamp(const char *text, bool day_first, struct wm_written_time *time);
/** Instant of a local stamp; `again`: the second time that the clock shows it. */
int64_t wm_import_instant(const struct wm_zone *zone, int64_t local_us, bool again);
/** A zone by name from the system, or E215. */
bool wm_import_zone(struct wm_importer *im, const char *name, struct wm_zone *zone);

/** Sorts, checks and writes the rows under `header`; NULL after a mistake. */
const char *wm_import_series(struct wm_importer *im, const char *source, const char *header,
                             size_t n_values);

/** Each kind: reads a text into rows. */
typedef void wm_import_fn(struct wm_importer *im, const char *text, size_t n_bytes);
wm_import_fn wm_import_weather, wm_import_price, wm_import_llm, wm_import_tariff, wm_import_curve,
    wm_import_prices, wm_import_accelerator, wm_import_telemetry, wm_import_carbon;
/** What the files of a kind make together; NULL after a mistake. */
typedef const char *wm_import_finish_fn(struct wm_importer *im, const char *source);
wm_import_finish_fn wm_import_curve_write, wm_import_telemetry_write;

#endif
