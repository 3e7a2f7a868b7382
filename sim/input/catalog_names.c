/* Names as people write them: "H100 SXM", "deepseek-ai/DeepSeek-R1", "Llama-3.1-70B-Instruct". */
#include <ctype.h>
#include <string.h>

#include "catalog_names.h"

static const char *const makers[] = {"nvidia-", "amd-",   "google-", "aws-",
                                     "amazon-", "intel-", "meta-"};
/* What a checkpoint's name says beside its model. */
static const char *const variants[] = {"-instruct", "-chat",  "-it",  "-hf",    "-base",
                                       "-fp8",      "-nvfp4", "-fp4", "-mxfp4", "-bf16"};

void wm_name_fold(const char *name, char folded[WM_NAME_MAX])
{
    const char *const slash = strrchr(name, '/');
    const char *at = slash != NULL ? slash + 1 : name;
    size_t n = 0;
    for (; *at != '\0' && n + 1 < WM_NAME_MAX; at++) {
        const bool gap = *at == ' ' || *at == '_';
        if (gap && (n == 0 || folded[n - 1] == '-'))
            continue;
        folded[n++] = gap ? '-' : (char)tolower((unsigned char)*at);
    }
    while (n > 0 && folded[n - 1] == '-')
        n--;
    folded[n] = '\0';
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        const size_t m = strlen(makers[i]);
        if (strncmp(folded, makers[i], m) == 0) {
            memmove(folded, folded + m, n - m + 1);
            n -= m;
        }
    }
}

bool wm_name_trim(char folded[WM_NAME_MAX])
{
    const size_t n = strlen(folded);
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        const size_t m = strlen(variants[i]);
        if (n > m && strcmp(folded + n - m, variants[i]) == 0) {
            folded[n - m] = '\0';
            return true;
        }
    }
    return false;
}
