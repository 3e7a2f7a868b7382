/* Users in a heap by the time of their next question; answers put them back. */
#include "wattmill/sessions.h"

#include <math.h>

#include "talk.h"
#include "wake_heap.h"
#include "wattmill/require.h"

/* Somebody who asks: a user, or one of the sub-agents that stand behind the users. */
struct asker {
    struct talk talk;
    uint32_t context_tok; /* said so far */
    uint32_t left;        /* turns of this conversation */
    uint32_t open;        /* sub-agents at work; a user with some waits */
    uint32_t reported_tok;
    struct wm_rng rng;
};

struct sessions {
    const struct wm_session_plan *plan;
    const struct wm_length_table *input, *output;
    struct wm_fleet *fleet;
    struct talk_names names;
    struct asker *askers; /* [n_users], then [fan_out] of each */
    struct wake *heap;    /* those who think, the next question first */
    uint32_t n;
    int64_t reply_ns; /* of the engine, until the user has the answer */
    uint64_t n_talks;
    struct wm_session_totals totals;
    void (*listener)(void *context, const struct wm_served *served); /* who was there before */
    void *listener_context;
};

/* Geometric on 1, 2, ... */
static uint32_t geometric(struct wm_rng *rng, double mean)
{
    const double p = 1.0 / mean;
    return 1 + (p < 1.0 ? (uint32_t)fmin(1e6, floor(log1p(-wm_rng_uniform(rng)) / log1p(-p))) : 0);
}

static void begin_session(struct sessions *s, struct asker *u)
{
    u->context_tok = 0;
    u->left = geometric(&u->rng, s->plan->mean_turns);
    u->talk = (struct talk){.own = s->n_talks++};
    s->totals.n_sessions++;
}

static void think(struct sessions *s, uint32_t id, int64_t now_ns)
{
    const double time_s = s->plan->think_s * wm_rng_exponential(&s->askers[id].rng);
    if (id < s->plan->n_users)
        s->totals.think_s += time_s;
    wake_push(s->heap, &s->n, (struct wake){now_ns + (int64_t)(time_s * 1e9), id});
}

static uint32_t first_sub(const struct sessions *s, uint32_t user)
{
    return s->plan->n_users + user * s->plan->fan_out;
}

/* All at the same instant, with the same prefix. */
static void send_out(struct sessions *s, uint32_t user, int64_t now_ns)
{
    struct asker *const u = &s->askers[user];
    const uint32_t shared_tok = (uint32_t)(s->plan->sub_context_frac * (double)u->context_tok);
    u->open = s->plan->fan_out;
    u->reported_tok = 0;
    for (uint32_t i = 0; i < s->plan->fan_out; i++) {
        const uint32_t id = first_sub(s, user) + i;
        struct asker *const sub = &s->askers[id];
        sub->talk = (struct talk){s->n_talks++, u->talk.own, shared_tok};
        sub->context_tok = shared_tok;
        sub->left = geometric(&sub->rng, s->plan->mean_sub_calls);
        wake_push(s->heap, &s->n, (struct wake){now_ns, id});
        s->totals.n_subs++;
    }
}

/* A sub-agent's next call, or what it found, for the one who sent it. */
static void sub_goes_on(struct sessions *s, uint32_t id, const struct wm_served *r, int64_t now_ns)
{
    struct asker *const sub = &s->askers[id];
    const uint32_t user = (id - s->plan->n_users) / s->plan->fan_out;
    struct asker *const u = &s->askers[user];
    if (--sub->left > 0 && !r->dropped && sub->context_tok < s->plan->context_cap_tok) {
        think(s, id, now_ns);
        return;
    }
    u->reported_tok += r->dropped ? 0 : r->output_tok;
    if (--u->open > 0)
        return;
    if (u->context_tok + u->reported_tok >= s->plan->context_cap_tok)
        begin_session(s, u);
    think(s, user, now_ns);
}

static void on_served(void *context, const struct wm_served *r)
{
    struct sessions *const s = context;
    const uint32_t id = (uint32_t)r->session;
    struct asker *const u = &s->askers[id];
    const int64_t now_ns = r->finish_ns + s->reply_ns;
    if (s->listener != NULL)
        s->listener(s->listener_context, r);
    u->context_tok = r->input_tok + r->output_tok;
    if (s->plan->is_cached && !r->dropped)
        talk_remember(&s->names, s->fleet, u->talk, r);
    if (id >= s->plan->n_users) {
        sub_goes_on(s, id, r, now_ns);
        return;
    }
    if (--u->left == 0 || r->dropped || u->context_tok >= s->plan->context_cap_tok)
        begin_session(s, u);
    else if (s->plan->fan_out > 0 && wm_rng_uniform(&u->rng) < s->plan->fan_frac) {
        send_out(s, id, now_ns);
        return;
    }
    think(s, id, now_ns);
}

static struct wm_request question(struct sessions *s, struct wake w)
{
    struct asker *const u = &s->askers[w.id];
    const uint32_t new_tok = wm_length_at(s->input, wm_rng_normal(&u->rng)) + u->reported_tok;
    *(w.id < s->plan->n_users ? &s->totals.n_turns : &s->totals.n_sub_calls) += 1;
    u->reported_tok = 0;
    struct wm_request r = {.arrival_ns = w.at_ns,
                           .input_tok = u->context_tok + new_tok,
                           .output_tok = wm_length_at(s->output, wm_rng_normal(&u->rng)),
                           .class_id = s->plan->class_id,
                           .session = w.id};
    if (s->plan->is_cached)
        talk_name(&s->names, u->talk, &r);
    return r;
}

struct wm_session_totals wm_sessions_run(struct wm_arena *arena, struct wm_fleet *fleet,
                                         struct wm_service *service,
                                         const struct wm_session_plan *plan)
{
    WM_REQUIRE(plan->n_users >= 1 && plan->mean_turns >= 1.0 && plan->think_s >= 0.0);
    WM_REQUIRE(plan->fan_out == 0 || plan->mean_sub_calls >= 1.0);
    const uint32_t n_askers = plan->n_users * (1 + plan->fan_out);
    struct sessions s = {.plan = plan,
                         .input = wm_length_compile(arena, &plan->input),
                         .output = wm_length_compile(arena, &plan->output),
                         .fleet = fleet,
                         .names = {.arena = arena},
                         .askers = WM_NEW_ARRAY(arena, struct asker, n_askers),
                         .heap = WM_NEW_ARRAY(arena, struct wake, n_askers),
                         .reply_ns = service->api_latency_ns,
                         .listener = service->on_served,
                         .listener_context = service->context};
    const int64_t end_ns = (int64_t)(plan->end_s * 1e9);
    service->on_served = on_served;
    service->context = &s;
    for (uint32_t i = 0; i < plan->n_users; i++) {
        s.askers[i].rng = wm_rng_stream(plan->seed, "session-user", i);
        begin_session(&s, &s.askers[i]);
        think(&s, i, 0);
    }
    for (uint32_t i = plan->n_users; i < n_askers; i++)
        s.askers[i].rng = wm_rng_stream(plan->seed, "session-sub", i);
    while (s.n > 0 || wm_fleet_next(fleet) != WM_TIME_NEVER) {
        const int64_t ask_ns = s.n > 0 ? s.heap[0].at_ns : WM_TIME_NEVER;
        const int64_t next_ns = wm_fleet_next(fleet);
        if (next_ns < ask_ns) { /* an answer may bring an earlier question */
            wm_fleet_advance(fleet, next_ns + 1);
            continue;
        }
        const struct wake w = wake_pop(s.heap, &s.n);
        if (ask_ns >= end_ns)
            continue;
        const struct wm_request r = question(&s, w);
        wm_fleet_advance(fleet, ask_ns);
        wm_fleet_arrive(fleet, ask_ns, &r);
    }
    service->on_served = s.listener;
    service->context = s.listener_context;
    return s.totals;
}
