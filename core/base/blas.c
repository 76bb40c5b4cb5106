/* Prepares OpenBLAS for callers on many threads. */
#include "core/base/blas.h"

#include <cblas.h>

enum gv_status gv_blas_prepare(struct gv_error *err)
{
  if (openblas_get_parallel() == 0)
    return gv_fail(err, GV_INPUT,
                   "OpenBLAS: this is the serial build, which gives wrong products when several threads call it; "
                   "install libopenblas0-pthread or libopenblas0-openmp");
  openblas_set_num_threads(1);
  return GV_OK;
}

const char *gv_blas_text(void)
{
  return openblas_get_config();
}
