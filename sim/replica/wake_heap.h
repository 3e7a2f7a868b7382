/* Who acts next: a heap of times, equal ones by number. */
#ifndef WM_WAKE_HEAP_H
#define WM_WAKE_HEAP_H

#include <stdbool.h>
#include <stdint.h>

struct wake {
    int64_t at_ns;
    uint32_t id;
};

static inline bool wake_is_before(struct wake a, struct wake b)
{
    return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.id < b.id;
}

/* Adds to a heap of *n. @pre there is room for one more */
static inline void wake_push(struct wake *heap, uint32_t *n, struct wake w)
{
    uint32_t i = (*n)++;
    for (; i > 0 && wake_is_before(w, heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = w;
}

/* Takes the first. @pre *n > 0 */
static inline struct wake wake_pop(struct wake *heap, uint32_t *n)
{
    const struct wake first = heap[0], last = heap[--*n];
    uint32_t i = 0;
    for (uint32_t c = 1; c < *n; c = 2 * i + 1) {
        c += c + 1 < *n && wake_is_before(heap[c + 1], heap[c]);
        if (!wake_is_before(heap[c], last))
            break;
        heap[i] = heap[c];
        i = c;
    }
    heap[i] = last;
    return first;
}

#endif
