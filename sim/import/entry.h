/* Entries of a catalogue as importers build them: trees of JSON, written as a catalogue file. */
#ifndef WM_IMPORT_ENTRY_H
#define WM_IMPORT_ENTRY_H

#include "wattmill/json.h"

struct wm_json *wm_entry_new(struct wm_arena *arena, enum wm_json_type type);
void wm_entry_put(struct wm_json *object, const char *key, struct wm_json *value);
void wm_entry_text(struct wm_arena *arena, struct wm_json *object, const char *key,
                   const char *text);
/** To twelve digits: 0.07 USD/kWh is 70 USD/MWh, not 70.00000000000001. */
void wm_entry_number(struct wm_arena *arena, struct wm_json *object, const char *key, double value);
/** {"section": entries} as text. */
const char *wm_entry_file(struct wm_arena *arena, const char *section, struct wm_json *entries);

#endif
