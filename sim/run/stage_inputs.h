/*
 * Inputs of a stage: a copy of the scenario that holds what the stage declares to read and nothing else, and
 * the digest of it. Both come from one walk over the descriptor tables, so what is not in the digest is not
 * in the copy either: it is unset there (NAN, empty, NULL), and a stage that read it would not give the
 * run's figures.
 */
#ifndef WM_RUN_STAGE_INPUTS_H
#define WM_RUN_STAGE_INPUTS_H

#include "wattmill/digest.h"
#include "wattmill/input.h"
#include "wattmill/scenario.h"

/** What a stage does with a row, or with a group of rows. A row without a rule is read. */
enum wm_reads {
    WM_READS,     /* its value */
    WM_READS_NOT, /* nothing of it */
    WM_READS_SIGN, /* of money in it whether it is above, below or at 0, or unset; the rest by value */
    WM_READS_DECISIONS /* by decisions that the caller adds to the key: value kept, not in the digest */
};
struct wm_reads_rule {
    const char *path; /* "site.tariff"; lists without index; entries of the catalogue like groups */
    enum wm_reads how;
};

/**
 * @param rules  the first that fits a path decides it and all below; ended by {NULL}
 * @param files  by which data files are known; NULL: none is
 * @return  the copy, in `arena`; NULL where a file's content is not known
 */
const struct wm_scenario *wm_stage_inputs(struct wm_arena *arena,
                                          const struct wm_scenario *scenario,
                                          const struct wm_reads_rule *rules,
                                          const struct wm_files *files, struct wm_digest *digest);

#endif
