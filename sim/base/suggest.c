#include "wattmill/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define MAX_WORD        63
#define PREFIX_DISTANCE 2 /* "gb300" for "gb300-nvl72" counts as two edits */

static size_t min2(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Capitals are no mistake: "FP8" is "fp8". */
static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

size_t wm_suggest_distance(const char *a, const char *b)
{
    const size_t n_a = strlen(a), n_b = strlen(b);
    if (n_a > MAX_WORD || n_b > MAX_WORD)
        return SIZE_MAX;
    size_t rows[3][MAX_WORD + 1]; /* row of prefix length i of `a` is rows[i % 3] */
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = rows[2][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        const size_t *const last2 = rows[(i + 1) % 3]; /* = (i - 2) % 3 */
        const size_t *const last = rows[(i + 2) % 3];  /* = (i - 1) % 3 */
        size_t *const row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            const size_t replaced = last[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = min2(replaced, 1 + min2(last[j], row[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = min2(row[j], last2[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

struct wm_suggest wm_suggest_init(const char *word)
{
    return (struct wm_suggest){.word = word, .best_distance = SIZE_MAX};
}

/* Whether `word` is a part of `name` between its dashes: "4CP" of "ercot-4cp". */
static bool has_part(const char *name, const char *word)
{
    for (const char *at = name; *at != '\0';) {
        const size_t n = strcspn(at, "-_ ");
        if (strlen(word) == n && strncasecmp(at, word, n) == 0)
            return true;
        at += n + (at[n] != '\0' ? 1 : 0);
    }
    return false;
}

void wm_suggest_offer(struct wm_suggest *suggest, const char *candidate)
{
    const size_t n = strlen(suggest->word);
    const size_t limit = n / 3 > 2 ? n / 3 : 2;
    size_t distance = wm_suggest_distance(suggest->word, candidate);
    if (n >= 3 && strncmp(suggest->word, candidate, n) == 0)
        distance = min2(distance, PREFIX_DISTANCE);
    else if (n >= 3 && has_part(candidate, suggest->word))
        distance = min2(distance, PREFIX_DISTANCE);
    /* A word of two letters is two edits from everything: half of it must be right. */
    if (distance > limit || 2 * distance > strlen(candidate) || distance >= suggest->best_distance)
        return;
    suggest->best = candidate;
    suggest->best_distance = distance;
}

const char *wm_suggest_text(struct wm_arena *arena, const struct wm_suggest *suggest)
{
    if (suggest->best == NULL)
        return "";
    return wm_arena_printf(arena, "; did you mean \"%s\"?", suggest->best);
}
