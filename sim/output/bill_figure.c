/* Data of the monthly bill's figure: its lines stacked month by month. */
#include <math.h>
#include <string.h>

#include "wattmill/bill.h"
#include "wattmill/output.h"

/* Lines of one name are one part of a stack. */
static bool is_first_of_name(const struct wm_bill *bill, size_t line)
{
    for (size_t i = 0; i < line; i++)
        if (strcmp(bill->lines[i].name, bill->lines[line].name) == 0)
            return false;
    return true;
}

static double part_usd(const struct wm_bill *bill, size_t month, size_t line)
{
    double usd = 0.0;
    for (size_t i = line; i < bill->n_lines; i++)
        if (strcmp(bill->lines[i].name, bill->lines[line].name) == 0)
            usd += wm_bill_item(bill, month, i)->usd;
    return usd;
}

/* Whether any month has the part. */
static bool counts(const struct wm_bill *bill, size_t line)
{
    double most_usd = 0.0;
    for (size_t m = 0; m < bill->n_months; m++)
        most_usd = fmax(most_usd, fabs(part_usd(bill, m, line)));
    return most_usd > 0.0;
}

static double tallest_usd(const struct wm_bill *bill)
{
    double usd = 0.0;
    for (size_t m = 0; m < bill->n_months; m++)
        usd = fmax(usd, bill->months[m].bill_usd);
    return usd;
}

/* Height that a label of the legend needs, of the tallest month. */
static const double label_frac = 0.055;

void wm_monthly_bill_csv(FILE *file, const void *context)
{
    const struct wm_report *const report = context;
    const struct wm_bill *const bill = report->results->bill;
    const size_t last = bill->n_months > 0 ? bill->n_months - 1 : 0;
    const double spacing = 1e-6 * label_frac * tallest_usd(bill);
    fputs("month_index,month,part,name,low_musd,high_musd,label_musd,bill_usd_per_mwh\n", file);
    for (size_t m = 0; m < bill->n_months; m++) {
        double top = 0.0, label = -spacing;
        int part = 0;
        for (size_t i = 0; i < bill->n_lines; i++) {
            if (!is_first_of_name(bill, i) || !counts(bill, i))
                continue;
            const double high = top + 1e-6 * part_usd(bill, m, i);
            char text[16];
            label = fmax(0.5 * (top + high), label + spacing);
            const double numbers[] = {top, high, m == last ? label : (double)NAN,
                                      bill->months[m].usd_per_mwh};
            fprintf(file, "%zu,%s,%d,", m, wm_bill_month_text(&bill->months[m], text), part++);
            wm_csv_text(file, bill->lines[i].name);
            for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
                fputc(',', file);
                wm_csv_put_number(file, numbers[k]);
            }
            fputc('\n', file);
            top = high;
        }
    }
}
