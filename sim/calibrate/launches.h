/* What the runs of a benchmark were launched with, where its rows do not say and it is not the engine's default. */
#ifndef WATTMILL_LAUNCHES_H
#define WATTMILL_LAUNCHES_H

#include "wattmill/calibrate.h"

/** The settings of a point's run: of its source's published launch scripts; zeros: the engine's. */
struct wm_launch wm_launch_of(const struct wm_operating_point *p);

/** The group of a row that does not state one, where the submission's published configuration does. */
struct wm_group wm_submitted_group(const struct wm_operating_point *p, const char *source);

#endif
