/* Users in a heap by the time of their next question; answers put them back. */
#include "wattmill/sessions.h"

#include <math.h>

#include "talk.h"
#include "wake_heap.h"
#include "wattmill/require.h"

struct user {
    uint64_t talk;        /* number of the conversation */
    uint32_t context_tok; /* said so far */
    uint32_t left;        /* turns of this conversation */
    struct wm_rng rng;
};

struct sessions {
    const struct wm_session_plan *plan;
    const struct wm_length_table *input, *output;
    struct wm_fleet *fleet;
    struct talk_names names;
    struct user *users;
    struct wake *heap; /* users who think, the next question first */
    uint32_t n;
    int64_t reply_ns; /* of the engine, until the user has the answer */
    struct wm_session_totals totals;
    void (*listener)(void *context, const struct wm_served *served); /* who was there before */
    void *listener_context;
};

static void begin_session(struct sessions *s, struct user *u)
{
    const double p = 1.0 / s->plan->mean_turns;
    u->context_tok = 0;
    u->left = 1;
    if (p < 1.0) /* geometric on 1, 2, ... */
        u->left += (uint32_t)fmin(1e6, floor(log1p(-wm_rng_uniform(&u->rng)) / log1p(-p)));
    u->talk = s->totals.n_sessions++;
}

static void think(struct sessions *s, uint32_t user, int64_t now_ns)
{
    struct user *const u = &s->users[user];
    const double time_s = s->plan->think_s * wm_rng_exponential(&u->rng);
    s->totals.think_s += time_s;
    wake_push(s->heap, &s->n, (struct wake){now_ns + (int64_t)(time_s * 1e9), user});
}

static void on_served(void *context, const struct wm_served *r)
{
    struct sessions *const s = context;
    const uint32_t user = (uint32_t)r->session;
    struct user *const u = &s->users[user];
    if (s->listener != NULL)
        s->listener(s->listener_context, r);
    u->context_tok = r->input_tok + r->output_tok;
    if (s->plan->is_cached && !r->dropped)
        talk_remember(&s->names, s->fleet, u->talk, r);
    if (--u->left == 0 || r->dropped || u->context_tok >= s->plan->context_cap_tok)
        begin_session(s, u);
    think(s, user, r->finish_ns + s->reply_ns);
}

static struct wm_request question(struct sessions *s, struct wake w)
{
    struct user *const u = &s->users[w.id];
    const uint32_t new_tok = wm_length_at(s->input, wm_rng_normal(&u->rng));
    s->totals.n_turns++;
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
    struct sessions s = {.plan = plan,
                         .input = wm_length_compile(arena, &plan->input),
                         .output = wm_length_compile(arena, &plan->output),
                         .fleet = fleet,
                         .names = {.arena = arena},
                         .users = WM_NEW_ARRAY(arena, struct user, plan->n_users),
                         .heap = WM_NEW_ARRAY(arena, struct wake, plan->n_users),
                         .reply_ns = service->api_latency_ns,
                         .listener = service->on_served,
                         .listener_context = service->context};
    const int64_t end_ns = (int64_t)(plan->end_s * 1e9);
    service->on_served = on_served;
    service->context = &s;
    for (uint32_t i = 0; i < plan->n_users; i++) {
        s.users[i].rng = wm_rng_stream(plan->seed, "session-user", i);
        begin_session(&s, &s.users[i]);
        think(&s, i, 0);
    }
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
