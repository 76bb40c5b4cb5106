/* suite.h - what every test program shares: one suite of one case, run by Check, reported as TAP under make check.
 *
 * Check forks each test. The parent must never enter an OpenMP region: start workers inside tests only.
 */
#ifndef GV_TESTS_SUITE_H
#define GV_TESTS_SUITE_H

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <grapevine/status.h>

#include "config.h"

/* What a test may take, in seconds; with sanitizers, on a machine that does something else as well. */
#ifdef GV_SANITIZE
enum { TEST_SECONDS = 400 };
#else
enum { TEST_SECONDS = 120 };
#endif

/* Whether `make check-full` asks for what takes its time, too. */
static inline bool is_full(void)
{
  const char *full = getenv("GV_FULL");
  return full != NULL && strcmp(full, "yes") == 0;
}

/* The larger of two errors, and NAN where one is: for loops with one assertion behind them, as each assertion
 * writes to a file. */
static inline double worse_of(double a, double b)
{
  return isnan(a) || a >= b ? a : b;
}

/* Runs the tests (NULL-terminated). One: CK_RUN_CASE=name; under a debugger: CK_FORK=no. */
static inline int run_suite(const char *name, const TTest *const *tests)
{
  Suite *suite = suite_create(name);
  for (; *tests != NULL; tests++) {  /* a case a test, so that CK_RUN_CASE picks one */
    TCase *tcase = tcase_create((*tests)->name);
    tcase_set_timeout(tcase, TEST_SECONDS);
    tcase_add_test(tcase, *tests);
    suite_add_tcase(suite, tcase);
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define assert_ok(call)                                                               \
  do {                                                                                \
    struct gv_error assert_error = {GV_OK, ""}, *err = &assert_error;                 \
    enum gv_status assert_status = (call);                                            \
    ck_assert_msg(assert_status == GV_OK, "%s: %s", #call, assert_error.text);        \
  } while (0)

/* The call, written with `err` as its last argument, fails with this status and a line that holds this text. */
#define assert_fails(want, text_part, call)                                                                  \
  do {                                                                                                       \
    struct gv_error assert_error = {GV_OK, ""}, *err = &assert_error;                                        \
    enum gv_status assert_status = (call);                                                                   \
    ck_assert_msg(assert_status == (want), "%s: status %d, '%s'", #call, assert_status, assert_error.text);  \
    ck_assert_msg(strstr(assert_error.text, (text_part)) != NULL, "'%s' is not in '%s'", (text_part),        \
                  assert_error.text);                                                                        \
    ck_assert_msg(strchr(assert_error.text, '\n') == NULL, "more than one line: '%s'", assert_error.text);   \
  } while (0)

#endif
