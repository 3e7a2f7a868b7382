/*
 * Libraries that few commands need are opened when one does: their loading, and that of all they stand on, would be
 * two thirds of the start of every command.
 *
 * A user lists the functions once, as rows F(name), and gets a struct of pointers with their types:
 *
 *     #define NUMBERS(F) F(cos) F(sin)
 *     struct numbers { NUMBERS(WM_LATE_FUNCTION) } numbers;
 *     static const char *const names[] = {NUMBERS(WM_LATE_NAME)};
 *     if (wm_late_open("libm.so.6", names, sizeof names / sizeof *names, &numbers) == NULL)
 *         numbers.cos(0.0);
 */
#ifndef WATTMILL_LATE_H
#define WATTMILL_LATE_H

#include <stddef.h>

#define WM_LATE_FUNCTION(name) __typeof__(name) *name;
#define WM_LATE_NAME(name)     #name,

/**
 * @brief Opens a library for the rest of the process and finds functions in it
 * @param library   name as the loader knows it, with its version ("libm.so.6")
 * @param names     of the functions, [n]
 * @param n         count
 * @param functions struct of n pointers to functions, in the order of the names: filled
 * @return NULL; or what the loader says of a library or a function that is missing: a text of the loader's, good until
 *         the thread asks it again
 *
 * May be called from several threads; a library is opened once.
 */
const char *wm_late_open(const char *library, const char *const names[], size_t n, void *functions);

#endif
