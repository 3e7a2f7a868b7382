#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/grid.h"

static const struct wm_grid_column columns[] = {{.key = "name"},
                                                {.key = "n", .is_json = true, .align_right = true}};

static const char *written(const char *const *cells, size_t n_rows, enum wm_format format)
{
    static char *text;
    size_t n = 0;
    FILE *const file = open_memstream(&text, &n);
    wm_grid_write(file, &(struct wm_grid){columns, 2, cells, n_rows}, format);
    fclose(file);
    return text;
}

START_TEST(a_table_aligns_its_columns)
{
    const char *const cells[] = {"ab", "1", "a", "22"};
    ck_assert_str_eq(written(cells, 2, WM_FORMAT_TABLE), "name   n\nab     1\na     22\n");
}
END_TEST

START_TEST(letters_outside_ascii_take_one_column)
{
    const char *const cells[] = {"°C", "1", "abcdef", "2"};
    ck_assert_str_eq(written(cells, 2, WM_FORMAT_TABLE), "name    n\n°C      1\nabcdef  2\n");
}
END_TEST

START_TEST(json_keeps_numbers_and_leaves_absent_cells_out)
{
    const char *const cells[] = {"a\"b", "1.5", "c", NULL};
    ck_assert_str_eq(written(cells, 2, WM_FORMAT_JSON),
                     "[\n  {\n    \"name\": \"a\\\"b\",\n    \"n\": 1.5\n  },\n"
                     "  {\n    \"name\": \"c\"\n  }\n]\n");
}
END_TEST

START_TEST(csv_disarms_formulas_but_no_negative_numbers)
{
    const char *const cells[] = {"=1+1", "-1.5", "a,b", NULL};
    ck_assert_str_eq(written(cells, 2, WM_FORMAT_CSV), "name,n\n'=1+1,-1.5\n\"a,b\",\n");
}
END_TEST

START_TEST(markdown_escapes_what_it_would_act_on)
{
    const char *const cells[] = {"a|b", "1"};
    ck_assert_str_eq(written(cells, 1, WM_FORMAT_MD), "| name | n |\n|---|---:|\n| a\\|b | 1 |\n");
}
END_TEST

START_TEST(control_characters_never_reach_a_terminal)
{
    const char *const cells[] = {"a\033[31mb", "1"};
    ck_assert_ptr_null(strchr(written(cells, 1, WM_FORMAT_TABLE), '\033'));
}
END_TEST

START_TEST(formats_are_known_by_name)
{
    enum wm_format format = WM_FORMAT_TABLE;
    ck_assert(wm_format_parse("csv", &format) && format == WM_FORMAT_CSV);
    ck_assert(!wm_format_parse("xml", &format));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_table_aligns_its_columns,
                                  letters_outside_ascii_take_one_column,
                                  json_keeps_numbers_and_leaves_absent_cells_out,
                                  csv_disarms_formulas_but_no_negative_numbers,
                                  markdown_escapes_what_it_would_act_on,
                                  control_characters_never_reach_a_terminal,
                                  formats_are_known_by_name};
    return RUN_TESTS("grid", tests);
}
