/* The list of forms, and what they share. */
#include <string.h>

#include "form_rows.h"
#include "wattmill/suggest.h"

static const struct wm_form *const forms[] = {
#define WM_FORM(id) &wm_##id##_form,
#include "wattmill/forms.def"
#undef WM_FORM
};
enum { N_FORMS = sizeof forms / sizeof *forms };

const struct wm_form *wm_form_at(size_t i)
{
    return i < N_FORMS ? forms[i] : NULL;
}

static void report_form(struct wm_arena *arena, const struct wm_json *word, struct wm_diags *diags)
{
    struct wm_suggest near = wm_suggest_init(word->text);
    const char *all = "";
    for (size_t i = 0; i < N_FORMS; i++) {
        wm_suggest_offer(&near, forms[i]->name);
        all = wm_arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", forms[i]->name);
    }
    wm_diag_add(diags, WM_E207, &word->place, "case", "= \"%s\", allowed are %s%s", word->text, all,
                wm_suggest_text(arena, &near));
}

const struct wm_form *wm_form_of(struct wm_arena *arena, const struct wm_json *root,
                                 struct wm_diags *diags)
{
    const struct wm_json *const word = wm_json_find(root, "case");
    if (word == NULL)
        return &wm_site_form;
    for (size_t i = 0; i < N_FORMS && word->type == WM_JSON_STRING; i++)
        if (strcmp(forms[i]->name, word->text) == 0)
            return forms[i];
    if (diags != NULL && word->type == WM_JSON_STRING)
        report_form(arena, word, diags);
    else if (diags != NULL)
        wm_diag_add(diags, WM_E205, &word->place, "case", "= %s, needs a word",
                    wm_json_to_text(arena, word));
    return NULL;
}

void wm_form_engine(const struct wm_document *d, const struct wm_engine **engine,
                    enum wm_ways *ways)
{
    *ways = *engine != NULL ? WM_WAYS_ENGINES : WM_WAYS_BOTH;
    if (*engine == NULL)
        *engine = (const void *)wm_catalog_find(d->catalog, WM_CATALOG_engine, WM_USUAL_ENGINE);
}

size_t wm_precisions_of(const struct wm_accelerator *accelerator, enum wm_precision_choice choice,
                        enum wm_precision list[WM_N_PRECISIONS])
{
    static const enum wm_precision floats[] = {WM_FP4, WM_FP8, WM_BF16};
    size_t n = 0;
    if (choice != WM_PRECISION_NARROWEST && choice != WM_PRECISION_ALL) {
        list[0] = (enum wm_precision)((int)choice - 1);
        return 1;
    }
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
        if (wm_accelerator_rates(accelerator, floats[i])->flop_per_s > 0.0 &&
            (choice == WM_PRECISION_ALL || n == 0))
            list[n++] = floats[i];
    if (n == 0)
        list[n++] = WM_FP32;
    return n;
}

// clang-format off
const struct wm_field wm_terms_form_fields[] = {
    WM_REF(wm_terms_form, climate, climate, wm_climate, "northern-virginia", "of the site: mean PUE over 12 mean days"),
    WM_PRESET(wm_terms_form, cooling, cooling, wm_cooling_fields, "dry-cooler", "cooling plant"),
    WM_PRESET(wm_terms_form, power_chain, power_chain, wm_power_chain_fields, "double-conversion", "meter to rack"),
    WM_PRESET(wm_terms_form, ledger, ledger, wm_ledger_fields, "owner-operator", "who owns what, and unit costs"),
    WM_PRESET(wm_terms_form, tariff, tariff, wm_tariff_fields, "us-large-load", "energy, delivery and demand charge at full load; no other charge is counted"),
    WM_REAL(wm_terms_form, pue, WM_UNIT_NONE, 1.0, 5.0, (double)NAN, "instead of the plant's and chain's own"),
    WM_REAL(wm_terms_form, power_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 10000.0, (double)NAN, "at the meter, instead of the tariff's"),
    WM_FIELD_END,
};
// clang-format on
