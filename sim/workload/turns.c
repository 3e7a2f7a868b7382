#include "turns.h"

#include <stdlib.h>
#include <string.h>

struct session {
    struct wm_request first;
    struct wm_call *calls;
    uint64_t name; /* 0: a row of its own */
    uint32_t capacity;
    size_t place; /* in the file: equal times keep its order */
    int64_t said_tok;
};

struct turns {
    struct wm_arena *arena;
    struct session *sessions;
    size_t n, capacity;
    size_t *slots; /* number of a session + 1 by its name; 0: free */
    size_t n_slots;
};

struct turns *turns_new(struct wm_arena *arena)
{
    struct turns *const t = WM_NEW(arena, struct turns);
    t->arena = arena;
    return t;
}

static size_t slot_of(const struct turns *t, uint64_t name)
{
    size_t i = (size_t)((name ^ name >> 29) & (t->n_slots - 1));
    while (t->slots[i] != 0 && t->sessions[t->slots[i] - 1].name != name)
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

static void grow(struct turns *t)
{
    const size_t capacity = t->capacity > 0 ? 2 * t->capacity : 256;
    struct session *const sessions = WM_NEW_ARRAY(t->arena, struct session, capacity);
    if (t->n > 0)
        memcpy(sessions, t->sessions, t->n * sizeof *sessions);
    t->sessions = sessions;
    t->capacity = capacity;
    t->n_slots = 2 * capacity;
    t->slots = WM_NEW_ARRAY(t->arena, size_t, t->n_slots);
    for (size_t i = 0; i < t->n; i++)
        if (sessions[i].name != 0)
            t->slots[slot_of(t, sessions[i].name)] = i + 1;
}

static void begin(struct turns *t, const struct trace_row *row)
{
    struct session *const s = &t->sessions[t->n];
    *s = (struct session){.first = row->request,
                          .name = row->session,
                          .place = t->n,
                          .said_tok = (int64_t)row->request.input_tok + row->request.output_tok};
    s->first.n_blocks = s->first.block_tok = 0; /* the session names its own */
    s->first.blocks = NULL;
    if (row->session != 0)
        t->slots[slot_of(t, row->session)] = t->n + 1;
    t->n++;
}

static void add_call(struct turns *t, struct session *s, const struct trace_row *row)
{
    const uint32_t n = s->first.n_calls;
    if (n == s->capacity) {
        s->capacity = n > 0 ? 2 * n : 4;
        struct wm_call *const grown = WM_NEW_ARRAY(t->arena, struct wm_call, s->capacity);
        if (n > 0)
            memcpy(grown, s->calls, n * sizeof *grown);
        s->calls = grown;
    }
    s->calls[s->first.n_calls++] =
        (struct wm_call){.input_tok = (uint32_t)(s->said_tok + row->request.input_tok),
                         .output_tok = row->request.output_tok,
                         .after_ns = row->after_ns};
    s->said_tok += (int64_t)row->request.input_tok + row->request.output_tok;
}

bool turns_add(struct turns *t, const struct trace_row *row)
{
    if (t->n == t->capacity)
        grow(t);
    const size_t at = row->session != 0 ? t->slots[slot_of(t, row->session)] : 0;
    if (at == 0) {
        begin(t, row);
        return true;
    }
    struct session *const s = &t->sessions[at - 1];
    if (s->said_tok + row->request.input_tok > INT32_MAX)
        return false;
    add_call(t, s, row);
    return true;
}

static int earlier(const void *a, const void *b)
{
    const struct session *const x = a, *const y = b;
    if (x->first.arrival_ns != y->first.arrival_ns)
        return x->first.arrival_ns < y->first.arrival_ns ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

struct wm_request *turns_finish(struct turns *t, size_t *n)
{
    struct wm_request *const list = WM_NEW_ARRAY(t->arena, struct wm_request, t->n);
    if (t->n > 0)
        qsort(t->sessions, t->n, sizeof *t->sessions, earlier);
    for (size_t i = 0; i < t->n; i++) {
        list[i] = t->sessions[i].first;
        list[i].calls = t->sessions[i].calls;
    }
    *n = t->n;
    return list;
}
