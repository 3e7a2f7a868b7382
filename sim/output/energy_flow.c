/*
 * Where the MWh went, as bands from the ceiling over the meter and the racks to the uses. A band is a
 * closed path between two cubic curves that leave and arrive level; gnuplot only fills it.
 *
 * Columns of bands from left to right; at each the parts lie from the top down, in the same order, so
 * that no band crosses another.
 */
#include <math.h>

#include "wattmill/output.h"

#define STEPS   32
#define GAP     0.028 /* between uses, of the ceiling's height */
#define SPACING 0.056 /* between labels, of the same */

enum { X_CEILING, X_METER, X_RACKS, X_USES };
static const double column_x[] = {0.0, 0.30, 0.58, 1.0};

struct band {
    int from, to;  /* columns */
    double y0, y1; /* upper edges */
    double height;
    const char *name;
};

/* Level at both ends: the Bezier curve with control points at half way, x taken as its parameter. */
static double curve(double y0, double y1, double s)
{
    return y0 + (y1 - y0) * s * s * (3.0 - 2.0 * s);
}

static void row(FILE *file, const char *name, const double *values, size_t n)
{
    fputs(name, file);
    for (size_t i = 0; i < n; i++) {
        fputc(',', file);
        wm_csv_put_number(file, values[i]);
    }
    fputc('\n', file);
}

static void write_band(FILE *file, const struct band *b, double mwh)
{
    for (int i = 0; i <= STEPS; i++) {
        const double s = (double)i / STEPS, x0 = column_x[b->from], x1 = column_x[b->to];
        const double top = curve(b->y0, b->y1, s);
        const double values[] = {x0 + (x1 - x0) * s, top - b->height, top, mwh};
        row(file, b->name, values, 4);
    }
    fputs("\n\n", file); /* the end of a block of gnuplot */
}

struct flow {
    double total_mwh, height_of_mwh;
    double site_mwh, it_mwh, use_mwh[WM_N_USES];
};

static struct flow flow_of(const struct wm_results *r)
{
    struct flow f = {0};
    for (unsigned i = 0; i < WM_N_USES; i++) {
        f.use_mwh[i] = wm_unit_from_si(WM_UNIT_MWH, r->energy_j[i]);
        f.site_mwh += f.use_mwh[i];
        f.it_mwh += wm_energy_use_is_facility((enum wm_energy_use)i) ? 0.0 : f.use_mwh[i];
    }
    const double ceiling =
        r->hours * wm_unit_from_si(WM_UNIT_MW, r->scenario->site.ceiling.limit_w);
    f.total_mwh = fmax(ceiling, f.site_mwh);
    f.height_of_mwh = f.total_mwh > 0.0 ? 1.0 / f.total_mwh : 0.0;
    return f;
}

/* Each at the end of its band. */
static void write_labels(FILE *file, const struct flow *f, const double *centre)
{
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < WM_N_USES; i++) {
            if (!(f->use_mwh[i] > 0.0) ||
                wm_energy_use_is_facility((enum wm_energy_use)i) != (pass == 1))
                continue;
            const double values[] = {column_x[X_USES], centre[i], 0.0, f->use_mwh[i],
                                     100.0 * f->use_mwh[i] / f->site_mwh};
            row(file, wm_energy_use_key((enum wm_energy_use)i), values, 5);
        }
}

void wm_energy_flow_csv(FILE *file, const void *context)
{
    const struct wm_report *const report = context;
    const struct flow f = flow_of(report->results);
    const double h = f.height_of_mwh, drawn = f.site_mwh * h, idle_mwh = f.total_mwh - f.site_mwh;
    fputs("name,x,low,high,mwh,share_pct\n", file);
    const struct band meter = {X_CEILING, X_METER, 1.0, 1.0, drawn, "drawn"};
    const struct band idle = {X_CEILING,    X_METER,      1.0 - drawn,
                              0.92 - drawn, idle_mwh * h, "not drawn"};
    const struct band racks = {X_METER, X_RACKS, 1.0, 1.0, f.it_mwh * h, "racks"};
    write_band(file, &meter, f.site_mwh);
    write_band(file, &idle, idle_mwh);
    write_band(file, &racks, f.it_mwh);
    double centre[WM_N_USES] = {0}, from_racks = 1.0, from_meter = 1.0 - f.it_mwh * h, to = 1.04;
    double last = 2.0; /* label above; bands move down so that each has room for its own */
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < WM_N_USES; i++) {
            const bool facility = wm_energy_use_is_facility((enum wm_energy_use)i);
            const bool used = f.use_mwh[i] > 0.0;
            if (facility != (pass == 1))
                continue;
            if (used)
                to = fmin(to, last - SPACING + 0.5 * f.use_mwh[i] * h);
            double *const from = facility ? &from_meter : &from_racks;
            const struct band b = {facility ? X_METER : X_RACKS,
                                   X_USES,
                                   *from,
                                   to,
                                   f.use_mwh[i] * h,
                                   wm_energy_use_key((enum wm_energy_use)i)};
            write_band(file, &b, f.use_mwh[i]);
            if (!used) /* a band without height keeps the colours of the others */
                continue;
            last = centre[i] = to - 0.5 * b.height;
            *from -= b.height;
            to -= b.height + GAP;
        }
    /* the last two blocks: headings of the columns, labels of the uses */
    const double heads[][5] = {
        {column_x[X_CEILING], 1.0, 0.0, f.total_mwh, 100.0},
        {column_x[X_METER], 1.0, 0.0, f.site_mwh, 100.0},
        {column_x[X_RACKS], 1.0, 0.0, f.it_mwh, 100.0},
        {column_x[X_METER], 0.92 - drawn - 0.5 * idle_mwh * h, 0.0, idle_mwh, 100.0}};
    static const char *const names[] = {"ceiling", "site", "racks", "not drawn"};
    for (size_t i = 0; i < 4; i++)
        row(file, names[i], heads[i], 5);
    fputs("\n\n", file);
    write_labels(file, &f, centre);
}
