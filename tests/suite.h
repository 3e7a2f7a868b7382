/* What every test program's main() does. */
#ifndef WM_TESTS_SUITE_H
#define WM_TESTS_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Every how many-th test runs: 1, or what WATTMILL_TESTS_EVERY says (tests/valgrind.sh). */
static inline size_t tests_every(void)
{
    const char *const text = getenv("WATTMILL_TESTS_EVERY");
    const long every = text != NULL ? strtol(text, NULL, 10) : 1;
    return every > 1 ? (size_t)every : 1;
}

/* Runs a suite; what main() returns. */
static inline int run_suite(Suite *suite)
{
    SRunner *const runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* `before` and `after` surround each test. */
static inline int run_fixture_tests(const char *name, const TTest *const *tests, size_t n,
                                    void (*before)(void), void (*after)(void))
{
    Suite *const suite = suite_create(name);
    TCase *const tc = tcase_create(name);
    if (before != NULL)
        tcase_add_checked_fixture(tc, before, after);
    tcase_set_timeout(tc, 120);
    for (size_t i = 0; i < n; i += tests_every())
        tcase_add_test(tc, tests[i]);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* A file of the reference data set: below WATTMILL_SHARED, else beside the project. */
static inline const char *shared_path(char *buf, size_t n, const char *rest)
{
    const char *const shared_dir = getenv("WATTMILL_SHARED");
    (void)snprintf(buf, n, "%s/%s", shared_dir != NULL ? shared_dir : "../shared", rest);
    return buf;
}

static inline int run_tests(const char *name, const TTest *const *tests, size_t n)
{
    return run_fixture_tests(name, tests, n, NULL, NULL);
}

#define RUN_TESTS(name, tests) run_tests(name, tests, sizeof(tests) / sizeof(tests)[0])

#endif
