/*
 * Input: JSON text -> scenario, through the descriptor tables (field.h).
 *
 * The reader walks a table over a JSON object and fills a struct: defaults, types, units, ranges,
 * words, names of catalogue entries. It never stops at the first mistake; each is a diagnostic with
 * its place, path, rule and cure. Every value read leaves an origin behind: user, default, or the
 * catalogue entry it came from. The schema, the pages of docs/ and `explain` walk the same tables.
 */
#ifndef WATTMILL_INPUT_H
#define WATTMILL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "wattmill/catalog.h"
#include "wattmill/digest.h"
#include "wattmill/field.h"
#include "wattmill/json.h"

struct wm_scenario;
struct wm_form;

/** Where one value of a scenario came from, for the result's `inputs`. */
struct wm_origin {
    const char *path;  /* "site.ceiling.limit_mw" */
    const char *value; /* JSON text, in the planner's unit */
    enum wm_unit unit;
    const char *origin; /* "user", "default" or "catalogue dry-cooler@2025-05-01" */
};

struct wm_origins {
    struct wm_origin *items;
    size_t n, capacity;
};

/** Data files once read, for trees that are read again and again; one thread's. */
struct wm_files {
    struct wm_arena *arena; /* outlives the reads */
    struct wm_file {
        const char *path;
        const struct wm_field *field; /* says how it was read */
        const void *data;
        unsigned char digest[WM_DIGEST_BYTES]; /* of its bytes */
    } * items;
    size_t n, capacity;
    const struct wm_catalog *builtin; /* compiled-in entries, read once; NULL: each read reads them */
};

/** What reading needs besides table and object. */
struct wm_reader {
    struct wm_arena *arena;
    const struct wm_catalog *catalog; /* NULL: no REF or PRESET in the table */
    struct wm_diags *diags;
    struct wm_origins *origins; /* NULL: not kept */
    struct wm_files *files;     /* NULL: each read reads its files */
    const char *dir;   /* where data files named by --set stand; NULL: the working folder */
    const char *entry; /* origin of values from a catalogue file, or NULL */
};

/**
 * Reads `object` through `fields` into the struct at `out`.
 *
 * @param object  NULL reads as {}
 * @param where   place for "required key missing" when object is NULL; may be NULL
 * @param path    JSON path of the object, "" at the top
 * @return true when nothing was wrong; otherwise E202..E208, E210, E212 were added and `out` is
 *         not to be used
 */
bool wm_fields_read(struct wm_reader *reader, const struct wm_field *fields,
                    const struct wm_json *object, const struct wm_place *where, const char *path,
                    void *out);

/** Whether an absent key is a mistake. */
bool wm_field_is_required(const struct wm_field *field);

/** Catalogue of the compiled-in files plus the catalogue sections of `root` (may be NULL). */
enum wm_status wm_catalog_load_with(struct wm_arena *arena, const struct wm_json *root,
                                    const struct wm_catalog **out, struct wm_diags *diags);
/**
 * The same without compiled-in entries that `root` cannot name, by a key, a text or a default: a tenth of the time. Where
 * it fails the whole catalogue says better why.
 */
enum wm_status wm_catalog_load_named(struct wm_arena *arena, const struct wm_json *root,
                                     const struct wm_catalog **out, struct wm_diags *diags);
/**
 * The same over a catalogue that is read already and outlives this one: its entries stand as they are, those of
 * `root` are read anew.
 */
enum wm_status wm_catalog_load_over(struct wm_arena *arena, const struct wm_catalog *below,
                                    const struct wm_json *root, const struct wm_catalog **out,
                                    struct wm_diags *diags);
/** The entry as JSON, its `base` already merged in; NULL when there is none of that name. */
const struct wm_json *wm_catalog_json(const struct wm_catalog *catalog, enum wm_catalog_kind kind,
                                      const char *name);
/** Kind whose section has that name ("accelerators"), or WM_CATALOG_NONE. */
enum wm_catalog_kind wm_catalog_kind_of(const char *section);

/** One value of a catalogue entry as a person reads it; groups are walked into. */
struct wm_catalog_cell {
    const char *key;    /* "power.idle_w" */
    const char *value;  /* JSON text, in the row's unit */
    const char *unit;   /* symbol, or "" */
    const char *origin; /* "entry", or "default" when the entry does not say */
    const char *doc;
};
/**
 * The values of an entry, head left out, in the order of its table; unset ones are absent.
 * @return how many; 0 when there is no such entry
 */
size_t wm_catalog_cells(struct wm_arena *arena, const struct wm_catalog *catalog,
                        enum wm_catalog_kind kind, const char *name,
                        const struct wm_catalog_cell **out);

/** One change from the command line: `--set path=value`, or `--catalog FILE` (path NULL). */
struct wm_override {
    const char *path;  /* dotted; list elements by index or by their `name` */
    const char *value; /* JSON, else taken as a string; of a catalogue file its path */
    const char *
        option; /* that stands for the path, for messages; its text is read as the row says; NULL: --set */
};

/** Splits "path=value" at the first `=`; WM_USAGE with E103 when there is none. */
enum wm_status wm_override_parse(struct wm_arena *arena, const char *text, struct wm_override *out,
                                 struct wm_diags *diags);
/**
 * Reads a catalogue file, {"section": {"entry": {...}}}, whose entries add to the compiled-in ones or
 * change them as those of a scenario do; the scenario's own have the last word.
 * @return WM_OK; WM_IO (E102); WM_INVALID (E201, E202, E203, E205)
 */
enum wm_status wm_override_catalog(struct wm_arena *arena, const char *path,
                                   struct wm_override *out, struct wm_diags *diags);
/** Applies one to a tree; false with E103 when the path leads nowhere. */
bool wm_override_apply(struct wm_arena *arena, struct wm_json *root, const struct wm_override *set,
                       struct wm_diags *diags);

/** The row that reads the value at a path, such as "site.ceiling.limit_mw" or "accelerators.h100.tdp_w"; NULL: none. */
const struct wm_field *wm_path_field(const char *path);
/** Whether its values are numbers, which may be written with a unit; false of NULL. */
bool wm_field_is_number(const struct wm_field *field);

/** Where a dotted path leads: a value of a tree, and the row that reads it. */
struct wm_target {
    struct wm_json *node;
    const struct wm_field *field; /* NULL when no row of the scenario has that path */
    const char *path;             /* the path with list elements by index, as in wm_origin */
    bool is_new;                  /* it was not there */
};
/**
 * Finds the value at `path`, making the objects on the way (and an empty one at its end) where there
 * are none, as an override would.
 *
 * @param place  of the path itself, for messages and for keys that are made
 * @return false with E103 when the path leads nowhere
 */
bool wm_override_target(struct wm_arena *arena, struct wm_json *root, const char *path,
                        const struct wm_place *place, struct wm_target *out,
                        struct wm_diags *diags);

/** A scenario with what a sink wants to know about its origin. */
struct wm_loaded {
    const struct wm_form *form;         /* what it was read through */
    const void *params;                 /* the struct of the form; NULL unless WM_OK */
    const struct wm_scenario *scenario; /* the same where it is a site, else NULL */
    const char *name, *dir;             /* dir: where data files named by the document lie */
    int64_t seed;
    const struct wm_catalog *catalog; /* of wm_document_load*(): entries that the document can name */
    const struct wm_json *json; /* after extends and overrides */
    struct wm_origins origins;
};

/**
 * Reads a scenario file with everything it extends, applies overrides, checks.
 *
 * @param sets         `n_sets` overrides, applied in order after `extends`
 * @param out          the scenario, or NULL unless WM_OK
 * @param catalog_out  the catalogue with the scenario's own entries; may be NULL
 * @return WM_OK; WM_IO (E102: the file itself cannot be read); WM_INVALID (everything wrong is in
 *         diags: E201..E213); WM_USAGE (E103)
 */
enum wm_status wm_scenario_load_file(struct wm_arena *arena, const char *path,
                                     const struct wm_override *sets, size_t n_sets,
                                     const struct wm_scenario **out,
                                     const struct wm_catalog **catalog_out, struct wm_diags *diags);
/** The same from memory; `name` is shown in places, `dir` is where `extends` looks ("" = here). */
enum wm_status wm_scenario_load_text(struct wm_arena *arena, const char *text, size_t n_bytes,
                                     const char *name, const char *dir,
                                     const struct wm_override *sets, size_t n_sets,
                                     const struct wm_scenario **out,
                                     const struct wm_catalog **catalog_out, struct wm_diags *diags);
/** wm_scenario_load_text() with origins and the final JSON. */
enum wm_status wm_scenario_load_json(struct wm_arena *arena, const char *text, size_t n_bytes,
                                     const char *name, const char *dir,
                                     const struct wm_override *sets, size_t n_sets,
                                     struct wm_loaded *out, struct wm_diags *diags);
/** wm_scenario_load_file() with origins and the final JSON. */
enum wm_status wm_scenario_load(struct wm_arena *arena, const char *path,
                                const struct wm_override *sets, size_t n_sets,
                                struct wm_loaded *out, struct wm_diags *diags);

/**
 * The two halves of wm_scenario_load(), for a study, which parses once and reads many times.
 *
 * wm_scenario_tree_load(): the file's JSON with all it extends, not yet read through the tables.
 * wm_scenario_tree_read(): such a tree -> scenario.
 *
 * @param catalog  of an earlier read of the same tree when none of its catalogue sections changed
 *                 since, or NULL: it is loaded
 * @param origins  whether out->origins is filled
 * @return as wm_scenario_load()
 */
enum wm_status wm_scenario_tree_load(struct wm_arena *arena, const char *path,
                                     struct wm_json **root, struct wm_diags *diags);
enum wm_status wm_scenario_tree_read(struct wm_arena *arena, const struct wm_json *root,
                                     const struct wm_catalog *catalog, bool origins,
                                     struct wm_loaded *out, struct wm_diags *diags);

/** Whole file into the arena, 0-ended; WM_IO with E102 when it cannot be read. */
enum wm_status wm_text_load(struct wm_arena *arena, const char *path, const char **text,
                            size_t *n_bytes, struct wm_diags *diags);

/**
 * Weather with price and carbon, when there, from an EPW or CSV file (columns: sim/input/site_file.c);
 * `site.weather.file` is read by it. All mistakes at once (E214), the first 20 of a file shown.
 * @return const struct wm_site_year *, or NULL
 */
const void *wm_weather_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags);
/** The same of price or carbon alone, for `site.market.file`. */
const void *wm_market_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags);

/**
 * Measured operating points of a replica, for `serving.curve_file` (columns: sim/input/curve_file.c).
 * All mistakes at once (E214), the first 20 shown.
 * @return const struct wm_serving_curve *, or NULL
 */
const void *wm_curve_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags);
/** Demand by hour of the week (columns: sim/input/shape_file.c), for `demand.shape_file`; E214.
 *  @return const struct wm_shape *, or NULL */
const void *wm_shape_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags);
/**
 * Demand from a trace of requests (formats: trace.h), for `demand.trace`. E102, E221, E222, W921.
 * @return const struct wm_demand_trace *, or NULL
 */
const void *wm_demand_trace_load(struct wm_arena *arena, const char *path, struct wm_diags *diags);
/** What demand's files say goes into it: a shape; class, shape and rate of a trace, where not named. */
void wm_demand_from_files(struct wm_arena *arena, struct wm_scenario *scenario);
/** The same of `solar_frac`, output of a plant over its nameplate. */
const void *wm_solar_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags);

/** Folders of the system's tz database, in the order in which they are looked through. */
#define WM_ZONE_DIRS "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"
/** File of a zone in one of `dirs` ("a:b"), or NULL. */
const char *wm_zone_path(struct wm_arena *arena, const char *dirs, const char *name);
/** Why wm_zone_path() found none: the nearest name, or that there is no database. */
const char *wm_zone_help(struct wm_arena *arena, const char *dirs, const char *name);
/** Reads a TZif file. @return const struct wm_zone *, or NULL after E215 */
const void *wm_zone_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags);

/** JSON Schema (draft 2020-12) of a document of that form (form.h). */
enum wm_status wm_schema_write(struct wm_json_writer *w, const struct wm_form *form);
/** The same of another kind of file, read through `fields`. */
enum wm_status wm_schema_write_table(struct wm_json_writer *w, const char *title,
                                     const struct wm_field *fields);

#endif
