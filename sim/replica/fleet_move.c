/* KV on its way from the prefill to the decode worker of a disaggregated replica. */
#include "fleet_state.h"

/* A request whose KV is on its way. */
struct moving {
    struct wm_pending pending;
    uint32_t next_free;
};

void fleet_on_prefilled(void *context, uint32_t worker, int64_t now_ns, const struct wm_pending *p)
{
    struct wm_fleet *const f = context;
    uint32_t i = f->free_moving;
    if (i == UINT32_MAX) {
        if (f->n_moving == f->moving_capacity) {
            const uint32_t capacity = 2 * f->moving_capacity;
            struct moving *const grown = WM_NEW_ARRAY(f->arena, struct moving, capacity);
            memcpy(grown, f->moving, f->n_moving * sizeof *grown);
            f->moving = grown;
            f->moving_capacity = capacity;
        }
        i = f->n_moving++;
    } else {
        f->free_moving = f->moving[i].next_free;
    }
    f->moving[i].pending = *p;
    f->moving[i].pending.reader = (uint16_t)(worker % f->per_replica - f->n_decode + 1);
    f->moving_tok += (uint64_t)p->input_tok + p->output_tok;
    const double time_s = f->params.transfer_s_per_tok * (double)(p->input_tok + p->made_tok);
    (void)wm_sim_at(f->sim, now_ns + fleet_ns_of(time_s), -1, EVENT_MOVED,
                    fleet_replica_of(f, worker), i);
}

static void on_moved(struct wm_sim *sim, void *context, uint32_t replica, uint64_t arg)
{
    struct wm_fleet *const f = context;
    struct wm_pending p = f->moving[arg].pending;
    f->now_ns = wm_sim_now(sim);
    f->moving[arg].next_free = f->free_moving;
    f->free_moving = (uint32_t)arg;
    f->moving_tok -= (uint64_t)p.input_tok + p.output_tok;
    if (fleet_cannot_decode(f, replica)) { /* failed meanwhile: the prompt is read again elsewhere */
        p.has_kv = false;
        fleet_place_again(f, &p);
        return;
    }
    const uint32_t w = fleet_decode_worker(f, replica);
    wm_replica_arrive_again(f->workers[w], f->now_ns, &p);
    fleet_follow_up(f, w);
}

void fleet_move_init(struct wm_fleet *f)
{
    f->moving_capacity = 64;
    f->moving = WM_NEW_ARRAY(f->arena, struct moving, f->moving_capacity);
    f->free_moving = UINT32_MAX;
    wm_sim_handle(f->sim, EVENT_MOVED, on_moved);
}
