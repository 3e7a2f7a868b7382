/*
 * Plan check: whether a group of accelerators can share a model at all, and a request fit it.
 *
 * Engines split whole heads and whole experts: tensor parallelism divides the query heads (and the
 * key-value heads, or is a multiple of them, which are then held more than once), the heads of linear
 * attention and the feed-forward width; expert parallelism divides the routed experts and the group; a
 * stage holds a layer at least. One check for every verb: planners propose what passes, options that do
 * not are refused with what would.
 *
 * @par Source  vLLM, "Total number of attention heads (64) must be divisible by tensor parallel size
 *              (3)" and "EP size must divide the number of experts" of its configuration checks;
 *              issues 414, 11147, 52435
 */
#ifndef WATTMILL_PLAN_CHECK_H
#define WATTMILL_PLAN_CHECK_H

#include "wattmill/diag.h"
#include "wattmill/step.h"

/** Whether the group's widths divide the model. Cannot fail. */
bool wm_group_is_possible(const struct wm_llm *llm, const struct wm_group *group);
/**
 * The same, saying what is wrong: E307 for each width that does not divide, with those that do.
 * @return whether all is well
 */
bool wm_group_check(struct wm_arena *arena, const struct wm_llm *llm, const struct wm_group *group,
                    struct wm_diags *diags);

/** Whether prompt and answer together are within the positions the model was published for. */
bool wm_context_is_possible(const struct wm_llm *llm, double input_tok, double output_tok);

#endif
