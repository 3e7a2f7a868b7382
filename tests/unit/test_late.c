#include <check.h>
#include <math.h>
#include <string.h>

#include "suite.h"
#include "wattmill/late.h"

#define NUMBERS(F) F(cos) F(hypot)

START_TEST(functions_of_a_library_are_found_by_name_and_called)
{
    static const char *const names[] = {NUMBERS(WM_LATE_NAME)};
    struct {
        NUMBERS(WM_LATE_FUNCTION)
    } numbers;
    ck_assert_ptr_null(wm_late_open("libm.so.6", names, 2, &numbers));
    ck_assert_double_eq(numbers.cos(0.0), 1.0);
    ck_assert_double_eq(numbers.hypot(3.0, 4.0), 5.0);
}
END_TEST

START_TEST(what_is_missing_is_named)
{
    static const char *const names[] = {"cos", "no_such_function"};
    void *functions[2];
    const char *const no_library = wm_late_open("libnowhere.so.9", names, 2, functions);
    ck_assert_ptr_nonnull(no_library);
    ck_assert_ptr_nonnull(strstr(no_library, "libnowhere.so.9"));
    const char *const no_function = wm_late_open("libm.so.6", names, 2, functions);
    ck_assert_ptr_nonnull(no_function);
    ck_assert_ptr_nonnull(strstr(no_function, "no_such_function"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {functions_of_a_library_are_found_by_name_and_called,
                                  what_is_missing_is_named};
    return RUN_TESTS("late", tests);
}
