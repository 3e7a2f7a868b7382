/*
 * Every reader under libFuzzer: one program, one row a reader. The name it is called by chooses the row
 * (`build/fuzz/readers/weather` is a link), so each has a corpus of its own in tests/fuzz/seeds/.
 *
 * A reader may refuse its input; it may not crash, hang, leak or leave what is not defined. Readers of files get a file
 * of their own. `make fuzz-parsers`.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wattmill/calibrate.h"
#include "wattmill/chains.h"
#include "wattmill/compare.h"
#include "wattmill/export.h"
#include "wattmill/form.h"
#include "wattmill/generate.h"
#include "wattmill/import.h"
#include "wattmill/input.h"
#include "wattmill/optimise.h"
#include "wattmill/study.h"
#include "wattmill/trace.h"
#include "wattmill/training_points.h"
#include "wattmill/zone.h"

struct input {
    const char *text; /* 0-ended */
    size_t n;
    const char *path; /* a file of the same bytes */
    const struct wm_catalog *catalog;
    const char *name; /* of the reader */
    struct wm_diags diags;
};

typedef void read_fn(struct wm_arena *arena, struct input *in);

static void read_json(struct wm_arena *arena, struct input *in)
{
    struct wm_json *root;
    (void)wm_json_parse(arena, in->text, in->n, "input", &root, &in->diags);
}

/* A document of any case, through all tables and checks. */
static void read_document(struct wm_arena *arena, struct input *in)
{
    struct wm_json *root;
    struct wm_loaded loaded;
    if (wm_json_parse(arena, in->text, in->n, "input", &root, &in->diags) == WM_OK)
        (void)wm_document_tree_read(arena, root, NULL, true, &loaded, &in->diags);
}

static void read_study(struct wm_arena *arena, struct input *in)
{
    const struct wm_study *study;
    (void)wm_study_load_text(arena, in->text, in->n, "tests/studies/input.json", NULL, 0, &study,
                             &in->diags);
}

static void read_catalog(struct wm_arena *arena, struct input *in)
{
    struct wm_override entries;
    const struct wm_catalog *catalog;
    struct wm_json *root;
    if (wm_override_catalog(arena, in->path, &entries, &in->diags) == WM_OK &&
        wm_json_parse(arena, in->text, in->n, "input", &root, &in->diags) == WM_OK)
        (void)wm_catalog_load_over(arena, in->catalog, root, &catalog, &in->diags);
}

/* Texts that options take: a change, a condition, an axis, a distribution of lengths, a quantity. */
static void read_options(struct wm_arena *arena, struct input *in)
{
    struct wm_override set;
    struct wm_assertion assertion;
    struct wm_vary vary;
    struct wm_length length;
    struct wm_json *root;
    static const char tree[] = "{\"site\":{\"ceiling\":{\"limit_mw\":1}},\"fleet\":[{\"name\":\"a\"}]}";
    if (wm_override_parse(arena, in->text, &set, &in->diags) == WM_OK &&
        wm_json_parse(arena, tree, sizeof tree - 1, "tree", &root, &in->diags) == WM_OK)
        (void)wm_override_apply(arena, root, &set, &in->diags);
    (void)wm_assertion_parse(arena, "--assert", in->text, &assertion, &in->diags);
    (void)wm_vary_parse(arena, in->text, &vary, &in->diags);
    (void)wm_length_parse(arena, in->text, &length);
    for (int unit = 0; unit < WM_N_UNITS; unit++)
        (void)wm_quantity_read(in->text, (enum wm_unit)unit);
}

static void read_weather(struct wm_arena *arena, struct input *in)
{
    (void)wm_weather_file_load(arena, in->path, &in->diags);
}
static void read_market(struct wm_arena *arena, struct input *in)
{
    (void)wm_market_file_load(arena, in->path, &in->diags);
}
static void read_solar(struct wm_arena *arena, struct input *in)
{
    (void)wm_solar_file_load(arena, in->path, &in->diags);
}
static void read_curve(struct wm_arena *arena, struct input *in)
{
    (void)wm_curve_file_load(arena, in->path, &in->diags);
}
static void read_shape(struct wm_arena *arena, struct input *in)
{
    (void)wm_shape_file_load(arena, in->path, &in->diags);
}
static void read_demand(struct wm_arena *arena, struct input *in)
{
    (void)wm_demand_trace_load(arena, in->path, &in->diags);
}

static void read_zone(struct wm_arena *arena, struct input *in)
{
    struct wm_zone zone;
    if (!wm_zone_read_tzif(arena, in->text, in->n, &zone))
        return;
    for (int64_t year = 0; year < 230; year += 7) {
        const struct wm_civil local = wm_zone_local(&zone, year * 31556952000000LL);
        (void)wm_zone_to_us(&zone, &local);
    }
}

/* Reads it twice, as a replay does. */
static void read_trace(struct wm_arena *arena, struct input *in)
{
    static const struct wm_trace_options variants[] = {{.keep_failed = true},
                                                       {.rate_scale = 0.5, .dejitter = true, .seed = 1}};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        struct wm_trace *trace;
        if (wm_trace_open(arena, in->path, &variants[i], &trace, &in->diags) != WM_OK)
            continue;
        struct wm_request_source source = wm_trace_source(trace);
        struct wm_request request;
        for (int n = 0; n < 10000 && source.next(source.self, &request); n++)
            ;
        (void)wm_trace_check(trace, &in->diags);
        wm_trace_close(trace);
    }
}

static void read_points(struct wm_arena *arena, struct input *in)
{
    struct wm_operating_points points;
    (void)wm_operating_points_load(arena, in->path, in->catalog, &points, &in->diags);
}
static void read_training(struct wm_arena *arena, struct input *in)
{
    struct wm_training_points points;
    (void)wm_training_points_load(arena, in->path, in->catalog, &points, &in->diags);
}

/* A saved result, as `compare` and `report` read it back. */
static void read_result(struct wm_arena *arena, struct input *in)
{
    static const char head[] = "{\"stamp\"";
    struct wm_side side;
    if (in->n > sizeof head && memcmp(in->text, head, sizeof head - 1) == 0) /* else it would be run */
        (void)wm_side_load(arena, in->path, NULL, 0, &side, &in->diags);
}

/* A store, everything in it walked. */
static void read_store(struct wm_arena *arena, struct input *in)
{
    struct wm_store *store;
    if (wm_store_open(arena, in->path, &store, &in->diags) != WM_OK)
        return;
    FILE *const nowhere = fopen("/dev/null", "w");
    if (nowhere != NULL) {
        (void)wm_export_jsonl(nowhere, store, &in->diags);
        (void)wm_export_wide_csv(nowhere, store, &in->diags);
        fclose(nowhere);
    }
    wm_store_close(store);
}

/* import-KIND: the kind stands in the name. */
static void read_import(struct wm_arena *arena, struct input *in)
{
    const struct wm_import_options options = {
        .usd_per_unit = 1.1, .total_params = NAN, .time_zone = "UTC", .is_partial = true};
    const char *const paths[] = {in->path};
    struct wm_import out;
    (void)wm_import_files(arena, in->name + strlen("import-"), paths, 1, &options, &out, &in->diags);
}

static const struct {
    const char *name; /* of all readers that begin so */
    read_fn *read;
} readers[] = {
    {"json", read_json},     {"document", read_document}, {"study", read_study},
    {"catalog", read_catalog}, {"options", read_options}, {"weather", read_weather},
    {"market", read_market}, {"solar", read_solar},       {"curve", read_curve},
    {"shape", read_shape},   {"demand", read_demand},     {"zone", read_zone},
    {"trace", read_trace},   {"points", read_points},     {"training", read_training},
    {"result", read_result}, {"store", read_store},       {"import-", read_import},
};

static read_fn *chosen;
static struct wm_arena *home; /* of the catalogue */
static struct input shared;

static enum wm_status guarded(struct wm_arena *arena, void *context)
{
    struct input *const in = context;
    in->diags = wm_diags_init(arena);
    chosen(arena, in);
    return WM_OK;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    const char *const slash = strrchr((*argv)[0], '/');
    shared.name = slash != NULL ? slash + 1 : (*argv)[0];
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strncmp(shared.name, readers[i].name, strlen(readers[i].name)) == 0)
            chosen = readers[i].read;
    if (chosen == NULL) {
        fprintf(stderr, "no reader is called \"%s\"\n", shared.name);
        exit(2);
    }
    home = wm_arena_open();
    struct wm_diags diags = wm_diags_init(home);
    return home != NULL && wm_catalog_load(home, &shared.catalog, &diags) == WM_OK ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n)
{
    char path[] = "/tmp/wattmill.fuzz.XXXXXX";
    const int file = mkstemp(path);
    char *const text = malloc(n + 1);
    struct wm_arena *const arena = wm_arena_open();
    if (file < 0 || text == NULL || arena == NULL || write(file, bytes, n) != (ssize_t)n)
        abort();
    if (n > 0)
        memcpy(text, bytes, n);
    text[n] = '\0';
    struct input in = {.text = text, .n = n, .path = path, .catalog = shared.catalog, .name = shared.name};
    (void)wm_arena_guard(arena, guarded, &in);
    wm_arena_close(arena);
    free(text);
    close(file);
    unlink(path);
    return 0;
}
