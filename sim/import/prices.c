/*
 * prices: list prices of models, of LiteLLM's table or OpenRouter's, as price decks. Prices per token become prices per
 * million; what has no price of text tokens, or is free, is counted and left out.
 *
 * Sources: BerriAI/litellm, model_prices_and_context_window.json and its entry sample_spec; OpenRouter, "Models API",
 * openrouter.ai/docs (data[].pricing, USD per token).
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "entry.h"
#include "values.h"
#include "wattmill/civil.h"

static const double tok_per_mtok = 1e6;
/* The dearest list price known is 600 USD/Mtok; a price a thousand or a million tokens lies far above. */
static const double most_usd_per_tok = 2e-3;

struct table {
    const char *name, *input, *cached, *output;
};
static const struct table litellm = {"LiteLLM model_prices_and_context_window.json",
                                     "input_cost_per_token", "cache_read_input_token_cost",
                                     "output_cost_per_token"};
static const struct table openrouter = {"OpenRouter models", "pricing.prompt",
                                        "pricing.input_cache_read", "pricing.completion"};

struct reader {
    struct wm_importer *im;
    const struct table *table;
    struct wm_json *decks;
    const char *as_of;
    size_t n, n_other, n_free, n_routed, n_unwanted, n_again, n_same, n_steps;
};

/* Whether `name` has `part`, letter case aside. */
static bool has_part(const char *name, const char *part)
{
    for (; *name != '\0'; name++) {
        size_t n = 0;
        while (part[n] != '\0' &&
               tolower((unsigned char)name[n]) == tolower((unsigned char)part[n]))
            n++;
        if (part[n] == '\0')
            return true;
    }
    return part[0] == '\0';
}

static bool is_served_by_token(const struct wm_json *item)
{
    const char *const mode = wm_value_text(item, "mode");
    return mode[0] == '\0' || strcmp(mode, "chat") == 0 || strcmp(mode, "completion") == 0 ||
           strcmp(mode, "responses") == 0;
}

/* Prices of long prompts, batches and hurry, which a deck does not have. */
static bool has_steps(const struct wm_json *item)
{
    for (const struct wm_json *m = item->child; m != NULL; m = m->next)
        if (m->key != NULL &&
            (strstr(m->key, "_above_") != NULL || strstr(m->key, "_batches") != NULL ||
             strstr(m->key, "_priority") != NULL || strstr(m->key, "_flex") != NULL))
            return true;
    return false;
}

/* NAN after a mistake. */
static double price(struct reader *r, const struct wm_json *item, const char *name,
                    const char *path)
{
    const struct wm_json *const at = wm_value_at(item, path);
    const double value = wm_value_number(item, path);
    if (at == NULL)
        return (double)NAN;
    if (isnan(value))
        wm_value_mistake(r->im, WM_E205, at, "%.80s.%s = \"%.40s\" is no number", name, path,
                         wm_value_text(item, path));
    else if (value > most_usd_per_tok)
        wm_value_mistake(r->im, WM_E204, at,
                         "%.80s.%s = %g USD per token, allowed 0..%g: is it a price per thousand "
                         "or per million tokens?",
                         name, path, value, most_usd_per_tok);
    return value <= most_usd_per_tok ? value : (double)NAN;
}

static void put_deck(struct reader *r, const struct wm_json *item, const char *name,
                     const double usd[3])
{
    struct wm_arena *const arena = r->im->arena;
    struct wm_json *const deck = wm_entry_new(arena, WM_JSON_OBJECT);
    const char *const slug = wm_import_slug(arena, name), *const where =
                                                              wm_value_text(item, "source");
    const char *const ended = wm_value_text(item, "deprecation_date");
    int64_t at = 0;
    if (wm_json_find(r->decks, slug) != NULL) {
        r->n_again++;
        return;
    }
    wm_entry_text(arena, deck, "title", wm_arena_printf(arena, "%.120s, list price", name));
    wm_entry_text(arena, deck, "source",
                  wm_arena_printf(arena, "%s, %.120s%s%.200s", r->table->name, name,
                                  where[0] ? ", " : "", where));
    wm_entry_text(arena, deck, "as_of", r->as_of);
    wm_entry_text(arena, deck, "basis", "vendor");
    wm_entry_number(arena, deck, "input_usd_per_mtok", usd[0] * tok_per_mtok);
    wm_entry_number(arena, deck, "cached_usd_per_mtok", usd[1] * tok_per_mtok);
    wm_entry_number(arena, deck, "output_usd_per_mtok", usd[2] * tok_per_mtok);
    if (strlen(ended) == 10 && wm_time_parse(ended, &at))
        wm_entry_text(arena, deck, "ended", ended);
    wm_entry_put(r->decks, slug, deck);
    r->n++;
}

static void read_item(struct reader *r, const struct wm_json *item, const char *name)
{
    const char *const wanted = r->im->options->model;
    const size_t before = r->im->n_mistakes;
    if (strcmp(name, "sample_spec") == 0 || item->type != WM_JSON_OBJECT)
        return;
    if (wanted != NULL && !has_part(name, wanted)) {
        r->n_unwanted++;
        return;
    }
    if (!is_served_by_token(item)) {
        r->n_other++;
        return;
    }
    double usd[3] = {price(r, item, name, r->table->input), price(r, item, name, r->table->cached),
                     price(r, item, name, r->table->output)};
    if (r->im->n_mistakes > before)
        return;
    if (usd[0] < 0.0 || usd[2] < 0.0)
        r->n_routed++;
    else if (isnan(usd[0]) || isnan(usd[2]))
        r->n_other++;
    else if (usd[0] <= 0.0 && usd[2] <= 0.0)
        r->n_free++;
    else {
        r->n_same += isnan(usd[1]) || usd[1] < 0.0 ? 1 : 0;
        usd[1] = isnan(usd[1]) || usd[1] < 0.0 ? usd[0] : usd[1];
        r->n_steps += has_steps(item) ? 1 : 0;
        put_deck(r, item, name, usd);
    }
}

static void tell(struct reader *r)
{
    const struct {
        size_t n;
        const char *text;
    } rows[] = {
        {r->n_same, "assumed: no discount on a cache hit where the list has none"},
        {r->n_steps, "left out: other prices of long prompts, batches and hurry; decks have one"},
        {r->n_other, "left out: entries without prices of text tokens"},
        {r->n_free, "left out: entries that are free"},
        {r->n_routed, "left out: entries whose price another model sets"},
        {r->n_unwanted, "left out: entries that --model does not mean"},
        {r->n_again, "left out: entries whose name becomes that of one before"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].n > 0)
            wm_import_note(r->im, "%s: %zu", rows[i].text, rows[i].n);
    wm_import_note(r->im, "read: %s, %zu decks", r->table->name, r->n);
}

void wm_import_prices(struct wm_importer *im, const char *text, size_t n_bytes)
{
    const struct wm_json *const *values = NULL;
    if (wm_import_json(im, text, n_bytes, &values) == 0)
        return;
    const struct wm_json *const root = values[0], *const data = wm_value_at(root, "data");
    const bool is_list =
        data != NULL && data->type == WM_JSON_ARRAY && wm_value_at(data, "0.pricing|0.id") != NULL;
    struct reader r = {.im = im,
                       .table = is_list ? &openrouter : &litellm,
                       .decks = wm_entry_new(im->arena, WM_JSON_OBJECT),
                       .as_of = wm_import_as_of(im, "")};
    for (const struct wm_json *m = is_list                        ? data->child
                                   : root->type == WM_JSON_OBJECT ? root->child
                                                                  : NULL;
         m != NULL; m = m->next)
        read_item(&r, m, is_list ? wm_value_text(m, "id") : m->key);
    if (im->n_mistakes > 0)
        return;
    if (r.n == 0) {
        wm_value_mistake(
            im, WM_E205, root,
            r.n_unwanted > 0
                ? "no model of its %zu has \"%.60s\" in its name"
                : "no list of prices; known are LiteLLM's model_prices_and_context_window.json and "
                  "OpenRouter's models (data[].pricing)",
            r.n_unwanted, im->options->model);
        return;
    }
    tell(&r);
    im->text = wm_entry_file(im->arena, "price_decks", r.decks);
}
