/* Documents of others, told from ours by their keys. */
#ifndef WM_INPUT_FOREIGN_H
#define WM_INPUT_FOREIGN_H

#include "wattmill/json.h"

/**
 * E205 for a document of another program that `wattmill import` converts (a model's configuration, a rate, a price list, a
 * benchmark's result), naming the command. @return whether it is one
 */
bool wm_foreign_told(const struct wm_json *root, struct wm_diags *diags);

#endif
