/* A store as CSV and JSON lines. */
#include <math.h>
#include <string.h>

#include "wattmill/export.h"

struct sink {
    FILE *file;
    const struct wm_store_about *about;
    struct wm_arena *arena; /* of one record */
};

static struct wm_json *params_of(struct wm_arena *arena, const struct wm_record *r)
{
    struct wm_json *json = NULL;
    struct wm_diags ignored = wm_diags_init(arena);
    wm_json_parse(arena, r->params, strlen(r->params), "params", &json, &ignored);
    return json;
}

static void put_value(struct sink *s, const struct wm_json *value)
{
    if (value == NULL)
        return;
    if (value->type == WM_JSON_NUMBER)
        fputs(value->text, s->file);
    else
        wm_csv_text(s->file,
                    value->type == WM_JSON_STRING ? value->text : wm_json_to_text(s->arena, value));
}

static bool wide_row(void *context, const struct wm_record *r)
{
    struct sink *const s = context;
    wm_arena_reset(s->arena);
    const struct wm_json *const params = params_of(s->arena, r);
    fprintf(s->file, "%llu,%s,%lld", (unsigned long long)r->index, wm_point_status_word(r->status),
            (long long)r->seed);
    for (size_t j = 0; j < s->about->n_axes; j++) {
        fputc(',', s->file);
        put_value(s, wm_json_find(params, s->about->axes[j]));
    }
    for (size_t i = 0; i < s->about->n_metrics; i++) {
        fputc(',', s->file);
        wm_csv_put_number(s->file, r->value[i]);
    }
    fputc('\n', s->file);
    return !ferror(s->file);
}

static bool long_rows(void *context, const struct wm_record *r)
{
    struct sink *const s = context;
    wm_arena_reset(s->arena);
    const struct wm_json *const params = params_of(s->arena, r);
    const char *const status = wm_point_status_word(r->status);
    for (const struct wm_json *c = params != NULL ? params->child : NULL; c != NULL; c = c->next) {
        fprintf(s->file, "%llu,%s,axis,", (unsigned long long)r->index, status);
        wm_csv_text(s->file, c->key);
        fputc(',', s->file);
        put_value(s, c);
        fputs(",\n", s->file);
    }
    for (size_t i = 0; i < s->about->n_metrics; i++) {
        if (!isfinite(r->value[i]))
            continue;
        fprintf(s->file, "%llu,%s,metric,%s,", (unsigned long long)r->index, status,
                s->about->metrics[i].key);
        wm_csv_put_number(s->file, r->value[i]);
        fprintf(s->file, ",%s\n", s->about->metrics[i].unit);
    }
    return !ferror(s->file);
}

static bool yearly_rows(void *context, const struct wm_record *r)
{
    struct sink *const s = context;
    for (size_t year = 0; year < r->n_years; year++) {
        fprintf(s->file, "%llu,%zu", (unsigned long long)r->index, year);
        for (size_t i = 0; i < s->about->n_yearly; i++) {
            fputc(',', s->file);
            wm_csv_put_number(s->file, r->yearly[year * s->about->n_yearly + i]);
        }
        fputc('\n', s->file);
    }
    return !ferror(s->file);
}

static void json_yearly(struct wm_json_writer *w, const struct wm_store_about *about,
                        const struct wm_record *r)
{
    wm_json_key(w, "yearly");
    wm_json_array_begin(w);
    for (size_t year = 0; year < r->n_years; year++) {
        wm_json_object_begin(w);
        wm_json_member_integer(w, "year", (int64_t)year);
        for (size_t i = 0; i < about->n_yearly; i++) {
            const double value = r->yearly[year * about->n_yearly + i];
            if (isfinite(value))
                wm_json_member_number(w, about->yearly[i].key, value);
        }
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static bool json_line(void *context, const struct wm_record *r)
{
    struct sink *const s = context;
    wm_arena_reset(s->arena);
    struct wm_json_writer w = wm_json_writer_to_memory(s->arena, false);
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "index", (int64_t)r->index);
    wm_json_member_string(&w, "status", wm_point_status_word(r->status));
    wm_json_member_integer(&w, "seed", r->seed);
    wm_json_key(&w, "params");
    wm_json_raw(&w, r->params);
    wm_json_key(&w, "metrics");
    wm_json_object_begin(&w);
    for (size_t i = 0; i < s->about->n_metrics; i++)
        if (isfinite(r->value[i]))
            wm_json_member_number(&w, s->about->metrics[i].key, r->value[i]);
    wm_json_object_end(&w);
    json_yearly(&w, s->about, r);
    wm_json_key(&w, "messages");
    wm_json_array_begin(&w);
    for (size_t i = 0; i < r->n_messages; i++) {
        wm_json_object_begin(&w);
        wm_json_member_string(&w, "code", r->codes[i]);
        wm_json_member_string(&w, "text", r->messages[i]);
        wm_json_object_end(&w);
    }
    wm_json_array_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    fputs(w.bytes, s->file);
    fputc('\n', s->file);
    return !ferror(s->file);
}

static enum wm_status walk(FILE *file, struct wm_store *store, unsigned parts, wm_record_fn *fn,
                           struct wm_diags *diags)
{
    struct sink s = {file, wm_store_about(store), wm_arena_open()};
    if (s.arena == NULL)
        return WM_NO_MEMORY;
    const enum wm_status status = wm_store_each(store, parts, fn, &s, diags);
    wm_arena_close(s.arena);
    return status;
}

enum wm_status wm_export_wide_csv(FILE *file, struct wm_store *store, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    fputs("index,status,seed", file);
    for (size_t j = 0; j < about->n_axes; j++) {
        fputc(',', file);
        wm_csv_text(file, about->axes[j]);
    }
    for (size_t i = 0; i < about->n_metrics; i++)
        fprintf(file, ",%s", about->metrics[i].key);
    fputc('\n', file);
    return walk(file, store, WM_READ_VALUES, wide_row, diags);
}

enum wm_status wm_export_long_csv(FILE *file, struct wm_store *store, struct wm_diags *diags)
{
    fputs("index,status,kind,key,value,unit\n", file);
    return walk(file, store, WM_READ_VALUES, long_rows, diags);
}

enum wm_status wm_export_yearly_csv(FILE *file, struct wm_store *store, struct wm_diags *diags)
{
    const struct wm_store_about *const about = wm_store_about(store);
    fputs("index,year", file);
    for (size_t i = 0; i < about->n_yearly; i++)
        fprintf(file, ",%s", about->yearly[i].key);
    fputc('\n', file);
    return walk(file, store, WM_READ_YEARLY, yearly_rows, diags);
}

enum wm_status wm_export_jsonl(FILE *file, struct wm_store *store, struct wm_diags *diags)
{
    return walk(file, store, WM_READ_ALL, json_line, diags);
}
