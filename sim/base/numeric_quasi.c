/* Quasi-random sequences of GSL, addressed by index. */
#include <gsl/gsl_qrng.h>

#include "wattmill/numeric.h"
#include "wattmill/require.h"

bool wm_quasi_open(struct wm_quasi *quasi, unsigned n_dims)
{
    WM_REQUIRE(n_dims >= 1 && n_dims <= WM_SOBOL_MAX_DIMS);
    *quasi =
        (struct wm_quasi){.generator = gsl_qrng_alloc(gsl_qrng_sobol, n_dims), .n_dims = n_dims};
    return quasi->generator != NULL;
}

void wm_quasi_close(struct wm_quasi *quasi)
{
    if (quasi->generator != NULL)
        gsl_qrng_free(quasi->generator);
    quasi->generator = NULL;
}

void wm_quasi_at(struct wm_quasi *quasi, uint64_t index, double *point)
{
    if (index < quasi->next) {
        gsl_qrng_init(quasi->generator);
        quasi->next = 0;
    }
    do {
        WM_REQUIRE(gsl_qrng_get(quasi->generator, point) == 0);
    } while (quasi->next++ < index);
}
