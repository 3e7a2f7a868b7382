#include "foreign.h"

#include <string.h>

// clang-format off
static const struct {
    const char *keys[3]; /* all of them, up to the first NULL */
    const char *what, *kind;
} documents[] = {
    {{"model_type", "architectures"},        "a model's configuration (Hugging Face config.json)", "llm"},
    {{"num_hidden_layers"},                  "a model's configuration (Hugging Face config.json)", "llm"},
    {{"text_config", "model_type"},          "a model's configuration (Hugging Face config.json)", "llm"},
    {{"energyratestructure"},                "a rate of the Utility Rate Database",                "tariff"},
    {{"flatdemandstructure"},                "a rate of the Utility Rate Database",                "tariff"},
    {{"energyRateStrux"},                    "a rate of the Utility Rate Database",                "tariff"},
    {{"sample_spec"},                        "LiteLLM's list of prices",                           "prices"},
    {{"output_throughput", "mean_ttft_ms"},  "a benchmark's result",                               "curve"},
    {{"output_token_throughput"},            "a benchmark's result (AIPerf)",                      "curve"},
    {{"benchmarks", "metadata"},             "a benchmark's result (GuideLLM)",                    "curve"},
    {{"output_tput_per_gpu"},                "a benchmark's result (InferenceX)",                  "curve"},
};
// clang-format on

static const struct wm_json *first_of(const struct wm_json *root, const char *list, const char *key)
{
    const struct wm_json *const v = wm_json_find(root, list);
    return v != NULL && v->type == WM_JSON_ARRAY ? wm_json_find(v->child, key) : NULL;
}

static bool tell(const struct wm_json *root, const char *what, const char *kind,
                 struct wm_diags *diags)
{
    const char *const to = strcmp(kind, "curve") == 0 ? "a table for serving.curve_file"
                                                      : "a catalogue file for --catalog";
    wm_diag_add(diags, WM_E205, &root->place, NULL,
                "this is %s; `wattmill import %s` makes %s of it", what, kind, to);
    return true;
}

bool wm_foreign_told(const struct wm_json *root, struct wm_diags *diags)
{
    if (wm_json_find(root, "schema_version") != NULL)
        return false;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        bool fits = true;
        for (size_t k = 0; k < 3 && documents[i].keys[k] != NULL; k++)
            fits = fits && wm_json_find(root, documents[i].keys[k]) != NULL;
        if (fits)
            return tell(root, documents[i].what, documents[i].kind, diags);
    }
    if (first_of(root, "data", "pricing") != NULL)
        return tell(root, "OpenRouter's list of prices", "prices", diags);
    if (first_of(root, "items", "energyratestructure") != NULL)
        return tell(root, "a list of rates of the Utility Rate Database", "tariff", diags);
    return false;
}
