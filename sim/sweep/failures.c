/* Points that did not end well, by reason: messages that differ in their numbers alone are one. */
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "wattmill/export.h"

#define REASONS_MAX 64 /* further ones are counted together */

struct reason {
    const char *status, *code, *text, *shape;
    uint64_t n, first_index;
};

struct count {
    struct wm_arena *arena;
    struct reason list[REASONS_MAX + 1];
    size_t n;
};

/* The text with # in place of each number. */
static const char *shape_of(struct wm_arena *arena, const char *text)
{
    char *const shape = wm_arena_copy_text(arena, text, strlen(text));
    char *to = shape;
    for (const char *at = shape; *at != '\0';) {
        const size_t n = strspn(at, "0123456789.");
        if (n > 0 && strspn(at, ".") < n) {
            *to++ = '#';
            at += n;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    return shape;
}

/* The error that ended the point, of its messages. */
static size_t cause_of(const struct wm_record *r)
{
    for (size_t i = 0; i < r->n_messages; i++)
        if (r->codes[i][0] == 'E')
            return i;
    return 0;
}

static bool add(void *context, const struct wm_record *r)
{
    struct count *const c = context;
    if (r->status == WM_POINT_OK)
        return true;
    const size_t at = cause_of(r);
    const char *const code = r->n_messages > 0 ? r->codes[at] : "";
    const char *const text = r->n_messages > 0 ? r->messages[at] : "no message";
    const char *const shape = shape_of(c->arena, text);
    size_t k = 0;
    while (k < c->n && (strcmp(c->list[k].shape, shape) != 0 || strcmp(c->list[k].code, code) != 0))
        k++;
    if (k == c->n && k < REASONS_MAX) {
        c->list[k] = (struct reason){wm_point_status_word(r->status),
                                     wm_arena_copy_text(c->arena, code, strlen(code)),
                                     wm_arena_copy_text(c->arena, text, strlen(text)),
                                     shape,
                                     0,
                                     r->index};
        c->n++;
    } else if (k == c->n) {
        c->list[k] = (struct reason){"", "", "other reasons", "", 0, r->index};
        c->n = REASONS_MAX + 1;
    }
    c->list[k < REASONS_MAX ? k : REASONS_MAX].n++;
    return true;
}

static int most_first(const void *a, const void *b)
{
    const struct reason *const x = a, *const y = b;
    return x->n < y->n   ? 1
           : x->n > y->n ? -1
                         : (x->first_index > y->first_index) - (x->first_index < y->first_index);
}

enum wm_status wm_stats_failures(struct wm_arena *arena, struct wm_store *store,
                                 struct wm_grid *out, struct wm_diags *diags)
{
    struct wm_table t = wm_table_open(arena);
    struct count *const c = WM_NEW(arena, struct count);
    c->arena = arena;
    const enum wm_status status = wm_store_each(store, WM_READ_MESSAGES, add, c, diags);
    if (status != WM_OK)
        return status;
    qsort(c->list, c->n, sizeof *c->list, most_first);
    wm_table_column(&t, "points", true);
    wm_table_column(&t, "status", false);
    wm_table_column(&t, "code", false);
    wm_table_column(&t, "reason", false);
    wm_table_column(&t, "first_index", true);
    for (size_t i = 0; i < c->n; i++) {
        wm_table_whole(&t, c->list[i].n);
        wm_table_cell(&t, c->list[i].status);
        wm_table_cell(&t, c->list[i].code);
        wm_table_cell(&t, c->list[i].text);
        wm_table_whole(&t, c->list[i].first_index);
    }
    wm_table_close(&t, out);
    return WM_OK;
}
