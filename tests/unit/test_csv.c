/* CSV records and numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/csv.h"

static struct wm_arena *arena;
static struct wm_diags diags;
static char seen[512];
static size_t stop_after;

static bool note(void *context, const struct wm_csv_row *row)
{
    size_t *const n_rows = context;
    size_t at = strlen(seen);
    at += (size_t)snprintf(seen + at, sizeof seen - at, "%d:", row->line);
    for (size_t i = 0; i < row->n; i++)
        at += (size_t)snprintf(seen + at, sizeof seen - at, "[%s]", row->cells[i]);
    return ++*n_rows != stop_after;
}

static enum wm_status scan(const char *text)
{
    size_t n_rows = 0;
    seen[0] = '\0';
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    return wm_csv_scan(arena, text, strlen(text), "t.csv", note, &n_rows, &diags);
}

#define SEES(text, expected)                 \
    do {                                     \
        ck_assert_int_eq(scan(text), WM_OK); \
        ck_assert_str_eq(seen, expected);    \
        wm_arena_close(arena);               \
    } while (0)

START_TEST(records_keep_their_cells_and_their_lines)
{
    SEES("a,b\n1,2\n", "1:[a][b]2:[1][2]");
    SEES("a,b\r\n1,2\r\n", "1:[a][b]2:[1][2]");
    SEES("a,b\n1,2", "1:[a][b]2:[1][2]");
    SEES("\xEF\xBB\xBF"
         "a\n\n\nb\n",
         "1:[a]4:[b]");
    SEES("a,,c,\n", "1:[a][][c][]");
    SEES(" a , b\n", "1:[a][b]");
    SEES("\"a,1\",\"say \"\"hi\"\"\"\n", "1:[a,1][say \"hi\"]");
    SEES("\"two\nlines\",x\ny\n", "2:[two\nlines][x]3:[y]");
    SEES("", "");
}
END_TEST

START_TEST(the_callback_ends_the_scan)
{
    stop_after = 2;
    SEES("a\nb\nc\n\"", "1:[a]2:[b]");
    stop_after = 0;
}
END_TEST

START_TEST(what_is_no_table_is_refused_with_its_line)
{
    static const char zero[] = "a\nb\0c\n";
    size_t n_rows = 0;
    ck_assert_int_eq(scan("a\nb\"c\n"), WM_INVALID);
    ck_assert_int_eq(diags.items[0].code, WM_E214);
    ck_assert_int_eq(diags.items[0].place.line, 2);
    wm_arena_close(arena);
    ck_assert_int_eq(scan("a\n\"b\n"), WM_INVALID);
    ck_assert_int_eq(wm_csv_scan(arena, zero, sizeof zero - 1, "t.csv", note, &n_rows, &diags),
                     WM_INVALID);
    char *const wide = wm_arena_alloc(arena, WM_CSV_MAX_CELLS + 2, 1);
    memset(wide, ',', WM_CSV_MAX_CELLS + 1);
    ck_assert_int_eq(wm_csv_scan(arena, wide, WM_CSV_MAX_CELLS + 1, "t", note, &n_rows, &diags),
                     WM_INVALID);
    wm_arena_close(arena);
}
END_TEST

START_TEST(numbers_are_decimal_and_correctly_rounded)
{
    static const char *const good[] = {"0",
                                       "-0",
                                       "1",
                                       "-1.5",
                                       "+2",
                                       ".5",
                                       "5.",
                                       "2e3",
                                       "1E-3",
                                       "0.1",
                                       "1e22",
                                       "1e-22",
                                       "1e300",
                                       "4.9e-324",
                                       "123456789012345678",
                                       "0.30000000000000004",
                                       "9007199254740993",
                                       "000012.50"};
    static const char *const bad[] = {"",     "-",   ".",     "nan",          "inf", "-Infinity",
                                      "0x10", "1e",  "1e+",   "1.2.3",        "1,2", "1 2",
                                      "12a",  "--1", "1e999", "1e99999999999"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double value = (double)NAN;
        ck_assert_msg(wm_csv_number(good[i], &value), "%s", good[i]);
        ck_assert_msg(value == strtod(good[i], NULL), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double value;
        ck_assert_msg(!wm_csv_number(bad[i], &value), "%s", bad[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        records_keep_their_cells_and_their_lines, the_callback_ends_the_scan,
        what_is_no_table_is_refused_with_its_line, numbers_are_decimal_and_correctly_rounded};
    return RUN_TESTS("csv", tests);
}
