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

static void write_inputs(struct wm_json_writer *w, const struct wm_origins *origins)
{
    wm_json_key(w, "inputs");
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
        REAL(revenue_usd), REAL(power_usd), REAL(opex_usd), REAL(capex_usd), REAL(residual_usd);
        REAL(write_off_usd), REAL(tax_usd), REAL(flow_usd), REAL(cumulated_pv_usd);
        REAL(interest_usd), REAL(principal_usd), REAL(owner_tax_usd), REAL(owner_flow_usd);
        REAL(dscr);
#undef REAL
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
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
#define REAL(member) real(w, #member, c->member)
        REAL(output_tok_offered), REAL(output_tok_served), REAL(output_tok_dropped);
        REAL(output_tok_waiting), REAL(delay_mean_s);
        REAL(output_tok_curtailed), REAL(curtailment_loss_usd);
        REAL(training_tok), REAL(training_tok_lost), REAL(interruptions), REAL(checkpoint_s);
        REAL(goodput_frac), REAL(transfer_usd), REAL(mfu_frac);
        real(w, "swing_mw", wm_unit_from_si(WM_UNIT_MW, c->swing_w));
        REAL(swing_hz), REAL(smoothing_frac);
        REAL(input_tok_served), REAL(cached_tok_served);
        REAL(requests_offered), REAL(requests_served), REAL(requests_dropped);
        REAL(requests_waiting);
        REAL(revenue_usd), REAL(ttft_p50_s), REAL(ttft_p99_s), REAL(tpot_p50_s), REAL(tpot_p99_s);
        REAL(slo_attainment_frac);
#undef REAL
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
#define COUNT(member) wm_json_member_integer(w, #member, p->member)
#define REAL(member)  real(w, #member, p->member)
        COUNT(n_racks), COUNT(n_gpus), COUNT(n_replicas), COUNT(gpus_per_replica);
        COUNT(prefill_gpus), COUNT(decode_gpus);
        REAL(batch_at_capacity), REAL(capacity_out_tok_per_s);
        REAL(capacity_out_tok_per_s_per_gpu), REAL(step_at_capacity_s);
        REAL(gpu_power_at_capacity_w), REAL(it_power_at_capacity_w);
        REAL(availability_frac), REAL(busy_frac), REAL(clock_mean_frac);
#undef COUNT
#undef REAL
        real(w, "energy_mwh", wm_unit_from_si(WM_UNIT_MWH, p->energy_j));
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

/* What was simulated, year by year; `yearly` is what the appraisal makes of it. */
static void write_years(struct wm_json_writer *w, const struct wm_results *r)
{
    wm_json_key(w, "simulated_years");
    wm_json_array_begin(w);
    for (size_t i = 0; i < r->n_years; i++) {
        const struct wm_year_result *const y = &r->years[i];
        wm_json_object_begin(w);
        wm_json_member_integer(w, "year", (int64_t)i + 1);
        real(w, "hours", wm_unit_from_si(WM_UNIT_H, y->time_s));
        real(w, "revenue_usd", y->revenue_usd);
        real(w, "site_energy_mwh", wm_unit_from_si(WM_UNIT_MWH, y->energy_j));
        real(w, "contract_mw", wm_unit_from_si(WM_UNIT_MW, y->contract_w));
        real(w, "gpus", y->gpus);
        real(w, "gpus_online_mean", y->gpus_up);
        real(w, "output_tok_offered", y->output_tok_offered);
        real(w, "output_tok_served", y->output_tok_served);
        real(w, "training_tok", y->training_tok);
        real(w, "ceiling_bound_hours", wm_unit_from_si(WM_UNIT_H, y->ceiling_bound_s));
        real(w, "curtailment_hours", wm_unit_from_si(WM_UNIT_H, y->called_s));
        real(w, "shadow_price_usd_per_mwh_mean", y->shadow_usd_per_mwh);
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

static void write_messages(struct wm_json_writer *w, const struct wm_diags *diags)
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

static void write_stamp(struct wm_json_writer *w, const struct wm_stamp *s)
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

static void write_headline(struct wm_json_writer *w, const struct wm_headline *h)
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
    wm_json_object_end(w);
}

void wm_output_json(FILE *file, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "name", r->scenario->name);
    write_headline(&w, &r->headline);
    write_inputs(&w, report->origins);
    wm_json_key(&w, "metrics");
    write_metrics(&w, r);
    write_yearly(&w, r->appraisal);
    write_years(&w, r);
    write_classes(&w, r);
    write_pools(&w, r);
    write_ledger(&w, r->ledger);
    write_energy(&w, r);
    write_balances(&w, r);
    write_messages(&w, report->diags);
    write_files(&w, report);
    write_stamp(&w, &report->stamp);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}
