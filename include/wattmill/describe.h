/* The tables as a person reads them: pages of docs/ and `wattmill explain`. */
#ifndef WATTMILL_DESCRIBE_H
#define WATTMILL_DESCRIBE_H

#include <stdbool.h>
#include <stdio.h>

/** docs/parameters.md: every parameter of a scenario and of each kind of catalogue entry. */
void wm_parameters_write_md(FILE *file);
/** docs/errors.md: every code with its meaning. */
void wm_errors_write_md(FILE *file);
/**
 * What a key, a path, a metric or an error code means: unit, range, default, doc, all places.
 * @return false when nothing matches; a suggestion was printed then
 */
bool wm_explain(FILE *file, const char *key_or_path);

#endif
