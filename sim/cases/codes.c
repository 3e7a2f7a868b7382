/* What a code means, what lies behind it and what helps: docs/errors.md and `explain`. */
#include <strings.h>

#include "explain.h"
#include "wattmill/describe.h"
#include "wattmill/diag.h"

static const struct wm_remedy remedies[WM_N_CODES] = {
#define WM_REMEDY(code, cause, example, remedy) [WM_##code] = {cause, example, remedy},
#include "remedies.def"
#undef WM_REMEDY
};

const struct wm_remedy *wm_code_remedy(enum wm_code code)
{
    return &remedies[code];
}

void wm_errors_write_md(FILE *file)
{
    fputs(
        "# Errors and warnings\n\nGenerated from `diag.def` and `remedies.def`; do not edit. Codes "
        "are "
        "never reused. `wattmill explain CODE` shows\none of them. An example in code is what was "
        "given, or done.\n",
        file);
    for (int i = 0; i < WM_N_CODES; i++) {
        const enum wm_code code = (enum wm_code)i;
        fprintf(file, "\n## %s\n\n%s.\n\n- cause: %s\n- example: `%s`\n- remedy: %s\n",
                wm_code_name(code), wm_code_summary(code), remedies[i].cause, remedies[i].example,
                remedies[i].remedy);
    }
}

size_t wm_explain_code(FILE *file, const char *word)
{
    for (int i = 0; i < WM_N_CODES; i++) {
        const enum wm_code code = (enum wm_code)i;
        if (strcasecmp(wm_code_name(code), word) != 0)
            continue;
        fprintf(file, "%s\n  %s\n  cause    %s\n  example  %s\n  remedy   %s\n", wm_code_name(code),
                wm_code_summary(code), remedies[i].cause, remedies[i].example, remedies[i].remedy);
        return 1;
    }
    return 0;
}
