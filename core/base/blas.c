/* Prepares OpenBLAS for callers on many threads. */
#include "core/base/blas.h"

#include <cblas.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t looked = PTHREAD_ONCE_INIT;
static int callers;

static void look(void)
{
  static const char word[] = "MAX_THREADS=";
  const char *built = strstr(openblas_get_config(), word);
  int most = built != NULL ? atoi(built + strlen(word)) : 0;
  callers = most > 0 ? 2 * most - openblas_get_num_threads() : INT_MAX;  /* a build that says nothing */
  if (callers < 1)
    callers = 1;
}

enum gv_status gv_blas_prepare(struct gv_error *err)
{
  if (openblas_get_parallel() == 0)
    return gv_fail(err, GV_INPUT,
                   "OpenBLAS: this is the serial build, which gives wrong products when several threads call it; "
                   "install libopenblas0-pthread or libopenblas0-openmp");
  pthread_once(&looked, look);  /* before its threads are set aside */
  openblas_set_num_threads(1);
  return GV_OK;
}

int gv_blas_callers(void)
{
  return callers;
}

const char *gv_blas_text(void)
{
  return openblas_get_config();
}
