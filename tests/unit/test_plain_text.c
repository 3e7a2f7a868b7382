/* What may reach a terminal. */
#include <string.h>

#include "suite.h"
#include "wattmill/plain_text.h"

static struct wm_arena *arena;

static void before(void)
{
    arena = wm_arena_open();
}

static void after(void)
{
    wm_arena_close(arena);
}

START_TEST(letters_of_any_language_pass_as_they_are)
{
    static const char *const texts[] = {"", "plain", "Z\xc3\xbcrich \xe2\x82\xac",
                                        "\xf0\x9f\x98\x80", "\xe2\x80\x8b"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_ptr_eq(wm_text_plain(arena, texts[i]), texts[i]);
}
END_TEST

START_TEST(what_acts_on_a_terminal_is_spelled_out)
{
    static const char *const rows[][2] = {
        {"\x1b[2J", "\\u{1b}[2J"},
        {"a\nb", "a\\u{a}b"},
        {"\xc2\x9b"
         "31m",
         "\\u{9b}31m"},
        {"\xe2\x80\xae", "\\u{202e}"},
        {"\xe2\x80\xa8", "\\u{2028}"},
        {"\x7f", "\\u{7f}"},
        {"\xff", "\\u{ff}"},
        {"\xc0\x8a", "\\u{c0}\\u{8a}"},
        {"\xed\xa0\x80", "\\u{ed}\\u{a0}\\u{80}"},
        {"\xe2\x80", "\\u{e2}\\u{80}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_str_eq(wm_text_plain(arena, rows[i][0]), rows[i][1]);
}
END_TEST

/* Property: whatever the bytes, the answer is plain, and plain text is left alone. */
START_TEST(the_answer_is_plain_for_every_pair_of_bytes)
{
    for (unsigned a = 1; a < 256; a++)
        for (unsigned b = 1; b < 256; b++) {
            const char text[] = {(char)a, (char)b, 0};
            ck_assert(wm_text_is_plain(wm_text_plain(arena, text)));
        }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {letters_of_any_language_pass_as_they_are,
                                  what_acts_on_a_terminal_is_spelled_out,
                                  the_answer_is_plain_for_every_pair_of_bytes};
    return run_fixture_tests("plain_text", tests, sizeof tests / sizeof *tests, before, after);
}
