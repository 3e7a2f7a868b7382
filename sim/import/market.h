/* Prices and carbon in layouts that are no table of a row a time. */
#ifndef WM_IMPORT_MARKET_H
#define WM_IMPORT_MARKET_H

#include "reader.h"

/* kg/MWh, and g/kWh, of a pound per MWh. */
#define WM_KG_PER_LB 0.45359237

/** A mistake by line for a value that is a mark of a missing one or of another unit; USD/MWh or g/kWh. */
void wm_market_check(struct wm_importer *im, int line, double value, bool is_carbon);
/** MISO: a row a node and day, a column an hour. False: not in this layout. */
bool wm_market_wide(struct wm_importer *im, const char *text, size_t n_bytes);
/** WattTime's JSON. False: not in this layout. */
bool wm_market_watttime(struct wm_importer *im, const char *text, size_t n_bytes);
/** eGRID: a row a subregion, one rate a year. False: not in this layout. */
bool wm_market_egrid(struct wm_importer *im, const char *text, size_t n_bytes);

#endif
