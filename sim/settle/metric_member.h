/*
 * Metrics that a member of some struct holds as it stands, as a table.
 */
#ifndef WM_RUN_METRIC_MEMBER_H
#define WM_RUN_METRIC_MEMBER_H

#include <stddef.h>

#include "wattmill/results.h"

/** A metric that a member of some struct holds as it stands. */
struct wm_metric_member {
    enum wm_metric metric;
    size_t offset;
};
#define WM_METRIC_MEMBER(tag, key, member)            \
    {                                                 \
        WM_METRIC_##key, offsetof(struct tag, member) \
    }
static inline void wm_set_members(struct wm_results *results, const void *from,
                                  const struct wm_metric_member *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        results->metric[rows[i].metric] =
            *(const double *)(const void *)((const char *)from + rows[i].offset);
}

#endif
