/*
 * Which replica gets a request. Loads stand in a tournament tree, so that the least of a thousand is
 * known without looking at them; a replica that is down has the greatest load there is.
 */
#ifndef WM_ROUTER_H
#define WM_ROUTER_H

#include "wattmill/fleet.h"
#include "wattmill/rng.h"

struct router;

struct router *router_new(struct wm_arena *arena, enum wm_router kind, uint32_t n, uint64_t seed);
/* What a replica has to do now, in the router's measure; ROUTER_DOWN when it is down. */
void router_set(struct router *router, uint32_t replica, uint64_t load);
/* Who is told before two replicas are compared, so that their loads are those of now. */
void router_on_compare(struct router *router, void (*fn)(void *context, uint32_t replica),
                       void *context);
/* The replica for a request, or UINT32_MAX when all are down. */
uint32_t router_pick(struct router *router, const struct wm_request *request);

#define ROUTER_DOWN UINT64_MAX

#endif
