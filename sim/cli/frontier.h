/* What the files of the verb frontier share. */
#ifndef WATTMILL_CLI_FRONTIER_H
#define WATTMILL_CLI_FRONTIER_H

#include "options.h"

/* One accelerator at one precision. */
struct series {
    struct wm_serving_case c;
    struct wm_frontier_site site;
    struct wm_frontier f;
    const char *name;
};

/** Why a series has no point within the targets, in words of what was asked. */
const char *frontier_reason(struct cli *cli, const struct series *s);
/** The screen: each series, and the best of each when there are several. */
void frontier_screen(struct cli *cli, const struct series *all, size_t n);
/** All points of all series as CSV, else their Pareto fronts. */
void frontier_list(struct cli *cli, FILE *file, const struct series *all, size_t n,
                   enum wm_format format);
/** The fronts in letters. @return WM_IO when gnuplot is missing */
enum wm_status frontier_plot(struct cli *cli, const struct series *all, size_t n);
/** frontier.csv with all points and the figure. */
enum wm_status frontier_folder(struct cli *cli, const char *dir, const struct series *all,
                               size_t n);

#endif
