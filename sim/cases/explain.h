/* Parts of `explain`, each with its page: words of planners, codes, catalogue entries. */
#ifndef WM_CASES_EXPLAIN_H
#define WM_CASES_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Takes what could have been meant. */
typedef void wm_offer_fn(void *self, const char *candidate);

/** The words that `word` is, in any case, blanks, hyphens and underscores alike; how many. */
size_t wm_explain_word(FILE *file, const char *word, wm_offer_fn *offer, void *self);
/** The code that `word` is; 0 or 1. */
size_t wm_explain_code(FILE *file, const char *word);
/** The shipped entries of that name or alias in each kind; where nothing `is_known`, those that begin so. */
size_t wm_explain_entry(FILE *file, const char *word, bool is_known, wm_offer_fn *offer,
                        void *self);

#endif
