/* Words, codes and entries that `explain` knows. */
#include "suite.h"
#include "wattmill/wattmill.h"

#include <string.h>
#include <strings.h>

static bool explains(const char *word)
{
    FILE *const file = tmpfile();
    ck_assert_ptr_nonnull(file);
    const bool found = wm_explain(file, word);
    fclose(file);
    return found;
}

START_TEST(every_code_has_a_cause_an_example_and_a_remedy)
{
    for (int code = 0; code < WM_N_CODES; code++) {
        const struct wm_remedy *const r = wm_code_remedy((enum wm_code)code);
        ck_assert_msg(r->cause != NULL && r->example != NULL && r->remedy != NULL, "%s",
                      wm_code_name((enum wm_code)code));
    }
}
END_TEST

START_TEST(what_a_word_points_at_exists)
{
    const struct wm_word *w;
    for (size_t i = 0; (w = wm_word_at(i)) != NULL; i++)
        for (const char *at = w->keys; at != NULL && *at != '\0';) {
            char key[128];
            const size_t n = strcspn(at, " ");
            snprintf(key, sizeof key, "%.*s", (int)n, at);
            ck_assert_msg(explains(key), "%s: %s", w->word, key);
            at += n + (at[n] == ' ');
        }
}
END_TEST

/* `name` [n] among the word and its other names. */
static bool goes_by(const struct wm_word *w, const char *name, size_t n)
{
    if (w->word == NULL) /* a heading */
        return false;
    if (strlen(w->word) == n && strncasecmp(w->word, name, n) == 0)
        return true;
    for (const char *at = w->also; at != NULL && *at != '\0'; at += strspn(at, "|")) {
        const size_t m = strcspn(at, "|");
        if (m == n && strncasecmp(at, name, n) == 0)
            return true;
        at += m;
    }
    return false;
}

START_TEST(no_name_is_of_two_words)
{
    const struct wm_word *w, *other;
    for (size_t i = 0; (w = wm_word_at(i)) != NULL; i++)
        for (size_t k = i + 1; w->word != NULL && (other = wm_word_at(k)) != NULL; k++) {
            ck_assert_msg(!goes_by(other, w->word, strlen(w->word)), "%s", w->word);
            for (const char *at = w->also; at != NULL && *at != '\0'; at += strspn(at, "|")) {
                const size_t n = strcspn(at, "|");
                ck_assert_msg(!goes_by(other, at, n), "%s and %s: %.*s", w->word, other->word,
                              (int)n, at);
                at += n;
            }
        }
}
END_TEST

START_TEST(planners_words_are_known_in_any_case)
{
    static const char *const words[] = {
        "NPV",
        "irr",
        "Dscr",
        "LCOT",
        "TTFT",
        "tpot",
        "SLO",
        "PUE",
        "wue",
        "4CP",
        "5cp",
        "max_p",
        "MAX LPS",
        "max-q",
        "chat",
        "definition B",
        "Shadow Price",
        "e208",
        "gb300-nvl72",
        "GB300",
        "vr200",
        "us-large-load",
        "H100 SXM",
        "fleet.main.count",
        "deepseek-ai/DeepSeek-R1",
        "NPV_USD",
        "site.tariff.type",
        "workloads.chat.price.paid_frac",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        ck_assert_msg(explains(words[i]), "%s", words[i]);
    ck_assert(!explains("npvv"));
    ck_assert(!explains(""));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_code_has_a_cause_an_example_and_a_remedy,
                                  what_a_word_points_at_exists,
                                  no_name_is_of_two_words,
                                  planners_words_are_known_in_any_case};
    return run_fixture_tests("describe", tests, sizeof tests / sizeof *tests, NULL, NULL);
}
