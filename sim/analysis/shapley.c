#include "wattmill/compare.h"
#include "wattmill/require.h"

static size_t bits(size_t set)
{
    size_t n = 0;
    for (; set != 0; set &= set - 1)
        n++;
    return n;
}

/* |S|! (n - |S| - 1)! / n! = 1 / (n C(n - 1, |S|)) */
static double weight(size_t n, size_t size)
{
    double choose = 1.0;
    for (size_t i = 1; i <= size; i++)
        choose = choose * (double)(n - i) / (double)i;
    return 1.0 / ((double)n * choose);
}

void wm_shapley(const double *worth, size_t n, double *value)
{
    WM_REQUIRE(n <= 20);
    for (size_t i = 0; i < n; i++) {
        const size_t bit = (size_t)1 << i;
        value[i] = 0.0;
        for (size_t set = 0; set < (size_t)1 << n; set++)
            if ((set & bit) == 0)
                value[i] += weight(n, bits(set)) * (worth[set | bit] - worth[set]);
    }
}
