/* Bill of a run: what the meter read, at the tariff's prices. */
#ifndef WM_SETTLE_BILL_H
#define WM_SETTLE_BILL_H

#include "../site/meter.h"
#include "wattmill/bill.h"

/** The bill; constructor, cannot fail. */
const struct wm_bill *wm_bill_close(struct wm_arena *arena, const struct wm_meter *meter);

#endif
