/*
 * The order that physics imposes on the rates of a board, as residuals of the fit and as a last word:
 * narrower arithmetic is no slower than wider arithmetic, in both kinds of matrix product.
 */
#ifndef WATTMILL_FIT_ORDER_H
#define WATTMILL_FIT_ORDER_H

#include "wattmill/accelerator.h"

/** Pairs: FP8 and block-scaled FP8 over 16 bits, FP4 over both and over 16 bits; two products each. */
enum { WM_FIT_ORDERS = 10 };

/** A residual for each pair: 0 while the narrower is faster by a margin, steep below; cannot fail. */
void wm_fit_order(const struct wm_accelerator *accelerator, double residuals[WM_FIT_ORDERS]);

/**
 * For board power: a long pass of prompts meets the board's limit, as measured on A100 (splitwise: 0.95 to 1.09
 * of 400 W from 1,000 tokens on). A residual, 0 while base + memory sqrt(0.1) + compute >= 1.02.
 */
double wm_fit_full_draw(const struct wm_accelerator *accelerator);

/** Raises `serving_frac` of a narrower precision to the rate of the wider where it is below. */
void wm_fit_keep_order(struct wm_accelerator *accelerator);

#endif
