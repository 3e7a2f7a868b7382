/* Sessions of a trace: those under way in places that are used again, their next calls in a heap. */
#include "wattmill/chains.h"

#include <string.h>

#include "talk.h"
#include "wake_heap.h"
#include "wattmill/require.h"

struct chain {
    struct wm_call *calls; /* after the present one */
    uint32_t n, capacity;
    uint32_t i;    /* of the next */
    uint64_t talk; /* number of what its calls have in common */
    uint32_t class_id, next_free;
};

struct chains {
    struct wm_arena *arena;
    struct chain *places;
    struct wake *heap; /* calls whose tool runs */
    uint32_t n_heap, n, capacity, first_free;
    bool is_cached;
    struct wm_fleet *fleet;
    struct talk_names names;
    uint64_t n_talks;
    int64_t reply_ns;        /* of the engine, until the agent has the answer */
    struct wm_request ahead; /* of the source */
    bool has_ahead;
    void (*listener)(void *context, const struct wm_served *served);
    void *listener_context;
    struct wm_chain_totals totals;
};

static uint32_t take_place(struct chains *s)
{
    if (s->first_free != UINT32_MAX) {
        const uint32_t i = s->first_free;
        s->first_free = s->places[i].next_free;
        return i;
    }
    if (s->n == s->capacity) {
        const uint32_t capacity = s->capacity > 0 ? 2 * s->capacity : 64;
        struct chain *const places = WM_NEW_ARRAY(s->arena, struct chain, capacity);
        struct wake *const heap = WM_NEW_ARRAY(s->arena, struct wake, capacity);
        if (s->n > 0)
            memcpy(places, s->places, s->n * sizeof *places);
        if (s->n_heap > 0)
            memcpy(heap, s->heap, s->n_heap * sizeof *heap);
        s->places = places;
        s->heap = heap;
        s->capacity = capacity;
    }
    return s->n++;
}

/* Keeps the calls of a row; its request gets the place as session, counted from 1. */
static void begin(struct chains *s, struct wm_request *r)
{
    const uint32_t i = take_place(s);
    struct chain *const c = &s->places[i];
    if (c->capacity < r->n_calls) {
        c->capacity = 2 * r->n_calls;
        c->calls = WM_NEW_ARRAY(s->arena, struct wm_call, c->capacity);
    }
    memcpy(c->calls, r->calls, r->n_calls * sizeof *c->calls);
    c->n = r->n_calls;
    c->i = 0;
    c->class_id = r->class_id;
    c->talk = s->n_talks++;
    r->session = (uint64_t)i + 1;
    if (s->is_cached)
        talk_name(&s->names, (struct talk){.own = c->talk}, r);
    s->totals.n_chains++;
    s->totals.n_calls += 1 + r->n_calls;
}

static void on_served(void *context, const struct wm_served *r)
{
    struct chains *const s = context;
    if (s->listener != NULL)
        s->listener(s->listener_context, r);
    if (r->session == 0)
        return;
    const uint32_t i = (uint32_t)(r->session - 1);
    struct chain *const c = &s->places[i];
    if (r->dropped || c->i == c->n) { /* an agent whose call failed gives up */
        c->next_free = s->first_free;
        s->first_free = i;
        return;
    }
    const struct wm_call *const next = &c->calls[c->i];
    if (r->input_tok + r->output_tok > next->input_tok)
        c->talk = s->n_talks++; /* it did not only append: nothing is known to be alike */
    else if (s->is_cached)
        talk_remember(&s->names, s->fleet, (struct talk){.own = c->talk}, r);
    s->totals.tool_s += 1e-9 * (double)next->after_ns;
    wake_push(s->heap, &s->n_heap, (struct wake){r->finish_ns + s->reply_ns + next->after_ns, i});
}

static struct wm_request next_call(struct chains *s)
{
    const struct wake w = wake_pop(s->heap, &s->n_heap);
    struct chain *const c = &s->places[w.id];
    const struct wm_call *const call = &c->calls[c->i++];
    struct wm_request r = {.arrival_ns = w.at_ns,
                           .input_tok = call->input_tok,
                           .output_tok = call->output_tok,
                           .class_id = c->class_id,
                           .session = (uint64_t)w.id + 1};
    if (s->is_cached)
        talk_name(&s->names, (struct talk){.own = c->talk}, &r);
    return r;
}

struct wm_chain_totals wm_chains_run(struct wm_arena *arena, struct wm_fleet *fleet,
                                     struct wm_service *service, struct wm_request_source source,
                                     bool is_cached, bool drain)
{
    struct chains s = {.arena = arena,
                       .first_free = UINT32_MAX,
                       .is_cached = is_cached,
                       .fleet = fleet,
                       .names = {.arena = arena},
                       .reply_ns = service->api_latency_ns,
                       .listener = service->on_served,
                       .listener_context = service->context};
    service->on_served = on_served;
    service->context = &s;
    s.has_ahead = source.next(source.self, &s.ahead);
    while (s.has_ahead || (drain && (s.n_heap > 0 || wm_fleet_next(fleet) != WM_TIME_NEVER))) {
        const int64_t row_ns = s.has_ahead ? s.ahead.arrival_ns : WM_TIME_NEVER;
        const int64_t call_ns = s.n_heap > 0 ? s.heap[0].at_ns : WM_TIME_NEVER;
        const int64_t next_ns = wm_fleet_next(fleet);
        if (next_ns < row_ns && next_ns < call_ns) { /* an answer may bring an earlier call */
            wm_fleet_advance(fleet, next_ns + 1);
            continue;
        }
        const bool is_row = row_ns <= call_ns;
        struct wm_request r = is_row ? s.ahead : next_call(&s);
        if (is_row) {
            r.session = 0;
            if (r.n_calls > 0)
                begin(&s, &r);
        }
        wm_fleet_advance(fleet, r.arrival_ns);
        wm_fleet_arrive(fleet, r.arrival_ns, &r);
        if (is_row)
            s.has_ahead = source.next(source.self, &s.ahead);
    }
    service->on_served = s.listener;
    service->context = s.listener_context;
    return s.totals;
}
