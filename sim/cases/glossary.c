/* The words of planners: docs/glossary.md and `explain`. */
#include <ctype.h>
#include <string.h>

#include "explain.h"
#include "wattmill/describe.h"

static const struct wm_word words[] = {
#define WM_WORDS(title) {.group = title},
#define WM_WORD(w, a, u, m, f, k, e) \
    {.word = (w),                    \
     .also = (a),                    \
     .unit = (u),                    \
     .meaning = (m),                 \
     .formula = (f),                 \
     .keys = (k),                    \
     .example = (e)},
#include "words.def"
#undef WM_WORDS
#undef WM_WORD
};
enum { N_WORDS = sizeof words / sizeof *words };

const struct wm_word *wm_word_at(size_t i)
{
    return i < N_WORDS ? &words[i] : NULL;
}

static int fold(char c)
{
    return c == '_' || c == '-' ? ' ' : tolower((unsigned char)c);
}

/* Whether `word` is the `n` bytes at `name`. */
static bool is_same(const char *word, const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (word[i] == '\0' || fold(word[i]) != fold(name[i]))
            return false;
    return word[n] == '\0';
}

static bool is_named(const struct wm_word *w, const char *word, wm_offer_fn *offer, void *self)
{
    bool found = is_same(word, w->word, strlen(w->word));
    offer(self, w->word);
    for (const char *at = w->also; *at != '\0';) {
        const size_t n = strcspn(at, "|");
        char one[64];
        snprintf(one, sizeof one, "%.*s", (int)n, at);
        offer(self, one);
        found = found || is_same(word, at, n);
        at += n + (at[n] == '|');
    }
    return found;
}

static void put_line(FILE *file, const char *name, const char *text)
{
    if (*text != '\0')
        fprintf(file, "  %-8s %s\n", name, text);
}

/* Parts of `text` with another separator. */
static void put_parts(FILE *file, const char *text, char separator, const char *before,
                      const char *between, const char *after)
{
    for (const char *at = text; *at != '\0';) {
        const char ends[] = {separator, '\0'};
        const size_t n = strcspn(at, ends);
        fprintf(file, "%s%s%.*s%s", at == text ? "" : between, before, (int)n, at, after);
        at += n + (at[n] == separator);
    }
}

static void print_word(FILE *file, const struct wm_word *w)
{
    fprintf(file, "%s\n  %s\n", w->word, w->meaning);
    if (*w->also != '\0') {
        fputs("  also     ", file);
        put_parts(file, w->also, '|', "", ", ", "");
        fputc('\n', file);
    }
    put_line(file, "unit", w->unit);
    put_line(file, "formula", w->formula);
    if (*w->keys != '\0') {
        fputs("  see      ", file);
        put_parts(file, w->keys, ' ', "", "\n           ", "");
        fputc('\n', file);
    }
    put_line(file, "example", w->example);
}

size_t wm_explain_word(FILE *file, const char *word, wm_offer_fn *offer, void *self)
{
    size_t n_found = 0;
    for (size_t i = 0; i < N_WORDS; i++)
        if (words[i].word != NULL && is_named(&words[i], word, offer, self)) {
            print_word(file, &words[i]);
            n_found++;
        }
    return n_found;
}

static void put_entry_md(FILE *file, const struct wm_word *w)
{
    fprintf(file, "\n### %s\n\n", w->word);
    if (*w->also != '\0') {
        fputs("(", file);
        put_parts(file, w->also, '|', "", ", ", "");
        fputs(") ", file);
    }
    fprintf(file, "%s.%s%s%s\n\n", w->meaning, *w->unit != '\0' ? " Unit: " : "", w->unit,
            *w->unit != '\0' ? "." : "");
    if (*w->formula != '\0')
        fprintf(file, "- formula: `%s`\n", w->formula);
    if (*w->keys != '\0') {
        fputs("- see: ", file);
        put_parts(file, w->keys, ' ', "`", ", ", "`");
        fputc('\n', file);
    }
    fprintf(file, "- example: `%s`\n", w->example);
}

void wm_glossary_write_md(FILE *file)
{
    fputs("# Glossary\n\nGenerated from `words.def`; do not edit. `wattmill explain WORD` shows "
          "one of "
          "them, in any case; it knows keys, metrics,\ncodes and catalogue entries as well.\n",
          file);
    for (size_t i = 0; i < N_WORDS; i++)
        if (words[i].word == NULL)
            fprintf(file, "\n## %s\n", words[i].group);
        else
            put_entry_md(file, &words[i]);
}
