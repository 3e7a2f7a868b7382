#include "benchmarks.h"

#include <math.h>
#include <string.h>

/* Means of data sets whose rows do not state them. Answers: medians of ML.ENERGY's own rows. Prompts:
   estimates from the sets' publications (short chat questions, multiple-choice science, code to fill
   in the middle of). */
static const struct {
    const char *workload;
    double prompt_tok, answer_tok;
} sets[] = {
    {"lm-arena-chat", 100.0, 600.0},   {"gpqa", 250.0, 6000.0},
    {"sourcegraph-fim", 700.0, 250.0}, {"chat_sharegpt", 190.0, 425.0},
    {"code_sharegpt", 150.0, 90.0},    {"chat", 50.0, 250.0},
    {"instruct", 50.0, 250.0},
};

double wm_usual_prompt_tok(const char *workload)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(sets[i].workload, workload) == 0)
            return sets[i].prompt_tok;
    return (double)NAN;
}

double wm_usual_answer_tok(const char *workload)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(sets[i].workload, workload) == 0)
            return sets[i].answer_tok;
    return (double)NAN;
}

double wm_source_trust(const char *source)
{
    static const struct {
        const char *source;
        double trust;
    } warned[] = {
        {"inferencex_experimental_h200", 0.3}, /* "experimental", says its project */
        {"nebius_h200", 0.1},                  /* half the rate of the same set-up elsewhere */
        {"mlenergy_v1", 0.1},                  /* no serving engine */
    };
    for (size_t i = 0; i < sizeof warned / sizeof *warned; i++)
        if (strcmp(warned[i].source, source) == 0)
            return warned[i].trust;
    return 1.0;
}

bool wm_is_offline(const char *workload)
{
    return strncmp(workload, "offline", 7) == 0 || strstr(workload, "_offline") != NULL;
}

const struct wm_speed_limits *wm_speed_limits(const char *workload)
{
    /* MLPerf Inference, rules of v5.1 */
    static const struct wm_speed_limits limits[] = {
        {"llama2-70b", "interactive", 0.45, 0.040},   {"llama2-70b", "server", 2.0, 0.200},
        {"llama3.1-405b", "interactive", 4.5, 0.080}, {"llama3.1-405b", "server", 6.0, 0.175},
        {"llama3.1-8b", "interactive", 0.5, 0.030},   {"llama3.1-8b", "server", 2.0, 0.100},
        {"deepseek-r1", "server", 2.0, 0.080},        {"mixtral-8x7b", "server", 2.0, 0.200}};
    if (wm_is_offline(workload))
        return NULL; /* also of the interactive benchmarks: their offline scenario has no limit */
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strstr(workload, limits[i].has) != NULL && strstr(workload, limits[i].kind) != NULL)
            return &limits[i];
    return NULL;
}
