/* What the runs of a benchmark were launched with, where its rows do not say and it is not the engine's default. */
#ifndef WATTMILL_LAUNCHES_H
#define WATTMILL_LAUNCHES_H

#include "wattmill/calibrate.h"

/** The settings of a point's run: of its source's published launch scripts; zeros: the engine's. */
struct wm_launch wm_launch_of(const struct wm_operating_point *p);

#endif
