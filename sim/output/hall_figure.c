/* Data of the halls: their power as a figure's rows, and as a series. */
#include <math.h>

#include "wattmill/output.h"

static void put_mw(FILE *file, double power_w)
{
    fputc(',', file);
    if (isfinite(power_w))
        wm_csv_put_number(file, wm_unit_from_si(WM_UNIT_MW, power_w));
}

void wm_hall_power_csv(FILE *file, const void *context)
{
    const struct wm_results *const r = ((const struct wm_report *)context)->results;
    fputs("hall,it_mw,with_cooling_mw,with_losses_mw,with_house_mw,it_peak_mw,it_design_mw,"
          "it_limit_mw,pue\n",
          file);
    for (size_t i = 0; i < r->n_halls; i++) {
        const struct wm_hall_result *const h = &r->halls[i];
        const double time_s = h->it_mean_w > 0.0 ? h->it_j / h->it_mean_w : (double)INFINITY;
        const double cooling_w = h->cooling_j / time_s, losses_w = h->conversion_j / time_s;
        wm_csv_text(file, h->name);
        put_mw(file, h->it_mean_w);
        put_mw(file, h->it_mean_w + cooling_w);
        put_mw(file, h->it_mean_w + cooling_w + losses_w);
        put_mw(file, h->site_mean_w);
        put_mw(file, h->it_peak_w);
        put_mw(file, h->it_design_w);
        put_mw(file, h->it_limit_w);
        fputc(',', file);
        if (isfinite(h->pue))
            wm_csv_put_number(file, h->pue);
        fputc('\n', file);
    }
}

void wm_output_hall_series_csv(FILE *file, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    fputs("time_utc,hall,it_mw,site_mw\n", file);
    for (size_t i = 0; r->hall_series && i < r->n_series; i++)
        for (size_t h = 0; h < r->n_halls; h++) {
            const struct wm_hall_power *const p = &r->hall_series[i * r->n_halls + h];
            char time[32];
            fprintf(file, "%s,", wm_time_text(r->series[i].time_us, time));
            wm_csv_text(file, r->halls[h].name);
            put_mw(file, p->it_w);
            put_mw(file, p->site_w);
            fputc('\n', file);
        }
}
