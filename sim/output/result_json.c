/* The result as JSON: inputs with their origins, metrics, details, balances, messages, stamp. */
#include <math.h>
#include <string.h>

#include "wattmill/output.h"

/* A figure that was not computed is absent. */
static void real(struct wm_json_writer *w, const char *key, double value)
{
    if (isfinite(value))
        wm_json_member_number(w, key, value);
}

void wm_output_inputs_json(struct wm_json_writer *w, const struct wm_origins *origins)
{
    wm_json_array_begin(w);
    for (size_t i = 0; origins != NULL && i < origins->n; i++) {
        const struct wm_origin *const o = &origins->items[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "path", o->path);
        wm_json_key(w, "value");
        wm_json_raw(w, o->value);
        wm_json_member_string(w, "unit", wm_unit_symbol(o->unit));
        wm_json_member_string(w, "origin", o->origin);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void write_metrics(struct wm_json_writer *w, const struct wm_results *r)
{
    wm_json_object_begin(w);
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        if (!isfinite(r->metric[i]))
            continue;
        wm_json_key(w, info->key);
        wm_json_object_begin(w);
        wm_json_member_number(w, "value", wm_unit_from_si(info->unit, r->metric[i]));
        wm_json_member_string(w, "unit", wm_unit_symbol(info->unit));
        wm_json_member_string(w, "doc", info->doc);
        wm_json_object_end(w);
    }
    wm_json_object_end(w);
}

/* The pro-forma; year 0 holds the capital. */
static void write_yearly(struct wm_json_writer *w, const struct wm_appraisal *a)
{
    wm_json_key(w, "yearly");
    wm_json_array_begin(w);
    for (size_t t = 0; a != NULL && t <= a->n_years; t++) {
        const struct wm_appraisal_year *const y = &a->year[t];
        wm_json_object_begin(w);
        wm_json_member_integer(w, "year", (int64_t)t);
#define REAL(member) real(w, #member, y->member)
        REAL(end_years), REAL(length_years);
        REAL(price_frac), REAL(volume_frac);
        REAL(revenue_usd), REAL(power_usd), REAL(opex_usd), REAL(capex_usd), REAL(residual_usd);
        REAL(tied_usd), REAL(write_off_usd), REAL(tax_usd), REAL(flow_usd), REAL(cumulated_pv_usd);
        REAL(interest_usd), REAL(principal_usd), REAL(owner_tax_usd), REAL(owner_flow_usd);
        REAL(drawn_usd), REAL(capitalised_usd), REAL(reserve_usd), REAL(debt_usd);
        REAL(dscr);
#undef REAL
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* Figures of a row that were computed. */
static void write_columns(struct wm_json_writer *w, const struct wm_column *columns,
                          const void *row)
{
    for (const struct wm_column *c = columns; c->key != NULL; c++)
        real(w, c->key, wm_column_value(c, row));
}

static void write_classes(struct wm_json_writer *w, const struct wm_results *r)
{
    wm_json_key(w, "classes");
    wm_json_array_begin(w);
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct wm_class_result *const c = &r->classes[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", c->name);
        wm_json_member_string(w, "kind", c->kind);
        wm_json_member_string(w, "pool", c->pool);
        wm_json_member_string(w, "llm", c->llm);
        write_columns(w, wm_class_columns, c);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void write_pools(struct wm_json_writer *w, const struct wm_results *r)
{
    wm_json_key(w, "pools");
    wm_json_array_begin(w);
    for (size_t i = 0; i < r->n_pools; i++) {
        const struct wm_pool_result *const p = &r->pools[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", p->name);
        wm_json_member_string(w, "accelerator", p->accelerator);
        wm_json_member_string(w, "workload", p->workload);
        wm_json_member_string(w, "parallelism", p->parallelism);
        if (p->maturity != NULL)
            wm_json_member_string(w, "maturity", p->maturity);
        write_columns(w, wm_pool_columns, p);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* Of a site that names its halls. */
static void write_halls(struct wm_json_writer *w, const struct wm_results *r)
{
    if (r->scenario->site.halls.n == 0)
        return;
    wm_json_key(w, "halls");
    wm_json_array_begin(w);
    for (size_t i = 0; i < r->n_halls; i++) {
        const struct wm_hall_result *const h = &r->halls[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", h->name);
        wm_json_member_string(w, "cooling", h->cooling);
        wm_json_member_string(w, "power_chain", h->power_chain);
        wm_json_member_string(w, "racks_by", h->racks_by);
        write_columns(w, wm_hall_columns, h);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* Lines of a month that bill something. */
static void write_items(struct wm_json_writer *w, const struct wm_bill *bill, size_t month)
{
    wm_json_key(w, "lines");
    wm_json_array_begin(w);
    for (size_t i = 0; i < bill->n_lines; i++) {
        const struct wm_bill_line *const line = &bill->lines[i];
        const struct wm_bill_item *const item = wm_bill_item(bill, month, i);
        const enum wm_unit unit = wm_bill_quantity_unit(line->basis);
        if (!wm_bill_line_counts(line))
            continue;
        wm_json_object_begin(w);
        wm_json_member_string(w, "line", line->name);
        if (line->detail[0] != '\0')
            wm_json_member_string(w, "detail", line->detail);
        wm_json_member_string(w, "basis", wm_charge_basis_name(line->basis));
        real(w, "quantity", wm_unit_from_si(unit, item->quantity));
        wm_json_member_string(w, "unit", wm_unit_symbol(unit));
        real(w, "price", item->price);
        wm_json_member_string(w, "price_unit", wm_unit_symbol(wm_bill_price_unit(line->basis)));
        real(w, "months", item->months);
        real(w, "usd", item->usd);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* The bill month by month, on the site's clock. */
static void write_bill(struct wm_json_writer *w, const struct wm_bill *bill)
{
    wm_json_key(w, "bill");
    wm_json_array_begin(w);
    for (size_t i = 0; bill != NULL && i < bill->n_months; i++) {
        const struct wm_bill_month *const m = &bill->months[i];
        char text[16];
        wm_json_object_begin(w);
        wm_json_member_string(w, "month", wm_bill_month_text(m, text));
        write_columns(w, wm_month_columns, m);
        write_items(w, bill, i);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* Each line says which definitions of OpEx count it. */
static void write_ledger(struct wm_json_writer *w, const struct wm_ledger *ledger)
{
    wm_json_key(w, "ledger");
    wm_json_array_begin(w);
    for (size_t i = 0; ledger != NULL && i < ledger->n_lines; i++) {
        const struct wm_ledger_line *const line = &ledger->lines[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", line->name);
        real(w, "usd", line->usd);
        wm_json_key(w, "definitions");
        wm_json_array_begin(w);
        for (unsigned k = 0; k < WM_N_OPEX; k++) {
            const struct wm_opex_definition *const d = wm_opex_definition((enum wm_opex)k);
            if ((line->tags & d->any) != 0 && (line->tags & d->none) == 0)
                wm_json_string(w, d->name);
        }
        wm_json_array_end(w);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void write_energy(struct wm_json_writer *w, const struct wm_results *r)
{
    wm_json_key(w, "energy");
    wm_json_array_begin(w);
    for (unsigned i = 0; i < WM_N_USES; i++) {
        wm_json_object_begin(w);
        wm_json_member_string(w, "use", wm_energy_use_key((enum wm_energy_use)i));
        real(w, "mwh", wm_unit_from_si(WM_UNIT_MWH, r->energy_j[i]));
        wm_json_member_string(w, "doc", wm_energy_use_doc((enum wm_energy_use)i));
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* P10, P50 and P90 of the cumulated present value after each year of operation. */
static void write_fan(struct wm_json_writer *w, const struct wm_results *r)
{
    if (r->n_pv_range == 0)
        return;
    wm_json_key(w, "yearly_range");
    wm_json_array_begin(w);
    for (size_t t = 0; t < r->n_pv_range; t++) {
        wm_json_object_begin(w);
        wm_json_member_integer(w, "operation_year", (int64_t)t);
        real(w, "p10_usd", r->pv_range[t].p10_usd);
        real(w, "p50_usd", r->pv_range[t].p50_usd);
        real(w, "p90_usd", r->pv_range[t].p90_usd);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* What was simulated, year by year; `yearly` is what the appraisal makes of it. */
static void write_years(struct wm_json_writer *w, const struct wm_results *r)
{
    wm_json_key(w, "simulated_years");
    wm_json_array_begin(w);
    for (size_t i = 0; i < r->n_years; i++) {
        const struct wm_year_result *const y = &r->years[i];
        wm_json_object_begin(w);
        wm_json_member_integer(w, "year", (int64_t)i + 1);
        write_columns(w, wm_year_columns, y);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void write_balances(struct wm_json_writer *w, const struct wm_results *r)
{
    wm_json_key(w, "balances");
    wm_json_array_begin(w);
    for (size_t i = 0; i < r->n_balances; i++) {
        const struct wm_balance *const b = &r->balances[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "name", b->name);
        wm_json_member_string(w, "statement", b->statement);
        real(w, "in", wm_unit_from_si(b->unit, b->in));
        real(w, "out", wm_unit_from_si(b->unit, b->out));
        wm_json_member_string(w, "unit", wm_unit_symbol(b->unit));
        real(w, "residual_rel", b->residual_rel);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

void wm_output_messages_json(struct wm_json_writer *w, const struct wm_diags *diags)
{
    wm_json_key(w, "messages");
    wm_json_array_begin(w);
    for (size_t i = 0; diags != NULL && i < diags->n_items; i++) {
        const struct wm_diag *const d = &diags->items[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "code", wm_code_name(d->code));
        if (d->path != NULL)
            wm_json_member_string(w, "path", d->path);
        wm_json_member_string(w, "text", d->text);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

/* Names of the files beside the result and their SHA-256. */
static void write_files(struct wm_json_writer *w, const struct wm_report *report)
{
    if (report->digests == NULL)
        return;
    wm_json_key(w, "files");
    wm_json_object_begin(w);
    for (size_t i = 0; i < report->n_files; i++) {
        const char *const slash = strrchr(report->files[i], '/');
        if (report->digests[i] == NULL)
            continue;
        wm_json_member_string(w, slash != NULL ? slash + 1 : report->files[i], report->digests[i]);
    }
    wm_json_object_end(w);
}

void wm_output_stamp_json(struct wm_json_writer *w, const struct wm_stamp *s)
{
    wm_json_key(w, "stamp");
    wm_json_object_begin(w);
    wm_json_member_string(w, "version", s->version);
    wm_json_member_string(w, "git_id", s->git_id);
    wm_json_member_integer(w, "schema_version", s->schema_version);
    wm_json_member_string(w, "scenario_hash", s->scenario_hash);
    wm_json_member_string(w, "catalog_hash", s->catalog_hash);
    wm_json_member_integer(w, "seed", s->seed);
    wm_json_object_end(w);
}

static void write_headline(struct wm_json_writer *w, const struct wm_headline *h, const char *limit)
{
    wm_json_key(w, "headline");
    wm_json_object_begin(w);
    wm_json_key(w, "leads");
    wm_json_array_begin(w);
    for (size_t i = 0; i < h->n_leads; i++)
        wm_json_string(w, h->leads[i]);
    wm_json_array_end(w);
    if (h->price_path != NULL)
        wm_json_member_string(w, "price_path", h->price_path);
    wm_json_member_string(w, "limit", limit);
    wm_json_object_end(w);
}

void wm_output_json_members(struct wm_json_writer *w, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    wm_json_member_string(w, "name", r->scenario->name);
    write_headline(w, &r->headline, wm_limit_name(r->metric));
    wm_json_key(w, "inputs");
    wm_output_inputs_json(w, report->origins);
    wm_json_key(w, "metrics");
    write_metrics(w, r);
    write_yearly(w, r->appraisal);
    write_fan(w, r);
    write_years(w, r);
    write_classes(w, r);
    write_pools(w, r);
    write_halls(w, r);
    write_bill(w, r->bill);
    write_ledger(w, r->ledger);
    write_energy(w, r);
    write_balances(w, r);
    wm_output_messages_json(w, report->diags);
    write_files(w, report);
    wm_output_stamp_json(w, &report->stamp);
}

void wm_output_json(FILE *file, const struct wm_report *report)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_output_json_members(&w, report);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}
