/* A fit as catalogue entries and as a report. Rows of one owner or group need not stand together. */
#include <math.h>
#include <string.h>

#include "wattmill/calibrate.h"
#include "wattmill/json.h"

static size_t prefix(const char *text)
{
    const char *const dot = strchr(text, '.');
    return dot != NULL ? (size_t)(dot - text) : 0;
}

/* Whether row i is the first of its owner (or, within an owner, of its group). */
static bool is_first(const struct wm_fit *fit, size_t i, bool of_group)
{
    const struct wm_fit_row *r = &fit->rows[i];
    for (size_t k = 0; k < i; k++) {
        const struct wm_fit_row *q = &fit->rows[k];
        if (strcmp(q->owner, r->owner) != 0)
            continue;
        if (!of_group || (prefix(q->key) == prefix(r->key) &&
                          strncmp(q->key, r->key, prefix(r->key)) == 0 && prefix(r->key) > 0))
            return false;
    }
    return true;
}

/* Four significant digits: the errors of a fit are wider. */
static double rounded(double value)
{
    const double scale = value != 0.0 ? pow(10.0, 3.0 - floor(log10(fabs(value)))) : 1.0;
    return round(value * scale) / scale;
}

static void write_group(struct wm_json_writer *w, const struct wm_fit *fit, size_t i)
{
    const struct wm_fit_row *r = &fit->rows[i];
    const size_t n = prefix(r->key);
    char group[64];
    snprintf(group, sizeof group, "%.*s", (int)n, r->key);
    wm_json_key(w, group);
    wm_json_object_begin(w);
    for (size_t k = i; k < fit->n_rows; k++) {
        const struct wm_fit_row *q = &fit->rows[k];
        if (strcmp(q->owner, r->owner) == 0 && prefix(q->key) == n &&
            strncmp(q->key, r->key, n) == 0)
            wm_json_member_number(w, q->key + n + 1, rounded(q->value));
    }
    wm_json_object_end(w);
}

/* How many points an owner's parameters hang on: of all, and of those of board power. */
static void write_points(struct wm_json_writer *w, const struct wm_fit *fit, const char *owner)
{
    size_t n = 0, n_power = 0;
    for (size_t k = 0; k < fit->n_rows; k++) {
        const struct wm_fit_row *const q = &fit->rows[k];
        if (strcmp(q->owner, owner) != 0)
            continue;
        size_t *const most = strncmp(q->key, "power.", 6) == 0 ? &n_power : &n;
        *most = q->n_points > *most ? q->n_points : *most;
    }
    wm_json_key(w, "fit");
    wm_json_object_begin(w);
    wm_json_member_integer(w, "points", (int64_t)n);
    if (n_power > 0)
        wm_json_member_integer(w, "power_points", (int64_t)n_power);
    wm_json_object_end(w);
}

static void write_owner(struct wm_json_writer *w, const struct wm_fit *fit, size_t i)
{
    const char *const owner = fit->rows[i].owner;
    wm_json_key(w, strchr(owner, '.') + 1);
    wm_json_object_begin(w);
    wm_json_member_string(w, "base", strchr(owner, '.') + 1);
    write_points(w, fit, owner);
    for (size_t k = i; k < fit->n_rows; k++) {
        const struct wm_fit_row *q = &fit->rows[k];
        if (strcmp(q->owner, owner) != 0)
            continue;
        if (prefix(q->key) == 0)
            wm_json_member_number(w, q->key, rounded(q->value));
        else if (is_first(fit, k, true))
            write_group(w, fit, k);
    }
    wm_json_object_end(w);
}

void wm_fit_json(FILE *file, const void *context)
{
    static const char *const sections[] = {"accelerators", "engines"};
    const struct wm_fit *fit = context;
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    for (size_t s = 0; s < 2; s++) {
        bool open = false;
        for (size_t i = 0; i < fit->n_rows; i++) {
            if (strncmp(fit->rows[i].owner, sections[s], strlen(sections[s])) != 0 ||
                !is_first(fit, i, false))
                continue;
            if (!open) {
                wm_json_key(&w, sections[s]);
                wm_json_object_begin(&w);
                open = true;
            }
            write_owner(&w, fit, i);
        }
        if (open)
            wm_json_object_end(&w);
    }
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

void wm_fit_table(FILE *file, const void *context)
{
    const struct wm_fit *fit = context;
    fprintf(file, "%zu points\n%-28s %-26s %10s %10s %6s %6s %6s\n", fit->n_points, "entry", "key",
            "value", "before", "+-", "data", "rows");
    for (size_t i = 0; i < fit->n_rows; i++) {
        const struct wm_fit_row *r = &fit->rows[i];
        fprintf(file, "%-28s %-26s %10.4g %10.4g %4.0f %% %4.0f %% %6zu\n", r->owner, r->key,
                r->value, r->start, 100.0 * r->rel_error_frac, 100.0 * r->pull_frac, r->n_points);
    }
}
