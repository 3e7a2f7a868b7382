/* GSL returns codes instead of aborting; each call checks them. */
#include "wattmill/wattmill.h"

#include <gsl/gsl_errno.h>

void wm_init(void)
{
    (void)gsl_set_error_handler_off();
}
