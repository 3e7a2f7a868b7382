/* CSV and Markdown: the same metrics as rows. */
#include <math.h>
#include <string.h>

#include "wattmill/civil.h"
#include "wattmill/output.h"

void wm_csv_text(FILE *file, const char *text)
{
    /* a spreadsheet runs a cell that begins so as a formula */
    const bool formula = text[0] != 0 && strchr("=+-@\t\r", text[0]) != NULL;
    const bool quote = strpbrk(text, ",\"\r\n") != NULL;
    if (quote)
        fputc('"', file);
    if (formula)
        fputc('\'', file);
    for (const char *c = text; *c != 0; c++) {
        if (*c == '"')
            fputc('"', file);
        fputc(*c, file);
    }
    if (quote)
        fputc('"', file);
}

void wm_csv_put_number(FILE *file, double value)
{
    char text[32];
    if (isfinite(value))
        fputs(wm_json_number_text(value, text), file);
}

void wm_output_csv(FILE *file, const struct wm_report *report)
{
    fputs("key,value,unit\n", file);
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        const double value = report->results->metric[i];
        if (!isfinite(value))
            continue;
        fprintf(file, "%s,", info->key);
        wm_csv_put_number(file, wm_unit_from_si(info->unit, value));
        fprintf(file, ",%s\n", wm_unit_symbol(info->unit));
    }
}

void wm_md_text(FILE *file, const char *text)
{
    for (const char *c = text; *c != 0; c++) {
        if ((unsigned char)*c < ' ') {
            fputc(' ', file);
            continue;
        }
        if (strchr("\\`*_{}[]<>()#|!&", *c) != NULL)
            fputc('\\', file);
        fputc(*c, file);
    }
}

void wm_output_md(FILE *file, const struct wm_report *report)
{
    fputs("# ", file);
    wm_md_text(file, report->results->scenario->name);
    fputs("\n\n| metric | value | unit |\n|---|---:|---|\n", file);
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        char text[32];
        const double value = report->results->metric[i];
        if (isfinite(value))
            fprintf(file, "| `%s` | %s | %s |\n", info->key,
                    wm_json_number_text(wm_unit_from_si(info->unit, value), text),
                    wm_unit_symbol(info->unit));
    }
    fprintf(file, "\nwattmill %s (%s), scenario %.12s, catalogue %.12s, seed %lld\n",
            report->stamp.version, report->stamp.git_id, report->stamp.scenario_hash,
            report->stamp.catalog_hash, (long long)report->stamp.seed);
}

void wm_output_series_csv(FILE *file, const struct wm_report *report)
{
    fputs("time_utc,dry_bulb_c,wet_bulb_c,ceiling_mw,site_mw,meter_mw,generation_mw,storage_mw,it_"
          "mw,offered_out_tok_per_s,"
          "served_out_tok_per_s,clock_frac,energy_usd_per_mwh,shadow_price_usd_per_mwh,contract_mw,market_usd_per_mwh,time_"
          "local\n",
          file);
    for (size_t i = 0; i < report->results->n_series; i++) {
        const struct wm_series_row *const r = &report->results->series[i];
        const double values[] = {r->dry_bulb_c,
                                 r->wet_bulb_c,
                                 wm_unit_from_si(WM_UNIT_MW, r->ceiling_w),
                                 wm_unit_from_si(WM_UNIT_MW, r->site_w),
                                 wm_unit_from_si(WM_UNIT_MW, r->meter_w),
                                 wm_unit_from_si(WM_UNIT_MW, r->generation_w),
                                 wm_unit_from_si(WM_UNIT_MW, r->storage_w),
                                 wm_unit_from_si(WM_UNIT_MW, r->it_w),
                                 r->offered_tok_per_s,
                                 r->served_tok_per_s,
                                 r->clock_frac,
                                 r->energy_usd_per_mwh,
                                 r->shadow_price_usd_per_mwh,
                                 wm_unit_from_si(WM_UNIT_MW, r->contract_w),
                                 r->market_usd_per_mwh};
        char time[32], local[32];
        fputs(wm_time_text(r->time_us, time), file);
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            fputc(',', file);
            wm_csv_put_number(file, values[k]);
        }
        fprintf(file, ",%.16s\n", wm_time_text(r->local_us, local));
    }
}
