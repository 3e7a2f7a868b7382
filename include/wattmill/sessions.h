/*
 * Sessions: a closed loop. Each user asks, waits for the answer, thinks (or lets a tool run), and asks
 * again with all that was said before; after the last turn a new conversation begins. Where service
 * slows down, demand slows with it, as agents and chats do and an open trace cannot.
 *
 * Agents send out sub-agents: after a share `fan_frac` of answers, `fan_out` of them start at the same
 * instant, each with `sub_context_frac` of what was said before it (the prefix they share) and makes calls
 * of its own, with a tool between two, each with all it said before. When the last has answered, what each
 * answered last is read by the one who sent them, with its next question.
 *
 * Interactive response time law without sub-agents, for any service: users = rate * (response time + think time).
 *
 * @par Source  Denning, Buzen, "The operational analysis of queueing network models", ACM Computing
 *              Surveys 10(3) 1978, doi:10.1145/356733.356735
 */
#ifndef WATTMILL_SESSIONS_H
#define WATTMILL_SESSIONS_H

#include "wattmill/fleet.h"
#include "wattmill/generate.h"

struct wm_session_plan {
    uint32_t n_users;
    uint32_t class_id;
    double mean_turns;      /* of a conversation, geometric, >= 1 */
    double think_s;         /* mean, exponential */
    struct wm_length input; /* new tokens a turn */
    struct wm_length output;
    uint32_t context_cap_tok; /* a conversation ends before its prompt grows longer */
    uint32_t fan_out;         /* sub-agents at once; 0: none */
    double fan_frac;          /* of answers that start them */
    double mean_sub_calls;    /* of each, geometric, >= 1 */
    double sub_context_frac;  /* of the context that they begin with */
    bool is_cached;           /* a replica finds what its prefix cache still holds of it */
    double end_s;             /* nobody asks from then on */
    uint64_t seed;
};

struct wm_session_totals {
    uint64_t n_sessions, n_turns;  /* turns: questions of users */
    uint64_t n_subs, n_sub_calls;  /* sub-agents, and their calls */
    double think_s; /* sum of the times users thought */
};

/** Runs the users against a fleet until the last answer; service->on_served is told as well. */
struct wm_session_totals wm_sessions_run(struct wm_arena *arena, struct wm_fleet *fleet,
                                         struct wm_service *service,
                                         const struct wm_session_plan *plan);

#endif
