/* Every entry of the catalogue: that its figures can hold together, kind by kind. */
#include <check.h>
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/input.h"
#include "wattmill/scenario.h"

static size_t n_of(enum wm_catalog_kind kind)
{
    return wm_catalog_n(catalog, kind);
}

#define AT(type, kind, i) ((const struct type *)(const void *)wm_catalog_at(catalog, kind, i))

static bool is_iso_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    if (strlen(text) != strlen(form))
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != '-')
            return false;
    return true;
}

static bool is_kebab(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0' && name[0] != '-';
}

START_TEST(every_entry_says_what_it_is_where_from_and_when)
{
    open_catalog();
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        for (size_t i = 0; i < n_of(kind); i++) {
            const struct wm_catalog_head *h = wm_catalog_at(catalog, kind, i);
            ck_assert_msg(is_kebab(h->name), "%s: name", h->name);
            ck_assert_msg(strlen(h->title) >= 5, "%s: title", h->name);
            ck_assert_msg(strlen(h->source) >= 8, "%s: source", h->name);
            ck_assert_msg(is_iso_date(h->as_of), "%s: as_of \"%s\" is no ISO date", h->name,
                          h->as_of);
        }
    }
    close_catalog();
}
END_TEST

START_TEST(the_catalogue_is_as_wide_as_the_questions_need)
{
    open_catalog();
    ck_assert_uint_ge(n_of(WM_CATALOG_climate), 7);
    ck_assert_uint_ge(n_of(WM_CATALOG_deck), 4);
    ck_assert_uint_ge(n_of(WM_CATALOG_workload), 8);
    ck_assert_uint_ge(n_of(WM_CATALOG_shape), 6);
    ck_assert_uint_ge(n_of(WM_CATALOG_ledger), 4);
    close_catalog();
}
END_TEST

START_TEST(climates_are_wet_below_dry_and_hot_in_the_design_hour)
{
    open_catalog();
    for (size_t i = 0; i < n_of(WM_CATALOG_climate); i++) {
        const struct wm_climate *c = AT(wm_climate, WM_CATALOG_climate, i);
        ck_assert_double_le(c->design_wet_bulb_c, c->design_dry_bulb_c);
        for (int m = 0; m < 12; m++)
            ck_assert_msg(c->monthly_dry_bulb_c[m] < c->design_dry_bulb_c, "%s month %d",
                          c->head.name, m + 1);
    }
    close_catalog();
}
END_TEST

START_TEST(decks_sell_cached_input_no_dearer_than_input_and_output_no_cheaper)
{
    open_catalog();
    for (size_t i = 0; i < n_of(WM_CATALOG_deck); i++) {
        const struct wm_deck *d = AT(wm_deck, WM_CATALOG_deck, i);
        ck_assert_msg(d->output_usd_per_mtok > 0.0, "%s", d->head.name);
        ck_assert_msg(d->cached_usd_per_mtok <= d->input_usd_per_mtok, "%s", d->head.name);
        ck_assert_msg(d->output_usd_per_mtok >= d->input_usd_per_mtok, "%s", d->head.name);
    }
    close_catalog();
}
END_TEST

START_TEST(demand_shapes_have_mean_one)
{
    open_catalog();
    for (size_t i = 0; i < n_of(WM_CATALOG_shape); i++) {
        const struct wm_shape *s = AT(wm_shape, WM_CATALOG_shape, i);
        double sum = 0.0;
        for (int h = 0; h < WM_HOURS_PER_WEEK; h++)
            sum += s->hourly[h];
        ck_assert_msg(fabs(sum / WM_HOURS_PER_WEEK - 1.0) < 1e-3, "%s: mean %g", s->head.name,
                      sum / WM_HOURS_PER_WEEK);
    }
    close_catalog();
}
END_TEST

START_TEST(models_touch_no_more_parameters_than_they_have)
{
    open_catalog();
    for (size_t i = 0; i < n_of(WM_CATALOG_llm); i++) {
        const struct wm_llm *m = AT(wm_llm, WM_CATALOG_llm, i);
        ck_assert_msg(m->active_params <= m->total_params, "%s", m->head.name);
        ck_assert_msg(m->experts_active <= m->experts_total, "%s", m->head.name);
        ck_assert_msg((m->experts_total > 0) == (m->active_params < m->total_params),
                      "%s: a model with experts leaves some idle, one without does not",
                      m->head.name);
        ck_assert_msg(m->n_kv_heads <= m->n_heads, "%s", m->head.name);
        ck_assert_msg(wm_llm_expert_params(m) < m->total_params, "%s", m->head.name);
    }
    close_catalog();
}
END_TEST

/* Weights at the leanest precision the accelerator computes in. */
static bool holds(const struct wm_accelerator *a, const struct wm_llm *m)
{
    double bytes = wm_precision_bytes(WM_BF16);
    if (a->fp8.flop_per_s > 0.0)
        bytes = wm_precision_bytes(WM_FP8);
    if (a->fp4.flop_per_s > 0.0)
        bytes = wm_precision_bytes(WM_FP4);
    return m->total_params * bytes < (double)a->scale_up_gpus * a->mem_bytes;
}

START_TEST(every_model_fits_some_accelerator_and_every_accelerator_holds_some_model)
{
    open_catalog();
    const size_t n_models = n_of(WM_CATALOG_llm), n_gpus = n_of(WM_CATALOG_accelerator);
    for (size_t i = 0; i < n_models; i++) {
        size_t n = 0;
        for (size_t k = 0; k < n_gpus; k++)
            n +=
                holds(AT(wm_accelerator, WM_CATALOG_accelerator, k), AT(wm_llm, WM_CATALOG_llm, i));
        ck_assert_msg(n > 0, "nothing holds %s", wm_catalog_at(catalog, WM_CATALOG_llm, i)->name);
    }
    for (size_t k = 0; k < n_gpus; k++) {
        size_t n = 0;
        for (size_t i = 0; i < n_models; i++)
            n +=
                holds(AT(wm_accelerator, WM_CATALOG_accelerator, k), AT(wm_llm, WM_CATALOG_llm, i));
        ck_assert_msg(n > 0, "%s holds no model",
                      wm_catalog_at(catalog, WM_CATALOG_accelerator, k)->name);
    }
    close_catalog();
}
END_TEST

START_TEST(a_rack_is_rated_for_its_boards_and_hosts)
{
    open_catalog();
    for (size_t i = 0; i < n_of(WM_CATALOG_accelerator); i++) {
        const struct wm_accelerator *a = AT(wm_accelerator, WM_CATALOG_accelerator, i);
        const double rated_w = a->rack_nameplate_w / (double)a->rack_gpus;
        ck_assert_msg(a->tdp_w + a->host_idle_w <= rated_w * 1.001,
                      "%s: board %g W and idle host %g W in %g W of rack", a->head.name, a->tdp_w,
                      a->host_idle_w, rated_w);
        ck_assert_msg(a->power.idle_w < a->tdp_w, "%s: idle", a->head.name);
        ck_assert_msg(wm_compute_precision(a, WM_BF16) != WM_N_PRECISIONS, "%s: no precision",
                      a->head.name);
        ck_assert_msg(a->power.idle_w <= a->power.base_frac * a->tdp_w + 1.0,
                      "%s: idle %g W above %g W with a model resident", a->head.name,
                      a->power.idle_w, a->power.base_frac * a->tdp_w);
        ck_assert_msg(a->fp8.flop_per_s == 0.0 || a->fp8.flop_per_s >= a->bf16.flop_per_s,
                      "%s: fp8 slower than bf16", a->head.name);
        ck_assert_msg(a->fp4.flop_per_s == 0.0 || a->fp4.flop_per_s >= a->fp8.flop_per_s,
                      "%s: fp4 slower than fp8", a->head.name);
    }
    close_catalog();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_entry_says_what_it_is_where_from_and_when,
        the_catalogue_is_as_wide_as_the_questions_need,
        climates_are_wet_below_dry_and_hot_in_the_design_hour,
        decks_sell_cached_input_no_dearer_than_input_and_output_no_cheaper,
        demand_shapes_have_mean_one,
        models_touch_no_more_parameters_than_they_have,
        every_model_fits_some_accelerator_and_every_accelerator_holds_some_model,
        a_rack_is_rated_for_its_boards_and_hosts,
    };
    return RUN_TESTS("catalog_walk", tests);
}
