#include "reader.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "wattmill/input.h"
#include "wattmill/unit.h"

enum { SHOWN = WM_IMPORT_SHOWN };

static const char *text_of(struct wm_arena *arena, const char *format, va_list args)
{
    char text[512];
    (void)vsnprintf(text, sizeof text, format, args);
    return wm_arena_copy_text(arena, text, strlen(text));
}

static void add_note(struct wm_importer *im, const char *text)
{
    struct wm_import_notes *const notes = im->notes;
    if (notes->n == notes->capacity) {
        notes->capacity = notes->capacity == 0 ? 16 : 2 * notes->capacity;
        const char **const more =
            (const char **)wm_arena_alloc(im->arena, notes->capacity, sizeof *more);
        if (notes->n > 0)
            memcpy(more, notes->items, notes->n * sizeof *more);
        notes->items = more;
    }
    notes->items[notes->n++] = text;
}

void wm_import_note(struct wm_importer *im, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_note(im, text_of(im->arena, format, args));
    va_end(args);
}

void wm_import_note_once(struct wm_importer *im, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *const text = text_of(im->arena, format, args);
    va_end(args);
    for (size_t i = 0; i < im->notes->n; i++)
        if (strcmp(im->notes->items[i], text) == 0)
            return;
    add_note(im, text);
}

static void add_mistake(struct wm_importer *im, const char *path, int line, const char *text)
{
    const struct wm_place place = {.file = path, .line = line, .column = 1};
    if (im->n_mistakes++ < SHOWN)
        wm_diag_add(im->diags, WM_E214, line > 0 ? &place : &(struct wm_place){.file = path}, NULL,
                    "%s", text);
}

void wm_import_mistake(struct wm_importer *im, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_mistake(im, im->path, line, text_of(im->arena, format, args));
    va_end(args);
}

struct wm_import_row *wm_import_row_add(struct wm_importer *im, int line)
{
    if (im->n == im->capacity) {
        im->capacity = im->capacity == 0 ? 9000 : 2 * im->capacity;
        struct wm_import_row *const more =
            WM_NEW_ARRAY(im->arena, struct wm_import_row, im->capacity);
        if (im->n > 0)
            memcpy(more, im->rows, im->n * sizeof *more);
        im->rows = more;
    }
    struct wm_import_row *const row = &im->rows[im->n++];
    *row = (struct wm_import_row){.path = im->path, .line = line};
    return row;
}

const char *wm_import_name(const char *cell, char buf[96])
{
    size_t n = 0;
    for (; *cell != '\0' && n + 1 < 96; cell++)
        if (*cell != '"' && !(n == 0 && *cell == ' '))
            buf[n++] = (char)tolower((unsigned char)*cell);
    while (n > 0 && buf[n - 1] == ' ')
        n--;
    buf[n] = '\0';
    return buf;
}

static bool is_one_of(const char *name, const char *names)
{
    for (const char *at = names; *at != '\0';) {
        const size_t n = strcspn(at, "|");
        const bool is_stem = at[n - 1] == '*';
        if (is_stem ? strncmp(name, at, n - 1) == 0
                    : strlen(name) == n && strncmp(name, at, n) == 0)
            return true;
        at += n + (at[n] == '|' ? 1 : 0);
    }
    return false;
}

int wm_import_column(const struct wm_csv_row *row, const char *names)
{
    char name[96];
    for (size_t i = 0; i < row->n; i++)
        if (is_one_of(wm_import_name(row->cells[i], name), names))
            return (int)i;
    return -1;
}

double wm_import_number(struct wm_importer *im, const struct wm_csv_row *row, int column,
                        const char *name, char by)
{
    char digits[64] = "";
    double value = (double)NAN;
    const char *const cell = (size_t)column < row->n ? row->cells[column] : "";
    (void)snprintf(digits, sizeof digits, "%s", cell);
    char *const comma = strchr(digits, ',');
    if (comma != NULL && by != ',' && strchr(digits, '.') == NULL)
        *comma = '.';
    if (wm_csv_number(digits, &value))
        return value;
    wm_import_mistake(im, row->line, "%s = \"%.40s\" is no number%s", name, cell,
                      cell[0] == '\0' || cell[0] == '-' ? ": fill the gap first" : "");
    return (double)NAN;
}

/* Up to three whole numbers parted by / . or -, moving over them. */
static int whole_numbers(const char **at, int n_most, int *out, int *digits)
{
    int n = 0;
    while (n < n_most && isdigit((unsigned char)**at)) {
        out[n] = digits[n] = 0;
        for (; isdigit((unsigned char)**at) && digits[n] < 8; (*at)++, digits[n]++)
            out[n] = out[n] * 10 + (**at - '0');
        n++;
        if (n == n_most || **at == '\0' || strchr("/.-:", **at) == NULL ||
            !isdigit((unsigned char)(*at)[1]))
            break;
        (*at)++;
    }
    return n;
}

static bool read_date(const char **at, bool day_first, struct wm_civil *c)
{
    int part[3] = {0}, digits[3] = {0};
    const int n = whole_numbers(at, 3, part, digits);
    if (n >= 1 &&
        digits[0] == 8) { /* 20230101, and PVGIS's 20230101:0010, of which 0010 is the clock */
        *c = (struct wm_civil){part[0] / 10000, part[0] / 100 % 100, part[0] % 100, 0, 0, 0};
        if (n == 2 && digits[1] == 4) {
            c->hour = part[1] / 100;
            c->minute = part[1] % 100;
        }
    } else if (n == 3 && digits[0] == 4) {
        *c = (struct wm_civil){part[0], part[1], part[2], 0, 0, 0};
    } else if (n == 3) {
        const int year = part[2] < 100 ? part[2] + 2000 : part[2];
        *c = day_first ? (struct wm_civil){year, part[1], part[0], 0, 0, 0}
                       : (struct wm_civil){year, part[0], part[1], 0, 0, 0};
    } else {
        return false;
    }
    return c->year >= WM_YEAR_FIRST && c->year <= WM_YEAR_LAST && c->month >= 1 && c->month <= 12 &&
           c->day >= 1 && c->day <= wm_days_in_month(c->year, c->month);
}

bool wm_import_stamp(const char *text, bool day_first, struct wm_written_time *time)
{
    struct wm_civil c = {0};
    int part[3] = {0}, digits[3] = {0};
    const char *at = text + strspn(text, " ");
    if (wm_time_read(at, time))
        return true;
    *time = (struct wm_written_time){0};
    if (!read_date(&at, day_first, &c))
        return false;
    if (*at == ' ' || *at == 'T') {
        at += strspn(at, " T");
        const int n = whole_numbers(&at, 3, part, digits);
        at += strspn(at, " ");
        const bool is_pm = (at[0] == 'P' || at[0] == 'p') && toupper((unsigned char)at[1]) == 'M';
        const bool is_am = (at[0] == 'A' || at[0] == 'a') && toupper((unsigned char)at[1]) == 'M';
        if (n < 2 || part[0] > 24 || part[1] > 59)
            return n == 0;
        c.hour = (is_pm || is_am) ? part[0] % 12 + (is_pm ? 12 : 0) : part[0];
        c.minute = part[1];
        time->has_clock = true;
    }
    time->us = wm_civil_to_us(&c); /* 24:00 is the next day's 00:00 */
    return c.hour <= 24;
}

int64_t wm_import_instant(const struct wm_zone *zone, int64_t local_us, bool again)
{
    const struct wm_civil local = wm_civil_from_us(local_us);
    return wm_zone_to_us(zone, &local) + (again ? WM_US_PER_H : 0);
}

bool wm_import_zone(struct wm_importer *im, const char *name, struct wm_zone *zone)
{
    int32_t offset_s = 0;
    if (wm_zone_read_fixed(name, &offset_s)) {
        *zone = wm_zone_fixed(offset_s);
        return true;
    }
    const char *const path = wm_zone_path(im->arena, WM_ZONE_DIRS, name);
    const struct wm_zone *const read =
        path != NULL ? wm_zone_file_load(im->arena, path, im->diags) : NULL;
    if (path == NULL)
        wm_diag_add(im->diags, WM_E215, NULL, NULL, "\"%s\": %s", name,
                    wm_zone_help(im->arena, WM_ZONE_DIRS, name));
    if (read == NULL)
        im->n_mistakes++;
    else
        *zone = *read;
    return read != NULL;
}

static int by_time(const void *a, const void *b)
{
    const struct wm_import_row *const x = a, *const y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    const int by_path = strcmp(x->path, y->path);
    return by_path != 0 ? by_path : (x->line > y->line) - (x->line < y->line);
}

/* The step that most rows have, of those that a year may be made of. */
static int64_t step_of(const struct wm_importer *im)
{
    static const int minutes[] = {60, 30, 15, 10, 5};
    size_t best = 0, n_best = 0;
    for (size_t m = 0; m < sizeof minutes / sizeof *minutes; m++) {
        size_t n = 0;
        for (size_t i = 1; i < im->n; i++)
            n += im->rows[i].at_us - im->rows[i - 1].at_us == minutes[m] * WM_US_PER_H / 60;
        if (n > n_best) {
            best = m;
            n_best = n;
        }
    }
    return n_best > 0 ? minutes[best] * WM_US_PER_H / 60 : 0;
}

/* Publishers leave 29 February out of a leap year: then only the hour of the year counts. */
static void close_leap_day(struct wm_importer *im, int64_t step_us, int64_t offset_us)
{
    const int64_t day_us = 24 * WM_US_PER_H;
    for (size_t i = 1; i < im->n; i++) {
        const struct wm_civil c = wm_civil_from_us(im->rows[i].at_us + offset_us);
        if (im->rows[i].at_us - im->rows[i - 1].at_us != step_us + day_us || c.month != 3 ||
            c.day != 1 || wm_days_in_month(c.year, 2) != 29)
            continue;
        for (size_t k = i; k < im->n; k++)
            im->rows[k].at_us -= day_us;
        im->is_typical = true;
        wm_import_note(im, "left out: 29 February, by the publisher; written by hour of the year");
        return;
    }
}

static void check_steps(struct wm_importer *im, int64_t step_us)
{
    for (size_t i = 1; i < im->n; i++) {
        const struct wm_import_row *const row = &im->rows[i];
        const int64_t gap_us = row->at_us - im->rows[i - 1].at_us;
        char buf[96];
        if (gap_us == step_us)
            continue;
        if (gap_us == 0)
            (void)snprintf(buf, sizeof buf, "repeats the time of line %d", im->rows[i - 1].line);
        else
            (void)snprintf(buf, sizeof buf, "%g h are missing before this row",
                           (double)(gap_us - step_us) / (double)WM_US_PER_H);
        add_mistake(im, row->path, row->line, buf);
    }
}

/* The year must be whole, from midnight of 1 January on the clock on which it is written. */
static void check_year(struct wm_importer *im, int64_t step_us, int64_t offset_us)
{
    const size_t per_day = (size_t)(24 * WM_US_PER_H / step_us);
    const struct wm_civil c = wm_civil_from_us(im->rows[0].at_us + offset_us);
    if (c.month != 1 || c.day != 1 || c.hour != 0 || c.minute != 0)
        add_mistake(
            im, im->rows[0].path, im->rows[0].line,
            "is the first row, but not the first hour of 1 January on the clock of the place; "
            "give all files of the year, or its time zone by --time-zone");
    if (im->n_mistakes == 0 && im->n != 365 * per_day && im->n != 366 * per_day) {
        char buf[96];
        (void)snprintf(buf, sizeof buf, "%zu rows of %g min; a year has %zu, a leap year %zu",
                       im->n, (double)step_us / 60e6, 365 * per_day, 366 * per_day);
        add_mistake(im, im->path, 0, buf);
    }
}

static void put_offset(struct wm_import_text *w, int64_t offset_s)
{
    const long minutes = labs((long)(offset_s / 60));
    wm_import_put(w, "%c%02ld:%02ld", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void put_rows(struct wm_importer *im, struct wm_import_text *w, int64_t step_us,
                     int64_t offset_us, size_t n_values)
{
    char buf[32];
    for (size_t i = 0; i < im->n; i++) {
        const struct wm_import_row *const row = &im->rows[i];
        if (im->is_typical) {
            wm_import_put(w, "%.10g", (double)i * (double)step_us / (double)WM_US_PER_H);
        } else {
            wm_import_put(w, "%.16s", wm_time_text(row->at_us + offset_us, buf));
            if (im->has_clock)
                put_offset(w, offset_us / WM_US_PER_S);
        }
        for (size_t v = 0; v < n_values; v++)
            wm_import_put(w, ",%.10g", row->values[v]);
        wm_import_put(w, "\n");
    }
}

const char *wm_import_series(struct wm_importer *im, const char *source, const char *header,
                             size_t n_values)
{
    if (im->n < 2) {
        if (im->n_mistakes == 0)
            wm_import_mistake(im, 0, "has no rows that could be read");
        return NULL;
    }
    if (!im->is_typical)
        qsort(im->rows, im->n, sizeof *im->rows, by_time);
    const int64_t step_us = step_of(im);
    if (step_us == 0) {
        wm_import_mistake(im, im->rows[1].line, "rows are not 60, 30, 15, 10 or 5 min apart");
        return NULL;
    }
    for (size_t i = 0; im->is_ending && i < im->n; i++)
        im->rows[i].at_us -= step_us;
    const int64_t offset_us =
        im->has_clock ? wm_zone_standard_s(&im->clock, im->rows[im->n / 2].at_us) * WM_US_PER_S : 0;
    close_leap_day(im, step_us, offset_us);
    check_steps(im, step_us);
    check_year(im, step_us, offset_us);
    if (im->n_mistakes > SHOWN) {
        const struct wm_place place = {.file = im->path};
        wm_diag_add(im->diags, WM_E214, &place, NULL, "and %zu more mistakes",
                    im->n_mistakes - SHOWN);
    }
    if (im->n_mistakes > 0)
        return NULL;
    struct wm_import_text w = wm_import_text_new(im->arena);
    wm_import_put_remark(&w, wm_arena_printf(im->arena, "source: %s", source));
    if (im->is_typical && im->has_clock)
        wm_import_put(&w, "# utc_offset_h: %g\n", (double)offset_us / (double)WM_US_PER_H);
    wm_import_put(&w, "%s,%s\n", im->is_typical ? "hour_of_year" : "time", header);
    put_rows(im, &w, step_us, offset_us, n_values);
    wm_import_note(im, "read: %zu rows of %g min%s", im->n, (double)step_us / 60e6,
                   im->is_typical ? ", a typical year" : "");
    return w.bytes;
}
