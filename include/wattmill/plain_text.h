/*
 * Plain text: what may reach a terminal. Control characters (C0, DEL, C1), line and paragraph separators,
 * marks that turn the direction of writing, and bytes that are no UTF-8 can move the cursor, hide or forge a
 * line; in texts of users' files they are shown as \u{HEX} instead.
 */
#ifndef WATTMILL_PLAIN_TEXT_H
#define WATTMILL_PLAIN_TEXT_H

#include <stdbool.h>

#include "wattmill/arena.h"

/** Whether every character of `text` may be shown as it is. */
bool wm_text_is_plain(const char *text);
/** `text` itself when it is plain, else a copy with each other character as \u{HEX}. */
const char *wm_text_plain(struct wm_arena *arena, const char *text);

#endif
