#include "batch.h"

#include <math.h>

#include "wattmill/require.h"

struct wm_batch_queue wm_batch_queue_new(struct wm_arena *arena, size_t n_intervals)
{
    const size_t size = n_intervals + 2;
    return (struct wm_batch_queue){.cohorts = WM_NEW_ARRAY(arena, struct wm_batch_cohort, size),
                                   .size = size};
}

double wm_batch_wanted(const struct wm_batch_queue *queue, double left_s)
{
    WM_REQUIRE(left_s > 0.0);
    return fmax(0.0, queue->waiting_tok - queue->served_tok) / left_s;
}

double wm_batch_due(const struct wm_batch_queue *queue, int64_t until_us)
{
    double due_tok = -queue->served_tok;
    for (size_t i = 0; i < queue->n; i++) {
        const struct wm_batch_cohort *c = &queue->cohorts[(queue->head + i) % queue->size];
        if (c->deadline_us > until_us)
            break;
        due_tok += c->tok;
    }
    return fmax(0.0, due_tok);
}

bool wm_batch_is_urgent(const struct wm_batch_queue *queue, int64_t until_us)
{
    return queue->n > 0 && queue->cohorts[queue->head].deadline_us <= until_us;
}

void wm_batch_add(struct wm_batch_queue *queue, double offered_tok, double served_tok)
{
    queue->arriving_tok += offered_tok;
    queue->served_tok += served_tok;
}

static void pop(struct wm_batch_queue *queue)
{
    queue->head = (queue->head + 1) % queue->size;
    queue->n--;
}

/* Takes what was served from the oldest cohorts; a rounding error of the last one is forgotten. */
static void take_served(struct wm_batch_queue *queue)
{
    double left = queue->served_tok;
    queue->served_tok = 0.0;
    queue->waiting_tok = fmax(0.0, queue->waiting_tok - left);
    while (queue->n > 0 && left > 0.0) {
        struct wm_batch_cohort *c = &queue->cohorts[queue->head];
        if (c->tok > left) {
            c->tok -= left;
            return;
        }
        left -= c->tok;
        pop(queue);
    }
}

double wm_batch_end_interval(struct wm_batch_queue *queue, int64_t end_us, int64_t deadline_us)
{
    double dropped_tok = 0.0;
    take_served(queue);
    while (queue->n > 0 && queue->cohorts[queue->head].deadline_us <= end_us) {
        dropped_tok += fmin(queue->cohorts[queue->head].tok, queue->waiting_tok);
        pop(queue);
    }
    queue->waiting_tok = queue->n > 0 ? fmax(0.0, queue->waiting_tok - dropped_tok) : 0.0;
    if (queue->arriving_tok > 0.0) {
        WM_REQUIRE(queue->n < queue->size);
        queue->cohorts[(queue->head + queue->n++) % queue->size] =
            (struct wm_batch_cohort){deadline_us, queue->arriving_tok};
        queue->waiting_tok += queue->arriving_tok;
        queue->arriving_tok = 0.0;
    }
    return dropped_tok;
}
