#include <math.h>

#include "wattmill/output.h"

/* Three or four digits with a prefix: "17.6 M", "0.412 "; "-" when not computed. */
const char *wm_short_number(double value, char buf[24])
{
    static const struct {
        double scale;
        const char *prefix;
    } prefixes[] = {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e4, " k"}};
    if (!isfinite(value)) {
        (void)snprintf(buf, 24, "-");
        return buf;
    }
    if (fabs(value) >= 1e15) {
        (void)snprintf(buf, 24, "%.3g ", value);
        return buf;
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (fabs(value) >= prefixes[i].scale) {
            /* "k" begins at 10,000 so that 1,234 stays readable */
            const double scale = i == 3 ? 1e3 : prefixes[i].scale;
            (void)snprintf(buf, 24, "%.4g%s", value / scale, prefixes[i].prefix);
            return buf;
        }
    (void)snprintf(buf, 24, "%.4g ", value);
    return buf;
}
