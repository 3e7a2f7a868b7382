#include "wattmill/require.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void wm_require_failed(const char *condition, const char *file, int line)
{
    /* The one place of the library that prints: the process is about to end. */
    fprintf(stderr, "%s:%d: internal error: %s does not hold\n", file, line, condition);
    abort();
}
