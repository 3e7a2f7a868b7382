/* CSV and Markdown: the same metrics as rows. */
#include <math.h>
#include <stddef.h>
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

#define COLUMN(name, unit, member)                         \
    {                                                      \
        name, unit, offsetof(struct wm_series_row, member) \
    }
static const struct wm_series_column columns[] = {
    COLUMN("dry_bulb_c", WM_UNIT_C, dry_bulb_c),
    COLUMN("wet_bulb_c", WM_UNIT_C, wet_bulb_c),
    COLUMN("ceiling_mw", WM_UNIT_MW, ceiling_w),
    COLUMN("site_mw", WM_UNIT_MW, site_w),
    COLUMN("meter_mw", WM_UNIT_MW, meter_w),
    COLUMN("generation_mw", WM_UNIT_MW, generation_w),
    COLUMN("storage_mw", WM_UNIT_MW, storage_w),
    COLUMN("it_mw", WM_UNIT_MW, it_w),
    COLUMN("offered_out_tok_per_s", WM_UNIT_NONE, offered_tok_per_s),
    COLUMN("served_out_tok_per_s", WM_UNIT_NONE, served_tok_per_s),
    COLUMN("clock_frac", WM_UNIT_NONE, clock_frac),
    COLUMN("energy_usd_per_mwh", WM_UNIT_NONE, energy_usd_per_mwh),
    COLUMN("shadow_price_usd_per_mwh", WM_UNIT_NONE, shadow_price_usd_per_mwh),
    COLUMN("contract_mw", WM_UNIT_MW, contract_w),
    COLUMN("market_usd_per_mwh", WM_UNIT_NONE, market_usd_per_mwh),
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

const struct wm_series_column *wm_series_column_find(const char *key)
{
    for (size_t i = 0; i < N_COLUMNS; i++)
        if (strcmp(columns[i].key, key) == 0)
            return &columns[i];
    return NULL;
}

double wm_series_value(const struct wm_series_row *row, const struct wm_series_column *column)
{
    const double *const si = (const double *)(const void *)((const char *)row + column->offset);
    return wm_unit_from_si(column->unit, *si);
}

void wm_output_series_csv(FILE *file, const struct wm_report *report)
{
    fputs("time_utc", file);
    for (size_t k = 0; k < N_COLUMNS; k++)
        fprintf(file, ",%s", columns[k].key);
    fputs(",time_local\n", file);
    for (size_t i = 0; i < report->results->n_series; i++) {
        const struct wm_series_row *const r = &report->results->series[i];
        char time[32], local[32];
        fputs(wm_time_text(r->time_us, time), file);
        for (size_t k = 0; k < N_COLUMNS; k++) {
            fputc(',', file);
            wm_csv_put_number(file, wm_series_value(r, &columns[k]));
        }
        fprintf(file, ",%.16s\n", wm_time_text(r->local_us, local));
    }
}
